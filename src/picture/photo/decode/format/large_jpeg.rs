//! JPEGs of more pixels than are kept: read at a half, a quarter or an eighth of their size.
//!
//! Blocks of 8 × 8 pixels are decoded as smaller ones, so that the whole is never in memory.

use std::path::Path;

use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{Decoder, PixelFormat};

use super::jpeg;
use crate::picture::Error;

/// The most pixels that are kept of one that is reduced.
const KEPT: u64 = 64_000_000;
/// The most pixels of a progressive one: all of its coefficients, of two bytes in each channel, are in memory.
const MOST_PROGRESSIVE: u64 = 330_000_000;

/// By how much an image of this size is reduced; `None` if that is not enough, or it cannot be.
pub(crate) fn factor(bytes: &[u8], (width, height): (u32, u32)) -> Option<u32> {
    let pixels = u64::from(width) * u64::from(height);
    let is_read = !jpeg::is_progressive(bytes) || pixels <= MOST_PROGRESSIVE;
    let fits = |factor: &u32| pixels / u64::from(factor * factor) <= KEPT;
    let colours = jpeg::components(bytes).filter(|count| matches!(count, 1 | 3));
    colours.filter(|_| is_read)?;
    [2, 4, 8].into_iter().find(fits)
}

/// The image, as it is stored, at a share of its size.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(
    bytes: &[u8],
    (width, height): (u32, u32),
    factor: u32,
    path: &Path,
) -> Result<DynamicImage, Error> {
    let wrong = |error: jpeg_decoder::Error| match error {
        jpeg_decoder::Error::Io(_) => Error::Truncated {
            format: "JPEG",
            path: path.to_owned(),
        },
        jpeg_decoder::Error::Unsupported(feature) => Error::Unsupported {
            format: "JPEG",
            reason: format!("{feature:?}"),
            path: path.to_owned(),
        },
        other => Error::Corrupt {
            format: "JPEG",
            reason: other.to_string(),
            path: path.to_owned(),
        },
    };
    let [wanted_width, wanted_height] =
        [width, height].map(|side| u16::try_from(side.div_ceil(factor)).unwrap_or(u16::MAX));
    let mut decoder = Decoder::new(bytes);
    let (width, height) = decoder.scale(wanted_width, wanted_height).map_err(wrong)?;
    let levels = decoder.decode().map_err(wrong)?;
    let (width, height) = (width.into(), height.into());
    let picture = match decoder.info().map(|info| info.pixel_format) {
        Some(PixelFormat::L8) => GrayImage::from_raw(width, height, levels).map(DynamicImage::from),
        Some(PixelFormat::RGB24) => {
            RgbImage::from_raw(width, height, levels).map(DynamicImage::from)
        }
        Some(PixelFormat::L16 | PixelFormat::CMYK32) | None => None,
    };
    picture.ok_or_else(|| Error::Unsupported {
        format: "JPEG",
        reason: "colours of another kind in so large an image".into(),
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::{ExtendedColorType, Rgb, imageops};

    #[test]
    fn large_images_are_reduced_as_far_as_they_must_be() {
        let frame = |marker: u8, components: u8| {
            vec![
                0xff,
                0xd8,
                0xff,
                marker,
                0,
                8 + 3 * components,
                8,
                1,
                1,
                1,
                1,
                components,
            ]
        };
        let baseline = frame(0xc0, 3);
        assert_eq!(factor(&baseline, (15_000, 15_000)), Some(2));
        assert_eq!(factor(&baseline, (30_000, 15_000)), Some(4));
        assert_eq!(factor(&baseline, (60_000, 60_000)), Some(8));
        assert_eq!(factor(&baseline, (65_535, 65_535)), None);
        let progressive = frame(0xc2, 3);
        assert_eq!(factor(&progressive, (15_000, 15_000)), Some(2));
        assert_eq!(factor(&progressive, (30_000, 15_000)), None);
        assert_eq!(factor(&frame(0xc0, 4), (15_000, 15_000)), None);
    }

    #[test]
    fn what_is_reduced_is_the_mean_of_what_is_there() {
        let smooth = RgbImage::from_fn(150, 90, |x, y| {
            Rgb([(x + y) as u8, (255 - x) as u8, (2 * y + 20) as u8])
        });
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 98)
            .encode(&smooth, 150, 90, ExtendedColorType::Rgb8)
            .unwrap();
        for factor in [2, 4, 8] {
            let read = read(&bytes, (150, 90), factor, Path::new("a.jpg")).unwrap();
            let size = (150u32.div_ceil(factor), 90u32.div_ceil(factor));
            assert_eq!((read.width(), read.height()), size);
            let whole = (150 / factor, 90 / factor);
            let read = imageops::crop_imm(&read.into_rgb8(), 0, 0, whole.0, whole.1).to_image();
            for (x, y, pixel) in read.enumerate_pixels() {
                let part = imageops::crop_imm(&smooth, x * factor, y * factor, factor, factor);
                let part = part.to_image();
                for channel in 0..3 {
                    let sum: u32 = part.pixels().map(|p| u32::from(p.0[channel])).sum();
                    let mean = sum as f32 / (factor * factor) as f32;
                    let off = (f32::from(pixel.0[channel]) - mean).abs();
                    assert!(off < 6.0, "{factor}, {x}, {y}: {off}");
                }
            }
        }
    }
}
