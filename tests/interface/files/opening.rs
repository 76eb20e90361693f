//! Opening photos and models, in each possible way.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

use super::spoilt;
use crate::made::unnamed_checkpoint;
use crate::support::{Window, cat_and_coffee, file, squeezenet};

#[test]
fn an_empty_window_invites_to_open_a_photo() {
    let mut window = Window::new(Start::default());
    window.harness.run_steps(2);
    window.harness.get_by_label("Open or drop a photo");
    window.harness.check_accessibility();

    window.will_pick(cat_and_coffee());
    window.click("Choose a photo…");
    window.until("the photo", |w| {
        w.harness.query_by_label("Original").is_some()
    });
    window.will_pick(squeezenet());
    window.click("Choose a model…");
    window.settle();
    assert!(window.chosen_class().is_some());
}

#[test]
fn esc_while_a_model_opens_keeps_the_open_one() {
    let mut window = Window::open();
    window.until("rest", |w| w.app().engine_rests());
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.click("Open model…");
    window.until("the opening", |w| !w.app().engine_rests());
    window.key(Key::Escape);
    window.settle();
    window.row(Role::TreeItem, "features.12");
    assert_eq!(window.value("Grad-CAM"), "coffee mug at features.12");

    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.click("Open model…");
    window.until("the model", |w| w.harness.query_by_label("bn2").is_some());
    window.settle();
}

#[test]
fn starts_with_what_the_command_line_names() {
    let mut window = Window::new(Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        layer: Some("features.10".to_owned()),
        class: Some("espresso".to_owned()),
        ..Start::default()
    });
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.10"));
    assert_eq!(window.chosen_class().as_deref(), Some("espresso"));
}

#[test]
fn reports_a_wrong_layer_or_class_and_opens_the_rest() {
    let mut window = Window::new(Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        layer: Some("features.99".to_owned()),
        class: Some("unicorn".to_owned()),
        ..Start::default()
    });
    window.until("both messages", |w| w.app().notices().len() == 2);
    window.until("the panels", |w| w.app().is_settled());
    let notices = window.app().notices().join("\n");
    assert!(
        notices.contains("features.99") && notices.contains("unicorn"),
        "{notices}"
    );
    assert_eq!(window.chosen_layer().as_deref(), Some("features.12"));
}

#[test]
fn states_what_is_missing_and_what_is_being_opened() {
    let mut window = Window::new(Start {
        model: Some(squeezenet()),
        ..Start::default()
    });
    window.harness.step();
    window.harness.get_by_label("Opening squeezenet1_1.pt2");
    assert!(window.harness.query_by_label("Choose a model…").is_none());
    window.until("the model", |w| w.chosen_layer().is_some());
    window
        .harness
        .get_by_label("Open an image to see what the model predicts.");
    window.drop_file(cat_and_coffee());
    window.until("the prediction", |w| w.chosen_class().is_some());
    let hint = window.harness.query_by_label_contains("Open an image");
    assert!(hint.is_none());
}

#[test]
fn another_photo_keeps_the_model_and_the_layer() {
    let mut window = Window::open();
    window.click_layer("features.10");
    window.settle();
    window.will_pick(file("assets/chelsea.png"));
    window.click("Open image…");
    window.until("the other photo", |w| w.value("Original") == "chelsea.png");
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.10"));
    assert!(
        window
            .chosen_class()
            .is_some_and(|class| class.contains("cat"))
    );
}

#[test]
fn another_model_keeps_the_photo() {
    let mut window = Window::open();
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.ctrl(egui::Key::M);
    let gone = |w: &Window| w.chosen_layer().is_some_and(|layer| layer != "features.12");
    window.until("the other model", gone);
    window.settle();
    assert!(window.chosen_class().is_some());
}

