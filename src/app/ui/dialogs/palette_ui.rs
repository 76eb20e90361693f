//! The command palette: finds a command by a few letters of its name, for users who know its name but
//! not its menu.

use egui::text::LayoutJob;
use egui::{
    Align2, Area, Color32, Frame, Id, Key, Modal, Modifiers, Rect, Role, ScrollArea, Stroke,
    TextEdit, TextFormat, Ui, pos2, vec2,
};

use crate::app::commands::Command;
use crate::app::commands::entries::Entry;
use crate::app::ui::kit::fuzzy::Query;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{name_row, row};

/// The maximum width of the palette.
const MAX_WIDTH: f32 = 560.0;
/// The height of a line in the list.
const LINE: f32 = 28.0;
/// The maximum number of lines shown at once.
const MAX_LINES: usize = 12;

/// The palette, open or closed.
#[derive(Debug, Default)]
pub struct CommandPalette {
    open: bool,
    text: String,
    /// The selected line, which Enter runs.
    chosen: usize,
    /// Whether to scroll to the selected line, because the list or the selection has changed.
    reveal: bool,
}

/// An entry that matches the typed text.
struct Hit<'a> {
    entry: &'a Entry,
    letters: Vec<usize>,
}

impl CommandPalette {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens the palette with what was typed before it appeared, or closes it.
    pub fn toggle(&mut self, typed: String) {
        *self = CommandPalette {
            open: !self.open,
            text: typed,
            reveal: true,
            ..CommandPalette::default()
        };
    }

    pub fn close(&mut self) {
        *self = CommandPalette::default();
    }

    /// Draws the palette. Returns the command that was run.
    pub fn ui(&mut self, ui: &Ui, entries: &[Entry]) -> Option<Command> {
        if !self.open {
            return None;
        }
        let step = steps(ui);
        let enter = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter));
        let colours = palette(ui);
        let window = ui.content_rect();
        let width = MAX_WIDTH.min(window.width() - 4.0 * GRID);
        let top = (window.height() * 0.12).max(2.0 * GRID);
        let area = Modal::default_area(Id::unique("find a command"));
        let area: Area = area.anchor(Align2::CENTER_TOP, vec2(0.0, top));
        let frame = Frame::popup(ui.style()).inner_margin(GRID);
        let modal = Modal::new(Id::unique("find a command"))
            .area(area)
            .frame(frame)
            .backdrop_color(theme::shade(48));
        let shown = modal.show(ui.ctx(), |ui| {
            ui.set_width(width - 2.0 * GRID);
            ui.spacing_mut().item_spacing.y = 0.0;
            if self.field_ui(ui) {
                self.chosen = 0;
                self.reveal = true;
            }
            let hits = hits(&self.text, entries);
            self.walk(step, hits.len());
            ui.add_space(GRID);
            let rule = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 1.0));
            ui.painter().rect_filled(rule, 0.0, colours.line);
            ui.add_space(GRID);
            let clicked = self.list_ui(ui, &hits);
            let entered = hits.get(self.chosen).filter(|_| enter).map(|hit| hit.entry);
            clicked.or(entered).filter(|entry| entry.why_not.is_none())
        });
        let close = shown.should_close();
        let taken = shown.inner.map(|entry| entry.command.clone());
        if close || taken.is_some() {
            self.close();
        }
        taken
    }

    /// The text field. Returns whether its text has changed.
    fn field_ui(&mut self, ui: &mut Ui) -> bool {
        let field = TextEdit::singleline(&mut self.text)
            .hint_text("Find a command")
            .font(egui::FontId::proportional(15.0))
            // Aligned with the names below.
            .frame(Frame::NONE.inner_margin(vec2(2.0 * GRID, GRID)))
            .desired_width(ui.available_width());
        let response = ui.add(field).accessible_name("Find a command");
        response.request_focus();
        response.changed()
    }

    /// Moves the selection, wrapping around at both ends.
    fn walk(&mut self, step: isize, count: usize) {
        let last = count.saturating_sub(1);
        self.chosen = self.chosen.min(last);
        if step == 0 || count == 0 {
            return;
        }
        self.chosen = match self.chosen.checked_add_signed(step) {
            Some(next) if next <= last => next,
            None if self.chosen == 0 => last,
            None => 0,
            Some(_) if self.chosen == last => 0,
            Some(_) => last,
        };
        self.reveal = true;
    }

    /// The list. Returns the entry that was clicked.
    fn list_ui<'a>(&mut self, ui: &mut Ui, hits: &[Hit<'a>]) -> Option<&'a Entry> {
        let colours = palette(ui);
        if hits.is_empty() {
            let (rect, response) =
                ui.allocate_exact_size(vec2(ui.available_width(), LINE), egui::Sense::hover());
            let words = "No command of that name.";
            let galley = line(ui, words, theme::body(), colours.weak, rect.width());
            draw_left(ui, rect.left() + 2.0 * GRID, rect.center().y, galley);
            response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, words.to_owned()));
            return None;
        }
        // As high as the room below the field allows.
        let room = ui.ctx().content_rect().bottom() - ui.cursor().top() - 4.0 * GRID;
        let lines = (room / LINE).floor().clamp(3.0, MAX_LINES as f32);
        let reveal = std::mem::take(&mut self.reveal);
        let mut clicked = None;
        ScrollArea::vertical()
            .min_scrolled_height(lines * LINE)
            .max_height(lines * LINE)
            .auto_shrink([false, true])
            .show_rows(ui, LINE, hits.len(), |ui, range| {
                if reveal {
                    let above = (self.chosen as f32 - range.start as f32) * LINE;
                    let corner = pos2(ui.max_rect().left(), ui.max_rect().top() + above);
                    ui.scroll_to_rect(Rect::from_min_size(corner, vec2(1.0, LINE)), None);
                }
                for index in range {
                    let hit = &hits[index];
                    if hit_ui(ui, hit, index == self.chosen) {
                        self.chosen = index;
                        clicked = Some(hit.entry);
                    }
                }
            });
        clicked
    }
}

