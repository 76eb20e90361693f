//! From what a file stores to RGB with 8 bits per channel.

use image::{DynamicImage, Primitive, RgbImage, RgbaImage};

use super::levels::{eight_bits, largest, scaled, white};
use super::notes::Note;

/// With transparent pixels over white. `stated` is the value of white that the file states for 16 bits.
pub(super) fn over_white(
    picture: DynamicImage,
    stated: Option<u16>,
    notes: &mut Vec<Note>,
) -> RgbImage {
    let mut picture = picture;
    if let Some(largest) = largest(&picture) {
        if matches!(picture, DynamicImage::ImageLuma16(_)) && largest > 255 {
            notes.push(Note::Scaled);
        }
        let (white, note) = white(largest, stated);
        notes.extend(note);
        picture = eight_bits(picture, |value| scaled(value, white));
    }
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba: RgbaImage = picture.into_rgba8();
    if rgba.pixels().any(|pixel| pixel.0[3] != 255) {
        notes.push(Note::Transparent);
    }
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        to.0 = [red, green, blue].map(|colour| {
            let sum = colour * alpha + 255 * (255 - alpha);
            // At most 255 · 255 + 127, so the quotient fits.
            ((sum + 127) / 255) as u8
        });
    }
    rgb
}

/// As Pillow's `convert("RGB")`: the opacity is dropped, greys of 16 bits are clipped, and of other values of
/// 16 bits the upper half counts.
pub(super) fn as_pillow(picture: DynamicImage) -> RgbImage {
    let picture = match picture {
        DynamicImage::ImageLuma16(_) => eight_bits(picture, |value| value.min(255) as u8),
        other => upper_half(other),
    };
    picture.into_rgb8()
}

/// The upper 8 of 16 bits. Others are as they were.
pub(super) fn upper_half(picture: DynamicImage) -> DynamicImage {
    eight_bits(picture, |value| (value >> 8) as u8)
}

/// Colours that were multiplied by the opacity, as they were before; as Pillow does it.
pub(super) fn straight(mut picture: DynamicImage) -> DynamicImage {
    fn divide<T: Primitive + Into<u32> + TryFrom<u32>>(values: &mut [T], channels: usize) {
        let white = T::DEFAULT_MAX_VALUE;
        for pixel in values.chunks_exact_mut(channels) {
            let Some((opacity, colours)) = pixel.split_last_mut() else {
                continue;
            };
            for level in colours {
                let product = white.into() * (*level).into();
                // Nothing is left of a colour without opacity.
                let quotient = product.checked_div((*opacity).into()).unwrap_or(0);
                *level = quotient.try_into().unwrap_or(white);
            }
        }
    }
    match &mut picture {
        DynamicImage::ImageLumaA8(image) => divide(image, 2),
        DynamicImage::ImageLumaA16(image) => divide(image, 2),
        DynamicImage::ImageRgba8(image) => divide(image, 4),
        DynamicImage::ImageRgba16(image) => divide(image, 4),
        _ => {}
    }
    picture
}
