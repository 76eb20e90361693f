//! Options that only change how images are drawn. They must not send requests to the engine.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Pos2, pos2, vec2};
use egui_kittest::kittest::Queryable;

use crate::support::{Window, file};

#[test]
fn the_opacity_slider_sends_no_requests() {
    let mut window = Window::open();
    let sent = window.app().requests_sent();
    let rect = window.harness.get_by_label("Opacity").rect();
    let at = |share: f32| pos2(rect.left() + share * rect.width(), rect.center().y);
    window.harness.hover_at(at(0.5));
    window.harness.drag_at(at(0.5));
    for step in 0..10 {
        window.harness.hover_at(at(0.5 + 0.05 * step as f32));
    }
    window.harness.drop_at(at(1.0));
    window.harness.run_steps(2);
    let share = window.number("Opacity");
    assert!(share > 0.9, "the slider stands at {share}");
    assert_eq!(window.app().requests_sent(), sent);
    assert!(window.app().is_settled());
}

#[test]
fn colours_and_overlay_send_no_requests() {
    let mut window = Window::open();
    let sent = window.app().requests_sent();
    for name in ["viridis", "magma", "turbo", "grey", "jet", "inferno"] {
        window.choose("Colours", name);
        window.settle();
        window
            .harness
            .get_by_label_contains(&format!("Legend: {name} from 0 to"));
    }
    for overlay in ["Spotlight", "Contours", "Native cells", "Blend"] {
        window.choose("Overlay", overlay);
        window.settle();
    }
    assert_eq!(window.app().requests_sent(), sent);
}

#[test]
fn an_idle_window_does_not_repaint() {
    let mut window = Window::open();
    // The worker may still be about to report that it has finished. A window that keeps repainting
    // never passes.
    let rests = (0..50).any(|_| {
        window.harness.run_steps(30);
        std::thread::sleep(Duration::from_millis(20));
        !window.harness.ctx.has_requested_repaint()
    });
    let causes = window.harness.ctx.repaint_causes();
    assert!(rests, "drawn again because of {causes:?}");
}

#[test]
fn each_fit_gives_a_prediction() {
    let mut window = Window::open();
    for fit in ["Stretch", "Letterbox", "Center crop"] {
        window.choose("Resize", fit);
        window.settle();
    }
}

#[test]
fn the_readout_shows_the_values_under_the_pointer_in_any_panel() {
    let mut window = Window::open();
    let mut values = Vec::new();
    for panel in ["Original", "Guided Grad-CAM"] {
        let middle = window.harness.get_by_label(panel).rect().center();
        window.harness.hover_at(middle);
        window.harness.run_steps(2);
        values.push(window.value("Read-out"));
    }
    assert!(
        values[0].starts_with("x ") && values[0].contains("RGB"),
        "{}",
        values[0]
    );
    assert!(!values[0].contains("not seen"), "{}", values[0]);
    assert_eq!(values[0], values[1]);
}

#[test]
fn a_photo_above_the_texture_limit_is_shown_reduced_and_read_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.png");
    let large = image::RgbImage::from_fn(5000, 2500, |x, y| {
        image::Rgb([(x / 20) as u8, (y / 10) as u8, 90])
    });
    large.save(&path).unwrap();
    let mut window = Window::open();
    window.drop_file(&path);
    window.until("the large photo", |w| w.value("Original") == "large.png");
    window.settle();
    let rect = window.harness.get_by_label("Original").rect();
    window.harness.hover_at(rect.min + rect.size() * 0.75);
    window.harness.run_steps(2);
    let value = window.value("Read-out");
    let x: u32 = value["x ".len()..]
        .split(',')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(x.abs_diff(3750) < 20, "{value}");
    assert!(value.contains(&format!("RGB {}", x / 20)), "{value}");
}

