//! Which image of the gallery is open, and which are to be opened or looked up next.

use super::walk::{Skipped, Step};

/// What the gallery scrolls to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    Picture(usize),
    /// Other images are shown now: scroll to the open one if it is among them, or to the start.
    Others,
}

/// The width of an image in the grid, in points.
pub const MIN_TILE: f32 = 96.0;
pub const DEFAULT_TILE: f32 = 160.0;
pub const MAX_TILE: f32 = 320.0;

/// The state of the gallery.
pub struct GalleryView {
    /// The index of the image that is open or being opened.
    pub current: Option<usize>,
    pub unfolded: bool,
    /// Whether the images fill the stage.
    pub grid: bool,
    /// The width of an image in the grid, in points.
    pub tile: f32,
    /// Whether the open photo stays open while the folder is opened.
    pub keep_photo: bool,
    /// The step that led to the current image, if any.
    pub walking: Option<Step>,
    /// The images skipped by the last step.
    pub skipped: Option<Skipped>,
    /// The image to open once the one before it is decoded.
    pub(super) next: Option<usize>,
    /// Whether to open the first image that can be opened.
    pub(super) opens_first: bool,
    /// The generation of the folder that this state belongs to.
    pub(super) generation: u64,
    /// The photo that `current` was looked up for, and the number of images at that time.
    pub(super) looked_up: Option<(u64, usize)>,
    /// What the true class belongs to.
    pub(super) truth_of: Option<TruthOf>,
    /// [`ImageList::truth_version`](crate::folder::ImageList::truth_version) when the true class was last
    /// looked up.
    pub(super) truth_looked_up_at: u64,
    /// Whether a folder is open, however few images it contains.
    pub(super) is_folder: bool,
}

/// What the true class of the view belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TruthOf {
    pub photo: u64,
    pub model: Option<u64>,
    /// Whether a session has set it. Then it stays, whatever the folder says.
    pub by_session: bool,
}

impl Default for GalleryView {
    fn default() -> Self {
        GalleryView {
            current: None,
            unfolded: true,
            grid: false,
            tile: DEFAULT_TILE,
            keep_photo: false,
            walking: None,
            skipped: None,
            next: None,
            opens_first: false,
            generation: 0,
            looked_up: None,
            truth_of: None,
            truth_looked_up_at: 0,
            is_folder: false,
        }
    }
}

impl GalleryView {
    /// Cancels what was to be opened next.
    pub fn stop_opening(&mut self) {
        (self.next, self.opens_first) = (None, false);
        (self.walking, self.skipped) = (None, None);
    }
}
