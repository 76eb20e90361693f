//! From what a file stores to RGB with 8 bits per channel.

use image::{DynamicImage, Primitive, RgbImage, RgbaImage};

use super::notes::Note;
use super::window::levels::{colours, eight_bits, opacities};
use super::window::spread::{Spread, Stated, Windowed};
use super::window::{Levels, Window};

/// With transparent pixels over white, and 16 bits through a window. `white` is the value of white that the file
/// states for 16 bits.
pub(super) fn over_white(
    picture: DynamicImage,
    wanted: Window,
    white: Option<u16>,
    notes: &mut Vec<Note>,
) -> (RgbImage, Option<Windowed>) {
    let mut picture = picture;
    let spread = colours(&picture).map(Spread::of_words);
    // There are no other numbers that a model could take.
    let wanted = match wanted {
        Window::Values => Window::Levels(Levels::between(0.0, 65_535.0)),
        wanted => wanted,
    };
    let windowed = spread.map(|spread| {
        // Where a value is above it, it cannot be meant.
        let white = white
            .map(f64::from)
            .filter(|white| *white >= spread.largest.0);
        let stated = Stated {
            window: white.map(|white| Levels::between(0.0, white)),
            ..Stated::default()
        };
        Windowed::new(wanted, &spread, &stated)
    });
    if let Some(windowed) = windowed {
        let is_grey = matches!(picture, DynamicImage::ImageLuma16(_));
        if is_grey && windowed.largest.0 > 255.0 {
            notes.push(Note::Scaled);
        }
        if windowed.is_remarkable() {
            notes.push(Note::Window(windowed));
        }
        let spread = Spread::of_words(opacities(&picture));
        let opaque = Windowed::new(Window::Full, &spread, &Stated::default()).levels;
        let table = |levels: Levels| -> Vec<u8> {
            (0..=u16::MAX)
                .map(|value| levels.scaled(f64::from(value)))
                .collect()
        };
        let (level, opacity) = (table(windowed.levels), table(opaque));
        picture = eight_bits(
            picture,
            |value| level[usize::from(value)],
            |value| opacity[usize::from(value)],
        );
    }
    (laid_over_white(picture, notes), windowed)
}

fn laid_over_white(picture: DynamicImage, notes: &mut Vec<Note>) -> RgbImage {
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
        DynamicImage::ImageLuma16(_) => {
            let clipped = |value: u16| value.min(255) as u8;
            eight_bits(picture, clipped, clipped)
        }
        other => upper_half(other),
    };
    picture.into_rgb8()
}

/// The upper 8 of 16 bits. Others are as they were.
pub(super) fn upper_half(picture: DynamicImage) -> DynamicImage {
    let upper = |value: u16| (value >> 8) as u8;
    eight_bits(picture, upper, upper)
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
