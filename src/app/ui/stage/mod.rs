//! The stage in the middle of the window: the panels of all rows, the layer strip, and the controls.

use egui::{Frame, Margin, Ui, Vec2};

use crate::app::state::rows::RowId;
use crate::app::state::rows::lines::Cell;
use crate::app::state::viewport::{Picture, Port};
use crate::app::ui::kit::theme::{GRID, palette};

pub(crate) mod arrange;
pub(crate) mod cell;
pub(crate) mod compare_ui;
pub(crate) mod controls;
pub(crate) mod invitation_ui;
mod large_ui;
pub(crate) mod panels_menu_ui;
pub(crate) mod panels_ui;
mod row_facts;
pub(crate) mod row_head_ui;
pub(crate) mod strip;

pub const STRIP_MARGIN: Margin = Margin {
    left: 16,
    right: 16,
    top: GRID as i8,
    bottom: 0,
};
pub const CONTROLS_MARGIN: Margin = Margin::symmetric(2 * GRID as i8, GRID as i8 + 4);
pub const PANELS_MARGIN: Margin = Margin {
    left: 16,
    right: 16,
    top: 16,
    bottom: 4,
};

/// The background of a part of the stage.
pub fn frame(ui: &Ui, margin: Margin) -> Frame {
    Frame::new().fill(palette(ui).stage).inner_margin(margin)
}

/// What the panels keep from frame to frame.
#[derive(Debug, Default)]
pub struct StageScratch {
    /// A panel's port in the last frame, and its photo.
    pub frame: Option<(Port, Picture)>,
    /// The region that is being drawn.
    pub drawing: Option<cell::region_ui::Drawing>,
    /// The row and the panel under the pointer.
    pub hovered: Option<(RowId, Cell)>,
    /// Whether the panels show the photo without anything over it, while a key is held.
    pub photo_alone: bool,
    /// Where the overlay of a large panel begins, as a share of the photo's width; left of it is the photo.
    pub split: f32,
    /// The rows whose signed images were drawn, each with the drawn size of the whole photo in screen
    /// pixels.
    pub drawn_signed: Vec<(RowId, Vec2)>,
}
