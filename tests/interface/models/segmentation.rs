//! Models that predict a class at each position.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Pos2, Rect, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::Start;
use tempfile::TempDir;

use crate::support::{Window, file, unpacked};

/// The fixtures of `tests/segmentation/segmentation.py`.
fn fixtures() -> TempDir {
    unpacked("tests/segmentation/segmentation.zip.gz")
}

fn open(folder: &TempDir, name: &str) -> Window {
    let start = Start {
        image: Some(folder.path().join("image.png")),
        model: Some(folder.path().join(name)),
        ..Start::default()
    };
    let mut window = Window::sized(start, 1440.0, 900.0, Theme::Dark);
    window.settle();
    window
}

/// Where the photo lies in the first panel.
fn photo_rect(window: &Window) -> Rect {
    photo_rect_in(window, "Original")
}

fn photo_rect_in(window: &Window, panel: &str) -> Rect {
    let panel = window.row(Role::Image, panel).rect();
    let size = egui::vec2(32.0, 24.0);
    let scale = (panel.width() / size.x).min(panel.height() / size.y);
    Rect::from_center_size(panel.center(), size * scale)
}

fn at(rect: Rect, x: f32, y: f32) -> Pos2 {
    rect.min + egui::vec2(x / 32.0, y / 24.0) * rect.size()
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    let harness = &mut window.harness;
    harness.hover_at(from);
    harness.step();
    harness.drag_at(from);
    harness.step();
    for share in [0.3, 0.6, 1.0] {
        harness.hover_at(from + (to - from) * share);
        harness.step();
    }
    harness.drop_at(to);
    harness.step();
}

#[track_caller]
fn assert_explains(window: &Window, what: &str) {
    window.harness.get_by_label_contains(&format!("{what} at "));
}

fn hold_shift(window: &Window, held: bool) {
    let modifiers = if held {
        Modifiers::SHIFT
    } else {
        Modifiers::NONE
    };
    window.harness.event(Event::ModifiersChanged(modifiers));
}

#[test]
fn classes_are_listed_by_area_and_taken_by_a_click_on_the_photo() {
    let folder = fixtures();
    let mut window = open(&folder, "softmax.pt2");
    let rows = window.harness.query_all_by_role(Role::ListBoxOption);
    let values: Vec<String> = rows
        .filter_map(|row| row.accesskit_node().value())
        .collect();
    assert_eq!(values.len(), 5);
    assert!(values[0].starts_with("23.4 %"), "{values:?}");

    let rect = photo_rect(&window);
    window.harness.hover_at(at(rect, 6.5, 6.5));
    window.harness.run_steps(2);
    let read = window.value("Read-out");
    let (_, under) = read.rsplit_once("class ").unwrap();
    let under: usize = under.parse().unwrap();
    let other = at(rect, 6.5, 6.5);
    window.harness.drag_at(other);
    window.harness.step();
    window.harness.drop_at(other);
    window.harness.step();
    window.settle();
    assert_eq!(window.chosen_class(), Some(format!("class {under}")));
    assert_explains(&window, &format!("class {under}"));
}

#[test]
fn a_region_stays_while_the_photo_is_read_in_another_way_unless_that_turns_it() {
    let folder = fixtures();
    let switch = |window: &mut Window| {
        window.ctrl(Key::I);
        window.harness.run_steps(2);
        window.click("As Pillow reads it");
        window.until("the panels", |w| w.app().is_settled());
    };
    for (image, is_turned) in [
        (folder.path().join("image.png"), false),
        (file("tests/pictures/reading/turned_6.png"), true),
    ] {
        let start = Start {
            image: Some(image),
            model: Some(folder.path().join("softmax.pt2")),
            ..Start::default()
        };
        let mut window = Window::sized(start, 1440.0, 900.0, Theme::Dark);
        window.until("the panels", |w| w.app().is_settled());
        for _ in window.app().notices() {
            window.key(Key::Escape);
        }
        let class = window.chosen_class().unwrap();
        let middle = window.row(Role::Image, "Original").rect().center();
        let reach = egui::vec2(20.0, 20.0);
        hold_shift(&window, true);
        drag(&mut window, middle - reach, middle + reach);
        hold_shift(&window, false);
        window.settle();
        assert_explains(&window, &format!("{class} in the drawn region"));
        switch(&mut window);
        assert_eq!(window.chosen_class().as_ref(), Some(&class));
        let kept = format!("{class} in the drawn region");
        let kept = window.harness.query_by_label_contains(&kept);
        assert_eq!(kept.is_none(), is_turned);
    }
}

