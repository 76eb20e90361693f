//! Notices, drawn over the panels so that nothing moves when one appears or disappears.

use egui::{
    Align2, Area, Button, Color32, Frame, Id, Label, Margin, Order, RichText, Stroke, Ui, vec2,
};

use crate::app::commands::Command;
use crate::app::notices::{Notice, Notices};
use crate::app::ui::kit::theme::{self, GRID, palette};

/// More would cover the panels. Older notices appear when these are dismissed.
const MAX_SHOWN: usize = 4;

/// Draws the newest notices below `top`.
pub fn notices_ui(ui: &Ui, notices: &Notices, top: f32, commands: &mut Vec<Command>) {
    if notices.is_empty() {
        return;
    }
    let now = ui.input(|i| i.time);
    Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, top + GRID))
        .show(ui.ctx(), |ui| {
            ui.set_width(520.0);
            ui.spacing_mut().item_spacing.y = GRID;
            for notice in notices.newest_first().take(MAX_SHOWN) {
                ui.scope(|ui| {
                    ui.multiply_opacity(notice.strength(now));
                    notice_ui(ui, notice, commands);
                });
            }
        });
}

fn notice_ui(ui: &mut Ui, notice: &Notice, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let frame = Frame::new()
        .fill(colours.panel)
        .stroke(Stroke::new(1.0, colours.line))
        .corner_radius(8)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin {
            left: 20,
            right: 12,
            top: 12,
            bottom: 12,
        });
    let shown = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(GRID, 4.0);
        ui.horizontal(|ui| {
            ui.label(
                RichText::new(&notice.title)
                    .font(theme::title())
                    .color(colours.text),
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let button = ui
                    .add(Button::new("Dismiss").fill(Color32::TRANSPARENT))
                    .on_hover_text("Close this message");
                if button.clicked() {
                    commands.push(Command::DismissNotice(notice.id));
                }
            });
        });
        // The text is selectable, to be copied into a search or a bug report.
        let words = RichText::new(&notice.text).color(colours.weak);
        ui.add(Label::new(words).wrap().selectable(true));
        if let Some((label, command)) = &notice.offer
            && ui.button(label).clicked()
        {
            commands.push(command.clone());
        }
        ui.set_min_width(ui.available_width());
    });
    let edge = shown.response.rect;
    let mark =
        egui::Rect::from_min_size(edge.min + vec2(8.0, 12.0), vec2(3.0, edge.height() - 24.0));
    ui.painter().rect_filled(mark, 1.5, colours.error);
}
