//! Opening folders and files, also such as are no images.

use std::fs;

use egui::{Key, Modifiers};

use super::*;
use crate::support::cat_and_coffee;

#[test]
fn marks_bad_files_and_predicts_the_rest() {
    let bad = [
        ("tests/pictures/claims_60000.png", "1 huge.png"),
        ("tests/pictures/empty.png", "2 empty.png"),
        ("tests/pictures/words.jpg", "3 words.jpg"),
        ("tests/pictures/truncated.jpg", "4 truncated.jpg"),
    ];
    let mut files = bad.to_vec();
    files.push(("assets/coffee.png", "5 good.png"));
    files.push(("tests/pictures/README.md", "notes.txt"));
    let folder = filled(&files);
    fs::create_dir(folder.path().join("deeper")).unwrap();
    fs::copy(
        file("assets/rocket.jpg"),
        folder.path().join("deeper/6 good.jpg"),
    )
    .unwrap();
    let mut window = predicted(folder.path());
    // The first readable image is opened, without notices about the others.
    assert_eq!(window.value("Original"), "5 good.png");
    assert_eq!(status_text(&window), "6 images  ·  4 unreadable");
    for (_, name) in bad {
        let why = description(&window, name);
        assert!(
            why.starts_with("Cannot be opened: ") && why.ends_with(name),
            "{why}"
        );
    }
    assert!(description(&window, "6 good.jpg").starts_with("pole"));

    // Opening a bad file reports it, and the open image stays.
    click_picture(&mut window, "2 empty.png");
    window.until("the message", |w| !w.app().notices().is_empty());
    assert!(window.app().notices()[0].contains("2 empty.png"));
    window.click("Dismiss");
    window.settle();
    assert_eq!(window.value("Original"), "5 good.png");
    assert_eq!(open_picture(&window).as_deref(), Some("5 good.png"));
}

#[test]
fn a_notice_about_an_image_is_removed_by_the_next_image() {
    let folder = filled(&[
        ("assets/coffee.png", "1.png"),
        ("tests/pictures/empty.png", "2.png"),
        ("assets/rocket.jpg", "3.jpg"),
    ]);
    let mut window = opened(folder.path(), None);
    until_status(&mut window, "1 unreadable");
    let click_bad = |window: &mut Window| {
        click_picture(window, "2.png");
        window.until("the message", |w| !w.app().notices().is_empty());
    };
    click_bad(&mut window);
    click_picture(&mut window, "3.jpg");
    until_open(&mut window, "3.jpg");
    click_bad(&mut window);
    window.click("Close the folder");
    window.harness.run_steps(2);
    assert_eq!(window.app().notices(), Vec::<String>::new());
}

#[test]
fn several_files_show_the_gallery_and_a_single_one_does_not() {
    let mut window = Window::open();
    assert_eq!(status_text(&window), "");
    window.drop_files(&[file("assets/rocket.jpg"), file("assets/coffee.png")]);
    until_status(&mut window, "2 images");
    until_open(&mut window, "coffee.png");
    assert_eq!(pictures(&window), ["coffee.png", "rocket.jpg"]);

    // A single dropped file is opened, and the gallery stays.
    window.drop_file(cat_and_coffee());
    until_open(&mut window, "cat_and_coffee.png");
    assert_eq!(pictures(&window).len(), 2);
    assert_eq!(open_picture(&window), None);
    window.click("Close the folder");
    window.harness.run_steps(2);
    assert_eq!(status_text(&window), "");
    assert_eq!(window.value("Original"), "cat_and_coffee.png");
}

#[test]
fn opens_a_folder_from_the_picker_and_reports_one_without_images() {
    let folder = three_classes();
    let empty = filled(&[("tests/pictures/README.md", "notes.txt")]);
    let mut window = Window::open();
    let both = Modifiers::COMMAND | Modifiers::SHIFT;
    window.will_pick(folder.path());
    window.harness.key_press_modifiers(both, Key::O);
    until_status(&mut window, "3 images");
    until_open(&mut window, "coffee.png");

    window.will_pick(empty.path());
    window.harness.key_press_modifiers(both, Key::O);
    window.until("the message", |w| !w.app().notices().is_empty());
    let notice = window.app().notices().join("\n");
    let path = empty.path().display().to_string();
    assert!(
        notice.contains("no images") && notice.contains(&path),
        "{notice}"
    );
    window.click("Dismiss");
    window.settle();
    assert_eq!(pictures(&window).len(), 3);
}
