//! Resamples a picture's own channels, each by itself, as Pillow does it.
//!
//! Bytes are resampled like colours. Values of 16 bits and floats are resampled as floats, like Pillow's mode
//! `F`. Where there is opacity, Pillow resamples colours times opacity, which is done here for bytes.

use fast_image_resize::ResizeAlg;
use fast_image_resize::images::ImageRef;
use fast_image_resize::pixels::F32;
use image::{Rgb, RgbImage};

use super::{Cut, Pixels, plain, wrong_length};
use crate::picture::Error;
use crate::picture::photo::decode::bands::{Bands, Meaning, Planes};
use crate::picture::photo::geometry::{Filter, Frame, Placement, Rect};

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
    let fill = |channel: usize| match fill.get(channel) {
        Some(level) if placement.is_filled(frame) => *level,
        _ => 0.0,
    };
    if let Planes::Bytes(planes) = &bands.planes {
        return bytes(bands, planes, wanted, &cut, frame.filter, fill);
    }
    let scaled = wanted.iter().enumerate().map(|(channel, band)| {
        let plane = Plane {
            width: bands.width,
            height: bands.height,
            values: bands.planes.floats(*band),
        };
        if plane.values.len() != plane.width as usize * plane.height as usize {
            return Err(wrong_length());
        }
        let scaled = cut.scaled(&plane, frame.filter)?;
        let level = fill(channel) as f32 * bands.planes.white();
        Ok(scaled.padded(&cut, level))
    });
    scaled.collect()
}

/// Three channels at a time, as if they were colours.
fn bytes(
    bands: &Bands,
    planes: &[Vec<u8>],
    wanted: &[usize],
    cut: &Cut,
    filter: Filter,
    fill: impl Fn(usize) -> f64,
) -> Result<Vec<Vec<f32>>, Error> {
    let opacity = match bands.meaning {
        Meaning::GreyAlpha | Meaning::ColourAlpha if premultiplies(filter) => planes.last(),
        Meaning::GreyAlpha | Meaning::ColourAlpha | Meaning::Bands => None,
    };
    let of = |band: usize| planes.get(band).ok_or_else(wrong_length);
    let scaled_opacity = opacity.map(|plane| cut.scaled(&colours(bands, [plane; 3])?, filter));
    let scaled_opacity = scaled_opacity.transpose()?;
    let mut done = Vec::with_capacity(wanted.len());
    for three in wanted.chunks(3) {
        let at = |channel: usize| three.get(channel).or(three.last()).copied().unwrap_or(0);
        let chosen = [at(0), at(1), at(2)];
        let chosen_planes = [of(chosen[0])?, of(chosen[1])?, of(chosen[2])?];
        let is_opacity = chosen.map(|band| band + 1 == planes.len());
        let mut picture = colours(bands, chosen_planes)?;
        if let Some(opacity) = opacity {
            for (pixel, alpha) in picture.pixels_mut().zip(opacity) {
                each(pixel, is_opacity, |level| multiplied(level, *alpha));
            }
        }
        let mut scaled = cut.scaled(&picture, filter)?;
        if let Some(opacity) = &scaled_opacity {
            for (pixel, alpha) in scaled.pixels_mut().zip(opacity.pixels()) {
                each(pixel, is_opacity, |level| divided(level, alpha.0[0]));
            }
        }
        let first = done.len();
        // A cast from float saturates.
        let fill = [0, 1, 2].map(|channel| (fill(first + channel) * 255.0).round() as u8);
        let input = cut.padded(scaled, fill);
        for channel in 0..three.len() {
            let values = input.pixels().map(|pixel| f32::from(pixel.0[channel]));
            done.push(values.collect());
        }
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

fn colours(bands: &Bands, planes: [&Vec<u8>; 3]) -> Result<RgbImage, Error> {
    let [red, green, blue] = planes;
    let levels = red.iter().zip(green).zip(blue);
    let levels = levels.flat_map(|((red, green), blue)| [*red, *green, *blue]);
    RgbImage::from_raw(bands.width, bands.height, levels.collect()).ok_or_else(wrong_length)
}

/// Changes all levels of a pixel but those that are opacity.
fn each(pixel: &mut Rgb<u8>, is_opacity: [bool; 3], change: impl Fn(u8) -> u8) {
    for (level, is_opacity) in pixel.0.iter_mut().zip(is_opacity) {
        if !is_opacity {
            *level = change(*level);
        }
    }
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

/// One channel of floats.
struct Plane {
    width: u32,
    height: u32,
    values: Vec<f32>,
}

impl Plane {
    /// The whole input.
    fn padded(self, cut: &Cut, fill: f32) -> Vec<f32> {
        let (width, height) = (cut.input.0 as usize, cut.input.1 as usize);
        if (self.width, self.height) == cut.input {
            return self.values;
        }
        let mut input = vec![fill; width * height];
        let (left, top) = (cut.across.start as usize, cut.down.start as usize);
        let length = self.width as usize;
        let rows = input.chunks_exact_mut(width).skip(top);
        for (to, from) in rows.zip(self.values.chunks_exact(length)) {
            to[left..left + length].copy_from_slice(from);
        }
        input
    }
}

impl Pixels for Plane {
    fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn one_pass(&self, part: Rect, size: (u32, u32), kernel: ResizeAlg) -> Result<Self, Error> {
        let pixels: Vec<F32> = self.values.iter().map(|value| F32::new(*value)).collect();
        let source = ImageRef::from_pixels(self.width, self.height, &pixels);
        let source = source.map_err(super::failed)?;
        let bytes = super::one_pass(&source, part, size, kernel)?;
        let float = |bytes: &[u8]| bytes.try_into().map(f32::from_ne_bytes);
        let values: Result<Vec<f32>, _> = bytes.chunks_exact(4).map(float).collect();
        Ok(Plane {
            width: size.0,
            height: size.1,
            values: values.map_err(super::failed)?,
        })
    }

    fn plainly_scaled(
        &self,
        (across, down): (plain::Axis, plain::Axis),
        kernel: plain::Kernel,
    ) -> Self {
        let width = self.width as usize;
        let value = |x: u32, y: u32| [self.values[y as usize * width + x as usize]];
        let sums = plain::sums(&across, &down, kernel, value);
        Plane {
            width: across.length,
            height: down.length,
            values: sums.into_iter().map(|[sum]| sum).collect(),
        }
    }
}
