//! Exit codes. 0 is success; clap itself ends with 2 if the arguments are wrong.

/// Something failed.
pub const FAILED: u8 = 2;

/// There is no display to open a window on.
pub const NO_DISPLAY: u8 = 3;
