//! A small picture of the figure as it is set.

use egui::emath::GuiRounding as _;
use egui::{Align2, Color32, Rect, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use crate::app::scene::Scene;
use crate::app::tasks::export::preview::{Drawn, ROOM};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::busy;
use crate::app::ui::stage::cell::picture_ui::WHOLE;
use crate::figure::Ground;

/// The side of the squares behind a transparent figure.
const SQUARE: f32 = 8.0;

/// Draws the figure as it would be exported. An old picture stays, dimmed, until there is a new
/// one.
pub fn figure_preview_ui(ui: &mut Ui, scene: Scene<'_>) {
    let colours = palette(ui);
    let size = ROOM + Vec2::splat(2.0 * GRID);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, 4.0, colours.well);
    let preview = &scene.tasks.preview;
    let words = match preview.shown() {
        Some((Drawn { texture, size }, is_current)) => {
            let shown = texture.size_vec2() / ui.pixels_per_point();
            // Pixel for pixel.
            let corner = (rect.center() - shown / 2.0).round_to_pixels(ui.pixels_per_point());
            let drawn = Rect::from_min_size(corner, shown);
            match scene.state.options.export.ground {
                Ground::White => {}
                Ground::Transparent => squares_ui(ui, drawn),
            }
            let strength = if is_current { 1.0 } else { 0.35 };
            let tint = Color32::WHITE.gamma_multiply(strength);
            ui.painter().image(texture.id(), drawn, WHOLE, tint);
            if !is_current {
                busy(ui, rect.center(), GRID, colours.faint);
            }
            let (width, height) = size;
            let state = if is_current { "" } else { ", out of date" };
            format!("{width} × {height}{state}")
        }
        None if preview.is_wanted() => {
            busy(ui, rect.center(), GRID, colours.faint);
            "being drawn".to_owned()
        }
        None => {
            let text = "Nothing to export yet";
            let (at, font) = (rect.center(), theme::small());
            let painter = ui.painter();
            painter.text(at, Align2::CENTER_CENTER, text, font, colours.weak);
            text.to_lowercase()
        }
    };
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Image, true, "Preview of the figure");
        info.current_text_value = Some(words.clone());
        info
    });
    response.on_hover_text("As it will be exported, small");
}

/// Light squares, as programs for pictures draw them where there is nothing.
fn squares_ui(ui: &Ui, rect: Rect) {
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, Color32::WHITE);
    let count = (rect.size() / SQUARE).ceil();
    for y in 0..count.y as usize {
        for x in (y % 2..count.x as usize).step_by(2) {
            let corner = rect.min + SQUARE * vec2(x as f32, y as f32);
            let square = Rect::from_min_size(corner, Vec2::splat(SQUARE));
            painter.rect_filled(square, 0.0, theme::shade(28));
        }
    }
}
