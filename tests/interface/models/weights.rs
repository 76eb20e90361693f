//! Weights alone, in the window: folders, and what weights leave open.

use egui::{Key, Role};
use egui_kittest::kittest::Queryable;

use crate::support::{Window, unpacked};

#[test]
fn a_folder_of_transformers_is_opened_by_dropping_it() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let mut window = Window::open();
    window.drop_file(folder.path().join("hub_vit"));
    window.until("its classes", |w| {
        w.chosen_class()
            .is_some_and(|class| class.starts_with("kind "))
    });
    window.settle();
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    let mut said = window
        .harness
        .query_all_by_label_contains("transformers' vit");
    assert!(said.next().is_some());
}

#[test]
fn the_activation_of_a_rebuilt_head_is_chosen_in_the_pane() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let mut window = Window::open();
    window.drop_file(folder.path().join("head_gelu.safetensors"));
    window.until("the model", |w| {
        w.chosen_class()
            .is_some_and(|class| class.starts_with("class "))
    });
    window.settle();
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    let mut said = window
        .harness
        .query_all_by_label_contains("ReLU between linear layers is assumed");
    assert!(said.next().is_some());
    drop(said);
    let chosen = |window: &Window| {
        let list = window.row(Role::ComboBox, "Head activation");
        list.value().unwrap_or_default()
    };
    assert_eq!(chosen(&window), "ReLU");
    window.click_row(Role::ComboBox, "Head activation");
    window.click("GELU");
    window.settle();
    assert_eq!(chosen(&window), "GELU");
    let assumed = window
        .harness
        .query_by_label_contains("is assumed: weights");
    assert!(assumed.is_none());
}

#[test]
fn averaged_weights_are_a_choice_in_the_pane() {
    let folder = unpacked("tests/checkpoints/networks.zip.gz");
    let mut window = Window::open();
    window.drop_file(folder.path().join("trained.pth.tar"));
    window.until("the model", |w| {
        w.chosen_class()
            .is_some_and(|class| class.starts_with("kind "))
    });
    window.settle();
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window
        .harness
        .get_by_label_contains("The trained ones are used");
    window.click("Averaged");
    window.settle();
    window
        .harness
        .get_by_label_contains("The averaged weights (EMA) are used");
}
