//! From a file to the pixels that a library decodes: the format is detected, and the length and the header
//! are checked before memory is allocated for the pixels.

use std::fs;
use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use image::error::{LimitErrorKind, UnsupportedErrorKind};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
};

use super::jpeg;
use crate::picture::Error;

/// The maximum number of pixels: more than 12000 × 9000.
const MAX_PIXELS: u64 = 150_000_000;

/// The maximum length of a side, which is also JPEG's. A narrow strip of few pixels would otherwise grow
/// by a factor of hundreds when it is stretched to a model's input.
const MAX_SIDE: u32 = 65_535;

/// The maximum number of bytes of a file: more than [`MAX_PIXELS`] with 16 bits per channel take.
pub(super) const MAX_FILE: u64 = 2_000_000_000;

/// The bytes that a decoder may allocate besides the pixels.
pub(super) const WORKING_MEMORY: u64 = 256 << 20;

/// The file's bytes and its format. Other files are not read beyond their first bytes.
pub(super) fn read(path: &Path) -> Result<(Vec<u8>, ImageFormat), Error> {
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
    let start = file.by_ref().take(64).read_to_end(&mut bytes);
    start.map_err(unreadable)?;
    if bytes.is_empty() {
        return Err(Error::Empty {
            path: path.to_owned(),
        });
    }
    let format = image::guess_format(&bytes)
        .ok()
        .filter(|format| format_name(*format).is_some())
        .ok_or_else(|| Error::NotAPicture {
            path: path.to_owned(),
        })?;
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
    Ok((bytes, format))
}

/// What the picture library makes of a file.
pub(super) struct Decoded {
    /// As it is stored.
    pub picture: DynamicImage,
    /// How it is to be turned.
    pub orientation: Orientation,
    /// Whether the colours are those of four inks in the file.
    pub is_of_inks: bool,
}

/// Decodes a file.
pub(super) fn decode(bytes: &[u8], format: ImageFormat, path: &Path) -> Result<Decoded, Error> {
    let failed = |error| classified(error, format, path);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(WORKING_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(failed)?;

    let (width, height) = decoder.dimensions();
    check_size(width, height, path)?;
    if format == ImageFormat::Jpeg && !jpeg::ends(bytes) {
        return Err(Error::Truncated {
            format: "JPEG",
            path: path.to_owned(),
        });
    }
    limits.max_alloc = Some(decoder.total_bytes() + WORKING_MEMORY);
    decoder.set_limits(limits).map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let is_of_inks = match decoder.original_color_type() {
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => true,
        _ => format == ImageFormat::Jpeg && jpeg::components(bytes) == Some(4),
    };
    let picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok(Decoded {
        picture,
        orientation,
        is_of_inks,
    })
}

/// Refuses what is too large.
pub(super) fn check_size(width: u32, height: u32, path: &Path) -> Result<(), Error> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Error::TooLarge {
            width,
            height,
            limit_megapixels: MAX_PIXELS / 1_000_000,
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

/// The common names of the supported formats.
fn format_name(format: ImageFormat) -> Option<&'static str> {
    Some(match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Tiff => "TIFF",
        _ => return None,
    })
}

fn classified(error: ImageError, format: ImageFormat, path: &Path) -> Error {
    let path = path.to_owned();
    let format = format_name(format).unwrap_or("image");
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
