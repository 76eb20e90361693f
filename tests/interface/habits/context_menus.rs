//! Menus at what is clicked with the right button, pictures from the clipboard, and what panels say of themselves.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::Start;
use image::{Rgba, RgbaImage};

use crate::support::{Window, cat_and_coffee, file};

/// Opens the menu of what has this label.
fn open_menu(window: &mut Window, label: &str) {
    window.harness.get_by_label(label).click_secondary();
    window.harness.run_steps(3);
}

fn is_possible(window: &Window, entry: &str) -> bool {
    let node = window.harness.get_by_role_and_label(Role::Button, entry);
    !node.accesskit_node().is_disabled()
}

/// The text that was put on the clipboard in the last frames.
fn copied_text(window: &mut Window, entry: &str) -> String {
    window.harness.get_by_label(entry).click();
    for _ in 0..4 {
        window.harness.step();
        let commands = &window.harness.output().platform_output.commands;
        let text = commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = text {
            window.harness.run_steps(2);
            return text;
        }
    }
    panic!("{entry} copied nothing")
}

#[test]
fn a_panel_is_copied_exported_enlarged_and_pinned_by_its_menu() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    open_menu(&mut window, "Grad-CAM");
    window.click("Copy this panel");
    window.until("the copy", |w| {
        w.harness
            .query_by_label_contains("Copied the panel")
            .is_some()
    });
    let path = folder.path().join("panel.png");
    window.will_pick(&path);
    open_menu(&mut window, "Grad-CAM");
    window.click("Export this panel…");
    window.until("the file", |w| w.app().is_settled());
    let written = image::open(&path).unwrap().to_rgba8();
    let copied = window.pickers.copied.lock().unwrap().clone();
    assert!(copied == [written], "the copy is not the file");

    open_menu(&mut window, "Grad-CAM");
    window.click("Look at it large");
    assert!(window.harness.query_by_label("Original").is_none());
    open_menu(&mut window, "Grad-CAM");
    window.click("Show all panels");
    assert!(window.harness.query_by_label("Original").is_some());

    open_menu(&mut window, "Grad-CAM");
    window.click("Pin this view");
    window.settle();
    window.harness.get_by_label("Grad-CAM, row 2");
    open_menu(&mut window, "Grad-CAM, row 2");
    window.click("Unpin");
    window.settle();
    assert!(window.harness.query_by_label("Grad-CAM, row 2").is_none());

    open_menu(&mut window, "Grad-CAM");
    assert_eq!(copied_text(&mut window, "Copy layer path"), "features.12");
    window.harness.get_by_label_contains("Copied features.12");
}

#[test]
fn the_menu_of_the_original_shows_its_file_and_sets_the_true_class() {
    let mut window = Window::open();
    open_menu(&mut window, "Original");
    window.click("Show in file manager");
    let pickers = std::sync::Arc::clone(&window.pickers);
    window.until("the file manager", |_| {
        pickers.revealed.lock().unwrap().as_slice() == [cat_and_coffee()]
    });
    open_menu(&mut window, "Original");
    let text = copied_text(&mut window, "Copy file path");
    assert_eq!(Path::new(&text), cat_and_coffee());

    open_menu(&mut window, "Grad-CAM");
    window.click("Set as true class");
    open_menu(&mut window, "Grad-CAM");
    window.click("Unset the true class");
    open_menu(&mut window, "Grad-CAM");
    assert!(is_possible(&window, "Set as true class"));
}

#[test]
fn layers_have_the_same_menu_in_the_tree_and_in_the_strip() {
    let mut window = Window::open();
    window.row(Role::TreeItem, "features.10").click_secondary();
    window.harness.run_steps(3);
    window.click("Explain this layer");
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.10"));

    // The chosen layer has nobody to be averaged with; another has.
    window.row(Role::TreeItem, "features.10").click_secondary();
    window.harness.run_steps(3);
    assert!(!is_possible(&window, "Average with this layer"));
    assert_eq!(copied_text(&mut window, "Copy layer path"), "features.10");
    open_menu(&mut window, "Map of features.11");
    window.click("Average with this layer");
    window.settle();
    let caption = window.value("Grad-CAM");
    assert!(
        caption.contains("features.10") && caption.contains("features.11"),
        "{caption}"
    );
    open_menu(&mut window, "Map of features.11");
    window.click("Leave out of the average");
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.10"));
}

#[test]
fn the_menu_opens_by_key_and_its_first_entry_has_the_focus() {
    let mut window = Window::open();
    // The chosen layer is where the Tab key stops.
    for (modifiers, key) in [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)] {
        window.row(Role::TreeItem, "features.12").focus();
        window.harness.run_steps(2);
        window.harness.key_press_modifiers(modifiers, key);
        window.harness.run_steps(3);
        let entry = window.harness.get_by_label("Explain this layer");
        assert!(entry.accesskit_node().is_focused(), "{key:?}");
        window.key(Key::Escape);
        window.harness.run_steps(2);
        assert!(
            window
                .harness
                .query_by_label("Explain this layer")
                .is_none()
        );
        // The keyboard goes on where it was.
        let row = window.row(Role::TreeItem, "features.12");
        assert!(row.accesskit_node().is_focused(), "{key:?}");
    }
    // By mouse it opens again.
    window.row(Role::TreeItem, "features.10").click_secondary();
    window.harness.run_steps(3);
    window.harness.get_by_label("Explain this layer");
    window.click("Explain this layer");
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.10"));
}

