//! JPEG 2000, in its container or bare.

use std::path::Path;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, RgbImage, RgbaImage};

use super::super::file;
use super::{Content, Own};
use crate::picture::Error;

const FORMAT: &str = "JPEG 2000";
/// The decoder works with floats of each channel.
const MAX_PIXELS: u64 = 50_000_000;

/// # Errors
/// What is wrong, or is not read here.
pub(crate) fn read(bytes: &[u8], path: &Path) -> Result<Own, Error> {
    let image = opened(bytes, path)?;
    let refused = |reason: String| Error::Unsupported {
        format: FORMAT,
        reason,
        path: path.to_owned(),
    };
    let colours = match image.color_space() {
        ColorSpace::Gray => 1,
        ColorSpace::RGB => 3,
        ColorSpace::CMYK => return Err(refused("colours of four inks".into())),
        ColorSpace::Unknown { num_channels } | ColorSpace::Icc { num_channels, .. } => {
            *num_channels
        }
    };
    let channels = usize::from(colours) + usize::from(image.has_alpha());
    if !matches!(colours, 1 | 3) {
        return Err(refused(format!("{channels} channels")));
    }
    let bits = u32::from(image.original_bit_depth());
    if !(1..=16).contains(&bits) {
        return Err(refused(format!("{bits} bits")));
    }
    let (planes, (width, height)) = decoded(&image, path)?;
    let pixels = width as usize * height as usize;
    if planes.len() != channels || planes.iter().any(|plane| plane.len() != pixels) {
        return Err(refused(format!(
            "{} channels of several sizes",
            planes.len()
        )));
    }
    let white = ((1u32 << bits) - 1) as f32;
    let values = (0..pixels).flat_map(|at| planes.iter().map(move |plane| plane[at]));
    let picture = if bits <= 8 {
        // A cast from float saturates.
        let levels: Vec<u8> = values
            .map(|value| (value * 255.0 / white).round() as u8)
            .collect();
        match channels {
            1 => GrayImage::from_raw(width, height, levels).map(DynamicImage::from),
            2 => GrayAlphaImage::from_raw(width, height, levels).map(DynamicImage::from),
            3 => RgbImage::from_raw(width, height, levels).map(DynamicImage::from),
            _ => RgbaImage::from_raw(width, height, levels).map(DynamicImage::from),
        }
    } else {
        let levels: Vec<u16> = values
            .map(|value| value.round().clamp(0.0, white) as u16)
            .collect();
        match channels {
            1 => ImageBuffer::from_raw(width, height, levels).map(DynamicImage::ImageLuma16),
            2 => ImageBuffer::from_raw(width, height, levels).map(DynamicImage::ImageLumaA16),
            3 => ImageBuffer::from_raw(width, height, levels).map(DynamicImage::ImageRgb16),
            _ => ImageBuffer::from_raw(width, height, levels).map(DynamicImage::ImageRgba16),
        }
    };
    let picture = picture.ok_or_else(|| refused("its size is not that of its pixels".into()))?;
    Ok(Own {
        content: Content::Picture(picture),
        white: (bits > 8).then_some(white as u16),
        ..Own::default()
    })
}

/// The numbers of each component, and the size.
pub(super) type Samples = (Vec<Vec<f32>>, (u32, u32));

/// What is decoded, without making colours of it.
pub(super) fn samples(bytes: &[u8], path: &Path) -> Result<Samples, Error> {
    let image = opened(bytes, path)?;
    let (mut planes, size) = decoded(&image, path)?;
    if is_signed(bytes) {
        // The decoder takes all for unsigned ones, and moves them.
        let middle = 2f32.powi(i32::from(image.original_bit_depth()) - 1);
        for value in planes.iter_mut().flatten() {
            *value -= middle;
        }
    }
    Ok((planes, size))
}

/// Whether the first component may be negative.
fn is_signed(bytes: &[u8]) -> bool {
    const START: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];
    // After lengths, sizes and the number of components.
    const DEPTH: usize = 42;
    let start = bytes.windows(4).position(|mark| mark == START);
    let depth = start.and_then(|start| bytes.get(start + DEPTH));
    depth.is_some_and(|depth| depth & 0x80 != 0)
}

fn opened<'a>(bytes: &'a [u8], path: &Path) -> Result<Image<'a>, Error> {
    let settings = DecodeSettings {
        strict: true,
        ..DecodeSettings::default()
    };
    let image = Image::new(bytes, &settings).map_err(|error| failed(&error, path))?;
    file::check_size_for(MAX_PIXELS, (image.width(), image.height()), path)?;
    Ok(image)
}

fn decoded(image: &Image<'_>, path: &Path) -> Result<Samples, Error> {
    let mut context = DecoderContext::default();
    let done = image
        .decode(&mut context)
        .map_err(|error| failed(&error, path))?;
    let planes = done
        .components()
        .iter()
        .map(|component| component.samples().to_vec());
    Ok((planes.collect(), (image.width(), image.height())))
}

fn failed(error: &hayro_jpeg2000::DecodeError, path: &Path) -> Error {
    let (reason, path) = (error.to_string(), path.to_owned());
    if file::ends_early(&reason) {
        return Error::Truncated {
            format: FORMAT,
            path,
        };
    }
    Error::Corrupt {
        format: FORMAT,
        reason,
        path,
    }
}
