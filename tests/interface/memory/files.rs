//! The file of a session, the sessions of before, and the pins that are there again.

use std::fs;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::Start;

use super::{both, window_in};
use crate::support::Window;

fn pins(window: &Window) -> usize {
    let button = |node: &egui_kittest::Node<'_>| node.accesskit_node().role() == Role::Button;
    let found = window.harness.query_all_by_label_contains("Unpin, row");
    found.filter(button).count()
}

#[test]
fn a_session_is_saved_to_its_file_again_and_to_another_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (
        folder.path().join("first.gradcam.json"),
        folder.path().join("second.gradcam.json"),
    );
    let settings = folder.path().join("settings");
    let mut window = window_in(&settings, both());
    window.settle();
    window.will_pick(&first);
    window.ctrl(Key::S);
    window.until("the file", |_| first.exists());
    window.settle();
    let before = fs::read_to_string(&first).unwrap();

    window.key(Key::P);
    window.settle();
    window.ctrl(Key::S);
    window.until("the file with the pin", |_| {
        fs::read_to_string(&first).unwrap() != before
    });
    window.settle();
    let asked = |w: &Window| w.pickers.names.lock().unwrap().len();
    assert_eq!(asked(&window), 1, "it has a file");

    window.will_pick(&second);
    let both_keys = Modifiers::COMMAND | Modifiers::SHIFT;
    window.harness.key_press_modifiers(both_keys, Key::S);
    window.until("the other file", |_| second.exists());
    window.settle();
    assert_eq!(asked(&window), 2);
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());

    // The newest is first, and opens from the menu.
    window.choose("Compare", "Unpin all Ctrl+Shift+P");
    window.settle();
    assert_eq!(pins(&window), 0);
    window.click("File");
    window.click("Recent sessions");
    let lines = window.harness.query_all_by_label_contains(".gradcam.json");
    let names: Vec<String> = lines
        .filter_map(|line| line.accesskit_node().label())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].starts_with("second"), "{names:?}");
    let newest = window.harness.get_by_label_contains("second.gradcam");
    newest.click();
    window.until("the pin", |w| pins(w) == 1);
    window.settle();
}

#[test]
fn pins_are_there_again_even_if_the_program_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, left) = (folder.path().join("settings"), folder.path().join("left"));
    let mut window = window_in(&settings, both());
    window.settle();
    window.key(Key::P);
    window.settle();
    window.click_class("espresso");
    window.settle();
    let file = settings.join("settings.json");
    window.until("the settings with the pin", |_| {
        let text = fs::read_to_string(&file).unwrap_or_default();
        text.contains("\"pins\": [\n") && text.contains("espresso")
    });
    // What a killed program leaves: the files as they are now.
    fs::create_dir(&left).unwrap();
    fs::copy(&file, left.join("settings.json")).unwrap();
    drop(window);

    let mut next = window_in(&left, Start::default());
    next.until("the pin", |w| pins(w) == 1);
    next.settle();
    assert!(next.chosen_class().unwrap().contains("espresso"));
    // What is named on the command line is opened without them.
    drop(next);
    let mut other = window_in(&left, both());
    other.settle();
    assert_eq!(pins(&other), 0);
}
