//! The engine as the window uses it: promises, overtaking, cancelling, and the state after errors.

mod asking;
mod channels;
mod later;
mod layers;
mod models;
mod support;
