//! TIFFs that the picture library does not read, or not all of: any number of bands, 8 or 16 bits or other numbers.
//!
//! The first page alone is read.

use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage};
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use super::super::bands::{Bands, Meaning};
use super::super::file;
use super::super::notes::Note;
use super::{Content, Own, Purpose};
use crate::picture::Error;
use colours::Colours;

mod colours;
mod photometric;
mod refused;
mod values;

/// The most bytes that all bands may take.
pub(crate) const MAX_BYTES: usize = 2_000_000_000;

/// The value of the tag for extra samples that are opacity with multiplied colours.
const ASSOCIATED: u16 = 1;
/// The same with colours as they are.
const UNASSOCIATED: u16 = 2;

/// Reads what the picture library would not read, or not all of.
///
/// # Errors
/// What is wrong with a file that is read here. Other files are left to the picture library, with what is wrong.
pub(crate) fn read(bytes: &mut [u8], purpose: Purpose, path: &Path) -> Result<Own, Error> {
    let mut done = Own::default();
    let Ok(mut decoder) = Decoder::new(Cursor::new(&*bytes)) else {
        return Ok(done);
    };
    let tag = |decoder: &mut Decoder<_>, tag| decoder.get_tag_unsigned::<u16>(tag).ok();
    refused::raw(&mut decoder, path)?;
    refused::packing(&mut decoder, path)?;
    let stored = tag(&mut decoder, Tag::PhotometricInterpretation);
    if let Some(colours) = stored.and_then(Colours::of) {
        drop(decoder);
        return coloured(bytes, colours, path);
    }
    let Ok(colours) = decoder.colortype() else {
        return Ok(done);
    };
    let samples = tag(&mut decoder, Tag::SamplesPerPixel).unwrap_or(1);
    let extra = decoder.get_tag_u16_vec(Tag::ExtraSamples).ok();
    let extra = extra.and_then(|extra| extra.first().copied());
    // Unsigned whole numbers, unless stated.
    let format = decoder.get_tag_u16_vec(Tag::SampleFormat).ok();
    let unsigned = format.is_none_or(|format| format.iter().all(|format| *format == 1));
    let is_grey_alpha = unsigned
        && samples == 2
        && matches!(colours, ColorType::Multiband { .. })
        && matches!(extra, Some(ASSOCIATED | UNASSOCIATED));
    let (own, colourful) = match colours {
        ColorType::Multiband { .. } => (true, false),
        ColorType::Gray(8 | 16) if unsigned => (purpose == Purpose::Bands, false),
        ColorType::Gray(8 | 16 | 32 | 64) => (true, false),
        ColorType::RGB(bits) => (samples > 3 || bits > 16 || !unsigned, true),
        ColorType::RGBA(bits) => (samples > 4 || bits > 16 || !unsigned, true),
        _ => (false, false),
    };
    // Pillow turns no more than 8 bits around where 0 is white.
    let as_stored = purpose == Purpose::AsPillow
        && matches!(colours, ColorType::Gray(16 | 32 | 64))
        && tag(&mut decoder, Tag::PhotometricInterpretation) == Some(0);
    done.white = tag(&mut decoder, Tag::MaxSampleValue);
    done.is_premultiplied = extra == Some(ASSOCIATED) && (is_grey_alpha || !own);
    let size = decoder.dimensions();
    let turned = tag(&mut decoder, Tag::Orientation);
    if has_more_pages(&mut decoder) {
        done.notes.push(Note::Pages);
    }
    drop(decoder);
    if as_stored || (own && colourful) {
        // Else the library turns levels around, or leaves the bands after blue out.
        photometric::set(bytes, photometric::BLACK_IS_ZERO);
    }
    if !own {
        return Ok(done);
    }
    let (width, height) = size.map_err(|e| failed(&e, path))?;
    file::check_size(width, height, path)?;
    let (values, planar) = values_of(bytes, path)?;
    let turned = turned.and_then(|turned| Orientation::from_exif(turned.min(255) as u8));
    let turned = turned.unwrap_or(Orientation::NoTransforms);
    let upright = |mut picture: DynamicImage| {
        picture.apply_orientation(turned);
        Content::Picture(picture)
    };
    let unsupported = || Error::Unsupported {
        format: "TIFF",
        reason: format!("{samples} bands of other than 8, 16, 32 or 64 bits"),
        path: path.to_owned(),
    };
    if purpose == Purpose::AsPillow && samples == 1 {
        let levels = GrayImage::from_raw(width, height, values::clipped(values));
        done.content = upright(levels.ok_or_else(unsupported)?.into());
        return Ok(done);
    }
    let shape = (width, height, usize::from(samples), planar);
    let planes = values::planes(values, shape).ok_or_else(unsupported)?;
    let bands = Bands {
        width,
        height,
        meaning: Meaning::Bands,
        planes,
    };
    let picture = is_grey_alpha.then(|| values::grey_alpha(&bands)).flatten();
    done.content = match picture {
        Some(picture) => upright(picture),
        None => Content::Bands(values::upright(bands, turned)),
    };
    Ok(done)
}

