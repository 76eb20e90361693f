//! Explanations as images at the resolution of the original photo.
//!
//! Importance is a map divided by its maximum, or by a value that several maps share. What the network
//! did not see is shaded, so that it cannot be mistaken for an unimportant region. Values in [0, 1] are
//! converted to 8 bits by multiplying by 255 and rounding down.

use image::{GrayImage, Luma, Pixel, Rgb, RgbImage, Rgba, RgbaImage};

use super::colormap::{Colormap, SIGNS, diverging};
use super::sample::Sampling;
use super::upsample::Upsampler;
use super::{Map, SignedImage};
use crate::picture::photo::geometry::{PixelBox, Placement};

pub use super::look::{Look, Maximum, NoMaximum, Overlay, Scale, Scaling};
pub use lines::{contour_layer, line_colours, small_contours};
pub use region::{REGION, rectangle, region, region_layer};
pub use unseen::{Under, Unseen, hatch};

mod lines;
mod region;
mod unseen;

/// The alpha of the black over what the network did not see.
const UNSEEN_SHADE: f32 = 0.6;

/// The alpha of the black over what the network did not see. In a spotlight it is not less than over what the
/// network saw and found unimportant.
pub fn unseen_shade(overlay: Overlay, opacity: f32) -> f32 {
    match overlay {
        Overlay::Blend | Overlay::Contours | Overlay::Cells => UNSEEN_SHADE,
        Overlay::Spotlight => UNSEEN_SHADE.max(opacity.clamp(0.0, 1.0)),
    }
}

/// Zero in a signed image.
const MID_GREY: u8 = 127;

/// The map divided by the end of its scale, on the pixels the network saw: the size of
/// [`Placement::seen`].
///
/// All 0 for a map without a positive value: zeros are never stretched.
pub fn importance(map: &Map, placement: &Placement, scale: Scale) -> GrayImage {
    importance_as(map, placement, scale, Sampling::Bilinear)
}

/// [`importance`], interpolated or not.
pub fn importance_as(
    map: &Map,
    placement: &Placement,
    scale: Scale,
    sampling: Sampling,
) -> GrayImage {
    let seen = placement.seen();
    let mut picture = GrayImage::new(seen.width, seen.height);
    let (false, Some(end)) = (map.is_empty(), scale.divisor(map.max())) else {
        return picture;
    };
    let scaled: Vec<f32> = map.values.iter().map(|value| value / end * 255.0).collect();
    let mut upsampler = Upsampler::new((map.width, map.height), placement, sampling);
    let mut row = vec![0.0; seen.width as usize];
    for (y, bytes) in picture.chunks_exact_mut(row.len()).enumerate() {
        upsampler.row(&scaled, y, &mut row);
        for (byte, value) in bytes.iter_mut().zip(&row) {
            *byte = *value as u8;
        }
    }
    picture
}

/// [`importance`] in the colours of a colour map.
pub fn heat_layer(map: &Map, placement: &Placement, colormap: Colormap, scale: Scale) -> RgbImage {
    coloured(&importance(map, placement, scale), colormap.table())
}

/// Black, the more opaque the less important a pixel is. Drawn over the photo with the overlay's
/// opacity, it is a spotlight. The size of [`Placement::seen`].
pub fn spotlight_layer(map: &Map, placement: &Placement, scale: Scale) -> RgbaImage {
    let importance = importance(map, placement, scale);
    let mut picture = RgbaImage::new(importance.width(), importance.height());
    for (pixel, value) in picture.pixels_mut().zip(importance.as_raw()) {
        *pixel = Rgba([0, 0, 0, 255 - value]);
    }
    picture
}

/// The whole photo, with the heat map over what the network saw and a shade over the rest.
///
/// A blend is `photo · (1 - o) + heat · o`, a spotlight `photo · (1 - o · (1 - importance))`, both in
/// sRGB. Contours are opaque. `placement` is scaled to `photo`, which may be a reduced copy.
pub fn overlay(photo: &RgbImage, map: &Map, placement: &Placement, look: &Look) -> RgbImage {
    let placement = placement.at_size(photo.width(), photo.height());
    let seen = placement.seen();
    let opacity = look.overlay.opacity(look.opacity);
    let importance = || importance_as(map, &placement, look.scale, look.overlay.sampling());
    let mut picture = shaded(photo, &seen, unseen_shade(look.overlay, opacity));
    match look.overlay {
        Overlay::Blend | Overlay::Cells => {
            let table = look.colormap.table();
            blend(&mut picture, &seen, &importance(), table, opacity);
        }
        Overlay::Contours => {
            let layer = contour_layer(map, &placement, look.colormap, look.scale);
            lay(&mut picture, &seen, &layer, opacity);
        }
        Overlay::Spotlight => {
            let light: [f32; 256] =
                std::array::from_fn(|value| 1.0 - opacity * (1.0 - value as f32 / 255.0));
            each_seen(&mut picture, &seen, &importance(), |pixel, value| {
                let light = light[usize::from(value)];
                for channel in pixel {
                    *channel = floored(f32::from(*channel) * light);
                }
            });
        }
    }
    picture
}

