//! True classes: synsets, loose names, `labels.csv`, sorted folders of a model without names, names assigned
//! by hand, and splits.

use std::fs;
use std::path::Path;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

use super::*;
use crate::support::{Window, file, squeezenet};

/// A network with four classes and no names for them.
const UNNAMED: &str = "tests/torchvision/tiny/resnet.pt2";

/// A window with the folder and the network without names for its classes.
fn without_names(folder: &Path) -> Window {
    let mut window = opened(folder, Some(file(UNNAMED)));
    window.until("a picture", |w| shown_picture(w).is_some());
    window.settle();
    window
}

/// Opens the dialog with this button, and assigns a class to the name that it begins with.
fn assign(window: &mut Window, button: &str, class: &str) {
    window.click(button);
    window
        .harness
        .get_by_label("Search true classes")
        .type_text(class);
    window.harness.run_steps(2);
    window.click_row(Role::MenuItemRadio, class);
    window.click("Close");
    window.harness.run_steps(2);
}

#[test]
fn folders_are_matched_by_synset_spelling_and_plural() {
    let folder = filled(&[
        ("assets/chelsea.png", "n02123159/a.png"),
        ("assets/coffee.png", "Espressos/b.png"),
        ("assets/rocket.jpg", "MISSILE/c.jpg"),
        ("assets/flower.jpg", "n02123045_tabby/d.jpg"),
    ]);
    let mut window = predicted(folder.path());
    until_status(&mut window, "2 mistakes of 4");
    assert!(description(&window, "a.png").ends_with("right"));
    assert!(description(&window, "b.png").ends_with("right"));
    assert!(description(&window, "c.jpg").contains("the true class missile"));
    assert!(description(&window, "d.jpg").contains("the true class tabby"));
    assert!(window.harness.query_by_label_contains("no class").is_none());
}

#[test]
fn numbered_folders_of_a_model_without_names_are_sorted_as_imagefolder_sorts_them() {
    let folder = filled(&[
        ("assets/coffee.png", "1/one.png"),
        ("assets/rocket.jpg", "2/two.jpg"),
        ("assets/chelsea.png", "10/ten.png"),
        ("assets/flower.jpg", "11/eleven.jpg"),
    ]);
    let mut window = without_names(folder.path());
    until_status(&mut window, "of 4");
    // The classes are called after the folders, in the order 1, 10, 11, 2.
    for name in ["1", "10", "11", "2"] {
        window.row(Role::ListBoxOption, name);
    }
    click_picture(&mut window, "two.jpg");
    until_open(&mut window, "two.jpg");
    let two = window.row(Role::ListBoxOption, "2").value().unwrap();
    assert!(two.ends_with("true"), "{two}");
    window.harness.get_by_label_contains("as ImageFolder does");

    // As numbers counted from 0, two of them are classes.
    window.run_command("true classes of");
    window.choose("Numbers", "Class numbers, from 0");
    window.click("Close");
    window.settle();
    until_status(&mut window, "of 2");
    let two = window.row(Role::ListBoxOption, "class 2").value().unwrap();
    assert!(two.ends_with("true"), "{two}");
    window
        .harness
        .get_by_label("2 folders match no class: assign…");

    window.click("Close the folder");
    window.settle();
    window.row(Role::ListBoxOption, "class 3");
}

#[test]
fn names_of_folders_are_given_back_with_the_folder() {
    let folders = ["a", "b", "c", "d"].map(|name| format!("{name}/1.png"));
    let files: Vec<(&str, &str)> = folders
        .iter()
        .map(|to| ("assets/coffee.png", to.as_str()))
        .collect();
    let folder = filled(&files);
    let mut window = without_names(folder.path());
    until_status(&mut window, "of 4");
    window.click_class("d");
    window.click("Close the folder");
    window.settle();
    assert_eq!(window.chosen_class().as_deref(), Some("class 3"));
}

#[test]
fn too_few_folders_of_a_model_without_names_are_no_classes() {
    let folder = filled(&[
        ("assets/coffee.png", "1/one.png"),
        ("assets/rocket.jpg", "2/two.jpg"),
    ]);
    let mut window = without_names(folder.path());
    until_status(&mut window, "2 images");
    assert!(!status_text(&window).contains("mistake"));
    window
        .harness
        .get_by_label("2 folders match no class: assign…");
}

#[test]
fn a_folder_that_matches_no_class_is_assigned_by_hand_and_remembered() {
    let folder = filled(&[
        ("assets/chelsea.png", "felix/a.png"),
        ("assets/coffee.png", "espresso/b.png"),
    ]);
    let settings = tempfile::tempdir().unwrap();
    let button = "1 folder matches no class: assign…";
    {
        let mut window = remembering(folder.path(), settings.path());
        until_status(&mut window, "of 1");
        assign(&mut window, button, "tiger cat");
        until_status(&mut window, "0 mistakes of 2");
        assert!(description(&window, "a.png").ends_with("right"));
        assert!(window.harness.query_by_label(button).is_none());
        let saved =
            || fs::read_to_string(settings.path().join("settings.json")).unwrap_or_default();
        window.until("the settings", |_| saved().contains("felix"));
    }
    let mut window = remembering(folder.path(), settings.path());
    until_status(&mut window, "0 mistakes of 2");
    // And taken back.
    window.run_command("true classes of");
    window.click_row(Role::ListItem, "felix/");
    window.click("What its name says");
    window.click("Close");
    until_status(&mut window, "of 1");
    window.harness.get_by_label(button);
}

