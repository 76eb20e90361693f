//! How maps lie over their photos: colour maps, overlays, and where their scale ends.

use std::fs;
use std::path::Path;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use gradcam::app::Start;
use gradcam::picture::map::colormap::Colormap;
use image::RgbImage;
use serde_json::Value;

use crate::support::{Window, cat_and_coffee};

/// The heat map as a file, and the facts beside it.
fn exported(window: &mut Window, path: &Path) -> (RgbImage, Value) {
    window.will_pick(path);
    window.choose("Export", "Grad-CAM…");
    window.until("the file", |w| w.app().is_settled());
    let facts = fs::read(path.with_extension("json")).unwrap();
    (
        image::open(path).unwrap().to_rgb8(),
        serde_json::from_slice(&facts).unwrap(),
    )
}

fn with_facts(window: &mut Window) {
    window.choose("Export", "Figure settings…");
    window.click("Facts beside it (.json)");
    window.key(Key::Escape);
}

/// Chooses a value where the scale ends.
fn end_scale_at(window: &mut Window, value: &str) {
    window.click("Maximum");
    window.click("Value of the maximum");
    window
        .harness
        .key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.harness.run_steps(1);
    window.harness.event(egui::Event::Text(value.to_owned()));
    window.harness.run_steps(1);
    window.key(Key::Enter);
    window.key(Key::Escape);
    window.settle();
}

fn legend(window: &Window) -> String {
    let node = window.harness.get_by_label_contains("Legend:");
    node.accesskit_node().label().unwrap_or_default()
}

#[test]
fn the_menu_of_colours_shows_them_and_warns_of_jet() {
    let mut window = Window::open();
    window.click("Colours");
    let warning = Colormap::Jet.warning().unwrap();
    window.harness.get_by_label(warning);
    window.harness.remove_cursor();
    window.harness.run_steps(2);
    let screen = window.harness.render().unwrap();
    for map in Colormap::ALL {
        let entries = window.harness.query_all_by_label(map.name());
        let rects: Vec<egui::Rect> = entries
            .filter(|node| node.accesskit_node().role() == Role::Button)
            .map(|node| node.rect())
            .collect();
        let [rect] = *rects else {
            panic!("{} entries of {map}", rects.len())
        };
        // The bar before the name has all colours of the map, from the first to the last.
        let y = rect.center().y as u32;
        let row = (rect.left() as u32..rect.right() as u32).map(|x| screen.get_pixel(x, y).0);
        let row: Vec<[u8; 4]> = row.collect();
        for index in [40, 128, 215] {
            let wanted = map.table()[index];
            let is_near = |seen: &[u8; 4]| (0..3).all(|c| seen[c].abs_diff(wanted[c]) <= 6);
            assert!(row.iter().any(is_near), "{map} lacks {wanted:?}");
        }
    }
    window.click("jet");
    window.settle();
    assert!(legend(&window).contains("jet"));
}

#[test]
fn each_overlay_is_drawn_in_the_window_and_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    with_facts(&mut window);
    let sent = window.app().requests_sent();
    let (blend, facts) = exported(&mut window, &folder.path().join("blend.png"));
    assert_eq!(facts["overlay"], "blend");
    assert_eq!(facts["scale_max"], facts["map_max"]);
    assert!(facts.get("contours").is_none());

    window.choose("Overlay", "Contours");
    window.settle();
    let (contours, facts) = exported(&mut window, &folder.path().join("contours.png"));
    assert_eq!(facts["overlay"], "contours");
    let values = facts["contours"].as_array().unwrap();
    let shares = values
        .iter()
        .map(|value| value.as_f64().unwrap() / facts["map_max"].as_f64().unwrap());
    for (share, level) in shares.zip([0.2, 0.4, 0.6, 0.8]) {
        assert!((share - level).abs() < 1e-4);
    }
    // Between the lines there is the photo as it is.
    let photo = image::open(cat_and_coffee()).unwrap().to_rgb8();
    let centre_of = |picture: &RgbImage| -> Vec<[u8; 3]> {
        let (width, height) = picture.dimensions();
        let inside = picture.enumerate_pixels().filter(|(x, y, _)| {
            (width / 4..3 * width / 4).contains(x) && (height / 4..3 * height / 4).contains(y)
        });
        inside.map(|(.., pixel)| pixel.0).collect()
    };
    let (drawn, plain) = (centre_of(&contours), centre_of(&photo));
    let same = drawn.iter().zip(&plain).filter(|(a, b)| a == b).count() as f64;
    let share = same / plain.len() as f64;
    assert!((0.5..0.99).contains(&share), "{share} is the photo");
    for index in [51, 102, 153, 204] {
        let colour = Colormap::Inferno.table()[index];
        assert!(drawn.contains(&colour), "no line in {colour:?}");
    }
    // Opacity does nothing to lines, so it cannot be set.
    let slider = window.harness.get_by_label("Opacity");
    assert!(slider.accesskit_node().is_disabled());

    window.choose("Overlay", "Native cells");
    window.settle();
    let (cells, facts) = exported(&mut window, &folder.path().join("cells.png"));
    assert_eq!(facts["overlay"], "cells");
    assert_ne!(cells, blend);
    assert_ne!(cells, contours);
    assert_eq!(window.app().requests_sent(), sent);
}

#[test]
fn a_typed_maximum_ends_all_scales_and_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    with_facts(&mut window);
    let (own, facts) = exported(&mut window, &folder.path().join("own.png"));
    let largest = facts["map_max"].as_f64().unwrap();
    let before = legend(&window);
    end_scale_at(&mut window, "1000");
    assert_eq!(legend(&window), "Legend: inferno from 0 to 1000");
    let (weak, facts) = exported(&mut window, &folder.path().join("weak.png"));
    assert_eq!(facts["scale_max"], 1000.0);
    assert_eq!(facts["map_max"], largest);
    assert_ne!(weak, own);

    // Less than the largest value: the legend says that there is more.
    let half = (largest / 2.0 * 100.0).round() / 100.0;
    end_scale_at(&mut window, &half.to_string());
    assert!(
        legend(&window).contains("from 0 to ≥ "),
        "{}",
        legend(&window)
    );

    // What is no number above 0 changes nothing.
    for text in ["much", "-3", "0"] {
        let said = legend(&window);
        end_scale_at(&mut window, text);
        let now = legend(&window);
        assert!(now == said || !now.contains("to 0"), "{text}: {now}");
    }
    end_scale_at(&mut window, "12.5");
    let session = folder.path().join("scale.gradcam.json");
    window.will_pick(&session);
    window.ctrl(Key::S);
    window.until("the session", |w| w.app().is_settled());
    window.choose("Maximum", "Automatic: each map's own");
    window.settle();
    assert_eq!(legend(&window), before);
    drop(window);

    let mut again = Window::new(Start {
        image: Some(session),
        ..Start::default()
    });
    again.settle();
    assert!(
        legend(&again).ends_with("from 0 to 12.5"),
        "{}",
        legend(&again)
    );
    again.choose("Maximum", "Automatic: shared by all rows");
    again.settle();
    assert_eq!(legend(&again), before);
}
