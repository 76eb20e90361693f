//! Writes and copies what is on screen, at the photo's resolution.

use egui::{Key, pos2};
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

use super::exported;
use crate::support::{Window, cat_and_coffee, file, squeezenet};

#[test]
fn writes_the_composite_at_the_photos_resolution() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    window.will_pick(folder.path().join("composite"));
    window.ctrl(Key::E);
    window.until("the file", |w| {
        w.harness.query_by_label_contains("Exported").is_some()
    });
    let written = image::open(folder.path().join("composite.png")).unwrap();
    let photo = image::open(cat_and_coffee()).unwrap();
    assert!(written.width() > 4 * photo.width());
    assert!(written.height() > photo.height());
    let name = window.pickers.names.lock().unwrap()[0].clone();
    assert!(
        name.starts_with("cat_and_coffee_squeezenet1_1_features.12_"),
        "{name}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // The picker starts in the photo's folder.
    let beside = cat_and_coffee().parent().unwrap().canonicalize().unwrap();
    let folders = window.pickers.folders.lock().unwrap().clone();
    assert_eq!(folders, [Some(beside)]);
}

#[test]
fn writes_each_panel_on_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    for panel in [
        "Original…",
        "Grad-CAM…",
        "Guided backprop…",
        "Guided Grad-CAM…",
    ] {
        let path = folder
            .path()
            .join(format!("{}.png", panel.trim_end_matches('…')));
        window.will_pick(&path);
        window.choose("Export", panel);
        window.until("the file", |w| w.app().is_settled());
        let photo = image::open(cat_and_coffee()).unwrap();
        let written = image::open(&path).unwrap();
        assert_eq!(
            (written.width(), written.height()),
            (photo.width(), photo.height())
        );
    }
    let original = image::open(folder.path().join("Original.png"))
        .unwrap()
        .to_rgb8();
    assert_eq!(original, image::open(cat_and_coffee()).unwrap().to_rgb8());
}

#[test]
fn the_screen_and_the_file_show_the_same_colours() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        image: Some(file("assets/cat_and_coffee.png")),
        model: Some(squeezenet()),
        ..Start::default()
    };
    // The window is large enough to magnify each pixel of the photo, so that pixels do not mix.
    let mut window = Window::sized(start, 2560.0, 1440.0, egui::Theme::Dark);
    window.settle();
    for overlay in ["Spotlight", "Native cells", "Blend"] {
        window.choose("Overlay", overlay);
        window.settle();
        let path = folder.path().join(format!("{overlay}.png"));
        window.will_pick(&path);
        window.choose("Export", "Grad-CAM…");
        window.until("the file", |w| w.app().is_settled());
        let written = image::open(&path).unwrap().to_rgb8();

        window.harness.remove_cursor();
        window.harness.run_steps(2);
        let panel = window.harness.get_by_label("Grad-CAM").rect();
        let screen = window.harness.render().unwrap();
        let (width, height) = written.dimensions();
        let scale = panel.width() / width as f32;
        assert!(scale > 1.0, "the photo is not magnified: {scale}");
        // Resized to a short side of 256, of which the middle 224 are seen. The rest is hatched on the screen.
        let seen = f64::from(width.min(height)) * 224.0 / 256.0;
        let inside = |at: u32, side: u32| {
            let from_middle = (f64::from(at) + 0.5 - f64::from(side) / 2.0).abs();
            from_middle < seen / 2.0 - 1.0
        };
        let (mut worst, mut compared) = (0, 0);
        for (x, y) in (0..height)
            .step_by(7)
            .flat_map(|y| (0..width).step_by(5).map(move |x| (x, y)))
        {
            let at = panel.min + egui::vec2(x as f32 + 0.5, y as f32 + 0.5) * scale;
            if !inside(x, width) || !inside(y, height) {
                continue;
            }
            // The map is interpolated on screen: only the centre of a photo's pixel equals the file.
            let beside = |v: f32| (v.fract() - 0.5).abs() > 0.2;
            if beside(at.x) || beside(at.y) {
                continue;
            }
            let at = pos2(at.x.floor(), at.y.floor());
            compared += 1;
            let seen = screen.get_pixel(at.x as u32, at.y as u32).0;
            let file = written.get_pixel(x, y).0;
            let apart = (0..3).map(|c| seen[c].abs_diff(file[c])).max().unwrap();
            worst = worst.max(apart);
        }
        assert!(compared > 100, "only {compared} pixels were compared");
        assert!(
            worst <= 2,
            "{overlay}: screen and file differ by {worst} of 255"
        );
    }
}

#[test]
fn copies_the_composite_to_the_clipboard() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    // The window system delivers Ctrl+C as this event. One event per frame, so that none is missed.
    window.harness.input_mut().events.push(egui::Event::Copy);
    window.until("the copy", |w| {
        w.harness.query_by_label_contains("Copied").is_some()
    });
    // All of it, as it would be written.
    let path = exported(&mut window, folder.path(), "composite.png");
    let written = image::open(path).unwrap().to_rgba8();
    let copied = window.pickers.copied.lock().unwrap();
    assert!(
        copied.as_slice() == [written],
        "{:?}",
        copied[0].dimensions()
    );
}

#[test]
fn reports_a_folder_that_cannot_be_written() {
    let mut window = Window::open();
    window.will_pick("/no/such/folder/a.png");
    window.ctrl(Key::E);
    window.until("the message", |w| !w.app().notices().is_empty());
    assert!(window.app().notices()[0].contains("/no/such/folder"));
    window.click("Dismiss");
    window.settle();
}
