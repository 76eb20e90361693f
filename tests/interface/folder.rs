//! A folder of pictures: the strip below, the model's answers to all of them, and what is wrong
//! with some.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::Start;
use tempfile::TempDir;

use crate::support::{Window, cat_and_coffee, file, squeezenet};

/// Copies files of the project to names below a folder.
fn filled(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in files {
        let to = folder.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(file(from), to).unwrap();
    }
    folder
}

/// What SqueezeNet takes for "espresso", "pole" and "tiger cat", in folders that say otherwise of
/// the rocket.
fn three_classes() -> TempDir {
    filled(&[
        ("assets/coffee.png", "967/coffee.png"),
        ("assets/rocket.jpg", "Missile/rocket.jpg"),
        ("assets/chelsea.png", "tiger_cat/chelsea.png"),
    ])
}

/// As many small pictures as would take a while.
fn many(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(file("assets/chelsea_224.png")).unwrap();
    for index in 1..=count {
        fs::write(folder.path().join(format!("{index}.png")), &bytes).unwrap();
    }
    folder
}

fn opened(folder: &Path, model: Option<PathBuf>) -> Window {
    Window::new(Start {
        image: Some(folder.to_owned()),
        model,
        ..Start::default()
    })
}

/// Open, with all pictures answered and the first one on screen.
fn answered(folder: &Path) -> Window {
    let mut window = opened(folder, Some(squeezenet()));
    window.until("a picture", |w| shown_picture(w).is_some());
    window.settle();
    until_told(&mut window, " images");
    window
}

/// The photo that the first row shows.
fn shown_picture(window: &Window) -> Option<String> {
    let of = |name| window.harness.query_by_label(name)?.value();
    of("Original").or_else(|| of("Original, row 1"))
}

/// What the line above the strip says; nothing where there is no strip.
fn told(window: &Window) -> String {
    let line = window.harness.query_by_label("Folder");
    line.and_then(|line| line.value()).unwrap_or_default()
}

/// Until the line above the strip says this of all pictures.
#[track_caller]
fn until_told(window: &mut Window, words: &str) {
    window.until(words, |w| {
        let told = told(w);
        told.contains(words) && !told.contains("so far") && !told.contains("answered")
    });
}

/// Names of the pictures on screen, from left to right.
fn pictures(window: &Window) -> Vec<String> {
    let nodes = window.harness.query_all_by_role(Role::RadioButton);
    let mut cells: Vec<(f32, String)> = nodes
        .filter_map(|node| Some((node.rect().left(), node.accesskit_node().label()?)))
        .filter(|(_, name)| !name.starts_with("Map of "))
        .collect();
    cells.sort_by(|a, b| a.0.total_cmp(&b.0));
    cells.into_iter().map(|(_, name)| name).collect()
}