#[test]
fn zoom_applies_to_all_panels_and_a_key_resets_it() {
    let mut window = Window::open();
    let corner =
        |w: &Window| -> Pos2 { w.harness.get_by_label("Original").rect().min + vec2(4.0, 4.0) };
    let read = |w: &mut Window, at: Pos2| {
        w.harness.hover_at(at);
        w.harness.run_steps(2);
        w.value("Read-out")
    };
    let at = corner(&window);
    let whole = read(&mut window, at);
    let middle = window.harness.get_by_label("Original").rect().center();
    window.harness.hover_at(middle);
    window.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        source: egui::MouseWheelSource::Wheel,
        delta: vec2(0.0, 8.0),
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
    });
    window.harness.run_steps(60);
    let zoomed = read(&mut window, at);
    assert_ne!(zoomed, whole);
    window.key(egui::Key::Num0);
    assert_eq!(read(&mut window, at), whole);
}

#[test]
fn lists_regain_their_width_when_the_window_grows_again() {
    let mut window = Window::open();
    let width = |w: &Window| w.row(Role::TreeItem, "features.12").rect().width();
    let large = width(&window);
    window.harness.set_size(egui::vec2(1024.0, 640.0));
    window.harness.run_steps(4);
    let small = width(&window);
    assert!(small < large - 20.0, "{small} of {large}");
    window.harness.set_size(egui::vec2(1440.0, 900.0));
    window.harness.run_steps(4);
    assert_eq!(width(&window), large);

    // A list that was dragged keeps the width that it was dragged to.
    let edge = egui::pos2(large, 500.0);
    window.harness.hover_at(edge);
    window.harness.run_steps(2);
    window.harness.drag_at(edge);
    window.harness.hover_at(edge - egui::vec2(30.0, 0.0));
    window.harness.run_steps(2);
    window.harness.drop_at(edge - egui::vec2(30.0, 0.0));
    window.harness.run_steps(4);
    let dragged = width(&window);
    assert!(
        (dragged - (large - 30.0)).abs() < 4.0,
        "{dragged} of {large}"
    );
    window.harness.set_size(egui::vec2(1000.0, 640.0));
    window.harness.run_steps(4);
    window.harness.set_size(egui::vec2(1440.0, 900.0));
    window.harness.run_steps(4);
    assert!((width(&window) - dragged).abs() < 1.0);
}

#[test]
fn a_new_photo_never_has_the_map_of_the_old_one() {
    let mut window = Window::open();
    window.choose("Panels", "Side by side");
    window.harness.key_press(Key::Escape);
    window.settle();
    window.drop_file(file("assets/chelsea.png"));
    // A frame with the new photo, before its map is there.
    window.until("the new photo", |w| {
        w.value("Original") == "chelsea.png" && w.value("Grad-CAM") == "updating"
    });
    let pixels = window.harness.render().unwrap();
    let scale = window.harness.ctx.pixels_per_point();
    let [photo, map] = ["Original", "Grad-CAM"].map(|name| {
        let rect = window.harness.get_by_label(name).rect().shrink(2.0) * scale;
        let (x, y) = (rect.left() as u32, rect.top() as u32);
        image::imageops::crop_imm(&pixels, x, y, rect.width() as u32, rect.height() as u32)
            .to_image()
    });
    assert_eq!(photo.dimensions(), map.dimensions());
    // The photo may be dimmed there, but nothing else is in its pixels.
    let likeness = correlation(&photo, &map);
    assert!(likeness > 0.98, "{likeness}");
    window.settle();
    assert!(window.value("Grad-CAM").contains("cat at"));
}

/// How alike the green values of two images are, from -1 to 1.
fn correlation(one: &image::RgbaImage, other: &image::RgbaImage) -> f64 {
    let greens = |image: &image::RgbaImage| -> Vec<f64> {
        let values: Vec<f64> = image.pixels().map(|pixel| f64::from(pixel.0[1])).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| value - mean).collect()
    };
    let (a, b) = (greens(one), greens(other));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}
