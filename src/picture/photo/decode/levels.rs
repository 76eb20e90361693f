//! From 16 bits to 8: how far the values of a file reach.

use image::{DynamicImage, ImageBuffer, Pixel};

use super::notes::Note;

/// The value of white in a file of 16 bits, and what to say of it. Cameras and scanners with 12 bits write
/// their values as they are; taken for 16 bits, such a picture would be black.
pub(super) fn white(largest: u16, stated: Option<u16>) -> (u16, Option<Note>) {
    const WHOLE: u16 = u16::MAX;
    const OF_8_BITS: u16 = 255;
    const OF_12_BITS: u16 = 4095;
    let (white, is_stated) = match (stated, largest) {
        (_, 0) => (WHOLE, false),
        (Some(stated), _) if stated >= largest => (stated, true),
        (_, 1..=OF_8_BITS) => (OF_8_BITS, false),
        (_, ..=OF_12_BITS) => (OF_12_BITS, false),
        _ => (WHOLE, false),
    };
    let note = (white != WHOLE).then_some(Note::White {
        white,
        largest,
        is_stated,
    });
    (white, note)
}

/// The value of white that a PNG's significant bits say. The standard wants values scaled to all bits,
/// so it counts only where no value is above it.
pub(super) fn stated_in_png(bytes: &[u8]) -> Option<u16> {
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

/// The largest value of a picture of 16 bits; `None` for others.
pub(super) fn largest(picture: &DynamicImage) -> Option<u16> {
    let values: &[u16] = match picture {
        DynamicImage::ImageLuma16(image) => image,
        DynamicImage::ImageLumaA16(image) => image,
        DynamicImage::ImageRgb16(image) => image,
        DynamicImage::ImageRgba16(image) => image,
        _ => return None,
    };
    values.iter().copied().max()
}

/// The same with 8 bits, by `level`. Others are as they were.
pub(super) fn eight_bits(picture: DynamicImage, level: impl Fn(u16) -> u8) -> DynamicImage {
    fn each<From, To>(
        image: ImageBuffer<From, Vec<u16>>,
        level: impl Fn(u16) -> u8,
    ) -> ImageBuffer<To, Vec<u8>>
    where
        From: Pixel<Subpixel = u16>,
        To: Pixel<Subpixel = u8>,
    {
        let (width, height) = image.dimensions();
        let levels = image.into_raw().into_iter().map(level).collect();
        // As many values as before.
        ImageBuffer::from_raw(width, height, levels)
            .unwrap_or_else(|| ImageBuffer::new(width, height))
    }
    match picture {
        DynamicImage::ImageLuma16(image) => each::<_, image::Luma<u8>>(image, level).into(),
        DynamicImage::ImageLumaA16(image) => each::<_, image::LumaA<u8>>(image, level).into(),
        DynamicImage::ImageRgb16(image) => each::<_, image::Rgb<u8>>(image, level).into(),
        DynamicImage::ImageRgba16(image) => each::<_, image::Rgba<u8>>(image, level).into(),
        other => other,
    }
}

/// A value as a level from 0 to 255, rounded.
pub(super) fn scaled(value: u16, white: u16) -> u8 {
    let white = u32::from(white.max(1));
    ((u32::from(value) * 255 + white / 2) / white).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_values_up_to_4095_for_12_bits() {
        assert_eq!(white(65_535, None).0, 65_535);
        assert_eq!(white(4096, None).0, 65_535);
        assert_eq!(white(4095, None).0, 4095);
        assert_eq!(white(256, None).0, 4095);
        assert_eq!(white(255, None).0, 255);
        assert_eq!(white(0, None), (65_535, None));
        // What the file says counts where it can be true.
        assert_eq!(white(900, Some(1023)).0, 1023);
        assert_eq!(white(2000, Some(1023)).0, 4095);
        assert_eq!(white(60_000, Some(4095)).0, 65_535);
    }

    #[test]
    fn rounds_to_the_nearest_level() {
        for value in [0, 1, 128, 129, 257, 40_000, 65_535] {
            let exact = f64::from(value) / 257.0;
            assert!((f64::from(scaled(value, 65_535)) - exact).abs() <= 0.5);
        }
        assert_eq!((scaled(3099, 4095), scaled(4095, 4095)), (193, 255));
    }
}
