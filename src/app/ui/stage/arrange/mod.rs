//! The layout of the panels: `single` is that of one view, and `lines` that of several.

use egui::Vec2;

use crate::app::ui::kit::theme::GRID;

pub mod lines;
pub mod single;

/// The gap between two panels.
const GAP: f32 = 2.0 * GRID;
/// The height of the head above each image: its title and a caption.
pub const HEAD: f32 = 42.0;
/// Panels are at least this large, however thin the image.
const MIN_SIDE: f32 = 96.0;
/// What images count as whose sizes change while a folder is walked, so that the panels do not jump.
pub const STEADY: Vec2 = Vec2::new(4.0, 3.0);
