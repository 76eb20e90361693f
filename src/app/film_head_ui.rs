//! The line above the strip of pictures: how far the answers are, and which pictures stand below in
//! which order.

use std::collections::BTreeMap;
use std::time::Instant;

use egui::{Align, Button, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::folder::{Filter, Sort};

use super::App;
use super::commands::Command;
use super::theme::{self, GRID, palette};
use super::widgets::{Choice, combo, draw_left, line, menu_spacing, triangle};

pub const HEIGHT: f32 = 32.0;

/// Below this width the lists stand without their names.
const NAMED: f32 = 1200.0;

/// Bytes that thumbnails may take, to choose from.
const LIMITS: [usize; 5] = [64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30];

impl App {
    pub(super) fn film_head_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
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
                self.memory_ui(ui, commands);
                ui.add_space(GRID);
                self.lists_ui(ui, named, commands);
                ui.add_space(GRID);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    self.fold_ui(ui, commands);
                    self.counts_ui(ui, commands);
                });
            });
        });
    }

    /// A hairline at the upper edge, as long as the share that is answered.
    fn progress_ui(&self, ui: &Ui, rect: Rect) {
        let counts = self.film.roll.counts();
        if !self.film.is_answering() || counts.pictures == 0 {
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
        let title = title(self.film.paths());
        let text = line(ui, &title, theme::title(), colours.text, 200.0);
        let size = vec2(16.0 + text.size().x, theme::ROW);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let open = self.film_view.unfolded;
        let ink = match response.hovered() || response.has_focus() {
            true => colours.text,
            false => colours.weak,
        };
        triangle(ui, pos2(rect.left() + 5.0, rect.center().y), open, ink);
        draw_left(ui, rect.left() + 16.0, rect.center().y, text);
        let verb = if open { "Fold" } else { "Unfold" };
        let name = format!("{verb} the pictures of {title}");
        response.widget_info(|| WidgetInfo::labeled(Role::DisclosureTriangle, true, &name));
        let where_from: Vec<String> = self
            .film
            .paths()
            .iter()
            .take(4)
            .map(|path| path.display().to_string())
            .collect();
        if response.on_hover_text(where_from.join("\n")).clicked() {
            commands.push(Command::UnfoldFilm(!open));
        }
    }

    fn counts_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let text = self.film_progress();
        let waiting = self.film.roll.counts().waiting > 0;
        let paused = self.film.is_paused();
        let can_answer = waiting && (paused || self.film.is_answering());
        let button_room = if can_answer { 80.0 } else { 0.0 };
        let room = ui.available_width() - button_room;
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
        if can_answer {
            let (label, hint) = match paused {
                true => ("Answer all", "Go on asking the model about all pictures"),
                false => ("Stop", "Stop asking the model about all pictures"),
            };
            let button = ui.add(Button::new(label).small()).on_hover_text(hint);
            if button.clicked() {
                commands.push(Command::AnswerFolder(paused));
            }
        }
    }

    /// How far the answers are, in words.
    fn film_progress(&self) -> String {
        let counts = self.film.roll.counts();
        let pictures = thousands(counts.pictures);
        let mut parts = Vec::new();
        let known = counts.pictures - counts.waiting;
        if self.film.is_scanning() {
            parts.push(format!("{pictures} images so far"));
        } else if self.film.is_answering() || (counts.waiting > 0 && counts.answered > 0) {
            parts.push(format!("{} of {pictures} answered", thousands(known)));
        } else {
            parts.push(format!("{pictures} images"));
        }
        if counts.judged > 0 {
            let word = if counts.mistakes == 1 {
                "mistake"
            } else {
                "mistakes"
            };
            let (mistakes, judged) = (thousands(counts.mistakes), thousands(counts.judged));
            parts.push(format!("{mistakes} {word} of {judged}"));
        }
        let spoilt = counts.unreadable + counts.failed;
        if spoilt > 0 {
            parts.push(format!("{} unreadable", thousands(spoilt)));
        }
        if self.film.roll.filter() != Filter::All {
            parts.push(format!("{} shown", thousands(self.film.roll.order().len())));
        }
        if self.film.is_answering()
            && let Some(rate) = self.film.rate(Instant::now())
        {
            parts.push(format!("{rate:.1} images/s"));
        }
        parts.join("  ·  ")
    }

    /// What the folder held beside pictures, in words.
    fn passed_over(&self) -> Vec<String> {
        let tally = self.film.tally();
        let count =
            |count: usize, what: &str| (count > 0).then(|| format!("{} {what}", thousands(count)));
        let parts = [
            count(tally.others, "other files passed over"),
            count(tally.unreadable, "entries could not be read"),
            count(tally.beyond, "more images than can be listed"),
        ];
        parts.into_iter().flatten().collect()
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
                let picked = list.ui(ui, self.film.roll.sort(), &Sort::ALL, Sort::label);
                commands.extend(picked.map(Command::SortPictures));
            },
        );
    }

    fn filter_ui(&self, ui: &mut Ui, named: bool, commands: &mut Vec<Command>) {
        let chosen = self.film.roll.filter();
        let list = combo("Show")
            .selected_text(self.film_filter_label(chosen))
            .width(120.0)
            .truncate();
        let shown = list.show_ui(ui, |ui| {
            menu_spacing(ui);
            let mut offer = |ui: &mut Ui, filter: Filter, label: String| {
                if ui.selectable_label(filter == chosen, label).clicked() && filter != chosen {
                    commands.push(Command::FilterPictures(filter));
                }
            };
            for filter in [Filter::All, Filter::Mistakes, Filter::Unanswered] {
                offer(ui, filter, self.film_filter_label(filter));
            }
            ui.separator();
            for (class, count) in self.classes_there() {
                let name = self.film_class_name(class);
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
        match named {
            true => response.labelled_by(super::widgets::name(ui, "Show")),
            false => response.accessible_name("Show"),
        };
    }

    /// Classes that pictures are of or are taken for, with how many, the most first.
    fn classes_there(&self) -> Vec<(usize, usize)> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for entry in self.film.roll.entries() {
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

    /// What the folder takes of memory, and the limit.
    fn memory_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let limit = self.film.limit();
        let used = (self.film.bytes() as f64 / f64::from(1 << 20)).ceil();
        let list = combo("Memory")
            .selected_text(format!("{used:.0} of {}", megabytes(limit)))
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
        let hint = "Memory that the folder takes, and the most that its thumbnails may";
        let response = shown.response.on_hover_text(hint);
        response.accessible_name("Memory");
    }
}

/// The folder's name, or how many were opened.
fn title(paths: &[std::path::PathBuf]) -> String {
    match paths {
        [one] => {
            let name = one.file_name().unwrap_or(one.as_os_str());
            name.to_string_lossy().into_owned()
        }
        several => format!("{} files", thousands(several.len())),
    }
}

fn megabytes(bytes: usize) -> String {
    match bytes >> 20 {
        1024.. => format!("{} GB", bytes >> 30),
        megabytes => format!("{megabytes} MB"),
    }
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
    fn the_title_is_the_folders_name() {
        assert_eq!(title(&["/data/cats".into()]), "cats");
        assert_eq!(title(&["/".into()]), "/");
        assert_eq!(title(&["a".into(), "b".into()]), "2 files");
    }
}
