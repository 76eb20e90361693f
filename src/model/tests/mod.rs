//! Whole files, opened and run.

mod inputs;
