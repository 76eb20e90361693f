//! Embeddings, which are compared with a second picture, and networks that take two.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::{Memory, Start};
use tempfile::TempDir;

use crate::support::{Window, file, unpacked};

/// The fixtures of `tests/answers/two_pictures.py`.
fn fixtures() -> TempDir {
    unpacked("tests/answers/two_pictures.zip.gz")
}

/// A window with the first picture and the fixture of this name.
fn open(folder: &Path, name: &str, memory: Memory) -> Window {
    let start = Start {
        image: Some(folder.join("first.png")),
        model: Some(folder.join(name)),
        ..Start::default()
    };
    let mut window = Window::remembering(start, 1440.0, 900.0, Theme::Light, memory);
    window.settle();
    window
}

/// The names and the values of the list of classes.
fn rows(window: &Window) -> Vec<(String, String)> {
    let rows = window.harness.query_all_by_role(Role::ListBoxOption);
    rows.map(|row| {
        let row = row.accesskit_node();
        (
            row.label().unwrap_or_default(),
            row.value().unwrap_or_default(),
        )
    })
    .collect()
}

fn open_pane(window: &mut Window) {
    window.ctrl(Key::I);
    window.harness.run_steps(2);
}

/// What PyTorch says.
const COSINE: &str = "0.974";

#[track_caller]
fn assert_similar(window: &Window) {
    let both = ["what makes it similar", "what makes it different"];
    let expected = both.map(|name| (name.to_owned(), COSINE.to_owned()));
    assert_eq!(rows(window), expected);
}

#[test]
fn an_embedding_is_compared_with_a_picture_that_is_chosen() {
    let folder = fixtures();
    let mut window = open(folder.path(), "unit.pt2", Memory::nothing());
    assert_eq!(rows(&window).len(), 10);
    window
        .harness
        .get_by_label_contains("These are plain numbers");
    window.will_pick(folder.path().join("second.png"));
    window.click("Choose a picture…");
    window.settle();
    assert_similar(&window);
    window
        .harness
        .get_by_label_contains("what makes it similar at features");
    window.choose("Target", "What makes it different");
    window.settle();
    assert_eq!(
        window.chosen_class().as_deref(),
        Some("what makes it different")
    );
    window.choose("Target", "Both directions");
    window.settle();
    let heads = window
        .harness
        .query_all_by_label_contains("what makes it similar");
    assert!(heads.count() > 1);

    open_pane(&mut window);
    window.harness.get_by_label("unit (similar to second.png)");
    window.harness.get_by_label("a similarity");
    open_pane(&mut window);
    window.click("Clear");
    window.settle();
    assert_eq!(rows(&window).len(), 10);
}

#[test]
fn the_open_picture_is_the_second_one_for_the_next() {
    let folder = fixtures();
    let mut window = open(folder.path(), "unit.onnx", Memory::nothing());
    window.click("The open picture");
    window.until("the notice", |w| !w.app().notices().is_empty());
    let notices = window.app().notices();
    assert!(notices[0].contains("nothing to explain"), "{notices:?}");
    window.key(Key::Escape);
    window.will_pick(folder.path().join("second.png"));
    window.ctrl(Key::O);
    window.settle();
    // The same angle as the other way round.
    assert_similar(&window);
}

#[test]
fn a_picture_that_is_none_leaves_everything_as_it_was() {
    let folder = fixtures();
    let mut window = open(folder.path(), "unit.pt2", Memory::nothing());
    window.will_pick(folder.path().join("facts.json"));
    window.click("Choose a picture…");
    window.until("the notice", |w| !w.app().notices().is_empty());
    let notices = window.app().notices();
    assert!(notices[0].contains("cannot be opened"), "{notices:?}");
    assert_eq!(rows(&window).len(), 10);
}

#[test]
fn settings_and_sessions_keep_the_second_picture() {
    let (folder, settings) = (fixtures(), tempfile::tempdir().unwrap());
    let mut window = open(
        folder.path(),
        "unit.pt2",
        Memory::in_folder(settings.path()),
    );
    window.will_pick(folder.path().join("second.png"));
    window.click("Choose a picture…");
    window.settle();
    let session = folder.path().join("pair.gradcam.json");
    window.will_pick(&session);
    window.ctrl(Key::S);
    window.until("the session", |_| session.exists());
    window.settle();
    drop(window);

    let memory = Memory::in_folder(settings.path());
    let mut next = Window::remembering(Start::default(), 1440.0, 900.0, Theme::Dark, memory);
    next.settle();
    assert_similar(&next);
    drop(next);

    // The folder has been moved: the session's paths are relative.
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("moved");
    std::fs::rename(folder.path(), &moved).unwrap();
    let start = || Start {
        image: Some(moved.join("pair.gradcam.json")),
        ..Start::default()
    };
    let mut restored = Window::new(start());
    restored.settle();
    assert_similar(&restored);
    drop(restored);

    std::fs::rename(moved.join("second.png"), elsewhere.path().join("gone.png")).unwrap();
    let mut without = Window::new(start());
    without.until("the notice", |w| !w.app().notices().is_empty());
    let notices = without.app().notices();
    assert!(notices[0].contains("The view needs"), "{notices:?}");
    without.will_pick(elsewhere.path().join("gone.png"));
    without.click("Locate second.png…");
    without.until("the session", |w| w.app().notices().is_empty());
    without.settle();
    assert_similar(&without);
}

