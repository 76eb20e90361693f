//! The facts about the model, and changes to its usage.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use gradcam::app::Start;

use crate::support::{Window, cat_and_coffee, file};

fn logit(window: &Window, class: &str) -> String {
    let row = window.row(Role::ListBoxOption, class);
    row.accesskit_node().value().unwrap_or_default()
}

#[test]
fn shows_facts_about_the_model_and_the_chosen_layer() {
    let mut window = Window::open();
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    for fact in [
        "PyTorch export (.pt2), schema 8.20",
        "1,235,496",
        "3 × 224 × 224",
        "in the file",
        "512 × 13 × 13",
    ] {
        window.harness.get_by_label(fact);
    }
    window.harness.get_by_label_contains("squeezenet.py, line ");
    // Stepping to another layer updates its facts.
    window.key(Key::ArrowUp);
    window.settle();
    assert!(window.harness.query_by_label("512 × 13 × 13").is_none());
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.row(Role::TreeItem, "features.12");
}

#[test]
fn another_channel_order_changes_the_prediction_but_not_pins() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    let before = logit(&window, &class);
    window.key(Key::P);
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    assert!(window.harness.query_by_label("As opened").is_none());

    window.click("BGR");
    window.settle();
    let swapped = logit(&window, &class);
    assert_ne!(swapped, before);
    assert_eq!(
        window.chosen_class(),
        Some(class.clone()),
        "it stays chosen"
    );
    assert!(window.app().notices().is_empty());

    window.click("As opened");
    window.settle();
    assert_eq!(logit(&window, &class), before);
}

#[test]
fn class_names_and_the_reading_of_logits_can_be_set() {
    let mut window = Window::new(Start {
        image: Some(cat_and_coffee()),
        model: Some(file("tests/torchvision/tiny/vgg_bn.pt2")),
        ..Start::default()
    });
    window.settle();
    let rows = |window: &Window| {
        let all = window.harness.query_all_by_role(Role::ListBoxOption);
        all.filter_map(|row| row.accesskit_node().label())
            .collect::<Vec<_>>()
    };
    let classes = rows(&window).len();
    let first = window.chosen_class().unwrap();
    let softmax = logit(&window, &first);
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.click("Sigmoid");
    window.settle();
    assert_ne!(logit(&window, &first), softmax, "another probability");

    window.click("Edit class names…");
    // The box has the keyboard focus at once: elsewhere, these keys are shortcuts.
    window.harness.run_steps(2);
    let field = window.harness.get_by_label("Names of the classes");
    assert!(field.is_focused());
    let type_names = |window: &mut Window, text: &str| {
        window.click("Names of the classes");
        window.ctrl(Key::A);
        let field = window.harness.get_by_label("Names of the classes");
        field.type_text(text);
        window.harness.run_steps(2);
    };
    type_names(&mut window, "only one");
    window
        .harness
        .get_by_label(&format!("1 of {classes} names"));
    let names: Vec<String> = (0..classes).map(|class| format!("kind {class}")).collect();
    type_names(&mut window, &names.join("\n"));
    window.click("Use names");
    window.settle();
    let mut shown = rows(&window);
    shown.sort();
    assert_eq!(shown, names);
    window.click("As opened");
    window.settle();
    assert_eq!(window.chosen_class(), Some(first));
}

