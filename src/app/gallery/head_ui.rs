//! The line above the strip of pictures: how far the answers are, and which pictures stand below in
//! which order.

use std::collections::BTreeMap;
use std::time::Instant;

use egui::{Align, Button, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::folder::{Filter, Sort, Tally};

use crate::app::App;
use crate::app::commands::Command;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{Choice, combo, draw_left, line, menu_spacing, triangle};

pub const HEIGHT: f32 = 32.0;

/// Width of the button that stops and goes on.
const BUTTON: f32 = 72.0;

/// Below this width the lists stand without their names.
const NAMED: f32 = 1200.0;

/// Bytes that thumbnails may take, to choose from.
const LIMITS: [usize; 5] = [64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30];

impl App {
    pub(crate) fn gallery_head_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
        self.progress_ui(ui, rect);
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = ui.add(Button::new("Close").small());
                let button = button.on_hover_text(Command::CloseFolder.tooltip());
                button.widget_info(|| {
                    WidgetInfo::labeled(Role::Button, true, Command::CloseFolder.label())
                });
                if button.clicked() {
                    commands.push(Command::CloseFolder);
                }
                let named = rect.width() >= NAMED;
                self.memory_ui(ui, named, commands);
                ui.add_space(GRID);
                self.lists_ui(ui, named, commands);
                ui.add_space(GRID);
                self.answer_ui(ui, commands);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    self.fold_ui(ui, commands);
                    self.counts_ui(ui);
                });
            });
        });
    }

    /// A hairline at the upper edge, as long as the share that is answered.
    fn progress_ui(&self, ui: &Ui, rect: Rect) {
        let counts = self.gallery.list.counts();
        if !self.gallery.is_answering() || counts.pictures == 0 {
            return;
        }
        let share = 1.0 - counts.waiting as f32 / counts.pictures as f32;
        let end = egui::lerp(rect.x_range(), share);
        let bar = Rect::from_min_max(rect.min, pos2(end, rect.top() + 2.0));
        ui.painter().rect_filled(bar, 0.0, palette(ui).bar);
    }

    /// The triangle that folds the strip away, and what is open.
    fn fold_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let colours = palette(ui);
        let title = title(self.gallery.paths());
        let text = line(ui, &title, theme::title(), colours.text, 200.0);
        let size = vec2(16.0 + text.size().x, theme::ROW);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let open = self.gallery_view.unfolded;
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
        let where_from: Vec<String> = self
            .gallery
            .paths()
            .iter()
            .take(4)
            .map(|path| path.display().to_string())
            .collect();
        if response.on_hover_text(where_from.join("\n")).clicked() {
            commands.push(Command::UnfoldGallery(!open));
        }
    }

    fn counts_ui(&self, ui: &mut Ui) {
        let text = self.gallery_progress();
        let room = ui.available_width();
        let words = line(ui, &text, theme::body(), palette(ui).weak, room);
        let size = vec2(words.size().x, theme::ROW);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let cut = words.elided;
        draw_left(ui, rect.left(), rect.center().y, words);
        let mut more = self.passed_over();
        if cut {
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

    /// The button that stops asking the model and goes on; it stays in its place whatever is told
    /// beside it.
    fn answer_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let paused = self.gallery.is_paused();
        let waiting = self.gallery.list.counts().waiting > 0;
        if !waiting || !(paused || self.gallery.is_answering()) {
            return;
        }
        let (label, hint) = if paused {
            ("Answer all", "Go on asking the model about all pictures")
        } else {
            ("Stop", "Stop asking the model about all pictures")
        };
        let button = Button::new(label).small().min_size(vec2(BUTTON, 0.0));
        if ui.add(button).on_hover_text(hint).clicked() {
            commands.push(Command::AnswerFolder(paused));
        }
        ui.add_space(GRID);
    }

    /// How far the answers are, in words.
    fn gallery_progress(&self) -> String {
        let counts = self.gallery.list.counts();
        let mut parts = Vec::new();
        if self.gallery.is_scanning() {
            parts.push(format!("{} so far", images(counts.pictures)));
        } else if self.gallery.is_answering() || (counts.waiting > 0 && counts.answered > 0) {
            let (answered, all) = (thousands(counts.answered), thousands(counts.pictures));
            parts.push(format!("{answered} of {all} answered"));
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
            parts.push(format!("{} without an answer", thousands(counts.failed)));
        }
        if self.gallery.list.filter() != Filter::All {
            parts.push(format!(
                "{} shown",
                thousands(self.gallery.list.order().len())
            ));
        }
        if self.gallery.is_answering()
            && let Some(rate) = self.gallery.rate(Instant::now())
        {
            parts.push(format!("{rate:.1} images/s"));
        }
        parts.join("  ·  ")
    }

    /// What the folder held beside pictures, in words.
    fn passed_over(&self) -> Vec<String> {
        passed_over(self.gallery.tally())
    }

    /// From right to left: which pictures, and in which order.
    fn lists_ui(&self, ui: &mut Ui, named: bool, commands: &mut Vec<Command>) {
        self.filter_ui(ui, named, commands);
        ui.add_space(GRID);
        // Named from left to right.
        let width = if named { 168.0 } else { 128.0 };
        ui.allocate_ui_with_layout(
            vec2(width, theme::ROW),
            Layout::left_to_right(Align::Center),
            |ui| {
                let list = Choice {
                    name: "Sort",
                    hint: "In which order the pictures stand",
                    width: 120.0,
                    named,
                };
                let picked = list.ui(ui, self.gallery.list.sort(), &Sort::ALL, Sort::label);
                commands.extend(picked.map(Command::SortPictures));
            },
        );
    }

    fn filter_ui(&self, ui: &mut Ui, named: bool, commands: &mut Vec<Command>) {
        let chosen = self.gallery.list.filter();
        let list = combo("Show")
            .selected_text(self.filter_label(chosen))
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
                offer(ui, filter, self.filter_label(filter));
            }
            ui.separator();
            for (class, count) in self.classes_there() {
                let name = self.gallery_class_name(class);
                offer(
                    ui,
                    Filter::Class(class),
                    format!("{name}  ({})", thousands(count)),
                );
            }
        });
        let response = shown.response.on_hover_text(
            "Which pictures stand here; a class: those of it and those taken for it",
        );
        if named {
            response.labelled_by(crate::app::ui::kit::widgets::name(ui, "Show"))
        } else {
            response.accessible_name("Show")
        };
    }

    /// Classes that pictures are of or are taken for, with how many, the most first.
    pub(crate) fn classes_there(&self) -> Vec<(usize, usize)> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for entry in self.gallery.list.entries() {
            let answered = entry.verdict().map(|verdict| verdict.class);
            if let Some(class) = answered {
                *counts.entry(class).or_default() += 1;
            }
            if let Some(class) = entry.truth.filter(|truth| answered != Some(*truth)) {
                *counts.entry(class).or_default() += 1;
            }
        }
        let mut classes: Vec<(usize, usize)> = counts.into_iter().collect();
        classes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        classes
    }

    /// What thumbnails take of memory, and the most that they may.
    fn memory_ui(&self, ui: &mut Ui, named: bool, commands: &mut Vec<Command>) {
        let limit = self.gallery.limit();
        let (used, whole) = (self.gallery.thumbnail_bytes(), self.gallery.bytes());
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
            "Memory that thumbnails take, and the most that they may. With names, answers and \
             pictures on their way to the model the folder takes {} MB.",
            whole_megabytes(whole)
        );
        let response = shown.response.on_hover_text(hint);
        if named {
            response.labelled_by(crate::app::ui::kit::widgets::name(ui, "Thumbnails"))
        } else {
            response.accessible_name("Thumbnails")
        };
    }
}