#[test]
fn a_region_is_drawn_with_shift_or_from_the_menu_and_kept_for_the_next_class() {
    let folder = fixtures();
    let mut window = open(&folder, "softmax.pt2");
    let rect = photo_rect(&window);
    let before = window.chosen_class().unwrap();
    hold_shift(&window, true);
    drag(&mut window, at(rect, 4.1, 8.1), at(rect, 15.9, 15.9));
    hold_shift(&window, false);
    window.settle();
    assert_explains(&window, &format!("{before} in the drawn region"));

    let next = if before == "class 1" {
        "class 2"
    } else {
        "class 1"
    };
    window.click_class(next);
    window.settle();
    assert_explains(&window, &format!("{next} in the drawn region"));

    window.choose("Target", "Class score");
    window.settle();
    assert_explains(&window, next);

    window.choose("Target", "In a region you draw…");
    drag(&mut window, at(rect, 20.2, 2.2), at(rect, 29.8, 9.8));
    window.settle();
    assert_explains(&window, &format!("{next} in the drawn region"));

    // A drag without Shift moves the photo again.
    window.choose("Target", "Class score");
    window.settle();
    drag(&mut window, at(rect, 20.2, 2.2), at(rect, 29.8, 9.8));
    window.settle();
    assert_explains(&window, next);
}

/// The class and the layer that each row explains.
fn explained(window: &Window) -> [String; 2] {
    [1, 2].map(|row| window.value(&format!("Grad-CAM, row {row}")))
}

#[test]
fn a_click_or_a_region_on_a_models_row_changes_that_model() {
    let folder = fixtures();
    let mut window = open(&folder, "softmax.pt2");
    window.will_pick(folder.path().join("labels.pt2"));
    window.choose("Compare", "Open a second model… Ctrl+Shift+M");
    window.until("the second model", |w| {
        w.harness.query_by_label("Grad-CAM, row 2").is_some()
    });
    window.settle();
    for (row, other, active) in [(1, 2, "labels"), (2, 1, "softmax")] {
        window.click(active);
        window.settle();
        let before = explained(&window);
        let rect = photo_rect_in(&window, &format!("Original, row {row}"));

        // A place whose class is not the one that the row explains.
        let places = (0..12).map(|step| {
            at(
                rect,
                3.5 + 8.0 * (step % 4) as f32,
                4.5 + 7.0 * (step / 4) as f32,
            )
        });
        let mut clicked = None;
        for place in places {
            window.harness.hover_at(place);
            window.harness.run_steps(2);
            let read = window.value("Read-out");
            let class = read
                .rsplit_once("class ")
                .map(|(_, number)| format!("class {number} at"));
            if let Some(class) = class.filter(|class| !before[row - 1].starts_with(class)) {
                clicked = Some((place, class));
                break;
            }
        }
        let (place, class) = clicked.unwrap();
        window.harness.drag_at(place);
        window.harness.step();
        window.harness.drop_at(place);
        window.harness.step();
        window.settle();
        let after = explained(&window);
        assert!(after[row - 1].starts_with(&class), "{after:?}, not {class}");
        assert_eq!(after[other - 1], before[other - 1]);

        window.click(active);
        window.settle();
        hold_shift(&window, true);
        drag(&mut window, at(rect, 4.1, 8.1), at(rect, 15.9, 15.9));
        hold_shift(&window, false);
        window.settle();
        let after = explained(&window);
        assert!(after[row - 1].contains("in the drawn region"), "{after:?}");
        assert_eq!(after[other - 1], before[other - 1]);

        // For the other model's turn.
        window.choose("Target", "Class score");
        window.settle();
    }
}

#[test]
fn a_depth_is_explained_as_a_number() {
    let folder = fixtures();
    let window = open(&folder, "depth.pt2");
    let rows = window.harness.query_all_by_role(Role::ListBoxOption);
    let names: Vec<String> = rows
        .filter_map(|row| row.accesskit_node().label())
        .collect();
    assert_eq!(names, ["what raises it", "what lowers it"]);
}
