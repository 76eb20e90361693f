//! What the explorer shows, as figures: one view's panels, views compared, all layers of one view.
//!
//! The window's export, its clipboard and the command line all come here, so that they cannot
//! differ. Engine data goes in, a [`Page`] comes out; [`write_page`] makes it a PNG, SVG or PDF.

mod comparison;
#[cfg(test)]
mod fixture;
mod layer_strip;
mod parts;
mod single;

use std::path::Path;

pub use crate::picture::page::{Format, Page};
pub use comparison::{Comparison, Row};
pub use layer_strip::LayerStrip;
pub use single::{Figure, Panel};

/// Writes a page as PNG, SVG or PDF, as the path's ending says; the file is whole or not there.
///
/// # Errors
/// The ending is none of these, the folder is missing or cannot be written to, a folder has that
/// name, or the disk is full.
pub fn write_page(page: &Page, path: &Path) -> Result<(), crate::picture::Error> {
    page.write(path)
}
