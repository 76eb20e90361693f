//! The program without a window, run as a user would run it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

mod asking;
mod comparing;
mod exporting;
#[path = "../checkpoints/made.rs"]
mod made;
mod preparing;
mod support;
mod trouble;
#[path = "../support/unpacked.rs"]
mod unpacked;
mod weights;
