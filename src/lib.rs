//! See where a vision network looks, and why: Grad-CAM, Guided Backpropagation and Guided Grad-CAM
//! (Selvaraju et al., arXiv 1610.02391 v4) on models exported from PyTorch.
//!
//! Start with [`Explainer`]:
//!
//! ```no_run
//! use gradcam::{Explainer, OverlayOptions};
//!
//! let explanation = Explainer::open("model.pt2")?.explain("cat.jpg")?;
//! for class in explanation.top(5) {
//!     println!("{:5.1} %  {}", class.probability * 100.0, class.label);
//! }
//! let map = explanation.heat_map("tabby", None)?;
//! let overlay = explanation.overlay(&map, &OverlayOptions::default());
//! overlay.save("tabby.png")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - `window` (default): the explorer's window, the module `app`. Without it nothing of egui is built.
//! - `cli` (part of `window`): the `gradcam` program with its command line.
//!
//! # Floors
//!
//! Arrows point down only:
//!
//! ```text
//! app        the window; knows no tensor
//! explainer  the front door: what this page re-exports
//! figure     the panels of a view as pages, for the window, files and the clipboard alike
//! engine     one worker thread that owns every tensor; answers as promises
//! explain    the methods, one file each: from a recorded pass to plain arrays
//! model      the graph, the tape, the readers of model files
//! picture    plain pixels; knows neither tensors nor the window
//! folder     many photos at once: what there is, what each shows, what the model predicts
//! ```
//!
//! Every floor may use the plain arrays of `picture`, and it uses none of them. `folder` uses
//! `picture` alone; the window connects it to the engine. Below all lies
//! `priority`: threads that work for the window yield to the one that draws it.

#![warn(missing_docs)]

#[cfg(feature = "window")]
pub mod app;
pub mod engine;
pub mod explain;
mod explainer;
pub mod figure;
pub mod folder;
pub mod model;
pub mod picture;
mod priority;
#[cfg(test)]
#[path = "../tests/support/unpacked.rs"]
mod unpacked;

pub use engine::{ClassQueryError, ModelInfo, Prediction};
pub use explain::{Channels, Score};
pub use explainer::{
    ClassOrScore, ClassScore, Error, Explainer, ExplainerOptions, Explanation, OverlayOptions,
};
/// The crate that photos and overlays come from, in the version used here.
pub use image;
pub use model::{InputValue, OpenOptions, ReluRule, SecondPicture, Usage};
pub use picture::map::colormap::Colormap;
pub use picture::map::compose::{Overlay, Scale};
pub use picture::map::{Map, SignedImage};
pub use picture::photo::geometry::Fit;
