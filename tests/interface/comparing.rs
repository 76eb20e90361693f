//! Comparing views: pins, two classes, two models, one scale.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::support::{Window, cat_and_coffee, file, squeezenet};

/// The names of the visible images that start with `title`, from top to bottom.
fn pictures(window: &Window, title: &str) -> Vec<String> {
    window
        .harness
        .query_all_by_role(Role::Image)
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| label.starts_with(title))
        .collect()
}

fn captions(window: &Window) -> Vec<String> {
    pictures(window, "Grad-CAM, row")
        .iter()
        .map(|name| window.value(name))
        .collect()
}

fn search_class(window: &mut Window, text: &str) {
    window.click("Search classes");
    window
        .harness
        .get_by_label("Search classes")
        .type_text(text);
    window.harness.run_steps(2);
}

/// Clicks a class in the list while holding Shift.
fn shift_click(window: &mut Window, class: &str) {
    let row = window.row(Role::ListBoxOption, class);
    row.click_modifiers(Modifiers::SHIFT);
    window.harness.run_steps(2);
    window.settle();
}

/// The names of the panels of two classes in one row.
fn pair(window: &Window) -> Vec<String> {
    let maps = pictures(window, "Grad-CAM, ").into_iter();
    maps.chain(pictures(window, "Difference")).collect()
}

/// Shows two classes in a row each.
fn in_rows(window: &mut Window) {
    window.choose("Panels", "A row for each class");
    window.harness.key_press(Key::Escape);
    window.harness.run_steps(2);
}

#[test]
fn a_shift_click_shows_two_maps_and_their_difference_in_one_row() {
    let mut window = Window::open();
    let first = window.chosen_class().unwrap();
    let width = |w: &Window, name: &str| w.harness.get_by_label(name).rect().width();
    let alone = width(&window, "Original");
    search_class(&mut window, "espresso");
    shift_click(&mut window, "espresso");
    let (a, b) = (format!("Grad-CAM, A: {first}"), "Grad-CAM, B: espresso");
    let difference = "Difference of the maps";
    assert_eq!(pair(&window), [a.as_str(), b, difference]);
    // All are of one size, and the difference says what its colours are.
    let widths = [a.as_str(), b, difference].map(|name| width(&window, name));
    assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
    assert!(widths[0] > alone, "{widths:?}, {alone}");
    assert_eq!(window.value(difference), "orange A, violet B");
    window
        .harness
        .get_by_label_contains("Scale of the difference: −");

    // A channel that is looked at is not called the map of the class.
    window.click("Channels");
    window.until("the channels", |w| {
        w.harness.query_all_by_role(Role::ListItem).count() > 5
    });
    let channels = window.harness.query_all_by_role(Role::ListItem);
    let labels = channels.filter_map(|node| node.accesskit_node().label());
    let channel = labels.into_iter().next().unwrap();
    window.click_row(Role::ListItem, &channel);
    window.settle();
    let shown = format!("Grad-CAM, A: {}", channel.to_lowercase());
    let activation = format!("Activation of {} at features.12", channel.to_lowercase());
    assert_eq!(window.value(&shown), activation);
    window.click("Whole map");
    window.click("Classes");
    window.settle();
    assert_eq!(pair(&window)[0], a);

    // The photo alone may stand before them.
    window.choose("Panels", "The photo and both maps");
    window.harness.run_steps(2);
    assert_eq!(pictures(&window, "Original"), ["Original"]);
    window.click("Both maps in one row");
    window.harness.key_press(Key::Escape);
    window.harness.run_steps(2);
    assert!(pictures(&window, "Original").is_empty());

    // Its opacity is its own.
    let opacity = window.number("Difference");
    assert!((opacity - 0.85).abs() < 0.01, "{opacity}");

    window.key(Key::X);
    window.settle();
    assert_eq!(window.chosen_class().as_deref(), Some("espresso"));
    assert_eq!(pair(&window)[0], "Grad-CAM, A: espresso");

    window.click("Stop comparing");
    window.settle();
    assert!(pair(&window).is_empty());
    window.harness.get_by_label("Grad-CAM");
}

#[test]
fn panels_that_are_hidden_make_room_and_stay_hidden() {
    let mut window = Window::open();
    let width = |w: &Window, name: &str| w.harness.get_by_label(name).rect().width();
    window.choose("Panels", "Side by side");
    let before = width(&window, "Grad-CAM");
    window.click("Hidden");
    window.harness.run_steps(2);
    assert!(pictures(&window, "Original").is_empty());
    let three = width(&window, "Grad-CAM");
    assert!(three > 1.2 * before, "{three}, {before}");
    window.click("Heat maps alone");
    window.harness.key_press(Key::Escape);
    window.harness.run_steps(2);
    assert!(pictures(&window, "Guided").is_empty());
    assert!(width(&window, "Grad-CAM") > 1.5 * three);
}

