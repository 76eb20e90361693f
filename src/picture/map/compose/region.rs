//! Regions on a photo: those that a network predicts, tinted and outlined, and a rectangle that was drawn.

use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::super::Map;
use crate::picture::photo::geometry::{PixelBox, Placement};

/// The colour of a region: a light cyan, which neither the heat maps nor most photos contain.
pub const REGION: [u8; 3] = [86, 220, 255];
/// The share of that colour inside a region.
const TINT: f32 = 0.28;

/// A region as a picture of the network's input: tinted, with an outline, and clear elsewhere. `mask` is
/// positive inside; its cells are enlarged until the picture is about `longest` pixels long.
pub fn region_layer(mask: &Map, longest: usize) -> RgbaImage {
    let side = mask.width.max(mask.height).max(1);
    let factor = (longest / side).max(1);
    let (width, height) = (mask.width * factor, mask.height * factor);
    // As thin as shows, but not thinner than a 250th.
    let line = (width.max(height) / 250).max(1) as isize;
    let inside = |x: isize, y: isize| {
        let cell = |at: isize, cells: usize| (at.max(0) as usize / factor).min(cells - 1);
        let (column, row) = (cell(x, mask.width), cell(y, mask.height));
        mask.values[row * mask.width + column] > 0.0
    };
    let mut picture = RgbaImage::new(width as u32, height as u32);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (x as isize, y as isize);
        if inside(x, y) {
            let ends = [(-line, 0), (line, 0), (0, -line), (0, line)];
            let edge = ends.into_iter().any(|(dx, dy)| !inside(x + dx, y + dy));
            let alpha = if edge { 255 } else { (TINT * 255.0) as u8 };
            let [red, green, blue] = REGION;
            *pixel = Rgba([red, green, blue, alpha]);
        }
    }
    picture
}

/// Draws a region over the photo, where the network saw it. `placement` is scaled to the photo.
pub fn region(photo: &mut RgbImage, mask: &Map, placement: &Placement) {
    let seen = placement.seen();
    let longest = seen.width.max(seen.height) as usize;
    let layer = region_layer(mask, longest);
    if layer.width() == 0 || layer.height() == 0 {
        return;
    }
    let across = f64::from(layer.width()) / f64::from(placement.input.0);
    let down = f64::from(layer.height()) / f64::from(placement.input.1);
    for y in seen.y..seen.y + seen.height {
        for x in seen.x..seen.x + seen.width {
            let (u, v) = placement.to_input(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let column = ((u * across) as u32).min(layer.width() - 1);
            let row = ((v * down) as u32).min(layer.height() - 1);
            let Rgba([.., alpha]) = *layer.get_pixel(column, row);
            let share = f32::from(alpha) / 255.0;
            for (from, to) in photo.get_pixel_mut(x, y).0.iter_mut().zip(REGION) {
                let mixed = f32::from(*from) * (1.0 - share) + f32::from(to) * share;
                *from = mixed.round() as u8;
            }
        }
    }
}

/// Outlines a rectangle on the photo, in its pixels.
pub fn rectangle(photo: &mut RgbImage, region: PixelBox) {
    let (width, height) = photo.dimensions();
    let line = (width.max(height) / 250).max(1);
    let (right, bottom) = (
        region.x.saturating_add(region.width).min(width),
        region.y.saturating_add(region.height).min(height),
    );
    for y in region.y..bottom {
        for x in region.x..right {
            let near = |from: u32, to: u32, at: u32| at - from < line || to - at <= line;
            if near(region.x, right, x) || near(region.y, bottom, y) {
                photo.put_pixel(x, y, Rgb(REGION));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::geometry::{CropMode, Filter, Fit, Frame};

    fn half() -> Map {
        Map {
            width: 2,
            height: 1,
            values: vec![0.0, 1.0],
        }
    }

    #[test]
    fn tints_and_outlines_the_cells_inside() {
        let layer = region_layer(&half(), 20);
        assert_eq!(layer.dimensions(), (20, 10));
        let alpha = |x, y| layer.get_pixel(x, y).0[3];
        assert_eq!((alpha(9, 5), alpha(10, 5), alpha(15, 5)), (0, 255, 71));
        assert_eq!(layer.get_pixel(15, 5).0[..3], REGION);
    }

    #[test]
    fn draws_only_where_the_network_saw_the_photo() {
        let frame = Frame {
            width: 8,
            height: 8,
            crop_pct: 1.0,
            mode: CropMode::Centre,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        let placement = Placement::new((40, 20), &frame, Fit::Crop);
        let mut photo = RgbImage::new(40, 20);
        region(&mut photo, &half(), &placement);
        let drawn = |x| photo.get_pixel(x, 10).0 != [0; 3];
        assert_eq!(
            [5, 12, 19, 20, 25, 31].map(drawn),
            [false, false, false, true, true, false]
        );

        let mut photo = RgbImage::new(40, 20);
        let corner = PixelBox {
            x: 30,
            y: 10,
            width: 50,
            height: 4,
        };
        rectangle(&mut photo, corner);
        let drawn = |x, y| photo.get_pixel(x, y).0 != [0; 3];
        assert!(drawn(30, 11) && drawn(39, 12) && drawn(35, 10) && drawn(35, 13));
        assert!(!drawn(35, 11) && !drawn(29, 11));
    }
}