#[test]
fn a_picture_of_a_folder_is_opened_and_shown_by_its_menu() {
    let mut window = Window::new(Start {
        image: Some(file("assets")),
        model: Some(crate::support::squeezenet()),
        ..Start::default()
    });
    window.settle();
    window
        .row(Role::RadioButton, "chelsea.png")
        .click_secondary();
    window.harness.run_steps(3);
    window.click("Show in file manager");
    let pickers = std::sync::Arc::clone(&window.pickers);
    window.until("the file manager", |_| {
        let revealed = pickers.revealed.lock().unwrap();
        revealed.len() == 1 && revealed[0].ends_with("chelsea.png")
    });
    window
        .row(Role::RadioButton, "chelsea.png")
        .click_secondary();
    window.harness.run_steps(3);
    window.click("Open");
    window.until("the photo", |w| w.value("Original") == "chelsea.png");
}

#[test]
fn a_picture_is_pasted_as_a_photo() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    *window.pickers.pasted.lock().unwrap() = Some(folder.path().join("pasted"));
    // Text is no picture.
    window.harness.event(Event::Paste("words".to_owned()));
    window.until("the answer", |w| {
        let said = w
            .harness
            .query_by_label_contains("The clipboard holds no picture");
        said.is_some()
    });
    assert_eq!(window.value("Original"), "cat_and_coffee.png");

    let picture = RgbaImage::from_fn(300, 200, |x, y| Rgba([x as u8, y as u8, 90, 255]));
    *window.pickers.clipboard.lock().unwrap() = Some(picture.clone());
    window.ctrl(Key::V);
    window.until("the picture", |w| w.value("Original") == "pasted image.png");
    window.settle();
    let stored = folder.path().join("pasted/pasted image.png");
    assert_eq!(image::open(&stored).unwrap().to_rgba8(), picture);

    // Figures name it.
    let out = folder.path().join("figure.svg");
    window.will_pick(&out);
    window.ctrl(Key::E);
    window.until("the figure", |w| w.app().is_settled());
    let names = window.pickers.names.lock().unwrap().clone();
    assert!(
        names[0].starts_with("pasted image_squeezenet1_1_"),
        "{names:?}"
    );
    let svg = std::fs::read_to_string(&out).unwrap();
    assert!(svg.contains("pasted image.png"));
}

#[test]
fn a_picture_that_cannot_be_stored_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("file");
    std::fs::write(&taken, "x").unwrap();
    let mut window = Window::open();
    *window.pickers.pasted.lock().unwrap() = Some(taken);
    *window.pickers.clipboard.lock().unwrap() = Some(RgbaImage::new(4, 4));
    window.ctrl(Key::V);
    window.until("the notice", |w| !w.app().notices().is_empty());
    let notices = window.app().notices().join("\n");
    assert!(notices.contains("could not be written"), "{notices}");
    assert_eq!(window.value("Original"), "cat_and_coffee.png");
}

#[test]
fn the_head_of_a_panel_says_what_it_shows_its_formula_and_its_paper() {
    let mut window = Window::open();
    for (panel, formula, paper) in [
        ("Grad-CAM", "ReLU(Σ α·A)", "arXiv:1610.02391"),
        (
            "Guided backprop",
            "only if it was open and R > 0",
            "arXiv:1412.6806",
        ),
        ("Guided Grad-CAM", "× the heat map", "arXiv:1610.02391"),
    ] {
        let rect = window.harness.get_by_label(panel).rect();
        let head = rect.left_top() + egui::vec2(20.0, -20.0);
        window.harness.hover_at(head);
        window.until(panel, |w| {
            w.harness.query_by_label_contains(paper).is_some()
        });
        window.harness.get_by_label_contains(formula);
        window.harness.remove_cursor();
        window.until("the tooltip to go", |w| {
            w.harness.query_by_label_contains(paper).is_none()
        });
    }
    window.choose("Backprop rule", "Deconvnet");
    window.settle();
    let rect = window.harness.get_by_label("Deconvnet").rect();
    window
        .harness
        .hover_at(rect.left_top() + egui::vec2(20.0, -20.0));
    window.until("the tooltip", |w| {
        w.harness
            .query_by_label_contains("arXiv:1311.2901")
            .is_some()
    });
}

#[test]
fn the_list_of_keys_has_the_gestures() {
    let mut window = Window::open();
    window.key(Key::F1);
    for gesture in [
        "Average the maps of several layers",
        "Compare a class with the chosen one",
        "The menu of a panel, a layer, a class or a picture",
    ] {
        window.harness.get_by_label(gesture);
    }
}
