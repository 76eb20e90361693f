//! All layers at once: the strip of small maps, fused layers, and the channels of one layer.

use egui::Modifiers;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::support::{Window, cat_and_coffee, file};

fn tiles(window: &Window) -> Vec<String> {
    window
        .harness
        .query_all_by_role(Role::RadioButton)
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| label.starts_with("Map of "))
        .collect()
}

fn with_maps() -> Window {
    let mut window = Window::open();
    window.until("the strip's maps", |w| {
        w.value("Map of features.12") != "maximum "
    });
    window
}

#[test]
fn the_strip_follows_the_network_and_a_click_shows_a_layer_at_once() {
    let mut window = with_maps();
    assert!(tiles(&window).len() >= 10, "{:?}", tiles(&window));
    window.until("all maps", |w| w.app().engine_rests());
    let sent = window.app().requests_sent();
    window.click("Map of features.7");
    // Within the frame of the click and the next one, whatever the worker does.
    assert_eq!(window.app().requests_sent(), sent);
    let class = window.chosen_class().unwrap();
    assert_eq!(window.value("Grad-CAM"), format!("{class} at features.7"));
    assert_eq!(
        window.value("Guided Grad-CAM"),
        "guided backprop × heat map"
    );
    assert!(window.app().is_settled());
}

#[test]
fn a_tile_expands_into_the_layers_inside_it() {
    let mut window = with_maps();
    let before = tiles(&window).len();
    window.click("Open the maps inside features.3");
    let inside: Vec<String> = tiles(&window)
        .into_iter()
        .filter(|tile| tile.starts_with("Map of features.3."))
        .collect();
    assert!(inside.len() > 2, "{inside:?}");
    window.click("Close the maps inside features.3");
    assert_eq!(tiles(&window).len(), before);
}

#[test]
fn fuses_several_layers_and_separates_them_again() {
    let mut window = with_maps();
    let tile = window.harness.get_by_label("Map of features.10");
    tile.click_modifiers(Modifiers::COMMAND);
    window.harness.run_steps(2);
    window.settle();
    let class = window.chosen_class().unwrap();
    assert_eq!(
        window.value("Grad-CAM"),
        format!("{class} at features.10 + features.12")
    );
    let tile = window.harness.get_by_label("Map of features.12");
    tile.click_modifiers(Modifiers::COMMAND);
    window.harness.run_steps(2);
    window.settle();
    assert_eq!(window.value("Grad-CAM"), format!("{class} at features.10"));
}

#[test]
fn a_deep_network_has_a_tile_for_each_block() {
    let start = gradcam::app::Start {
        image: Some(cat_and_coffee()),
        model: Some(file("models/efficientnet_lite0.pt2")),
        ..gradcam::app::Start::default()
    };
    let mut window = Window::sized(start, 2560.0, 1440.0, egui::Theme::Dark);
    window.settle();
    let tiles = tiles(&window);
    assert!((10..=32).contains(&tiles.len()), "{tiles:?}");
    assert!(tiles.contains(&"Map of blocks.3.1".to_owned()), "{tiles:?}");
}

