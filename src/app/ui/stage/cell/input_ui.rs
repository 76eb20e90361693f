//! What the pointer does on a cell, and what a screen reader is told of it.

use egui::{Role, Sense, Ui, WidgetInfo};

use super::picture_ui::frame;
use super::region_ui;
use super::{caption, is_stale, spoken_title};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::Large;
use crate::app::state::rows::lines::{Cell, Place};
use crate::app::state::viewport::{Port, View};
use crate::app::ui::context_menu::context_menu;
use crate::app::ui::context_menu::panels::panel_entries;
use crate::app::ui::stage::StageScratch;
use crate::figure::Panel;

/// Handles zoom, pan and crosshair over one cell, and names it for screen readers.
#[expect(
    clippy::too_many_arguments,
    reason = "a cell, where it is, and what its input changes"
)]
pub fn input_ui(
    ui: &Ui,
    scene: Scene<'_>,
    place: Place<'_>,
    port: &Port,
    number: Option<usize>,
    view: &mut View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) -> egui::Response {
    let Place { row, cell } = place;
    let id = place.id();
    let response = ui.interact(
        frame(scene, row, port, view),
        ui.scope_id().with((id, cell)),
        Sense::click_and_drag(),
    );
    if let Some(picture) = scene.state.picture_of(row) {
        let over = (&response, port, cell == Cell::Panel(Panel::Original));
        let taken = region_ui::input_ui(ui, scene, row, over, view, stage, commands);
        view.interact(ui, &response, port, picture, !taken);
    }
    let stale = is_stale(scene, place);
    let title = spoken_title(scene, place);
    let name = match number {
        Some(number) => format!("{title}, row {number}"),
        None => title,
    };
    let caption = if stale {
        "updating".to_owned()
    } else {
        caption(scene, place)
    };
    if response.double_clicked() {
        commands.push(match scene.state.large {
            Some(_) => Command::Enlarge(None),
            None => Command::Enlarge(Some(Large { row: id, cell })),
        });
    }
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Image, true, &name);
        info.current_text_value = Some(caption.clone());
        info
    });
    context_menu(
        &response,
        |entries| panel_entries(entries, scene, place),
        commands,
    );
    if view.pointer.is_some() && response.hovered() {
        stage.hovered = Some((id, cell));
        ui.set_cursor_icon(egui::CursorIcon::Crosshair);
    }
    response
}
