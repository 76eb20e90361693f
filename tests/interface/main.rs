//! The real app with real models, driven like a user would: by the texts on screen.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

mod about;
mod answers;
mod choosing;
mod comparing;
mod context_menus;
mod exporting;
mod folder;
mod habits;
mod layers;
mod looking;
#[path = "../checkpoints/made.rs"]
mod made;
mod memory;
mod opening;
mod overlays;
mod pictures;
mod reading;
mod room;
mod second_picture;
mod segmentation;
mod spoilt;
mod support;
mod trouble;
#[path = "../support/unpacked.rs"]
mod unpacked;
