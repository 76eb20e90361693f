//! Snapshot tests: images of the window, compared with stored ones.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test interface` updates the stored images.

use egui_kittest::SnapshotOptions;
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

use crate::support::{Window, cat_and_coffee, file, squeezenet};

/// The number of pixels that may differ. Graphics drivers and CPUs differ in the last bit, which changes
/// the edge of a letter or a colour by one step here and there.
const DIFFERENT_PIXELS: usize = 2000;

fn compare(mut window: Window, name: &str) {
    window.harness.remove_cursor();
    window.harness.run_steps(3);
    // Timings are not part of the comparison.
    let masked = window
        .harness
        .query_by_label_contains("forward")
        .map(|node| node.rect());
    if let Some(rect) = masked {
        window.harness.mask(rect);
    }
    let options = SnapshotOptions::new()
        .output_path(file("tests/interface/snapshots"))
        .max_failed_pixels(DIFFERENT_PIXELS);
    window.harness.snapshot_options(name, &options);
}

fn open(width: f32, height: f32, theme: egui::Theme) -> Window {
    let start = Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let mut window = Window::sized(start, width, height, theme);
    window.settle();
    window.until("all layers' maps", |w| w.app().shows_all_maps());
    // The strip scrolls to the chosen layer.
    window.harness.run_steps(60);
    window
}

#[test]
fn dark() {
    compare(open(1440.0, 900.0, egui::Theme::Dark), "dark");
}

#[test]
fn light_and_narrow() {
    compare(open(1024.0, 640.0, egui::Theme::Light), "light_narrow");
}

#[test]
fn empty() {
    let mut window = Window::sized(Start::default(), 1024.0, 640.0, egui::Theme::Dark);
    window.harness.run_steps(2);
    compare(window, "empty");
}
