//! Figures as they are set: for paper, with facts, of a part.

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use super::{contents, exported};
use crate::support::{Window, cat_and_coffee};

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
