//! Undo, settings, sessions, recent files, and the lists of all commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::{Memory, Start};

use crate::made::blank_checkpoint;
use crate::support::{Window, cat_and_coffee, file, squeezenet};

fn both() -> Start {
    Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..Start::default()
    }
}

/// A window that saves its settings in `folder`.
fn window_in(folder: &Path, start: Start) -> Window {
    let memory = Memory::in_folder(folder);
    Window::remembering(start, 1440.0, 900.0, Theme::Dark, memory)
}

fn drag_opacity(window: &mut Window, from: f32, to: f32) {
    let rect = window.harness.get_by_label("Opacity").rect();
    let at = |share: f32| pos2(rect.left() + share * rect.width(), rect.center().y);
    window.harness.hover_at(at(from));
    window.harness.drag_at(at(from));
    for step in 0..=10 {
        window
            .harness
            .hover_at(at(from + (to - from) * 0.1 * step as f32));
        // The whole drag takes longer than the time within which two changes are merged.
        window.harness.run_steps(12);
    }
    window.harness.drop_at(at(to));
    window.harness.run_steps(2);
}

fn shift(window: &mut Window, key: Key) {
    let modifiers = Modifiers::COMMAND | Modifiers::SHIFT;
    window.harness.key_press_modifiers(modifiers, key);
    window.harness.run_steps(2);
}

fn one_notice(window: &mut Window) -> String {
    window.until("the message", |w| !w.app().notices().is_empty());
    let notices = window.app().notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    notices[0].clone()
}

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

    window.click("File");
    window.until("the list without it", |w| {
        let lines = w.harness.query_all_by_label_contains("gone.png");
        lines
            .filter(|line| line.accesskit_node().role() == Role::Button)
            .count()
            == 0
    });
    window.harness.get_by_label_contains("squeezenet1_1.pt2");
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

/// A window with a pin and with a chosen class, layer and colours, saved to `path`.
fn saved(path: &Path, image: PathBuf) -> Window {
    let mut window = Window::new(Start {
        image: Some(image),
        ..both()
    });
    window.settle();
    window.key(Key::P);
    window.settle();
    window.click_layer("features.10");
    window.settle();
    window.click_class("espresso");
    window.choose("Colours", "jet");
    window.choose("Resize", "Letterbox");
    window.settle();
    window.will_pick(path);
    window.ctrl(Key::S);
    window.until("the file", |_| path.exists());
    window.settle();
    window
}

#[test]
fn does_not_ask_again_for_the_network_of_weights() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, session) = (
        folder.path().join("settings"),
        folder.path().join("nets.gradcam.json"),
    );
    let start = Start {
        model: Some(blank_checkpoint("googlenet", 3, folder.path())),
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

fn rows(window: &Window) -> [String; 2] {
    ["Grad-CAM, row 1", "Grad-CAM, row 2"].map(|panel| window.value(panel))
}

#[test]
fn a_session_opens_as_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let window = saved(&path, cat_and_coffee());
    assert_eq!(
        window.pickers.names.lock().unwrap().as_slice(),
        ["cat_and_coffee.gradcam.json"]
    );
    let before = rows(&window);
    assert_eq!(before[0], "espresso at features.10");
    assert!(before[1].ends_with("at features.12"), "{before:?}");
    drop(window);

    // Opened from the command line.
    let mut named = Window::new(Start {
        image: Some(path.clone()),
        ..Start::default()
    });
    named.settle();
    assert_eq!(rows(&named), before);
    named.harness.get_by_label_contains("Legend: jet from 0 to");
    assert_eq!(named.chosen_class().as_deref(), Some("espresso"));

    // Dropped on a window that shows something else.
    let mut dropped = Window::new(Start {
        image: Some(file("assets/chelsea.png")),
        model: Some(file("models/efficientnet_lite0.pt2")),
        ..Start::default()
    });
    dropped.settle();
    dropped.drop_file(&path);
    dropped.until("the session", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    dropped.settle();
    assert_eq!(rows(&dropped), before);

    // Opened from the picker, after the pin was removed.
    dropped.click("Unpin, row 2");
    dropped.settle();
    dropped.will_pick(&path);
    shift(&mut dropped, Key::S);
    dropped.until("the session", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    dropped.settle();
    assert_eq!(rows(&dropped), before);
}

#[test]
fn lists_missing_files_of_a_session_and_opens_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let photo = folder.path().join("cat.png");
    fs::copy(cat_and_coffee(), &photo).unwrap();
    drop(saved(&path, photo.clone()));
    fs::remove_file(&photo).unwrap();

    let mut window = Window::new(Start {
        image: Some(file("assets/chelsea.png")),
        ..Start::default()
    });
    window.until("the photo", |w| {
        w.harness.query_by_label("Original").is_some()
    });
    window.drop_file(&path);
    let notice = one_notice(&mut window);
    assert!(notice.contains("1 pin and the view need"), "{notice}");
    assert!(notice.contains("cat.png"), "{notice}");
    window.click("Dismiss");
    // The model, its layer and the style are restored; the photo that was open stays.
    window.settle();
    assert_eq!(window.value("Original"), "chelsea.png");
    assert_eq!(window.chosen_layer().as_deref(), Some("features.10"));
    assert!(
        window
            .chosen_class()
            .is_some_and(|class| class.contains("cat"))
    );
    window
        .harness
        .get_by_label_contains("Legend: jet from 0 to");
}

#[test]
fn missing_parts_are_saved_again_and_restored_when_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let photo = folder.path().join("cat.png");
    fs::copy(cat_and_coffee(), &photo).unwrap();
    let saved_window = saved(&path, photo.clone());
    let before = rows(&saved_window);
    drop(saved_window);
    let written: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let moved = folder.path().join("moved.png");
    fs::rename(&photo, &moved).unwrap();

    let mut window = Window::new(Start {
        image: Some(path.clone()),
        ..Start::default()
    });
    one_notice(&mut window);
    window.until("the model", |w| w.chosen_layer().is_some());
    fs::remove_file(&path).unwrap();
    window.will_pick(&path);
    window.ctrl(Key::S);
    window.until("the file", |_| path.exists());
    let again: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(again, written);

    window.will_pick(&moved);
    window.click("Locate cat.png…");
    window.until("the pin", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    window.settle();
    assert_eq!(rows(&window), before);
}

#[test]
fn refuses_unreadable_sessions_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cats.gradcam.json");
    let mut window = saved(&path, cat_and_coffee());
    let before = rows(&window);
    let whole = fs::read_to_string(&path).unwrap();
    let spoilt = [
        (
            "truncated.json",
            whole[..whole.len() / 2].to_owned(),
            "ends too early",
        ),
        (
            "newer.json",
            whole.replace("\"version\": 1", "\"version\": 9"),
            "newer gradcam",
        ),
        (
            "absurd.json",
            whole.replace("\"zoom\": 1.0", "\"zoom\": -1e30"),
            "the zoom is",
        ),
        (
            "other.json",
            "{\"a\": 1}".to_owned(),
            "not a gradcam session",
        ),
    ];
    for (name, text, expected) in spoilt {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        window.drop_file(&path);
        let notice = one_notice(&mut window);
        assert!(
            notice.contains(expected) && notice.contains(name),
            "{notice}"
        );
        window.click("Dismiss");
        window.settle();
        assert_eq!(rows(&window), before);
    }
}

