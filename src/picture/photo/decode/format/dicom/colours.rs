//! DICOM's colours: red, green and blue, luminance and chrominance, and palettes.

use std::path::Path;

use image::{DynamicImage, ImageBuffer, Rgb, RgbImage};

use super::dataset::{Dataset, Wrong};
use super::tags;
use super::{Shape, Values, failed};
use crate::picture::Error;

/// Three values for each pixel.
pub(super) fn of_three(
    shape: &Shape,
    values: Values,
    photometric: &str,
    path: &Path,
) -> Result<DynamicImage, Error> {
    let refused = || {
        let why = format!("{} bits of {photometric}", shape.stored);
        failed(Wrong::Unsupported(why), path)
    };
    let short = || failed(Wrong::EndsEarly, path);
    let (width, height) = (shape.width, shape.height);
    match (values, photometric) {
        (Values::Colours(picture), _) => Ok(picture),
        (Values::Bytes(values), "RGB") => {
            let pixels = interleaved(shape, values);
            Ok(RgbImage::from_raw(width, height, pixels)
                .ok_or_else(short)?
                .into())
        }
        (Values::Words(values), "RGB") => {
            let pixels = interleaved(shape, values);
            let picture = ImageBuffer::<Rgb<u16>, _>::from_raw(width, height, pixels);
            Ok(picture.ok_or_else(short)?.into())
        }
        (Values::Bytes(values), "YBR_FULL" | "YBR_FULL_422") => {
            let mut pixels = match photometric {
                "YBR_FULL" => interleaved(shape, values),
                _ => halved(&values),
            };
            for pixel in pixels.chunks_exact_mut(3) {
                let colours = rgb([pixel[0], pixel[1], pixel[2]].map(f64::from));
                pixel.copy_from_slice(&colours);
            }
            Ok(RgbImage::from_raw(width, height, pixels)
                .ok_or_else(short)?
                .into())
        }
        (Values::Bytes(_) | Values::Words(_) | Values::Longs(_) | Values::Floats(_), _) => {
            Err(refused())
        }
    }
}

/// Luminance and chrominance as red, green and blue: DICOM PS3.3 C.7.6.3.1.2, which is JPEG's.
fn rgb([y, blue, red]: [f64; 3]) -> [u8; 3] {
    let (blue, red) = (blue - 128.0, red - 128.0);
    // A cast from float saturates.
    [
        y + 1.402 * red,
        y - 0.344_136 * blue - 0.714_136 * red,
        y + 1.772 * blue,
    ]
    .map(|colour| colour.round() as u8)
}

/// Two luminances, then the chrominance of both.
fn halved(values: &[u8]) -> Vec<u8> {
    let pairs = values.chunks_exact(4);
    pairs
        .flat_map(|pair| [pair[0], pair[2], pair[3], pair[1], pair[2], pair[3]])
        .collect()
}

fn interleaved<T: Copy>(shape: &Shape, values: Vec<T>) -> Vec<T> {
    let plane = values.len() / shape.samples.max(1);
    if !shape.planar || plane == 0 {
        return values;
    }
    let pixel = |at: usize| (0..shape.samples).map(move |sample| sample * plane + at);
    let order = (0..plane).flat_map(pixel);
    order.filter_map(|at| values.get(at).copied()).collect()
}

/// Numbers that stand for colours.
pub(super) fn through_palette(
    data: &Dataset<'_>,
    shape: &Shape,
    values: &Values,
    path: &Path,
) -> Result<DynamicImage, Error> {
    let wrong = |why: &str| failed(Wrong::Damaged(why.into()), path);
    let mut tables = Vec::new();
    for (shape, table) in tags::PALETTE_SHAPES.into_iter().zip(tags::PALETTES) {
        let shape = data.shorts(shape).unwrap_or_default();
        let [_, first, bits] = shape[..] else {
            return Err(wrong("its palette has no shape"));
        };
        let entries: Vec<u8> = match bits {
            8 => data.value(table).unwrap_or_default().to_vec(),
            _ => {
                let entries = data.shorts(table).unwrap_or_default();
                entries
                    .into_iter()
                    .map(|entry| (entry >> 8) as u8)
                    .collect()
            }
        };
        if entries.is_empty() {
            return Err(wrong("its palette is missing"));
        }
        tables.push((first, entries));
    }
    let level = |number: i64, channel: usize| {
        let (first, entries) = &tables[channel];
        // Numbers beyond either end have the colour there.
        let at = (number - i64::from(*first)).clamp(0, entries.len() as i64 - 1);
        entries[at as usize]
    };
    let numbers: Vec<u32> = match values {
        Values::Bytes(values) => values.iter().map(|v| u32::from(*v)).collect(),
        Values::Words(values) => values.iter().map(|v| u32::from(*v)).collect(),
        Values::Longs(values) => values.clone(),
        Values::Floats(_) | Values::Colours(_) => {
            return Err(wrong("a palette of no whole numbers"));
        }
    };
    let numbers = numbers.into_iter().map(|raw| shape.number(raw));
    let pixels = numbers.flat_map(|number| [0, 1, 2].map(|channel| level(number, channel)));
    let picture = RgbImage::from_raw(shape.width, shape.height, pixels.collect());
    let picture = picture.ok_or_else(|| failed(Wrong::EndsEarly, path))?;
    Ok(picture.into())
}
