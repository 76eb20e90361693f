//! Images for the clipboard.
//!
//! X11 hands out what was copied in one piece, of 16 MiB at most, and a larger one would be pasted as nothing. So
//! an image whose PNG is larger is made smaller.

use image::codecs::png::PngEncoder;
use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, ImageEncoder, RgbaImage};

use crate::app::tasks::save_as::Remark;

/// The most bytes of a PNG, with some room for the request around it.
const MOST: usize = 15 << 20;

/// The image, or a smaller copy whose PNG has at most [`MOST`] bytes, and what is to be said of that.
pub fn fitting(picture: RgbaImage) -> (RgbaImage, Remark) {
    let whole = picture.dimensions();
    let picture = within(picture, MOST);
    let (width, height) = picture.dimensions();
    let smaller = (width, height) != whole;
    let words = || format!("reduced to {width} × {height}, because the clipboard takes 16 MB");
    (picture, smaller.then(words))
}

fn within(mut picture: RgbaImage, most: usize) -> RgbaImage {
    // As much may be encoded as anything of that size needs.
    while picture.as_raw().len() > most {
        let bytes = encoded(&picture);
        if bytes <= most {
            break;
        }
        let share = (most as f64 / bytes as f64).sqrt().min(0.95);
        let side = |side: u32| ((f64::from(side) * share) as u32).max(1);
        let (width, height) = (side(picture.width()), side(picture.height()));
        picture = resize(&picture, width, height, FilterType::Triangle);
    }
    picture
}

/// The length of its PNG.
fn encoded(picture: &RgbaImage) -> usize {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let written = PngEncoder::new(&mut bytes).write_image(
        picture.as_raw(),
        width,
        height,
        ExtendedColorType::Rgba8,
    );
    written.map_or(usize::MAX, |()| bytes.len())
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn makes_an_image_smaller_until_its_png_fits() {
        // Noise, which cannot be compressed.
        let mut seed = 1_u32;
        let noise = RgbaImage::from_fn(200, 100, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = seed.to_be_bytes();
            Rgba([a, b, c, 255])
        });
        let smaller = within(noise.clone(), 20_000);
        assert!(encoded(&smaller) <= 20_000);
        // No smaller than it has to be, and of the same shape.
        assert!(encoded(&smaller) > 8_000, "{}", encoded(&smaller));
        assert!(smaller.width().abs_diff(2 * smaller.height()) <= 2);
        // What is large but simple stays as it is.
        let plain = RgbaImage::new(200, 100);
        assert!(within(plain.clone(), 20_000) == plain);
    }
}
