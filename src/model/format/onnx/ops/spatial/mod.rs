//! Operators on the height and width of an image. ONNX has more rules for padding and sampling than
//! libtorch, so these readers translate a node into equivalent operations, or refuse it.

pub(crate) mod col2im;
pub(crate) mod convolution;
pub(crate) mod grid;
pub(crate) mod pool;
mod resampling;
pub(crate) mod resize;
pub(crate) mod window;
