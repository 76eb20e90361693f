//! What people expect of any window: messages that can be read and put away, a first window that says what to
//! do, and keys that work wherever the focus is.

use egui::accesskit::Role;
use egui::{Key, Rect, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::{Memory, Start};

use crate::support::{Window, cat_and_coffee, file, squeezenet};

#[test]
fn a_problem_is_one_line_that_unfolds_and_never_covers_the_pictures() {
    let mut window = Window::open();
    let panel = |w: &Window| w.row(Role::Image, "Grad-CAM").rect();
    window.drop_file(file("tests/pictures/truncated.png"));
    window.until("the message", |w| !w.app().notices().is_empty());
    window.harness.run_steps(3);
    let title = "This image cannot be opened";
    let line = |w: &Window| w.row(Role::DisclosureTriangle, title).rect();
    let text = |w: &Window| {
        let mut found = w.harness.query_all_by_label_contains("truncated.png");
        let shown = found.find(|node| node.accesskit_node().role() == Role::Label);
        shown.map(|node| node.rect())
    };
    assert!(line(&window).height() <= 32.0);
    assert!(line(&window).bottom() < panel(&window).top());
    assert_eq!(text(&window), None);
    window.click(title);
    window.harness.run_steps(3);
    let shown: Rect = text(&window).expect("the whole text");
    assert!(shown.bottom() < panel(&window).top());
    window.harness.check_accessibility();
    window.click(title);
    window.harness.run_steps(3);
    assert_eq!(text(&window), None);
    window.click("Dismiss");
    window.harness.run_steps(3);
    assert_eq!(window.app().notices(), Vec::<String>::new());
}

#[test]
fn the_empty_window_offers_a_sample_and_what_was_open_before() {
    let settings = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("before.png");
    std::fs::copy(file("assets/chelsea_224.png"), &photo).unwrap();
    let start = |image| Start {
        image,
        model: Some(squeezenet()),
        sample: Some(cat_and_coffee()),
        ..Start::default()
    };
    let open = |start| {
        let memory = Memory::in_folder(settings.path());
        Window::remembering(start, 1440.0, 900.0, Theme::Light, memory)
    };
    open(start(Some(photo.clone()))).settle();
    // It is not there any more at the next start, so nothing is open.
    let away = folder.path().join("away.png");
    std::fs::rename(&photo, &away).unwrap();
    let mut window = open(start(None));
    window.until("the model", |w| w.chosen_layer().is_some());
    std::fs::rename(&away, &photo).unwrap();
    window.harness.get_by_label("Open or drop a photo");
    window
        .harness
        .get_by_label_contains("Beside it you will see");
    window.harness.get_by_label("Open a folder…");
    window.harness.check_accessibility();
    let recent = window.harness.get_by_label_contains("before.png");
    recent.click();
    window.until("the photo of before", |w| {
        w.harness.query_by_label("Original").is_some() && w.value("Original") == "before.png"
    });
    drop(window);

    std::fs::remove_file(&photo).unwrap();
    let mut window = open(start(None));
    window.until("the model", |w| w.chosen_layer().is_some());
    window.click("Try a sample");
    window.settle();
    assert_eq!(window.value("Original"), "cat_and_coffee.png");
}

/// Presses Tab until a row of this role has the focus.
fn tab_to(window: &mut Window, role: Role) {
    for _ in 0..60 {
        window.key(Key::Tab);
        let mut rows = window.harness.query_all_by_role(role);
        if rows.any(|row| row.accesskit_node().is_focused()) {
            return;
        }
    }
    panic!("Tab does not stop at {role:?}");
}

#[test]
fn each_list_is_one_tab_stop_and_the_arrows_walk_whatever_has_the_focus() {
    let mut window = Window::open();
    let focused = |w: &Window, role| {
        let mut rows = w.harness.query_all_by_role(role);
        let row = rows.find(|row| row.accesskit_node().is_focused());
        row.and_then(|row| row.accesskit_node().label())
    };
    tab_to(&mut window, Role::TreeItem);
    assert_eq!(focused(&window, Role::TreeItem), window.chosen_layer());
    // The next stop is not another layer.
    window.key(Key::Tab);
    assert_eq!(focused(&window, Role::TreeItem), None);

    tab_to(&mut window, Role::ListBoxOption);
    let class = window.chosen_class().unwrap();
    assert_eq!(focused(&window, Role::ListBoxOption), Some(class.clone()));
    window.key(Key::ArrowRight);
    window.settle();
    let next = window.chosen_class().unwrap();
    assert_ne!(next, class);
    assert_eq!(
        focused(&window, Role::ListBoxOption),
        Some(next),
        "the focus follows"
    );
    let layer = window.chosen_layer();
    window.key(Key::ArrowUp);
    window.settle();
    assert_ne!(window.chosen_layer(), layer);

    // A button with the focus leaves them alone as well, but a slider does not.
    window.harness.get_by_label("Panels").focus();
    window.harness.run_steps(2);
    let layer = window.chosen_layer();
    window.key(Key::ArrowUp);
    window.settle();
    assert_ne!(window.chosen_layer(), layer);
    let (class, opacity) = (window.chosen_class(), window.number("Opacity"));
    window.harness.get_by_label("Opacity").focus();
    window.harness.run_steps(2);
    window.key(Key::ArrowRight);
    window.settle();
    assert_eq!(window.chosen_class(), class);
    assert!(window.number("Opacity") > opacity);
}

#[test]
fn enter_in_the_filter_of_layers_chooses_the_first_with_a_map() {
    let mut window = Window::open();
    window.ctrl(Key::L);
    window
        .harness
        .get_by_label("Filter layers")
        .type_text("features.9");
    window.harness.run_steps(2);
    window.key(Key::Enter);
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.9"));
}

/// Lets go of V while Ctrl is held: of an empty clipboard, that is all that a window hears.
fn paste_nothing(window: &mut Window) {
    window.harness.event(egui::Event::Key {
        key: Key::V,
        physical_key: None,
        pressed: false,
        repeat: false,
        modifiers: egui::Modifiers::COMMAND,
    });
    window.harness.run_steps(2);
}

#[test]
fn an_empty_clipboard_is_said_for_some_seconds() {
    let mut window = Window::open();
    let words = "The clipboard holds no picture";
    let is_said = |w: &Window| w.harness.query_by_label(words).is_some();
    paste_nothing(&mut window);
    window.until("the message", is_said);
    window.harness.run_steps(60 * 7);
    assert!(is_said(&window));
    window.harness.run_steps(60 * 2);
    assert!(!is_said(&window));

    // A paste that was delivered is not taken for one of nothing when its key is let go.
    window.harness.event(egui::Event::Paste("words".to_owned()));
    window.until("the message", is_said);
    window.harness.run_steps(60 * 9);
    paste_nothing(&mut window);
    window.harness.run_steps(10);
    assert!(!is_said(&window));
}

#[test]
fn a_shortcut_closes_the_menu_that_is_open() {
    let mut window = Window::open();
    let is_open = |w: &Window| w.harness.query_by_label("Recent models").is_some();
    window.click("File");
    assert!(is_open(&window));
    window.ctrl(Key::S);
    window.harness.run_steps(2);
    assert!(!is_open(&window));
}
