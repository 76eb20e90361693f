//! Above the layers: the switch between two open models, and that between the layers and the facts.

use egui::{Align, Ui};

use crate::app::commands::Command;
use crate::app::state::{Pane, State};
use crate::app::ui::kit::theme::{self, ROW, palette};
use crate::app::ui::kit::widgets::{segments, segments_of};
use crate::app::wording::counted;
use crate::engine::ModelInfo;

/// The switch between the layers and the facts about the model.
pub fn panes_ui(ui: &mut Ui, state: &State, model: &ModelInfo, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.set_height(ROW);
        let panes = [
            (Pane::Layers, "Layers", "The tree of the network's layers"),
            (
                Pane::About,
                "Model",
                "What was opened, and how images are preprocessed for it",
            ),
        ];
        ui.scope(|ui| {
            commands.extend(segments(ui, state.pane, &panes).map(Command::SetPane));
        });
        if state.pane == Pane::Layers {
            let text = counted(model.layers.targets().count(), "map", "maps");
            ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
                let colour = palette(ui).weak;
                ui.label(egui::RichText::new(text).font(theme::small()).color(colour))
                    .on_hover_text("The number of layers that have a map");
            });
        }
    });
}

/// The switch for which of two open models the lists show.
pub fn sides_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if state.sides.count() < 2 {
        return;
    }
    ui.scope(|ui| {
        let names: Vec<(usize, String)> = state
            .sides
            .iter()
            .enumerate()
            .filter_map(|(index, side)| Some((index, side.model.as_ref()?.name.clone())))
            .collect();
        let picked = segments_of(
            ui,
            state.sides.active_index(),
            &names,
            "Show this model's layers and classes",
        );
        commands.extend(picked.map(Command::ActivateSide));
    });
}
