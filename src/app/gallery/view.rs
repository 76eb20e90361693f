//! Which image of the gallery is open, and which ones are still to be opened or looked up.

use super::walk::{PassedOver, Step};

/// What the gallery scrolls to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    Picture(usize),
    /// Other images are shown now: the open one where it is among them, or their beginning.
    Others,
}

/// How far the window is with the open folder.
pub struct GalleryView {
    /// The picture that is open, or being opened.
    pub current: Option<usize>,
    pub unfolded: bool,
    /// A photo is open already, and stays so while the folder is opened.
    pub keep_photo: bool,
    /// The step that leads to the current picture, where one does.
    pub walking: Option<Step>,
    pub passed_over: Option<PassedOver>,
    /// Is opened as soon as the one before it is decoded.
    pub(super) next: Option<usize>,
    /// The first image that can be opened is opened.
    pub(super) opens_first: bool,
    /// The folder that all this belongs to.
    pub(super) generation: u64,
    /// The photo that `current` was looked up for, and among how many images.
    pub(super) looked_up: Option<(u64, usize)>,
    /// The photo and the model that the view's true class was looked up for.
    pub(super) truth_of: Option<(u64, Option<u64>)>,
    /// Among how many images the true class was looked up last.
    pub(super) truth_looked_up_among: usize,
    /// A folder is open, however few pictures are in it.
    pub(super) is_folder: bool,
}

impl Default for GalleryView {
    fn default() -> Self {
        GalleryView {
            current: None,
            unfolded: true,
            keep_photo: false,
            walking: None,
            passed_over: None,
            next: None,
            opens_first: false,
            generation: 0,
            looked_up: None,
            truth_of: None,
            truth_looked_up_among: 0,
            is_folder: false,
        }
    }
}

impl GalleryView {
    /// Drops what was to be opened next.
    pub fn stop_opening(&mut self) {
        (self.next, self.opens_first) = (None, false);
        (self.walking, self.passed_over) = (None, None);
    }
}
