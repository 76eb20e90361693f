//! The gallery: the images of the open folder, in a strip at the bottom of the window.

pub(crate) mod gallery_ui;
mod head_ui;
mod lists_ui;
mod textures;
