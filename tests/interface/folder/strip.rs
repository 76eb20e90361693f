//! The strip of images: what it shows, in which order, and how it scrolls.

use std::fs;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::*;

#[test]
fn a_notch_of_the_wheel_scrolls_by_two_images() {
    let folder = many(200);
    let mut window = opened(folder.path(), None);
    until_status(&mut window, "200 images");
    until_open(&mut window, "1.png");
    let left = |w: &Window, picture: &str| w.row(Role::RadioButton, picture).rect().left();
    let pitch = left(&window, "2.png") - left(&window, "1.png");
    let before = left(&window, "5.png");
    turn_wheel(&mut window, -1.0);
    let moved = (before - left(&window, "5.png")) / pitch;
    assert!((moved - 2.0).abs() < 0.05, "{moved} pictures");
}

#[test]
fn sorting_and_filtering_scroll_to_the_open_image_or_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(file("assets/chelsea_224.png")).unwrap();
    for class in ["967", "tiger cat"] {
        fs::create_dir(folder.path().join(class)).unwrap();
        for index in 1..=40 {
            let name = format!("{class} {index}.png");
            fs::write(folder.path().join(class).join(name), &bytes).unwrap();
        }
    }
    let mut window = opened(folder.path(), Some(squeezenet()));
    window.until("the button", |w| w.harness.query_by_label("Stop").is_some());
    window.click("Stop");
    window.key(Key::End);
    until_open(&mut window, "tiger cat 40.png");

    window.choose("Show", "espresso  (40)");
    window.harness.run_steps(2);
    assert_eq!(pictures(&window)[0], "967 1.png");
    window.choose("Show", "All images");
    window.harness.run_steps(2);
    assert_eq!(open_picture(&window).as_deref(), Some("tiger cat 40.png"));
    turn_wheel(&mut window, 40.0);
    assert_eq!(open_picture(&window), None);
    window.choose("Sort", "Surest first");
    window.harness.run_steps(2);
    assert_eq!(open_picture(&window).as_deref(), Some("tiger cat 40.png"));
}

#[test]
fn sorts_and_filters_images() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 3");
    window.choose("Sort", "Mistakes first");
    assert_eq!(pictures(&window)[0], "rocket.jpg");
    window.choose("Sort", "Surest first");
    // Espresso is certain, the cat is some kind of cat, and the rocket is a guess.
    assert_eq!(
        pictures(&window),
        ["coffee.png", "chelsea.png", "rocket.jpg"]
    );
    window.choose("Sort", "Least sure first");
    assert_eq!(pictures(&window)[0], "rocket.jpg");
    window.choose("Show", "Mistakes");
    assert_eq!(pictures(&window), ["rocket.jpg"]);
    assert!(status_text(&window).contains("1 shown"));
    window.choose("Show", "Not predicted");
    assert!(pictures(&window).is_empty());
    window.harness.get_by_label_contains("No picture passes");
    window.choose("Show", "missile  (1)");
    assert_eq!(pictures(&window), ["rocket.jpg"]);
    window.choose("Show", "All images");
    window.choose("Sort", "Folder and name");
    assert_eq!(
        pictures(&window),
        ["coffee.png", "rocket.jpg", "chelsea.png"]
    );
    // And by name.
    for (typed, shown) in [
        ("show mist", vec!["rocket.jpg"]),
        ("show all", vec!["coffee.png", "rocket.jpg", "chelsea.png"]),
        ("sort mist", vec!["rocket.jpg", "coffee.png", "chelsea.png"]),
        ("show missile", vec!["rocket.jpg"]),
    ] {
        window.run_command(typed);
        assert_eq!(pictures(&window), shown, "{typed}");
    }
}

#[test]
fn the_gallery_folds_and_its_memory_is_limited() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    window.click("View");
    window.click("Thumbnails");
    window.harness.get_by_label_contains(" of 64 MB used");
    window.click("1 GB for thumbnails");
    window.harness.run_steps(2);
    window.harness.get_by_label_contains(" of 1 GB used");
    window.key(Key::Escape);
    let name = folder
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    window.click(&format!("Fold the pictures of {name}"));
    assert!(pictures(&window).is_empty());
    window.key(Key::PageDown);
    until_open(&mut window, "rocket.jpg");
    window.click(&format!("Unfold the pictures of {name}"));
    window.harness.run_steps(2);
    assert_eq!(open_picture(&window).as_deref(), Some("rocket.jpg"));
}

#[test]
fn lays_out_only_visible_images_of_thousands() {
    let folder = many(2000);
    let mut window = opened(folder.path(), None);
    until_status(&mut window, "2,000 images");
    let begun = pictures(&window);
    assert!((4..20).contains(&begun.len()), "{begun:?}");
    assert_eq!(begun[..2], ["1.png", "2.png"]);
    window.key(Key::End);
    until_open(&mut window, "2000.png");
    window.until("the end of the strip", |w| {
        pictures(w).last().is_some_and(|name| name == "2000.png")
    });
    assert!(pictures(&window).len() < 20);
}

#[test]
fn the_images_fold_in_a_low_window_until_they_are_wanted() {
    let folder = three_classes();
    let start = Start {
        image: Some(folder.path().to_owned()),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let mut window = Window::sized(start, 1024.0, 640.0, Theme::Dark);
    window.until("a picture", |w| shown_picture(w).is_some());
    window.settle();
    assert!(pictures(&window).is_empty());
    let height = |w: &Window| w.row(Role::Image, "Grad-CAM").rect().height();
    let folded = height(&window);
    let name = folder.path().file_name().unwrap().to_string_lossy();
    window.click(&format!("Unfold the pictures of {name}"));
    window.harness.run_steps(2);
    assert_eq!(pictures(&window).len(), 3);
    assert!(height(&window) < folded);
    window.click(&format!("Fold the pictures of {name}"));
    window.harness.run_steps(2);
    assert!(pictures(&window).is_empty());
    assert_eq!(height(&window), folded);
}
