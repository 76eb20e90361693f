//! Several views as rows: compared classes, a second model, and pins. Their columns are aligned, so
//! that the same panel of each row can be compared straight down.

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{
    Color32, CursorIcon, Pos2, Rect, Response, ScrollArea, Sense, Ui, UiBuilder, Vec2, pos2, vec2,
};

use super::StageScratch;
use super::arrange::{self, ROW_HEAD};
use super::cell::input_ui::input_ui;
use super::cell::picture_ui::picture_ui;
use super::cell::title;
use super::panels_menu_ui::panels_menu_ui;
use super::row_head_ui::row_head_ui;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::RowId;
use crate::app::state::rows::lines::Line;
use crate::app::state::viewport::{Picture, Port, View};
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};

/// The height of the column titles above all rows.
const COLUMN_HEAD: f32 = 20.0;
/// The width of the scroll bar, which is beside the images in the margin of the stage.
const SCROLL_BAR: f32 = 12.0;

/// What the rows keep from frame to frame.
#[derive(Debug, Default)]
pub struct RowsScratch {
    /// A row to scroll to, once.
    pub reveal: Option<RowId>,
}

/// The lines of panels, their photos, and their layout.
struct Rows<'a> {
    lines: &'a [Line<'a>],
    pictures: &'a [Picture],
    plan: &'a arrange::Rows,
    /// The rectangle of all rows together, on the screen.
    block: Rect,
}

impl Rows<'_> {
    fn head(&self, top: f32) -> Rect {
        Rect::from_min_max(
            self.block.min + vec2(self.left(), top),
            self.block.min + vec2(self.plan.right(), top + ROW_HEAD),
        )
    }

    /// The left edge of the first column.
    fn left(&self) -> f32 {
        self.plan.columns.first().copied().unwrap_or_default()
    }

    fn port(&self, row: usize, column: usize) -> Port {
        Port::fixed(self.cell(column, self.plan.tops[row]))
    }

    fn cell(&self, column: usize, (top, height): (f32, f32)) -> Rect {
        let corner = self.block.min + vec2(self.plan.columns[column], top + ROW_HEAD);
        Rect::from_min_size(corner, vec2(self.plan.width, height))
    }
}

/// Draws several rows, in a scroll area if they do not all fit.
pub fn rows_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    lines: &[Line<'_>],
    view: &mut View,
    stage: &mut StageScratch,
    scroll: &mut RowsScratch,
    commands: &mut Vec<Command>,
) {
    let area = ui.available_rect_before_wrap();
    let pictures = lines.iter().filter(|line| line.row.is_some());
    let pictures = pictures.filter_map(|line| scene.state.picture_of(line.row));
    let pictures: Vec<Picture> = pictures.collect();
    let sizes: Vec<Vec2> = pictures.iter().map(Picture::part_size).collect();
    let room = area.size() - vec2(0.0, COLUMN_HEAD + GRID);
    let columns = lines.iter().map(|line| line.columns.len()).max();
    let plan = arrange::rows(room, columns.unwrap_or(1), &sizes);
    column_heads_ui(ui, scene, lines, area, &plan, commands);

    // Over an image the wheel zooms; beside the images it scrolls.
    let source = ScrollSource {
        scroll_bar: true,
        drag: DragScroll::Never,
        mouse_wheel: stage.hovered.is_none(),
    };
    (view.pointer, stage.hovered) = (None, None);
    let below = Rect::from_min_max(
        pos2(area.left(), area.top() + COLUMN_HEAD),
        area.max + vec2(SCROLL_BAR, 0.0),
    );
    let reveal = scroll.reveal.take();
    let reveal = reveal.and_then(|id| lines.iter().position(|line| line.shows(id)));
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
        ScrollArea::vertical()
            .id_salt("rows")
            .auto_shrink(false)
            .scroll_source(source)
            .show(ui, |ui| {
                let (block, _) =
                    ui.allocate_exact_size(vec2(area.width(), plan.height), Sense::hover());
                if let Some((top, height)) = reveal.map(|position| plan.tops[position]) {
                    let corner = block.min + vec2(0.0, top);
                    let row = vec2(area.width(), ROW_HEAD + height);
                    ui.scroll_to_rect(Rect::from_min_size(corner, row), None);
                }
                let laid_out = Rows {
                    lines,
                    pictures: &pictures,
                    plan: &plan,
                    block,
                };
                rows_contents_ui(ui, scene, &laid_out, view, stage, commands);
            });
    });
}

/// The title of a column: that of its first panel. A panel with another one says so itself.
fn column_title(scene: Scene<'_>, lines: &[Line<'_>], column: usize) -> String {
    let mut places = lines
        .iter()
        .filter_map(|line| line.columns.get(column).copied().flatten());
    places
        .next()
        .map_or_else(String::new, |place| title(scene, place))
}