#[test]
fn a_further_input_is_held_at_a_picture_or_at_numbers() {
    let (folder, settings) = (fixtures(), tempfile::tempdir().unwrap());
    let mut window = open(
        folder.path(),
        "siamese.pt2",
        Memory::in_folder(settings.path()),
    );
    let at_sample = rows(&window);
    open_pane(&mut window);
    window.harness.get_by_label("its sample");
    window.will_pick(folder.path().join("second.png"));
    window.click("File…");
    window.settle();
    window.harness.get_by_label("second.png");
    let fits = window.harness.get_by_label("Which fits?");
    assert!(fits.accesskit_node().is_disabled());
    let at_picture = rows(&window);
    assert_ne!(at_picture, at_sample);
    // PyTorch's logits for the two.
    let logits: Vec<&str> = at_picture.iter().map(|row| row.1.as_str()).collect();
    assert!(logits[0].ends_with("logit 0.10"), "{logits:?}");
    assert!(logits[1].ends_with("logit −0.12"), "{logits:?}");
    drop(window);

    let memory = Memory::in_folder(settings.path());
    let mut next = Window::remembering(Start::default(), 1440.0, 900.0, Theme::Dark, memory);
    next.settle();
    assert_eq!(rows(&next), at_picture);
    open_pane(&mut next);
    next.harness
        .get_by_role_and_label(Role::TextInput, "Value of right")
        .focus();
    next.harness.run_steps(2);
    next.harness
        .get_by_role_and_label(Role::TextInput, "Value of right")
        .type_text("0.5");
    next.harness.run_steps(2);
    next.harness
        .key_press_modifiers(Modifiers::NONE, Key::Enter);
    next.harness.run_steps(2);
    next.settle();
    next.harness.get_by_label("0.5");
    assert_ne!(rows(&next), at_picture);
    next.click("As in the file");
    next.settle();
    assert_eq!(rows(&next), at_sample);
    next.click("Explain this one");
    next.settle();
    next.harness.get_by_label("left");
}

#[test]
fn a_picture_that_is_dropped_is_compared_with_the_one_before() {
    let folder = fixtures();
    let mut window = open(folder.path(), "unit.pt2", Memory::nothing());
    assert!(window.harness.query_by_label("The one before").is_none());
    window.drop_file(folder.path().join("second.png"));
    window.until("the second picture", |w| {
        w.value("Original") == "second.png"
    });
    window.settle();
    window.click("The one before");
    window.settle();
    assert_similar(&window);
    assert!(window.harness.query_by_label("The one before").is_none());
}

#[test]
fn second_pictures_that_are_gone_are_looked_for_once() {
    let folder = fixtures();
    let mut window = open(folder.path(), "unit.pt2", Memory::nothing());
    window.will_pick(folder.path().join("second.png"));
    window.click("Choose a picture…");
    window.settle();
    window.will_pick(folder.path().join("unit.onnx"));
    window.choose("Compare", "Open a second model… Ctrl+Shift+M");
    window.until("the second model", |w| rows(w).len() == 10);
    window.settle();
    window.will_pick(folder.path().join("second.png"));
    window.click("Choose a picture…");
    window.settle();
    assert_similar(&window);
    std::fs::remove_file(folder.path().join("second.png")).unwrap();
    open_pane(&mut window);
    window.click("As Pillow reads it");
    window.until("an end", |w| {
        w.app().is_settled() && !w.app().notices().is_empty()
    });
    let notices = window.app().notices();
    assert!(
        notices.iter().all(|said| said.contains("second.png")),
        "{notices:?}"
    );
    for _ in &notices {
        window.key(Key::Escape);
    }
    for _ in 0..50 {
        std::thread::sleep(std::time::Duration::from_millis(2));
        window.harness.step();
    }
    window.settle();
    assert_similar(&window);
}

#[test]
fn a_session_reads_the_second_picture_of_a_pin_as_the_pin_did() {
    let folder = fixtures();
    let mut window = open(folder.path(), "unit.pt2", Memory::nothing());
    window.will_pick(file("tests/pictures/reading/turned_6.png"));
    window.click("Choose a picture…");
    window.settle();
    let cosine = |window: &Window| rows(window)[0].1.clone();
    let upright = cosine(&window);
    open_pane(&mut window);
    window.click("As Pillow reads it");
    window.settle();
    let stored = cosine(&window);
    assert_ne!(stored, upright);
    window.key(Key::P);
    window.settle();
    window.click("As Pillow reads it");
    window.settle();
    let session = folder.path().join("pin.gradcam.json");
    window.will_pick(&session);
    window.ctrl(Key::S);
    window.until("the session", |_| session.exists());
    drop(window);

    let start = Start {
        image: Some(session),
        ..Start::default()
    };
    let mut restored = Window::sized(start, 1440.0, 900.0, Theme::Light);
    restored.settle();
    assert_eq!(cosine(&restored), upright);
    restored.click("Restore, row 2");
    restored.settle();
    assert_eq!(cosine(&restored), stored);
}
