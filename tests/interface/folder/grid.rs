//! The grid of a folder, and the open image in it and in the strip.

use std::fs;

use egui::accesskit::Role;
use egui::{Key, Theme};
use egui_kittest::kittest::Queryable;
use gradcam::app::{Memory, Start};
use tempfile::TempDir;

use super::*;
use crate::support::{Window, file, squeezenet};

/// 60 images, one of them unlike the others, and a file that is none.
fn sixty() -> TempDir {
    let folder = many(60);
    fs::create_dir(folder.path().join("Cups")).unwrap();
    fs::copy(
        file("assets/coffee.png"),
        folder.path().join("Cups/blue 7.png"),
    )
    .unwrap();
    fs::write(folder.path().join("61.png"), "words").unwrap();
    folder
}

/// A window without a model, in which the grid is open.
fn in_grid(folder: &TempDir) -> Window {
    let mut window = opened(folder.path(), None);
    until_open(&mut window, "1.png");
    window.key(Key::G);
    window.until("the grid", |w| {
        w.harness.query_by_label("Search pictures").is_some()
    });
    window
}

fn is_grid(window: &Window) -> bool {
    window.harness.query_by_label("Search pictures").is_some()
}

#[test]
fn arrows_walk_through_the_grid_enter_opens_and_escape_goes_back() {
    let folder = sixty();
    let mut window = in_grid(&folder);
    assert!(
        window.harness.query_by_label("Original").is_none(),
        "it fills the stage"
    );
    let at = |w: &Window, name: &str| w.row(Role::RadioButton, name).rect();
    let (first, second) = (at(&window, "1.png"), at(&window, "2.png"));
    assert!((first.top() - second.top()).abs() < 1.0 && second.left() > first.right());
    // The image below the first one.
    let below = pictures(&window).into_iter().find(|name| {
        at(&window, name).top() > first.bottom() && at(&window, name).left() == first.left()
    });
    let below = below.unwrap();
    let next = format!(
        "{}.png",
        below.trim_end_matches(".png").parse::<u32>().unwrap() + 1
    );
    window.key(Key::ArrowRight);
    window.key(Key::ArrowDown);
    window.key(Key::ArrowDown);
    window.key(Key::ArrowUp);
    window.key(Key::Enter);
    until_open(&mut window, &next);
    assert!(!is_grid(&window));
    assert_eq!(open_picture(&window).as_deref(), Some(next.as_str()));

    window.key(Key::G);
    window.key(Key::End);
    window.until("the end", |w| {
        pictures(w).contains(&"blue 7.png".to_owned())
    });
    window.key(Key::Escape);
    window.harness.run_steps(2);
    assert!(!is_grid(&window));
    assert_eq!(
        shown_picture(&window).as_deref(),
        Some(next.as_str()),
        "nothing was opened"
    );
}

#[test]
fn typing_in_the_grid_searches_by_name_and_folder() {
    let folder = sixty();
    let mut window = in_grid(&folder);
    // No click is needed before typing.
    window
        .harness
        .event(egui::Event::Text("cups bl".to_owned()));
    window.until("the result", |w| pictures(w) == ["blue 7.png"]);
    window.harness.get_by_label("1 found");
    window.key(Key::Enter);
    until_open(&mut window, "blue 7.png");
    assert!(!is_grid(&window));
    // The strip shows all images again, and the open one is in sight.
    assert_eq!(open_picture(&window).as_deref(), Some("blue 7.png"));
    assert!(pictures(&window).len() > 1);

    window.key(Key::G);
    window.harness.run_steps(2);
    window
        .harness
        .event(egui::Event::Text("no such".to_owned()));
    window.until("the message", |w| {
        w.harness
            .query_by_label_contains("No picture passes this filter")
            .is_some()
    });
    window.key(Key::Enter);
    assert!(is_grid(&window));
    window.click("Back");
    assert!(!is_grid(&window));
}

#[test]
fn the_size_in_the_grid_is_chosen_and_remembered() {
    let folder = sixty();
    let settings = tempfile::tempdir().unwrap();
    let window = || {
        let start = Start {
            image: Some(folder.path().to_owned()),
            ..Start::default()
        };
        let memory = Memory::in_folder(settings.path());
        let mut window = Window::remembering(start, 1440.0, 900.0, Theme::Light, memory);
        window.until("a picture", |w| shown_picture(w).is_some());
        window.key(Key::G);
        window.until("the grid", is_grid);
        window
    };
    let width = |w: &Window| w.row(Role::RadioButton, "1.png").rect().width();
    {
        let mut window = window();
        let before = width(&window);
        let slider = window.harness.get_by_label("Size of the pictures");
        let end = slider.rect().right_center() - egui::vec2(4.0, 0.0);
        window.harness.drag_at(end);
        window.harness.drop_at(end);
        window.harness.run_steps(3);
        assert!(
            width(&window) > 1.4 * before,
            "{} and {before}",
            width(&window)
        );
        let saved =
            || fs::read_to_string(settings.path().join("settings.json")).unwrap_or_default();
        window.until("the settings", |_| saved().contains("\"grid_tile\": 3"));
    }
    assert!(width(&window()) > 250.0);
}

#[test]
fn unreadable_files_can_be_shown_alone() {
    let folder = sixty();
    let mut window = in_grid(&folder);
    window.key(Key::End);
    window.until("the bad file", |w| status_text(w).contains("1 unreadable"));
    window.choose("Show", "Unreadable");
    window.until("the bad file alone", |w| pictures(w) == ["61.png"]);
    assert!(description(&window, "61.png").starts_with("Cannot be opened: "));
}

#[test]
fn a_file_opened_by_its_path_is_marked_and_scrolled_into_sight() {
    let folder = sixty();
    let mut window = Window::new(Start {
        image: Some(folder.path().to_owned()),
        model: Some(squeezenet()),
        ..Start::default()
    });
    until_open(&mut window, "1.png");
    assert!(!pictures(&window).contains(&"48.png".to_owned()));
    window.will_pick(folder.path().join("48.png"));
    window.ctrl(Key::O);
    until_open(&mut window, "48.png");
    window.until("the open image", |w| {
        open_picture(w).as_deref() == Some("48.png")
    });

    // From the grid, it shows the image that was opened.
    window.key(Key::G);
    window.until("the grid", is_grid);
    window.will_pick(folder.path().join("12.png"));
    window.ctrl(Key::O);
    until_open(&mut window, "12.png");
    assert!(!is_grid(&window));
    window.until("the open image", |w| {
        open_picture(w).as_deref() == Some("12.png")
    });
}
