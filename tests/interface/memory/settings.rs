//! What the window keeps from one start to the next: choices, files and folders.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::Start;

use super::{both, drag_opacity, one_notice, window_in};
use crate::made::unnamed_checkpoint;
use crate::support::{Window, file, squeezenet};

#[test]
fn the_next_window_continues_where_the_last_one_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_in(folder.path(), both());
    window.settle();
    window.click_layer("features.10");
    window.settle();
    window.click_class("espresso");
    window.settle();
    window.choose("Colours", "jet");
    drag_opacity(&mut window, 0.5, 0.9);
    window.choose("Backprop rule", "Deconvnet");
    window.choose("View", "Light");
    window.settle();
    let opacity = window.number("Opacity");
    drop(window);
    // The harness sets its own theme; the test of the real window checks that it is restored.
    let written = fs::read_to_string(folder.path().join("settings.json")).unwrap();
    assert!(written.contains("\"theme\": \"light\""), "{written}");

    let mut next = window_in(folder.path(), Start::default());
    next.settle();
    assert_eq!(next.value("Original"), "cat_and_coffee.png");
    assert_eq!(next.chosen_layer().as_deref(), Some("features.10"));
    assert_eq!(next.chosen_class().as_deref(), Some("espresso"));
    assert_eq!(next.number("Opacity"), opacity);
    next.harness.get_by_label_contains("Legend: jet from 0 to");
    next.harness.get_by_label("Deconvnet × Grad-CAM");
}

#[test]
fn the_command_line_takes_precedence_over_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        layer: Some("features.10".to_owned()),
        class: Some("espresso".to_owned()),
        ..both()
    };
    window_in(folder.path(), start).settle();

    let mut named = window_in(
        folder.path(),
        Start {
            layer: Some("features.7".to_owned()),
            class: Some("top1".to_owned()),
            ..Start::default()
        },
    );
    named.settle();
    assert_eq!(named.chosen_layer().as_deref(), Some("features.7"));
    assert_ne!(named.chosen_class().as_deref(), Some("espresso"));
    drop(named);

    // Another photo starts with its predicted class; the layer belongs to the model and stays.
    let mut other = window_in(
        folder.path(),
        Start {
            image: Some(file("assets/chelsea.png")),
            default_model: Some(file("models/efficientnet_lite0.pt2")),
            ..Start::default()
        },
    );
    other.settle();
    assert_eq!(other.value("Original"), "chelsea.png");
    assert_eq!(other.chosen_layer().as_deref(), Some("features.7"));
    assert!(
        other
            .chosen_class()
            .is_some_and(|class| class.contains("cat"))
    );
}

#[test]
fn a_window_without_settings_accesses_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::new(both());
    window.settle();
    window.choose("Colours", "jet");
    drop(window);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let mut next = Window::new(Start::default());
    next.harness.run_steps(2);
    next.harness.get_by_label("Open or drop a photo");
}

#[test]
fn renames_and_reports_damaged_settings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.json");
    fs::write(&path, "{\"opacity\": 1e9, \"images\": [").unwrap();
    let mut window = window_in(folder.path(), both());
    let notice = one_notice(&mut window);
    assert!(notice.contains("settings.damaged.json"), "{notice}");
    window.click("Dismiss");
    window.settle();
    assert!((window.number("Opacity") - 0.5).abs() < 0.01);
    drop(window);
    let aside = fs::read_to_string(folder.path().join("settings.damaged.json")).unwrap();
    assert!(aside.starts_with("{\"opacity\": 1e9"), "{aside}");
    // The new file is valid.
    window_in(folder.path(), Start::default()).settle();
}

#[cfg(target_os = "linux")]
#[test]
fn reports_once_that_settings_cannot_be_written() {
    // `/proc` refuses new files even for root.
    let mut window = window_in(Path::new("/proc/gradcam"), both());
    window.until("the panels", |w| w.app().is_settled());
    let notice = one_notice(&mut window);
    assert!(
        notice.contains("could not be saved") && notice.contains("/proc/gradcam"),
        "{notice}"
    );
    window.click("Dismiss");
    window.choose("Colours", "jet");
    let changed = Instant::now();
    while changed.elapsed() < Duration::from_millis(2500) {
        window.harness.step();
        std::thread::sleep(Duration::from_millis(20));
    }
    window.settle();
    window
        .harness
        .get_by_label_contains("Legend: jet from 0 to");
}

