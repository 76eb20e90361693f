//! The panels: the four of one view, or several rows of four. All share one zoom and one crosshair.

use egui::{Key, Ui};

use super::StageScratch;
use super::arrange::single::{PanelCount, largest, layout};
use super::arrange::{HEAD, STEADY};
use super::cell::head_ui::head_ui;
use super::cell::input_ui::input_ui;
use super::cell::picture_ui::picture_ui;
use super::cell::region_ui;
use super::compare_ui::{RowsScratch, rows_ui};
use super::large_ui;
use super::panels_menu_ui::panels_menu_ui;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::lines::{Line, Place, lines};
use crate::app::state::rows::panels::Arrangement;
use crate::app::state::viewport::View;
use crate::app::ui::kit::theme::GRID;

/// Draws all rows, or a single one as large as possible.
pub fn panels_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    stage: &mut StageScratch,
    scroll: &mut RowsScratch,
    commands: &mut Vec<Command>,
) {
    let rows = scene.state.rows();
    let mut view = scene.state.view;
    // A widget that has the focus takes the key itself.
    let free = ui.memory(|memory| memory.focused().is_none());
    stage.photo_alone = free && ui.input(|input| input.key_down(Key::Space));
    region_ui::end_lost_drags(ui, &rows, stage);
    if let Some(large) = large_ui::shown(scene, &rows, commands) {
        large_ui::large_ui(ui, scene, large, &mut view, stage, commands);
    } else {
        let lines = lines(&rows, scene.state.options.style.panels);
        match lines.as_slice() {
            [line] => single_ui(ui, scene, line, &mut view, stage, commands),
            lines => rows_ui(ui, scene, lines, &mut view, stage, scroll, commands),
        }
    }
    if view != scene.state.view {
        commands.push(Command::SetView(view));
    }
}

/// Draws the only line as large as possible.
fn single_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    line: &Line<'_>,
    view: &mut View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) {
    let area = ui.available_rect_before_wrap();
    let Some(picture) = scene.state.picture_of(line.row) else {
        return;
    };
    let places: Vec<Place<'_>> = line.places().map(|(_, place)| place).collect();
    let count = PanelCount {
        all: places.len(),
        large: places.iter().position(|place| line.looks_at(*place)),
    };
    let arrangement = match scene.state.options.style.panels.arrangement {
        // Walking a folder must not make the panels jump, so its images count as of one size there.
        Arrangement::Automatic if scene.gallery.is_shown() => largest(area, STEADY, count),
        chosen => chosen,
    };
    let ports = layout(area, picture.part_size(), arrangement, count);
    stage.frame = ports.first().map(|port| (*port, picture));

    // All cells handle input before any is drawn, so that the crosshair is the same in each.
    (view.pointer, stage.hovered) = (None, None);
    for (place, port) in places.iter().zip(&ports) {
        input_ui(ui, scene, *place, port, None, view, stage, commands);
    }
    // The menu is in the corner, whose panel leaves it room.
    let menu = panels_menu_ui(ui, scene, area.right_top(), line.is_pair, commands);
    for (place, port) in places.iter().zip(&ports) {
        let frame = view.frame(port, picture);
        // A small picture leaves room for its title beside it.
        let head = frame.with_max_x(frame.right().max(port.room.right()));
        let title_right = if head.top() - HEAD < menu.bottom() {
            menu.left() - GRID
        } else {
            head.right()
        };
        head_ui(ui, scene, *place, head, title_right);
        picture_ui(ui, scene, *place, port, view, stage, commands);
    }
}
