//! The line above the gallery's images: the progress of the predictions, and the filter, sort order
//! and memory limit.

use std::time::Instant;

use egui::{Align, Button, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::folder::{Filter, Sort, Tally};

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::gallery::{class_name, filter_label};
use crate::app::scene::Scene;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{self, Choice, combo, menu_spacing, triangle};
use crate::app::wording::{counted, megabytes, thousands, whole_megabytes};

pub const HEIGHT: f32 = 32.0;

/// The width of the button that stops and resumes the predictions.
const BUTTON: f32 = 72.0;

/// Below this width, the combo boxes have no labels.
const NAMED: f32 = 1200.0;

/// The memory limits for thumbnails on offer, in bytes.
const LIMITS: [usize; 5] = [64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30];

pub fn head_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    progress_ui(ui, scene, rect);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ui.add(Button::new("Close").small());
            let button = button.on_hover_text(Action::CloseFolder.tooltip());
            button.widget_info(|| {
                WidgetInfo::labeled(Role::Button, true, Action::CloseFolder.label())
            });
            if button.clicked() {
                commands.push(Action::CloseFolder.into());
            }
            let named = rect.width() >= NAMED;
            memory_ui(ui, scene, named, commands);
            ui.add_space(GRID);
            lists_ui(ui, scene, named, commands);
            ui.add_space(GRID);
            resume_ui(ui, scene, commands);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                fold_ui(ui, scene, commands);
                counts_ui(ui, scene);
            });
        });
    });
}

/// A progress line at the upper edge: the share of images with a prediction.
fn progress_ui(ui: &Ui, scene: Scene<'_>, rect: Rect) {
    let counts = scene.gallery.folder.list.counts();
    if !scene.gallery.folder.is_predicting() || counts.pictures == 0 {
        return;
    }
    let share = 1.0 - counts.waiting as f32 / counts.pictures as f32;
    let end = egui::lerp(rect.x_range(), share);
    let bar = Rect::from_min_max(rect.min, pos2(end, rect.top() + 2.0));
    ui.painter().rect_filled(bar, 0.0, palette(ui).bar);
}

/// The triangle that folds the images away, and the folder's name.
fn fold_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let title = title(scene.gallery.folder.paths());
    let text = line(ui, &title, theme::title(), colours.text, 200.0);
    let size = vec2(16.0 + text.size().x, theme::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let open = scene.gallery.view.unfolded;
    let ink = if response.hovered() || response.has_focus() {
        colours.text
    } else {
        colours.weak
    };
    triangle(ui, pos2(rect.left() + 5.0, rect.center().y), open, ink);
    draw_left(ui, rect.left() + 16.0, rect.center().y, text);
    let verb = if open { "Fold" } else { "Unfold" };
    let name = format!("{verb} the pictures of {title}");
    response.widget_info(|| WidgetInfo::labeled(Role::DisclosureTriangle, true, &name));
    let sources: Vec<String> = scene
        .gallery
        .folder
        .paths()
        .iter()
        .take(4)
        .map(|path| path.display().to_string())
        .collect();
    if response.on_hover_text(sources.join("\n")).clicked() {
        commands.push(Command::UnfoldGallery(!open));
    }
}

fn counts_ui(ui: &mut Ui, scene: Scene<'_>) {
    let text = gallery_progress(scene);
    let room = ui.available_width();
    let words = line(ui, &text, theme::body(), palette(ui).weak, room);
    let size = vec2(words.size().x, theme::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let is_cut = words.elided;
    draw_left(ui, rect.left(), rect.center().y, words);
    let mut more = skipped(scene.gallery.folder.tally());
    if is_cut {
        more.insert(0, text.clone());
    }
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Status, true, "Folder");
        info.current_text_value = Some(text.clone());
        info
    });
    if !more.is_empty() {
        response.on_hover_text(more.join("\n"));
    }
}

/// The button that stops and resumes the predictions. It stays where it is, however long the text
/// beside it.
fn resume_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let paused = scene.gallery.folder.is_paused();
    let waiting = scene.gallery.folder.list.counts().waiting > 0;
    if !waiting || !(paused || scene.gallery.folder.is_predicting()) {
        return;
    }
    let (label, hint) = if paused {
        ("Predict all", "Resume predicting all images")
    } else {
        ("Stop", "Stop predicting all images")
    };
    let button = Button::new(label).small().min_size(vec2(BUTTON, 0.0));
    if ui.add(button).on_hover_text(hint).clicked() {
        commands.push(Command::PredictFolder(paused));
    }
    ui.add_space(GRID);
}

/// The progress of the predictions, in words.
fn gallery_progress(scene: Scene<'_>) -> String {
    let counts = scene.gallery.folder.list.counts();
    let mut parts = Vec::new();
    if scene.gallery.folder.is_scanning() {
        parts.push(format!("{} so far", images(counts.pictures)));
    } else if scene.gallery.folder.is_predicting() || (counts.waiting > 0 && counts.predicted > 0) {
        let (predicted, all) = (thousands(counts.predicted), thousands(counts.pictures));
        parts.push(format!("{predicted} of {all} predicted"));
    } else {
        parts.push(images(counts.pictures));
    }
    if counts.judged > 0 {
        let mistakes = counted(counts.mistakes, "mistake", "mistakes");
        parts.push(format!("{mistakes} of {}", thousands(counts.judged)));
    }
    if counts.unreadable > 0 {
        parts.push(format!("{} unreadable", thousands(counts.unreadable)));
    }
    if counts.failed > 0 {
        parts.push(format!("{} without a prediction", thousands(counts.failed)));
    }
    if scene.gallery.folder.list.filter() != Filter::All {
        parts.push(format!(
            "{} shown",
            thousands(scene.gallery.folder.list.order().len())
        ));
    }
    if scene.gallery.folder.is_predicting()
        && let Some(rate) = scene.gallery.folder.rate(Instant::now())
    {
        parts.push(format!("{rate:.1} images/s"));
    }
    parts.join("  ·  ")
}