/// A signed map, the size of [`Placement::seen`]: each pixel has the colour of its sign
/// ([`SIGNS`]) and is the more opaque the further its value is from zero, up to the end
/// of the scale on either side. Under [`Scale::Own`] that is the map's largest magnitude.
///
/// A map of zeros is transparent everywhere: zeros are never stretched.
pub fn difference_layer(
    map: &Map,
    placement: &Placement,
    scale: Scale,
    sampling: Sampling,
) -> RgbaImage {
    let seen = placement.seen();
    let mut picture = RgbaImage::new(seen.width, seen.height);
    let (false, Some(end)) = (map.is_empty(), scale.divisor(map.max_abs())) else {
        return picture;
    };
    let scaled: Vec<f32> = map.values.iter().map(|value| value / end).collect();
    let mut upsampler = Upsampler::new((map.width, map.height), placement, sampling);
    let mut row = vec![0.0; seen.width as usize];
    for (y, bytes) in picture.chunks_exact_mut(4 * row.len()).enumerate() {
        upsampler.row(&scaled, y, &mut row);
        for (pixel, value) in bytes.chunks_exact_mut(4).zip(&row) {
            pixel.copy_from_slice(&signed_ink(*value));
        }
    }
    picture
}

/// The whole photo in grey, with a signed map over what the network saw: `grey · (1 - o · |t|) + ink · o · |t|` in
/// sRGB, where `t` is the value as a share of the end of the scale, and `o` the look's opacity of differences. So nothing but the
/// difference has a colour.
pub fn difference_overlay(
    photo: &RgbImage,
    map: &Map,
    placement: &Placement,
    look: &Look,
) -> RgbImage {
    let placement = placement.at_size(photo.width(), photo.height());
    let seen = placement.seen();
    let layer = difference_layer(map, &placement, look.scale, look.overlay.sampling());
    let mut picture = shaded(&in_grey(photo), &seen, UNSEEN_SHADE);
    lay(
        &mut picture,
        &seen,
        &layer,
        look.difference_opacity.clamp(0.0, 1.0),
    );
    picture
}

/// Lays a layer of the size of the seen box over it.
fn lay(picture: &mut RgbImage, seen: &PixelBox, layer: &RgbaImage, opacity: f32) {
    for (y, inks) in layer.chunks_exact(4 * seen.width as usize).enumerate() {
        let row = seen_row(picture, seen, y);
        for (pixel, ink) in row.chunks_exact_mut(3).zip(inks.chunks_exact(4)) {
            let share = opacity * f32::from(ink[3]) / 255.0;
            for (channel, ink) in pixel.iter_mut().zip(ink) {
                let below = f32::from(*channel);
                *channel = floored(below + (f32::from(*ink) - below) * share);
            }
        }
    }
}

/// A photo without its colours (Rec. 709 luma).
pub fn in_grey(photo: &RgbImage) -> RgbImage {
    let mut picture = photo.clone();
    for pixel in picture.pixels_mut() {
        let Luma([level]) = pixel.to_luma();
        *pixel = Rgb([level; 3]);
    }
    picture
}

/// The ink of a value from -1 to 1: the colour of its sign, and its magnitude as alpha.
pub(super) fn signed_ink(value: f32) -> [u8; 4] {
    let [red, green, blue] = SIGNS[usize::from(value > 0.0)];
    // Of what is no number, it is 0.
    let alpha = (value.abs().clamp(0.0, 1.0) * 255.0).round() as u8;
    [red, green, blue, alpha]
}

/// Maps -1 to 1 to 0 to 255; 0 becomes [`MID_GREY`].
fn signed_byte(value: f32) -> u8 {
    (value.clamp(-1.0, 1.0) * 127.5 + 127.5) as u8
}

