//! The real app with real models, driven like a user would: by the texts on screen.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

mod exporting;
mod files;
mod folder;
mod habits;
#[path = "../checkpoints/made.rs"]
mod made;
mod memory;
mod models;
mod stage;
mod support;
#[path = "../support/unpacked.rs"]
mod unpacked;
