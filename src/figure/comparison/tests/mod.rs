use image::RgbImage;

use super::*;
use crate::explain::Score;
use crate::figure::fixture::view;
use crate::figure::{Extent, Panel, Print};
use crate::model::ReluRule;
use crate::picture::map::colormap::SIGNS;
use crate::picture::map::{Map, difference};
use crate::picture::page::tests::{assert_laid_out_within, assert_well_laid_out, words};

mod paper;

/// The luma of the photo of the fixture, whose pixels are 40, 80, 120.
const PHOTO_GREY: f32 = 74.0;

fn row(figure: Figure) -> Row {
    Row::of_panels(&figure, &Panel::ALL)
}

fn page_of(comparison: &Comparison, max_px: u32) -> Page {
    comparison.page(&Setting::within(max_px))
}

/// Two classes of one photo and their difference: maps with maxima 8, 2 and 4.
fn two_classes(size: (u32, u32), long: bool, scale: Scale) -> Comparison {
    let view = view(size, long);
    let layer = if long {
        "features.denseblock4.denselayer16.conv2.".repeat(4)
    } else {
        "features.12".to_owned()
    };
    let a = view.figure(Score::For(0), &layer, 8.0);
    let b = view.figure(Score::For(1), &layer, 2.0);
    let versus = view.figure(Score::Versus { a: 0, b: 1 }, &layer, 4.0);
    let between = difference(&a.heat_map.map, &b.heat_map.map);
    let label = |label: &str| Some(label.to_owned());
    Comparison {
        rows: vec![
            Row {
                label: label("A"),
                ..row(a)
            },
            Row {
                label: label("B"),
                ..row(b)
            },
            difference_row(&versus, between),
        ],
        scale,
    }
}

/// The row of a difference, in the place of the photo.
fn difference_row(versus: &Figure, between: Map) -> Row {
    let mut row = row(versus.clone());
    row.label = Some("A − B".to_owned());
    row.cells[0] = Some(Cell::difference(versus, between));
    row
}

/// The same in one row.
fn pair(size: (u32, u32), long: bool, original: bool) -> Comparison {
    let rows = two_classes(size, long, Scale::Own).rows;
    let [a, b, versus] = rows.as_slice() else {
        panic!("three rows");
    };
    let between = difference(&a.figure.heat_map.map, &b.figure.heat_map.map);
    let (a, b, versus) = (&a.figure, &b.figure, &versus.figure);
    Comparison::of(Row::of_two_classes(a, b, versus, between, original))
}

const COLUMNS: usize = Panel::ALL.len();

fn print(width_mm: f32) -> Setting {
    Setting {
        extent: Extent::Print(Print::of_width(width_mm)),
        ..Setting::within(1)
    }
}

/// The panels of a page with this many rows; they are drawn last.
fn panels(page: &Page, rows: usize) -> Vec<(u32, u32, &RgbImage)> {
    let pictures = page.items.iter().filter_map(|item| match item {
        Item::Picture { x, y, rgb } => Some((*x, *y, rgb)),
        _ => None,
    });
    let pictures: Vec<_> = pictures.collect();
    pictures[pictures.len() - rows * COLUMNS..].to_vec()
}

/// The panels of a page: pictures behind the bars of its legends.
fn panels_of(page: &Page) -> Vec<(u32, u32, &RgbImage)> {
    let bars = page
        .items
        .iter()
        .filter(|item| matches!(item, Item::Rectangle { .. }))
        .count();
    let pictures = page.items.iter().filter_map(|item| match item {
        Item::Picture { x, y, rgb } => Some((*x, *y, rgb)),
        Item::Rectangle { .. } | Item::Text(_) => None,
    });
    pictures.skip(bars).collect()
}

#[test]
fn lays_out_any_size_without_overlaps() {
    for size in [
        (1, 1),
        (8, 8),
        (224, 224),
        (451, 300),
        (300, 451),
        (600, 30),
        (30, 600),
        (1, 2000),
    ] {
        for max_px in [1, 64, 300] {
            for long in [false, true] {
                let page = page_of(&two_classes(size, long, Scale::Own), max_px);
                assert_well_laid_out(&page, &format!("{size:?} within {max_px}, {long}"));
            }
        }
    }
    // The size of a camera photo, without reduction.
    let page = page_of(&two_classes((4000, 3000), false, Scale::Own), u32::MAX);
    assert_well_laid_out(&page, "twelve megapixels");
}

