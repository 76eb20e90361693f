//! The images of the open folder, each with its name, predicted class and true class. Only those on
//! screen are laid out, however many there are.

use std::path::{Path, PathBuf};

use egui::style::ScrollStyle;
use egui::{
    Color32, Event, MouseWheelUnit, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind,
    TextureHandle, Ui, WidgetInfo, pos2, vec2,
};

use crate::folder::{Entry, Predicted};

use super::head_ui;
use super::textures::ThumbnailTextures;
use crate::app::commands::Command;
use crate::app::gallery::{self, Reveal};
use crate::app::scene::Scene;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::wording::sentence;

/// The box around a thumbnail.
const PICTURE: egui::Vec2 = vec2(72.0, 64.0);
/// The width of the text beside it.
const TEXT: f32 = 120.0;
/// The distance from one image to the next.
const PITCH: f32 = PICTURE.x + GRID + TEXT + 2.0 * GRID;
const CELL: f32 = PICTURE.y + 8.0;
const BAR: f32 = 12.0;
/// How many images one notch of the wheel scrolls by. Some systems report two notches for one.
const IMAGES_PER_NOTCH: f32 = 2.0;
/// A folder's name is left out if there is less room than this.
const MIN_FOLDER_WIDTH: f32 = 3.0 * GRID;

