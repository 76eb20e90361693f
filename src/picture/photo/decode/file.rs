//! From a file to the pixels that a library decodes: the format is detected, and the length and the header
//! are checked before memory is allocated for the pixels.

use std::fs;
use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use image::error::{LimitErrorKind, UnsupportedErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageReader, Limits};

use super::Reduced;
use super::format::{jpeg, large_jpeg};
use super::kind::{Kind, START, others};
use crate::picture::Error;

/// The maximum number of pixels: more than 12000 × 9000.
///
/// While fuzzing fewer, so that memory that a header does not explain shows up.
const MAX_PIXELS: u64 = if cfg!(fuzzing) {
    2_000_000
} else {
    150_000_000
};

/// The maximum length of a side, which is also JPEG's. A narrow strip of few pixels would otherwise grow
/// by a factor of hundreds when it is stretched to a model's input.
const MAX_SIDE: u32 = 65_535;

/// The maximum number of bytes of a file: more than [`MAX_PIXELS`] with 16 bits per channel take.
pub(super) const MAX_FILE: u64 = 2_000_000_000;

/// The bytes that a decoder may allocate besides the pixels.
pub(super) const WORKING_MEMORY: u64 = 256 << 20;

/// The file's bytes and its kind. Other files are not read beyond their first bytes.
pub(super) fn read(path: &Path) -> Result<(Vec<u8>, Kind), Error> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Error::Missing {
            path: path.to_owned(),
        },
        ErrorKind::PermissionDenied => Error::Unreadable {
            reason: "permission denied".to_owned(),
            path: path.to_owned(),
        },
        _ => Error::Unreadable {
            reason: error.to_string(),
            path: path.to_owned(),
        },
    };
    // Checked before opening, which would block forever on a named pipe.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Error::NotAFile {
            path: path.to_owned(),
        });
    }
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    let start = file.by_ref().take(START as u64).read_to_end(&mut bytes);
    start.map_err(unreadable)?;
    if bytes.is_empty() {
        return Err(Error::Empty {
            path: path.to_owned(),
        });
    }
    let kind = Kind::of(&bytes, path).ok_or_else(|| unknown(&bytes, path))?;
    let too_large = Error::FileTooLarge {
        limit_gigabytes: MAX_FILE / 1_000_000_000,
        path: path.to_owned(),
    };
    if metadata.len() > MAX_FILE {
        return Err(too_large);
    }
    // The file may have grown since, or the reported length may be wrong.
    let mut rest = file.take(MAX_FILE);
    rest.read_to_end(&mut bytes).map_err(unreadable)?;
    if rest.limit() == 0 {
        return Err(too_large);
    }
    Ok((bytes, kind))
}

/// What to say of a file that is not read.
fn unknown(start: &[u8], path: &Path) -> Error {
    let path = path.to_owned();
    match others::named(start, &path) {
        Some(other) => Error::OtherKind {
            kind: other.name,
            way_on: other.way_on,
            path,
        },
        None => Error::NotAPicture { path },
    }
}

/// What the picture library makes of a file.
pub(super) struct Decoded {
    /// As it is stored.
    pub picture: DynamicImage,
    /// How it is to be turned.
    pub orientation: Orientation,
    /// Whether the colours are those of four inks in the file.
    pub is_of_inks: bool,
    /// Set if it was reduced; the size is that before it is turned.
    pub reduced: Option<Reduced>,
}

/// Decodes a file.
pub(super) fn decode(bytes: &[u8], kind: Kind, path: &Path) -> Result<Decoded, Error> {
    let failed = |error| classified(error, kind.name(), path);
    let Some(format) = kind.library() else {
        return Err(unknown(bytes, path));
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(WORKING_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(failed)?;

    let (width, height) = decoder.dimensions();
    let size = (width, height);
    let is_large = check_size(width, height, path);
    let factor = match (&is_large, kind) {
        (Err(Error::TooLarge { .. }), Kind::Jpeg) => large_jpeg::factor(bytes, size),
        _ => None,
    };
    if factor.is_none() {
        is_large?;
    }
    if kind == Kind::Jpeg && !jpeg::ends(bytes) {
        return Err(Error::Truncated {
            format: "JPEG",
            path: path.to_owned(),
        });
    }
    if let Some(factor) = factor {
        let orientation = decoder.orientation().map_err(failed)?;
        drop(decoder);
        return Ok(Decoded {
            picture: large_jpeg::read(bytes, size, factor, path)?,
            orientation,
            is_of_inks: false,
            reduced: Some(Reduced {
                by: factor,
                width,
                height,
            }),
        });
    }
    limits.max_alloc = Some(decoder.total_bytes() + WORKING_MEMORY);
    decoder.set_limits(limits).map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let is_of_inks = match decoder.original_color_type() {
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => true,
        _ => kind == Kind::Jpeg && jpeg::components(bytes) == Some(4),
    };
    let picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok(Decoded {
        picture,
        orientation,
        is_of_inks,
        reduced: None,
    })
}

/// Refuses what is too large.
pub(super) fn check_size(width: u32, height: u32, path: &Path) -> Result<(), Error> {
    check_size_for(MAX_PIXELS, (width, height), path)
}

/// Refuses what is too large for a decoder that takes more memory.
pub(super) fn check_size_for(
    most: u64,
    (width, height): (u32, u32),
    path: &Path,
) -> Result<(), Error> {
    let most = most.min(MAX_PIXELS);
    if u64::from(width) * u64::from(height) > most {
        return Err(Error::TooLarge {
            width,
            height,
            limit_megapixels: most / 1_000_000,
            path: path.to_owned(),
        });
    }
    if width.max(height) > MAX_SIDE {
        return Err(Error::TooLong {
            width,
            height,
            longest: MAX_SIDE,
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn classified(error: ImageError, format: &'static str, path: &Path) -> Error {
    let path = path.to_owned();
    match error {
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::InsufficientMemory | LimitErrorKind::DimensionError => {
                Error::TooMuchMemory { format, path }
            }
            _ => Error::Unsupported {
                format,
                reason: limit.to_string(),
                path,
            },
        },
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Error::Truncated { format, path }
        }
        ImageError::Unsupported(error) => Error::Unsupported {
            format,
            reason: match error.kind() {
                UnsupportedErrorKind::GenericFeature(feature) => feature,
                _ => error.to_string(),
            },
            path,
        },
        other => {
            let reason = root_cause(&other);
            if ends_early(&reason) {
                return Error::Truncated { format, path };
            }
            Error::Corrupt {
                format,
                reason,
                path,
            }
        }
    }
}

/// The first line of the innermost error.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// The decoders report the end of the data only in the message.
pub(super) fn ends_early(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    [
        "unexpected eof",
        "unexpected end",
        "failed to fill whole buffer",
        "end of file",
        "exhausted data",
    ]
    .iter()
    .any(|words| reason.contains(words))
}
