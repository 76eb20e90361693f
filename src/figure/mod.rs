//! What the explorer shows, as figures: the panels of one view, a comparison of views, and all layers
//! of one view.
//!
//! The window's export, its clipboard and the command line all use these, so that their results cannot
//! differ. Engine data goes in, a [`Page`] comes out; [`Page::write`] writes it as PNG, SVG or PDF.
//! Figures may use `engine`, `explain` and `picture`; they know neither tensors nor the window.

#[cfg(feature = "cli")]
mod arrays;
mod comparison;
mod facts;
#[cfg(test)]
pub(crate) mod fixture;
mod layer_strip;
mod parts;
mod setting;
mod single;

pub use crate::picture::map::compose::Unseen;
pub use crate::picture::page::{Format, Ground, Page};
#[cfg(feature = "cli")]
pub use arrays::Raw;
pub use comparison::{Cell, Comparison, Row, Shows};
pub use facts::are_facts;
pub use layer_strip::LayerStrip;
pub use setting::{Extent, Print, Setting};
pub use single::{Figure, Panel};
