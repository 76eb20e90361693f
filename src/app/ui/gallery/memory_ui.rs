//! The memory for the thumbnails of a folder, as a menu.

use egui::{RichText, Ui};

use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::menu_spacing;
use crate::app::wording::{megabytes, whole_megabytes};

/// The limits on offer, in bytes.
const LIMITS: [usize; 5] = [64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30];

/// A menu of the limits, and how much is used.
pub fn memory_menu_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let folder = &scene.gallery.folder;
    let limit = folder.limit();
    let menu = ui.menu_button("Thumbnails", |ui| {
        ui.set_width(200.0);
        menu_spacing(ui);
        for bytes in LIMITS {
            let label = format!("{} for thumbnails", megabytes(bytes));
            if ui.selectable_label(bytes == limit, label).clicked() {
                commands.push(Command::LimitThumbnails(bytes));
            }
        }
        ui.separator();
        let used = whole_megabytes(folder.thumbnail_bytes());
        let words = format!("{used} of {} used", megabytes(limit));
        let words = RichText::new(words).font(theme::small());
        let all = format!(
            "With names, predictions and images on their way to the model, the folder uses {} MB",
            whole_megabytes(folder.bytes())
        );
        ui.horizontal(|ui| {
            ui.add_space(GRID);
            let words = words.color(palette(ui).weak);
            ui.label(words).on_hover_text(all);
        });
    });
    menu.response
        .on_hover_text("The most memory that the thumbnails of a folder may take");
}
