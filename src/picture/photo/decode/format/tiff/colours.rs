//! Colours of a TIFF that the library leaves as they are: palettes, luminance and chrominance, and Lab.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, RgbImage};
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

use super::photometric;
use crate::picture::Error;

/// How the samples of a TIFF are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// Numbers of colours in a list.
    Palette,
    YCbCr,
    /// Lightness, and two chromaticities with a sign.
    CieLab,
    /// The same with 128 added to both.
    IccLab,
}

impl Colours {
    /// `None` for what is read in another way.
    pub fn of(photometric: u16) -> Option<Colours> {
        Some(match photometric {
            3 => Colours::Palette,
            6 => Colours::YCbCr,
            8 => Colours::CieLab,
            9 => Colours::IccLab,
            _ => return None,
        })
    }

    /// What the file has to say so that the library leaves the samples alone.
    pub fn read_as(self) -> Option<u16> {
        match self {
            Colours::Palette => Some(photometric::BLACK_IS_ZERO),
            Colours::YCbCr => None,
            Colours::CieLab | Colours::IccLab => Some(photometric::RGB),
        }
    }
}

/// The list of colours of a palette, with 8 bits; what comes first are all reds.
pub(super) fn palette(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).ok()?;
    let entries = decoder.get_tag_u16_vec(Tag::ColorMap).ok()?;
    // Some files have 8 bits where there should be 16.
    let is_narrow = entries.iter().all(|entry| *entry < 256);
    let level = |entry: u16| (if is_narrow { entry } else { entry >> 8 }) as u8;
    Some(entries.into_iter().map(level).collect())
}

/// The picture of these samples.
pub(super) fn picture(
    colours: Colours,
    values: DecodingResult,
    palette: Option<Vec<u8>>,
    (width, height): (u32, u32),
    bits: u16,
    path: &Path,
) -> Result<DynamicImage, Error> {
    let pixels = width as usize * height as usize;
    let refused = |reason: String| Error::Unsupported {
        format: "TIFF",
        reason,
        path: path.to_owned(),
    };
    let pixels: Option<Vec<u8>> = match (colours, values) {
        (Colours::Palette, values) => {
            let palette = palette.ok_or_else(|| refused("a palette without colours".into()))?;
            let numbers: Vec<usize> = match values {
                DecodingResult::U8(bytes) if bits < 8 => unpacked(&bytes, bits, width as usize),
                DecodingResult::U8(values) => values.into_iter().map(usize::from).collect(),
                DecodingResult::U16(values) => values.into_iter().map(usize::from).collect(),
                _ => return Err(refused(format!("a palette with {bits} bits"))),
            };
            let count = palette.len() / 3;
            let colour = |number: usize| {
                [0, 1, 2].map(|channel| palette.get(channel * count + number).copied())
            };
            let known = |number: &usize| *number < count;
            if !numbers.iter().all(known) {
                return Err(refused("colours that its palette does not have".into()));
            }
            numbers.into_iter().take(pixels).flat_map(colour).collect()
        }
        (Colours::YCbCr, DecodingResult::U8(values)) => Some(each(values, |[y, blue, red]| {
            let (blue, red) = (blue - 128.0, red - 128.0);
            [
                y + 1.402 * red,
                y - 0.344_136 * blue - 0.714_136 * red,
                y + 1.772 * blue,
            ]
        })),
        (Colours::CieLab, DecodingResult::U8(values)) => Some(each(values, |[l, a, b]| {
            let signed = |value: f64| if value > 127.0 { value - 256.0 } else { value };
            of_lab(l / 2.55, signed(a), signed(b))
        })),
        (Colours::IccLab, DecodingResult::U8(values)) => Some(each(values, |[l, a, b]| {
            of_lab(l / 2.55, a - 128.0, b - 128.0)
        })),
        (Colours::YCbCr, _) => return Err(refused(format!("YCbCr with {bits} bits"))),
        (Colours::CieLab | Colours::IccLab, _) => {
            return Err(refused(format!("Lab with {bits} bits")));
        }
    };
    let picture = pixels.and_then(|pixels| RgbImage::from_raw(width, height, pixels));
    let picture = picture.ok_or_else(|| Error::Truncated {
        format: "TIFF",
        path: path.to_owned(),
    })?;
    Ok(picture.into())
}

/// Numbers of less than 8 bits; each row begins with a byte.
fn unpacked(bytes: &[u8], bits: u16, width: usize) -> Vec<usize> {
    let bits = usize::from(bits.max(1));
    let row = (width * bits).div_ceil(8).max(1);
    let number = |row: &[u8], at: usize| {
        let first = at * bits;
        let byte = usize::from(row.get(first / 8).copied().unwrap_or(0));
        byte >> (8 - bits - first % 8).min(7) & ((1 << bits) - 1)
    };
    let rows = bytes.chunks(row);
    rows.flat_map(|row| (0..width).map(move |at| number(row, at)))
        .collect()
}

fn each(mut values: Vec<u8>, colours: impl Fn([f64; 3]) -> [f64; 3]) -> Vec<u8> {
    for pixel in values.chunks_exact_mut(3) {
        let rgb = colours([pixel[0], pixel[1], pixel[2]].map(f64::from));
        // A cast from float saturates.
        pixel.copy_from_slice(&rgb.map(|colour| colour.round() as u8));
    }
    values
}

/// CIE 1976 L*a*b* under D50 as sRGB, from 0 to 255.
fn of_lab(l: f64, a: f64, b: f64) -> [f64; 3] {
    const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
    /// From XYZ under D50 to linear sRGB, adapted as Bradford does.
    const TO_SRGB: [[f64; 3]; 3] = [
        [3.133_856_1, -1.616_866_7, -0.490_614_6],
        [-0.978_768_4, 1.916_141_5, 0.033_454_0],
        [0.071_945_3, -0.228_991_4, 1.405_242_7],
    ];
    let middle = (l + 16.0) / 116.0;
    let cubed = |value: f64| {
        if value > 6.0 / 29.0 {
            value.powi(3)
        } else {
            (value - 4.0 / 29.0) * 108.0 / 841.0
        }
    };
    let xyz = [middle + a / 500.0, middle, middle - b / 200.0].map(cubed);
    TO_SRGB.map(|row| {
        let parts = row.into_iter().zip(xyz).zip(D50);
        let linear: f64 = parts
            .map(|((weight, value), white)| weight * value * white)
            .sum();
        let linear = linear.clamp(0.0, 1.0);
        let level = if linear <= 0.003_130_8 {
            12.92 * linear
        } else {
            1.055 * linear.powf(1.0 / 2.4) - 0.055
        };
        level * 255.0
    })
}
