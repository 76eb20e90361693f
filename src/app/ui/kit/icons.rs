//! The few icons of the window, drawn as lines so that they are sharp at any scale.

use egui::{Color32, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2, vec2};

use super::theme::{self, palette};

/// The side of a button that shows an icon.
const BUTTON: f32 = 20.0;
/// How far an icon reaches from its centre.
const REACH: f32 = 4.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Up,
    Down,
    /// An arrow that leads back.
    Restore,
    Remove,
    /// What can be dragged.
    Grip,
}

impl Icon {
    pub fn draw(self, painter: &Painter, centre: Pos2, colour: Color32) {
        let stroke = Stroke::new(1.5, colour);
        let lines = |points: &[(f32, f32)]| {
            let points = points.iter().map(|&(x, y)| centre + vec2(x, y) * REACH);
            painter.line(points.collect(), stroke);
        };
        match self {
            Icon::Up => lines(&[(-1.0, 0.5), (0.0, -0.5), (1.0, 0.5)]),
            Icon::Down => lines(&[(-1.0, -0.5), (0.0, 0.5), (1.0, -0.5)]),
            Icon::Restore => {
                lines(&[(-0.3, -1.0), (-1.0, -0.3), (-0.3, 0.4)]);
                lines(&[(-1.0, -0.3), (0.4, -0.3), (1.0, 0.2), (1.0, 1.0)]);
            }
            Icon::Remove => {
                lines(&[(-0.9, -0.9), (0.9, 0.9)]);
                lines(&[(-0.9, 0.9), (0.9, -0.9)]);
            }
            Icon::Grip => {
                for x in [-2.0, 2.0] {
                    for y in [-4.0, 0.0, 4.0] {
                        painter.circle_filled(centre + vec2(x, y), 1.0, colour);
                    }
                }
            }
        }
    }
}

/// A button that shows an icon alone. Its name is given to it by the caller.
pub fn icon_button(ui: &mut Ui, icon: Icon, enabled: bool) -> Response {
    let sense = if enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(BUTTON), sense);
    let colours = palette(ui);
    if enabled && response.hovered() {
        ui.painter().rect_filled(rect, 4.0, colours.hover);
    }
    if response.has_focus() {
        let inside = egui::StrokeKind::Inside;
        ui.painter()
            .rect_stroke(rect, 4.0, theme::focus(colours), inside);
    }
    let colour = match (enabled, response.hovered()) {
        (false, _) => colours.faint,
        (true, false) => colours.weak,
        (true, true) => colours.text,
    };
    icon.draw(ui.painter(), rect.center(), colour);
    response
}

/// Draws the mark of what can be dragged at the left edge of `rect`. Returns the right edge of the mark.
pub fn grip_ui(ui: &Ui, rect: Rect, y: f32) -> f32 {
    let centre = egui::pos2(rect.left() + REACH, y);
    Icon::Grip.draw(ui.painter(), centre, palette(ui).faint);
    centre.x + 2.0 * REACH
}
