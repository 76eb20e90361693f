//! Explanations as pictures on the original image's own pixels.
//!
//! Importance is a map divided by its own maximum; what the network did not see is shaded, so that
//! a cold spot and an unseen one cannot be mistaken for each other. To 8 bits by [0, 1] × 255,
//! floored.

use std::fmt;
use std::str::FromStr;

use image::{GrayImage, Rgb, RgbImage, Rgba, RgbaImage};
use serde::{Deserialize, Serialize};

use super::UnknownName;
use super::colormap::Colormap;
use super::geometry::{PixelBox, Placement};
use super::map::{Map, SignedImage};
use super::upsample::Upsampler;

pub use super::caption::Caption;
pub use super::sheet::{Panel, composite};

/// Black over what the network did not see, as alpha.
pub const UNSEEN_SHADE: f32 = 0.6;

/// Zero in a signed picture.
const MID_GREY: u8 = 127;

/// How importance lies over the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overlay {
    /// The coloured map over the photo.
    #[default]
    Blend,
    /// The photo, darkened where it mattered less.
    Spotlight,
}

impl Overlay {
    pub const ALL: [Overlay; 2] = [Overlay::Blend, Overlay::Spotlight];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Overlay::Blend => "Blend",
            Overlay::Spotlight => "Spotlight",
        }
    }

    /// What the command line and captions call it.
    pub fn name(self) -> &'static str {
        match self {
            Overlay::Blend => "blend",
            Overlay::Spotlight => "spotlight",
        }
    }
}

impl fmt::Display for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Overlay {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|overlay| overlay.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("overlay", name, Self::ALL.map(Overlay::name)))
    }
}

/// How a heat map is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub colormap: Colormap,
    /// 0 shows the photo alone, 1 the heat map alone.
    pub opacity: f32,
    pub overlay: Overlay,
}

/// The map over its maximum on the pixels the network saw: the size of [`Placement::seen`].
///
/// A map without a positive value is all 0, never stretched.
pub fn importance(map: &Map, placement: &Placement) -> GrayImage {
    let seen = placement.seen();
    let mut picture = GrayImage::new(seen.width, seen.height);
    let max = map.max();
    // A maximum that is 0, negative or NaN has nothing to be divided by.
    if map.width == 0
        || map.height == 0
        || max.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater)
    {
        return picture;
    }
    let scaled: Vec<f32> = map.values.iter().map(|value| value / max * 255.0).collect();
    let mut upsampler = Upsampler::new((map.width, map.height), placement);
    let mut row = vec![0.0; seen.width as usize];
    for (y, bytes) in picture.chunks_exact_mut(row.len()).enumerate() {
        upsampler.row(&scaled, y, &mut row);
        for (byte, value) in bytes.iter_mut().zip(&row) {
            *byte = *value as u8;
        }
    }
    picture
}

/// [`importance`] through a colour table.
pub fn heat_layer(map: &Map, placement: &Placement, colormap: Colormap) -> RgbImage {
    let importance = importance(map, placement);
    let table = colormap.table();
    let mut picture = RgbImage::new(importance.width(), importance.height());
    for (pixel, value) in picture.chunks_exact_mut(3).zip(importance.as_raw()) {
        pixel.copy_from_slice(&table[usize::from(*value)]);
    }
    picture
}

/// Black, the more opaque the less a pixel mattered: drawn over the photo at the overlay's opacity
/// it makes a spotlight. The size of [`Placement::seen`].
pub fn spotlight_layer(map: &Map, placement: &Placement) -> RgbaImage {
    let importance = importance(map, placement);
    let mut picture = RgbaImage::new(importance.width(), importance.height());
    for (pixel, value) in picture.pixels_mut().zip(importance.as_raw()) {
        *pixel = Rgba([0, 0, 0, 255 - value]);
    }
    picture
}

