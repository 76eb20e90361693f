//! One image of the gallery: its thumbnail, and what is known about it.

use egui::{
    Color32, Pos2, Rect, Response, RichText, Role, Stroke, StrokeKind, TextureHandle, Ui,
    WidgetInfo, pos2, vec2,
};

use super::words::{cell_words, folder_within, shown};
use crate::app::gallery;
use crate::app::scene::Scene;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::wording::sentence;
use crate::folder::{Entry, Predicted};

/// The width of the words beside a thumbnail.
pub const WORDS: f32 = 120.0;

/// A folder's name is left out if there is less room than this.
const MIN_FOLDER_WIDTH: f32 = 3.0 * GRID;

const WHOLE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// An image of the gallery.
pub struct Cell<'a> {
    pub entry: &'a Entry,
    /// Whether it is open.
    pub chosen: bool,
    /// Whether the keyboard is at it.
    pub marked: bool,
    /// How far a small thumbnail is magnified.
    pub max_scale: f32,
}

impl Cell<'_> {
    /// Draws the thumbnail into its frame, with an outline that shows whether it is open.
    pub fn picture_ui(
        &self,
        ui: &Ui,
        texture: Option<&TextureHandle>,
        frame: Rect,
        response: &Response,
    ) {
        let colours = palette(ui);
        ui.painter().rect_filled(frame, 2.0, colours.well);
        match texture {
            Some(texture) => {
                let size = texture.size_vec2();
                let scale = (frame.width() / size.x).min(frame.height() / size.y);
                let scale = scale.min(self.max_scale);
                let image_rect = Rect::from_center_size(frame.center(), size * scale);
                ui.painter()
                    .image(texture.id(), image_rect, WHOLE, Color32::WHITE);
            }
            None if self.entry.unreadable.is_some() => {
                cross(ui, frame.center(), 8.0, Stroke::new(1.5, colours.faint));
            }
            None => {}
        }
        let stroke = if self.marked {
            Stroke::new(3.0, colours.accent)
        } else if self.chosen {
            Stroke::new(2.0, colours.accent)
        } else if response.hovered() || response.has_focus() {
            Stroke::new(1.0, colours.weak)
        } else {
            Stroke::NONE
        };
        ui.painter()
            .rect_stroke(frame, 2.0, stroke, StrokeKind::Outside);
    }

    /// Says what is known about the image, to a screen reader and in a tooltip.
    pub fn describe(&self, scene: Scene<'_>, response: Response) -> Response {
        let entry = self.entry;
        let facts = cell_words(scene, entry);
        response.widget_info(|| {
            let mut info = WidgetInfo::selected(Role::RadioButton, true, self.chosen, &entry.name);
            info.current_text_value = Some(facts.join(", "));
            info
        });
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
        })
    }
}

/// The predicted class with its probability, the true class, and the name.
pub fn words_ui(ui: &Ui, scene: Scene<'_>, cell: &Cell<'_>, corner: Pos2, width: f32) {
    let Cell { entry, chosen, .. } = *cell;
    let colours = palette(ui);
    let (left, top) = (corner.x, corner.y);
    let [first, second, third] = [11.0, 31.0, 52.0].map(|y| top + y);
    let truth = |class: usize| format!("true: {}", gallery::class_name(scene.state, class));
    let mut below = Vec::new();
    match (&entry.prediction, &entry.unreadable) {
        (_, Some(_)) => {
            let words = line(
                ui,
                "Cannot be opened",
                theme::body(),
                colours.caution,
                width,
            );
            draw_left(ui, left, first, words);
        }
        (Predicted::Failed(_), _) => {
            let words = line(ui, "No prediction", theme::body(), colours.caution, width);
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
            let room = left + width - start;
            draw_left(ui, start, first, line(ui, &class, theme::body(), ink, room));
            below.push(shown(scene, verdict.probability));
            let missed = verdict.truth.filter(|_| verdict.is_mistake());
            below.extend(missed.map(|missed| truth(missed.class)));
        }
    }
    let below = line(ui, &below.join("  "), theme::tiny(), colours.text, width);
    draw_left(ui, left, second, below);
    let ink = if chosen { colours.text } else { colours.weak };
    let name = line(ui, &entry.name, theme::tiny(), ink, width);
    // The folder's name gets the room that the file's name leaves.
    let slash = line(ui, "/", theme::tiny(), colours.weak, width);
    let room = width - name.size().x - slash.size().x;
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