#[test]
fn recent_files_open_again_and_missing_ones_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("gone.png");
    fs::copy(file("assets/chelsea.png"), &photo).unwrap();
    let settings = folder.path().join("settings");
    let mut window = window_in(&settings, both());
    window.settle();
    window.drop_file(&photo);
    window.until("the other photo", |w| w.value("Original") == "gone.png");
    window.settle();
    fs::remove_file(&photo).unwrap();

    window.choose("File", "Recent images and folders");
    window.until("the list without it", |w| {
        let lines = w.harness.query_all_by_label_contains("gone.png");
        lines
            .filter(|line| line.accesskit_node().role() == Role::Button)
            .count()
            == 0
    });
    let line = |node: &egui_kittest::Node<'_>| node.accesskit_node().role() == Role::Button;
    let lines = window
        .harness
        .query_all_by_label_contains("cat_and_coffee.png");
    lines
        .into_iter()
        .find(line)
        .expect("a line of the menu")
        .click();
    window.until("the first photo", |w| {
        w.value("Original") == "cat_and_coffee.png"
    });
    window.settle();
}

#[test]
fn does_not_ask_again_for_the_network_of_weights() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, session) = (
        folder.path().join("settings"),
        folder.path().join("nets.gradcam.json"),
    );
    let start = Start {
        model: Some(unnamed_checkpoint("googlenet", 3, folder.path())),
        ..Start::default()
    };
    let mut window = window_in(&settings, start);
    window.until("the question", |w| {
        w.harness.query_by_label("Which network is it?").is_some()
    });
    window.click("googlenet_unshifted");
    window.until("the model", |w| w.chosen_layer().is_some());
    window.will_pick(&session);
    window.ctrl(Key::S);
    window.until("the file", |_| session.exists());
    window.settle();
    drop(window);
    let named = |text: String| text.contains("\"architecture\": \"googlenet_unshifted\"");
    assert!(named(fs::read_to_string(&session).unwrap()));

    let saved = Start {
        image: Some(session),
        ..Start::default()
    };
    for (folder, start) in [("settings", Start::default()), ("others", saved)] {
        let mut next = window_in(&settings.with_file_name(folder), start);
        next.until("the model", |w| w.chosen_layer().is_some());
        next.settle();
        assert_eq!(next.chosen_layer().as_deref(), Some("inception5b"));
        drop(next);
        let settings = settings.with_file_name(folder).join("settings.json");
        assert!(named(fs::read_to_string(settings).unwrap()));
    }
}

#[test]
fn restores_the_usage_of_the_last_model() {
    let folder = tempfile::tempdir().unwrap();
    let used = |window: &mut Window| {
        window.settle();
        window.ctrl(Key::I);
        window.harness.run_steps(2);
        window.harness.query_by_label("As opened").is_some()
    };
    let mut window = window_in(folder.path(), both());
    assert!(!used(&mut window));
    window.click("BGR");
    window.settle();
    let class = window.chosen_class();
    drop(window);
    let mut next = window_in(folder.path(), Start::default());
    assert!(used(&mut next));
    assert_eq!(next.chosen_class(), class);
    next.click("As opened");
    next.settle();
    drop(next);
    assert!(!used(&mut window_in(folder.path(), Start::default())));
}

#[test]
fn restores_the_last_folder_and_its_open_photo() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, pictures) = (folder.path().join("settings"), folder.path().join("pets"));
    fs::create_dir(&pictures).unwrap();
    for name in ["a.png", "b.png", "c.png"] {
        fs::copy(file("assets/chelsea_224.png"), pictures.join(name)).unwrap();
    }
    let shown = |w: &Window, name: &str| {
        let original = w.harness.query_by_label("Original");
        let strip = w.harness.query_by_label("Folder").is_some();
        strip && original.and_then(|o| o.value()).as_deref() == Some(name)
    };
    let start = Start {
        image: Some(pictures.clone()),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let mut window = window_in(&settings, start);
    window.until("the first picture", |w| shown(w, "a.png"));
    window.settle();
    window.key(Key::PageDown);
    window.until("the second picture", |w| shown(w, "b.png"));
    window.settle();
    // The folder's images are not listed: stepping through them would push out all other files.
    window.choose("File", "Recent images and folders");
    let line = |node: &egui_kittest::Node<'_>| node.accesskit_node().role() == Role::Button;
    let lines = |w: &Window, name: &str| {
        let found = w.harness.query_all_by_label_contains(name);
        found.filter(line).count()
    };
    assert_eq!((lines(&window, "pets"), lines(&window, "b.png")), (1, 0));
    window.key(Key::Escape);
    let session = folder.path().join("pets.gradcam.json");
    window.will_pick(&session);
    window.ctrl(Key::S);
    window.until("the file", |_| session.exists());
    window.settle();
    drop(window);

    let mut next = window_in(&settings, Start::default());
    next.until("the folder and its second picture", |w| shown(w, "b.png"));
    next.settle();
    assert!(shown(&next, "b.png"));

    let mut opened = Window::new(Start {
        image: Some(session),
        ..Start::default()
    });
    opened.until("the folder and its second picture", |w| shown(w, "b.png"));
    opened.settle();
    assert!(shown(&opened, "b.png"));
}