/// A signed image at the size of the photo: zero is mid-grey, positive values are brighter and negative
/// ones darker. An image of one channel, and the sum of any number but three, is in the diverging colours.
///
/// White and black, or the ends of the colours, stand for ± [`signed_scale`]; otherwise a few extreme pixels
/// would leave the rest grey. What the network did not see is a shaded mid-grey.
pub fn signed(values: &SignedImage, placement: &Placement) -> RgbImage {
    let (width, height) = placement.image;
    let seen = placement.seen();
    let values = &*values.drawn();
    let is_grey = values.channels() == 1;
    let zero = if is_grey {
        diverging()[usize::from(MID_GREY)]
    } else {
        [MID_GREY; 3]
    };
    let shade = darkened(UNSEEN_SHADE);
    let unseen = zero.map(|level| shade[usize::from(level)]);
    let mut picture = RgbImage::from_pixel(width, height, Rgb(unseen));
    let plane = values.width * values.height;
    if plane == 0 {
        return picture;
    }
    let scale = signed_scale(values);
    let grid = (values.width, values.height);
    let mut upsampler = Upsampler::new(grid, placement, Sampling::Bilinear);
    let mut row = vec![0.0; seen.width as usize];
    for y in 0..seen.height as usize {
        let pixels = seen_row(&mut picture, &seen, y);
        if is_grey {
            upsampler.row(&values.values, y, &mut row);
            for (pixel, value) in pixels.chunks_exact_mut(3).zip(&row) {
                let entry = signed_byte(value / scale);
                pixel.copy_from_slice(&diverging()[usize::from(entry)]);
            }
            continue;
        }
        for (channel, from) in values.rgb().into_iter().enumerate() {
            let Some(plane) = values.values.get(from * plane..(from + 1) * plane) else {
                continue;
            };
            upsampler.row(plane, y, &mut row);
            for (pixel, value) in pixels.chunks_exact_mut(3).zip(&row) {
                pixel[channel] = signed_byte(value / scale);
            }
        }
    }
    picture
}

/// The magnitude that a signed image, as it is drawn, shows as black or white: the 99.5th percentile of the
/// non-zero magnitudes, or 1 if all are zero.
pub fn signed_scale(values: &SignedImage) -> f32 {
    let values = values.drawn();
    let mut magnitudes: Vec<f32> = values
        .values
        .iter()
        .map(|value| value.abs())
        .filter(|value| *value > 0.0 && value.is_finite())
        .collect();
    if magnitudes.is_empty() {
        return 1.0;
    }
    let rank = (magnitudes.len() as f64 * 0.995).ceil() as usize - 1;
    *magnitudes.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// A copy of the photo that is shaded outside `seen`.
fn shaded(photo: &RgbImage, seen: &PixelBox, alpha: f32) -> RgbImage {
    let shade = darkened(alpha);
    let mut picture = photo.clone();
    let darken = |bytes: &mut [u8]| {
        for byte in bytes {
            *byte = shade[usize::from(*byte)];
        }
    };
    let (left, right) = (3 * seen.x as usize, 3 * (seen.x + seen.width) as usize);
    for (y, row) in picture
        .chunks_exact_mut(3 * photo.width() as usize)
        .enumerate()
    {
        let inside = (seen.y as usize..(seen.y + seen.height) as usize).contains(&y);
        if inside {
            darken(&mut row[..left]);
            darken(&mut row[right..]);
        } else {
            darken(row);
        }
    }
    picture
}

/// Each 8-bit value under a black of this alpha.
fn darkened(alpha: f32) -> [u8; 256] {
    std::array::from_fn(|value| floored(value as f32 * (1.0 - alpha)))
}

/// The colours of the indices into a table.
fn coloured(entries: &GrayImage, table: &[[u8; 3]; 256]) -> RgbImage {
    let mut picture = RgbImage::new(entries.width(), entries.height());
    for (pixel, entry) in picture.chunks_exact_mut(3).zip(entries.as_raw()) {
        pixel.copy_from_slice(&table[usize::from(*entry)]);
    }
    picture
}

/// Blends the colours of the indices with the seen pixels.
fn blend(
    picture: &mut RgbImage,
    seen: &PixelBox,
    entries: &GrayImage,
    table: &[[u8; 3]; 256],
    opacity: f32,
) {
    let colours = table.map(|colour| colour.map(f32::from));
    each_seen(picture, seen, entries, |pixel, entry| {
        let colour = &colours[usize::from(entry)];
        for (channel, colour) in pixel.iter_mut().zip(colour) {
            let below = f32::from(*channel);
            *channel = floored(below + (colour - below) * opacity);
        }
    });
}

/// Calls `paint` with the three bytes of each seen pixel and its value.
fn each_seen(
    picture: &mut RgbImage,
    seen: &PixelBox,
    values: &GrayImage,
    mut paint: impl FnMut(&mut [u8], u8),
) {
    for (y, values) in values.chunks_exact(seen.width as usize).enumerate() {
        let row = seen_row(picture, seen, y);
        for (pixel, value) in row.chunks_exact_mut(3).zip(values) {
            paint(pixel, *value);
        }
    }
}

/// The bytes of row `y` of the seen box in the whole image.
fn seen_row<'a>(picture: &'a mut RgbImage, seen: &PixelBox, y: usize) -> &'a mut [u8] {
    let stride = 3 * picture.width() as usize;
    let start = (seen.y as usize + y) * stride + 3 * seen.x as usize;
    let bytes: &mut [u8] = picture;
    &mut bytes[start..start + 3 * seen.width as usize]
}

/// Rounds down, but keeps integers that rounding errors left slightly too small.
fn floored(value: f32) -> u8 {
    (value + 1.0 / 1024.0) as u8
}

#[cfg(test)]
mod tests;
