//! True classes set by hand for single images, kept with the folder.

use super::*;

/// Chooses an item of the menu of a class.
fn of_class(window: &mut Window, class: &str, item: &str) {
    window.row(Role::ListBoxOption, class).click_secondary();
    window.harness.run_steps(2);
    window.click(item);
    window.until("the panels", |w| w.app().is_settled());
}

#[test]
fn a_true_class_set_by_hand_is_remembered_with_the_folder() {
    let folder = filled(&[
        ("assets/chelsea.png", "Egyptian cat/a.png"),
        ("assets/coffee.png", "espresso/b.png"),
    ]);
    let settings = tempfile::tempdir().unwrap();
    let kept = || {
        let text = fs::read_to_string(settings.path().join("settings.json")).unwrap_or_default();
        text.contains("\"pictures\"")
    };
    {
        let mut window = remembering(folder.path(), settings.path());
        until_status(&mut window, "1 mistake of 2");
        click_picture(&mut window, "a.png");
        until_open(&mut window, "a.png");
        of_class(&mut window, "tiger cat", "Set as true class");
        until_status(&mut window, "0 mistakes of 2");
        window.until("the settings", |_| kept());
    }
    {
        let mut window = remembering(folder.path(), settings.path());
        until_status(&mut window, "0 mistakes of 2");
        assert!(description(&window, "a.png").ends_with("right"));
        click_picture(&mut window, "a.png");
        until_open(&mut window, "a.png");
        let tiger = window
            .row(Role::ListBoxOption, "tiger cat")
            .value()
            .unwrap();
        assert!(tiger.ends_with("true"), "{tiger}");
        // What its folder says is nothing that has to be kept.
        of_class(&mut window, "Egyptian cat", "Set as true class");
        until_status(&mut window, "1 mistake of 2");
        window.until("the settings", |_| !kept());
    }
    let mut window = remembering(folder.path(), settings.path());
    until_status(&mut window, "1 mistake of 2");
}

#[test]
fn the_answer_for_an_image_is_made_its_true_class_in_the_strip() {
    let folder = filled(&[
        ("assets/chelsea.png", "Egyptian cat/a.png"),
        ("assets/coffee.png", "espresso/b.png"),
    ]);
    let mut window = predicted(folder.path());
    until_status(&mut window, "1 mistake of 2");
    click_picture(&mut window, "b.png");
    until_open(&mut window, "b.png");
    let choose = |window: &mut Window, item: &str| {
        window.row(Role::RadioButton, "a.png").click_secondary();
        window.harness.run_steps(2);
        window.click(item);
        window.harness.run_steps(2);
    };
    choose(&mut window, "Set as true class: tiger cat");
    until_status(&mut window, "0 mistakes of 2");
    assert!(description(&window, "a.png").ends_with("right"));
    assert_eq!(shown_picture(&window).as_deref(), Some("b.png"));
    choose(&mut window, "Unset the true class");
    until_status(&mut window, "0 mistakes of 1");
}
