//! Operations over the rows and columns of an image, or other axes of positions: windows that move
//! over them, padding, new sizes and other orders.

pub(super) mod convolution;
pub(super) mod pad;
pub(super) mod patches;
pub(super) mod pooling;
pub(super) mod resizing;
pub(super) mod sampling;
pub(super) mod shuffle;
pub(super) mod sliding;
pub(super) mod transposed;
mod window;
