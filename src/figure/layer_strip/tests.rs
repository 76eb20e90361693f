use super::*;
use crate::explain::Score;
use crate::figure::Print;
use crate::figure::fixture::{LOOK, view};
use crate::picture::page::tests::{assert_laid_out_within, assert_well_laid_out, words};
use image::RgbImage;

fn strip(size: (u32, u32), maxima: &[f32], long: bool) -> LayerStrip {
    let view = view(size, long);
    let path = |i: usize| {
        if long {
            format!("features.denseblock4.denselayer{i}.").repeat(3)
        } else {
            format!("features.{i}")
        }
    };
    let maps = maxima
        .iter()
        .enumerate()
        .map(|(i, max)| view.heat_map(Score::For(0), &path(i), *max))
        .collect();
    LayerStrip {
        photo: view.photo,
        model: view.model,
        answer: view.answer,
        maps,
        look: LOOK,
    }
}

/// The maps of a page, which are drawn after the legend.
fn maps(page: &Page) -> Vec<(u32, u32, &RgbImage)> {
    let pictures = page.items.iter().filter_map(|item| match item {
        Item::Picture { x, y, rgb } => Some((*x, *y, rgb)),
        _ => None,
    });
    pictures.skip(1).collect()
}

#[test]
fn lays_out_any_size_and_number_without_overlaps() {
    for size in [
        (1, 1),
        (224, 224),
        (600, 30),
        (30, 600),
        (400, 300),
        (1, 2000),
    ] {
        for count in [0, 1, 2, 7, 60] {
            for long in [false, true] {
                let maxima: Vec<f32> = (0..count).map(|i| i as f32 * 0.1).collect();
                let page = strip(size, &maxima, long).page(&Setting::within(100));
                assert_well_laid_out(&page, &format!("{count} of {size:?}, {long}"));
                assert_eq!(maps(&page).len(), count);
            }
        }
    }
}

#[test]
fn shows_maps_in_network_order_with_path_and_maximum() {
    let page = strip((300, 200), &[1.0, 4.0, 2.0, 0.0, 8.0], false).page(&Setting::within(150));
    let maps = maps(&page);
    let corners: Vec<(u32, u32)> = maps.iter().map(|(x, y, _)| (*y, *x)).collect();
    assert!(corners.is_sorted(), "{corners:?}");
    assert!(maps.iter().all(|map| map.2.dimensions() == (150, 100)));
    let said = words(&page);
    let expected = [
        "tabby",
        "probability 62.5 % · photo.png · model · 5 layers",
        "features.0",
        "maximum 1.00",
        "features.1",
        "maximum 4.00",
        "features.2",
        "maximum 2.00",
        "features.3",
        "zero everywhere",
        "features.4",
        "maximum 8.00",
    ];
    assert_eq!(said[..expected.len()], expected);
    assert!(
        said.contains(&"grey, opacity 100 %, each map on its own scale".to_owned()),
        "{said:?}"
    );
}

#[test]
fn shows_a_weak_layer_as_weak_on_a_common_scale() {
    let mut strip = strip((300, 200), &[1.0, 4.0, 8.0, 0.0], false);
    let shown = |strip: &LayerStrip| {
        let page = strip.page(&Setting::within(150));
        let maps = maps(&page).into_iter();
        maps.map(|map| map.2.get_pixel(0, 0).0[0])
            .collect::<Vec<u8>>()
    };
    assert_eq!(shown(&strip), [255, 255, 255, 0]);
    strip.look.scale = strip.common_scale();
    assert_eq!(strip.look.scale, Scale::UpTo(8.0));
    assert_eq!(shown(&strip), [31, 127, 255, 0]);
    let said = words(&strip.page(&Setting::within(150)));
    assert!(said.contains(&"8.00".to_owned()), "{said:?}");
}

#[test]
fn keeps_the_grid_somewhat_wider_than_high() {
    for count in [6, 30, 200] {
        let page = strip((400, 300), &vec![1.0; count], false).page(&Setting::within(100));
        let aspect = f64::from(page.width) / f64::from(page.height);
        assert!((0.8..2.4).contains(&aspect), "{count}: {aspect}");
    }
}

#[test]
fn limits_the_size_of_the_page() {
    let px = |strip: &LayerStrip, most| match strip.fitted(&Setting::within(most)).0.extent {
        Extent::Pixels(px) => px,
        Extent::Print(_) => panic!("pixels"),
    };
    let large = strip((8000, 6000), &[1.0; 200], false);
    let whole = px(&large, u32::MAX);
    assert!((300..1700).contains(&whole), "{whole}");
    assert_eq!(px(&large, 192), 192);
    // A small photo is not enlarged.
    assert_eq!(px(&strip((20, 10), &[1.0], false), 192), 20);
}

#[test]
fn on_paper_has_the_chosen_width_and_one_size_of_text() {
    for (size, count, mm) in [
        ((600, 400), 9, 85.0),
        ((30, 600), 3, 180.0),
        ((8, 8), 0, 85.0),
    ] {
        for long in [false, true] {
            let setting = Setting {
                extent: Extent::Print(Print::of_width(mm)),
                letters: true,
                ..Setting::within(1)
            };
            let page = strip(size, &vec![1.0; count], long).page(&setting);
            assert_laid_out_within(&page, 0.5, &format!("{count} on {mm} mm, {long}"));
            let (width, _) = page.millimetres().unwrap();
            assert!((width - f64::from(mm)).abs() < 1e-6, "{width}");
            for item in &page.items {
                if let Item::Text(run) = item {
                    let points = f64::from(run.style.em) / page.per_inch.unwrap() * 72.0;
                    assert!((points - 8.0).abs() < 0.02, "{points}");
                }
            }
            let second = words(&page)
                .iter()
                .any(|said| said.starts_with("(b)\u{a0}features"));
            assert_eq!(second, count > 1);
        }
    }
}
