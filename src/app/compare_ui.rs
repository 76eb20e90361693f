//! Several views as rows: the classes that are compared, a second model, and what was pinned. Their
//! pictures stand column under column, so that the eye goes straight down from one to the next.

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{
    Align, Button, CursorIcon, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::explain::Score;
use crate::picture::caption::{percent, significant};

use super::App;
use super::arrange::{self, ROW_HEAD};
use super::commands::Command;
use super::panels_ui::Cell;
use super::rows::{Row, RowId};
use super::theme::{self, GRID, palette};
use super::widgets::{draw_left, draw_right, line};

/// Above all rows: what each column shows.
const COLUMN_HEAD: f32 = 20.0;

impl App {
    pub(super) fn rows_ui(&mut self, ui: &mut Ui, rows: &[Row], commands: &mut Vec<Command>) {
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
        let below = Rect::from_min_max(pos2(stage.left(), stage.top() + COLUMN_HEAD), stage.max);
        ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
            ScrollArea::vertical()
                .id_salt("rows")
                .auto_shrink(false)
                .scroll_source(source)
                .show(ui, |ui| {
                    let (block, _) =
                        ui.allocate_exact_size(vec2(stage.width(), plan.height), Sense::hover());
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
            self.row_head_ui(ui, row, number, head, commands);
            for (column, cell) in Cell::of(row.id).into_iter().enumerate() {
                self.picture_ui(ui, Some(row), cell, picture(column, *place));
            }
            if let RowId::Pin(id) = row.id {
                self.reorder_ui(ui, id, head, rows, plan, block, commands);
            }
        }
    }

    /// What a row is of, what is known of it, and what can be done with it.
    fn row_head_ui(
        &self,
        ui: &mut Ui,
        row: &Row,
        number: usize,
        head: Rect,
        commands: &mut Vec<Command>,
    ) {
        let colours = palette(ui);
        let active = row.id == RowId::Side(self.state.active) && self.state.sides.len() > 1;
        let y = head.center().y + 2.0;
        let mut right = head.right();
        let buttons = Rect::from_min_max(pos2(head.center().x, head.top() + 4.0), head.max);
        ui.scope_builder(UiBuilder::new().max_rect(buttons), |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                for (label, hint, command) in actions(row, self.place_of_pin(row.id)) {
                    let name = format!("{label}, row {}", number + 1);
                    let button = ui.add(Button::new(label).small()).on_hover_text(hint);
                    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                    right = right.min(button.rect.left() - GRID);
                    if button.clicked() {
                        commands.push(command);
                    }
                }
            });
        });
        if let Some(text) = self.numbers(row) {
            let numbers = line(ui, &text, theme::small(), colours.weak, head.width() / 3.0);
            right = draw_right(ui, right, y, numbers) - 2.0 * GRID;
        }
        let mut left = head.left();
        if active {
            let mark = Rect::from_min_size(pos2(left, y - 7.0), vec2(3.0, 14.0));
            ui.painter().rect_filled(mark, 1.5, colours.accent);
            left += GRID + 3.0;
        }
        let subject = &row.subject;
        let name = line(
            ui,
            &subject.score_name(),
            theme::title(),
            colours.text,
            right - left,
        );
        left = draw_left(ui, left, y, name) + GRID + 4.0;
        let mut more = vec![
            subject.layer.clone().unwrap_or_default(),
            subject.card.name.clone(),
        ];
        if self.state.photo.as_ref().map(|p| p.id) != Some(subject.photo.id) {
            more.push(subject.photo.name());
        }
        if subject.rule != self.state.rule {
            more.push(subject.rule.label().to_lowercase());
        }
        if subject.fit != self.state.fit {
            more.push(subject.fit.label().to_lowercase());
        }
        if matches!(row.id, RowId::Pin(_)) {
            more.push("pinned".to_owned());
        }
        if let (RowId::Versus(_), Some(Score::Versus { a, b })) = (row.id, subject.score) {
            let name = |class| Score::For(class).describe(&subject.card.labels);
            let own = self
                .textures
                .row(row.id)
                .and_then(|own| own.difference.as_ref());
            let end = own.map_or_else(String::new, |(_, d)| format!(", ±{}", significant(d.end)));
            more = vec![format!(
                "difference: red is {}, blue {}{end}",
                name(a),
                name(b)
            )];
        }
        let area = Rect::from_min_max(head.min, pos2(right, head.max.y));
        let id = ui.scope_id().with((row.id, "head"));
        let response = ui.interact(area, id, Sense::hover());
        let said = format!("{}  ·  {}", subject.score_name(), more.join("  ·  "));
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        if right - left > 3.0 * GRID {
            let more = line(
                ui,
                &more.join("  ·  "),
                theme::small(),
                colours.weak,
                right - left,
            );
            draw_left(ui, left, y, more);
        }
    }

    fn place_of_pin(&self, row: RowId) -> Option<usize> {
        let pins = &self.state.pins;
        pins.iter().position(|pin| RowId::Pin(pin.id) == row)
    }

    /// Probability and the map's maximum, or its value under the crosshair.
    fn numbers(&self, row: &Row) -> Option<String> {
        let results = &self.state.results;
        let heat = results.heat(&row.subject)?;
        let max = significant(heat.map.max());
        let map = match self.reading_of(Some(row)).and_then(|reading| reading.map) {
            Some(value) => format!("{} of {max}", significant(value)),
            None => format!("maximum {max}"),
        };
        let probability = match row.subject.score? {
            Score::Versus { .. } => None,
            score => {
                let answer = results.answer(&row.subject)?;
                answer.probabilities.get(score.class()).copied()
            }
        };
        Some(match probability {
            Some(probability) => format!("{}  ·  {map}", percent(probability)),
            None => map,
        })
    }

    /// A pin's head is its handle: dragged, it goes where it is let go.
    #[allow(clippy::too_many_arguments)]
    fn reorder_ui(
        &self,
        ui: &Ui,
        id: u64,
        head: Rect,
        rows: &[Row],
        plan: &arrange::Rows,
        block: Rect,
        commands: &mut Vec<Command>,
    ) {
        // Left of the buttons.
        let handle = Rect::from_min_max(head.min, pos2(head.center().x, head.bottom()));
        let response = ui
            .interact(handle, ui.scope_id().with(("handle", id)), Sense::drag())
            .on_hover_cursor(CursorIcon::Grab);
        let Some(pointer) = ui.input(|i| i.pointer.interact_pos()) else {
            return;
        };
        if !response.dragged() && !response.drag_stopped() {
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
        if response.drag_stopped() {
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
        ui.painter().hline(head.x_range(), y, stroke);
    }
}

/// What can be done with a row: label, hint, command; from right to left. `place` is a pin's place
/// among the pins.
fn actions(row: &Row, place: Option<usize>) -> Vec<(&'static str, &'static str, Command)> {
    match row.id {
        RowId::Pin(id) => {
            let mut actions = vec![
                ("Unpin", "Take this row away", Command::Unpin(id)),
                (
                    "Make live",
                    "Go on from this view: its picture, model, class and layer",
                    Command::MakeLive(id),
                ),
            ];
            if let Some(above) = place.and_then(|place| place.checked_sub(1)) {
                let hint = "Change places with the pin above; or drag the row by its head";
                actions.push(("Up", hint, Command::MovePin(id, above)));
            }
            actions
        }
        RowId::Side(side) => vec![(
            "Pin",
            "Keep this view as a row of its own",
            Command::Pin(RowId::Side(side)),
        )],
        RowId::Rival(side) | RowId::Versus(side) => {
            let mut actions = vec![(
                "Pin",
                "Keep this view as a row of its own",
                Command::Pin(row.id),
            )];
            if matches!(row.id, RowId::Rival(_)) {
                actions.insert(
                    0,
                    (
                        "Stop comparing",
                        "Look at one class alone again",
                        Command::SetRival(side, None),
                    ),
                );
            }
            actions
        }
    }
}
