//! A folder and two models: which images one has right and the other wrong.

use egui::Key;

use super::*;

/// Images of which SqueezeNet knows two and EfficientNet-Lite0 two others.
fn disputed() -> TempDir {
    filled(&[
        ("assets/cat_and_coffee.png", "coffee_mug/mug.png"),
        ("assets/china.jpg", "stupa/stupa.jpg"),
        ("assets/coffee.png", "espresso/espresso.png"),
        ("assets/rocket.jpg", "missile/rocket.jpg"),
        ("assets/chelsea_224.png", "tiger_cat/chelsea.png"),
        ("assets/flower.jpg", "flowers/flower.jpg"),
    ])
}

#[test]
fn shows_what_one_of_two_models_has_right_and_the_other_wrong() {
    let folder = disputed();
    let mut window = predicted(folder.path());
    until_status(&mut window, "2 mistakes of 5");
    window.click("Show");
    assert!(window.harness.query_by_label_contains(" right, ").is_none());
    window.key(Key::Escape);

    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.choose("Compare", "Open a second model… Ctrl+Shift+M");
    let first = "squeezenet1_1 right, efficientnet_lite0 wrong";
    let second = "efficientnet_lite0 right, squeezenet1_1 wrong";
    window.until("the second model's predictions", |w| {
        let described = |name| description(w, name).contains("efficientnet_lite0: ");
        let known = [
            "mug.png",
            "stupa.jpg",
            "espresso.png",
            "rocket.jpg",
            "chelsea.png",
        ];
        known.into_iter().all(described)
    });
    window.settle();
    until_status(&mut window, "2 mistakes of 5");
    let mug = description(&window, "mug.png");
    assert!(
        mug.contains("Egyptian cat") && mug.ends_with("wrong"),
        "{mug}"
    );

    window.choose("Show", &format!("{first}  (2)"));
    until_status(&mut window, "2 shown");
    assert_eq!(pictures(&window), ["mug.png", "stupa.jpg"]);
    window.choose("Show", &format!("{second}  (2)"));
    until_status(&mut window, "2 shown");
    assert_eq!(pictures(&window), ["rocket.jpg", "chelsea.png"]);
    window.run_command("squeezenet1_1 right");
    until_status(&mut window, "2 shown");
    assert_eq!(pictures(&window), ["mug.png", "stupa.jpg"]);

    // What both have right is in neither, and without the second model all images are shown again.
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::W);
    window.harness.run_steps(2);
    window.settle();
    window.until("all images", |w| pictures(w).len() == 6);
    assert!(!description(&window, "mug.png").contains("efficientnet_lite0"));
}

#[test]
fn two_models_cannot_be_compared_without_true_classes() {
    let folder = filled(&[
        ("assets/coffee.png", "a.png"),
        ("assets/rocket.jpg", "b.jpg"),
    ]);
    let mut window = predicted(folder.path());
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.choose("Compare", "Open a second model… Ctrl+Shift+M");
    window.until("the second model", |w| {
        w.harness
            .query_by_label("Same class in both models")
            .is_some()
    });
    window.settle();
    window.click("Show");
    assert!(window.harness.query_by_label_contains(" right, ").is_none());
}
