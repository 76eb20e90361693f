//! How image files are read: as Pillow does it, and the bands that are shown.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::{Memory, Start};

use crate::support::{Window, file, squeezenet};

const SWITCH: &str = "As Pillow reads it";

/// Waits for the panels, whatever is said meanwhile. Returns what was, and dismisses it.
fn settled(window: &mut Window) -> Vec<String> {
    window.until("the panels", |w| w.app().is_settled());
    let said = window.app().notices();
    for _ in &said {
        window.key(Key::Escape);
    }
    window.settle();
    said
}

fn logit(window: &Window) -> String {
    let class = window.chosen_class().unwrap();
    let row = window.row(Role::ListBoxOption, &class);
    row.accesskit_node().value().unwrap_or_default()
}

fn turned() -> Start {
    Start {
        image: Some(file("tests/pictures/reading/turned_6.png")),
        model: Some(squeezenet()),
        ..Start::default()
    }
}

#[test]
fn a_turned_image_is_said_once_and_is_read_as_stored_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::in_folder(folder.path());
    let mut window = Window::remembering(turned(), 1440.0, 900.0, Theme::Dark, memory);
    let said = settled(&mut window);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("turned upright") && said[0].contains(SWITCH));
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window
        .harness
        .get_by_label_contains("Pillow does not turn it");
    let (class, upright) = (window.chosen_class(), logit(&window));

    window.click(SWITCH);
    assert!(settled(&mut window).is_empty());
    let stored = logit(&window);
    assert_ne!(stored, upright);
    assert!(
        window
            .harness
            .query_by_label_contains("Pillow does not turn it")
            .is_none(),
        "there is no difference any more"
    );
    // The same class as before, in the photo as it is stored.
    assert_eq!(window.chosen_class(), class);

    window.ctrl(Key::Z);
    assert!(settled(&mut window).is_empty(), "it was said before");
    assert_eq!(logit(&window), upright);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.harness.run_steps(2);
    settled(&mut window);
    assert_eq!(logit(&window), stored);

    // It is kept in a session, and until the next start.
    let session = folder.path().join("one.gradcam.json");
    window.will_pick(&session);
    window.ctrl(Key::S);
    window.until("the file", |_| session.is_file());
    drop(window);
    let text = std::fs::read_to_string(&session).unwrap();
    assert!(text.contains("\"as_pillow\": true"), "{text}");
    let start = Start {
        image: Some(session),
        ..Start::default()
    };
    let mut opened = Window::new(start);
    settled(&mut opened);
    assert_eq!(logit(&opened), stored);
    drop(opened);
    let memory = Memory::in_folder(folder.path());
    let mut next = Window::remembering(Start::default(), 1440.0, 900.0, Theme::Dark, memory);
    settled(&mut next);
    assert_eq!(logit(&next), stored);
}

#[test]
fn the_bands_of_a_tiff_are_chosen_in_the_pane_of_the_model() {
    let mut window = Window::new(Start {
        image: Some(file("tests/bands/six_8.tif")),
        model: Some(file("tests/bands/six.pt2")),
        ..Start::default()
    });
    assert!(settled(&mut window).is_empty());
    assert_eq!(window.value("Original"), "six_8.tif, bands 1, 2, 3");
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window
        .harness
        .get_by_label_contains("The model takes all 6 bands");
    let before = logit(&window);
    let type_band = |window: &mut Window, colour: &str, band: &str| {
        let name = format!("Band shown as {colour}");
        window.click(&name);
        window.harness.run_steps(2);
        window.ctrl(Key::A);
        let field = window.harness.get_by_label(&name);
        field.type_text(band);
        window.key(Key::Enter);
        settled(window);
    };
    type_band(&mut window, "red", "4");
    assert_eq!(window.value("Original"), "six_8.tif, bands 4, 2, 3");
    // The model takes all of them, whatever is shown.
    assert_eq!(logit(&window), before);
    window.ctrl(Key::Z);
    settled(&mut window);
    assert_eq!(window.value("Original"), "six_8.tif, bands 1, 2, 3");
}

#[test]
fn the_window_of_a_deep_image_is_chosen_in_the_pane_and_kept_in_a_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::new(Start {
        image: Some(file("tests/pictures/reading/twelve.png")),
        model: Some(squeezenet()),
        ..Start::default()
    });
    let said = settled(&mut window);
    assert!(
        said.iter().any(|said| said.contains("white is 4095")),
        "{said:?}"
    );
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    let shown = |window: &Window, field: &str| window.number(&format!("{field} of the window"));
    assert_eq!(
        (shown(&window, "Level"), shown(&window, "Width")),
        (2047.5, 4095.0)
    );
    let usual = logit(&window);

    let type_in = |window: &mut Window, field: &str, number: &str| {
        let name = format!("{field} of the window");
        window.click(&name);
        window.harness.run_steps(2);
        window.ctrl(Key::A);
        window.harness.get_by_label(&name).type_text(number);
        window.key(Key::Enter);
        settled(window);
    };
    type_in(&mut window, "Width", "1000");
    assert_eq!(
        (shown(&window, "Level"), shown(&window, "Width")),
        (2047.5, 1000.0)
    );
    let chosen = logit(&window);
    assert_ne!(chosen, usual);
    window.click_row(Role::ComboBox, "Window");
    window.click("Full range");
    window.harness.run_steps(2);
    settled(&mut window);
    assert_eq!(
        (shown(&window, "Level"), shown(&window, "Width")),
        (2047.5, 4095.0)
    );
    window.ctrl(Key::Z);
    settled(&mut window);
    assert_eq!(logit(&window), chosen);

    let session = folder.path().join("one.gradcam.json");
    window.will_pick(&session);
    window.ctrl(Key::S);
    window.until("the file", |_| session.is_file());
    drop(window);
    let text = std::fs::read_to_string(&session).unwrap();
    assert!(text.contains("\"window\": \"2047.5,1000\""), "{text}");
    let mut opened = Window::new(Start {
        image: Some(session),
        ..Start::default()
    });
    settled(&mut opened);
    assert_eq!(logit(&opened), chosen);
}

#[test]
fn an_image_of_8_bits_has_no_window() {
    let mut window = Window::new(Start {
        image: Some(file("tests/pictures/reading/scene.png")),
        model: Some(squeezenet()),
        ..Start::default()
    });
    settled(&mut window);
    window.ctrl(Key::I);
    window.harness.run_steps(2);
    window.harness.get_by_label(SWITCH);
    assert!(
        window
            .harness
            .query_by_label("Width of the window")
            .is_none()
    );
}

#[test]
fn an_image_with_too_few_channels_is_refused_in_words() {
    let mut window = Window::new(Start {
        image: Some(file("tests/bands/four.png")),
        model: Some(file("tests/bands/six.pt2")),
        ..Start::default()
    });
    window.until("the refusal", |w| {
        let mut notices = w.app().notices().into_iter();
        notices.any(|said| said.contains("and the model takes 6 channels"))
    });
}
