//! Two models.

use super::*;

#[test]
fn a_second_model_has_its_own_tree_and_classes() {
    let mut window = Window::open();
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.choose("Compare", "Open a second model… Ctrl+Shift+M");
    window.until("the second model", |w| captions(w).len() == 2);
    window.settle();
    let captions_of_both = captions(&window);
    assert!(captions_of_both[0].ends_with("features.12"));
    assert!(captions_of_both[1].ends_with("bn2"));
    assert_eq!(window.chosen_layer().as_deref(), Some("bn2"));

    // Both are asked about the same class, and the list has the probabilities of both.
    let class = |caption: &str| caption.split_once(" at ").unwrap().0.to_owned();
    let classes = |w: &Window| -> Vec<String> { captions(w).iter().map(|c| class(c)).collect() };
    let first = classes(&window);
    assert_eq!(first[0], first[1]);
    let value = window.row(Role::ListBoxOption, &first[0]).value().unwrap();
    assert!(value.ends_with("% by squeezenet1_1"), "{value}");
    window.click_class("espresso");
    window.settle();
    assert_eq!(classes(&window), ["espresso", "espresso"]);

    // Without the link, a class is chosen for the active model alone; with it again, both follow.
    window.click("Same class in both models");
    window.click_class(&first[0]);
    window.settle();
    assert_eq!(classes(&window), ["espresso", &first[0]]);
    window.click("Same class in both models");
    window.settle();
    assert_eq!(classes(&window), [first[0].as_str(), &first[0]]);

    window.click("squeezenet1_1");
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.12"));

    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::W);
    window.harness.run_steps(2);
    window.settle();
    assert!(captions(&window).is_empty());
}

#[test]
fn a_model_that_fails_to_open_leaves_the_other_open() {
    let mut window = Window::open();
    window.will_pick(file("assets/coffee.png"));
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::M);
    window.until("the message", |w| !w.app().notices().is_empty());
    assert!(window.app().notices()[0].contains("coffee.png"));
    window.click("Dismiss");
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.12"));
    window.key(Key::ArrowRight);
    window.settle();
}

#[test]
fn the_maps_of_two_models_are_large_side_by_side() {
    let mut window = Window::open();
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.choose("Compare", "Open a second model… Ctrl+Shift+M");
    window.until("the second model", |w| captions(w).len() == 2);
    window.settle();
    let rect = |w: &Window, row: usize| {
        let name = format!("Grad-CAM, row {row}");
        w.row(Role::Image, &name).rect()
    };
    let [first, second] = [rect(&window, 1), rect(&window, 2)];
    assert_eq!(first.size(), second.size());
    assert_eq!(first.top(), second.top());
    assert!(first.right() < second.left());
    assert!(first.width() > 0.2 * 1440.0, "{first}");
    // Rows with columns that are compared straight down may be chosen.
    window.choose("Panels", "Side by side");
    window.harness.key_press(Key::Escape);
    window.harness.run_steps(2);
    let [above, below] = [rect(&window, 1), rect(&window, 2)];
    assert_eq!(above.left(), below.left());
    assert!(above.bottom() < below.top() && above.width() < first.width());
}
