//! From 16 bits to 8.

use image::{DynamicImage, ImageBuffer, Pixel};

/// The value of white that a PNG's significant bits say. The standard wants values scaled to all bits,
/// so it counts only where no value is above it.
pub(crate) fn stated_in_png(bytes: &[u8]) -> Option<u16> {
    let mut at = 8;
    loop {
        let length = bytes.get(at..at + 4)?;
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let data = at + 8;
        match bytes.get(at + 4..data)? {
            b"sBIT" => {
                let bits = *bytes.get(data..data.checked_add(length)?)?.iter().max()?;
                return (1..16).contains(&bits).then(|| (1 << bits) - 1);
            }
            b"IDAT" | b"IEND" => return None,
            _ => at = data.checked_add(length)?.checked_add(4)?,
        }
    }
}

/// The colours of a picture of 16 bits; `None` for others.
pub(crate) fn colours(picture: &DynamicImage) -> Option<impl Iterator<Item = u16>> {
    let (values, channels, colours): (&[u16], _, _) = match picture {
        DynamicImage::ImageLuma16(image) => (image, 1, 1),
        DynamicImage::ImageLumaA16(image) => (image, 2, 1),
        DynamicImage::ImageRgb16(image) => (image, 3, 3),
        DynamicImage::ImageRgba16(image) => (image, 4, 3),
        _ => return None,
    };
    let pixels = values.chunks_exact(channels);
    Some(pixels.flat_map(move |pixel| pixel[..colours].iter().copied()))
}

/// The opacities of a picture of 16 bits; none for others.
pub(crate) fn opacities(picture: &DynamicImage) -> impl Iterator<Item = u16> {
    let (values, channels): (&[u16], _) = match picture {
        DynamicImage::ImageLumaA16(image) => (image, 2),
        DynamicImage::ImageRgba16(image) => (image, 4),
        _ => (&[], 1),
    };
    values.iter().copied().skip(channels - 1).step_by(channels)
}

/// The same with 8 bits, by `level`, and the opacities by `opacity`. Others are as they were.
pub(crate) fn eight_bits(
    picture: DynamicImage,
    level: impl Fn(u16) -> u8,
    opacity: impl Fn(u16) -> u8,
) -> DynamicImage {
    fn each<From, To>(
        image: ImageBuffer<From, Vec<u16>>,
        level: impl Fn(u16) -> u8,
        opacity: impl Fn(u16) -> u8,
    ) -> ImageBuffer<To, Vec<u8>>
    where
        From: Pixel<Subpixel = u16>,
        To: Pixel<Subpixel = u8>,
    {
        let (width, height) = image.dimensions();
        let channels = usize::from(From::CHANNEL_COUNT);
        let colours = channels - usize::from(channels.is_multiple_of(2));
        let values = image.into_raw().into_iter().enumerate();
        let levels = values.map(|(at, value)| {
            if at % channels < colours {
                level(value)
            } else {
                opacity(value)
            }
        });
        // As many values as before.
        ImageBuffer::from_raw(width, height, levels.collect())
            .unwrap_or_else(|| ImageBuffer::new(width, height))
    }
    match picture {
        DynamicImage::ImageLuma16(image) => {
            each::<_, image::Luma<u8>>(image, level, opacity).into()
        }
        DynamicImage::ImageLumaA16(image) => {
            each::<_, image::LumaA<u8>>(image, level, opacity).into()
        }
        DynamicImage::ImageRgb16(image) => each::<_, image::Rgb<u8>>(image, level, opacity).into(),
        DynamicImage::ImageRgba16(image) => {
            each::<_, image::Rgba<u8>>(image, level, opacity).into()
        }
        other => other,
    }
}
