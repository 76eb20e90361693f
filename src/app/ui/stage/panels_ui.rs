//! The panels: the four of one view, or several rows of four. All share one zoom and one crosshair.

use egui::{Key, Rect, Sense, Ui, pos2, vec2};

use super::StageScratch;
use super::arrange::{HEAD, largest, layout};
use super::cell::{Cell, caption};
use super::cell_input_ui::input_ui;
use super::compare_ui::{RowsScratch, rows_ui};
use super::large_ui;
use super::picture_ui::picture_ui;
use super::region_ui;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::rows::{Row, RowId};
use crate::app::state::view_options::Arrangement;
use crate::app::state::viewport::View;
use crate::app::ui::kit::text::{draw_left, line, lines};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::busy;

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
    } else if rows.len() > 1 {
        rows_ui(ui, scene, &rows, &mut view, stage, scroll, commands);
    } else {
        single_ui(ui, scene, rows.first(), &mut view, stage, commands);
    }
    if view != scene.state.view {
        commands.push(Command::SetView(view));
    }
}

fn single_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    row: Option<&Row>,
    view: &mut View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) {
    let area = ui.available_rect_before_wrap();
    let photo = row
        .map(|row| &row.subject.photo)
        .or(scene.state.photo.as_ref());
    let Some(photo) = photo else { return };
    let size = vec2(photo.width() as f32, photo.height() as f32);
    let arrangement = match scene.state.options.style.arrangement {
        // Walking a folder must not make the panels jump, so its images count as of one size there.
        Arrangement::Automatic if scene.gallery.is_shown() => largest(area, vec2(4.0, 3.0)),
        chosen => chosen,
    };
    let ports = layout(area, size, arrangement);
    stage.frame = Some((ports[0], size));

    // All cells handle input before any is drawn, so that the crosshair is the same in each.
    (view.pointer, stage.hovered) = (None, None);
    let id = row.map_or(RowId::Side(0), |row| row.id);
    let cells = Cell::of(id);
    for (column, (cell, port)) in cells.into_iter().zip(&ports).enumerate() {
        let place = (None, column);
        input_ui(ui, scene, row, cell, port, place, view, stage, commands);
    }
    for (cell, port) in cells.into_iter().zip(&ports) {
        let frame = view.frame(port, size);
        // A small picture leaves room for its title beside it.
        let head = frame.with_max_x(frame.right().max(port.room.right()));
        head_ui(ui, scene, row, cell, head);
        picture_ui(ui, scene, row, cell, port, view, stage, commands);
    }
}

/// The title and the caption above a panel.
pub fn head_ui(ui: &Ui, scene: Scene<'_>, row: Option<&Row>, cell: Cell, rect: Rect) {
    let colours = palette(ui);
    let top = rect.top() - HEAD;
    let title = line(
        ui,
        cell.title(scene.state.options.rule),
        theme::title(),
        colours.text,
        rect.width(),
    );
    draw_left(ui, rect.left(), top + 9.0, title);
    let text = caption(scene, row, cell);
    let caption = lines(ui, &text, theme::small(), colours.weak, rect.width(), 1);
    draw_left(ui, rect.left(), top + 27.0, caption.clone());
    if caption.elided {
        let area = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), HEAD - 4.0));
        ui.interact(area, ui.scope_id().with((cell, "head")), Sense::hover())
            .on_hover_text(text);
    }
}

/// The invitation to open a photo, shown where the panels will be.
pub fn invitation_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let stage = ui.available_rect_before_wrap();
    let opening = scene.tasks.photo.is_some();
    let centre = Rect::from_center_size(stage.center(), vec2(stage.width(), 96.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(centre), |ui| {
        ui.vertical_centered(|ui| {
            if opening {
                let (mark, _) = ui.allocate_exact_size(vec2(48.0, 48.0), Sense::hover());
                busy(ui, mark.center(), GRID, colours.weak);
                return;
            }
            let text = egui::RichText::new("Open or drop a photo").font(theme::display());
            ui.label(text.color(colours.text));
            ui.add_space(GRID);
            let action = Action::OpenImage;
            let button = egui::Button::new("Choose a photo…").min_size(vec2(128.0, 32.0));
            if ui
                .add(button)
                .on_hover_text(action.hint(ui.ctx()))
                .clicked()
            {
                commands.push(action.into());
            }
        });
    });
}
