//! The stage in the middle: the panels of all rows, the strip of layers, and the controls.

use egui::{Frame, Margin, Rect, Ui, Vec2};

use crate::app::state::rows::RowId;
use crate::app::ui::kit::theme::{GRID, palette};

pub(crate) mod arrange;
pub(crate) mod cell;
pub(crate) mod compare_ui;
pub(crate) mod controls_ui;
pub(crate) mod panels_ui;
pub(crate) mod picture_ui;
pub(crate) mod row_head_ui;
pub(crate) mod score_ui;
pub(crate) mod strip_ui;

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

/// The ground of a part of the stage.
pub fn frame(ui: &Ui, margin: Margin) -> Frame {
    Frame::new().fill(palette(ui).stage).inner_margin(margin)
}

/// What the panels remember from frame to frame.
#[derive(Debug, Default)]
pub struct StageScratch {
    /// The rectangle of a panel in the last frame, and the photo's size in pixels.
    pub frame: Option<(Rect, Vec2)>,
    /// The row that the pointer is over.
    pub hovered: Option<RowId>,
    /// The rows whose signed pictures were drawn, and how large the whole photo was, in pixels.
    pub drawn_signed: Vec<(RowId, Vec2)>,
}
