//! What the gallery keeps from frame to frame.

use std::ops::Range;

use egui::Ui;

use super::grid_ui::GridScratch;
use super::textures::ThumbnailTextures;
use crate::app::gallery::Reveal;
use crate::app::scene::Scene;

/// What the gallery keeps from frame to frame.
pub struct GalleryScratch {
    /// What to scroll to, once.
    pub reveal: Option<Reveal>,
    /// The images on screen in the last frame, followed by those next to them.
    pub in_sight: Vec<usize>,
    /// How many of the first entries of `in_sight` are on screen.
    pub shown: usize,
    /// The longest side of the thumbnails, in screen pixels.
    pub drawn_px: u32,
    /// Whether scrolling comes from a wheel with notches rather than from a touchpad.
    pub(super) wheel_has_notches: bool,
    /// Whether the images are shown in a low window, where they are folded by themselves.
    pub(super) unfolded_low: bool,
    pub(super) textures: ThumbnailTextures,
    pub(super) grid: GridScratch,
}

impl Default for GalleryScratch {
    fn default() -> Self {
        GalleryScratch {
            reveal: None,
            in_sight: Vec::new(),
            shown: 0,
            drawn_px: 0,
            wheel_has_notches: true,
            unfolded_low: false,
            textures: ThumbnailTextures::default(),
            grid: GridScratch::default(),
        }
    }
}

impl GalleryScratch {
    /// The images on screen.
    pub fn on_screen(&self) -> &[usize] {
        self.in_sight.get(..self.shown).unwrap_or_default()
    }

    /// The grid is not shown in this frame.
    pub fn hide_grid(&mut self) {
        self.grid.hide();
    }

    /// Resets the gallery after another folder was opened.
    pub fn start_over(&mut self) {
        *self = GalleryScratch::default();
    }

    /// Loads the thumbnails on screen first, then those next to them: as many images before and after as
    /// `beside` says.
    pub(super) fn load(
        &mut self,
        ui: &Ui,
        scene: Scene<'_>,
        range: Range<usize>,
        beside: usize,
        side: f32,
    ) {
        let folder = &scene.gallery.folder;
        let order = folder.list.order();
        let after = range.end..(range.end + beside).min(order.len());
        let before = range.start.saturating_sub(beside)..range.start;
        self.shown = range.len();
        let in_sight = range.chain(after).chain(before);
        self.in_sight
            .extend(in_sight.map(|position| order[position]));
        self.drawn_px = (side * ui.pixels_per_point()).round() as u32;
        let thumbnail = |index| folder.thumbnail(index);
        self.textures
            .update(ui.ctx(), &self.in_sight, self.drawn_px, thumbnail);
    }
}
