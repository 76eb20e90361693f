//! The gallery: the images of the open folder, in a strip at the bottom of the window or in a grid in place of
//! the stage.

mod cell_ui;
pub(crate) mod grid_ui;
mod head_ui;
mod lists_ui;
pub(crate) mod memory_ui;
pub(crate) mod scratch;
pub(crate) mod strip_ui;
mod textures;
mod words;
