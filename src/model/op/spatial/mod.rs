//! Operations over the rows and columns of an image: windows that move over it, padding, and new
//! sizes.

pub(super) mod convolution;
pub(super) mod pad;
pub(super) mod patches;
pub(super) mod pooling;
pub(super) mod resizing;
mod window;
