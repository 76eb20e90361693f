//! The version, and the licences of all that the program is built from.

use egui::{RichText, Role, ScrollArea, Sense, Ui, vec2};

use super::dialog_frame;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};
use crate::app::ui::kit::widgets::{heading, name_row};

/// The crates in the lock file: name, version and licence, separated by tabs. `make licences` writes it.
const CRATES: &str = include_str!("../../../../assets/licences.tsv");

/// What is not a crate: what it is, and its licence.
const OTHERS: [(&str, &str); 3] = [
    ("libtorch", "BSD-3-Clause"),
    ("The font Roboto", "Apache-2.0"),
    (
        "Names of ImageNet's classes, from torchvision",
        "BSD-3-Clause",
    ),
];

const WIDTH: f32 = 560.0;
const LIST_HEIGHT: f32 = 320.0;

/// Draws the dialog. Returns whether it was closed.
pub fn about_ui(ui: &Ui) -> bool {
    let window = ui.content_rect();
    let width = WIDTH.min(window.width() - 8.0 * GRID);
    let height = LIST_HEIGHT.min(window.height() - 32.0 * GRID);
    let shown = dialog_frame(ui, "about").show(ui.ctx(), |ui| {
        ui.set_width(width);
        let mut close = false;
        heading(ui, concat!("gradcam ", env!("CARGO_PKG_VERSION")), |ui| {
            let button = ui.button("Close").on_hover_text("Close (Esc)");
            close = button.clicked();
        });
        let weak = palette(ui).weak;
        for words in [
            "Where a vision network looks, and why.",
            "Grad-CAM and Guided Grad-CAM: Selvaraju et al., \u{201c}Grad-CAM: Visual Explanations from Deep \
             Networks via Gradient-based Localization\u{201d}, arXiv 1610.02391 (version 4).",
            concat!("Licence: ", env!("CARGO_PKG_LICENSE"), ". It is built from:"),
        ] {
            ui.label(RichText::new(words).color(weak));
        }
        ui.add_space(GRID);
        let others = OTHERS.map(|(name, licence)| (name.to_owned(), licence));
        let lines: Vec<(String, &str)> = others.into_iter().chain(crates()).collect();
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show_rows(ui, ROW, lines.len(), |ui, rows| {
                for (name, licence) in &lines[rows] {
                    line_ui(ui, name, licence);
                }
            });
        close
    });
    shown.should_close() || shown.inner
}

/// The crates with their versions and their licences.
fn crates() -> impl Iterator<Item = (String, &'static str)> {
    CRATES.lines().filter_map(|line| {
        let mut parts = line.split('\t');
        let (name, version, licence) = (parts.next()?, parts.next()?, parts.next()?);
        Some((format!("{name} {version}"), licence))
    })
}

fn line_ui(ui: &mut Ui, name: &str, licence: &str) {
    let colours = palette(ui);
    // The scroll bar floats over the contents.
    let size = vec2(ui.available_width() - 2.0 * GRID, ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let y = rect.center().y;
    let shown = line(ui, licence, theme::body(), colours.weak, rect.width() * 0.6);
    let right = draw_right(ui, rect.right(), y, shown) - GRID;
    let shown = line(ui, name, theme::body(), colours.text, right - rect.left());
    draw_left(ui, rect.left(), y, shown);
    name_row(&response, Role::ListItem, false, name, licence);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::crates;

    #[test]
    fn lists_the_licence_of_every_crate_in_the_lock_file() {
        let lock = include_str!("../../../../Cargo.lock");
        // Packages without a source are this workspace's own.
        let packages = lock.split("[[package]]").skip(1);
        let from_others = packages.filter(|package| package.contains("\nsource = "));
        let needed: BTreeSet<String> = from_others
            .map(|package| {
                let text = |key: &str| {
                    let found = package.lines().find_map(|line| line.strip_prefix(key));
                    found.unwrap().trim_matches([' ', '=', '"']).to_owned()
                };
                format!("{} {}", text("name"), text("version"))
            })
            .collect();
        let listed: BTreeSet<String> = crates().map(|(name, _)| name).collect();
        assert_eq!(listed, needed, "run `make licences`");
        assert!(crates().all(|(_, licence)| !licence.is_empty()));
    }
}