#[test]
fn compares_different_photos_models_and_rules() {
    let mut rows = Vec::new();
    for size in [(1, 1), (300, 200), (200, 300), (1000, 50), (50, 1000)] {
        let mut figure = view(size, false).figure(Score::For(2), "features.3", 1.0);
        let mut guided = (*figure.guided).clone();
        guided.rule = ReluRule::ALL[rows.len() % 3];
        figure.guided = guided.into();
        rows.push(row(figure));
    }
    let scale = Scale::Own;
    let page = page_of(&Comparison { rows, scale }, 400);
    assert_well_laid_out(&page, "five photos");
    // The long sides are equal, and the aspect ratios are kept.
    let sizes: Vec<(u32, u32)> = panels(&page, 5)
        .chunks(COLUMNS)
        .map(|row| row[0].2.dimensions())
        .collect();
    assert_eq!(
        sizes,
        [(400, 400), (400, 267), (267, 400), (400, 20), (20, 400)]
    );
    let titles = words(&page);
    for title in ["Deconvnet", "Gradient × Grad-CAM"] {
        assert!(titles.iter().any(|word| word == title), "{titles:?}");
    }
}

#[test]
fn repeats_titles_only_when_they_change() {
    let said = words(&page_of(&two_classes((224, 224), false, Scale::Own), 224));
    let count = |words: &str| said.iter().filter(|said| *said == words).count();
    assert_eq!(count("Original"), 1);
    assert_eq!(count("Grad-CAM"), 1);
    assert_eq!(count("Guided Grad-CAM"), 1);
    assert_eq!(count("Difference of the maps"), 1);
}

#[test]
fn captions_each_row() {
    let said = words(&page_of(&two_classes((600, 600), false, Scale::Own), 600));
    for line in [
        "A: tabby",
        "probability 62.5 % · photo.png · model · features.12 · maximum 8.00 · 1 of 1 rectifiers guided",
        "B: lynx",
        "probability 25.0 % · photo.png · model · features.12 · maximum 2.00 · 1 of 1 rectifiers guided",
        "A − B: tabby versus lynx",
        "photo.png · model · features.12 · maximum 4.00 · difference ± 6.00 · 1 of 1 rectifiers guided",
        "grey, opacity 100 %, each map on its own scale",
        "−6.00",
        "+6.00",
        "orange: more for tabby, violet: more for lynx",
    ] {
        assert!(said.iter().any(|said| said == line), "{line}: {said:?}");
    }
}

#[test]
fn aligns_panels_in_columns() {
    let comparison = two_classes((224, 150), false, Scale::Own);
    let page = page_of(&comparison, 1000);
    let panels = panels(&page, 3);
    for row in panels.chunks(COLUMNS) {
        assert!(row.iter().all(|panel| panel.1 == row[0].1));
        for (panel, first) in row.iter().zip(&panels) {
            assert_eq!(panel.0, first.0);
            assert_eq!(panel.2.dimensions(), (224, 150));
        }
    }
    assert_eq!(*panels[0].2, comparison.rows[0].figure.photo.rgb);
}

#[test]
fn agrees_with_the_legend_in_the_caption_of_a_difference() {
    let page = page_of(&two_classes((600, 600), false, Scale::UpTo(8.0)), 600);
    let said = words(&page).join("\n");
    assert!(said.contains("largest difference 6.00 of ± 8.00"), "{said}");
    assert!(said.contains("−8.00"), "{said}");
    assert!(!said.contains("difference ± 6.00"), "{said}");
}

#[test]
fn applies_one_scale_to_all_maps_and_differences() {
    let at_left = |page: &Page| {
        let panels = panels(page, 3);
        let pixel = |row: usize, column: usize| panels[row * COLUMNS + column].2.get_pixel(0, 0).0;
        [pixel(0, 1), pixel(1, 1), pixel(2, 1), pixel(2, 0)]
    };
    let own = page_of(&two_classes((224, 224), false, Scale::Own), 224);
    let [_, orange] = SIGNS;
    assert_eq!(at_left(&own), [[255; 3], [255; 3], [255; 3], orange]);

    // 8, 2, 4 and a difference of 6, on a scale up to 8: orange to three quarters, over the photo in grey.
    let share = 191.0 / 255.0;
    let three_quarters =
        orange.map(|level| (PHOTO_GREY + (f32::from(level) - PHOTO_GREY) * share) as u8);
    let common = page_of(&two_classes((224, 224), false, Scale::UpTo(8.0)), 224);
    assert_eq!(
        at_left(&common),
        [[255; 3], [63; 3], [127; 3], three_quarters]
    );
    let said = words(&common);
    for line in ["8.00", "−8.00", "+8.00", "grey, opacity 100 %, one scale"] {
        assert!(said.iter().any(|said| said == line), "{line}: {said:?}");
    }
}

