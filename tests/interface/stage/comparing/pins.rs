//! Pins.

use super::*;

#[test]
fn a_pin_stays_while_the_view_changes() {
    let mut window = Window::open();
    let first = window.chosen_class().unwrap();
    window.key(Key::P);
    window.settle();
    window.key(Key::ArrowRight);
    window.settle();
    let now = window.chosen_class().unwrap();
    assert_ne!(now, first);
    let pinned = format!("{first} at features.12");
    assert_eq!(
        captions(&window),
        [format!("{now} at features.12"), pinned.clone()]
    );

    window.click("Restore, row 2");
    window.settle();
    assert_eq!(window.chosen_class(), Some(first));
    assert_eq!(captions(&window), [pinned.clone(), pinned]);

    window.click("Unpin, row 2");
    window.settle();
    assert!(captions(&window).is_empty());
}

#[test]
fn six_views_can_be_pinned_and_a_seventh_is_refused_with_a_message() {
    let start = gradcam::app::Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..gradcam::app::Start::default()
    };
    // The window is high enough for all rows.
    let mut window = Window::sized(start, 1440.0, 2000.0, egui::Theme::Dark);
    window.settle();
    for _ in 0..6 {
        window.key(Key::P);
        window.key(Key::ArrowRight);
        window.settle();
    }
    window.key(Key::P);
    window.harness.run_steps(2);
    let notices = window.app().notices();
    assert!(
        notices[0].contains("6 views are already pinned"),
        "{notices:?}"
    );
    // The notice disappears by itself; commands that are not possible say so beforehand.
    window.harness.run_steps(60 * 7);
    assert_eq!(window.app().notices(), [""; 0]);
    let pin = window.harness.get_by_label("Pin, row 1");
    assert!(pin.accesskit_node().is_disabled());
    window.click("Compare");
    let pin = window.harness.get_by_label("Pin this view P");
    assert!(pin.accesskit_node().is_disabled());
    window.key(Key::Escape);
    // It also disappears as soon as there is room.
    window.key(Key::P);
    assert_eq!(window.app().notices().len(), 1);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    window.harness.run_steps(2);
    window.settle();
    assert!(captions(&window).is_empty());
}

#[test]
fn pins_are_reordered_by_dragging_their_heads() {
    let mut window = Window::open();
    for _ in 0..2 {
        window.key(Key::P);
        window.key(Key::ArrowRight);
        window.settle();
    }
    let before = captions(&window);
    let grip = |w: &Window, row: usize| {
        let name = format!("Original, row {row}");
        let picture = w.harness.get_by_label(&name);
        picture.rect().left_top() + egui::vec2(40.0, -14.0)
    };
    let (from, to) = (grip(&window, 3), grip(&window, 2) - egui::vec2(0.0, 12.0));
    window.harness.hover_at(from);
    window.harness.drag_at(from);
    window.harness.run_steps(2);
    window.harness.hover_at(from - egui::vec2(0.0, 20.0));
    window.harness.run_steps(2);
    window.harness.hover_at(to);
    window.harness.run_steps(2);
    window.harness.drop_at(to);
    window.harness.run_steps(2);
    window.settle();
    let after = captions(&window);
    assert_eq!(after[0], before[0]);
    assert_eq!((&after[1], &after[2]), (&before[2], &before[1]));
}

#[test]
fn a_new_pin_is_scrolled_to_and_can_be_moved_up_and_down() {
    let start = gradcam::app::Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..gradcam::app::Start::default()
    };
    let mut window = Window::sized(start, 1024.0, 640.0, egui::Theme::Dark);
    window.settle();
    let mut classes = Vec::new();
    for _ in 0..3 {
        window.key(Key::ArrowRight);
        window.settle();
        classes.push(window.chosen_class().unwrap());
        window.key(Key::P);
        window.harness.run_steps(30);
        window.settle();
    }
    let at = |w: &Window, row: usize| w.value(&format!("Grad-CAM, row {row}"));
    let of = |class: &String| format!("{class} at features.12");
    // Four rows are higher than the window; rows out of view are not laid out.
    assert!(window.harness.query_by_label("Grad-CAM, row 1").is_none());
    assert_eq!(at(&window, 4), of(&classes[2]));

    window.click("Up, row 4");
    window.harness.run_steps(30);
    window.settle();
    assert_eq!(at(&window, 3), of(&classes[2]));
    window.click("Down, row 3");
    window.harness.run_steps(30);
    window.settle();
    assert_eq!(at(&window, 4), of(&classes[2]));
    assert!(window.harness.query_by_label("Down, row 4").is_none());
}

#[test]
fn scrolls_to_new_rows() {
    let start = gradcam::app::Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..gradcam::app::Start::default()
    };
    let mut window = Window::sized(start, 1024.0, 640.0, egui::Theme::Dark);
    window.settle();
    for _ in 0..4 {
        window.key(Key::ArrowRight);
        window.settle();
        window.key(Key::P);
        window.harness.run_steps(30);
        window.settle();
    }
    let in_sight = |w: &Window, row: usize| {
        let name = format!("Grad-CAM, row {row}");
        w.harness.query_by_label(&name).is_some()
    };
    assert!(!in_sight(&window, 1) && in_sight(&window, 5));
    window.click("Restore, row 5");
    window.harness.run_steps(30);
    window.settle();
    assert!(in_sight(&window, 1) && !in_sight(&window, 5));

    // A view that is already pinned is only scrolled to.
    window.key(Key::P);
    window.harness.run_steps(30);
    assert!(in_sight(&window, 5));
    assert!(window.harness.query_by_label("Grad-CAM, row 6").is_none());
    // Choosing a class scrolls to the live row.
    window.key(Key::ArrowRight);
    window.harness.run_steps(30);
    window.settle();
    assert!(in_sight(&window, 1));

    // Another pin scrolls to itself, and a second model to its own row.
    window.key(Key::P);
    window.harness.run_steps(30);
    window.settle();
    assert!(!in_sight(&window, 2));
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::M);
    window.until("the second model", |w| in_sight(w, 2));
    window.settle();
    window.harness.run_steps(30);
    assert!(in_sight(&window, 2));
}

#[test]
fn says_what_became_of_a_pin_that_is_not_in_sight() {
    let mut window = Window::open();
    window.key(Key::F);
    window.key(Key::P);
    window.settle();
    // One panel fills the stage.
    window.harness.get_by_label_contains("press Esc");
    window.key(Key::Escape);
    window.settle();
    assert_eq!(captions(&window).len(), 2);
    window.key(Key::P);
    window.settle();
    window.harness.get_by_label("This view is already pinned");
    assert_eq!(captions(&window).len(), 2);
}
