//! DICOM: one frame of greys through their rescaling, or of colours.

use std::path::Path;

use image::{DynamicImage, GrayImage};

use super::super::bands::{Bands, Meaning, Planes};
use super::super::file;
use super::super::notes::Note;
use super::super::window::Levels;
use super::super::window::spread::{Curve, Stated};
use super::{Content, Own};
use crate::picture::Error;
use dataset::{Dataset, Wrong};

mod colours;
mod dataset;
mod packed;
mod syntax;
mod tags;

/// Whether a file begins as DICOM does, with its mark or without it.
pub(crate) fn begins(start: &[u8]) -> bool {
    if start.get(128..132) == Some(b"DICM") {
        return true;
    }
    // The first elements of a file without a preamble, as they have been written.
    let Some(head) = start.get(..8) else {
        return false;
    };
    let is_explicit = head[4..6].iter().all(u8::is_ascii_uppercase);
    let is_implicit = head[5..] == [0; 3] && head[4].is_multiple_of(2);
    let element = |group: u8, known: &[u8]| {
        let is_known = head[..2] == [group, 0] && known.contains(&head[2]) && head[3] == 0;
        is_known && (is_explicit || is_implicit)
    };
    element(8, &[0, 1, 5, 6, 8, 0x12, 0x14, 0x16, 0x18]) || element(2, &[0, 1, 2, 0x10])
}

/// What the file says of its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    width: u32,
    height: u32,
    /// Values of a pixel.
    samples: usize,
    /// Bits that a value takes: 1, 8, 16 or 32.
    allocated: u32,
    /// Bits of it that count.
    stored: u32,
    /// The highest of these.
    high: u32,
    signed: bool,
    /// Whether all reds come first, and so on.
    planar: bool,
}

impl Shape {
    fn of(data: &Dataset<'_>, path: &Path) -> Result<Shape, Error> {
        let short = |tag| data.short(tag);
        let (Some(height), Some(width)) = (short(tags::ROWS), short(tags::COLUMNS)) else {
            let modality = data.text(tags::MODALITY);
            let modality = modality.map(|modality| format!(" (its modality is {modality})"));
            let why = format!("it has no image{}", modality.unwrap_or_default());
            return Err(failed(Wrong::Unsupported(why), path));
        };
        file::check_size(width.into(), height.into(), path)?;
        let samples = short(tags::SAMPLES).unwrap_or(1);
        let allocated = short(tags::BITS_ALLOCATED).unwrap_or(16);
        let stored = short(tags::BITS_STORED).unwrap_or(allocated);
        let high = short(tags::HIGH_BIT).unwrap_or(stored.saturating_sub(1));
        let fits = matches!(allocated, 1 | 8 | 16 | 32)
            && (1..=allocated).contains(&stored)
            && (stored - 1..allocated).contains(&high)
            && matches!(samples, 1 | 3)
            && width > 0
            && height > 0;
        if !fits {
            let why = format!(
                "{samples} values of {allocated} bits for each of {width} × {height} pixels, of which {stored} count"
            );
            return Err(failed(Wrong::Unsupported(why), path));
        }
        Ok(Shape {
            width: width.into(),
            height: height.into(),
            samples: samples.into(),
            allocated: allocated.into(),
            stored: stored.into(),
            high: high.into(),
            signed: short(tags::IS_SIGNED) == Some(1),
            planar: short(tags::PLANAR) == Some(1),
        })
    }

    /// The number of values.
    fn count(&self) -> usize {
        self.width as usize * self.height as usize * self.samples
    }

    /// Whole numbers of `bits` as the file means them.
    fn number(&self, raw: u32) -> i64 {
        let raw = raw >> (self.high + 1 - self.stored);
        let mask = u32::MAX >> (32 - self.stored);
        let value = i64::from(raw & mask);
        if self.signed && value >> (self.stored - 1) == 1 {
            value - (1i64 << self.stored)
        } else {
            value
        }
    }
}

