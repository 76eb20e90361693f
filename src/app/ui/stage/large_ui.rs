//! One panel that fills the stage, with a line to drag: left of it is the photo, right of it the overlay.

use egui::{
    Align, Button, CursorIcon, Layout, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};

use super::StageScratch;
use super::arrange::HEAD;
use super::cell::head_ui::head_ui;
use super::cell::input_ui::input_ui;
use super::cell::picture_ui::picture_ui;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::rows::Row;
use crate::app::state::rows::lines::{Cell, Place};
use crate::app::state::viewport::{Picture, Port, View};
use crate::app::ui::kit::theme::{self, GRID};
use crate::app::ui::kit::widgets::on_stage;
use crate::figure::Panel;

/// How far from the line a press takes hold of it.
const GRAB: f32 = 8.0;
/// The size of the handle on the line.
const HANDLE: egui::Vec2 = vec2(10.0, 36.0);

/// The panel that fills the stage, if one does. All panels are shown again once its row is gone.
pub fn shown<'a>(
    scene: Scene<'_>,
    rows: &'a [Row],
    commands: &mut Vec<Command>,
) -> Option<(&'a Row, Cell)> {
    let large = scene.state.large?;
    let row = rows.iter().find(|row| row.id == large.row);
    // While a photo or a model is being opened there may be no row at all.
    if row.is_none() && !rows.is_empty() {
        commands.push(Command::Enlarge(None));
    }
    Some((row?, large.cell))
}

pub fn large_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    (row, cell): (&Row, Cell),
    view: &mut View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) {
    let place = Place {
        row: Some(row),
        cell,
    };
    let Some(picture) = scene.state.picture_of(Some(row)) else {
        return;
    };
    let size = picture.part_size();
    let area = ui.available_rect_before_wrap();
    let room = Rect::from_min_max(area.min + vec2(0.0, HEAD), area.max);
    let scale = (room.width() / size.x).min(room.height() / size.y);
    let whole = Rect::from_center_size(room.center(), (size * scale).floor());
    let port = Port { whole, room };
    stage.frame = Some((port, picture));
    (view.pointer, stage.hovered) = (None, None);

    let splits = match cell {
        Cell::Panel(Panel::HeatMap) | Cell::Difference => true,
        Cell::Panel(Panel::Original | Panel::GuidedBackprop | Panel::GuidedGradCam) => false,
    };
    // The line comes after the panel, so that it is on top and takes its presses.
    input_ui(ui, scene, place, &port, None, view, stage, commands);
    if splits {
        split_input_ui(ui, &port, view, picture, stage);
    }
    let frame = view.frame(&port, picture);
    head_ui(ui, scene, place, frame, frame.right());
    back_ui(ui, frame, commands);
    picture_ui(ui, scene, place, &port, view, stage, commands);
    if splits && !stage.photo_alone {
        split_ui(ui, &port, view, picture, stage);
    }
}

/// The button above the panel that shows all panels again.
fn back_ui(ui: &mut Ui, frame: Rect, commands: &mut Vec<Command>) {
    let corner = frame.right_top() - vec2(0.0, HEAD);
    let area = Rect::from_min_max(corner - vec2(160.0, 0.0), corner + vec2(0.0, HEAD - GRID));
    ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            on_stage(ui);
            let button = ui.add(Button::new("All panels"));
            if button
                .on_hover_text(Action::LargePanel.hint(ui.ctx()))
                .clicked()
            {
                commands.push(Command::Enlarge(None));
            }
        });
    });
}

/// Where the line is on the screen.
fn line_x(port: &Port, view: &View, picture: Picture, stage: &StageScratch) -> f32 {
    let photo = view.picture_rect(port, picture);
    let x = photo.left() + photo.width() * stage.split;
    let frame = view.frame(port, picture);
    x.clamp(frame.left(), frame.right())
}

fn split_input_ui(ui: &Ui, port: &Port, view: &View, picture: Picture, stage: &mut StageScratch) {
    let x = line_x(port, view, picture, stage);
    let grab = Rect::from_x_y_ranges(x - GRAB..=x + GRAB, view.frame(port, picture).y_range());
    let response = ui.interact(grab, ui.scope_id().with("split"), Sense::drag());
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    if response.dragged()
        && let Some(point) = response.interact_pointer_pos()
    {
        let photo = view.picture_rect(port, picture);
        let share = (point.x - photo.left()) / photo.width();
        stage.split = share.clamp(0.0, 1.0);
    }
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, "Photo on the left");
        info.value = Some(f64::from(stage.split));
        info
    });
}

/// Draws the line with its handle.
fn split_ui(ui: &Ui, port: &Port, view: &View, picture: Picture, stage: &StageScratch) {
    let x = line_x(port, view, picture, stage);
    let frame = view.frame(port, picture);
    let painter = ui.painter_at(frame.expand2(vec2(HANDLE.x, 0.0)));
    for (width, colour) in [(3.0, theme::shade(120)), (1.0, theme::light(230))] {
        painter.vline(x, frame.y_range(), Stroke::new(width, colour));
    }
    let handle = Rect::from_center_size(pos2(x, frame.center().y), HANDLE);
    painter.rect_filled(handle.expand(1.0), 4.0, theme::shade(120));
    painter.rect_filled(handle, 4.0, theme::light(230));
}
