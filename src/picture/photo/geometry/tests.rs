use super::*;

fn frame(width: u32, height: u32, crop_pct: f64) -> Frame {
    Frame {
        width,
        height,
        crop_pct,
        mode: CropMode::Centre,
        filter: Filter::Bilinear,
        fill: [0; 3],
    }
}

fn crop(image: (u32, u32), side: u32, pct: f64) -> Placement {
    Placement::new(image, &frame(side, side, pct), Fit::Crop)
}

#[track_caller]
fn near(actual: f64, expected: f64) {
    assert!(
        (actual - expected).abs() < 1e-9,
        "{actual} is not {expected}"
    );
}

/// Sizes and corners computed with torchvision's `Resize` and `CenterCrop` by hand.
#[test]
fn crops_like_torchvision() {
    // image, side, crop_pct, resized, left, top
    let known = [
        ((451, 300), 224, 0.875, (384, 256), 80.0, 16.0),
        ((300, 451), 224, 0.875, (256, 384), 16.0, 80.0),
        // The margins are 58.5 and 16: half to even gives 58.
        ((333, 256), 224, 0.875, (333, 256), 54.0, 16.0),
        ((341, 256), 224, 0.875, (341, 256), 58.0, 16.0),
        ((343, 256), 224, 0.875, (343, 256), 60.0, 16.0),
        ((640, 427), 224, 0.875, (383, 256), 80.0, 16.0),
        ((640, 480), 299, 0.875, (454, 341), 78.0, 21.0),
        ((640, 480), 224, 0.9, (330, 248), 53.0, 12.0),
        ((224, 224), 224, 1.0, (224, 224), 0.0, 0.0),
    ];
    for (image, side, pct, resized, left, top) in known {
        let placed = crop(image, side, pct);
        assert_eq!(placed.resized, resized, "{image:?}");
        let scale = f64::from(image.0) / f64::from(resized.0);
        near(placed.source.x, left * scale);
        near(placed.source.width, f64::from(side) * scale);
        let scale = f64::from(image.1) / f64::from(resized.1);
        near(placed.source.y, top * scale);
        near(placed.source.height, f64::from(side) * scale);
    }
}

#[test]
fn covers_an_input_that_is_not_square_like_timm() {
    // The target is 320 × 160 at 0.8; the photo shrinks by min(640 / 320, 480 / 160) = 2.
    let placed = Placement::new((640, 480), &frame(256, 128, 0.8), Fit::Crop);
    assert_eq!(placed.resized, (320, 240));
    near(placed.source.x, 32.0 * 2.0);
    near(placed.source.y, 56.0 * 2.0);
    near(placed.source.width, 512.0);
    near(placed.source.height, 256.0);
}

#[test]
fn ignores_a_crop_fraction_out_of_range() {
    for pct in [0.0, -1.0, 9.0, f64::NAN, f64::INFINITY] {
        assert_eq!(crop((300, 200), 100, pct).resized, (150, 100), "{pct}");
    }
}

/// Sizes and corners computed with timm's `Resize`, `ResizeKeepRatio`, `CenterCrop` and `CenterCropOrPad`.
#[test]
fn has_timms_other_ways_to_crop() {
    let placed = |mode, image, pct| {
        let frame = Frame {
            mode,
            ..frame(224, 224, pct)
        };
        let placed = Placement::new(image, &frame, Fit::Crop);
        (placed.resized, placed.origin)
    };
    for (mode, image, pct, resized, origin) in [
        (CropMode::Squash, (640, 480), 1.0, (224, 224), (0, 0)),
        (CropMode::Squash, (640, 480), 0.9, (248, 248), (12, 12)),
        (CropMode::Squash, (640, 480), 1.25, (179, 179), (-22, -22)),
        (CropMode::Border, (640, 480), 1.0, (224, 168), (0, -28)),
        (CropMode::Border, (640, 480), 0.8, (280, 210), (28, -7)),
        (CropMode::Centre, (640, 480), 1.1, (270, 203), (23, -10)),
        // The margin is 59: half of it to even is 30, and rounded down 29.
        (CropMode::Centre, (283, 224), 1.0, (283, 224), (30, 0)),
        (CropMode::CentreFloor, (283, 224), 1.0, (283, 224), (29, 0)),
    ] {
        assert_eq!(
            placed(mode, image, pct),
            (resized, origin),
            "{mode:?} {pct}"
        );
    }
}

