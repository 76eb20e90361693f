//! Maps as small pictures of their own grid, for a screen that interpolates by itself.
//!
//! A map of 13 × 13 values needs no picture of twelve megapixels: refined by an odd factor, its
//! cells' centres stay samples, and what the graphics card draws between two samples is what
//! [`importance`](super::compose::importance) computes there, to a step or two of the colour table.
//! So another layer, colour or scale costs a fraction of a millisecond however large the photo is.
//! Each picture covers the whole input of the network ([`Placement::source`]).
//!
//! [`Placement::source`]: crate::picture::photo::geometry::Placement::source

use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::colormap::{Colormap, diverging};
use super::compose::signed_scale;
use super::{Map, SignedImage, Tap, lerp};

/// The longest side of a refined map, unless the map itself is longer.
pub const LONGEST: usize = 512;

/// `map` with each cell divided into an odd number of equal parts along either axis, as many as
/// keep the longer side within `longest`; bilinear, half-pixel centres, clamped edges.
pub fn refined(map: &Map, longest: usize) -> Map {
    let most = longest / map.width.max(map.height).max(1);
    let factor = if most.is_multiple_of(2) {
        most.saturating_sub(1)
    } else {
        most
    }
    .max(1);
    if factor == 1 || map.width == 0 || map.height == 0 {
        return map.clone();
    }
    sampled(map, (map.width * factor, map.height * factor))
}

/// `map` at another size (width, height): each new cell holds what the map is at its centre;
/// bilinear, half-pixel centres, clamped edges.
pub fn sampled(map: &Map, (width, height): (usize, usize)) -> Map {
    if map.width == 0 || map.height == 0 {
        return Map {
            width,
            height,
            values: vec![0.0; width * height],
        };
    }
    let taps = |count: usize, cells: usize| -> Vec<Tap> {
        (0..count)
            .map(|i| Tap::at((i as f64 + 0.5) / count as f64, cells))
            .collect()
    };
    let columns = taps(width, map.width);
    let mut blended = vec![0.0; map.width];
    let mut values = Vec::with_capacity(width * height);
    for row in taps(height, map.height) {
        let upper = &map.values[row.low * map.width..][..map.width];
        let lower = &map.values[row.high * map.width..][..map.width];
        for ((blended, a), b) in blended.iter_mut().zip(upper).zip(lower) {
            *blended = lerp(*a, *b, row.weight);
        }
        values.extend(
            columns
                .iter()
                .map(|tap| lerp(blended[tap.low], blended[tap.high], tap.weight)),
        );
    }
    Map {
        width,
        height,
        values,
    }
}

/// Each value over `max` as an entry of a table of 256, floored; all 0 where `max` is not positive.
fn entries(map: &Map, max: f32) -> impl Iterator<Item = u8> + '_ {
    let factor = if max > 0.0 { 255.0 / max } else { 0.0 };
    map.values.iter().map(move |value| (value * factor) as u8)
}

/// A heat map's colours, `max` being the value at the end of the table.
pub fn heat(map: &Map, colormap: Colormap, max: f32, longest: usize) -> RgbImage {
    let map = refined(map, longest);
    let table = colormap.table();
    let mut picture = RgbImage::new(map.width as u32, map.height as u32);
    for (pixel, entry) in picture.pixels_mut().zip(entries(&map, max)) {
        *pixel = Rgb(table[usize::from(entry)]);
    }
    picture
}

/// Black, the more opaque the less a place mattered.
pub fn spotlight(map: &Map, max: f32, longest: usize) -> RgbaImage {
    let map = refined(map, longest);
    let mut picture = RgbaImage::new(map.width as u32, map.height as u32);
    for (pixel, entry) in picture.pixels_mut().zip(entries(&map, max)) {
        *pixel = Rgba([0, 0, 0, 255 - entry]);
    }
    picture
}

/// A signed map in the diverging colours, from `-max` to `max`, zero in their middle.
pub fn difference(map: &Map, max: f32, longest: usize) -> RgbImage {
    let map = refined(map, longest);
    let table = diverging();
    let factor = if max > 0.0 { 127.5 / max } else { 0.0 };
    let mut picture = RgbImage::new(map.width as u32, map.height as u32);
    for (pixel, value) in picture.pixels_mut().zip(&map.values) {
        let entry = (value * factor + 127.5) as u8;
        *pixel = Rgb(table[usize::from(entry)]);
    }
    picture
}

/// A signed picture at its own resolution, as [`signed`](super::compose::signed) colours it: zero
/// is mid-grey, white and black stand for ± [`signed_scale`].
pub fn signed(values: &SignedImage) -> RgbImage {
    let plane = values.width * values.height;
    let mut picture = RgbImage::new(values.width as u32, values.height as u32);
    let factor = 127.5 / signed_scale(values);
    let byte = |value: f32| (value * factor + 127.5) as u8;
    for (place, pixel) in picture.pixels_mut().enumerate() {
        let at = |channel: usize| values.values.get(channel * plane + place).copied();
        let [red, green, blue] = values.rgb().map(|channel| at(channel).unwrap_or_default());
        *pixel = Rgb([byte(red), byte(green), byte(blue)]);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> Map {
        Map {
            width: 2,
            height: 2,
            values: vec![0.0, 4.0, 8.0, 12.0],
        }
    }

    #[test]
    fn refining_keeps_the_cells_centres_and_agrees_with_sampling() {
        let fine = refined(&map(), 13);
        // Five parts a cell: seven would be wider than 13, six is even.
        assert_eq!((fine.width, fine.height), (10, 10));
        assert_eq!(fine.values[2 * 10 + 2], 0.0);
        assert_eq!(fine.values[2 * 10 + 7], 4.0);
        assert_eq!(fine.values[7 * 10 + 7], 12.0);
        for (place, value) in fine.values.iter().enumerate() {
            let (x, y) = (place % 10, place / 10);
            let at = |i: usize| (i as f64 + 0.5) / 10.0;
            assert!((map().sample(at(x), at(y)) - value).abs() < 1e-5);
        }
    }

    #[test]
    fn a_map_that_is_large_already_stays_and_an_empty_one_too() {
        assert_eq!(refined(&map(), 3), map());
        assert_eq!(refined(&map(), 0), map());
        assert_eq!(refined(&Map::default(), 64), Map::default());
    }

    #[test]
    fn colours_run_to_the_given_maximum_and_a_zero_map_stays_dark() {
        let table = Colormap::Grey.table();
        let picture = heat(&map(), Colormap::Grey, 24.0, 2);
        assert_eq!(picture.get_pixel(1, 1).0, table[127]);
        // Beyond the end of the scale is the end of the table.
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
    fn a_difference_has_zero_in_the_middle_of_its_colours() {
        let signed = Map {
            width: 3,
            height: 1,
            values: vec![-2.0, 0.0, 2.0],
        };
        let picture = difference(&signed, 2.0, 3);
        let table = diverging();
        assert_eq!(picture.get_pixel(0, 0).0, table[0]);
        assert_eq!(picture.get_pixel(1, 0).0, table[127]);
        assert_eq!(picture.get_pixel(2, 0).0, table[255]);
    }
}