#[cfg(unix)]
#[test]
fn a_folder_is_assigned_although_settings_cannot_be_saved() {
    let folder = filled(&[("assets/chelsea.png", "felix/a.png")]);
    let place = tempfile::tempdir().unwrap();
    // A file is where the folder of settings would be: not even root can write into it.
    let settings = place.path().join("settings");
    fs::write(&settings, "in the way").unwrap();
    let mut window = remembering(folder.path(), &settings);
    until_status(&mut window, "1 image");
    assign(&mut window, "1 folder matches no class: assign…", "tabby");
    until_status(&mut window, "1 mistake of 1");
    window.until("the message", |w| !w.app().notices().is_empty());
    let notices = window.app().notices().join("\n");
    assert!(notices.contains("settings could not be"), "{notices}");
}

#[test]
fn two_folders_of_one_class_both_count_and_are_reported() {
    let folder = filled(&[
        ("assets/chelsea.png", "tiger_cat/a.png"),
        ("assets/coffee.png", "Tiger-Cats/b.png"),
    ]);
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 2");
    window.click("1 class has several names: see…");
    let both = "“Tiger-Cats” and “tiger_cat” are one class, tiger cat";
    window.harness.get_by_label_contains(both);
}

#[test]
fn a_labels_file_gives_true_classes_and_splits_and_its_unknown_names_are_listed() {
    let folder = filled(&[
        ("assets/chelsea.png", "a.png"),
        ("assets/coffee.png", "deep/b.png"),
        ("assets/rocket.jpg", "c.jpg"),
        ("assets/flower.jpg", "d.jpg"),
    ]);
    let rows = "file,label,split\na.png,Tiger cat,val\ndeep/b.png,cup,val\nc.jpg,spacecraft,test\nd.jpg,bloom,test\n\
                gone.png,cup,test\n";
    fs::write(folder.path().join("labels.csv"), rows).unwrap();
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 2");
    assert!(description(&window, "b.png").contains("the true class cup"));
    window.choose("Split", "val");
    assert_eq!(pictures(&window), ["a.png", "b.png"]);
    assert!(status_text(&window).starts_with("2 images"));
    window.choose("Split", "test");
    assert_eq!(pictures(&window), ["c.jpg", "d.jpg"]);
    window.choose("Split", "All splits");

    window.click("2 labels match no class: assign…");
    window
        .harness
        .get_by_label_contains("1 row of labels.csv names no image here: gone.png");
    window.row(Role::ListItem, "bloom");
    window.row(Role::ListItem, "spacecraft");
}

#[test]
fn a_labels_file_that_cannot_be_used_is_reported_and_folders_count() {
    let folder = filled(&[("assets/chelsea.png", "tiger cat/a.png")]);
    fs::write(folder.path().join("labels.csv"), "file;width\na.png;30\n").unwrap();
    let mut window = opened(folder.path(), Some(squeezenet()));
    window.until("the message", |w| !w.app().notices().is_empty());
    let notices = window.app().notices().join("\n");
    assert!(
        notices.contains("“label”") && notices.contains("labels.csv"),
        "{notices}"
    );
    window.click("Dismiss");
    until_status(&mut window, "0 mistakes of 1");
}

#[test]
fn a_data_set_opens_with_its_splits() {
    let folder = filled(&[
        ("assets/coffee.png", "train/espresso/1.png"),
        ("assets/chelsea.png", "train/tiger cat/2.png"),
        ("assets/coffee.png", "val/espresso/3.png"),
        ("assets/rocket.jpg", "val/missile/4.jpg"),
    ]);
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 4");
    assert_eq!(pictures(&window), ["1.png", "2.png", "3.png", "4.jpg"]);
    window.choose("Split", "val");
    assert_eq!(pictures(&window), ["3.png", "4.jpg"]);
    assert!(status_text(&window).contains("1 mistake of 2"));
    window.choose("Show", "true missile, predicted pole  (1)");
    assert_eq!(pictures(&window), ["4.jpg"]);
}

#[test]
fn the_true_class_of_a_session_stays_whatever_the_folder_says() {
    let folder = filled(&[("assets/coffee.png", "espresso/a.png")]);
    let session = folder.path().join("a.gradcam.json");
    {
        let mut window = remembering(folder.path(), &folder.path().join("settings"));
        window.row(Role::ListBoxOption, "cup").click_secondary();
        window.harness.run_steps(2);
        window.click("Set as true class");
        until_status(&mut window, "1 mistake of 1");
        window.will_pick(&session);
        window.ctrl(Key::S);
        window.until("the file", |_| session.exists());
        window.settle();
    }
    let mut window = Window::new(Start {
        image: Some(session),
        ..Start::default()
    });
    until_status(&mut window, "0 mistakes of 1");
    window.settle();
    let value = |w: &Window, class: &str| w.row(Role::ListBoxOption, class).value().unwrap();
    assert!(value(&window, "cup").ends_with("true"));
    assert!(!value(&window, "espresso").ends_with("true"));
}

#[test]
fn a_row_found_late_takes_back_the_class_of_a_folder() {
    let folder = filled(&[("assets/coffee.png", "espresso/a.png")]);
    let settings = tempfile::tempdir().unwrap();
    {
        let mut window = remembering(folder.path(), settings.path());
        until_status(&mut window, "0 mistakes of 1");
        let saved =
            || fs::read_to_string(settings.path().join("settings.json")).unwrap_or_default();
        window.until("the settings", |_| saved().contains("a.png"));
    }
    fs::write(folder.path().join("labels.csv"), "a.png,no such class\n").unwrap();
    let mut window = remembering(folder.path(), settings.path());
    window.until("the labels", |w| {
        let button = "1 label matches no class: assign…";
        w.harness.query_by_label(button).is_some()
    });
    window.settle();
    let espresso = window.row(Role::ListBoxOption, "espresso").value().unwrap();
    assert!(!espresso.ends_with("true"), "{espresso}");
}
