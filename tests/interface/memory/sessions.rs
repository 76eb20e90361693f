//! Sessions: saved, opened again, with files that are missing, and from bad files.

use std::fs;
use std::path::{Path, PathBuf};

use egui::Key;
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

use super::{both, one_notice, shift};
use crate::support::{Window, cat_and_coffee, file};

/// A window with a pin and with a chosen class, layer and colours, saved to `path`.
fn saved(path: &Path, image: PathBuf) -> Window {
    let mut window = Window::new(Start {
        image: Some(image),
        ..both()
    });
    window.settle();
    window.key(Key::P);
    window.settle();
    window.click_layer("features.10");
    window.settle();
    window.click_class("espresso");
    window.choose("Colours", "jet");
    window.choose("Resize", "Letterbox");
    window.settle();
    window.will_pick(path);
    window.ctrl(Key::S);
    window.until("the file", |_| path.exists());
    window.settle();
    window
}

fn rows(window: &Window) -> [String; 2] {
    ["Grad-CAM, row 1", "Grad-CAM, row 2"].map(|panel| window.value(panel))
}

#[test]
fn a_session_opens_as_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let window = saved(&path, cat_and_coffee());
    assert_eq!(
        window.pickers.names.lock().unwrap().as_slice(),
        ["cat_and_coffee.gradcam.json"]
    );
    let before = rows(&window);
    assert_eq!(before[0], "espresso at features.10");
    assert!(before[1].ends_with("at features.12"), "{before:?}");
    drop(window);

    // Opened from the command line.
    let mut named = Window::new(Start {
        image: Some(path.clone()),
        ..Start::default()
    });
    named.settle();
    assert_eq!(rows(&named), before);
    named.harness.get_by_label_contains("Legend: jet from 0 to");
    assert_eq!(named.chosen_class().as_deref(), Some("espresso"));

    // Dropped on a window that shows something else.
    let mut dropped = Window::new(Start {
        image: Some(file("assets/chelsea.png")),
        model: Some(file("models/efficientnet_lite0.pt2")),
        ..Start::default()
    });
    dropped.settle();
    dropped.drop_file(&path);
    dropped.until("the session", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    dropped.settle();
    assert_eq!(rows(&dropped), before);

    // Opened from the picker, after the pin was removed.
    dropped.click("Unpin, row 2");
    dropped.settle();
    dropped.will_pick(&path);
    shift(&mut dropped, Key::L);
    dropped.until("the session", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    dropped.settle();
    assert_eq!(rows(&dropped), before);
}

#[test]
fn lists_missing_files_of_a_session_and_opens_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let photo = folder.path().join("cat.png");
    fs::copy(cat_and_coffee(), &photo).unwrap();
    drop(saved(&path, photo.clone()));
    fs::remove_file(&photo).unwrap();

    let mut window = Window::new(Start {
        image: Some(file("assets/chelsea.png")),
        ..Start::default()
    });
    window.until("the photo", |w| {
        w.harness.query_by_label("Original").is_some()
    });
    window.drop_file(&path);
    let notice = one_notice(&mut window);
    assert!(notice.contains("1 pin and the view need"), "{notice}");
    assert!(notice.contains("cat.png"), "{notice}");
    window.click("Dismiss");
    // The model, its layer and the style are restored; the photo that was open stays.
    window.settle();
    assert_eq!(window.value("Original"), "chelsea.png");
    assert_eq!(window.chosen_layer().as_deref(), Some("features.10"));
    assert!(
        window
            .chosen_class()
            .is_some_and(|class| class.contains("cat"))
    );
    window
        .harness
        .get_by_label_contains("Legend: jet from 0 to");
}

#[test]
fn missing_parts_are_saved_again_and_restored_when_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let photo = folder.path().join("cat.png");
    fs::copy(cat_and_coffee(), &photo).unwrap();
    let saved_window = saved(&path, photo.clone());
    let before = rows(&saved_window);
    drop(saved_window);
    let written: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let moved = folder.path().join("moved.png");
    fs::rename(&photo, &moved).unwrap();

    let mut window = Window::new(Start {
        image: Some(path.clone()),
        ..Start::default()
    });
    one_notice(&mut window);
    window.until("the model", |w| w.chosen_layer().is_some());
    fs::remove_file(&path).unwrap();
    window.ctrl(Key::S);
    window.until("the file", |_| path.exists());
    let again: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(again, written);

    window.will_pick(&moved);
    window.click("Locate cat.png…");
    window.until("the pin", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    window.settle();
    assert_eq!(rows(&window), before);
}

