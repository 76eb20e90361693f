//! The gallery: the images of the open folder, to be walked through.

pub(crate) mod gallery_ui;
mod head_ui;
mod textures;