#[test]
fn stretches_and_pads_whatever_the_models_own_way_is() {
    for mode in CropMode::ALL {
        let frame = Frame {
            mode,
            fill: [1, 2, 3],
            ..frame(200, 200, 0.875)
        };
        let stretched = Placement::new((400, 100), &frame, Fit::Stretch);
        assert_eq!((stretched.resized, stretched.origin), ((200, 200), (0, 0)));
        let padded = Placement::new((400, 100), &frame, Fit::Pad);
        assert_eq!((padded.resized, padded.origin), ((200, 50), (0, -75)));
        assert_eq!(padded.fill(&frame), [1, 2, 3]);
        let own = Placement::new((400, 100), &frame, Fit::Crop);
        assert_eq!(own.fill(&frame) == [1, 2, 3], mode == CropMode::Border);
    }
}

#[test]
fn covers_the_whole_image_when_stretched() {
    let placed = Placement::new((451, 300), &frame(224, 224, 0.875), Fit::Stretch);
    assert_eq!(placed.resized, (224, 224));
    let whole = PixelBox {
        x: 0,
        y: 0,
        width: 451,
        height: 300,
    };
    assert_eq!(placed.seen(), whole);
    assert_eq!(placed.to_image(224.0, 112.0), (451.0, 150.0));
}

#[test]
fn pads_on_both_sides() {
    let placed = Placement::new((400, 100), &frame(200, 200, 0.875), Fit::Pad);
    assert_eq!(placed.resized, (200, 50));
    assert_eq!(placed.to_input(0.0, 0.0), (0.0, 75.0));
    assert_eq!(placed.to_input(400.0, 100.0), (200.0, 125.0));
    assert_eq!(placed.source.y, -150.0);
    let seen = placed.seen();
    assert_eq!((seen.width, seen.height), (400, 100));
}

#[test]
fn inverts_the_mapping() {
    for fit in Fit::ALL {
        for image in [(451, 300), (1, 1), (12000, 9000), (10000, 1), (3, 4000)] {
            let placed = Placement::new(image, &frame(224, 192, 0.875), fit);
            for (x, y) in [(0.0, 0.0), (0.5, 0.5), (17.25, 3.5)] {
                let (u, v) = placed.to_input(x, y);
                let (back_x, back_y) = placed.to_image(u, v);
                near(back_x, x);
                near(back_y, y);
            }
        }
    }
}

#[test]
fn sees_the_pixels_inside_the_input() {
    let placed = crop((451, 300), 224, 0.875);
    let seen = placed.seen();
    let inside = |x: u32| {
        let (u, _) = placed.to_input(f64::from(x) + 0.5, 0.0);
        (0.0..224.0).contains(&u)
    };
    for x in 0..451 {
        let said = (seen.x..seen.x + seen.width).contains(&x);
        assert_eq!(inside(x), said, "column {x}");
    }
}

#[test]
fn places_narrow_strips_and_single_pixels() {
    for image in [
        (1, 1),
        (10000, 1),
        (1, 10000),
        (65535, 1),
        (2, 65535),
        (0, 0),
    ] {
        for fit in Fit::ALL {
            let placed = Placement::new(image, &frame(224, 224, 0.875), fit);
            let seen = placed.seen();
            assert!(seen.width >= 1 && seen.height >= 1, "{image:?} {fit}");
            assert!(seen.x + seen.width <= image.0.max(1));
            assert!(seen.y + seen.height <= image.1.max(1));
            assert!(placed.source.width > 0.0 && placed.source.height > 0.0);
        }
    }
    // The crop of a line of 10000 pixels lies between two pixel centres.
    assert_eq!(crop((10000, 1), 224, 0.875).seen().width, 1);
}

#[test]
fn places_a_reduced_copy_like_the_original() {
    let placed = crop((4000, 3000), 224, 0.875);
    let small = placed.at_size(400, 300);
    let (u, v) = placed.to_input(1000.0, 500.0);
    let (su, sv) = small.to_input(100.0, 50.0);
    near(su, u);
    near(sv, v);
    assert_eq!(placed.at_size(4000, 3000), placed);
}

#[test]
fn parses_its_own_names() {
    for fit in Fit::ALL {
        assert_eq!(fit.to_string().parse(), Ok(fit));
    }
    for filter in Filter::ALL {
        assert_eq!(filter.name().parse(), Ok(filter));
        let json = serde_json::to_string(&filter).unwrap();
        assert_eq!(json, format!("\"{}\"", filter.name()));
    }
    for mode in CropMode::ALL {
        assert_eq!(mode.name().parse(), Ok(mode));
    }
    let error = "squash".parse::<Fit>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no fit \"squash\"; the choices are crop, stretch, pad"
    );
}
