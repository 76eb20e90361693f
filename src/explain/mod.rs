//! The explanation methods, one file each: pure functions from a recorded pass to plain arrays.
//!
//! No method runs the network ([`self_check`], which measures one, does). Each reads activations and gradients from the same
//! [`Tape`](crate::model::Tape), so another class, layer or method costs at most a backward pass.
//!
//! The methods may use `model` and the arrays of `picture`; they know neither threads nor files.

mod arrays;
mod channels;
mod grad_cam;
mod guided_backprop;
mod guided_grad_cam;
mod objective;
mod regions;
mod score;
mod self_check;

pub(crate) use arrays::plain;
pub use channels::{Channels, channels};
pub use grad_cam::{channel_weights, grad_cam, grad_cam_at, grad_cam_each};
pub use guided_backprop::{InputGradient, guided_backprop, guided_backprop_watched};
pub use guided_grad_cam::guided_grad_cam;
pub use objective::Objective;
pub use regions::{Segmentation, is_map, segmentation};
pub use score::Score;
pub use self_check::{LayerCheck, SelfCheck, Slope, self_check};
