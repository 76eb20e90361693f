//! TIFFs with bands that the picture library does not read: any number of them, 8 or 16 bits or floats.
//!
//! The first page alone is read.

use std::io::Cursor;
use std::path::Path;

use image::imageops;
use image::metadata::Orientation;
use image::{ImageBuffer, Luma, Primitive};
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use super::bands::{Bands, Meaning, Planes, apart};
use super::file;
use crate::picture::Error;

/// The most bytes that all bands may take.
pub(super) const MAX_BYTES: usize = 2_000_000_000;

/// What a TIFF is.
pub(super) enum Tiff {
    /// One that the picture library reads.
    Picture {
        /// The value of white, where the file states it.
        white: Option<u16>,
        /// Whether 0 is white in the file.
        inverted: bool,
    },
    Bands(Bands),
}

/// Reads the bands, turned upright, where the picture library would not read the file, or not all of it. With `always`, a
/// grey picture is read as one band too.
///
/// # Errors
/// What is wrong with a file of bands. Other files are left to the picture library, with what is wrong.
pub(super) fn read(bytes: &mut [u8], always: bool, path: &Path) -> Result<Tiff, Error> {
    let mut plain = Tiff::Picture {
        white: None,
        inverted: false,
    };
    let Ok(mut decoder) = Decoder::new(Cursor::new(&*bytes)) else {
        return Ok(plain);
    };
    let Ok(colours) = decoder.colortype() else {
        return Ok(plain);
    };
    let tag = |decoder: &mut Decoder<_>, tag| decoder.get_tag_unsigned::<u16>(tag).ok();
    let samples = tag(&mut decoder, Tag::SamplesPerPixel).unwrap_or(1);
    // Unsigned whole numbers, unless stated.
    let format = decoder.get_tag_u16_vec(Tag::SampleFormat).ok();
    let unsigned = format.is_none_or(|format| format.iter().all(|format| *format == 1));
    let (own, colourful) = match colours {
        ColorType::Multiband { .. } => (true, false),
        ColorType::Gray(8 | 16) if unsigned => (always, false),
        ColorType::Gray(8 | 16 | 32 | 64) => (true, false),
        ColorType::RGB(bits) => (samples > 3 || bits > 16 || !unsigned, true),
        ColorType::RGBA(bits) => (samples > 4 || bits > 16 || !unsigned, true),
        _ => (false, false),
    };
    if !own {
        if let Tiff::Picture { white, inverted } = &mut plain {
            *white = tag(&mut decoder, Tag::MaxSampleValue);
            *inverted = tag(&mut decoder, Tag::PhotometricInterpretation) == Some(0);
        }
        return Ok(plain);
    }
    let (width, height) = decoder.dimensions().map_err(|e| failed(&e, path))?;
    file::check_size(width, height, path)?;
    let turned = tag(&mut decoder, Tag::Orientation);
    if colourful {
        // Else the library leaves the bands after blue out.
        drop(decoder);
        set_photometric(bytes, 1);
    }
    let mut decoder = Decoder::new(Cursor::new(&*bytes)).map_err(|e| failed(&e, path))?;
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
    let shape = (width, height, usize::from(samples), layout.planes > 1);
    let planes = planes(values, shape).ok_or_else(|| Error::Unsupported {
        format: "TIFF",
        reason: format!("{samples} bands of other than 8, 16, 32 or 64 bits"),
        path: path.to_owned(),
    })?;
    let turned = turned.and_then(|turned| Orientation::from_exif(turned.min(255) as u8));
    let bands = Bands {
        width,
        height,
        meaning: Meaning::Bands,
        planes,
    };
    Ok(Tiff::Bands(match turned {
        None | Some(Orientation::NoTransforms) => bands,
        Some(turned) => upright(bands, turned),
    }))
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

/// `None` where the number of values is not that of whole samples.
fn planes(
    values: DecodingResult,
    (width, height, count, planar): (u32, u32, usize, bool),
) -> Option<Planes> {
    let plane = width as usize * height as usize;
    let split = Split {
        plane,
        count,
        planar,
    };
    Some(match values {
        DecodingResult::U8(values) => Planes::Bytes(split.of(values)?),
        DecodingResult::U16(values) => Planes::Words(split.of(values)?),
        DecodingResult::F32(values) => Planes::Floats(split.of(values)?),
        DecodingResult::U32(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::U64(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::F16(values) => Planes::Floats(split.floats(values, f32::from)?),
        DecodingResult::F64(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::I8(values) => Planes::Floats(split.floats(values, f32::from)?),
        DecodingResult::I16(values) => Planes::Floats(split.floats(values, f32::from)?),
        DecodingResult::I32(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::I64(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
    })
}

/// How values lie in a buffer.
struct Split {
    /// Values of one band.
    plane: usize,
    count: usize,
    /// Whether the bands lie one after the other.
    planar: bool,
}

impl Split {
    fn of<T: Copy>(&self, values: Vec<T>) -> Option<Vec<Vec<T>>> {
        if values.len() != self.plane.checked_mul(self.count)? {
            return None;
        }
        Some(if self.planar {
            values.chunks_exact(self.plane).map(<[T]>::to_vec).collect()
        } else {
            apart(&values, self.count)
        })
    }

    fn floats<T: Copy>(&self, values: Vec<T>, float: impl Fn(T) -> f32) -> Option<Vec<Vec<f32>>> {
        self.of(values.into_iter().map(float).collect())
    }
}

/// Turns every band.
fn upright(bands: Bands, orientation: Orientation) -> Bands {
    let size = (bands.width, bands.height);
    let (planes, (width, height)) = match bands.planes {
        Planes::Bytes(planes) => {
            let (planes, size) = turned(planes, size, orientation);
            (Planes::Bytes(planes), size)
        }
        Planes::Words(planes) => {
            let (planes, size) = turned(planes, size, orientation);
            (Planes::Words(planes), size)
        }
        Planes::Floats(planes) => {
            let (planes, size) = turned(planes, size, orientation);
            (Planes::Floats(planes), size)
        }
    };
    Bands {
        width,
        height,
        planes,
        ..bands
    }
}

type Turned<T> = (Vec<Vec<T>>, (u32, u32));

fn turned<T: Primitive + 'static>(
    planes: Vec<Vec<T>>,
    size: (u32, u32),
    how: Orientation,
) -> Turned<T> {
    let mut after = size;
    let turn = |plane: Vec<T>| {
        let plane = ImageBuffer::<Luma<T>, Vec<T>>::from_raw(size.0, size.1, plane)?;
        let plane = match how {
            Orientation::NoTransforms => plane,
            Orientation::Rotate90 => imageops::rotate90(&plane),
            Orientation::Rotate180 => imageops::rotate180(&plane),
            Orientation::Rotate270 => imageops::rotate270(&plane),
            Orientation::FlipHorizontal => imageops::flip_horizontal(&plane),
            Orientation::FlipVertical => imageops::flip_vertical(&plane),
            Orientation::Rotate90FlipH => imageops::flip_horizontal(&imageops::rotate90(&plane)),
            Orientation::Rotate270FlipH => imageops::flip_horizontal(&imageops::rotate270(&plane)),
        };
        after = plane.dimensions();
        Some(plane.into_raw())
    };
    (planes.into_iter().filter_map(turn).collect(), after)
}

/// Changes what the first page says its samples are.
fn set_photometric(bytes: &mut [u8], photometric: u16) {
    let _ = photometric_at(bytes).and_then(|(at, big_endian)| {
        let value = if big_endian {
            photometric.to_be_bytes()
        } else {
            photometric.to_le_bytes()
        };
        bytes.get_mut(at..at + 2)?.copy_from_slice(&value);
        Some(())
    });
}

/// Where the first page has it, and whether the file has its large digits first.
fn photometric_at(bytes: &[u8]) -> Option<(usize, bool)> {
    const PHOTOMETRIC: u64 = 262;
    let big_endian = bytes.starts_with(b"MM");
    let number = |at: usize, length: usize| -> Option<u64> {
        let digits = bytes.get(at..at.checked_add(length)?)?;
        let add = |sum: u64, digit: &u8| sum << 8 | u64::from(*digit);
        Some(if big_endian {
            digits.iter().fold(0, add)
        } else {
            digits.iter().rev().fold(0, add)
        })
    };
    // A BigTIFF has longer numbers throughout.
    let (page, counter, entry, value) = match number(2, 2)? {
        43 => (number(8, 8)?, 8, 20, 12),
        _ => (number(4, 4)?, 2, 12, 8),
    };
    let page = usize::try_from(page).ok()?;
    let count = usize::try_from(number(page, counter)?).ok()?;
    let first = page.checked_add(counter)?;
    let entries = (0..count).map_while(|index| first.checked_add(index.checked_mul(entry)?));
    let mut entries = entries.take_while(|at| *at < bytes.len());
    let found = entries.find(|at| number(*at, 2) == Some(PHOTOMETRIC))?;
    Some((found.checked_add(value)?, big_endian))
}
