//! The right panel: the list of classes or the list of channels.

use egui::{Align, DragValue, Layout, Margin, RichText, Ui};

use super::channels_ui::{ChannelsScratch, channels_ui};
use super::classes_ui::{ClassesScratch, classes_ui};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::{List, State};
use crate::app::ui::kit::theme::{self, INSET, palette};
use crate::app::ui::kit::widgets::segments;

/// Draws the switch between the two lists, and the selected list.
pub fn lists_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    classes: &mut ClassesScratch,
    channels: &mut ChannelsScratch,
    commands: &mut Vec<Command>,
) {
    // As wide as the user made it, whatever its contents.
    ui.set_min_width(ui.available_width());
    let inset = Margin {
        left: INSET as i8 - 8,
        right: INSET as i8,
        top: 12,
        bottom: 4,
    };
    egui::Frame::new().inner_margin(inset).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_height(theme::ROW);
            let lists = [
                (List::Classes, "Classes", "What the model predicts"),
                (
                    List::Channels,
                    "Channels",
                    "The channels behind the map, by their weight",
                ),
            ];
            let chosen = scene.state.list;
            ui.scope(|ui| {
                commands.extend(segments(ui, chosen, &lists).map(Command::SetList));
            });
            if chosen == List::Classes {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    top_k_ui(ui, scene.state, commands);
                });
            }
        });
    });
    match scene.state.list {
        List::Classes => classes_ui(ui, scene, classes, commands),
        List::Channels => channels_ui(ui, scene, channels, commands),
    }
}

fn top_k_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let classes = state.model().map_or(0, |model| model.labels.len());
    ui.spacing_mut().item_spacing.x = 4.0;
    let max = if classes > 0 { classes } else { usize::MAX };
    // A model with few classes limits what is shown, not what was chosen.
    let mut count = state.top_k.0.min(max);
    let field = DragValue::new(&mut count).range(1..=max).speed(0.1);
    let name = "Number of classes shown";
    let field = ui.add(field).on_hover_text(name).accessible_name(name);
    if field.changed() {
        commands.push(Command::SetTopK(count));
    }
    // Where the list is too narrow for the label, the tooltip still explains the field.
    if ui.available_width() >= 28.0 {
        ui.label(RichText::new("Top").color(palette(ui).weak));
    }
}
