//! Comparing views: pins, two classes, two models, one scale.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::support::{Window, cat_and_coffee, file, squeezenet};

mod classes;
mod models;
mod pins;

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
