//! TODO

pub(crate) mod lost_display;