/// The whole photo with the heat map over what the network saw and a shade over the rest.
///
/// Blend is `photo · (1 - o) + heat · o`, spotlight `photo · (1 - o · (1 - importance))`, both in
/// sRGB. `placement` is scaled to the photo where that is a reduced copy.
pub fn overlay(photo: &RgbImage, map: &Map, placement: &Placement, look: &Look) -> RgbImage {
    let placement = placement.at_size(photo.width(), photo.height());
    let seen = placement.seen();
    let importance = importance(map, &placement);
    let opacity = look.opacity.clamp(0.0, 1.0);
    let mut picture = shaded(photo, &seen);
    match look.overlay {
        Overlay::Blend => {
            let heat = look.colormap.table().map(|colour| colour.map(f32::from));
            each_seen(&mut picture, &seen, &importance, |pixel, value| {
                let heat = &heat[usize::from(value)];
                for (channel, heat) in pixel.iter_mut().zip(heat) {
                    let photo = f32::from(*channel);
                    *channel = floored(photo + (heat - photo) * opacity);
                }
            });
        }
        Overlay::Spotlight => {
            let light: [f32; 256] =
                std::array::from_fn(|value| 1.0 - opacity * (1.0 - value as f32 / 255.0));
            each_seen(&mut picture, &seen, &importance, |pixel, value| {
                let light = light[usize::from(value)];
                for channel in pixel {
                    *channel = floored(f32::from(*channel) * light);
                }
            });
        }
    }
    picture
}

/// A signed picture over the whole image: zero is mid-grey, as bright above as it is dark below.
///
/// White and black stand for ± [`signed_scale`]; a few extreme pixels would otherwise leave the
/// rest grey. What the network did not see is mid-grey, shaded.
pub fn signed(values: &SignedImage, placement: &Placement) -> RgbImage {
    let (width, height) = placement.image;
    let seen = placement.seen();
    let unseen = unseen_shade()[usize::from(MID_GREY)];
    let mut picture = RgbImage::from_pixel(width, height, Rgb([unseen; 3]));
    let plane = values.width * values.height;
    if plane == 0 {
        return picture;
    }
    let scale = signed_scale(values);
    let mut upsampler = Upsampler::new((values.width, values.height), placement);
    let mut row = vec![0.0; seen.width as usize];
    for y in 0..seen.height as usize {
        let pixels = seen_row(&mut picture, &seen, y);
        for (channel, plane) in values.values.chunks_exact(plane).take(3).enumerate() {
            upsampler.row(plane, y, &mut row);
            for (pixel, value) in pixels.chunks_exact_mut(3).zip(&row) {
                pixel[channel] = ((value / scale).clamp(-1.0, 1.0) * 127.5 + 127.5) as u8;
            }
        }
    }
    picture
}

/// The magnitude that a signed picture shows as black or white: the 99.5th percentile of the
/// magnitudes that are not zero, 1 where all are.
pub fn signed_scale(values: &SignedImage) -> f32 {
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

/// A copy of the photo, shaded outside `seen`.
fn shaded(photo: &RgbImage, seen: &PixelBox) -> RgbImage {
    let shade = unseen_shade();
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

/// Each value under the shade.
fn unseen_shade() -> [u8; 256] {
    std::array::from_fn(|value| floored(value as f32 * (1.0 - UNSEEN_SHADE)))
}

/// Calls `paint` with each seen pixel's three bytes and its importance.
fn each_seen(
    picture: &mut RgbImage,
    seen: &PixelBox,
    importance: &GrayImage,
    mut paint: impl FnMut(&mut [u8], u8),
) {
    for (y, values) in importance.chunks_exact(seen.width as usize).enumerate() {
        let row = seen_row(picture, seen, y);
        for (pixel, value) in row.chunks_exact_mut(3).zip(values) {
            paint(pixel, *value);
        }
    }
}

/// The bytes of row `y` of the seen box within the whole picture.
fn seen_row<'a>(picture: &'a mut RgbImage, seen: &PixelBox, y: usize) -> &'a mut [u8] {
    let stride = 3 * picture.width() as usize;
    let start = (seen.y as usize + y) * stride + 3 * seen.x as usize;
    let bytes: &mut [u8] = picture;
    &mut bytes[start..start + 3 * seen.width as usize]
}

/// Down to a whole level; a whole value that rounding left a hair below itself stays.
fn floored(value: f32) -> u8 {
    (value + 1.0 / 1024.0) as u8
}

#[cfg(test)]
mod tests;
