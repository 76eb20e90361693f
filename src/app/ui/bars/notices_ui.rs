//! Notices. A problem is one line between the toolbar and the pictures, which it never covers; a click unfolds
//! it. What disappears by itself is drawn above the status bar, so that nothing moves for it.

use std::collections::HashSet;

use egui::{
    Align, Align2, Area, Button, Color32, Frame, Id, Label, Layout, Margin, Order, Panel, Rect,
    RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2,
};

use crate::app::commands::Command;
use crate::app::notices::{Notice, Notices};
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::triangle;

/// More would take too much of the window. Older notices appear when these are dismissed.
const MAX_SHOWN: usize = 3;
/// The height of a folded notice.
const LINE: f32 = 32.0;
/// The largest share of the window that unfolded notices take before they scroll.
const MAX_SHARE: f32 = 0.35;

/// What the notices keep from frame to frame.
#[derive(Debug, Default)]
pub struct NoticesScratch {
    /// The notices that are unfolded.
    unfolded: HashSet<u64>,
}

/// Draws the newest problems as a bar.
pub fn notices_ui(
    ui: &mut Ui,
    notices: &Notices,
    scratch: &mut NoticesScratch,
    commands: &mut Vec<Command>,
) {
    let problems = notices.newest_first().filter(|notice| !notice.passing);
    let shown: Vec<&Notice> = problems.take(MAX_SHOWN).collect();
    scratch
        .unfolded
        .retain(|id| notices.iter().any(|notice| notice.id == *id));
    if shown.is_empty() {
        return;
    }
    let frame = Frame::new()
        .fill(palette(ui).panel)
        .inner_margin(Margin::symmetric(2 * GRID as i8, 0));
    let unfolded = scratch.unfolded.len().max(1) as f32;
    let most = MAX_SHARE * ui.available_height() / unfolded;
    Panel::top("notices").frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for notice in shown {
            ui.push_id(notice.id, |ui| {
                line_ui(ui, notice, scratch, commands);
                if scratch.unfolded.contains(&notice.id) {
                    text_ui(ui, notice, most);
                }
            });
        }
    });
}

/// One line: the title, as much of the text as there is room for, and the buttons.
fn line_ui(
    ui: &mut Ui,
    notice: &Notice,
    scratch: &mut NoticesScratch,
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let size = vec2(ui.available_width(), LINE);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let mut right = rect.right();
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ui.add(Button::new("Dismiss").fill(Color32::TRANSPARENT));
            right = button.rect.left();
            if button.on_hover_text("Close this message (Esc)").clicked() {
                commands.push(Command::DismissNotice(notice.id));
            }
            if let Some((label, command)) = &notice.offer {
                let button = ui.button(label);
                right = button.rect.left();
                if button.clicked() {
                    commands.push(command.clone());
                }
            }
        });
    });
    let (y, mut left) = (rect.center().y, rect.left());
    let mark = Rect::from_center_size(egui::pos2(left + 1.5, y), vec2(3.0, 16.0));
    ui.painter().rect_filled(mark, 1.5, colours.error);
    left += 3.0 + GRID;
    let open = scratch.unfolded.contains(&notice.id);
    triangle(ui, egui::pos2(left + 4.0, y), open, colours.weak);
    left += 2.0 * GRID;
    let title = line(
        ui,
        &notice.title,
        theme::title(),
        colours.text,
        right - left,
    );
    left = draw_left(ui, left, y, title) + GRID;
    if !open && right - left > 4.0 * GRID {
        let text = notice.text.replace('\n', " ");
        let words = line(ui, &text, theme::body(), colours.weak, right - left - GRID);
        draw_left(ui, left, y, words);
    }
    let handle = rect.with_max_x(right);
    let response = ui.interact(handle, ui.scope_id().with("notice"), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::DisclosureTriangle, true, &notice.title);
        info.current_text_value = Some(notice.text.clone());
        info
    });
    let hint = if open { "Fold" } else { "Show all of it" };
    if response.on_hover_text(hint).clicked() && !scratch.unfolded.remove(&notice.id) {
        scratch.unfolded.insert(notice.id);
    }
}

/// All of the text, to be selected and copied into a search or a bug report.
fn text_ui(ui: &mut Ui, notice: &Notice, most: f32) {
    let inset = Margin {
        left: 3 * GRID as i8 + 3,
        right: 0,
        top: 0,
        bottom: GRID as i8,
    };
    Frame::new().inner_margin(inset).show(ui, |ui| {
        ScrollArea::vertical()
            .max_height(most)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                for (block, is_code) in blocks(&notice.text) {
                    if is_code {
                        code_ui(ui, &block);
                    } else {
                        let words = RichText::new(block).color(palette(ui).text);
                        ui.add(Label::new(words).wrap().selectable(true));
                    }
                }
            });
    });
}

/// Code, with a button that copies it.
fn code_ui(ui: &mut Ui, code: &str) {
    let colours = palette(ui);
    let frame = Frame::new().fill(colours.stage).corner_radius(4);
    frame.inner_margin(GRID).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let words = RichText::new(code).monospace().color(colours.text);
            ui.add(Label::new(words).extend().selectable(true));
            let button = ui.add(Button::new("Copy"));
            if button.on_hover_text("Copy this code").clicked() {
                ui.copy_text(code.to_owned());
            }
        });
    });
}

/// The paragraphs of a text, and its code: lines that are indented by four spaces.
fn blocks(text: &str) -> Vec<(String, bool)> {
    let mut blocks: Vec<(String, bool)> = Vec::new();
    for line in text.lines() {
        let code = line.strip_prefix("    ");
        let (words, is_code) = (code.unwrap_or(line), code.is_some());
        match blocks.last_mut().filter(|(_, before)| *before == is_code) {
            Some((block, _)) => {
                block.push('\n');
                block.push_str(words);
            }
            None => blocks.push((words.to_owned(), is_code)),
        }
    }
    blocks
}

/// Draws the newest message that disappears by itself, above `bottom`.
pub fn passing_ui(ui: &Ui, notices: &Notices, bottom: f32) {
    let Some(notice) = notices.newest_first().find(|notice| notice.passing) else {
        return;
    };
    let now = ui.input(|i| i.time);
    let colours = palette(ui);
    Area::new(Id::unique("passing notice"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -bottom - GRID))
        .show(ui.ctx(), |ui| {
            ui.multiply_opacity(notice.strength(now));
            let frame = Frame::new()
                .fill(colours.panel)
                .stroke(Stroke::new(1.0, colours.line))
                .corner_radius(8)
                .shadow(ui.visuals().popup_shadow)
                .inner_margin(Margin::symmetric(2 * GRID as i8, GRID as i8));
            frame.show(ui, |ui| {
                ui.set_max_width(520.0);
                let title = RichText::new(&notice.title).font(theme::title());
                ui.label(title.color(colours.text));
                let words = RichText::new(&notice.text).color(colours.weak);
                ui.add(Label::new(words).wrap());
            });
        });
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn indented_lines_are_code() {
        let text =
            "Export it again:\n    import torch\n    torch.save(x)\nThen open it.\n\nOr not.";
        let expected = [
            ("Export it again:", false),
            ("import torch\ntorch.save(x)", true),
            ("Then open it.\n\nOr not.", false),
        ];
        let found = blocks(text);
        let found: Vec<(&str, bool)> = found
            .iter()
            .map(|(text, code)| (text.as_str(), *code))
            .collect();
        assert_eq!(found, expected);
    }
}
