use super::*;
use crate::picture::photo::geometry::{Filter, Fit, Frame};

fn place(image: (u32, u32), side: u32, fit: Fit) -> Placement {
    let frame = Frame {
        width: side,
        height: side,
        crop_pct: 1.0,
        mode: crate::picture::photo::geometry::CropMode::Centre,
        filter: Filter::Bilinear,
        fill: [0; 3],
    };
    Placement::new(image, &frame, fit)
}

fn map(width: usize, values: &[f32]) -> Map {
    Map {
        width,
        height: values.len() / width,
        values: values.to_vec(),
    }
}

fn look(opacity: f32, overlay: Overlay) -> Look {
    Look {
        colormap: Colormap::Grey,
        opacity,
        overlay,
        scale: Scale::Own,
        difference_opacity: 1.0,
    }
}

fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([x as u8 * 20, y as u8 * 30, 201]))
}

#[test]
fn divides_importance_by_the_maximum_and_rounds_down() {
    let p = place((4, 2), 4, Fit::Stretch);
    let picture = importance(
        &map(4, &[0.0, 1.0, 2.0, 4.0, 4.0, 2.0, 1.0, 0.0]),
        &p,
        Scale::Own,
    );
    assert_eq!(picture.as_raw(), &[0, 63, 127, 255, 255, 127, 63, 0]);
}

#[test]
fn interpolates_importance_between_cell_centres() {
    let p = place((8, 1), 8, Fit::Stretch);
    let picture = importance(&map(2, &[0.0, 10.0]), &p, Scale::Own);
    // Cell centres at 2 and 6; pixel centres at 0.5, 1.5, …
    let expected: Vec<u8> = [0.0, 0.0, 0.125, 0.375, 0.625, 0.875, 1.0, 1.0]
        .map(|t: f32| (t * 255.0) as u8)
        .to_vec();
    assert_eq!(picture.as_raw(), &expected);
}

#[test]
fn agrees_with_sampling_the_map_at_the_input_position() {
    let values: Vec<f32> = (0..49).map(|i| ((i * 37) % 50) as f32).collect();
    let map = map(7, &values);
    let p = place((451, 300), 224, Fit::Crop);
    let (seen, picture) = (p.seen(), importance(&map, &p, Scale::Own));
    for (x, y, value) in picture.enumerate_pixels() {
        let centre = (f64::from(seen.x + x) + 0.5, f64::from(seen.y + y) + 0.5);
        let (u, v) = p.to_input(centre.0, centre.1);
        let expected = map.sample(u / 224.0, v / 224.0) / map.max() * 255.0;
        let off = f32::from(value.0[0]) - expected.floor();
        assert!(off.abs() <= 1.0, "({x}, {y}): {value:?}, {expected}");
    }
}

#[test]
fn never_stretches_zeros() {
    let p = place((6, 6), 4, Fit::Crop);
    for values in [[0.0; 4], [-1.0, -2.0, 0.0, -1.0], [f32::NAN; 4]] {
        let picture = importance(&map(2, &values), &p, Scale::Own);
        assert!(
            picture.as_raw().iter().all(|value| *value == 0),
            "{values:?}"
        );
    }
    assert_eq!(
        importance(&Map::default(), &p, Scale::Own).dimensions(),
        (6, 6)
    );
}

#[test]
fn shows_a_constant_map_at_full_importance() {
    for value in [0.1, 1e-20, 3.3e7] {
        let picture = importance(
            &map(3, &[value; 9]),
            &place((50, 31), 17, Fit::Crop),
            Scale::Own,
        );
        assert!(picture.as_raw().iter().all(|value| *value == 255));
    }
}

#[test]
fn applies_a_common_scale_and_clamps() {
    let p = place((4, 1), 4, Fit::Stretch);
    let map = map(4, &[0.0, 1.0, 2.0, 4.0]);
    let shown = |scale| importance(&map, &p, scale).into_raw();
    assert_eq!(shown(Scale::Own), [0, 63, 127, 255]);
    assert_eq!(shown(Scale::UpTo(4.0)), shown(Scale::Own));
    assert_eq!(shown(Scale::UpTo(8.0)), [0, 31, 63, 127]);
    assert_eq!(shown(Scale::UpTo(2.0)), [0, 127, 255, 255]);
    for nothing in [0.0, -1.0, f32::NAN] {
        assert_eq!(shown(Scale::UpTo(nothing)), [0; 4], "{nothing}");
    }
}

