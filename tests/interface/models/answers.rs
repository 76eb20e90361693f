//! Models whose answer is not a row of logits for one class each, or that have several outputs.

use egui::accesskit::Role;
use egui::{Key, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::Start;
use tempfile::TempDir;

use crate::support::{Window, cat_and_coffee, unpacked};

/// The fixtures of `tests/answers/answers.py`.
fn fixtures() -> TempDir {
    unpacked("tests/answers/answers.zip.gz")
}

/// A window of this size with the photo and the fixture of this name, and with the pane of the model closed.
fn open(folder: &TempDir, name: &str, width: f32, height: f32) -> Window {
    let start = Start {
        image: Some(cat_and_coffee()),
        model: Some(folder.path().join(name)),
        ..Start::default()
    };
    let mut window = Window::sized(start, width, height, Theme::Light);
    window.settle();
    window
}

fn open_pane(window: &mut Window) {
    window.ctrl(Key::I);
    window.harness.run_steps(2);
}

/// The names and the values of the list of classes.
fn rows(window: &Window) -> Vec<(String, String)> {
    let rows = window.harness.query_all_by_role(Role::ListBoxOption);
    rows.map(|row| {
        let row = row.accesskit_node();
        (
            row.label().unwrap_or_default(),
            row.value().unwrap_or_default(),
        )
    })
    .collect()
}

#[track_caller]
fn choose(window: &mut Window, list: &str, line: &str) {
    window.click_row(Role::ComboBox, list);
    window.click(line);
    window.harness.run_steps(2);
}

#[test]
fn another_output_is_explained_when_it_is_chosen() {
    let folder = fixtures();
    let mut window = open(&folder, "aux_logits.pt2", 1440.0, 1100.0);
    assert_eq!(rows(&window).len(), 5);
    open_pane(&mut window);
    choose(&mut window, "Output", "aux (3)");
    window.settle();
    assert_eq!(rows(&window).len(), 3);
    window.harness.get_by_label("aux_logits (aux)");
    let chosen = window.chosen_class().unwrap();
    window
        .harness
        .get_by_label_contains(&format!("{chosen} at conv"));

    window.click("As opened");
    window.settle();
    assert_eq!(rows(&window).len(), 5);
}

#[test]
fn numbers_are_shown_without_probabilities() {
    let folder = fixtures();
    let mut window = open(&folder, "logits.pt2", 1440.0, 900.0);
    let before = rows(&window);
    assert!(before.iter().all(|(_, value)| value.contains('%')));
    open_pane(&mut window);
    window.click("Numbers");
    window.settle();
    let now = rows(&window);
    let unlike = |(_, value): &(String, String)| value.contains('%') || value.contains("logit");
    assert!(!now.iter().any(unlike), "{now:?}");
    let names =
        |rows: &[(String, String)]| rows.iter().map(|row| row.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&now), names(&before));
}

#[test]
fn a_single_value_is_read_as_a_number_in_two_directions() {
    let folder = fixtures();
    let mut window = open(&folder, "one_logit.pt2", 1440.0, 900.0);
    open_pane(&mut window);
    window.harness.get_by_label("none: yes and no");
    window.click("A number");
    window.settle();
    let [raises, lowers] = &rows(&window)[..] else {
        panic!("{:?}", rows(&window));
    };
    assert_eq!(raises.0, "what raises it");
    assert_eq!(lowers.0, "what lowers it");
    assert_eq!(raises.1, lowers.1);
    assert!(raises.1.parse::<f64>().is_ok() || raises.1.starts_with('−'));
    window.harness.get_by_label("a number");
    assert!(window.harness.query_by_label("Edit class names…").is_none());

    window.click_class("what lowers it");
    window.settle();
    window
        .harness
        .get_by_label_contains("what lowers it at conv");
}

#[test]
fn the_comparison_of_preprocessings_shows_numbers_as_numbers() {
    let folder = fixtures();
    let mut window = open(&folder, "one_tanh.pt2", 1440.0, 900.0);
    open_pane(&mut window);
    window.click("Which fits?");
    window.until("the comparison", |w| {
        w.harness.query_by_label("As it is now").is_some()
    });
    window.harness.get_by_label("Value");
    for absent in ["Probability", "Logit", "Top class"] {
        assert!(window.harness.query_by_label(absent).is_none(), "{absent}");
    }
    let percents = window.harness.query_all_by_label_contains(" %");
    let percents = percents.filter(|node| node.accesskit_node().role() == Role::Label);
    let percents: Vec<_> = percents
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| label.ends_with(" %"))
        .collect();
    assert!(percents.is_empty(), "{percents:?}");
}

#[test]
fn the_pane_of_the_model_fits_beside_the_panels_in_a_small_window() {
    let folder = fixtures();
    let mut window = open(&folder, "aux_logits.pt2", 1024.0, 640.0);
    let left = |window: &Window| window.harness.get_by_label("Grad-CAM").rect().left();
    let before = left(&window);
    open_pane(&mut window);
    window.harness.run_steps(4);
    assert_eq!(left(&window), before, "the panels stay where they are");
    let original = window.harness.get_by_label("Original").rect().left();
    for (role, name) in [
        (Role::ComboBox, "Output"),
        (Role::ComboBox, "Resize mode"),
        (Role::Button, "Numbers"),
        (Role::SpinButton, "Height in pixels"),
        (Role::SpinButton, "Std of blue"),
    ] {
        let right = window.row(role, name).rect().right();
        assert!(right < original, "{name} ends at {right}");
    }
}

#[test]
fn the_fit_is_not_called_a_crop_for_a_model_that_stretches() {
    let folder = fixtures();
    let mut window = open(&folder, "logits.pt2", 1440.0, 900.0);
    let fit = |window: &Window| {
        let list = window.row(Role::ComboBox, "Resize");
        list.value().unwrap_or_default()
    };
    assert_eq!(fit(&window), "Center crop");
    open_pane(&mut window);
    choose(&mut window, "Resize mode", "Stretch");
    window.settle();
    assert_eq!(fit(&window), "As the model");
}

#[test]
fn few_classes_have_a_chart_in_the_room_below_their_list() {
    let folder = fixtures();
    let mut window = open(&folder, "softmax.pt2", 1440.0, 900.0);
    let listed = rows(&window);
    let bars = |window: &Window| -> Vec<(String, String)> {
        let found = window.harness.query_all_by_label_contains("Bar of ");
        let bars = found.map(|bar| {
            let node = bar.accesskit_node();
            let name = node.label().unwrap_or_default();
            (name.replacen("Bar of ", "", 1), node.value().unwrap())
        });
        bars.collect()
    };
    let shown = bars(&window);
    assert_eq!(shown.len(), listed.len());
    // In the order of the classes, with the values of the list.
    for (name, value) in &shown {
        let row = listed.iter().find(|(listed, _)| listed == name);
        assert!(
            row.unwrap().1.starts_with(value),
            "{name}: {value}, {row:?}"
        );
    }
    let last = &listed.last().unwrap().0;
    window.click(&format!("Bar of {last}"));
    window.settle();
    assert_eq!(window.chosen_class().as_ref(), Some(last));
    assert_eq!(
        bars(&window).iter().map(|bar| &bar.0).collect::<Vec<_>>(),
        shown.iter().map(|bar| &bar.0).collect::<Vec<_>>()
    );
    window.harness.check_accessibility();
    // Numbers that are no probabilities have none.
    let window = open(&folder, "coordinates.pt2", 1440.0, 900.0);
    assert_eq!(bars(&window), []);
}
