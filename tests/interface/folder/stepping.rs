//! The keys that step through the images, past those that cannot be opened.

use std::fs;

use egui::Key;
use egui_kittest::kittest::Queryable;
use tempfile::TempDir;

use super::*;

#[test]
fn keys_step_through_the_images_and_skip_unreadable_ones() {
    let folder = filled(&[
        ("assets/coffee.png", "img1.png"),
        ("tests/pictures/empty.png", "img2.png"),
        ("assets/flower.jpg", "img3.jpg"),
        ("assets/rocket.jpg", "img10.jpg"),
    ]);
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 unreadable");
    for (key, picture) in [
        (Key::PageDown, "img3.jpg"),
        (Key::PageDown, "img10.jpg"),
        (Key::PageUp, "img3.jpg"),
        (Key::Home, "img1.png"),
        (Key::End, "img10.jpg"),
    ] {
        window.key(key);
        until_open(&mut window, picture);
        assert_eq!(open_picture(&window).as_deref(), Some(picture));
    }
    // Stepping stops at the last image.
    window.key(Key::PageDown);
    window.settle();
    assert_eq!(window.value("Original"), "img10.jpg");
}

#[test]
fn keys_step_through_the_shown_images_in_their_order() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    window.choose("Sort", "Least sure first");
    window.key(Key::Home);
    until_open(&mut window, "rocket.jpg");
    window.key(Key::PageDown);
    until_open(&mut window, "chelsea.png");
    // The open image is not among those shown: the next is the one that would follow it.
    window.choose("Sort", "Folder and name");
    window.choose("Show", "Mistakes");
    window.key(Key::PageUp);
    until_open(&mut window, "rocket.jpg");
}

/// Sixty images that have been decoded, and whose last three files have been deleted since.
fn with_deleted_last_images() -> (TempDir, Window) {
    let folder = many(60);
    let mut window = predicted(folder.path());
    until_status(&mut window, "60 images");
    until_open(&mut window, "1.png");
    for gone in ["58.png", "59.png", "60.png"] {
        fs::remove_file(folder.path().join(gone)).unwrap();
    }
    (folder, window)
}

#[test]
fn stepping_continues_past_images_found_unreadable() {
    let (_folder, mut window) = with_deleted_last_images();
    window.key(Key::End);
    until_open(&mut window, "57.png");
    assert_eq!(open_picture(&window).as_deref(), Some("57.png"));
    window
        .harness
        .get_by_label_contains("Skipped 3 images that cannot be opened");
    until_status(&mut window, "3 unreadable");
    assert!(description(&window, "60.png").contains("no such file"));
    // The next key continues from there.
    window.key(Key::PageUp);
    until_open(&mut window, "56.png");
    assert!(window.harness.query_by_label_contains("Skipped").is_none());
}

#[test]
fn stepping_stays_if_nothing_ahead_is_readable() {
    let (folder, mut window) = with_deleted_last_images();
    click_off_screen(&mut window, "57.png");
    fs::remove_file(folder.path().join("56.png")).unwrap();
    window.key(Key::PageDown);
    window.until("the message about skipped images", |w| {
        let message = w.harness.query_by_label_contains("Skipped");
        message.is_some() && !status_text(w).is_empty()
    });
    window.settle();
    assert_eq!(shown_picture(&window).as_deref(), Some("57.png"));
    assert_eq!(open_picture(&window).as_deref(), Some("57.png"));
    window.key(Key::PageUp);
    until_open(&mut window, "55.png");
}

/// Opens an image near the end with a click, without stepping there.
#[track_caller]
fn click_off_screen(window: &mut Window, picture: &str) {
    turn_wheel(window, -40.0);
    window.until(picture, |w| pictures(w).iter().any(|name| name == picture));
    click_picture(window, picture);
    until_open(window, picture);
}