/// The filter and the sort order, laid out from right to left.
fn lists_ui(ui: &mut Ui, scene: Scene<'_>, named: bool, commands: &mut Vec<Command>) {
    filter_ui(ui, scene, named, commands);
    ui.add_space(GRID);
    // The label is laid out from left to right.
    let width = if named { 168.0 } else { 128.0 };
    ui.allocate_ui_with_layout(
        vec2(width, theme::ROW),
        Layout::left_to_right(Align::Center),
        |ui| {
            let list = Choice {
                name: "Sort",
                hint: "The order of the images",
                width: 120.0,
                named,
                cut: false,
            };
            let picked = list.ui(
                ui,
                scene.gallery.folder.list.sort(),
                &Sort::ALL,
                Sort::label,
            );
            commands.extend(picked.map(Command::SortPictures));
        },
    );
}

fn filter_ui(ui: &mut Ui, scene: Scene<'_>, named: bool, commands: &mut Vec<Command>) {
    let chosen = scene.gallery.folder.list.filter();
    let list = combo("Show")
        .selected_text(filter_label(scene.state, chosen))
        .width(120.0)
        .height(room_above(ui))
        .truncate();
    let shown = list.show_ui(ui, |ui| {
        menu_spacing(ui);
        let mut offer = |ui: &mut Ui, filter: Filter, label: String| {
            if ui.selectable_label(filter == chosen, label).clicked() && filter != chosen {
                commands.push(Command::FilterPictures(filter));
            }
        };
        for filter in Filter::WITHOUT_CLASS {
            offer(ui, filter, filter_label(scene.state, filter));
        }
        ui.separator();
        for (class, count) in scene.gallery.classes_by_count() {
            let name = class_name(scene.state, class);
            offer(
                ui,
                Filter::Class(class),
                format!("{name}  ({})", thousands(count)),
            );
        }
    });
    let response = shown.response.on_hover_text(
        "Which images are shown. For a class: images of it and images predicted as it",
    );
    if named {
        response.labelled_by(widgets::name(ui, "Show"))
    } else {
        response.accessible_name("Show")
    };
}

/// The memory used by thumbnails, and its limit.
fn memory_ui(ui: &mut Ui, scene: Scene<'_>, named: bool, commands: &mut Vec<Command>) {
    let limit = scene.gallery.folder.limit();
    let (used, whole) = (
        scene.gallery.folder.thumbnail_bytes(),
        scene.gallery.folder.bytes(),
    );
    let list = combo("Thumbnails")
        .selected_text(format!("{} of {}", whole_megabytes(used), megabytes(limit)))
        .width(104.0);
    let shown = list.show_ui(ui, |ui| {
        menu_spacing(ui);
        for bytes in LIMITS {
            let label = format!("{} for thumbnails", megabytes(bytes));
            if ui.selectable_label(bytes == limit, label).clicked() {
                commands.push(Command::LimitThumbnails(bytes));
            }
        }
    });
    let hint = format!(
        "Memory used by thumbnails, and its limit. With names, predictions and images on \
         their way to the model, the folder uses {} MB.",
        whole_megabytes(whole)
    );
    let response = shown.response.on_hover_text(hint);
    if named {
        response.labelled_by(widgets::name(ui, "Thumbnails"))
    } else {
        response.accessible_name("Thumbnails")
    };
}

/// The largest height of a list that opens upwards from here.
fn room_above(ui: &Ui) -> f32 {
    let frame = 2.0 * ui.spacing().menu_margin.topf() + 4.0;
    ui.max_rect().top() - ui.ctx().content_rect().top() - frame - GRID
}

fn skipped(tally: Tally) -> Vec<String> {
    let parts = [
        (tally.others, ["other file", "other files"], "skipped"),
        (tally.unreadable, ["entry", "entries"], "could not be read"),
        (
            tally.beyond,
            ["more image", "more images"],
            "than can be listed",
        ),
    ];
    parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, [one, several], what)| format!("{} {what}", counted(count, one, several)))
        .collect()
}

fn images(count: usize) -> String {
    counted(count, "image", "images")
}

/// The folder's name, or the number of files opened.
fn title(paths: &[std::path::PathBuf]) -> String {
    match paths {
        [one] => {
            let name = one.file_name().unwrap_or(one.as_os_str());
            name.to_string_lossy().into_owned()
        }
        several => counted(several.len(), "file", "files"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_one_use_the_singular() {
        let skipped = |others, unreadable, beyond| {
            skipped(Tally {
                unreadable,
                others,
                beyond,
            })
        };
        let one = [
            "1 other file skipped",
            "1 entry could not be read",
            "1 more image than can be listed",
        ];
        assert_eq!(skipped(1, 1, 1), one);
        assert_eq!(skipped(0, 2000, 0), ["2,000 entries could not be read"]);
        assert_eq!([0, 1, 2].map(images), ["0 images", "1 image", "2 images"]);
    }

    #[test]
    fn the_title_is_the_folders_name() {
        assert_eq!(title(&["/data/cats".into()]), "cats");
        assert_eq!(title(&["/".into()]), "/");
        assert_eq!(title(&["a".into(), "b".into()]), "2 files");
    }
}
