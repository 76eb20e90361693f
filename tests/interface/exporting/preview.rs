//! The small picture of a figure in the dialog that sets it.

use egui::Key;
use egui_kittest::kittest::Queryable;

use crate::support::Window;

const PREVIEW: &str = "Preview of the figure";

/// Waits for the picture of the figure as it is set. Returns its size.
fn drawn(window: &mut Window) -> [u32; 2] {
    let size = |w: &Window| -> Option<[u32; 2]> {
        let value = w.value(PREVIEW);
        let (width, height) = value.split_once(" × ")?;
        Some([width.parse().ok()?, height.parse().ok()?])
    };
    window.until("the preview", |w| size(w).is_some());
    size(window).unwrap()
}

#[test]
fn the_preview_follows_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    window.choose("Export", "Figure settings…");
    let [width, height] = drawn(&mut window);
    // Four panels and their margins, small.
    assert!(
        (900..1300).contains(&width) && height < width,
        "{width} × {height}"
    );

    window.click("Captions");
    window.harness.run_steps(2);
    let [same, lower] = drawn(&mut window);
    assert_eq!(same, width);
    assert!(lower < height, "{lower} without captions, {height} with");

    window.choose("Size", "One column, 85 mm");
    window.harness.run_steps(2);
    assert_eq!(drawn(&mut window)[0], 1000);

    // The page that is written has the same shape, at its own resolution.
    let [width, height] = drawn(&mut window).map(f64::from);
    let path = folder.path().join("figure.png");
    window.will_pick(&path);
    window.click("Export…");
    window.until("the file", |w| w.app().is_settled());
    let (across, down) = image::image_dimensions(&path).unwrap();
    assert_eq!(across, 1004);
    let stretched = f64::from(down) / f64::from(across) / (height / width);
    assert!((stretched - 1.0).abs() < 0.03, "{stretched}");
    assert!(window.harness.query_by_label(PREVIEW).is_none());
}

#[test]
fn without_a_view_there_is_nothing_to_preview() {
    let mut window = Window::new(gradcam::app::Start {
        image: Some(crate::support::cat_and_coffee()),
        ..Default::default()
    });
    window.until("the photo", |w| {
        w.harness.query_by_label("Original").is_some()
    });
    window.choose("Export", "Figure settings…");
    assert_eq!(window.value(PREVIEW), "nothing to export yet");
    window.key(Key::Escape);
    assert!(window.harness.query_by_label(PREVIEW).is_none());
}