fn column_heads_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    lines: &[Line<'_>],
    area: Rect,
    plan: &arrange::Rows,
    commands: &mut Vec<Command>,
) {
    let y = area.top() + COLUMN_HEAD / 2.0;
    let corner = area.min + vec2(plan.right(), 0.0);
    let menu = panels_menu_ui(ui, scene, corner, false, commands);
    for (column, left) in plan.columns.iter().enumerate() {
        let left = area.left() + left;
        let room = plan.width.min(menu.left() - GRID - left);
        let title = column_title(scene, lines, column);
        let text = line(ui, &title, theme::small(), palette(ui).weak, room);
        draw_left(ui, left, y, text);
    }
}

/// Names a panel that is not what the head of its column says.
fn plate_ui(ui: &Ui, title: &str, corner: Pos2, width: f32) {
    let text = line(
        ui,
        title,
        theme::small(),
        Color32::WHITE,
        width - 2.0 * GRID,
    );
    let plate = Rect::from_min_size(corner, text.size() + vec2(2.0 * GRID, 4.0));
    ui.painter().rect_filled(plate, 0.0, theme::shade(160));
    draw_left(ui, corner.x + GRID, plate.center().y, text);
}

fn rows_contents_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    all: &Rows<'_>,
    view: &mut View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) {
    let (lines, tops) = (all.lines, &all.plan.tops);
    stage.frame = all
        .pictures
        .first()
        .map(|picture| (all.port(0, 0), *picture));

    // All cells handle input before any is drawn, so that the crosshair is the same in each.
    for (index, (line, position)) in lines.iter().zip(tops).enumerate() {
        for (column, place) in line.places() {
            let rect = all.cell(column, *position);
            if !ui.is_rect_visible(rect) {
                continue;
            }
            let port = all.port(index, column);
            let number = Some(index + 1);
            let response = input_ui(ui, scene, place, &port, number, view, stage, commands);
            let active = scene.state.sides.active_index();
            let other = place.id().side().filter(|side| *side != active);
            if let Some(side) = other.filter(|_| response.clicked()) {
                commands.push(Command::ActivateSide(side));
            }
        }
    }
    for (index, (line, position)) in lines.iter().zip(tops).enumerate() {
        let head = all.head(position.0);
        let Some(row) = line.row else { continue };
        if !ui.is_rect_visible(head.union(all.cell(0, *position))) {
            continue;
        }
        let of = (row, line.is_pair);
        let handle = row_head_ui(ui, scene, of, index, head, view, commands);
        for (column, place) in line.places() {
            let port = all.port(index, column);
            picture_ui(ui, scene, place, &port, view, stage, commands);
            let title = title(scene, place);
            if title != column_title(scene, lines, column) {
                let rect = all.cell(column, *position);
                plate_ui(ui, &title, rect.min, rect.width());
            }
        }
        if let RowId::Pin(id) = row.id {
            reorder_ui(ui, id, &handle, all, commands);
        }
    }
}

/// Lets a pin be dragged by its head and moved to where it is dropped.
fn reorder_ui(ui: &Ui, id: u64, handle: &Response, all: &Rows<'_>, commands: &mut Vec<Command>) {
    let (plan, block) = (all.plan, all.block);
    let ids: Vec<Option<RowId>> = all.lines.iter().map(|line| Some(line.row?.id)).collect();
    let is_pin = |id: &Option<RowId>| matches!(id, Some(RowId::Pin(_)));
    if handle.hovered() {
        ui.set_cursor_icon(CursorIcon::Grab);
    }
    let Some(pointer) = ui.input(|i| i.pointer.interact_pos()) else {
        return;
    };
    if !handle.dragged() && !handle.drag_stopped() {
        return;
    }
    ui.set_cursor_icon(CursorIcon::Grabbing);
    let pins = ids
        .iter()
        .zip(&plan.tops)
        .filter(|(row, _)| is_pin(row))
        .map(|(row, (top, height))| (row, block.top() + top + (ROW_HEAD + height) / 2.0));
    let position = pins
        .filter(|(row, middle)| **row != Some(RowId::Pin(id)) && pointer.y > *middle)
        .count();
    if handle.drag_stopped() {
        commands.push(Command::MovePin(id, position));
        return;
    }
    let first = ids.iter().position(is_pin);
    let others: Vec<f32> = ids
        .iter()
        .zip(&plan.tops)
        .skip(first.unwrap_or_default())
        .filter(|(row, _)| **row != Some(RowId::Pin(id)))
        .map(|(_, (top, _))| *top)
        .collect();
    let top = others.get(position).copied().unwrap_or(plan.height);
    let y = block.top() + top - GRID / 2.0;
    let stroke = egui::Stroke::new(2.0, palette(ui).accent);
    let left = block.left() + all.left();
    let right = block.left() + plan.right();
    ui.painter().hline(left..=right, y, stroke);
}
