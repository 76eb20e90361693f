//! Choosing classes, layers, scores and rules, with the mouse and with the keys.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::support::{Window, file, squeezenet};

#[test]
fn a_click_on_a_class_changes_the_pictures() {
    let mut window = Window::open();
    let sent = window.app().requests_sent();
    window.click("Search classes");
    window
        .harness
        .get_by_label("Search classes")
        .type_text("espresso");
    window.harness.run_steps(2);
    window.click_class("espresso");
    window.settle();
    assert_eq!(window.chosen_class().as_deref(), Some("espresso"));
    assert_eq!(window.app().requests_sent(), sent + 1);
    window
        .harness
        .get_by_label_contains("espresso at features.12");
}

#[test]
fn stale_panels_stay_marked_until_they_are_updated() {
    let mut window = Window::open();
    assert_eq!(window.value("Original"), "cat_and_coffee.png");
    window.row(Role::ListBoxOption, "espresso").click();
    window.harness.step();
    assert_eq!(window.value("Original"), "cat_and_coffee.png");
    for panel in ["Grad-CAM", "Guided backprop", "Guided Grad-CAM"] {
        assert_eq!(window.value(panel), "updating");
    }
    window.settle();
    assert_eq!(window.value("Grad-CAM"), "espresso at features.12");
    assert_eq!(window.value("Guided backprop"), "Guided at 26 of 26 ReLUs");
}

#[test]
fn shows_a_class_or_layer_seen_before_at_once() {
    let mut window = Window::open();
    let first = window.chosen_class().unwrap();
    window.key(Key::ArrowRight);
    window.settle();
    assert_ne!(window.chosen_class().unwrap(), first);
    let sent = window.app().requests_sent();
    window.key(Key::ArrowLeft);
    window.settle();
    assert_eq!(window.chosen_class().unwrap(), first);
    assert_eq!(window.app().requests_sent(), sent);
}

#[test]
fn the_search_finds_classes_by_name_and_number() {
    let mut window = Window::open();
    let rows = |w: &Window| w.harness.query_all_by_role(Role::ListBoxOption).count();
    assert_eq!(rows(&window), 10);
    window.ctrl(Key::F);
    window
        .harness
        .get_by_label("Search classes")
        .type_text("lynx");
    window.harness.run_steps(3);
    assert_eq!(rows(&window), 1);
    window.click("Clear search classes");
    window.ctrl(Key::F);
    window
        .harness
        .get_by_label("Search classes")
        .type_text("967");
    window.harness.run_steps(3);
    window.row(Role::ListBoxOption, "espresso");
}

#[test]
fn enter_in_the_search_chooses_the_class_with_exactly_that_name() {
    let mut window = Window::open();
    window.ctrl(Key::F);
    window
        .harness
        .get_by_label("Search classes")
        .type_text("Tiger");
    window.harness.run_steps(3);
    let rows = window.harness.query_all_by_role(Role::ListBoxOption);
    assert!(rows.count() > 1);
    window.harness.key_press(Key::Enter);
    window.harness.run_steps(3);
    window.settle();
    assert_eq!(window.chosen_class().as_deref(), Some("tiger"));
}

#[test]
fn the_number_of_classes_shown_can_be_set() {
    let mut window = Window::open();
    window.click("Number of classes shown");
    window
        .harness
        .key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window
        .harness
        .get_by_label("Number of classes shown")
        .type_text("3");
    window.harness.key_press(Key::Enter);
    window.harness.run_steps(3);
    assert_eq!(
        window
            .harness
            .query_all_by_role(Role::ListBoxOption)
            .count(),
        3
    );
}

#[test]
fn keys_step_through_layers_and_classes_but_not_while_typing() {
    let mut window = Window::open();
    window.key(Key::ArrowUp);
    window.settle();
    let above = window.chosen_layer().unwrap();
    assert_ne!(above, "features.12");
    window.key(Key::ArrowDown);
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.12"));

    let class = window.chosen_class().unwrap();
    window.ctrl(Key::L);
    window
        .harness
        .get_by_label("Filter layers")
        .type_text("features.1");
    for key in [
        Key::ArrowRight,
        Key::ArrowLeft,
        Key::ArrowUp,
        Key::ArrowDown,
    ] {
        window.key(key);
    }
    window.settle();
    assert_eq!(window.chosen_class().unwrap(), class);
    assert_eq!(window.chosen_layer().as_deref(), Some("features.12"));
}

#[test]
fn a_row_without_a_map_cannot_be_chosen_and_explains_why() {
    let mut window = Window::open();
    window.click("Filter layers");
    window
        .harness
        .get_by_label("Filter layers")
        .type_text("classifier");
    window.harness.run_steps(3);
    let rows = window.harness.query_all_by_role(Role::TreeItem);
    let row = rows
        .into_iter()
        .find(|row| row.accesskit_node().is_disabled());
    let path = row
        .expect("a row without a map")
        .accesskit_node()
        .label()
        .unwrap();
    window.row(Role::TreeItem, &path).hover();
    window.until("the reason", |w| {
        let mut texts = w.harness.query_all_by_label_contains("no position to show");
        texts.next().is_some()
    });
    let chosen = window.chosen_layer();
    window.click_layer(&path);
    assert_eq!(window.chosen_layer(), chosen);
}

