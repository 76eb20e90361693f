//! Where a vision network looks, and why: Grad-CAM, Guided Backpropagation and Guided Grad-CAM
//! (Selvaraju et al., arXiv 1610.02391 v4) on models exported from PyTorch.
//!
//! The arrows point down only:
//!
//! ```text
//! app      the window; knows no tensor
//! figure   the panels of one view as pictures, for the window, the files and the clipboard alike
//! engine   one worker thread that owns every tensor; results as promises
//! explain  one file a method: reads maps and gradients off the tape as plain arrays
//! model    the graph, the tape, the readers of model files
//! picture  plain pixels; knows neither tensors nor the window
//! folder   many pictures at once: which there are, what each really shows and is taken for
//! ```
//!
//! `picture` stands beside the tower: every floor may use its plain arrays, it uses none of them.
//! So does `folder`, which stands on `picture` alone; the window leads it to the engine. Below all
//! lies `priority`: threads that work for the window yield to the one that draws it.

pub mod app;
pub mod engine;
pub mod explain;
pub mod figure;
pub mod folder;
pub mod model;
pub mod picture;
mod priority;
