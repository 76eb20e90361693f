//! The engine as the window uses it: promises, overtaking, cancelling, and the state after errors.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

mod asking;
mod channels;
mod later;
mod layers;
mod models;
mod support;