#[test]
fn two_classes_may_have_a_row_each() {
    let mut window = Window::open();
    in_rows(&mut window);
    let first = window.chosen_class().unwrap();
    search_class(&mut window, "espresso");
    shift_click(&mut window, "espresso");
    let first_at = format!("{first} at features.12");
    let difference = format!("{first} versus espresso at features.12");
    assert_eq!(
        captions(&window),
        [first_at.as_str(), "espresso at features.12", &difference]
    );
    // The third row starts with the signed difference of the two maps above it.
    assert_eq!(
        pictures(&window, "Difference"),
        ["Difference of the maps, row 3"]
    );
    assert_eq!(pictures(&window, "Original").len(), 2);

    window.key(Key::X);
    window.settle();
    assert_eq!(window.chosen_class().as_deref(), Some("espresso"));
    assert_eq!(captions(&window)[1], first_at);

    window.click("Stop comparing, row 2");
    window.settle();
    assert!(captions(&window).is_empty());
    window.harness.get_by_label("Grad-CAM");
}

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
fn compares_the_true_class_with_the_prediction() {
    let mut window = Window::open();
    let answer = window.chosen_class().unwrap();
    search_class(&mut window, "espresso");
    window
        .row(Role::ListBoxOption, "espresso")
        .click_secondary();
    window.harness.run_steps(2);
    window.click("Set as true class");
    window.click("Clear search classes");
    window.settle();
    assert_eq!(window.chosen_class(), Some(answer.clone()));
    let maps = [
        format!("Grad-CAM, A: {answer}"),
        "Grad-CAM, B: espresso".to_owned(),
        "Difference of the maps".to_owned(),
    ];
    assert_eq!(pair(&window), maps);
    let row = window.row(Role::ListBoxOption, "espresso");
    let value = row.value().unwrap();
    assert!(value.ends_with("versus, true"), "{value}");
}

#[test]
fn compares_the_true_class_with_the_predictions_of_both_models() {
    // The window is high enough to show all rows.
    let start = gradcam::app::Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..gradcam::app::Start::default()
    };
    let mut window = Window::sized(start, 1440.0, 2400.0, egui::Theme::Dark);
    window.settle();
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.choose("Compare", "Open a second model… Ctrl+Shift+M");
    window.until("the second model", |w| captions(w).len() == 2);
    window.settle();
    search_class(&mut window, "tabby");
    window.row(Role::ListBoxOption, "tabby").click_secondary();
    window.harness.run_steps(2);
    window.click("Set as true class");
    window.settle();
    // A, B and their difference for each model.
    for row in 1..=2 {
        let b = format!("Grad-CAM, B: tabby, row {row}");
        window.harness.get_by_label(&b);
        window
            .harness
            .get_by_label(&format!("Difference of the maps, row {row}"));
    }
    assert_eq!(pictures(&window, "Grad-CAM, ").len(), 4);
}

#[test]
fn one_scale_for_all_rows_changes_the_legend_and_sends_no_requests() {
    let mut window = Window::open();
    search_class(&mut window, "espresso");
    shift_click(&mut window, "espresso");
    let legend = |w: &Window| {
        let node = w.harness.get_by_label_contains("Legend:");
        node.accesskit_node().label().unwrap()
    };
    let first = legend(&window);
    window.key(Key::X);
    window.settle();
    // Each map is on its own scale, so that the legend cannot name one end.
    assert_eq!(legend(&window), first);
    assert!(first.ends_with("own max"), "{first}");
    let sent = window.app().requests_sent();
    window.choose("Compare", "Shared scale for all rows");
    window.harness.key_press(Key::Escape);
    window.settle();
    let common = legend(&window);
    assert_eq!(window.app().requests_sent(), sent);
    // It ends at the larger of the two maps, whatever is computed besides them.
    let maxima = pictures(&window, "Grad-CAM, ").into_iter().map(|name| {
        let caption = window.value(&name);
        let (_, rest) = caption.split_once("max ").unwrap();
        rest.split(' ').next().unwrap().parse::<f32>().unwrap()
    });
    let largest = maxima.fold(0.0, f32::max);
    let (_, end) = common.rsplit_once(' ').unwrap();
    assert_eq!(end.parse::<f32>().unwrap(), largest, "{common}");
    window.key(Key::X);
    window.settle();
    assert_eq!(legend(&window), common);
    assert!(common != first);
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
fn a_figure_of_two_classes_labels_them_like_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.svg");
    let mut window = Window::open();
    shift_click(&mut window, "espresso");
    window.will_pick(&path);
    window.ctrl(Key::E);
    window.until("the file", |w| {
        w.harness.query_by_label_contains("Exported").is_some()
    });
    let written = std::fs::read_to_string(&path).unwrap();
    for name in [">A: ", ">B: espresso<", ">A − B<", " versus espresso<"] {
        assert!(written.contains(name), "{name}");
    }
}