const WHOLE: Rect = Rect {
    min: egui::Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// A scroll bar with a handle that is large enough to grab, however many images there are.
fn scroll_bar(ui: &Ui) -> ScrollStyle {
    ScrollStyle {
        bar_width: BAR - 2.0,
        floating_width: 6.0,
        handle_min_length: 32.0,
        ..ui.spacing().scroll
    }
}

/// The height of the gallery.
pub fn height(unfolded: bool) -> f32 {
    if unfolded {
        head_ui::HEIGHT + CELL + BAR
    } else {
        head_ui::HEIGHT
    }
}

/// What the gallery keeps from frame to frame.
pub struct GalleryScratch {
    /// What to scroll to, once.
    pub reveal: Option<Reveal>,
    /// The images on screen in the last frame, followed by those next to them.
    pub in_sight: Vec<usize>,
    /// How many of the first entries of `in_sight` are on screen.
    pub shown: usize,
    /// Whether scrolling comes from a wheel with notches rather than from a touchpad.
    wheel_has_notches: bool,
    textures: ThumbnailTextures,
}

impl Default for GalleryScratch {
    fn default() -> Self {
        GalleryScratch {
            reveal: None,
            in_sight: Vec::new(),
            shown: 0,
            wheel_has_notches: true,
            textures: ThumbnailTextures::default(),
        }
    }
}

impl GalleryScratch {
    /// The images on screen.
    pub fn on_screen(&self) -> &[usize] {
        self.in_sight.get(..self.shown).unwrap_or_default()
    }

    /// Resets the gallery after another folder was opened.
    pub fn start_over(&mut self) {
        *self = GalleryScratch::default();
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
    head_ui::head_ui(ui, scene, commands);
    if !scene.gallery.view.unfolded {
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
        load_thumbnails(ui, scene, scratch, range.clone());
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

/// Loads the thumbnails on screen first, then those next to them.
fn load_thumbnails(
    ui: &Ui,
    scene: Scene<'_>,
    scratch: &mut GalleryScratch,
    range: std::ops::Range<usize>,
) {
    let folder = &scene.gallery.folder;
    let order = folder.list.order();
    let beside = range.len();
    let after = range.end..(range.end + beside).min(order.len());
    let before = range.start.saturating_sub(beside)..range.start;
    scratch.shown = range.len();
    let in_sight = range.chain(after).chain(before);
    scratch
        .in_sight
        .extend(in_sight.map(|position| order[position]));
    let max_px = (PICTURE.x * ui.pixels_per_point()).round() as u32;
    let thumbnail = |index| folder.thumbnail(index);
    scratch
        .textures
        .update(ui.ctx(), &scratch.in_sight, max_px, thumbnail);
}

fn cell_ui(
    ui: &Ui,
    scene: Scene<'_>,
    index: usize,
    texture: Option<&TextureHandle>,
    rect: Rect,
    commands: &mut Vec<Command>,
) {
    let entry = &scene.gallery.folder.list.entries()[index];
    let colours = palette(ui);
    let chosen = scene.gallery.view.current == Some(index);
    let response = ui.interact(rect, ui.scope_id().with(("picture", index)), Sense::click());
    let frame = Rect::from_min_size(rect.min + vec2(2.0, 4.0), PICTURE);
    ui.painter().rect_filled(frame, 2.0, colours.well);
    match texture {
        Some(texture) => {
            let size = texture.size_vec2();
            let scale = (frame.width() / size.x).min(frame.height() / size.y);
            let image_rect = Rect::from_center_size(frame.center(), size * scale.min(1.0));
            ui.painter()
                .image(texture.id(), image_rect, WHOLE, Color32::WHITE);
        }
        None if entry.unreadable.is_some() => {
            let stroke = Stroke::new(1.5, colours.faint);
            cross(ui, frame.center(), 8.0, stroke);
        }
        None => {}
    }
    let stroke = if chosen {
        Stroke::new(2.0, colours.accent)
    } else if response.hovered() || response.has_focus() {
        Stroke::new(1.0, colours.weak)
    } else {
        Stroke::NONE
    };
    ui.painter()
        .rect_stroke(frame, 2.0, stroke, StrokeKind::Outside);
    words_ui(
        ui,
        scene,
        entry,
        chosen,
        pos2(frame.right() + GRID, frame.top()),
    );

    let facts = cell_words(scene, entry);
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::RadioButton, true, chosen, &entry.name);
        info.current_text_value = Some(facts.join(", "));
        info
    });
    if response.clicked() {
        commands.push(Command::OpenPicture(index));
    }
    response.on_hover_ui(|ui| {
        ui.label(RichText::new(&entry.name).font(theme::title()));
        for (index, words) in facts.iter().enumerate() {
            // The name of a class is not capitalised.
            let of_class = index == 0 && entry.verdict().is_some();
            ui.label(if of_class {
                words.clone()
            } else {
                sentence(words)
            });
        }
        let folder = entry
            .path
            .parent()
            .map(|folder| folder.display().to_string());
        ui.label(RichText::new(folder.unwrap_or_default()).color(palette(ui).weak));
    });
}

/// The predicted class with its probability, the true class, and the name.
fn words_ui(ui: &Ui, scene: Scene<'_>, entry: &Entry, chosen: bool, corner: egui::Pos2) {
    let colours = palette(ui);
    let (left, top) = (corner.x, corner.y);
    let [first, second, third] = [11.0, 31.0, 52.0].map(|y| top + y);
    let truth = |class: usize| format!("true: {}", gallery::class_name(scene.state, class));
    let mut below = Vec::new();
    match (&entry.prediction, &entry.unreadable) {
        (_, Some(_)) => {
            let words = line(ui, "Cannot be opened", theme::body(), colours.caution, TEXT);
            draw_left(ui, left, first, words);
        }
        (Predicted::Failed(_), _) => {
            let words = line(ui, "No prediction", theme::body(), colours.caution, TEXT);
            draw_left(ui, left, first, words);
        }
        (Predicted::Waiting, _) => below.extend(entry.truth.map(truth)),
        (Predicted::Known(verdict), _) => {
            let mut start = left;
            let mut ink = colours.text;
            if verdict.is_mistake() {
                ink = colours.error;
                cross(ui, pos2(left + 4.0, first), 3.5, Stroke::new(1.75, ink));
                start += 14.0;
            } else if verdict.is_right() {
                tick(ui, pos2(left + 4.0, first), Stroke::new(1.5, colours.weak));
                start += 14.0;
            }
            let class = gallery::class_name(scene.state, verdict.class);
            let room = left + TEXT - start;
            draw_left(ui, start, first, line(ui, &class, theme::body(), ink, room));
            below.push(shown(scene, verdict.probability));
            let missed = verdict.truth.filter(|_| verdict.is_mistake());
            below.extend(missed.map(|missed| truth(missed.class)));
        }
    }
    let below = line(ui, &below.join("  "), theme::tiny(), colours.text, TEXT);
    draw_left(ui, left, second, below);
    let ink = if chosen { colours.text } else { colours.weak };
    let name = line(ui, &entry.name, theme::tiny(), ink, TEXT);
    // The folder's name gets the room that the file's name leaves.
    let slash = line(ui, "/", theme::tiny(), colours.weak, TEXT);
    let room = TEXT - name.size().x - slash.size().x;
    let mut start = left;
    if let Some(folder) = folder_within(&entry.path, scene.gallery.folder.paths())
        && room >= MIN_FOLDER_WIDTH
    {
        let folder = line(ui, &folder, theme::tiny(), colours.weak, room);
        start = draw_left(ui, left, third, folder);
        start = draw_left(ui, start, third, slash);
    }
    draw_left(ui, start, third, name);
}

/// A probability, or the number itself where the model predicts numbers.
fn shown(scene: Scene<'_>, value: f32) -> String {
    let reading = scene.state.model().map(|model| model.reading);
    reading.unwrap_or_default().shown(value)
}

/// Everything known about an image, in words.
fn cell_words(scene: Scene<'_>, entry: &Entry) -> Vec<String> {
    if let Some(why) = &entry.unreadable {
        return vec![format!("Cannot be opened: {why}")];
    }
    let name = |class: usize| gallery::class_name(scene.state, class);
    match &entry.prediction {
        Predicted::Failed(why) => vec![format!("No prediction: {why}")],
        Predicted::Waiting => match entry.truth {
            Some(truth) => vec![format!("true class {}", name(truth))],
            None => Vec::new(),
        },
        Predicted::Known(verdict) => {
            let mut words = vec![format!(
                "{}, {}",
                name(verdict.class),
                shown(scene, verdict.probability)
            )];
            if let Some(truth) = verdict.truth {
                words.push(if verdict.is_mistake() {
                    format!(
                        "mistake: the true class {} has {} and rank {}",
                        name(truth.class),
                        shown(scene, truth.probability),
                        truth.rank + 1
                    )
                } else {
                    "right".to_owned()
                });
            }
            words
        }
    }
}

/// The name of the folder that contains an image, if it is inside an open folder.
fn folder_within(picture: &Path, open: &[PathBuf]) -> Option<String> {
    let inside = open.iter().find_map(|open| picture.strip_prefix(open).ok());
    let folder = inside?.parent()?.file_name()?;
    Some(folder.to_string_lossy().into_owned())
}

fn cross(ui: &Ui, centre: egui::Pos2, r: f32, stroke: Stroke) {
    for (dx, dy) in [(r, r), (r, -r)] {
        let ends = [centre - vec2(dx, dy), centre + vec2(dx, dy)];
        ui.painter().line_segment(ends, stroke);
    }
}

fn tick(ui: &Ui, centre: egui::Pos2, stroke: Stroke) {
    let points = [vec2(-4.0, 0.0), vec2(-1.0, 3.0), vec2(4.0, -3.5)];
    let points = points.into_iter().map(|offset| centre + offset);
    ui.painter().line(points.collect(), stroke);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_subfolders_but_not_the_open_folder() {
        let open = [
            PathBuf::from("/data/animals"),
            PathBuf::from("/data/one.png"),
        ];
        let folder = |picture: &str| folder_within(Path::new(picture), &open);
        assert_eq!(folder("/data/animals/cats/1.png").as_deref(), Some("cats"));
        assert_eq!(folder("/data/animals/a/b/1.png").as_deref(), Some("b"));
        assert_eq!(folder("/data/animals/1.png"), None);
        assert_eq!(folder("/data/one.png"), None);
        assert_eq!(folder("/elsewhere/cats/1.png"), None);
    }
}