#[test]
fn adds_a_legend_for_each_look() {
    let mut comparison = two_classes((224, 224), false, Scale::Own);
    for cell in comparison.rows[1].cells.iter_mut().flatten() {
        cell.figure.look.opacity = 0.25;
    }
    let page = page_of(&comparison, 224);
    assert_well_laid_out(&page, "two looks");
    let said = words(&page).join(" ");
    for line in ["grey, opacity 100 %", "grey, opacity 25 %"] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn states_that_a_map_is_zero() {
    let view = view((224, 224), false);
    let figure = view.figure(Score::For(0), "features.12", 0.0);
    let nothing = difference(&figure.heat_map.map, &figure.heat_map.map);
    let row = difference_row(&figure, nothing);
    for scale in [Scale::Own, Scale::UpTo(0.0)] {
        let rows = vec![row.clone()];
        let page = page_of(&Comparison { rows, scale }, 224);
        let said = words(&page);
        for line in ["zero everywhere", "no difference"] {
            assert!(said.iter().any(|said| said == line), "{line}: {said:?}");
        }
        let panels = panels(&page, 1);
        assert_eq!(panels[0].2.get_pixel(0, 0).0, [PHOTO_GREY as u8; 3]);
        assert_eq!(panels[1].2.get_pixel(0, 0).0, [0; 3]);
    }
}

#[test]
fn limits_the_size_of_the_page() {
    let view = view((12_000, 9_000), false);
    let rows = vec![row(view.figure(Score::For(0), "features.12", 1.0)); 4];
    let scale = Scale::Own;
    let comparison = Comparison { rows, scale };
    let (fitted, reduced) = comparison.fitted(&Setting::within(u32::MAX));
    let Extent::Pixels(px) = fitted.extent else {
        panic!("pixels");
    };
    assert!((3000..5000).contains(&px), "{px}");
    let words =
        format!("reduced to panels of {px} pixels, because a figure has at most 200 megapixels");
    assert_eq!(reduced, Some(words));
    let (width, height) = comparison.layout(&fitted).size;
    assert!(u64::from(width) * u64::from(height) <= 200_000_000);
    let (small, reduced) = comparison.fitted(&Setting::within(500));
    assert_eq!((small.extent, reduced), (Extent::Pixels(500), None));

    // On paper it keeps its width, and has fewer pixels.
    let wide = Setting {
        extent: Extent::Print(Print {
            dpi: 1200.0,
            ..Print::of_width(500.0)
        }),
        ..Setting::within(1)
    };
    let (fitted, reduced) = comparison.fitted(&wide);
    let reduced = reduced.unwrap();
    assert!(reduced.contains(" pixels in an inch"), "{reduced}");
    let (width, height) = comparison.layout(&fitted).size;
    assert!(u64::from(width) * u64::from(height) <= 200_000_000);
    let mm = f64::from(width) / fitted.per_inch().unwrap() * 25.4;
    assert!((mm - 500.0).abs() < 1e-6, "{mm}");
}

#[test]
fn makes_an_empty_page_without_rows() {
    let rows = Vec::new();
    let scale = Scale::Own;
    let page = page_of(&Comparison { rows, scale }, 300);
    assert!(words(&page).is_empty());
    assert!(page.width > 0 && page.height > 0);
}

#[test]
fn two_classes_share_a_row() {
    for original in [false, true] {
        let page = page_of(&pair((600, 400), false, original), 600);
        assert_well_laid_out(&page, "a pair");
        let said = words(&page);
        for line in [
            "A: tabby",
            "B: lynx",
            "A − B",
            "tabby versus lynx",
            "−6.00",
            "orange: more for tabby, violet: more for lynx",
        ] {
            assert!(said.iter().any(|said| said == line), "{line}: {said:?}");
        }
        let all = said.join(" ");
        let numbers = "A: probability 62.5 %, maximum 8.00 · B: probability 25.0 %, maximum 2.00";
        assert!(all.contains(numbers), "{all}");
        assert!(all.contains("difference ± 6.00"), "{all}");
        assert_eq!(said.contains(&"Original".to_owned()), original);
        // The same panels as in rows of their own, side by side.
        let rows = page_of(&two_classes((600, 400), false, Scale::Own), 600);
        let apart = panels(&rows, 3);
        let apart = [apart[1], apart[5], apart[8]].map(|panel| panel.2);
        let together = panels_of(&page);
        let together = &together[usize::from(original)..];
        assert!(together.iter().map(|panel| panel.2).eq(apart));
        assert!(together.iter().all(|panel| panel.1 == together[0].1));
    }
}

#[test]
fn leaves_columns_empty_and_titles_what_is_under_them() {
    let mut comparison = two_classes((224, 224), false, Scale::Own);
    comparison.rows.truncate(2);
    comparison.rows[1].cells[0] = None;
    let page = page_of(&comparison, 224);
    assert_well_laid_out(&page, "an empty column");
    let panels = panels_of(&page);
    assert_eq!(panels.len(), 7);
    // The second row begins in the second column.
    assert_eq!(panels[4].0, panels[1].0);
    assert_eq!(
        words(&page)
            .iter()
            .filter(|said| *said == "Grad-CAM")
            .count(),
        1
    );
}
