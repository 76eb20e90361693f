//! Exported files show the same as the screen.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers, pos2};
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

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

/// Exports the composite to a file of this name, and returns its path.
fn exported(window: &mut Window, folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    window.will_pick(&path);
    window.ctrl(Key::E);
    window.until("the file", |w| w.app().is_settled());
    assert_eq!(window.app().notices(), Vec::<String>::new());
    path
}

/// The lines of an SVG's text, and how many pictures it has: panels, and the bars of legends.
fn contents(svg: &Path) -> (Vec<String>, usize) {
    let text = std::fs::read_to_string(svg).unwrap();
    let lines = text.split("<text").skip(1).map(|rest| {
        let (_, rest) = rest.split_once('>').unwrap();
        rest.split_once("</text>").unwrap().0.to_owned()
    });
    (lines.collect(), text.matches("<image").count())
}

#[test]
fn writes_two_classes_and_hidden_panels_as_they_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    let first = window.chosen_class().unwrap();
    window
        .row(Role::ListBoxOption, "espresso")
        .click_modifiers(Modifiers::SHIFT);
    window.harness.run_steps(2);
    window.settle();
    let svg = exported(&mut window, folder.path(), "pair.svg");
    let (lines, pictures) = contents(&svg);
    // Three panels and two legends.
    assert_eq!(pictures, 5, "{lines:?}");
    for line in [
        format!("A: {first}"),
        "B: espresso".to_owned(),
        "A − B".to_owned(),
    ] {
        assert!(lines.contains(&line), "{line}: {lines:?}");
    }
    window.choose("Panels", "A row for each class");
    window.key(Key::Escape);
    window.settle();
    let svg = exported(&mut window, folder.path(), "rows.svg");
    let (lines, pictures) = contents(&svg);
    assert_eq!(pictures, 14, "{lines:?}");
    assert!(
        lines.contains(&format!("A − B: {first} versus espresso")),
        "{lines:?}"
    );

    window.choose("Compare", "Stop comparing classes Ctrl+Shift+X");
    window.choose("Panels", "Hidden");
    window.click("Heat maps alone");
    window.key(Key::Escape);
    window.settle();
    let svg = exported(&mut window, folder.path(), "map.svg");
    let (lines, pictures) = contents(&svg);
    assert_eq!(pictures, 2, "{lines:?}");
    assert!(lines.contains(&"Grad-CAM".to_owned()) && !lines.contains(&"Original".to_owned()));
}

#[test]
fn writes_figures_for_paper_as_set_in_the_dialog() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    window.choose("Export", "Figure settings…");
    window.choose("Size", "One column, 85 mm");
    window.click("Transparent");
    window.click("Cut off");
    window.click("Panels numbered (a), (b), (c)");
    window.click("Captions");
    window.click("Facts beside it (.json)");
    let path = folder.path().join("figure.svg");
    window.will_pick(&path);
    window.click("Export…");
    window.until("the file", |w| w.app().is_settled());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#"width="85.000mm""#), "{}", &text[..300]);
    // 1004 units are 85 mm, so 8 pt are 33.33 of them.
    assert!(text.contains(r#"viewBox="0 0 1004 "#));
    let sizes: Vec<&str> = text.split("font-size=\"").skip(1).collect();
    assert!(sizes.len() > 5 && sizes.iter().all(|rest| rest.starts_with("33.33")));
    let (lines, _) = contents(&path);
    // In a fifth of the width the title is on two lines.
    assert!(lines.contains(&"(a) Original".to_owned()), "{lines:?}");
    assert!(
        !lines.iter().any(|line| line.contains("squeezenet")),
        "{lines:?}"
    );
    let facts = std::fs::read(folder.path().join("figure.json")).unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&facts).unwrap();
    assert_eq!(facts["model"], "squeezenet1_1");
    assert_eq!(facts["layer"], "features.12");
    assert_eq!(
        Some(facts["label"].as_str().unwrap().to_owned()),
        window.chosen_class()
    );

    // Every format has the same size; the settings are kept.
    let png = exported(&mut window, folder.path(), "again.png");
    let png = image::open(png).unwrap();
    assert_eq!((png.width(), png.color()), (1004, image::ColorType::Rgba8));
    let pdf = std::fs::read(exported(&mut window, folder.path(), "again.pdf")).unwrap();
    let pdf = String::from_utf8_lossy(&pdf);
    let (_, sides) = pdf.split_once("/MediaBox [0 0 ").unwrap();
    let sides: Vec<f64> = sides[..sides.find(']').unwrap()]
        .split(' ')
        .map(|side| side.parse().unwrap())
        .collect();
    let per_pixel = sides[0] / f64::from(png.width());
    assert!((sides[0] - 85.0 / 25.4 * 72.0).abs() < 0.01, "{sides:?}");
    assert!(
        (sides[1] - per_pixel * f64::from(png.height())).abs() < 0.01,
        "{sides:?}"
    );
}

