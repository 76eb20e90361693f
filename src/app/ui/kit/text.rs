//! Lines of text that are elided to fit, and drawn at a given position.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontId, Galley, TextFormat, Ui, pos2};

/// One line of text, elided if it is wider than `width`.
pub fn line(ui: &Ui, text: &str, font: FontId, colour: Color32, width: f32) -> Arc<Galley> {
    lines(ui, text, font, colour, width, 1)
}

/// At most `rows` lines of text, the last one elided if the text is longer.
pub fn lines(
    ui: &Ui,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
    rows: usize,
) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, colour));
    job.wrap = TextWrapping {
        max_width: width.max(0.0),
        max_rows: rows,
        break_anywhere: rows == 1,
        overflow_character: Some('…'),
    };
    ui.painter().layout_job(job)
}

/// Draws a line with its left edge at `left`, centred on `y`. Returns its right edge.
pub fn draw_left(ui: &Ui, left: f32, y: f32, galley: Arc<Galley>) -> f32 {
    let right = left + galley.size().x;
    let top = y - galley.size().y / 2.0;
    ui.painter()
        .galley(pos2(left, top), galley, Color32::PLACEHOLDER);
    right
}

/// Draws a line with its right edge at `right`, centred on `y`. Returns its left edge.
pub fn draw_right(ui: &Ui, right: f32, y: f32, galley: Arc<Galley>) -> f32 {
    let left = right - galley.size().x;
    draw_left(ui, left, y, galley);
    left
}
