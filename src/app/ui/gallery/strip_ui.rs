//! The images of the open folder in a strip, each with its name, predicted class and true class. Only those
//! on screen are laid out, however many there are.

use egui::style::ScrollStyle;
use egui::{
    Event, MouseWheelUnit, Rect, Role, ScrollArea, Sense, TextureHandle, Ui, WidgetInfo, pos2, vec2,
};

use super::cell_ui::{Cell, WORDS, words_ui};
use super::head_ui;
use super::scratch::GalleryScratch;
use crate::app::commands::Command;
use crate::app::gallery::Reveal;
use crate::app::scene::Scene;
use crate::app::ui::context_menu::pictures::picture_entries;
use crate::app::ui::context_menu::{Entries, context_menu};
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::clicks;

/// The box around a thumbnail.
const PICTURE: egui::Vec2 = vec2(72.0, 64.0);
/// The distance from one image to the next.
const PITCH: f32 = PICTURE.x + GRID + WORDS + 2.0 * GRID;
const CELL: f32 = PICTURE.y + 8.0;
const BAR: f32 = 12.0;
/// How many images one notch of the wheel scrolls by. Some systems report two notches for one.
const IMAGES_PER_NOTCH: f32 = 2.0;
/// A scroll bar with a handle that is large enough to grab, however many images there are.
fn scroll_bar(ui: &Ui) -> ScrollStyle {
    ScrollStyle {
        bar_width: BAR - 2.0,
        floating_width: 6.0,
        handle_min_length: 32.0,
        ..ui.spacing().scroll
    }
}

/// A window lower than this has no room for the images beside large panels.
const LOW_WINDOW: f32 = 760.0;

/// Whether the images are folded by themselves unless they are wanted.
pub(super) fn is_low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < LOW_WINDOW
}

/// Whether the images are shown below the line. In a grid, they are shown there.
fn is_unfolded(ui: &Ui, scene: Scene<'_>, scratch: &GalleryScratch) -> bool {
    let wanted = !is_low(ui) || scratch.unfolded_low;
    wanted && scene.gallery.view.unfolded && !scene.gallery.shows_grid()
}

/// The height of the gallery.
pub fn height(ui: &Ui, scene: Scene<'_>, scratch: &GalleryScratch) -> f32 {
    if is_unfolded(ui, scene, scratch) {
        head_ui::HEIGHT + CELL + BAR
    } else {
        head_ui::HEIGHT
    }
}

/// Draws the header line and, if unfolded, the images below it.
pub fn gallery_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    scratch: &mut GalleryScratch,
    commands: &mut Vec<Command>,
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    // What a click on the head does counts from the next frame on, whose height it is.
    let unfolded = is_unfolded(ui, scene, scratch);
    head_ui::head_ui(ui, scene, unfolded, &mut scratch.unfolded_low, commands);
    if !unfolded {
        return;
    }
    let list = &scene.gallery.folder.list;
    let count = list.order().len();
    if count == 0 {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), CELL), Sense::hover());
        let text = "No picture passes this filter.";
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        let colour = palette(ui).weak;
        let words = line(ui, text, theme::body(), colour, rect.width());
        draw_left(ui, rect.left(), rect.center().y, words);
        return;
    }
    let position_of = |image: usize| list.order().iter().position(|index| *index == image);
    let wheel = wheel_speed(ui, &mut scratch.wheel_has_notches);
    ui.style_mut().always_scroll_the_only_direction = true;
    ui.spacing_mut().scroll = scroll_bar(ui);
    let mut area = ScrollArea::horizontal()
        .id_salt("gallery")
        .auto_shrink(false)
        .wheel_scroll_multiplier(vec2(wheel, 0.0));
    let reveal = match scratch.reveal.take() {
        Some(Reveal::Others) => {
            let open = scene.gallery.view.current.and_then(position_of);
            let middle = (ui.available_width() - PITCH) / 2.0;
            let start = open.map_or(0.0, |position| position as f32 * PITCH - middle);
            area = area.horizontal_scroll_offset(start.max(0.0));
            None
        }
        Some(Reveal::Picture(index)) => position_of(index),
        None => None,
    };
    area.show_viewport(ui, |ui, viewport| {
        let size = vec2(count as f32 * PITCH, CELL);
        let start = ui.max_rect().min;
        ui.allocate_rect(Rect::from_min_size(start, size), Sense::hover());
        let position = |x: f32| ((x / PITCH).max(0.0) as usize).min(count);
        let range = position(viewport.left())..position(viewport.right() + PITCH);
        let cell = |position: usize| {
            let left = start + vec2(position as f32 * PITCH, 0.0);
            Rect::from_min_size(left, vec2(PITCH - GRID, CELL))
        };
        if let Some(position) = reveal {
            ui.scroll_to_rect(cell(position).expand2(vec2(PITCH, 0.0)), None);
        }
        scratch.load(ui, scene, range.clone(), range.len(), PICTURE.x);
        for position in range {
            let index = list.order()[position];
            let texture = scratch.textures.get(index);
            cell_ui(ui, scene, index, texture, cell(position), commands);
        }
    });
}

/// The factor between wheel movement and scrolling. One notch scrolls by a few images, while a
/// touchpad scrolls as far as the fingers move.
fn wheel_speed(ui: &Ui, wheel_has_notches: &mut bool) -> f32 {
    let unit = ui.input(|i| {
        i.events.iter().rev().find_map(|event| match event {
            Event::MouseWheel { unit, .. } => Some(*unit),
            _ => None,
        })
    });
    if let Some(unit) = unit {
        *wheel_has_notches = unit == MouseWheelUnit::Line;
    }
    let notch = ui.options(|options| options.input_options.line_scroll_speed);
    if *wheel_has_notches {
        IMAGES_PER_NOTCH * PITCH / notch
    } else {
        1.0
    }
}

/// One image: its thumbnail, and what is known about it beside that.
fn cell_ui(
    ui: &Ui,
    scene: Scene<'_>,
    index: usize,
    texture: Option<&TextureHandle>,
    rect: Rect,
    commands: &mut Vec<Command>,
) {
    let cell = Cell {
        entry: &scene.gallery.folder.list.entries()[index],
        chosen: scene.gallery.view.current == Some(index),
        marked: false,
        max_scale: 1.0,
    };
    let current = scene.gallery.view.current.unwrap_or_default();
    let id = ui.scope_id().with(("picture", index));
    let response = ui.interact(rect, id, clicks(current == index));
    let frame = Rect::from_min_size(rect.min + vec2(2.0, 4.0), PICTURE);
    cell.picture_ui(ui, texture, frame, &response);
    let corner = pos2(frame.right() + GRID, frame.top());
    words_ui(ui, scene, &cell, corner, WORDS);
    let response = cell.describe(scene, response);
    if response.clicked() {
        commands.push(Command::OpenPicture(index));
    }
    let open = Command::OpenPicture(index);
    let fill = |entries: &mut Entries| picture_entries(entries, scene, cell.entry, open);
    context_menu(&response, fill, commands);
}