/// A picture of a palette, of luminance and chrominance, or of Lab.
fn coloured(bytes: &mut [u8], colours: Colours, path: &Path) -> Result<Own, Error> {
    let palette = colours::palette(bytes);
    if let Some(meaning) = colours.read_as() {
        photometric::set(bytes, meaning);
    }
    let mut decoder = Decoder::new(Cursor::new(&*bytes)).map_err(|e| failed(&e, path))?;
    let (width, height) = decoder.dimensions().map_err(|e| failed(&e, path))?;
    file::check_size(width, height, path)?;
    let tag = |decoder: &mut Decoder<_>, tag| decoder.get_tag_unsigned::<u16>(tag).ok();
    let bits = decoder.get_tag_u16_vec(Tag::BitsPerSample).ok();
    let bits = bits.and_then(|bits| bits.first().copied()).unwrap_or(1);
    let samples = tag(&mut decoder, Tag::SamplesPerPixel).unwrap_or(1);
    let expected = if colours == Colours::Palette { 1 } else { 3 };
    let turned = tag(&mut decoder, Tag::Orientation);
    let mut done = Own::default();
    if has_more_pages(&mut decoder) {
        done.notes.push(Note::Pages);
    }
    drop(decoder);
    let (values, planar) = values_of(bytes, path)?;
    if samples != expected || planar {
        return Err(Error::Unsupported {
            format: "TIFF",
            reason: format!("{samples} bands as {colours:?}"),
            path: path.to_owned(),
        });
    }
    let mut picture = colours::picture(colours, values, palette, (width, height), bits, path)?;
    let turned = turned.and_then(|turned| Orientation::from_exif(turned.min(255) as u8));
    picture.apply_orientation(turned.unwrap_or(Orientation::NoTransforms));
    done.content = Content::Picture(picture);
    Ok(done)
}

/// The samples of the first page, and whether its bands lie one after the other.
fn values_of(bytes: &[u8], path: &Path) -> Result<(DecodingResult, bool), Error> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|e| failed(&e, path))?;
    let layout = decoder
        .image_buffer_layout()
        .map_err(|e| failed(&e, path))?;
    if layout.complete_len > MAX_BYTES {
        return Err(Error::TooMuchMemory {
            format: "TIFF",
            path: path.to_owned(),
        });
    }
    let mut limits = Limits::default();
    limits.decoding_buffer_size = layout.complete_len.max(1);
    limits.intermediate_buffer_size = layout
        .complete_len
        .saturating_add(file::WORKING_MEMORY as usize);
    let mut decoder = decoder.with_limits(limits);
    let mut values = DecodingResult::U8(Vec::new());
    decoder
        .read_image_to_buffer(&mut values)
        .map_err(|e| failed(&e, path))?;
    Ok((values, layout.planes > 1))
}

fn has_more_pages(decoder: &mut Decoder<Cursor<&[u8]>>) -> bool {
    const SMALLER_COPY: u32 = 1;
    const MASK: u32 = 4;
    const MOST_LOOKED_AT: usize = 64;
    for _ in 0..MOST_LOOKED_AT {
        if !decoder.more_images() || decoder.next_image().is_err() {
            return false;
        }
        let kind = decoder.get_tag_unsigned::<u32>(Tag::NewSubfileType);
        if kind.unwrap_or(0) & (SMALLER_COPY | MASK) == 0 {
            return true;
        }
    }
    false
}

fn failed(error: &tiff::TiffError, path: &Path) -> Error {
    let (format, path) = ("TIFF", path.to_owned());
    let reason = error.to_string();
    match error {
        tiff::TiffError::LimitsExceeded => Error::TooMuchMemory { format, path },
        tiff::TiffError::UnsupportedError(_) => Error::Unsupported {
            format,
            reason,
            path,
        },
        tiff::TiffError::IoError(error)
            if error.kind() == std::io::ErrorKind::UnexpectedEof || file::ends_early(&reason) =>
        {
            Error::Truncated { format, path }
        }
        tiff::TiffError::FormatError(_)
        | tiff::TiffError::IoError(_)
        | tiff::TiffError::IntSizeError
        | tiff::TiffError::UsageError(_) => Error::Corrupt {
            format,
            reason,
            path,
        },
    }
}