/// # Errors
/// What is wrong, or is not read here: each kind of packing is named.
pub(crate) fn read(bytes: &[u8], path: &Path) -> Result<Own, Error> {
    let data = Dataset::read(bytes).map_err(|wrong| failed(wrong, path))?;
    let shape = Shape::of(&data, path)?;
    let mut notes = Vec::new();
    let frames = data.number(tags::FRAMES).unwrap_or(1.0);
    if frames > 1.0 {
        notes.push(Note::Frames(frames.min(1e9) as u32));
    }
    if data.has(tags::MODALITY_TABLE) && !data.has(tags::SLOPE) {
        let why = "its values are those of a table (Modality LUT Sequence)";
        return Err(failed(Wrong::Unsupported(why.into()), path));
    }
    let photometric = data.text(tags::PHOTOMETRIC).unwrap_or_default();
    let values = packed::first_frame(&data, &shape, frames, path)?;
    let (content, stated) = match (photometric.as_str(), shape.samples) {
        ("MONOCHROME1" | "MONOCHROME2" | "", 1) => {
            greys(&data, &shape, values, photometric == "MONOCHROME1", path)?
        }
        ("PALETTE COLOR", 1) => {
            let picture = colours::through_palette(&data, &shape, &values, path)?;
            (Content::Picture(picture), Stated::default())
        }
        (name, 3) => {
            let picture = colours::of_three(&shape, values, name, path)?;
            (Content::Picture(picture), Stated::default())
        }
        (name, samples) => {
            let why = format!("{samples} values for each pixel as {name}");
            return Err(failed(Wrong::Unsupported(why), path));
        }
    };
    if stated.window.is_none() && data.has(tags::VOI_TABLE) {
        notes.push(Note::Table);
    }
    Ok(Own {
        content,
        stated,
        notes,
        ..Own::default()
    })
}

/// The values of one frame, pixel by pixel, as they are stored.
enum Values {
    Bytes(Vec<u8>),
    Words(Vec<u16>),
    Longs(Vec<u32>),
    Floats(Vec<f32>),
    /// Colours that have already been made red, green and blue.
    Colours(DynamicImage),
}

/// Greys: 8 bits that nothing is said of as a picture, and others as numbers with what the file says of them.
fn greys(
    data: &Dataset<'_>,
    shape: &Shape,
    values: Values,
    inverted: bool,
    path: &Path,
) -> Result<(Content, Stated), Error> {
    let slope = data.number(tags::SLOPE).filter(|slope| *slope != 0.0);
    let (slope, intercept) = (
        slope.unwrap_or(1.0),
        data.number(tags::INTERCEPT).unwrap_or(0.0),
    );
    let centre = data.number(tags::WINDOW_CENTER);
    let width = data.number(tags::WINDOW_WIDTH);
    let window = centre
        .zip(width)
        .and_then(|(level, width)| Levels::new(level, width));
    let is_plain = slope == 1.0 && intercept == 0.0 && window.is_none() && !shape.signed;
    let damaged = || failed(Wrong::EndsEarly, path);
    if let (Values::Bytes(bytes), true, 8) = (&values, is_plain, shape.stored) {
        let mut levels = bytes.clone();
        if inverted {
            for level in &mut levels {
                *level = 255 - *level;
            }
        }
        let picture = GrayImage::from_raw(shape.width, shape.height, levels).ok_or_else(damaged)?;
        return Ok((Content::Picture(picture.into()), Stated::default()));
    }
    let rescaled = |value: f64| (value * slope + intercept) as f32;
    let whole = |raw: u32| rescaled(shape.number(raw) as f64);
    let plane: Vec<f32> = match values {
        Values::Bytes(values) => values.into_iter().map(|v| whole(v.into())).collect(),
        Values::Words(values) => values.into_iter().map(|v| whole(v.into())).collect(),
        Values::Longs(values) => values.into_iter().map(whole).collect(),
        Values::Floats(values) => values.into_iter().map(|v| rescaled(v.into())).collect(),
        Values::Colours(picture) => {
            let levels = picture.into_luma8().into_raw();
            levels.into_iter().map(|v| rescaled(v.into())).collect()
        }
    };
    let (low, high) = if shape.signed {
        (
            -(2f64.powi(shape.stored as i32 - 1)),
            2f64.powi(shape.stored as i32 - 1) - 1.0,
        )
    } else {
        (0.0, 2f64.powi(shape.stored as i32) - 1.0)
    };
    let ends = [low, high].map(|value| value * slope + intercept);
    let is_float = data.has(tags::FLOATS) || data.has(tags::DOUBLES);
    let function = data.text(tags::FUNCTION).unwrap_or_default();
    let stated = Stated {
        window,
        full: (!is_float).then(|| Levels::between(ends[0].min(ends[1]), ends[0].max(ends[1]))),
        curve: match (function.as_str(), window) {
            ("SIGMOID", _) => Curve::Sigmoid,
            ("LINEAR_EXACT", _) => Curve::Exact,
            _ => Curve::Dicom,
        },
        inverted,
    };
    let bands = Bands {
        width: shape.width,
        height: shape.height,
        meaning: Meaning::Bands,
        planes: Planes::Floats(vec![plane]),
    };
    Ok((Content::Bands(bands), stated))
}

fn failed(wrong: Wrong, path: &Path) -> Error {
    let (format, path) = ("DICOM", path.to_owned());
    match wrong {
        Wrong::EndsEarly => Error::Truncated { format, path },
        Wrong::Damaged(reason) => Error::Corrupt {
            format,
            reason,
            path,
        },
        Wrong::Unsupported(reason) => Error::Unsupported {
            format,
            reason,
            path,
        },
    }
}