#[test]
fn reports_a_session_that_cannot_be_saved() {
    let mut window = Window::open();
    window.will_pick("/no/such/folder/s.json");
    window.ctrl(Key::S);
    let notice = one_notice(&mut window);
    assert!(notice.contains("/no/such/folder"), "{notice}");
    window.click("Dismiss");

    window.settle();
}

/// Types a path in the path prompt.
fn type_path(window: &mut Window, path: &Path) {
    window.until("the field", |w| w.harness.query_by_label("Path").is_some());
    window.harness.get_by_label("Path").focus();
    window.harness.run_steps(2);
    window.ctrl(Key::A);
    let path = path.display().to_string();
    window.harness.get_by_label("Path").type_text(&path);
    window.harness.run_steps(2);
}

#[test]
fn saves_a_session_and_a_figure_to_a_typed_path_without_a_picker() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    window.has_no_picker();
    window.ctrl(Key::S);
    window.until("the field", |w| w.harness.query_by_label("Path").is_some());
    let offered = window.value("Path");
    assert!(
        offered.ends_with("assets/cat_and_coffee.gradcam.json"),
        "{offered}"
    );
    type_path(&mut window, &folder.path().join("no/cats"));
    window.click("Save");
    // Refused in the prompt itself, where the path can be corrected.
    window.until("the reason", |w| {
        let mut texts = w.harness.query_all_by_label_contains("was not saved");
        w.harness.query_by_label("Path").is_some() && texts.next().is_some()
    });
    let cats = folder.path().join("cats.gradcam.json");
    type_path(&mut window, &folder.path().join("cats"));
    window.key(Key::Enter);
    window.until("the file", |_| cats.exists());
    window.settle();

    // An existing file is replaced only after a confirmation.
    let figure = folder.path().join("figure.png");
    fs::write(&figure, "x").unwrap();
    window.has_no_picker();
    window.ctrl(Key::E);
    type_path(&mut window, &figure);
    window.key(Key::Enter);
    window.until("the question", |w| {
        w.harness.query_by_label("Replace").is_some()
    });
    assert_eq!(fs::read(&figure).unwrap(), b"x");
    window.click("Replace");
    window.until("the figure", |w| {
        w.harness.query_by_label_contains("Exported").is_some()
    });
    assert!(image::open(&figure).is_ok());
    assert_eq!(window.app().notices(), [""; 0]);
}