#[test]
fn opens_dropped_files_even_if_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.bin");
    std::fs::copy(squeezenet(), &model).unwrap();
    let photo = folder.path().join("photo.dat");
    std::fs::copy(cat_and_coffee(), &photo).unwrap();

    let mut window = Window::new(Start::default());
    window.drop_file(model);
    window.drop_file(photo);
    window.until("both", |w| w.chosen_class().is_some());
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("features.12"));
}

#[test]
fn asks_for_a_typed_path_without_a_picker() {
    let mut window = Window::open();
    for way_out in ["Cancel", "Escape"] {
        window.has_no_picker();
        window.ctrl(egui::Key::O);
        window.until("the field", |w| w.harness.query_by_label("Path").is_some());
        window.harness.get_by_label_contains("xdg-desktop-portal");
        let folder = window.value("Path");
        assert!(folder.ends_with("assets/"), "{folder}");
        match way_out {
            "Cancel" => window.click("Cancel"),
            _ => window.key(egui::Key::Escape),
        }
        assert!(window.harness.query_by_label("Path").is_none());
    }
    window.has_no_picker();
    window.ctrl(egui::Key::O);
    window.until("the field", |w| w.harness.query_by_label("Path").is_some());
    // Appended to the folder that is already in the field. What is mistyped stays to be mended.
    window.harness.get_by_label("Path").type_text("chelsae.png");
    window.harness.run_steps(2);
    window.key(egui::Key::Enter);
    window.harness.run_steps(2);
    window
        .harness
        .get_by_label("There is no such file or folder.");
    for _ in 0.."ae.png".len() {
        window.key(egui::Key::Backspace);
    }
    // Tab completes it.
    window.key(egui::Key::Tab);
    window.until("what Tab adds", |w| {
        w.value("Path").ends_with("assets/chelsea")
    });
    window.harness.get_by_label("Path").type_text(".png");
    window.harness.run_steps(2);
    window.key(egui::Key::Enter);
    window.until("the photo", |w| w.value("Original") == "chelsea.png");
    window.settle();
}

#[test]
fn a_file_of_another_kind_than_was_asked_for_opens_as_what_it_is() {
    let mut window = Window::open();
    window.will_pick(file("assets/coffee.png"));
    window.ctrl(egui::Key::M);
    window.until("the photo", |w| w.value("Photo shown") == "coffee.png");
    window.settle();
    window.will_pick(file("models/efficientnet_lite0.pt2"));
    window.ctrl(egui::Key::O);
    window.until("the model", |w| {
        w.value("Model in use") == "efficientnet_lite0"
    });
    window.settle();
    assert!(window.app().notices().is_empty());
}

#[test]
fn states_assumptions_and_the_meaning_of_guided_without_rectifiers() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    assert_eq!(window.value("Guided backprop"), "Guided at 26 of 26 ReLUs");
    window.drop_file(spoilt::without_rectifiers(folder.path()));
    window.settle();
    assert_eq!(
        window.value("Guided backprop"),
        "Guided at 0 of 0 ReLUs: this is the plain gradient"
    );
    window
        .harness
        .get_by_label_contains("Preprocessing assumed");
    window.harness.get_by_label_contains("no rectifier");
}

#[test]
fn asks_for_the_network_of_weights_that_fit_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = unnamed_checkpoint("googlenet", 3, folder.path());
    let mut window = Window::open();
    let layer = window.chosen_layer();
    let ask = |window: &mut Window| {
        window.drop_file(&path);
        window.until("the question", |w| {
            w.harness.query_by_label("Which network is it?").is_some()
        });
        window.harness.check_accessibility();
    };
    ask(&mut window);
    // Dropped again, the file is asked about only once.
    ask(&mut window);
    window.settle();
    window.click("Cancel");
    window.settle();
    assert!(
        window
            .harness
            .query_by_label("Which network is it?")
            .is_none()
    );
    assert_eq!(window.chosen_layer(), layer);

    ask(&mut window);
    window.click("googlenet_unshifted");
    window.settle();
    assert_eq!(window.chosen_layer().as_deref(), Some("inception5b"));
}
