//! Two classes: their maps and the difference.

use super::*;

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
    // Both maps are of one size, the difference has the rest, and says what its colours are.
    let widths = [a.as_str(), b, difference].map(|name| width(&window, name));
    assert!(
        widths[0] == widths[1] && widths[0] > alone,
        "{widths:?}, {alone}"
    );
    assert!(widths[2] > 1.5 * widths[0], "{widths:?}");
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
    window.choose("Panels", "The photo before them");
    window.harness.run_steps(2);
    assert_eq!(pictures(&window, "Original"), ["Original"]);
    window.click("Both maps and the difference");
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
fn a_small_window_has_the_colours_of_both_maps_too() {
    let start = gradcam::app::Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..gradcam::app::Start::default()
    };
    let mut window = Window::sized(start, 1024.0, 640.0, egui::Theme::Dark);
    window.settle();
    shift_click(&mut window, "espresso");
    let legend = window.harness.get_by_label_contains("Legend:").rect();
    assert!(legend.width() > 30.0, "{legend}");
    let difference = window.harness.get_by_label("Difference of the maps").rect();
    // What the controls hold is all in the stage, below the pictures.
    let overlay = window.harness.get_by_label("Overlay").rect();
    assert!(legend.top() > difference.bottom());
    let list = window.row(Role::ListBoxOption, "espresso").rect();
    assert!(overlay.right() < list.left(), "{overlay}, {list}");
}