#[test]
fn choices_are_undone_and_redone() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    window.click_class("espresso");
    window.settle();
    window.key(Key::ArrowUp);
    window.settle();
    let above = window.chosen_layer().unwrap();
    window.choose("Resize", "Letterbox");
    window.settle();

    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(window.chosen_layer(), Some(above.clone()));
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.12"));
    assert_eq!(window.chosen_class().as_deref(), Some("espresso"));
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(window.chosen_class(), Some(class.clone()));
    // The class that was chosen by prediction was not a step.
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(window.chosen_class(), Some(class));

    shift(&mut window, Key::Z);
    shift(&mut window, Key::Z);
    window.settle();
    assert_eq!(window.chosen_class().as_deref(), Some("espresso"));
    assert_eq!(window.chosen_layer(), Some(above));
}

#[test]
fn a_whole_drag_is_one_step() {
    let mut window = Window::open();
    let before = window.number("Opacity");
    drag_opacity(&mut window, 0.5, 0.9);
    let first = window.number("Opacity");
    drag_opacity(&mut window, 0.9, 0.2);
    assert!(window.number("Opacity") < first);
    window.ctrl(Key::Z);
    assert_eq!(window.number("Opacity"), first);
    window.ctrl(Key::Z);
    assert_eq!(window.number("Opacity"), before);
    shift(&mut window, Key::Z);
    assert_eq!(window.number("Opacity"), first);
}

#[test]
fn undo_restores_a_pin_and_a_view_replaced_by_a_pin() {
    let mut window = Window::open();
    window.key(Key::P);
    window.settle();
    let pinned = window.value("Grad-CAM, row 2");
    window.click("Unpin, row 2");
    window.settle();
    assert!(window.harness.query_by_label("Grad-CAM, row 2").is_none());
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(window.value("Grad-CAM, row 2"), pinned);

    // Open another photo, make the pin live, then undo.
    window.drop_file(file("assets/chelsea.png"));
    window.until("the other photo", |w| {
        w.value("Original, row 1") == "chelsea.png"
    });
    window.settle();
    let other = window.value("Grad-CAM, row 1");
    window.click("Restore, row 2");
    window.settle();
    assert_eq!(window.value("Grad-CAM, row 1"), pinned);
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(window.value("Original, row 1"), "chelsea.png");
    assert_eq!(window.value("Grad-CAM, row 1"), other);
}

#[test]
fn undo_in_a_text_field_belongs_to_the_field() {
    let mut window = Window::open();
    window.click_class("espresso");
    window.settle();
    window.ctrl(Key::F);
    window
        .harness
        .get_by_label("Search classes")
        .type_text("esp");
    window.harness.run_steps(2);
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(window.chosen_class().as_deref(), Some("espresso"));
}

#[test]
fn the_palette_finds_a_command_and_runs_it() {
    let mut window = Window::open();
    let lines = |w: &Window| {
        let lines = w.harness.query_all_by_role(Role::ListBoxOption);
        lines
            .map(|line| line.accesskit_node().label().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    let field = "Find a command";
    window.search_commands("next la");
    window.key(Key::Escape);
    assert!(window.harness.query_by_label(field).is_none());

    let layer = window.chosen_layer();
    window.search_commands("prev lay");
    assert!(lines(&window).contains(&"Previous layer".to_owned()));
    window.harness.check_accessibility();
    window.key(Key::Enter);
    window.settle();
    assert_ne!(window.chosen_layer(), layer);
    assert!(window.harness.query_by_label(field).is_none());

    // A choice from a menu, with the arrow keys.
    window.search_commands("colours");
    let first = window.chosen_class().unwrap();
    window.key(Key::ArrowDown);
    let offered = lines(&window);
    let mut colours = offered.iter().filter(|line| line.starts_with("Colours: "));
    let second = colours.nth(1).expect("colours are offered").clone();
    assert_ne!(first, second);
    window.key(Key::Enter);
    window.settle();
    let colours = second.strip_prefix("Colours: ").unwrap();
    let legend = format!("Legend: {colours} from 0 to");
    window.harness.get_by_label_contains(&legend);

    // A command that is not possible says why, and nothing happens.
    window.search_commands("unpin");
    assert_eq!(window.value("Unpin all"), "Nothing is pinned");
    window.key(Key::Enter);
    window.harness.get_by_label(field);
    window.key(Key::Escape);
    window.settle();
}

#[test]
fn the_shortcut_list_shows_all_commands_with_their_keys() {
    let mut window = Window::open();
    window.key(Key::F1);
    let keys = |w: &Window, name: &str| {
        let line = w.harness.get_by_role_and_label(Role::ListItem, name);
        line.value().unwrap_or_default()
    };
    for (name, written) in [
        ("Open image…", "Ctrl+O"),
        ("Save session…", "Ctrl+S"),
        ("Redo", "Ctrl+Shift+Z"),
        ("Previous layer", "Up"),
        ("Pin this view", "P"),
        ("Find a command…", "Ctrl+K"),
    ] {
        assert_eq!(keys(&window, name), written, "{name}");
    }
    window.harness.check_accessibility();
    window.key(Key::F1);
    assert!(window.harness.query_by_label("Close").is_none());
    window.choose("View", "Commands and keys F1");
    window.click("Close");
    assert!(window.harness.query_by_label("Close").is_none());
    window.settle();
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
    window.click("File");
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
