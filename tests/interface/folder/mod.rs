//! Folders of images, and what the window shows of them.

use std::fs;
use std::path::{Path, PathBuf};

use egui::accesskit::{Role, Toggled};
use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, Theme, TouchPhase, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::{Memory, Start};
use tempfile::TempDir;

use crate::support::{Window, file, squeezenet};

mod by_hand;
mod grid;
mod judging;
mod opening;
mod stepping;
mod strip;
mod truth;
mod two_models;

/// A folder with copies of project files under the given names.
pub fn filled(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in files {
        let to = folder.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(file(from), to).unwrap();
    }
    folder
}

/// Images that SqueezeNet predicts as "espresso", "pole" and "tiger cat", in folders named by class.
/// The rocket's folder names another class.
pub fn three_classes() -> TempDir {
    filled(&[
        ("assets/coffee.png", "967/coffee.png"),
        ("assets/rocket.jpg", "Missile/rocket.jpg"),
        ("assets/chelsea.png", "tiger_cat/chelsea.png"),
    ])
}

/// A folder with many small images, which take a while.
pub fn many(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(file("assets/chelsea_224.png")).unwrap();
    for index in 1..=count {
        fs::write(folder.path().join(format!("{index}.png")), &bytes).unwrap();
    }
    folder
}

pub fn opened(folder: &Path, model: Option<PathBuf>) -> Window {
    Window::new(Start {
        image: Some(folder.to_owned()),
        model,
        ..Start::default()
    })
}

/// A window with the folder open, all images predicted and the first one shown.
pub fn predicted(folder: &Path) -> Window {
    let mut window = opened(folder, Some(squeezenet()));
    window.until("a picture", |w| shown_picture(w).is_some());
    window.settle();
    until_status(&mut window, " images");
    window
}

/// A window with the folder open that keeps its settings in `settings`, and shows a first image.
pub fn remembering(folder: &Path, settings: &Path) -> Window {
    let start = Start {
        image: Some(folder.to_owned()),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let memory = Memory::in_folder(settings);
    let mut window = Window::remembering(start, 1440.0, 900.0, Theme::Dark, memory);
    window.until("a picture", |w| shown_picture(w).is_some());
    window.until("the panels", |w| w.app().is_settled());
    window
}

/// The photo that the first row shows.
pub fn shown_picture(window: &Window) -> Option<String> {
    window.harness.query_by_label("Photo shown")?.value()
}

/// The text of the line above the gallery; empty if there is no gallery.
pub fn status_text(window: &Window) -> String {
    let line = window.harness.query_by_label("Folder");
    line.and_then(|line| line.value()).unwrap_or_default()
}

/// Waits until the line above the gallery shows this text.
#[track_caller]
pub fn until_status(window: &mut Window, words: &str) {
    window.until(words, |w| {
        let status_text = status_text(w);
        status_text.contains(words)
            && !status_text.contains("so far")
            && !status_text.contains("predicted")
    });
}

/// The names of the images on screen, from left to right.
pub fn pictures(window: &Window) -> Vec<String> {
    let nodes = window.harness.query_all_by_role(Role::RadioButton);
    let mut cells: Vec<(f32, String)> = nodes
        .filter_map(|node| Some((node.rect().left(), node.accesskit_node().label()?)))
        .filter(|(_, name)| !name.starts_with("Map of "))
        .collect();
    cells.sort_by(|a, b| a.0.total_cmp(&b.0));
    cells.into_iter().map(|(_, name)| name).collect()
}

/// The image of the gallery that is marked as open.
pub fn open_picture(window: &Window) -> Option<String> {
    let mut cells = window
        .harness
        .query_all_by_role(Role::RadioButton)
        .filter(|node| {
            let node = node.accesskit_node();
            let name = node.label().unwrap_or_default();
            node.toggled() == Some(Toggled::True) && !name.starts_with("Map of ")
        });
    cells.next().and_then(|cell| cell.accesskit_node().label())
}

/// The description of an image in the gallery.
#[track_caller]
pub fn description(window: &Window, picture: &str) -> String {
    let cell = window.row(Role::RadioButton, picture);
    cell.value().unwrap_or_default()
}

#[track_caller]
pub fn click_picture(window: &mut Window, picture: &str) {
    window.click_row(Role::RadioButton, picture);
}

#[track_caller]
pub fn until_open(window: &mut Window, picture: &str) {
    window.until(picture, |w| shown_picture(w).as_deref() == Some(picture));
    window.settle();
}

/// Turns the wheel by `notches` over the gallery, and waits until it stops scrolling.
pub fn turn_wheel(window: &mut Window, notches: f32) {
    let first = pictures(window)[0].clone();
    let at = window.row(Role::RadioButton, &first).rect().center();
    let events = &mut window.harness.input_mut().events;
    events.push(Event::PointerMoved(at));
    events.push(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    window.harness.run_steps(60);
}
