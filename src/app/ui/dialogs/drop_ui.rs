//! Files dropped on the window.

use std::path::PathBuf;

use egui::{Align2, Color32, CornerRadius, Id, LayerId, Order, StrokeKind, Ui};

use crate::app::commands::Command;
use crate::app::persistence::session::file::looks_like_session;
use crate::app::tasks::open::looks_like_model;
use crate::app::ui::kit::theme::{self, GRID, palette};

/// Opens dropped files, and shows a hint while files are dragged over the window.
pub fn drop_ui(ui: &Ui, commands: &mut Vec<Command>) {
    let dropped = ui.input(|i| i.raw.dropped_files.clone());
    // Only the last of several models or sessions is opened.
    let paths = dropped.iter().map(|file| file.path().to_owned());
    let (others, images): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.partition(|path| looks_like_model(path) || looks_like_session(path));
    commands.extend(others.into_iter().last().map(Command::OpenPath));
    if !images.is_empty() {
        commands.push(Command::OpenImages(images));
    }

    let hovering = ui.input(|i| !i.raw.hovered_files.is_empty());
    if hovering {
        let colours = palette(ui);
        let window = ui.content_rect();
        let painter = ui.layer_painter(LayerId::new(
            Order::Foreground,
            Id::unique("drop files here"),
        ));
        painter.rect_filled(window, CornerRadius::ZERO, theme::shade(160));
        let frame = window.shrink(2.0 * GRID);
        let stroke = egui::Stroke::new(2.0, colours.accent);
        painter.rect_stroke(frame, 8.0, stroke, StrokeKind::Inside);
        let words = "Drop to open";
        painter.text(
            window.center(),
            Align2::CENTER_CENTER,
            words,
            theme::display(),
            Color32::WHITE,
        );
    }
}
