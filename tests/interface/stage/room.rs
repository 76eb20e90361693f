//! How the window gives room to the pictures: arrangements, one panel alone, and lists that hide.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Rect, pos2, vec2};
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

use crate::support::{Window, cat_and_coffee, file, squeezenet};

fn sized(width: f32, height: f32) -> Window {
    let start = Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let mut window = Window::sized(start, width, height, egui::Theme::Dark);
    window.settle();
    window
}

const PANELS: [&str; 4] = ["Original", "Grad-CAM", "Guided backprop", "Guided Grad-CAM"];

fn panels(window: &Window) -> Vec<Rect> {
    let found = PANELS.iter().filter_map(|name| {
        let mut all = window
            .harness
            .query_all_by_role_and_label(Role::Image, name);
        all.next().map(|node| node.rect())
    });
    found.collect()
}

/// The width of the heat map's panel, as a share of the window.
fn share(window: &Window, width: f32) -> f32 {
    window.row(Role::Image, "Grad-CAM").rect().width() / width
}

#[test]
fn the_heat_map_of_a_square_photo_takes_a_good_part_of_the_window() {
    for (width, height, least) in [
        (1024.0, 640.0, 0.28),
        (1440.0, 900.0, 0.36),
        (2560.0, 1440.0, 0.38),
    ] {
        let window = sized(width, height);
        assert_eq!(panels(&window).len(), 4);
        let share = share(&window, width);
        assert!(share > least, "{share} of {width}");
    }
}

#[test]
fn a_panorama_has_the_whole_width_of_the_stage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.png");
    let photo = image::open(cat_and_coffee()).unwrap();
    let photo = photo.resize_exact(1924, 541, image::imageops::FilterType::Triangle);
    photo.save(&path).unwrap();
    for (width, height) in [(1024.0, 640.0), (1440.0, 900.0), (2560.0, 1440.0)] {
        let start = Start {
            image: Some(path.clone()),
            model: Some(squeezenet()),
            ..Start::default()
        };
        let mut window = Window::sized(start, width, height, egui::Theme::Dark);
        window.settle();
        let [original, heat_map, ..] = panels(&window)[..] else {
            panic!("four panels")
        };
        let layers = window.row(Role::TreeItem, "features.12").rect();
        let classes = window.row(Role::ListBoxOption, "espresso").rect();
        let stage = classes.left() - layers.right();
        assert!(heat_map.width() > 0.9 * stage, "{heat_map} of {stage}");
        assert!(original.top() > heat_map.bottom(), "{original}, {heat_map}");
        assert!(original.width() > 0.28 * stage, "{original}");
    }
}

#[test]
fn what_was_not_seen_is_dark_in_the_dark_theme_and_pale_in_the_light_one() {
    let photo = image::open(cat_and_coffee()).unwrap().to_rgb8();
    let sum = |levels: [u8; 3]| levels.map(i32::from).iter().sum::<i32>();
    let level = sum(photo.get_pixel(4, 4).0);
    let shown = |theme| {
        let start = Start {
            image: Some(cat_and_coffee()),
            model: Some(squeezenet()),
            ..Start::default()
        };
        let mut window = Window::sized(start, 1440.0, 900.0, theme);
        window.settle();
        window.harness.hover_at(pos2(5.0, 5.0));
        window.harness.run_steps(2);
        let rect = window.row(Role::Image, "Grad-CAM").rect();
        let scale = rect.width() / 448.0;
        // Between two lines of the hatch on at least one of the places.
        let places = (0..4).map(|i| rect.min + vec2(4.5 + i as f32, 4.5) * scale);
        let levels = places.map(|at| sum(colour(&mut window, at)));
        levels.collect::<Vec<i32>>()
    };
    let dark = shown(egui::Theme::Dark);
    assert!(*dark.iter().min().unwrap() < level, "{dark:?}, {level}");
    let light = shown(egui::Theme::Light);
    assert!(*light.iter().max().unwrap() > level, "{light:?}, {level}");
}

#[test]
fn the_strip_folds_in_a_low_window_until_it_is_wanted() {
    let mut window = sized(1024.0, 640.0);
    let folded = share(&window, 1024.0);
    window.click("Show maps");
    window.harness.run_steps(2);
    assert!(share(&window, 1024.0) < folded);
    window.click("Fold");
    window.harness.run_steps(2);
    assert_eq!(share(&window, 1024.0), folded);
    let window = sized(1440.0, 900.0);
    assert!(window.harness.query_by_label("Show maps").is_none());
}

#[test]
fn one_panel_fills_the_stage_and_the_lists_make_way() {
    let mut window = sized(1440.0, 900.0);
    let before = share(&window, 1440.0);
    window.key(Key::F);
    window.harness.run_steps(2);
    assert_eq!(panels(&window).len(), 1, "the heat map alone");
    let alone = share(&window, 1440.0);
    assert!(alone >= before, "{alone}, {before}");

    // Arrows walk the classes as before.
    let chosen = window.chosen_class();
    window.key(Key::ArrowRight);
    window.settle();
    assert_ne!(window.chosen_class(), chosen);

    for key in [Key::OpenBracket, Key::CloseBracket, Key::S] {
        window.key(key);
    }
    window.harness.run_steps(3);
    assert_eq!(
        window
            .harness
            .query_all_by_role(Role::ListBoxOption)
            .count(),
        0
    );
    assert_eq!(window.harness.query_all_by_role(Role::TreeItem).count(), 0);
    let all = share(&window, 1440.0);
    assert!(all > alone * 1.2, "{all}, {alone}");

    window.key(Key::Escape);
    window.harness.run_steps(2);
    assert_eq!(panels(&window).len(), 4);
    for key in [Key::OpenBracket, Key::CloseBracket, Key::S] {
        window.key(key);
    }
    window.harness.run_steps(3);
    assert!(window.harness.query_all_by_role(Role::TreeItem).count() > 0);
}

