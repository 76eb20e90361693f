//! Choices that are undone and redone.

use egui::Key;
use egui_kittest::kittest::Queryable;

use super::{drag_opacity, shift};
use crate::support::{Window, file};

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
