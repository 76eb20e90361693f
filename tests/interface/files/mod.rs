//! Opening files, and those that cannot be opened.

mod opening;
mod reading;
pub mod spoilt;
mod trouble;