#[test]
fn undo_restores_the_preprocessing_and_keeps_earlier_pins() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    let plain = logit(&window, &class);
    window.key(Key::P);
    window.settle();
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.click("BGR");
    window.settle();
    let swapped = logit(&window, &class);
    window.harness.get_by_label("squeezenet1_1 (BGR)");

    let pins = |window: &Window| {
        let pin = window.harness.query_by_label("Grad-CAM, row 2");
        pin.is_some()
    };
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(
        (logit(&window, &class), pins(&window)),
        (plain.clone(), true)
    );
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!((logit(&window, &class), pins(&window)), (plain, false));
    let redo = Modifiers::COMMAND | Modifiers::SHIFT;
    for _ in 0..2 {
        window.harness.key_press_modifiers(redo, Key::Z);
        window.harness.run_steps(2);
        window.settle();
    }
    assert_eq!(
        (logit(&window, &class), pins(&window)),
        (swapped.clone(), true)
    );

    // Making a pin with the same weights live can be undone too.
    window.click("Restore, row 2");
    window.settle();
    assert_ne!(logit(&window, &class), swapped);
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(logit(&window, &class), swapped);
}

#[test]
fn a_session_keeps_the_preprocessing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("swapped.gradcam.json");
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    let plain = logit(&window, &class);
    window.key(Key::P);
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.click("BGR");
    window.settle();
    let swapped = logit(&window, &class);
    window.will_pick(&path);
    window.ctrl(Key::S);
    window.until("the file", |_| path.exists());
    window.settle();

    let mut again = Window::new(Start {
        image: Some(path),
        ..Start::default()
    });
    again.until("the pin", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    again.settle();
    assert_eq!(logit(&again, &class), swapped);
    // The pin uses the model as its file states.
    again.click("Restore, row 2");
    again.settle();
    assert_eq!(logit(&again, &class), plain);
}

#[test]
fn a_size_can_be_typed_and_one_that_does_not_fit_is_reported() {
    let mut window = Window::open();
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    let type_width = |window: &mut Window, text: &str| {
        window.click("Width in pixels");
        window.harness.run_steps(2);
        window.ctrl(Key::A);
        window
            .harness
            .get_by_label("Width in pixels")
            .type_text(text);
        window.key(Key::Enter);
    };
    type_width(&mut window, "320");
    window.settle();
    window.harness.get_by_label("3 × 224 × 320");
    window.harness.get_by_label("512 × 13 × 19");
    // So narrow that nothing is left for the pooling.
    type_width(&mut window, "8");
    window.until("a refusal", |window| !window.app().notices().is_empty());
    let notices = window.app().notices();
    assert!(
        notices.iter().any(|text| text.contains("8×224 pixels")),
        "{notices:?}"
    );
    window.harness.get_by_label("3 × 224 × 320");
}

#[test]
fn which_fits_compares_the_usual_preprocessings_and_takes_one() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    let before = logit(&window, &class);
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.click("Which fits?");
    window.until("the comparison", |w| {
        w.harness.query_by_label("As it is now").is_some()
    });
    window.harness.run_steps(2);
    window.harness.get_by_label("−1…1: timm's ViT");
    window.harness.get_by_label("Caffe: Keras' VGG and ResNet");
    // Esc keeps the present one.
    window.key(Key::Escape);
    window.settle();
    assert!(window.harness.query_by_label("As it is now").is_none());
    assert_eq!(logit(&window, &class), before);

    window.click("Which fits?");
    window.until("the comparison", |w| {
        w.harness.query_by_label("As it is now").is_some()
    });
    window.harness.run_steps(8);
    window.click("0…1: ToTensor alone, ultralytics");
    window.settle();
    assert!(window.harness.query_by_label("As it is now").is_none());
    assert_ne!(logit(&window, &class), before);
    window.harness.get_by_label("As opened");
    assert!(window.app().notices().is_empty());
}

#[test]
fn which_fits_is_answered_with_the_keyboard() {
    let mut window = Window::open();
    let class = window.chosen_class().unwrap();
    let before = logit(&window, &class);
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.click("Which fits?");
    window.until("the comparison", |w| {
        let row = w.harness.query_by_label("As it is now");
        row.is_some_and(|row| row.is_focused())
    });
    window.key(Key::ArrowDown);
    window.key(Key::Enter);
    window.settle();
    assert!(window.harness.query_by_label("As it is now").is_none());
    assert_ne!(logit(&window, &class), before);
}
