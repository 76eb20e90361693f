//! The line above the tiles: what they are, and the buttons that concern all of them.

use egui::{Rect, Sense, Ui, pos2, vec2};

use super::strip_ui::Fold;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::on_stage;

/// Its height.
pub const HEADER: f32 = 28.0;

/// Draws the line.
pub fn head_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    rows: &[(usize, usize)],
    unfolded: &mut bool,
    fold: Fold,
    commands: &mut Vec<Command>,
) {
    on_stage(ui);
    let colours = palette(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let y = rect.top() + 12.0;
    let title = line(ui, "Layers", theme::title(), colours.text, rect.width());
    let left = draw_left(ui, rect.left(), y, title) + GRID + 4.0;
    let fused = scene.state.side().layers().len();
    let stopped = scene.state.prediction().is_some()
        && scene.state.fresh_layer_maps().is_none()
        && !scene.tasks.awaits_layer_maps()
        && !scene.is_loading();
    let text = if stopped {
        "not computed for what is chosen".to_owned()
    } else if fused > 1 {
        format!("mean of {fused} layers, each over its maximum")
    } else {
        format!(
            "{} from input to output; Ctrl+click averages several",
            rows.len()
        )
    };
    let room = rect.right() - left - 176.0;
    let words = line(ui, &text, theme::small(), colours.weak, room);
    let end = draw_left(ui, left, y, words);
    if stopped {
        let action = Action::ComputeAgain;
        let area = Rect::from_min_max(pos2(end + GRID, rect.top()), rect.max);
        ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
            let button = ui.add(egui::Button::new(action.label()));
            if button.on_hover_text(action.tooltip()).clicked() {
                commands.push(action.into());
            }
        });
    }
    let area = Rect::from_min_max(pos2(rect.right() - 168.0, rect.top()), rect.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if fold != Fold::Roomy {
                let (label, hint) = if fold == Fold::Folded {
                    (
                        "Show maps",
                        "Show the maps of all layers, which makes the pictures smaller",
                    )
                } else {
                    (
                        "Fold",
                        "Hide the maps of the layers, to have more room for the pictures",
                    )
                };
                let button = egui::Button::new(label);
                if ui.add(button).on_hover_text(hint).clicked() {
                    *unfolded = fold == Fold::Folded;
                }
            }
            if fold == Fold::Folded {
                return;
            }
            let on = scene.state.options.style.strip_common_scale;
            let button = egui::Button::new("Shared scale").selected(on);
            let hint = "Draw all layers' maps against the largest maximum, to see where the \
                        evidence is strong";
            if ui.add(button).on_hover_text(hint).clicked() {
                commands.push(scene.styled(|style| style.strip_common_scale = !on));
            }
        });
    });
}
