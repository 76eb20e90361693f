//! Whole files, opened and run.

mod inputs;
mod recommended;
mod values;
