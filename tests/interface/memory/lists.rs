//! The lists of all commands: the palette and the keys, and the licences.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::support::Window;

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
        ("Save session", "Ctrl+S"),
        ("Save session as…", "Ctrl+Shift+S"),
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
    window.choose("Help", "Commands and keys F1");
    window.click("Close");
    assert!(window.harness.query_by_label("Close").is_none());
    window.settle();
}

#[test]
fn help_shows_the_version_and_the_licences() {
    let mut window = Window::open();
    window.choose("Help", "About gradcam and its licences");
    let version = concat!("gradcam ", env!("CARGO_PKG_VERSION"));
    window.harness.get_by_label_contains(version);
    let libtorch = window.row(Role::ListItem, "libtorch");
    assert_eq!(libtorch.value().unwrap(), "BSD-3-Clause");
    window.harness.check_accessibility();
    window.key(Key::Escape);
    assert!(window.harness.query_by_label("Close").is_none());
}