#[test]
fn does_not_replace_another_file_by_the_facts() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("notes.json");
    std::fs::write(&own, "mine").unwrap();
    let mut window = Window::open();
    window.choose("Export", "Figure settings…");
    window.click("Facts beside it (.json)");
    window.click("Close");
    window.will_pick(folder.path().join("notes.png"));
    window.ctrl(Key::E);
    window.until("the message", |w| !w.app().notices().is_empty());
    assert!(window.app().notices()[0].contains("notes.json"));
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    window.click("Dismiss");
    window.settle();
}

#[test]
fn writes_only_what_is_magnified_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    for _ in 0..2 {
        window.key(Key::Plus);
    }
    window.choose("Export", "Figure settings…");
    window.click("Only what is magnified");
    window.click("Close");
    let path = folder.path().join("part.png");
    window.will_pick(&path);
    window.choose("Export", "Original…");
    window.until("the file", |w| w.app().is_settled());
    let part = image::open(&path).unwrap().to_rgb8();
    let photo = image::open(cat_and_coffee()).unwrap().to_rgb8();
    // Twice by 1.5, around the middle.
    for (part, whole) in [
        (part.width(), photo.width()),
        (part.height(), photo.height()),
    ] {
        let share = f64::from(part) / f64::from(whole);
        assert!((share - 1.0 / 2.25).abs() < 0.01, "{share}");
    }
    let (width, height) = part.dimensions();
    let room = (photo.width() - width, photo.height() - height);
    // To a pixel, which is rounded.
    let is_middle = (0..9).any(|at| {
        let (x, y) = (room.0 / 2 + at % 3 - 1, room.1 / 2 + at / 3 - 1);
        image::imageops::crop_imm(&photo, x, y, width, height).to_image() == part
    });
    assert!(is_middle);
}

/// The numbers of an array in an archive, in float32.
fn array(npz: &Path, name: &str) -> Vec<f32> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(npz).unwrap()).unwrap();
    let mut bytes = Vec::new();
    let mut file = archive.by_name(&format!("{name}.npy")).unwrap();
    std::io::copy(&mut file, &mut bytes).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, numbers) = bytes[10..].split_at(header);
    assert!(String::from_utf8_lossy(header).contains("'<f4'"), "{name}");
    let numbers = numbers.chunks_exact(4);
    numbers
        .map(|number| f32::from_le_bytes(number.try_into().unwrap()))
        .collect()
}

/// The arrays are those of pytorch-grad-cam and captum, whatever rule the window shows.
#[test]
fn writes_the_raw_arrays_of_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        image: Some(file("assets/cat_and_coffee_224.png")),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let mut window = Window::new(start);
    window.settle();
    // The references were made without a resize or a crop.
    window.choose("Resize", "Stretch");
    window.choose("Backprop rule", "Deconvnet");
    window.click_class("espresso");
    window.settle();
    window.will_pick(folder.path().join("view"));
    window.choose("Export", "Export arrays…");
    window.until("the file", |w| w.app().is_settled());
    assert_eq!(window.app().notices(), Vec::<String>::new());
    let name = window.pickers.names.lock().unwrap()[0].clone();
    assert_eq!(name, "cat_and_coffee_224_squeezenet1_1_features.12_967.npz");
    let written = folder.path().join("view.npz");
    let golden = file("tests/goldens/squeezenet1_1.cat_and_coffee.npz");
    for (name, reference) in [
        ("logits", "logits"),
        ("grad_cam", "grad_cam|features.12|967"),
        ("guided_backprop", "guided_backprop|967"),
    ] {
        let (ours, reference) = (array(&written, name), array(&golden, reference));
        assert_eq!(ours.len(), reference.len(), "{name}");
        let largest = reference
            .iter()
            .fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let pairs = ours.iter().zip(&reference);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= 1e-4 * largest, "{name}: {worst} of {largest}");
    }
    for name in ["guided_grad_cam", "gradient"] {
        assert_eq!(array(&written, name).len(), 3 * 224 * 224);
    }
    // The panels still show the other rule.
    assert!(
        window
            .harness
            .query_by_label("Deconvnet × Grad-CAM")
            .is_some()
    );
}

#[test]
fn arrays_wait_until_another_export_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    window.will_pick(folder.path().join("view.png"));
    window.will_pick(folder.path().join("view.npz"));
    let pickers = std::sync::Arc::clone(&window.pickers);
    // While this is held, the picker of the figure stays on screen.
    let held = pickers.names.lock().unwrap();
    window.ctrl(Key::E);
    window.choose("Export", "Export arrays…");
    window.harness.run_steps(20);
    drop(held);
    window.until("the files", |w| w.app().is_settled());
    assert_eq!(window.app().notices(), Vec::<String>::new());
    let names = pickers.names.lock().unwrap().clone();
    let ending = |name: &str| {
        std::path::Path::new(name)
            .extension()
            .map(std::ffi::OsStr::to_owned)
    };
    let endings: Vec<_> = names.iter().map(|name| ending(name)).collect();
    assert_eq!(endings, [Some("png".into()), Some("npz".into())]);
    // The second picker came after the first export, so it starts where that was written to.
    let folders = pickers.folders.lock().unwrap().clone();
    assert_eq!(folders[1].as_deref(), Some(folder.path()));
    for name in ["view.png", "view.npz"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}
