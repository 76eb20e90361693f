//! A folder of images: the gallery, the predictions for all images, and files that cannot be opened.

use std::cell::Cell;
use std::fs;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::kittest::Queryable;
use tempfile::TempDir;

use crate::folder_support::*;
use crate::support::{Window, cat_and_coffee, file, squeezenet};

#[test]
fn a_folder_per_class_shows_predictions_true_classes_and_mistakes() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 3");
    assert_eq!(
        pictures(&window),
        ["coffee.png", "rocket.jpg", "chelsea.png"]
    );
    let coffee = description(&window, "coffee.png");
    assert!(
        coffee.starts_with("espresso, ") && coffee.ends_with("right"),
        "{coffee}"
    );
    let rocket = description(&window, "rocket.jpg");
    assert!(rocket.starts_with("pole, "), "{rocket}");
    assert!(
        rocket.contains("mistake: the true class missile"),
        "{rocket}"
    );
    assert_eq!(window.value("Original"), "coffee.png");
}

#[test]
fn a_mistake_is_shown_as_predicted_versus_true() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    click_picture(&mut window, "rocket.jpg");
    until_open(&mut window, "rocket.jpg");
    assert_eq!(window.chosen_class().as_deref(), Some("pole"));
    let missile = window.row(Role::ListBoxOption, "missile").value();
    assert!(missile.is_some_and(|value| value.ends_with("true")));
    window.harness.get_by_label_contains("Stop comparing");

    // A correct prediction is not compared.
    window.key(Key::PageUp);
    until_open(&mut window, "coffee.png");
    assert!(
        window
            .harness
            .query_by_label_contains("Stop comparing")
            .is_none()
    );
}

#[test]
fn rows_stay_when_stepping_from_mistake_to_mistake() {
    let folder = filled(&[
        ("assets/rocket.jpg", "missile/1.jpg"),
        ("assets/rocket.jpg", "missile/2.jpg"),
        ("assets/coffee.png", "967/3.png"),
    ]);
    let mut window = predicted(folder.path());
    let rows = |w: &Window| {
        let is_shown = |label: &str| w.harness.query_by_label(label).is_some();
        let labels = [
            "Grad-CAM, A: pole",
            "Grad-CAM, B: missile",
            "Difference of the maps",
        ];
        labels.into_iter().filter(|label| is_shown(label)).count()
    };
    click_picture(&mut window, "1.jpg");
    until_open(&mut window, "1.jpg");
    assert_eq!(rows(&window), 3);
    window.key(Key::PageDown);
    let missed = Cell::new(0);
    window.until("the second", |w| {
        missed.set(missed.get() + usize::from(rows(w) != 3));
        shown_picture(w).as_deref() == Some("2.jpg") && w.app().is_settled()
    });
    assert_eq!(missed.get(), 0, "frames in which rows were missing");
    // A correct prediction is not compared.
    click_picture(&mut window, "3.png");
    until_open(&mut window, "3.png");
    assert_eq!(rows(&window), 0);
    assert_eq!(window.value("Original"), "3.png");
}

#[test]
fn the_true_class_can_be_set_by_hand() {
    let folder = filled(&[
        ("assets/coffee.png", "a.png"),
        ("assets/rocket.jpg", "b.jpg"),
    ]);
    let mut window = predicted(folder.path());
    assert!(!status_text(&window).contains("mistake"));
    window.row(Role::ListBoxOption, "cup").click_secondary();
    window.harness.run_steps(2);
    window.click("Set as true class");
    window.settle();
    until_status(&mut window, "1 mistake of 1");
    assert!(description(&window, "a.png").contains("mistake: the true class cup"));
    window.harness.get_by_label_contains("Stop comparing");

    // It is still known on returning to the image, and can be unset.
    window.key(Key::PageDown);
    until_open(&mut window, "b.jpg");
    window.key(Key::PageUp);
    until_open(&mut window, "a.png");
    window.row(Role::ListBoxOption, "cup").click_secondary();
    window.harness.run_steps(2);
    window.click("Unset the true class");
    window.settle();
    assert!(!status_text(&window).contains("mistake"));
}

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

/// Turns the wheel by `notches` over the gallery, and waits until it stops scrolling.
fn turn_wheel(window: &mut Window, notches: f32) {
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
        window.ctrl(Key::K);
        let field = window.harness.get_by_label("Find a command");
        field.type_text(typed);
        window.harness.run_steps(2);
        window.key(Key::Enter);
        assert_eq!(pictures(&window), shown, "{typed}");
    }
}

#[test]
fn class_names_keep_their_capitalisation() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 3");
    window.row(Role::RadioButton, "rocket.jpg").hover();
    window.until("what is known", |w| {
        let mut description = w.harness.query_all_by_label_contains("Mistake: the true");
        description.next().is_some()
    });
    window.harness.get_by_label_contains("pole, ");
    assert!(window.harness.query_by_label_contains("Pole, ").is_none());
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

#[test]
fn predicting_can_be_stopped_and_resumed_and_delays_no_click() {
    let folder = many(80);
    let mut window = opened(folder.path(), Some(squeezenet()));
    window.until("some predictions", |w| {
        status_text(w).contains(" of 80 predicted")
    });
    window.until("the panels", |w| {
        w.chosen_class().is_some() && w.app().is_settled()
    });
    // A click is handled while the folder is still waiting.
    window.key(Key::ArrowRight);
    window.until("the next class", |w| w.app().is_settled());
    assert!(
        status_text(&window).contains(" of 80 predicted"),
        "{}",
        status_text(&window)
    );
    let button = |w: &Window| w.harness.get_by_label("Stop").rect();
    let before = button(&window);
    window.until("the rate", |w| status_text(w).contains("images/s"));
    assert_eq!(button(&window), before, "the button must not move");
    window.click("Stop");
    window.harness.run_steps(20);
    let stopped = status_text(&window);
    assert!(!stopped.contains("images/s"), "{stopped}");
    window.harness.run_steps(20);
    assert_eq!(status_text(&window), stopped);
    assert_eq!(window.app().notices(), Vec::<String>::new());

    window.click("Predict all");
    until_status(&mut window, "80 images");
    let last = {
        window.key(Key::End);
        until_open(&mut window, "80.png");
        description(&window, "80.png")
    };
    assert_eq!(last, description(&window, "79.png"));
}

#[test]
fn another_model_predicts_the_folder_again() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    let before = description(&window, "chelsea.png");
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.ctrl(Key::M);
    window.until("another prediction", |w| {
        let now = description(w, "chelsea.png");
        now != before && now.contains('%')
    });
    until_status(&mut window, "3 images");
    window.settle();
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
fn a_finished_folder_causes_no_repaints() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    window.harness.run_steps(30);
    let causes = window.harness.ctx.repaint_causes();
    assert!(
        !window.harness.ctx.has_requested_repaint(),
        "drawn again because of {causes:?}"
    );
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