/// How far the keys move the selection in this frame.
fn steps(ui: &Ui) -> isize {
    let page = MAX_LINES as isize - 1;
    let keys = [
        (Key::ArrowDown, 1),
        (Key::ArrowUp, -1),
        (Key::PageDown, page),
        (Key::PageUp, -page),
    ];
    let pressed = |(key, step): (Key, isize)| {
        let times = ui.input_mut(|i| i.count_and_consume_key(Modifiers::NONE, key));
        times as isize * step
    };
    keys.into_iter().map(pressed).sum()
}

/// The matching entries, best first; or all entries in their own order if nothing was typed.
fn hits<'a>(text: &str, entries: &'a [Entry]) -> Vec<Hit<'a>> {
    let mut query = Query::new(text);
    let mut found: Vec<(Option<u32>, Hit<'a>)> = entries
        .iter()
        .filter_map(|entry| {
            if let Some(fit) = query.matched(&entry.name) {
                let letters = fit.letters;
                return Some((Some(fit.score), Hit { entry, letters }));
            }
            let matches = matches_details(text, entry);
            matches.then_some((
                None,
                Hit {
                    entry,
                    letters: Vec::new(),
                },
            ))
        })
        .collect();
    if !text.trim().is_empty() {
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    found.into_iter().map(|(_, hit)| hit).collect()
}

/// Whether an entry's detail or hint contains the text.
fn matches_details(text: &str, entry: &Entry) -> bool {
    let text = text.trim().to_lowercase();
    let contains = |words: &str| words.to_lowercase().contains(&text);
    text.chars().count() >= 3 && (contains(&entry.detail) || contains(&entry.hint))
}

/// One line. Returns whether it was clicked.
fn hit_ui(ui: &mut Ui, hit: &Hit<'_>, chosen: bool) -> bool {
    let colours = palette(ui);
    let entry = hit.entry;
    let enabled = entry.why_not.is_none();
    let response = row(ui, LINE, enabled, chosen, chosen);
    let rect = response.rect.shrink2(vec2(2.0 * GRID, 0.0));
    let y = rect.center().y;
    let right_text = match (entry.why_not, &entry.keys) {
        (Some(why), _) => why,
        (None, Some(keys)) => keys,
        (None, None) => "",
    };
    let faint = if enabled { colours.weak } else { colours.faint };
    let aside = line(ui, right_text, theme::small(), faint, rect.width() * 0.6);
    let right = draw_right(ui, rect.right(), y, aside) - 2.0 * GRID;
    let colour = if enabled { colours.text } else { colours.faint };
    let name = name_job(&entry.name, &hit.letters, colour, right - rect.left());
    let left = draw_left(ui, rect.left(), y, ui.painter().layout_job(name)) + GRID;
    if !entry.detail.is_empty() {
        let detail = line(ui, &entry.detail, theme::small(), faint, right - left);
        draw_left(ui, left, y, detail);
    }
    let description = [entry.detail.as_str(), right_text].join(" ");
    name_row(
        &response,
        Role::ListBoxOption,
        chosen,
        &entry.name,
        description.trim(),
    );
    let response = if entry.hint.is_empty() {
        response
    } else {
        response.on_hover_text(&entry.hint)
    };
    response.clicked()
}

/// A name with its matching letters highlighted.
fn name_job(name: &str, letters: &[usize], colour: Color32, width: f32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (index, letter) in name.chars().enumerate() {
        let found = letters.binary_search(&index).is_ok();
        let font = if found { theme::title() } else { theme::body() };
        let mut format = TextFormat::simple(font, colour);
        if found {
            format.underline = Stroke::new(1.0, colour);
        }
        job.append(letter.encode_utf8(&mut [0; 4]), 0.0, format);
    }
    job.wrap = egui::text::TextWrapping {
        max_width: width.max(0.0),
        max_rows: 1,
        break_anywhere: true,
        overflow_character: Some('…'),
    };
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, hint: &str) -> Entry {
        Entry {
            command: Command::WholeMap,
            name: name.to_owned(),
            detail: String::new(),
            keys: None,
            hint: hint.to_owned(),
            why_not: None,
        }
    }

    #[test]
    fn matches_in_names_rank_above_matches_in_hints() {
        let entries = [
            entry("Zoom in", "Magnify all panels"),
            entry("Open model…", "A file"),
            entry("Magnify", ""),
        ];
        let names = |text: &str| -> Vec<&str> {
            let found = hits(text, &entries);
            found
                .into_iter()
                .map(|hit| hit.entry.name.as_str())
                .collect()
        };
        assert_eq!(names("magnify"), ["Magnify", "Zoom in"]);
        assert_eq!(names("om"), ["Open model…", "Zoom in"]);
        assert_eq!(names(""), ["Zoom in", "Open model…", "Magnify"]);
        assert_eq!(names("nothing"), [""; 0]);
    }

    #[test]
    fn the_selection_wraps_around() {
        let mut palette = CommandPalette::default();
        let mut walk = |step, count| {
            palette.walk(step, count);
            palette.chosen
        };
        assert_eq!(walk(-1, 5), 4);
        assert_eq!(walk(1, 5), 0);
        assert_eq!(walk(11, 5), 4);
        assert_eq!(walk(0, 2), 1);
        assert_eq!(walk(1, 0), 0);
    }
}