/// As high as a list can be that unfolds upwards from here.
fn room_above(ui: &Ui) -> f32 {
    let frame = 2.0 * ui.spacing().menu_margin.topf() + 4.0;
    ui.max_rect().top() - ui.ctx().content_rect().top() - frame - GRID
}

fn passed_over(tally: Tally) -> Vec<String> {
    let said = [
        (tally.others, ["other file", "other files"], "passed over"),
        (tally.unreadable, ["entry", "entries"], "could not be read"),
        (
            tally.beyond,
            ["more image", "more images"],
            "than can be listed",
        ),
    ];
    said.into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, [one, several], what)| format!("{} {what}", counted(count, one, several)))
        .collect()
}

fn images(count: usize) -> String {
    counted(count, "image", "images")
}

/// `1 mistake`, `5,000 mistakes`
fn counted(count: usize, one: &str, several: &str) -> String {
    let what = if count == 1 { one } else { several };
    format!("{} {what}", thousands(count))
}

/// The folder's name, or how many were opened.
fn title(paths: &[std::path::PathBuf]) -> String {
    match paths {
        [one] => {
            let name = one.file_name().unwrap_or(one.as_os_str());
            name.to_string_lossy().into_owned()
        }
        several => counted(several.len(), "file", "files"),
    }
}

fn megabytes(bytes: usize) -> String {
    match bytes >> 20 {
        1024.. => format!("{} GB", bytes >> 30),
        megabytes => format!("{megabytes} MB"),
    }
}

/// Megabytes begun.
fn whole_megabytes(bytes: usize) -> usize {
    bytes.div_ceil(1 << 20)
}

/// `5,000`
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let numbers = [0, 999, 1000, 12_345, 1_234_567];
        let written = ["0", "999", "1,000", "12,345", "1,234,567"];
        assert_eq!(numbers.map(thousands), written);
        assert_eq!([64 << 20, 1 << 30].map(megabytes), ["64 MB", "1 GB"]);
    }

    #[test]
    fn one_is_no_more_than_one() {
        let of = |others, unreadable, beyond| {
            passed_over(Tally {
                others,
                unreadable,
                beyond,
            })
        };
        let one = [
            "1 other file passed over",
            "1 entry could not be read",
            "1 more image than can be listed",
        ];
        assert_eq!(of(1, 1, 1), one);
        assert_eq!(of(0, 2000, 0), ["2,000 entries could not be read"]);
        assert_eq!([0, 1, 2].map(images), ["0 images", "1 image", "2 images"]);
    }

    #[test]
    fn a_limit_that_is_kept_is_seen_to_be_kept() {
        assert_eq!(whole_megabytes(0), 0);
        assert_eq!(whole_megabytes((64 << 20) - 1), 64);
        assert_eq!(whole_megabytes(64 << 20), 64);
    }

    #[test]
    fn the_title_is_the_folders_name() {
        assert_eq!(title(&["/data/cats".into()]), "cats");
        assert_eq!(title(&["/".into()]), "/");
        assert_eq!(title(&["a".into(), "b".into()]), "2 files");
    }
}
