//! Several views as rows: compared classes, a second model, and pins. Their columns are aligned, so
//! that the same panel of each row can be compared straight down.

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{CursorIcon, Rect, Response, ScrollArea, Sense, Ui, UiBuilder, Vec2, pos2, vec2};

use super::StageScratch;
use super::arrange::{self, ROW_HEAD};
use super::cell::Cell;
use super::cell_input_ui::input_ui;
use super::picture_ui::picture_ui;
use super::row_head_ui::row_head_ui;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::{Row, RowId};
use crate::app::state::viewport::{Port, View};
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

/// The rows, the sizes of their photos, and their layout.
#[expect(clippy::struct_field_names, reason = "the rows themselves")]
struct Rows<'a> {
    rows: &'a [Row],
    sizes: &'a [Vec2],
    plan: &'a arrange::Rows,
    /// The rectangle of all rows together, on the screen.
    block: Rect,
}

impl Rows<'_> {
    fn head(&self, top: f32) -> Rect {
        let right = self.plan.columns[3] + self.plan.width;
        Rect::from_min_max(
            self.block.min + vec2(self.plan.columns[0], top),
            self.block.min + vec2(right, top + ROW_HEAD),
        )
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
    rows: &[Row],
    view: &mut View,
    stage: &mut StageScratch,
    scroll: &mut RowsScratch,
    commands: &mut Vec<Command>,
) {
    let area = ui.available_rect_before_wrap();
    let sizes: Vec<Vec2> = rows
        .iter()
        .map(|row| {
            let photo = &row.subject.photo;
            vec2(photo.width() as f32, photo.height() as f32)
        })
        .collect();
    let room = area.size() - vec2(0.0, COLUMN_HEAD + GRID);
    let plan = arrange::rows(room, &sizes);
    column_heads_ui(ui, scene, area, &plan);

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
    let reveal = reveal.and_then(|id| rows.iter().position(|row| row.id == id));
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
                    rows,
                    sizes: &sizes,
                    plan: &plan,
                    block,
                };
                rows_contents_ui(ui, scene, &laid_out, view, stage, commands);
            });
    });
}

fn column_heads_ui(ui: &Ui, scene: Scene<'_>, area: Rect, plan: &arrange::Rows) {
    let y = area.top() + COLUMN_HEAD / 2.0;
    let titles = Cell::of(RowId::Side(0)).map(|cell| cell.title(scene.state.options.rule));
    for (title, left) in titles.into_iter().zip(plan.columns) {
        let text = line(ui, title, theme::small(), palette(ui).weak, plan.width);
        draw_left(ui, area.left() + left, y, text);
    }
}

fn rows_contents_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    all: &Rows<'_>,
    view: &mut View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) {
    let (rows, tops) = (all.rows, &all.plan.tops);
    stage.frame = rows.first().map(|_| (all.port(0, 0), all.sizes[0]));

    // All cells handle input before any is drawn, so that the crosshair is the same in each.
    for (number, (row, position)) in rows.iter().zip(tops).enumerate() {
        for (column, cell) in Cell::of(row.id).into_iter().enumerate() {
            let rect = all.cell(column, *position);
            if !ui.is_rect_visible(rect) {
                continue;
            }
            let port = all.port(number, column);
            let place = (Some(number + 1), column);
            let response = input_ui(
                ui,
                scene,
                Some(row),
                cell,
                &port,
                place,
                view,
                stage,
                commands,
            );
            let active = scene.state.sides.active_index();
            let other = row.id.side().filter(|side| *side != active);
            if let Some(side) = other.filter(|_| response.clicked()) {
                commands.push(Command::ActivateSide(side));
            }
        }
    }
    for (number, (row, position)) in rows.iter().zip(tops).enumerate() {
        let head = all.head(position.0);
        if !ui.is_rect_visible(head.union(all.cell(3, *position))) {
            continue;
        }
        let handle = row_head_ui(ui, scene, row, number, head, view, commands);
        for (column, cell) in Cell::of(row.id).into_iter().enumerate() {
            let port = all.port(number, column);
            picture_ui(ui, scene, Some(row), cell, &port, view, stage, commands);
        }
        if let RowId::Pin(id) = row.id {
            reorder_ui(ui, id, &handle, all, commands);
        }
    }
}

/// Lets a pin be dragged by its head and moved to where it is dropped.
fn reorder_ui(ui: &Ui, id: u64, handle: &Response, all: &Rows<'_>, commands: &mut Vec<Command>) {
    let (rows, plan, block) = (all.rows, all.plan, all.block);
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
    let pins = rows
        .iter()
        .zip(&plan.tops)
        .filter_map(|(row, (top, height))| {
            let middle = block.top() + top + (ROW_HEAD + height) / 2.0;
            matches!(row.id, RowId::Pin(_)).then_some((row.id, middle))
        });
    let position = pins
        .filter(|(row, middle)| *row != RowId::Pin(id) && pointer.y > *middle)
        .count();
    if handle.drag_stopped() {
        commands.push(Command::MovePin(id, position));
        return;
    }
    let first = rows.iter().position(|row| matches!(row.id, RowId::Pin(_)));
    let others: Vec<f32> = rows
        .iter()
        .zip(&plan.tops)
        .skip(first.unwrap_or_default())
        .filter(|(row, _)| row.id != RowId::Pin(id))
        .map(|(_, (top, _))| *top)
        .collect();
    let top = others.get(position).copied().unwrap_or(plan.height);
    let y = block.top() + top - GRID / 2.0;
    let stroke = egui::Stroke::new(2.0, palette(ui).accent);
    let left = block.left() + plan.columns[0];
    let right = block.left() + plan.columns[3] + plan.width;
    ui.painter().hline(left..=right, y, stroke);
}
