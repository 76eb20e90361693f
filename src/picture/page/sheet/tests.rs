use image::{Rgb, imageops};

use super::*;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::{Look, Overlay, Scale};
use crate::picture::page::GROUND;

const TITLES: [&str; 4] = ["Original", "Heat map", "Guided backprop", "Guided Grad-CAM"];

fn caption() -> Caption {
    Caption {
        model: "efficientnet_lite0".to_owned(),
        layer: "blocks.6.0.conv_pwl".to_owned(),
        class: "Egyptian cat".to_owned(),
        probability: Some("probability 39.3 %".into()),
        look: Look {
            colormap: Colormap::Inferno,
            opacity: 0.5,
            overlay: Overlay::Blend,
            scale: Scale::Own,
            difference_opacity: 1.0,
        },
        map_max: 14.23,
        notes: Vec::new(),
    }
}

fn sheet(width: u32, height: u32, count: usize, caption: &Caption) -> RgbImage {
    let picture = RgbImage::from_pixel(width, height, Rgb([200, 0, 0]));
    let panels: Vec<_> = TITLES[..count]
        .iter()
        .map(|title| Panel {
            title: (*title).to_owned(),
            picture: picture.clone(),
        })
        .collect();
    super::sheet(panels, caption).rgb()
}

/// Whether there is a frame in the background colour, so that nothing touches the edge.
fn nothing_is_cut_off(sheet: &RgbImage) -> bool {
    let (right, bottom) = (sheet.width() - 1, sheet.height() - 1);
    sheet.enumerate_pixels().all(|(x, y, pixel)| {
        let rim = x < 8 || y < 8 || x + 8 > right || y + 8 > bottom;
        !rim || pixel.0 == GROUND
    })
}

#[test]
fn copies_panels_pixel_by_pixel() {
    let pictures: Vec<RgbImage> = (0..4)
        .map(|i| RgbImage::from_fn(300, 200, |x, y| Rgb([x as u8, y as u8, i])))
        .collect();
    let panels: Vec<_> = pictures
        .iter()
        .zip(TITLES)
        .map(|(picture, title)| Panel {
            title: title.to_owned(),
            picture: picture.clone(),
        })
        .collect();
    let sheet = super::sheet(panels, &caption()).rgb();
    let em = em_for(300, 200);
    let (left, top) = (
        (em * 1.5).round() as u32,
        (em * 1.5).round() as u32 + (em * 0.711 + em * 0.6).round() as u32,
    );
    for (i, picture) in (0..).zip(&pictures) {
        let x = left + i * (300 + em as u32);
        let part = imageops::crop_imm(&sheet, x, top, 300, 200).to_image();
        assert_eq!(part, *picture, "panel {i}");
    }
}

#[test]
fn cuts_off_no_text_at_any_size() {
    let mut long = caption();
    long.class = "an unreasonably long class name, of which there are some, ".repeat(9);
    long.layer = "features.denseblock4.denselayer16.conv2.".repeat(6);
    long.notes = vec!["A note that has to be broken into lines to fit. ".repeat(4)];
    for size in [
        (1, 1),
        (8, 8),
        (60, 40),
        (224, 224),
        (451, 300),
        (300, 1200),
        (900, 2),
    ] {
        for count in [1, 2, 4] {
            for caption in [&caption(), &long] {
                let sheet = sheet(size.0, size.1, count, caption);
                assert!(nothing_is_cut_off(&sheet), "{size:?}, {count} panels");
            }
        }
    }
}

#[test]
fn shows_the_whole_table_in_the_legend() {
    let sheet = sheet(224, 224, 4, &caption());
    let table = Colormap::Inferno.table();
    for entry in [10, 128, 245] {
        let shown = sheet.pixels().any(|pixel| pixel.0 == table[entry]);
        assert!(shown, "entry {entry}");
    }
    let mut spotlight = caption();
    spotlight.look.overlay = Overlay::Spotlight;
    let sheet = self::sheet(224, 224, 4, &spotlight);
    assert!(!sheet.pixels().any(|pixel| pixel.0 == table[128]));
}

#[test]
fn shows_only_the_caption_without_panels() {
    assert!(nothing_is_cut_off(
        &super::sheet(Vec::new(), &caption()).rgb()
    ));
}

#[test]
fn scales_text_with_the_panels_down_to_a_minimum() {
    assert_eq!(em_for(8, 8), MIN_EM);
    assert_eq!(em_for(10000, 1), MIN_EM);
    assert_eq!(em_for(4000, 3000), 156.0);
    assert_eq!(em_for(100, 10000), MIN_EM);
}

#[test]
fn bounds_the_background_around_narrow_panels() {
    for (width, height) in [(1, 500_000), (500_000, 1), (2, 100_000), (150, 20_000)] {
        let sheet = sheet(width, height, 4, &caption());
        let pixels = u64::from(sheet.width()) * u64::from(sheet.height());
        let pictures = 4 * u64::from(width) * u64::from(height);
        assert!(
            pixels < pictures + 30_000_000,
            "{width} × {height}: {} × {}",
            sheet.width(),
            sheet.height()
        );
        assert!(sheet.pixels().any(|pixel| pixel.0 == [200, 0, 0]));
    }
}

/// Above the minimum size of text, the background is proportional to the panels.
#[test]
fn bounds_the_background_around_panoramas() {
    for (width, height) in [(3000, 200), (12_000, 400), (200, 3000), (900, 600)] {
        let sheet = sheet(width, height, 4, &caption());
        let pixels = u64::from(sheet.width()) * u64::from(sheet.height());
        let pictures = 4 * u64::from(width) * u64::from(height);
        assert!(pixels < 2 * pictures, "{width} × {height}: {pixels}");
    }
}

#[test]
fn reduces_long_narrow_panels() {
    let picture = |width, height| RgbImage::new(width, height);
    let shown = |picture: RgbImage| {
        let title = String::new();
        let mut panels = [Panel { title, picture }];
        reduce_long_slivers(&mut panels);
        panels[0].picture.dimensions()
    };
    assert_eq!(shown(picture(2, 16_384)), (2, 16_384));
    assert_eq!(shown(picture(2, 32_768)), (1, 16_384));
    assert_eq!(shown(picture(32_768, 100)), (16_384, 50));
    assert_eq!(shown(picture(300, 20_000)), (300, 20_000));
}