#[test]
fn a_double_click_enlarges_the_panel_that_it_hits() {
    let mut window = sized(1440.0, 900.0);
    let at = window.row(Role::Image, "Guided backprop").rect().center();
    for _ in 0..2 {
        window.harness.hover_at(at);
        window.harness.drag_at(at);
        window.harness.drop_at(at);
        window.harness.step();
    }
    window.harness.run_steps(2);
    window.row(Role::Image, "Guided backprop");
    assert_eq!(panels(&window).len(), 1);
    window.click("All panels");
    window.harness.run_steps(2);
    assert_eq!(panels(&window).len(), 4);
}

/// The colour in the middle of a part of the window.
fn colour(window: &mut Window, at: egui::Pos2) -> [u8; 3] {
    let picture = window.harness.render().unwrap();
    let [r, g, b, _] = picture.get_pixel(at.x as u32, at.y as u32).0;
    [r, g, b]
}

#[test]
fn the_line_parts_photo_and_overlay_and_space_shows_the_photo_alone() {
    let mut window = sized(1440.0, 900.0);
    window.key(Key::F);
    window.harness.run_steps(2);
    let rect = window.row(Role::Image, "Grad-CAM").rect();
    window.harness.hover_at(pos2(5.0, 5.0));
    window.harness.run_steps(2);
    let at = |share: f32| rect.min + vec2(share, 0.3) * rect.size();
    let [left, right] = [at(0.35), at(0.75)];
    let overlaid = [colour(&mut window, left), colour(&mut window, right)];

    let line = window
        .row(Role::Slider, "Photo on the left")
        .rect()
        .center();
    let to = pos2(rect.center().x, line.y);
    window.harness.hover_at(line);
    window.harness.drag_at(line);
    window.harness.step();
    window.harness.hover_at(to);
    window.harness.step();
    window.harness.drop_at(to);
    window.harness.hover_at(pos2(5.0, 5.0));
    window.harness.run_steps(2);
    let parted = [colour(&mut window, left), colour(&mut window, right)];
    assert_ne!(parted[0], overlaid[0], "the photo shows left of the line");
    assert_eq!(parted[1], overlaid[1], "and the overlay right of it");

    let space = |pressed| Event::Key {
        key: Key::Space,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    window.harness.event(space(true));
    window.harness.run_steps(2);
    let alone = [colour(&mut window, left), colour(&mut window, right)];
    assert_eq!(alone[0], parted[0]);
    assert_ne!(alone[1], parted[1]);
    window.harness.event(space(false));
    window.harness.run_steps(2);
    assert_eq!(colour(&mut window, right), parted[1]);
}

#[test]
fn panels_show_only_what_the_model_sees_and_figures_are_cut_alike() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        image: Some(file("assets/rocket.jpg")),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let mut window = Window::sized(start, 1440.0, 900.0, egui::Theme::Dark);
    window.settle();
    let aspect = |window: &Window| {
        let rects = panels(window);
        assert_eq!(rects.len(), 4);
        for rect in &rects {
            let same = (rect.aspect_ratio() - rects[0].aspect_ratio()).abs() < 0.01;
            assert!(same, "{rects:?}");
        }
        rects[0].aspect_ratio()
    };
    assert!((aspect(&window) - 640.0 / 427.0).abs() < 0.01);
    window.key(Key::M);
    window.settle();
    // Of 640 × 427 pixels, the middle square of 87.5 % of the short side: 374 by 373 pixel centres.
    assert!((aspect(&window) - 1.0).abs() < 0.01);
    let original = window.row(Role::Image, "Original").rect();
    let corner = colour(&mut window, original.left_top() + vec2(3.0, 3.0));
    let photo = image::open(file("assets/rocket.jpg")).unwrap().to_rgb8();
    let (left, top) = ((640 - 374) / 2, (427 - 373) / 2);
    let px = f64::from(original.width()) / 374.0;
    let at = photo.get_pixel(left + (3.5 / px) as u32, top + (3.5 / px) as u32);
    for (seen, expected) in corner.iter().zip(at.0) {
        assert!(seen.abs_diff(expected) < 12, "{corner:?}, not {at:?}");
    }

    let path = folder.path().join("cut.png");
    window.will_pick(&path);
    window.choose("Export", "Original…");
    window.until("the file", |w| path.exists() && w.app().is_settled());
    assert_eq!(image::image_dimensions(&path).unwrap(), (374, 373));

    // A magnified panel shows nothing else either.
    window.key(Key::Plus);
    window.key(Key::Plus);
    for _ in 0..20 {
        let shift = Modifiers::SHIFT;
        window.harness.key_press_modifiers(shift, Key::ArrowLeft);
        window.harness.step();
    }
    window.harness.run_steps(2);
    let edge = colour(&mut window, original.left_center() + vec2(2.0, 0.0));
    let row = top + 373 / 2;
    let at = photo.get_pixel(left + 1, row);
    for (seen, expected) in edge.iter().zip(at.0) {
        assert!(seen.abs_diff(expected) < 24, "{edge:?}, not {at:?}");
    }

    window.key(Key::M);
    window.settle();
    assert!((aspect(&window) - 640.0 / 427.0).abs() < 0.01);
}
