//! The images of the open folder in a grid that fills the stage. Typing searches, the arrow keys walk, Enter
//! opens and Esc goes back.

use egui::{Key, Modifiers, Rect, Role, ScrollArea, Sense, Slider, Ui, WidgetInfo, pos2, vec2};

use super::cell_ui::{Cell, words_ui};
use super::scratch::GalleryScratch;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::gallery::{MAX_TILE, MIN_TILE};
use crate::app::scene::Scene;
use crate::app::ui::context_menu::pictures::picture_entries;
use crate::app::ui::context_menu::{Entries, context_menu};
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{search, takes_arrows};
use crate::app::wording::thousands;

/// Room for the scroll bar, which floats over the contents.
const SCROLL_BAR: f32 = 12.0;
/// The room between two tiles.
const GAP: f32 = 2.0 * GRID;
/// The height of a picture, in widths.
const HEIGHT: f32 = 0.8;
/// The room for the words below a picture.
const WORDS: f32 = 68.0;
/// The width of the search field, and that of the slider.
const SEARCH: f32 = 240.0;
const SLIDER: f32 = 120.0;

/// What the grid keeps from frame to frame.
#[derive(Default)]
pub struct GridScratch {
    /// The image that the keyboard is at.
    marked: Option<usize>,
    /// Whether the grid was shown in the last frame.
    shown: bool,
    /// The images in a row, and the rows on screen, in the last frame.
    columns: usize,
    rows: usize,
}

impl GridScratch {
    /// The grid is not shown in this frame.
    pub fn hide(&mut self) {
        self.shown = false;
    }
}

/// Draws the search field and the slider, and the images below them.
pub fn grid_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    scratch: &mut GalleryScratch,
    commands: &mut Vec<Command>,
) {
    let opened = !std::mem::replace(&mut scratch.grid.shown, true);
    if opened {
        scratch.grid.marked = scene.gallery.view.current;
    }
    let order = scene.gallery.folder.list.order();
    let moved = keys_ui(ui, scene, scratch, commands);
    bar_ui(ui, scene, commands);
    ui.add_space(GRID);
    let here = scratch
        .grid
        .marked
        .and_then(|marked| order.iter().position(|index| *index == marked));
    if here.is_none() {
        scratch.grid.marked = order.first().copied();
    }
    if order.is_empty() {
        let text = "No picture passes this filter and this search.";
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        let words = line(ui, text, theme::body(), palette(ui).weak, rect.width());
        draw_left(ui, rect.left(), rect.center().y, words);
        return;
    }
    let area = ScrollArea::vertical().id_salt("grid").auto_shrink(false);
    let height = ui.available_height();
    area.show_viewport(ui, |ui, viewport| {
        let width = ui.available_width() - SCROLL_BAR;
        let wanted = scene.gallery.view.tile;
        let columns = (((width + GAP) / (wanted + GAP)).round() as usize).max(1);
        let side = (width + GAP) / columns as f32 - GAP;
        let pitch = vec2(side + GAP, HEIGHT * side + WORDS + GAP);
        scratch.grid.columns = columns;
        scratch.grid.rows = ((height / pitch.y).floor() as usize).max(1);
        let rows = order.len().div_ceil(columns);
        let start = ui.max_rect().min + vec2(1.0, 2.0);
        ui.allocate_rect(
            Rect::from_min_size(ui.max_rect().min, vec2(width, rows as f32 * pitch.y)),
            Sense::hover(),
        );
        let tile = |position: usize| {
            let (row, column) = (position / columns, position % columns);
            let corner = start + vec2(column as f32 * pitch.x, row as f32 * pitch.y);
            Rect::from_min_size(corner, vec2(side, HEIGHT * side + WORDS))
        };
        if let Some(here) = here.filter(|_| moved || opened) {
            let align = opened.then_some(egui::Align::Center);
            ui.scroll_to_rect(tile(here).expand(GRID), align);
        }
        let first = (viewport.top().max(0.0) / pitch.y) as usize * columns;
        let last = ((viewport.bottom().max(0.0) / pitch.y) as usize + 1) * columns;
        let range = first.min(order.len())..last.min(order.len());
        scratch.load(ui, scene, range.clone(), columns, side);
        for position in range {
            tile_ui(
                ui,
                scene,
                scratch,
                order[position],
                tile(position),
                commands,
            );
        }
    });
}

