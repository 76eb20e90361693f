//! The pane about the model, and pictures prepared otherwise.

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
fn the_model_says_what_it_is_and_what_the_chosen_layer_is() {
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
    // Walking the layers changes what is said of the chosen one.
    window.key(Key::ArrowUp);
    window.settle();
    assert!(window.harness.query_by_label("512 × 13 × 13").is_none());
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.row(Role::TreeItem, "features.12");
}

#[test]
fn another_order_of_the_channels_changes_the_answer_and_leaves_pins_alone() {
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
fn classes_are_named_and_logits_read_as_one_says() {
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

    window.click("Type names…");
    // The keyboard is the box's at once: these are keys of commands elsewhere.
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
fn undo_takes_a_preparation_back_and_leaves_the_pin_before_it() {
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

    // A pin of the same weights is made live, and that is taken back too.
    window.click("Make live, row 2");
    window.settle();
    assert_ne!(logit(&window, &class), swapped);
    window.ctrl(Key::Z);
    window.settle();
    assert_eq!(logit(&window, &class), swapped);
}

#[test]
fn a_session_keeps_how_pictures_were_prepared() {
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
    // The pin is of the model as its file says.
    again.click("Make live, row 2");
    again.settle();
    assert_eq!(logit(&again, &class), plain);
}

#[test]
fn a_size_is_typed_and_one_that_does_not_fit_says_so() {
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
    // So narrow that nothing is left to pool.
    type_width(&mut window, "8");
    window.until("a refusal", |window| !window.app().notices().is_empty());
    let notices = window.app().notices();
    assert!(
        notices.iter().any(|text| text.contains("8×224 pixels")),
        "{notices:?}"
    );
    window.harness.get_by_label("3 × 224 × 320");
}
