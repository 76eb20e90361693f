//! The line above the gallery's images: the progress of the predictions, and the lists that choose what is
//! shown.

use std::time::Instant;

use egui::{
    Align, Button, Layout, Rect, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::folder::{Filter, Tally};

use super::lists_ui::lists_ui;
use super::strip_ui::is_low;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::gallery;
use crate::app::scene::Scene;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::triangle;
use crate::app::wording::{counted, thousands};

pub const HEIGHT: f32 = 32.0;

/// The width of the button that stops and resumes the predictions.
const BUTTON: f32 = 72.0;

/// Below this width, the combo boxes have no labels.
const NAMED: f32 = 1200.0;

/// Draws the line. `unfolded` is whether the images are shown, and `low` whether they are wanted in a low window.
pub fn head_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    unfolded: bool,
    low: &mut bool,
    commands: &mut Vec<Command>,
) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    progress_ui(ui, scene, rect);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ui.add(Button::new("Close"));
            let button = button.on_hover_text(Action::CloseFolder.tooltip());
            button.widget_info(|| {
                WidgetInfo::labeled(Role::Button, true, Action::CloseFolder.label())
            });
            if button.clicked() {
                commands.push(Action::CloseFolder.into());
            }
            let grid = Button::new("Grid").selected(scene.gallery.shows_grid());
            let grid = ui.add(grid).on_hover_text(Action::Grid.hint(ui.ctx()));
            if grid.clicked() {
                commands.push(Action::Grid.into());
            }
            ui.add_space(GRID);
            let named = rect.width() >= NAMED;
            lists_ui(ui, scene, named, commands);
            ui.add_space(GRID);
            resume_ui(ui, scene, commands);
            assign_ui(ui, scene, named, commands);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                fold_ui(ui, scene, unfolded, low, commands);
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
    let share = if counts.waiting > 0 {
        1.0 - counts.waiting as f32 / counts.pictures as f32
    } else {
        let both = counts.compared + counts.to_compare;
        counts.compared as f32 / both.max(1) as f32
    };
    let end = egui::lerp(rect.x_range(), share);
    let bar = Rect::from_min_max(rect.min, pos2(end, rect.top() + 2.0));
    ui.painter().rect_filled(bar, 0.0, palette(ui).bar);
}

/// The triangle that folds the images away, and the folder's name.
fn fold_ui(ui: &mut Ui, scene: Scene<'_>, open: bool, low: &mut bool, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let title = title(scene.gallery.folder.paths());
    let text = line(ui, &title, theme::title(), colours.text, 200.0);
    let size = vec2(16.0 + text.size().x, theme::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
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
        if is_low(ui) {
            *low = !open;
        }
        // In a low window they are folded by themselves, so that folding them there means nothing elsewhere.
        if !(open && is_low(ui)) {
            commands.push(Command::UnfoldGallery(!open));
        }
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
    let counts = scene.gallery.folder.list.counts();
    let waiting = counts.waiting + counts.to_compare > 0;
    if !waiting || !(paused || scene.gallery.folder.is_predicting()) {
        return;
    }
    let (label, hint) = if paused {
        ("Predict all", "Resume predicting all images")
    } else {
        ("Stop", "Stop predicting all images")
    };
    let button = Button::new(label).min_size(vec2(BUTTON, 0.0));
    if ui.add(button).on_hover_text(hint).clicked() {
        commands.push(Command::PredictFolder(paused));
    }
    ui.add_space(GRID);
}

/// The button that says what is open about the true classes, and opens their dialog.
fn assign_ui(ui: &mut Ui, scene: Scene<'_>, named: bool, commands: &mut Vec<Command>) {
    let report = &scene.gallery.report;
    let Some(headline) = &report.headline else {
        return;
    };
    let colours = palette(ui);
    let ink = if report.is_data_set {
        colours.caution
    } else {
        colours.weak
    };
    let text = if named {
        &headline.whole
    } else {
        headline.short
    };
    let button = ui.add(Button::new(RichText::new(text).color(ink)));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &headline.whole));
    if button.on_hover_text(report.lines.join("\n")).clicked() {
        commands.push(Action::TrueClasses.into());
    }
    ui.add_space(GRID);
}

/// The progress of the predictions, in words.
fn gallery_progress(scene: Scene<'_>) -> String {
    let counts = scene.gallery.folder.list.counts();
    let mut parts = Vec::new();
    if scene.gallery.folder.is_scanning() {
        parts.push(format!("{} so far", images(counts.pictures)));
    } else if counts.waiting == 0 && counts.to_compare > 0 {
        let (compared, to_compare) = (counts.compared, counts.to_compare);
        let [_, second] = gallery::model_names(scene.state);
        parts.push(images(counts.pictures));
        parts.push(format!(
            "{} of {} predicted by {second}",
            thousands(compared),
            thousands(compared + to_compare)
        ));
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