#[test]
fn branches_collapse_and_expand() {
    let mut window = Window::open();
    let rows = |w: &Window| w.harness.query_all_by_role(Role::TreeItem).count();
    let closed = rows(&window);
    window.click("Expand features.12");
    let open = rows(&window);
    assert!(open > closed, "{open} rows after {closed}");
    window.click("Collapse features.12");
    assert_eq!(rows(&window), closed);
    window.click("Collapse features");
    assert!(rows(&window) < closed);
}

#[test]
fn the_menu_offers_other_scores() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    window.choose("Target", "Counterfactual");
    window.settle();
    window
        .harness
        .get_by_label_contains(&format!("against {class}"));

    window.choose("Target", "Versus another class…");
    window.harness.get_by_label_contains("versus …");
    window.click("Search classes");
    window
        .harness
        .get_by_label("Search classes")
        .type_text("espresso");
    window.harness.run_steps(2);
    window.click_class("espresso");
    window.settle();
    window
        .harness
        .get_by_label(&format!("Grad-CAM, A: {class}"));
    window.harness.get_by_label("Grad-CAM, B: espresso");
}

#[test]
fn panel_titles_follow_the_rule() {
    let mut window = Window::open();
    window.harness.get_by_label("Guided Grad-CAM");
    window.choose("Backprop rule", "Deconvnet");
    window.settle();
    window.harness.get_by_label("Deconvnet × Grad-CAM");
}

#[test]
fn escape_leaves_lists_and_panels_consistent() {
    let mut window = Window::open();
    for class in 1..4 {
        window.harness.key_press(Key::ArrowRight);
        window.harness.key_press(Key::Escape);
        // Whenever Escape was pressed, the window settles with every panel current except the
        // cancelled ones, and a click on the same class completes them.
        let chosen = window.chosen_class().unwrap();
        window.click_class(&chosen);
        window.settle();
        assert_eq!(
            window.chosen_class().unwrap(),
            chosen,
            "after {class} rounds"
        );
    }
}

/// Cancels a new request in the same frame in which it was sent.
fn stop_at_once(window: &mut Window, ask: impl Fn(&mut Window)) {
    for pause in [200, 500, 2000] {
        let sent = window.app().requests_sent();
        ask(window);
        // Wait until decoding has finished; the next frame takes the result in.
        std::thread::sleep(std::time::Duration::from_millis(pause));
        window.harness.key_press(Key::Escape);
        window.harness.step();
        if window.app().requests_sent() > sent {
            window.harness.run_steps(4);
            return;
        }
    }
    panic!("nothing was requested");
}

#[test]
fn cancelling_on_a_new_photo_removes_the_classes_of_the_old_one() {
    let mut window = Window::open();
    stop_at_once(&mut window, |w| w.drop_file(file("assets/chelsea.png")));
    let rows = window.harness.query_all_by_role(Role::ListBoxOption);
    assert_eq!(rows.count(), 0);
    window.until("the picture itself", |w| {
        w.value("Original") == "chelsea.png"
    });

    window.click("Recompute");
    window.settle();
    let chosen = window.chosen_class().unwrap();
    assert!(chosen.contains("cat"), "{chosen}");
}

#[test]
fn cancelled_panels_say_so_and_offer_to_compute_again() {
    let mut window = Window::open();
    let words = "Not computed. Click to recompute.";
    let plates = |w: &Window| w.harness.query_all_by_label(words).count();
    // Nothing is known about a new photo, so there are no earlier results to go back to.
    stop_at_once(&mut window, |w| w.drop_file(file("assets/chelsea.png")));
    window.until("the words on the panels", |w| plates(w) > 0);
    let plate = window.harness.query_all_by_label(words).next().unwrap();
    plate.click();
    window.harness.run_steps(2);
    window.settle();
    assert_eq!(plates(&window), 0);
}

#[test]
fn empty_panels_say_so_when_the_first_photo_is_cancelled() {
    let start = gradcam::app::Start {
        model: Some(squeezenet()),
        ..gradcam::app::Start::default()
    };
    let mut window = Window::new(start);
    window.until("the model", |w| w.chosen_layer().is_some());
    stop_at_once(&mut window, |w| w.drop_file(file("assets/chelsea.png")));
    let words = "Not computed. Click to recompute.";
    window.until("the words in three panels", |w| {
        w.harness.query_all_by_label(words).count() == 3
    });
    window.click("Recompute");
    window.settle();
    assert_eq!(window.harness.query_all_by_label(words).count(), 0);
}