#[test]
fn applies_the_scale_in_every_overlay() {
    let (photo, p) = (photo(4, 1), place((4, 1), 4, Fit::Stretch));
    let map = map(1, &[2.0]);
    let half = Scale::UpTo(4.0);
    let heat = heat_layer(&map, &p, Colormap::Jet, half);
    assert!(heat.pixels().all(|p| p.0 == Colormap::Jet.table()[127]));
    let dark = spotlight_layer(&map, &p, half);
    assert!(dark.pixels().all(|pixel| pixel.0 == [0, 0, 0, 128]));
    let look = Look {
        scale: half,
        ..look(1.0, Overlay::Blend)
    };
    let heat = overlay(&photo, &map, &p, &look);
    assert!(heat.pixels().all(|pixel| pixel.0 == [127; 3]));
}

#[test]
fn keeps_zeros_under_a_common_scale() {
    let p = place((2, 2), 4, Fit::Stretch);
    for values in [[0.0; 4], [-1.0, -2.0, 0.0, -1.0], [f32::NAN; 4]] {
        let picture = importance(&map(2, &values), &p, Scale::UpTo(3.0));
        assert_eq!(picture.as_raw(), &[0; 4], "{values:?}");
    }
}

#[test]
fn a_spotlight_never_leaves_the_unseen_brighter_than_the_seen() {
    let photo = RgbImage::from_pixel(8, 4, Rgb([200; 3]));
    let p = place((8, 4), 4, Fit::Crop);
    let dark = map(1, &[0.0]);
    for opacity in [0.0, 0.5, 0.8, 1.0] {
        let lit = overlay(&photo, &dark, &p, &look(opacity, Overlay::Spotlight));
        let [unseen, seen] = [0, 3].map(|x| lit.get_pixel(x, 0).0[0]);
        assert!(unseen <= seen, "{unseen} {seen} at {opacity}");
    }
}

#[test]
fn a_difference_is_the_more_opaque_the_larger_it_is() {
    let p = place((5, 1), 5, Fit::Stretch);
    let map = map(5, &[-4.0, -2.0, 0.0, 2.0, 4.0]);
    let [violet, orange] = SIGNS;
    let alphas = |scale| {
        let layer = difference_layer(&map, &p, scale, Sampling::Bilinear);
        for (x, _, pixel) in layer.enumerate_pixels().filter(|(x, ..)| *x != 2) {
            assert_eq!(pixel.0[..3], if x < 2 { violet } else { orange });
        }
        layer.pixels().map(|pixel| pixel.0[3]).collect::<Vec<u8>>()
    };
    assert_eq!(alphas(Scale::Own), [255, 128, 0, 128, 255]);
    assert_eq!(alphas(Scale::UpTo(8.0)), [128, 64, 0, 64, 128]);
    assert_eq!(alphas(Scale::UpTo(2.0)), [255, 255, 0, 255, 255]);
}

#[test]
fn no_difference_is_transparent() {
    let p = place((3, 2), 4, Fit::Stretch);
    for map in [map(2, &[0.0; 4]), map(2, &[f32::NAN; 4]), Map::default()] {
        for scale in [Scale::Own, Scale::UpTo(1.0), Scale::UpTo(0.0)] {
            let layer = difference_layer(&map, &p, scale, Sampling::Bilinear);
            assert_eq!(layer.dimensions(), (3, 2));
            assert!(layer.pixels().all(|pixel| pixel.0[3] == 0));
        }
    }
}