#[test]
fn lists_shows_and_ticks_the_channels_of_a_map() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    window.click("Channels");
    window.until("the channels", |w| {
        w.harness.query_all_by_role(Role::ListItem).count() > 5
    });
    window.settle();
    let names = |w: &Window| -> Vec<String> {
        let rows = w.harness.query_all_by_role(Role::ListItem);
        rows.filter_map(|node| node.accesskit_node().label())
            .collect()
    };
    let weight = |w: &Window, name: &str| -> f32 {
        let value = w
            .harness
            .get_by_role_and_label(Role::ListItem, name)
            .value();
        let text = value.unwrap();
        let number = text
            .trim_start_matches("weight ")
            .split(',')
            .next()
            .unwrap();
        number.replace('−', "-").parse().unwrap()
    };
    let in_all = |window: &Window, name: &str| -> f32 {
        let row = window.harness.get_by_role_and_label(Role::ListItem, name);
        let value = row.value().unwrap();
        let (_, sum) = value.split_once("in all Σ ").unwrap();
        sum.trim_end_matches(" %").parse().unwrap()
    };
    // The largest shares come first. Every row says how much of the map it and those above it make.
    let sums: Vec<f32> = names(&window)
        .iter()
        .map(|row| in_all(&window, row))
        .collect();
    assert!(sums.windows(2).all(|pair| pair[1] > pair[0]), "{sums:?}");
    let steps: Vec<f32> = sums.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        steps.windows(2).all(|pair| pair[1] < pair[0] + 0.15),
        "{sums:?}"
    );

    window.click("Sort by weight α");
    window.harness.run_steps(2);
    let rows = names(&window);
    let weights: Vec<f32> = rows.iter().map(|row| weight(&window, row)).collect();
    assert!(
        weights.windows(2).all(|pair| pair[0] >= pair[1]),
        "{weights:?}"
    );
    assert!(weights[0] > 0.0);

    // The rows are adjacent, without gaps.
    let places: Vec<egui::Rect> = rows
        .iter()
        .map(|row| window.row(Role::ListItem, row).rect())
        .collect();
    assert!(
        places.windows(2).all(|p| p[0].bottom() == p[1].top()),
        "{places:?}"
    );

    let first = rows[0].clone();
    window.click_row(Role::ListItem, &first);
    window.settle();
    let number = first.trim_start_matches("Channel ");
    assert_eq!(
        window.value("Grad-CAM"),
        format!("Activation of channel {number} at features.12")
    );
    window.click(&format!("{first} in the map"));
    window.settle();
    assert_eq!(
        window.value("Grad-CAM"),
        format!("1 of the channels: {class} at features.12")
    );
    window.click("Whole map");
    window.settle();
    assert_eq!(window.value("Grad-CAM"), format!("{class} at features.12"));

    window.click("Against");
    let last = window
        .harness
        .query_all_by_role(Role::ListItem)
        .find_map(|node| node.accesskit_node().label())
        .unwrap();
    assert!(weight(&window, &last) < 0.0);

    // Another layer has other channels.
    window.click_layer("features.10");
    window.settle();
    window
        .harness
        .get_by_label_contains("channels at features.10.");
}

#[test]
fn the_head_of_a_row_names_the_channel_that_is_shown() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    window.key(egui::Key::P);
    window.click("Channels");
    window.until("the channels", |w| {
        w.harness.query_all_by_role(Role::ListItem).count() > 5
    });
    window.settle();
    let whole = format!("{class}  ·  features.12  ·  squeezenet1_1");
    let maximum = window.value(&whole);
    assert!(maximum.contains("max "), "{maximum}");
    let pinned = window.value(&format!("{whole}  ·  pinned"));
    let channel = window
        .harness
        .query_all_by_role(Role::ListItem)
        .find_map(|node| node.accesskit_node().label())
        .unwrap();
    window.click_row(Role::ListItem, &channel);
    window.settle();
    let channel = channel.to_lowercase();
    let head = format!("{class}  ·  {channel}  ·  features.12  ·  squeezenet1_1");
    let of_channel = window.value(&head);
    assert!(of_channel.contains("max "), "{of_channel}");
    assert_ne!(of_channel, maximum);
    // A pin still shows its whole map.
    assert_eq!(window.value(&format!("{whole}  ·  pinned")), pinned);
}

#[test]
fn the_chosen_tile_stays_in_view_for_a_photo_of_another_shape() {
    let start = gradcam::app::Start {
        image: Some(cat_and_coffee()),
        model: Some(file("models/squeezenet1_1.pt2")),
        ..gradcam::app::Start::default()
    };
    let mut window = Window::sized(start, 1024.0, 640.0, egui::Theme::Dark);
    window.settle();
    // In a low window the strip is folded until it is wanted.
    window.click("Show maps");
    window.harness.run_steps(4);
    let chosen = "Map of features.12";
    window.harness.get_by_label(chosen);
    window.drop_file(file("assets/rocket.jpg"));
    window.until("the wide photo", |w| w.value("Original") == "rocket.jpg");
    window.settle();
    window.harness.run_steps(30);
    let stage = window.harness.get_by_label("Shared scale").rect();
    let tile = window.harness.get_by_label(chosen).rect();
    assert!(tile.right() <= stage.right() + 1.0, "{tile} beside {stage}");
}
