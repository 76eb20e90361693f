//! The status bar: what is in progress, or what is shown and how long it took to compute.

use std::time::Duration;

use egui::{Align, Button, Layout, RichText, Sense, Ui, vec2};

use super::readout_ui::readout_ui;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::gallery::walk::Skipped;
use crate::app::scene::Scene;
use crate::app::state::rows::RowId;
use crate::app::state::rows::lines::Cell;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::busy;
use crate::app::wording::milliseconds;

/// The height of the bar.
pub const HEIGHT: f32 = 32.0;

/// Work shorter than this is not shown: it ends before anyone can read about it.
const MIN_SHOWN: Duration = Duration::from_millis(120);

/// Draws the bar. `hovered` is the row under the pointer.
pub fn status_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    hovered: Option<(RowId, Cell)>,
    commands: &mut Vec<Command>,
) {
    ui.horizontal_centered(|ui| {
        let colours = palette(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            readout_ui(ui, scene, hovered);
            ui.add_space(GRID);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let in_progress = scene
                    .busy()
                    .filter(|(_, since)| since.elapsed() >= MIN_SHOWN);
                if let Some((stage, since)) = in_progress {
                    let (mark, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
                    busy(ui, mark.center(), 5.5, colours.weak);
                    let seconds = since.elapsed().as_secs_f32();
                    ui.label(format!("{stage}, {seconds:.1} s"));
                    if scene.can_cancel() {
                        let cancel = Action::Cancel;
                        let button = Button::new(cancel.label());
                        let button = ui.add(button).on_hover_text(cancel.hint(ui.ctx()));
                        if button.clicked() {
                            commands.push(cancel.into());
                        }
                    }
                } else if let Some((message, left)) = scene
                    .gallery
                    .view
                    .skipped
                    .as_ref()
                    .and_then(Skipped::message)
                {
                    ui.request_repaint_after(left);
                    let text = RichText::new(message).color(colours.text);
                    ui.add(egui::Label::new(text).truncate());
                } else if let Some((done, strength)) =
                    scene.state.done.message(ui.input(|i| i.time))
                {
                    let colour = colours.text.gamma_multiply(strength);
                    let text = RichText::new(done).color(colour);
                    ui.add(egui::Label::new(text).truncate());
                } else {
                    shown_ui(ui, scene);
                }
            });
        });
    });
}

/// The class and layer that are shown, and the time each step took.
fn shown_ui(ui: &mut Ui, scene: Scene<'_>) {
    let state = scene.state;
    let (Some(prediction), Some(heat)) = (state.prediction(), state.heat()) else {
        return;
    };
    let colours = palette(ui);
    let rect = ui.available_rect_before_wrap();
    let y = rect.center().y;
    let what = format!("{} at {}", state.score_name(heat.score), heat.layer);
    let galley = line(ui, &what, theme::body(), colours.text, rect.width());
    let left = draw_left(ui, rect.left(), y, galley) + 2.0 * GRID;
    let mut parts = Vec::new();
    if let Some(class) = state.class() {
        parts.extend(prediction.shown(class));
    }
    parts.push(format!("forward {}", milliseconds(prediction.forward_ms)));
    parts.push(format!("heat map {}", milliseconds(heat.ms)));
    let subject = state.subject();
    if let Some(guided) = subject.and_then(|s| state.results.guided(&s).cloned()) {
        parts.push(format!("guided {}", milliseconds(guided.ms)));
    }
    let text = parts.join("  ·  ");
    let times = line(ui, &text, theme::body(), colours.weak, rect.right() - left);
    let is_cut = times.elided;
    draw_left(ui, left, y, times);
    let id = ui.scope_id().with("what is shown");
    let response = ui.interact(rect, id, egui::Sense::hover());
    let full = format!("{what}, {}", parts.join(", "));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &full));
    if is_cut {
        response.on_hover_text(&full);
    }
}