#[test]
fn a_difference_lies_over_the_photo_in_grey() {
    let (photo, p) = (photo(8, 4), place((8, 4), 4, Fit::Crop));
    let map = map(2, &[-1.0, 1.0]);
    let layer = difference_layer(&map, &p, Scale::Own, Sampling::Bilinear);
    for opacity in [0.0, 0.5, 1.0] {
        let look = Look {
            difference_opacity: opacity,
            ..look(0.5, Overlay::Blend)
        };
        let laid = difference_overlay(&photo, &map, &p, &look);
        for (x, y, pixel) in laid.enumerate_pixels() {
            let [red, green, blue] = photo.get_pixel(x, y).0.map(f32::from);
            let grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            let expected = if (2..6).contains(&x) {
                let ink = layer.get_pixel(x - 2, y).0.map(f32::from);
                std::array::from_fn(|i| grey + (ink[i] - grey) * opacity * ink[3] / 255.0)
            } else {
                [grey * 0.4; 3]
            };
            let close = |i: usize| (f32::from(pixel.0[i]) - expected[i].floor()).abs() <= 1.0;
            assert!((0..3).all(close), "({x}, {y}) at {opacity}: {pixel:?}");
        }
    }
}

#[test]
fn draws_layers_at_the_size_of_the_seen_box() {
    let p = place((6, 4), 4, Fit::Crop);
    let map = map(1, &[2.0]);
    let heat = heat_layer(&map, &p, Colormap::Inferno, Scale::Own);
    assert_eq!(heat.dimensions(), (4, 4));
    assert!(
        heat.pixels()
            .all(|pixel| pixel.0 == Colormap::Inferno.table()[255])
    );
    let dark = spotlight_layer(&map, &p, Scale::Own);
    assert!(dark.pixels().all(|pixel| pixel.0 == [0, 0, 0, 0]));
    let dark = spotlight_layer(&Map::default(), &p, Scale::Own);
    assert!(dark.pixels().all(|pixel| pixel.0 == [0, 0, 0, 255]));
}

#[test]
fn shows_the_photo_at_opacity_zero_and_the_map_at_one() {
    let (photo, p) = (photo(6, 4), place((6, 4), 4, Fit::Stretch));
    let map = map(2, &[0.0, 1.0, 2.0, 3.0]);
    for kind in Overlay::ALL.into_iter().filter(|kind| kind.has_opacity()) {
        assert_eq!(overlay(&photo, &map, &p, &look(0.0, kind)), photo);
    }
    let heat = heat_layer(&map, &p, Colormap::Grey, Scale::Own);
    assert_eq!(overlay(&photo, &map, &p, &look(1.0, Overlay::Blend)), heat);
}

#[test]
fn shows_the_mean_at_half_opacity() {
    let (photo, p) = (photo(6, 4), place((6, 4), 4, Fit::Stretch));
    let map = map(2, &[0.0, 1.0, 2.0, 3.0]);
    let heat = heat_layer(&map, &p, Colormap::Grey, Scale::Own);
    let mixed = overlay(&photo, &map, &p, &look(0.5, Overlay::Blend));
    for ((mixed, photo), heat) in mixed.iter().zip(photo.iter()).zip(heat.iter()) {
        assert_eq!(
            u16::from(*mixed),
            u16::midpoint(u16::from(*photo), u16::from(*heat))
        );
    }
}

#[test]
fn scales_the_photo_by_importance_in_a_spotlight() {
    let (photo, p) = (photo(6, 4), place((6, 4), 4, Fit::Stretch));
    let map = map(2, &[0.0, 1.0, 2.0, 3.0]);
    let importance = importance(&map, &p, Scale::Own);
    for opacity in [0.5, 1.0] {
        let lit = overlay(&photo, &map, &p, &look(opacity, Overlay::Spotlight));
        for (x, y, pixel) in lit.enumerate_pixels() {
            let t = f64::from(importance.get_pixel(x, y).0[0]) / 255.0;
            let light = 1.0 - f64::from(opacity) * (1.0 - t);
            for (actual, photo) in pixel.0.iter().zip(photo.get_pixel(x, y).0) {
                let exact = f64::from(photo) * light;
                assert!((exact - 1.0..=exact + 0.01).contains(&f64::from(*actual)));
            }
        }
    }
}