#[test]
fn refuses_unreadable_sessions_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let mut window = saved(&path, cat_and_coffee());
    let before = rows(&window);
    let whole = fs::read_to_string(&path).unwrap();
    let spoilt = [
        (
            "truncated.json",
            whole[..whole.len() / 2].to_owned(),
            "ends too early",
        ),
        (
            "newer.json",
            whole.replace("\"version\": 1", "\"version\": 9"),
            "newer gradcam",
        ),
        (
            "absurd.json",
            whole.replace("\"zoom\": 1.0", "\"zoom\": -1e30"),
            "the zoom is",
        ),
        (
            "other.json",
            "{\"a\": 1}".to_owned(),
            "not a gradcam session",
        ),
    ];
    for (name, text, expected) in spoilt {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        window.drop_file(&path);
        let notice = one_notice(&mut window);
        assert!(
            notice.contains(expected) && notice.contains(name),
            "{notice}"
        );
        window.click("Dismiss");
        window.settle();
        assert_eq!(rows(&window), before);
    }
}

#[test]
fn reports_a_session_that_cannot_be_saved() {
    let mut window = Window::open();
    window.will_pick("/no/such/folder/s.json");
    window.ctrl(Key::S);
    let notice = one_notice(&mut window);
    assert!(notice.contains("/no/such/folder"), "{notice}");
    window.click("Dismiss");

    window.settle();
}

/// Types a path in the path prompt.
fn type_path(window: &mut Window, path: &Path) {
    window.until("the field", |w| w.harness.query_by_label("Path").is_some());
    window.harness.get_by_label("Path").focus();
    window.harness.run_steps(2);
    window.ctrl(Key::A);
    let path = path.display().to_string();
    window.harness.get_by_label("Path").type_text(&path);
    window.harness.run_steps(2);
}

#[test]
fn saves_a_session_and_a_figure_to_a_typed_path_without_a_picker() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    window.has_no_picker();
    window.ctrl(Key::S);
    window.until("the field", |w| w.harness.query_by_label("Path").is_some());
    let offered = window.value("Path");
    assert!(
        offered.ends_with("assets/cat_and_coffee.gradcam.json"),
        "{offered}"
    );
    type_path(&mut window, &folder.path().join("no/cats"));
    window.click("Save");
    // Refused in the prompt itself, where the path can be corrected.
    window.until("the reason", |w| {
        let mut texts = w.harness.query_all_by_label_contains("was not saved");
        w.harness.query_by_label("Path").is_some() && texts.next().is_some()
    });
    let cats = folder.path().join("cats.gradcam.json");
    type_path(&mut window, &folder.path().join("cats"));
    window.key(Key::Enter);
    window.until("the file", |_| cats.exists());
    window.settle();

    // An existing file is replaced only after a confirmation.
    let figure = folder.path().join("figure.png");
    fs::write(&figure, "x").unwrap();
    window.has_no_picker();
    window.ctrl(Key::E);
    type_path(&mut window, &figure);
    window.key(Key::Enter);
    window.until("the question", |w| {
        w.harness.query_by_label("Replace").is_some()
    });
    assert_eq!(fs::read(&figure).unwrap(), b"x");
    window.click("Replace");
    window.until("the figure", |w| {
        w.harness.query_by_label_contains("Exported").is_some()
    });
    assert!(image::open(&figure).is_ok());
    assert_eq!(window.app().notices(), [""; 0]);
}

#[test]
fn a_session_without_a_folder_closes_the_folder_that_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    drop(saved(&path, cat_and_coffee()));
    let pictures = tempfile::tempdir().unwrap();
    for name in ["chelsea.png", "coffee.png"] {
        fs::copy(file(&format!("assets/{name}")), pictures.path().join(name)).unwrap();
    }
    let mut window = Window::new(Start {
        image: Some(pictures.path().to_owned()),
        ..both()
    });
    window.until("the folder", |w| {
        w.app().is_settled() && w.harness.query_by_label("Folder").is_some()
    });
    window.will_pick(&path);
    shift(&mut window, Key::L);
    window.until("the session", |w| {
        w.app().is_settled() && w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    window.settle();
    assert!(window.harness.query_by_label("Folder").is_none());
    assert_eq!(rows(&window)[0], "espresso at features.10");
}