/// The search field, the slider for the size, and the way back.
fn bar_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.set_height(theme::ROW + 4.0);
        let list = &scene.gallery.folder.list;
        let mut text = list.search().to_owned();
        // Whatever is typed is meant for the search.
        let focus = ui.memory(|memory| memory.focused().is_none()) && !ui.ctx().any_popup_open();
        ui.allocate_ui(vec2(SEARCH, theme::ROW), |ui| {
            search(
                ui,
                &mut text,
                "Search pictures",
                "Type to search by name",
                focus,
            );
        });
        if text != list.search() {
            commands.push(Command::SearchPictures(text));
        }
        if !list.search().is_empty() {
            let words = format!("{} found", thousands(list.order().len()));
            ui.colored_label(palette(ui).weak, words);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let back = ui.button("Back");
            if back
                .on_hover_text("Show the open picture again (Esc)")
                .clicked()
            {
                commands.push(Action::Grid.into());
            }
            ui.add_space(GRID);
            ui.spacing_mut().slider_width = SLIDER;
            let mut tile = scene.gallery.view.tile;
            let slider = ui.add(Slider::new(&mut tile, MIN_TILE..=MAX_TILE).show_value(false));
            takes_arrows(&slider);
            slider
                .widget_info(|| WidgetInfo::slider(true, f64::from(tile), "Size of the pictures"));
            if slider.on_hover_text("Size of the pictures").changed() {
                commands.push(Command::SizeTiles(tile));
            }
            ui.colored_label(palette(ui).weak, "Size");
        });
    });
}

/// Takes the keys that walk through the grid. Returns whether they have moved.
fn keys_ui(
    ui: &Ui,
    scene: Scene<'_>,
    scratch: &mut GalleryScratch,
    commands: &mut Vec<Command>,
) -> bool {
    if ui.ctx().any_popup_open() || ui.ctx().memory(|memory| memory.top_modal_layer().is_some()) {
        return false;
    }
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        commands.push(Action::Grid.into());
        return false;
    }
    let order = scene.gallery.folder.list.order();
    let grid = &mut scratch.grid;
    let Some(last) = order.len().checked_sub(1) else {
        return false;
    };
    let marked = grid
        .marked
        .and_then(|marked| order.iter().position(|index| *index == marked));
    let here = marked.unwrap_or(0);
    let (row, page) = (grid.columns.max(1), grid.columns.max(1) * grid.rows.max(1));
    let up = |by: usize| here.checked_sub(by).unwrap_or(here % row);
    let down = |by: usize| if here + by > last { last } else { here + by };
    let mut next = here;
    for (key, to) in [
        (Key::ArrowLeft, here.saturating_sub(1)),
        (Key::ArrowRight, down(1)),
        (Key::ArrowUp, up(row)),
        (Key::ArrowDown, down(row)),
        (Key::PageUp, up(page)),
        (Key::PageDown, down(page)),
        (Key::Home, 0),
        (Key::End, last),
    ] {
        if pressed(key) {
            next = to;
        }
    }
    grid.marked = Some(order[next]);
    if pressed(Key::Enter) {
        commands.push(Command::OpenPicture(order[next]));
        commands.push(Action::Grid.into());
    }
    next != here
}

/// One image: its picture, and what is known about it below.
fn tile_ui(
    ui: &Ui,
    scene: Scene<'_>,
    scratch: &GalleryScratch,
    index: usize,
    rect: Rect,
    commands: &mut Vec<Command>,
) {
    let cell = Cell {
        entry: &scene.gallery.folder.list.entries()[index],
        chosen: scene.gallery.view.current == Some(index),
        marked: scratch.grid.marked == Some(index),
        max_scale: f32::INFINITY,
    };
    let response = ui.interact(rect, ui.scope_id().with(("tile", index)), Sense::click());
    let frame = Rect::from_min_size(rect.min, vec2(rect.width(), rect.height() - WORDS));
    cell.picture_ui(ui, scratch.textures.get(index), frame, &response);
    words_ui(
        ui,
        scene,
        &cell,
        pos2(rect.left(), frame.bottom() + 2.0),
        rect.width(),
    );
    let response = cell.describe(scene, response);
    if response.clicked() {
        commands.push(Command::OpenPicture(index));
        commands.push(Action::Grid.into());
    }
    let open = Command::OpenPicture(index);
    let fill = |entries: &mut Entries| picture_entries(entries, scene, cell.entry, open);
    context_menu(&response, fill, commands);
}
