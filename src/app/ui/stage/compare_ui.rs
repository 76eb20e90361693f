//! Several views as rows: the classes that are compared, a second model, and what was pinned. Their
//! pictures stand column under column, so that the eye goes straight down from one to the next.

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{CursorIcon, Rect, Response, ScrollArea, Sense, Ui, UiBuilder, Vec2, pos2, vec2};

use super::arrange::{self, ROW_HEAD};
use super::panels_ui::Cell;
use crate::app::App;
use crate::app::commands::Command;
use crate::app::state::rows::{Row, RowId};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{draw_left, line};

/// Above all rows: what each column shows.
const COLUMN_HEAD: f32 = 20.0;
/// The scroll bar stands beside the pictures, in the margin of the stage.
const SCROLL_BAR: f32 = 12.0;

impl App {
    pub(crate) fn rows_ui(&mut self, ui: &mut Ui, rows: &[Row], commands: &mut Vec<Command>) {
        let stage = ui.available_rect_before_wrap();
        let sizes: Vec<Vec2> = rows
            .iter()
            .map(|row| {
                let photo = &row.subject.photo;
                vec2(photo.width() as f32, photo.height() as f32)
            })
            .collect();
        let room = stage.size() - vec2(0.0, COLUMN_HEAD + GRID);
        let plan = arrange::rows(room, &sizes);
        self.column_heads_ui(ui, stage, &plan);

        // Over a picture the wheel zooms, beside them it scrolls.
        let over_picture = self.hovered.is_some();
        let source = ScrollSource {
            scroll_bar: true,
            drag: DragScroll::Never,
            mouse_wheel: !over_picture,
        };
        self.state.view.pointer = None;
        self.hovered = None;
        let below = Rect::from_min_max(
            pos2(stage.left(), stage.top() + COLUMN_HEAD),
            stage.max + vec2(SCROLL_BAR, 0.0),
        );
        let reveal = self.reveal_row.take();
        let reveal = reveal.and_then(|id| rows.iter().position(|row| row.id == id));
        ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
            ScrollArea::vertical()
                .id_salt("rows")
                .auto_shrink(false)
                .scroll_source(source)
                .show(ui, |ui| {
                    let (block, _) =
                        ui.allocate_exact_size(vec2(stage.width(), plan.height), Sense::hover());
                    if let Some((top, height)) = reveal.map(|place| plan.tops[place]) {
                        let corner = block.min + vec2(0.0, top);
                        let row = vec2(stage.width(), ROW_HEAD + height);
                        ui.scroll_to_rect(Rect::from_min_size(corner, row), None);
                    }
                    self.rows_in(ui, block, &plan, rows, &sizes, commands);
                });
        });
    }

    fn column_heads_ui(&self, ui: &Ui, stage: Rect, plan: &arrange::Rows) {
        let y = stage.top() + COLUMN_HEAD / 2.0;
        let titles = Cell::of(RowId::Side(0)).map(|cell| cell.title(self.state.rule));
        for (title, left) in titles.into_iter().zip(plan.columns) {
            let text = line(ui, title, theme::small(), palette(ui).weak, plan.width);
            draw_left(ui, stage.left() + left, y, text);
        }
    }

    fn rows_in(
        &mut self,
        ui: &mut Ui,
        block: Rect,
        plan: &arrange::Rows,
        rows: &[Row],
        sizes: &[Vec2],
        commands: &mut Vec<Command>,
    ) {
        let head = |top: f32| {
            let right = plan.columns[3] + plan.width;
            Rect::from_min_max(
                block.min + vec2(plan.columns[0], top),
                block.min + vec2(right, top + ROW_HEAD),
            )
        };
        let picture = |column: usize, (top, height): (f32, f32)| {
            let corner = block.min + vec2(plan.columns[column], top + ROW_HEAD);
            Rect::from_min_size(corner, vec2(plan.width, height))
        };
        self.frame = rows.first().map(|_| (picture(0, plan.tops[0]), sizes[0]));

        // All listen before any is drawn, so that the crosshair is in step in each.
        for (number, (row, place)) in rows.iter().zip(&plan.tops).enumerate() {
            for (column, cell) in Cell::of(row.id).into_iter().enumerate() {
                let rect = picture(column, *place);
                if !ui.is_rect_visible(rect) {
                    continue;
                }
                let response = self.listen(ui, Some(row), cell, rect, Some(number + 1));
                let other = row.id.side().filter(|side| *side != self.state.active);
                if let Some(side) = other.filter(|_| response.clicked()) {
                    commands.push(Command::ActivateSide(side));
                }
            }
        }
        for (number, (row, place)) in rows.iter().zip(&plan.tops).enumerate() {
            let head = head(place.0);
            let whole = head.union(picture(3, *place));
            if !ui.is_rect_visible(whole) {
                continue;
            }
            let handle = self.row_head_ui(ui, row, number, head, commands);
            for (column, cell) in Cell::of(row.id).into_iter().enumerate() {
                self.picture_ui(ui, Some(row), cell, picture(column, *place), commands);
            }
            if let RowId::Pin(id) = row.id {
                self.reorder_ui(ui, id, &handle, rows, plan, block, commands);
            }
        }
    }

    /// A pin's head is its handle: dragged, it goes where it is let go.
    #[allow(clippy::too_many_arguments)]
    fn reorder_ui(
        &self,
        ui: &Ui,
        id: u64,
        handle: &Response,
        rows: &[Row],
        plan: &arrange::Rows,
        block: Rect,
        commands: &mut Vec<Command>,
    ) {
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
        let place = pins
            .filter(|(row, middle)| *row != RowId::Pin(id) && pointer.y > *middle)
            .count();
        if handle.drag_stopped() {
            commands.push(Command::MovePin(id, place));
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
        let top = others.get(place).copied().unwrap_or(plan.height);
        let y = block.top() + top - GRID / 2.0;
        let stroke = egui::Stroke::new(2.0, palette(ui).accent);
        let left = block.left() + plan.columns[0];
        let right = block.left() + plan.columns[3] + plan.width;
        ui.painter().hline(left..=right, y, stroke);
    }
}
