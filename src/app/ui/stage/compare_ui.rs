//! Several views: compared classes, a second model, and pins. As rows their columns are aligned, so that the
//! same panel of each can be compared straight down; a few are blocks, where that shows them much larger.

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{
    Color32, CursorIcon, Pos2, Rect, Response, ScrollArea, Sense, Ui, UiBuilder, Vec2, pos2, vec2,
};

use super::StageScratch;
use super::arrange::STEADY;
use super::arrange::lines::{Plan, Shape, choose, lay_out};
use super::cell::head_ui::head_ui;
use super::cell::input_ui::input_ui;
use super::cell::picture_ui::picture_ui;
use super::cell::title;
use super::panels_menu_ui::panels_menu_ui;
use super::row_head_ui::row_head_ui;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::RowId;
use crate::app::state::rows::lines::{Line, Place};
use crate::app::state::rows::panels::Arrangement;
use crate::app::state::viewport::{Picture, Port, View};
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};

/// The height of the column titles above all rows.
const COLUMN_HEAD: f32 = 24.0;
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
    plan: &'a Plan,
    /// The rectangle of all lines together, on the screen.
    block: Rect,
}

impl Rows<'_> {
    fn head(&self, line: usize) -> Rect {
        self.plan.lines[line]
            .head
            .translate(self.block.min.to_vec2())
    }

    /// The line with its head.
    fn rect(&self, line: usize) -> Rect {
        self.plan.lines[line]
            .rect()
            .translate(self.block.min.to_vec2())
    }

    fn port(&self, line: usize, column: usize) -> Port {
        let by = self.block.min.to_vec2();
        let Port { whole, room } = self.plan.lines[line].ports[column];
        Port {
            whole: whole.translate(by),
            room: room.translate(by),
        }
    }
}

/// The shape of a line, if its photo has this size.
fn shape(line: &Line<'_>, picture: Vec2) -> Shape {
    let large = line.places().find(|(_, place)| line.looks_at(*place));
    Shape {
        picture,
        columns: line.columns.len(),
        large: large.map(|(column, _)| column),
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
    let shapes_of = |size: &dyn Fn(usize) -> Vec2| -> Vec<Shape> {
        let lines = lines.iter().take(sizes.len()).enumerate();
        lines.map(|(i, line)| shape(line, size(i))).collect()
    };
    let shapes = shapes_of(&|line| sizes[line]);
    let choice = match scene.state.options.style.panels.arrangement {
        Arrangement::Automatic if scene.gallery.is_shown() => {
            choose(room, &shapes_of(&|_| STEADY), Arrangement::Automatic)
        }
        chosen => choose(room, &shapes, chosen),
    };
    let plan = lay_out(room, &shapes, choice);
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
                let laid_out = Rows {
                    lines,
                    pictures: &pictures,
                    plan: &plan,
                    block,
                };
                if let Some(line) = reveal.filter(|line| *line < plan.lines.len()) {
                    ui.scroll_to_rect(laid_out.rect(line), None);
                }
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
    plan: &Plan,
    commands: &mut Vec<Command>,
) {
    let y = area.top() + COLUMN_HEAD / 2.0;
    let corner = area.min + vec2(plan.right(), 0.0);
    let menu = panels_menu_ui(ui, scene, corner, false, commands);
    let Some((columns, width)) = &plan.columns else {
        return;
    };
    for (column, left) in columns.iter().enumerate() {
        let left = area.left() + left;
        let room = width.min(menu.left() - GRID - left);
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
    let lines = all.lines;
    stage.frame = all
        .pictures
        .first()
        .map(|picture| (all.port(0, 0), *picture));

    // All cells handle input before any is drawn, so that the crosshair is the same in each.
    for (index, line) in lines.iter().take(all.plan.lines.len()).enumerate() {
        for (column, place) in line.places() {
            let port = all.port(index, column);
            if !ui.is_rect_visible(port.room) {
                continue;
            }
            let number = Some(index + 1);
            let response = input_ui(ui, scene, place, &port, number, view, stage, commands);
            let active = scene.state.sides.active_index();
            let other = place.id().side().filter(|side| *side != active);
            if let Some(side) = other.filter(|_| response.clicked()) {
                commands.push(Command::ActivateSide(side));
            }
        }
    }
    for (index, line) in lines.iter().take(all.plan.lines.len()).enumerate() {
        let Some(row) = line.row else { continue };
        if !ui.is_rect_visible(all.rect(index)) {
            continue;
        }
        let of = (row, line.is_pair);
        let handle = row_head_ui(ui, scene, of, index, all.head(index), view, commands);
        for (column, place) in line.places() {
            let port = all.port(index, column);
            panel_ui(
                ui,
                scene,
                (place, column),
                (all, index, &port),
                view,
                stage,
                commands,
            );
        }
        if let RowId::Pin(id) = row.id {
            reorder_ui(ui, id, &handle, all, commands);
        }
    }
}

/// One panel of a line. Where the columns have no titles, it has its own.
fn panel_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    (place, column): (Place<'_>, usize),
    (all, line, port): (&Rows<'_>, usize, &Port),
    view: &View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) {
    if all.plan.columns.is_none() {
        let frame = view.frame(port, all.pictures[line]);
        let head = frame.with_max_x(frame.right().max(port.room.right()));
        head_ui(ui, scene, place, head, head.right());
        picture_ui(ui, scene, place, port, view, stage, commands);
        return;
    }
    picture_ui(ui, scene, place, port, view, stage, commands);
    let title = title(scene, place);
    if title != column_title(scene, all.lines, column) {
        plate_ui(ui, &title, port.whole.min, port.whole.width());
    }
}

/// Lets a pin be dragged by its head and moved to where it is dropped.
fn reorder_ui(ui: &Ui, id: u64, handle: &Response, all: &Rows<'_>, commands: &mut Vec<Command>) {
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
    let pins = all.lines.iter().take(all.plan.lines.len()).enumerate();
    let pins = pins.filter_map(|(index, line)| match line.row?.id {
        RowId::Pin(pin) if pin != id => Some(all.rect(index)),
        RowId::Pin(_) | RowId::Side(_) | RowId::Rival(_) | RowId::Versus(_) => None,
    });
    let others: Vec<Rect> = pins.collect();
    let is_wide = all.plan.is_wide;
    let is_before = |rect: &&Rect| {
        if is_wide {
            let beside = pointer.y > rect.top() && pointer.x > rect.center().x;
            pointer.y > rect.bottom() || beside
        } else {
            pointer.y > rect.center().y
        }
    };
    let position = others.iter().filter(is_before).count();
    if handle.drag_stopped() {
        commands.push(Command::MovePin(id, position));
        return;
    }
    // Before the pin that follows, or after the last line.
    let stroke = egui::Stroke::new(2.0, palette(ui).accent);
    let last = all.plan.lines.len().saturating_sub(1);
    let (next, follows) = match others.get(position) {
        Some(rect) => (*rect, true),
        None => (all.rect(last), false),
    };
    if is_wide {
        let x = if follows { next.left() } else { next.right() };
        ui.painter().vline(x, next.y_range(), stroke);
    } else {
        let y = if follows {
            next.top() - GRID / 2.0
        } else {
            next.bottom() + GRID / 2.0
        };
        ui.painter().hline(next.x_range(), y, stroke);
    }
}