#[test]
fn shades_what_the_crop_leaves_out_at_any_opacity() {
    let (photo, p) = (photo(8, 4), place((8, 4), 4, Fit::Crop));
    let map = map(1, &[1.0]);
    for opacity in [0.0, 1.0] {
        let picture = overlay(&photo, &map, &p, &look(opacity, Overlay::Blend));
        for (x, y, pixel) in picture.enumerate_pixels() {
            let photo = photo.get_pixel(x, y).0;
            let expected = if !(2..6).contains(&x) {
                photo.map(|value| (u16::from(value) * 4 / 10) as u8)
            } else if opacity == 0.0 {
                photo
            } else {
                [255; 3]
            };
            assert_eq!(pixel.0, expected, "({x}, {y}) at {opacity}");
        }
    }
}

#[test]
fn overlays_a_reduced_copy_like_the_original() {
    let p = place((80, 40), 4, Fit::Crop);
    let picture = overlay(
        &photo(8, 4),
        &map(1, &[1.0]),
        &p,
        &look(1.0, Overlay::Blend),
    );
    assert_eq!(picture.get_pixel(2, 0).0, [255; 3]);
    assert_ne!(picture.get_pixel(1, 0).0, [255; 3]);
}

fn planes(width: usize, values: [&[f32]; 3]) -> SignedImage {
    SignedImage {
        width,
        height: values[0].len() / width,
        values: values.concat(),
        blue_first: false,
    }
}

#[test]
fn shows_zero_as_mid_grey_and_signs_symmetrically() {
    let p = place((4, 1), 4, Fit::Stretch);
    let picture = signed(
        &planes(
            4,
            [&[0.0, 1.0, -1.0, 0.5], &[0.0; 4], &[0.0, 0.0, 0.0, -0.5]],
        ),
        &p,
    );
    assert_eq!(picture.get_pixel(0, 0).0, [127, 127, 127]);
    assert_eq!(picture.get_pixel(1, 0).0, [255, 127, 127]);
    assert_eq!(picture.get_pixel(2, 0).0, [0, 127, 127]);
    assert_eq!(picture.get_pixel(3, 0).0, [191, 127, 63]);
    let nothing = signed(&planes(2, [&[0.0; 4]; 3]), &p);
    assert!(nothing.pixels().all(|pixel| pixel.0 == [127; 3]));
}

#[test]
fn ignores_a_few_extremes_in_the_signed_scale() {
    let mut values: Vec<f32> = (1..=1000).map(|i| i as f32 / 1000.0).collect();
    values.extend([0.0; 500]);
    values[999] = 1e6;
    let image = SignedImage {
        width: 500,
        height: 1,
        values,
        blue_first: false,
    };
    assert_eq!(signed_scale(&image), 0.995);
}

#[test]
fn shades_a_signed_image_outside_the_crop() {
    let picture = signed(&planes(1, [&[1.0]; 3]), &place((8, 4), 4, Fit::Crop));
    for (x, _, pixel) in picture.enumerate_pixels() {
        let expected = if (2..6).contains(&x) { 255 } else { 50 };
        assert_eq!(pixel.0, [expected; 3], "column {x}");
    }
}

#[test]
fn parses_its_own_names() {
    for kind in Overlay::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
}

#[test]
fn cells_are_squares_of_the_maps_own_values() {
    let p = place((8, 4), 8, Fit::Stretch);
    let map = map(2, &[1.0, 2.0, 4.0, 0.0]);
    let picture = importance_as(&map, &p, Scale::Own, Sampling::Nearest);
    for (x, y, value) in picture.enumerate_pixels() {
        let cell = map.values[(y / 2 * 2 + x / 4) as usize];
        assert_eq!(value.0[0], (cell / 4.0 * 255.0) as u8);
    }
    let laid = overlay(&photo(8, 4), &map, &p, &look(1.0, Overlay::Cells));
    for (laid, level) in laid.pixels().zip(picture.as_raw()) {
        assert_eq!(laid.0, [*level; 3]);
    }
}
