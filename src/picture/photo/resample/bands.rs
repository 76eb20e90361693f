//! Resamples a picture's own channels, each by itself, as Pillow does it.
//!
//! Bytes are resampled like colours. Values of 16 bits and floats are resampled as floats, like Pillow's mode
//! `F`. Where there is opacity, Pillow resamples colours times opacity, which is done here for bytes; a picture
//! that already has the size is left as it is.

use super::cut::{Cut, Number};
use super::wrong_length;
use crate::picture::Error;
use crate::picture::photo::decode::bands::{Bands, Meaning, Planes};
use crate::picture::photo::geometry::{Filter, Frame, Placement};

/// The `wanted` channels in the model's input, counted from 0: for each a plane of `frame.width` ×
/// `frame.height` values, of which [`Planes::white`] is a level of 1. `fill` has the level of each where the
/// image does not reach, if that is not black.
///
/// # Errors
/// [`Error::Resample`] if the placement is for an image of another size, or there is no such channel.
pub fn resample_bands(
    bands: &Bands,
    wanted: &[usize],
    placement: &Placement,
    frame: &Frame,
    fill: &[f64],
) -> Result<Vec<Vec<f32>>, Error> {
    let cut = Cut::new((bands.width, bands.height), placement)?;
    let filter = frame.filter;
    let opacity = match (&bands.planes, bands.meaning) {
        (Planes::Bytes(planes), Meaning::GreyAlpha | Meaning::ColourAlpha)
            if premultiplies(filter) && placement.resized != placement.image =>
        {
            let plane = planes.last().ok_or_else(wrong_length)?;
            Some((plane, scaled(plane, &cut, filter)?))
        }
        _ => None,
    };
    let mut done = Vec::with_capacity(wanted.len());
    for (channel, band) in wanted.iter().copied().enumerate() {
        let level = match fill.get(channel) {
            Some(level) if placement.is_filled(frame) => *level,
            _ => 0.0,
        };
        let input = match &bands.planes {
            Planes::Bytes(planes) => {
                let plane = planes.get(band).ok_or_else(wrong_length)?;
                let values = match &opacity {
                    Some((opacity, scaled_opacity)) if band + 1 < planes.len() => {
                        let pairs = plane.iter().zip(*opacity);
                        let premultiplied = pairs.map(|(level, alpha)| multiplied(*level, *alpha));
                        let premultiplied: Vec<u8> = premultiplied.collect();
                        let values = scaled(&premultiplied, &cut, filter)?;
                        let pairs = values.iter().zip(scaled_opacity);
                        pairs
                            .map(|(level, alpha)| divided(*level, *alpha))
                            .collect()
                    }
                    Some(_) | None => scaled(plane, &cut, filter)?,
                };
                // A cast from float saturates.
                let fill = (level * 255.0).round() as u8;
                let values = values.into_iter().map(f32::from).collect();
                padded(values, &cut, f32::from(fill))
            }
            Planes::Words(_) | Planes::Floats(_) => {
                let values = scaled(&bands.planes.floats(band), &cut, filter)?;
                padded(values, &cut, level as f32 * bands.planes.white())
            }
        };
        done.push(input);
    }
    Ok(done)
}

/// Whether the filter is one of Pillow's that multiply colours with opacity first.
fn premultiplies(filter: Filter) -> bool {
    match filter {
        Filter::Box | Filter::Bilinear | Filter::Hamming | Filter::Bicubic | Filter::Lanczos => {
            true
        }
        Filter::Nearest | Filter::Linear | Filter::Cubic | Filter::Area => false,
    }
}

/// The part of a plane that the input covers.
fn scaled<T: Number>(plane: &[T], cut: &Cut, filter: Filter) -> Result<Vec<T>, Error> {
    let scaled = cut.scaled(plane.as_chunks::<1>().0, filter)?;
    Ok(scaled.into_flattened())
}

/// The whole input around the part that is covered.
fn padded(values: Vec<f32>, cut: &Cut, fill: f32) -> Vec<f32> {
    let (width, height) = (cut.input.0 as usize, cut.input.1 as usize);
    let (length, rows) = (cut.across.length as usize, cut.down.length as usize);
    if (length, rows) == (width, height) {
        return values;
    }
    let mut input = vec![fill; width * height];
    let (left, top) = (cut.across.start as usize, cut.down.start as usize);
    let rows = input.chunks_exact_mut(width).skip(top);
    for (to, from) in rows.zip(values.chunks_exact(length)) {
        to[left..left + length].copy_from_slice(from);
    }
    input
}

/// Pillow's `MULDIV255`.
fn multiplied(level: u8, alpha: u8) -> u8 {
    let product = u32::from(level) * u32::from(alpha) + 128;
    // At most 255, because both are.
    ((product + (product >> 8)) >> 8) as u8
}

/// Pillow's way back, from `RGBa` to `RGBA`.
fn divided(level: u8, alpha: u8) -> u8 {
    match alpha {
        0 | 255 => level,
        _ => (255 * u32::from(level) / u32::from(alpha)).min(255) as u8,
    }
}
