//! Exit codes. 0 is success; clap itself ends with 2 if the arguments are wrong.

/// Something failed.
pub const FAILED: u8 = 2;

/// No window can be opened.
pub const NO_WINDOW: u8 = 3;
