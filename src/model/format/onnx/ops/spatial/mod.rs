//! TODO

pub(crate) mod col2im;
pub(crate) mod pool;
pub(crate) mod resize;
pub(crate) mod window;
