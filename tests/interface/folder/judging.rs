//! What is predicted for the images, and what of it is a mistake.

use std::cell::Cell;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::*;

#[test]
fn a_folder_per_class_shows_predictions_true_classes_and_mistakes() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 3");
    assert_eq!(
        pictures(&window),
        ["coffee.png", "rocket.jpg", "chelsea.png"]
    );
    let coffee = description(&window, "coffee.png");
    assert!(
        coffee.starts_with("espresso, ") && coffee.ends_with("right"),
        "{coffee}"
    );
    let rocket = description(&window, "rocket.jpg");
    assert!(rocket.starts_with("pole, "), "{rocket}");
    assert!(
        rocket.contains("mistake: the true class missile"),
        "{rocket}"
    );
    assert_eq!(window.value("Original"), "coffee.png");
}

#[test]
fn a_mistake_is_shown_as_predicted_versus_true() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    click_picture(&mut window, "rocket.jpg");
    until_open(&mut window, "rocket.jpg");
    assert_eq!(window.chosen_class().as_deref(), Some("pole"));
    let missile = window.row(Role::ListBoxOption, "missile").value();
    assert!(missile.is_some_and(|value| value.ends_with("true")));
    window.harness.get_by_label_contains("Stop comparing");

    // A correct prediction is not compared.
    window.key(Key::PageUp);
    until_open(&mut window, "coffee.png");
    assert!(
        window
            .harness
            .query_by_label_contains("Stop comparing")
            .is_none()
    );
}

#[test]
fn rows_stay_when_stepping_from_mistake_to_mistake() {
    let folder = filled(&[
        ("assets/rocket.jpg", "missile/1.jpg"),
        ("assets/rocket.jpg", "missile/2.jpg"),
        ("assets/coffee.png", "967/3.png"),
    ]);
    let mut window = predicted(folder.path());
    let rows = |w: &Window| {
        let is_shown = |label: &str| w.harness.query_by_label(label).is_some();
        let labels = [
            "Grad-CAM, A: pole",
            "Grad-CAM, B: missile",
            "Difference of the maps",
        ];
        labels.into_iter().filter(|label| is_shown(label)).count()
    };
    click_picture(&mut window, "1.jpg");
    until_open(&mut window, "1.jpg");
    assert_eq!(rows(&window), 3);
    window.key(Key::PageDown);
    let missed = Cell::new(0);
    window.until("the second", |w| {
        missed.set(missed.get() + usize::from(rows(w) != 3));
        shown_picture(w).as_deref() == Some("2.jpg") && w.app().is_settled()
    });
    assert_eq!(missed.get(), 0, "frames in which rows were missing");
    // A correct prediction is not compared.
    click_picture(&mut window, "3.png");
    until_open(&mut window, "3.png");
    assert_eq!(rows(&window), 0);
    assert_eq!(window.value("Original"), "3.png");
}

#[test]
fn the_true_class_can_be_set_by_hand() {
    let folder = filled(&[
        ("assets/coffee.png", "a.png"),
        ("assets/rocket.jpg", "b.jpg"),
    ]);
    let mut window = predicted(folder.path());
    assert!(!status_text(&window).contains("mistake"));
    window.row(Role::ListBoxOption, "cup").click_secondary();
    window.harness.run_steps(2);
    window.click("Set as true class");
    window.settle();
    until_status(&mut window, "1 mistake of 1");
    assert!(description(&window, "a.png").contains("mistake: the true class cup"));
    window.harness.get_by_label_contains("Stop comparing");

    // It is still known on returning to the image, and can be unset.
    window.key(Key::PageDown);
    until_open(&mut window, "b.jpg");
    window.key(Key::PageUp);
    until_open(&mut window, "a.png");
    window.row(Role::ListBoxOption, "cup").click_secondary();
    window.harness.run_steps(2);
    window.click("Unset the true class");
    window.settle();
    assert!(!status_text(&window).contains("mistake"));
}

#[test]
fn class_names_keep_their_capitalisation() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 3");
    window.row(Role::RadioButton, "rocket.jpg").hover();
    window.until("what is known", |w| {
        let mut description = w.harness.query_all_by_label_contains("Mistake: the true");
        description.next().is_some()
    });
    window.harness.get_by_label_contains("pole, ");
    assert!(window.harness.query_by_label_contains("Pole, ").is_none());
}

#[test]
fn predicting_can_be_stopped_and_resumed_and_delays_no_click() {
    let folder = many(80);
    let mut window = opened(folder.path(), Some(squeezenet()));
    window.until("some predictions", |w| {
        status_text(w).contains(" of 80 predicted")
    });
    window.until("the panels", |w| {
        w.chosen_class().is_some() && w.app().is_settled()
    });
    // A click is handled while the folder is still waiting.
    window.key(Key::ArrowRight);
    window.until("the next class", |w| w.app().is_settled());
    assert!(
        status_text(&window).contains(" of 80 predicted"),
        "{}",
        status_text(&window)
    );
    let button = |w: &Window| w.harness.get_by_label("Stop").rect();
    let before = button(&window);
    window.until("the rate", |w| status_text(w).contains("images/s"));
    assert_eq!(button(&window), before, "the button must not move");
    window.click("Stop");
    window.harness.run_steps(20);
    let stopped = status_text(&window);
    assert!(!stopped.contains("images/s"), "{stopped}");
    window.harness.run_steps(20);
    assert_eq!(status_text(&window), stopped);
    assert_eq!(window.app().notices(), Vec::<String>::new());

    window.click("Predict all");
    until_status(&mut window, "80 images");
    let last = {
        window.key(Key::End);
        until_open(&mut window, "80.png");
        description(&window, "80.png")
    };
    assert_eq!(last, description(&window, "79.png"));
}

#[test]
fn another_model_predicts_the_folder_again() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    let before = description(&window, "chelsea.png");
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.ctrl(Key::M);
    window.until("another prediction", |w| {
        let now = description(w, "chelsea.png");
        now != before && now.contains('%')
    });
    until_status(&mut window, "3 images");
    window.settle();
}

#[test]
fn a_finished_folder_causes_no_repaints() {
    let folder = three_classes();
    let mut window = predicted(folder.path());
    window.harness.run_steps(30);
    let causes = window.harness.ctx.repaint_causes();
    assert!(
        !window.harness.ctx.has_requested_repaint(),
        "drawn again because of {causes:?}"
    );
}