/// The picture of the strip that is marked as open.
fn open_picture(window: &Window) -> Option<String> {
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

/// What is said of a picture in the strip.
#[track_caller]
fn said(window: &Window, picture: &str) -> String {
    let cell = window.row(Role::RadioButton, picture);
    cell.value().unwrap_or_default()
}

#[track_caller]
fn click_picture(window: &mut Window, picture: &str) {
    window.click_row(Role::RadioButton, picture);
}

#[track_caller]
fn until_open(window: &mut Window, picture: &str) {
    window.until(picture, |w| shown_picture(w).as_deref() == Some(picture));
    window.settle();
}

#[test]
fn a_folder_per_class_shows_answers_truths_and_mistakes() {
    let folder = three_classes();
    let mut window = answered(folder.path());
    until_told(&mut window, "1 mistake of 3");
    assert_eq!(
        pictures(&window),
        ["coffee.png", "rocket.jpg", "chelsea.png"]
    );
    let coffee = said(&window, "coffee.png");
    assert!(
        coffee.starts_with("espresso, ") && coffee.ends_with("right"),
        "{coffee}"
    );
    let rocket = said(&window, "rocket.jpg");
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
    let mut window = answered(folder.path());
    click_picture(&mut window, "rocket.jpg");
    until_open(&mut window, "rocket.jpg");
    assert_eq!(window.chosen_class().as_deref(), Some("pole"));
    let missile = window.row(Role::ListBoxOption, "missile").value();
    assert!(missile.is_some_and(|value| value.ends_with("true")));
    window.harness.get_by_label_contains("Stop comparing");

    // What it takes for what it is needs no comparing.
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
fn from_mistake_to_mistake_the_rows_stay() {
    let folder = filled(&[
        ("assets/rocket.jpg", "missile/1.jpg"),
        ("assets/rocket.jpg", "missile/2.jpg"),
        ("assets/coffee.png", "967/3.png"),
    ]);
    let mut window = answered(folder.path());
    let rows = |w: &Window| {
        let there = |label: &str| w.harness.query_by_label(label).is_some();
        let labels = [
            "Original, row 1",
            "Original, row 2",
            "Difference of the maps, row 3",
        ];
        labels.into_iter().filter(|label| there(label)).count()
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
    // What is right is compared with nothing.
    click_picture(&mut window, "3.png");
    until_open(&mut window, "3.png");
    assert_eq!(rows(&window), 0);
    assert_eq!(window.value("Original"), "3.png");
}

#[test]
fn the_true_class_can_be_given_by_hand() {
    let folder = filled(&[
        ("assets/coffee.png", "a.png"),
        ("assets/rocket.jpg", "b.jpg"),
    ]);
    let mut window = answered(folder.path());
    assert!(!told(&window).contains("mistake"));
    window.row(Role::ListBoxOption, "cup").click_secondary();
    window.harness.run_steps(2);
    window.click("This is the true class");
    window.settle();
    until_told(&mut window, "1 mistake of 1");
    assert!(said(&window, "a.png").contains("mistake: the true class cup"));
    window.harness.get_by_label_contains("Stop comparing");

    // It is known when one comes back, and can be taken back.
    window.key(Key::PageDown);
    until_open(&mut window, "b.jpg");
    window.key(Key::PageUp);
    until_open(&mut window, "a.png");
    window.row(Role::ListBoxOption, "cup").click_secondary();
    window.harness.run_steps(2);
    window.click("This is not the true class");
    window.settle();
    assert!(!told(&window).contains("mistake"));
}

#[test]
fn keys_walk_through_the_pictures_and_past_what_cannot_be_opened() {
    let folder = filled(&[
        ("assets/coffee.png", "img1.png"),
        ("tests/pictures/empty.png", "img2.png"),
        ("assets/flower.jpg", "img3.jpg"),
        ("assets/rocket.jpg", "img10.jpg"),
    ]);
    let mut window = answered(folder.path());
    until_told(&mut window, "1 unreadable");
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
    // There is nothing beyond the last.
    window.key(Key::PageDown);
    window.settle();
    assert_eq!(window.value("Original"), "img10.jpg");
}

#[test]
fn bad_files_are_marked_and_the_rest_is_answered() {
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
    let mut window = answered(folder.path());
    // The first that can be opened is, and nobody is told of what was not asked for.
    assert_eq!(window.value("Original"), "5 good.png");
    assert_eq!(told(&window), "6 images  ·  4 unreadable");
    for (_, name) in bad {
        let why = said(&window, name);
        assert!(
            why.starts_with("Cannot be opened: ") && why.ends_with(name),
            "{why}"
        );
    }
    assert!(said(&window, "6 good.jpg").starts_with("pole"));

    // Who asks for it is told, and what is open stays.
    click_picture(&mut window, "2 empty.png");
    window.until("the message", |w| !w.app().notices().is_empty());
    assert!(window.app().notices()[0].contains("2 empty.png"));
    window.click("Dismiss");
    window.settle();
    assert_eq!(window.value("Original"), "5 good.png");
    assert_eq!(open_picture(&window).as_deref(), Some("5 good.png"));
}

/// Sixty images that have been decoded, and whose last three files have been deleted since.
fn with_an_end_that_is_gone() -> (TempDir, Window) {
    let folder = many(60);
    let mut window = answered(folder.path());
    until_told(&mut window, "60 images");
    until_open(&mut window, "1.png");
    for gone in ["58.png", "59.png", "60.png"] {
        fs::remove_file(folder.path().join(gone)).unwrap();
    }
    (folder, window)
}

#[test]
fn a_walk_goes_on_past_what_turns_out_to_be_unreadable() {
    let (_folder, mut window) = with_an_end_that_is_gone();
    window.key(Key::End);
    until_open(&mut window, "57.png");
    assert_eq!(open_picture(&window).as_deref(), Some("57.png"));
    window
        .harness
        .get_by_label_contains("Passed over 3 pictures that cannot be opened");
    until_told(&mut window, "3 unreadable");
    assert!(said(&window, "60.png").contains("no such file"));
    // The next key works from there.
    window.key(Key::PageUp);
    until_open(&mut window, "56.png");
    assert!(
        window
            .harness
            .query_by_label_contains("Passed over")
            .is_none()
    );
}

#[test]
fn a_walk_that_finds_nothing_ahead_stays_where_it_is() {
    let (folder, mut window) = with_an_end_that_is_gone();
    click_beyond_sight(&mut window, "57.png");
    fs::remove_file(folder.path().join("56.png")).unwrap();
    window.key(Key::PageDown);
    window.until("the word", |w| {
        let words = w.harness.query_by_label_contains("Passed over");
        words.is_some() && !told(w).is_empty() && w.app().is_settled()
    });
    assert_eq!(shown_picture(&window).as_deref(), Some("57.png"));
    assert_eq!(open_picture(&window).as_deref(), Some("57.png"));
    window.key(Key::PageUp);
    until_open(&mut window, "55.png");
}

/// Opens a picture near the end without walking on the way to it.
#[track_caller]
fn click_beyond_sight(window: &mut Window, picture: &str) {
    turn_wheel(window, -40.0);
    window.until(picture, |w| pictures(w).iter().any(|name| name == picture));
    click_picture(window, picture);
    until_open(window, picture);
}

/// Turns the wheel by so many notches over the strip, and lets the strip come to rest.
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
fn a_message_about_a_picture_leaves_with_the_next() {
    let folder = filled(&[
        ("assets/coffee.png", "1.png"),
        ("tests/pictures/empty.png", "2.png"),
        ("assets/rocket.jpg", "3.jpg"),
    ]);
    let mut window = opened(folder.path(), None);
    until_told(&mut window, "1 unreadable");
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
fn a_notch_of_the_wheel_leads_past_two_pictures() {
    let folder = many(200);
    let mut window = opened(folder.path(), None);
    until_told(&mut window, "200 images");
    until_open(&mut window, "1.png");
    let left = |w: &Window, picture: &str| w.row(Role::RadioButton, picture).rect().left();
    let pitch = left(&window, "2.png") - left(&window, "1.png");
    let before = left(&window, "5.png");
    turn_wheel(&mut window, -1.0);
    let moved = (before - left(&window, "5.png")) / pitch;
    assert!((moved - 2.0).abs() < 0.05, "{moved} pictures");
}

#[test]
fn sorting_and_filtering_bring_the_open_picture_or_the_beginning_into_sight() {
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
    window.choose("Show", "All");
    window.harness.run_steps(2);
    assert_eq!(open_picture(&window).as_deref(), Some("tiger cat 40.png"));
    turn_wheel(&mut window, 40.0);
    assert_eq!(open_picture(&window), None);
    window.choose("Sort", "Surest first");
    window.harness.run_steps(2);
    assert_eq!(open_picture(&window).as_deref(), Some("tiger cat 40.png"));
}

#[test]
fn pictures_are_sorted_and_filtered() {
    let folder = three_classes();
    let mut window = answered(folder.path());
    until_told(&mut window, "1 mistake of 3");
    window.choose("Sort", "Mistakes first");
    assert_eq!(pictures(&window)[0], "rocket.jpg");
    window.choose("Sort", "Surest first");
    // Espresso is beyond doubt, the cat is a cat of some kind, the rocket a guess.
    assert_eq!(
        pictures(&window),
        ["coffee.png", "chelsea.png", "rocket.jpg"]
    );
    window.choose("Sort", "Least sure first");
    assert_eq!(pictures(&window)[0], "rocket.jpg");
    window.choose("Show", "Mistakes");
    assert_eq!(pictures(&window), ["rocket.jpg"]);
    assert!(told(&window).contains("1 shown"));
    window.choose("Show", "Unanswered");
    assert!(pictures(&window).is_empty());
    window.harness.get_by_label_contains("No picture passes");
    window.choose("Show", "missile  (1)");
    assert_eq!(pictures(&window), ["rocket.jpg"]);
    window.choose("Show", "All");
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
fn a_class_is_written_as_it_is_called() {
    let folder = three_classes();
    let mut window = answered(folder.path());
    until_told(&mut window, "1 mistake of 3");
    window.row(Role::RadioButton, "rocket.jpg").hover();
    window.until("what is known", |w| {
        let mut said = w.harness.query_all_by_label_contains("Mistake: the true");
        said.next().is_some()
    });
    window.harness.get_by_label_contains("pole, ");
    assert!(window.harness.query_by_label_contains("Pole, ").is_none());
}

#[test]
fn keys_walk_through_what_is_shown_in_its_order() {
    let folder = three_classes();
    let mut window = answered(folder.path());
    window.choose("Sort", "Least sure first");
    window.key(Key::Home);
    until_open(&mut window, "rocket.jpg");
    window.key(Key::PageDown);
    until_open(&mut window, "chelsea.png");
    // The open picture is not among those shown: the next is the one that stands after it.
    window.choose("Sort", "Folder and name");
    window.choose("Show", "Mistakes");
    window.key(Key::PageUp);
    until_open(&mut window, "rocket.jpg");
}

#[test]
fn answering_can_be_stopped_and_gone_on_with_and_delays_no_click() {
    let folder = many(80);
    let mut window = opened(folder.path(), Some(squeezenet()));
    window.until("some answers", |w| told(w).contains(" of 80 answered"));
    window.until("the panels", |w| {
        w.chosen_class().is_some() && w.app().is_settled()
    });
    // A click is answered while the folder still waits.
    window.key(Key::ArrowRight);
    window.until("the next class", |w| w.app().is_settled());
    assert!(
        told(&window).contains(" of 80 answered"),
        "{}",
        told(&window)
    );
    let place = |w: &Window| w.harness.get_by_label("Stop").rect();
    let before = place(&window);
    window.until("the rate", |w| told(w).contains("images/s"));
    assert_eq!(place(&window), before, "nobody can click what jumps");
    window.click("Stop");
    window.harness.run_steps(20);
    let stopped = told(&window);
    assert!(!stopped.contains("images/s"), "{stopped}");
    window.harness.run_steps(20);
    assert_eq!(told(&window), stopped);
    assert_eq!(window.app().notices(), Vec::<String>::new());

    window.click("Answer all");
    until_told(&mut window, "80 images");
    let last = {
        window.key(Key::End);
        until_open(&mut window, "80.png");
        said(&window, "80.png")
    };
    assert_eq!(last, said(&window, "79.png"));
}

#[test]
fn another_model_answers_the_folder_anew() {
    let folder = three_classes();
    let mut window = answered(folder.path());
    let before = said(&window, "chelsea.png");
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.ctrl(Key::M);
    window.until("another answer", |w| {
        let now = said(w, "chelsea.png");
        now != before && now.contains('%')
    });
    until_told(&mut window, "3 images");
    window.settle();
}

#[test]
fn several_files_stand_in_a_strip_and_one_alone_does_not() {
    let mut window = Window::open();
    assert_eq!(told(&window), "");
    window.drop_files(&[file("assets/rocket.jpg"), file("assets/coffee.png")]);
    until_told(&mut window, "2 images");
    until_open(&mut window, "coffee.png");
    assert_eq!(pictures(&window), ["coffee.png", "rocket.jpg"]);

    // One that is dropped alone is opened, and the others stay at hand.
    window.drop_file(cat_and_coffee());
    until_open(&mut window, "cat_and_coffee.png");
    assert_eq!(pictures(&window).len(), 2);
    assert_eq!(open_picture(&window), None);
    window.click("Close the folder");
    window.harness.run_steps(2);
    assert_eq!(told(&window), "");
    assert_eq!(window.value("Original"), "cat_and_coffee.png");
}

#[test]
fn a_folder_opens_from_the_picker_and_one_without_pictures_is_told() {
    let folder = three_classes();
    let empty = filled(&[("tests/pictures/README.md", "notes.txt")]);
    let mut window = Window::open();
    let both = Modifiers::COMMAND | Modifiers::SHIFT;
    window.will_pick(folder.path());
    window.harness.key_press_modifiers(both, Key::O);
    until_told(&mut window, "3 images");
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
fn the_strip_folds_and_its_memory_has_a_limit() {
    let folder = three_classes();
    let mut window = answered(folder.path());
    assert!(window.value("Thumbnails").ends_with("of 64 MB"));
    window.choose("Thumbnails", "1 GB for thumbnails");
    assert!(window.value("Thumbnails").ends_with("of 1 GB"));
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
fn a_folder_at_rest_rests() {
    let folder = three_classes();
    let mut window = answered(folder.path());
    window.harness.run_steps(30);
    let causes = window.harness.ctx.repaint_causes();
    assert!(
        !window.harness.ctx.has_requested_repaint(),
        "drawn again because of {causes:?}"
    );
}

#[test]
fn of_thousands_only_those_in_sight_are_laid_out() {
    let folder = many(2000);
    let mut window = opened(folder.path(), None);
    until_told(&mut window, "2,000 images");
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
