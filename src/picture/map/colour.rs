//! Maps as small images of their own grid, for a screen that interpolates.
//!
//! A map of 13 × 13 values does not need an image of twelve megapixels. If it is refined by an odd
//! factor, the centres of its cells remain samples, and what the graphics card draws between two
//! samples is what [`importance`](super::compose::importance) computes there, to within a step or two
//! of the colour table. So another layer, colour map or scale costs a fraction of a millisecond, however
//! large the photo is. Each image covers the whole input of the network ([`Placement::source`]).
//!
//! [`Placement::source`]: crate::picture::photo::geometry::Placement::source

use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::colormap::{Colormap, diverging};
use super::compose::{signed_ink, signed_scale};
use super::sample::refined;
use super::{Map, SignedImage};

/// The longest side of a refined map, unless the map itself is longer.
pub const MAX_SIDE: usize = 512;

/// Each value divided by `max`, as an index into a table of 256, rounded down. All 0 if `max` is not
/// positive.
fn entries(map: &Map, max: f32) -> impl Iterator<Item = u8> + '_ {
    let factor = if max > 0.0 { 255.0 / max } else { 0.0 };
    map.values.iter().map(move |value| (value * factor) as u8)
}

/// The colours of a heat map; `max` is the value at the end of the table.
pub fn heat(map: &Map, colormap: Colormap, max: f32, longest: usize) -> RgbImage {
    let map = refined(map, longest);
    let table = colormap.table();
    let mut picture = RgbImage::new(map.width as u32, map.height as u32);
    for (pixel, entry) in picture.pixels_mut().zip(entries(&map, max)) {
        *pixel = Rgb(table[usize::from(entry)]);
    }
    picture
}

/// Black, the more opaque the less important a position is.
pub fn spotlight(map: &Map, max: f32, longest: usize) -> RgbaImage {
    let map = refined(map, longest);
    let mut picture = RgbaImage::new(map.width as u32, map.height as u32);
    for (pixel, entry) in picture.pixels_mut().zip(entries(&map, max)) {
        *pixel = Rgba([0, 0, 0, 255 - entry]);
    }
    picture
}

/// The colour of each value's sign, the more opaque the further the value is from zero; opaque at ± `max`.
pub fn difference(map: &Map, max: f32, longest: usize) -> RgbaImage {
    let map = refined(map, longest);
    let factor = if max > 0.0 { 1.0 / max } else { 0.0 };
    let mut picture = RgbaImage::new(map.width as u32, map.height as u32);
    for (pixel, value) in picture.pixels_mut().zip(&map.values) {
        *pixel = Rgba(signed_ink(value * factor));
    }
    picture
}

/// A signed image at its own resolution, coloured as by [`signed`](super::compose::signed): zero is
/// mid-grey, white and black stand for ± [`signed_scale`]; a single channel, and the sum of any number but three,
/// is in the diverging colours.
pub fn signed(values: &SignedImage) -> RgbImage {
    let values = &*values.drawn();
    let plane = values.width * values.height;
    let mut picture = RgbImage::new(values.width as u32, values.height as u32);
    let factor = 127.5 / signed_scale(values);
    let byte = |value: f32| (value * factor + 127.5) as u8;
    if values.channels() == 1 {
        let table = diverging();
        for (pixel, value) in picture.pixels_mut().zip(&values.values) {
            *pixel = Rgb(table[usize::from(byte(*value))]);
        }
        return picture;
    }
    for (index, pixel) in picture.pixels_mut().enumerate() {
        let at = |channel: usize| values.values.get(channel * plane + index).copied();
        let [red, green, blue] = values.rgb().map(|channel| at(channel).unwrap_or_default());
        *pixel = Rgb([byte(red), byte(green), byte(blue)]);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::map::colormap::SIGNS;

    fn map() -> Map {
        Map {
            width: 2,
            height: 2,
            values: vec![0.0, 4.0, 8.0, 12.0],
        }
    }

    #[test]
    fn refines_without_moving_the_cell_centres() {
        let fine = refined(&map(), 13);
        // Five parts per cell: seven would be wider than 13, six is even.
        assert_eq!((fine.width, fine.height), (10, 10));
        assert_eq!(fine.values[2 * 10 + 2], 0.0);
        assert_eq!(fine.values[2 * 10 + 7], 4.0);
        assert_eq!(fine.values[7 * 10 + 7], 12.0);
        for (index, value) in fine.values.iter().enumerate() {
            let (x, y) = (index % 10, index / 10);
            let at = |i: usize| (i as f64 + 0.5) / 10.0;
            assert!((map().sample(at(x), at(y)) - value).abs() < 1e-5);
        }
    }

    #[test]
    fn does_not_refine_large_or_empty_maps() {
        assert_eq!(refined(&map(), 3), map());
        assert_eq!(refined(&map(), 0), map());
        assert_eq!(refined(&Map::default(), 64), Map::default());
    }

    #[test]
    fn colours_up_to_the_given_maximum() {
        let table = Colormap::Grey.table();
        let picture = heat(&map(), Colormap::Grey, 24.0, 2);
        assert_eq!(picture.get_pixel(1, 1).0, table[127]);
        // Values beyond the end of the scale have the last colour.
        let picture = heat(&map(), Colormap::Grey, 6.0, 2);
        assert_eq!(picture.get_pixel(1, 1).0, table[255]);
        let zero = Map {
            values: vec![0.0; 4],
            ..map()
        };
        let picture = heat(&zero, Colormap::Grey, 0.0, 2);
        assert!(picture.pixels().all(|pixel| pixel.0 == table[0]));
        assert!(spotlight(&zero, 0.0, 2).pixels().all(|p| p.0[3] == 255));
    }

    #[test]
    fn a_zero_difference_is_transparent() {
        let signed = Map {
            width: 3,
            height: 1,
            values: vec![-2.0, 0.0, 2.0],
        };
        let picture = difference(&signed, 2.0, 3);
        let [[r, g, b], [red, green, blue]] = SIGNS;
        assert_eq!(picture.get_pixel(0, 0).0, [r, g, b, 255]);
        assert_eq!(picture.get_pixel(1, 0).0[3], 0);
        assert_eq!(picture.get_pixel(2, 0).0, [red, green, blue, 255]);
    }
}
