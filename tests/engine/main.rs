//! The engine as the window uses it: promises, overtaking, cancelling, and what stays when
//! something fails.

mod asking;
mod channels;
mod later;
mod layers;
mod models;
mod support;
