//! Decodes an image file to RGB pixels.
//!
//! File names may be wrong, so the format is detected from the content. Photos may be stored sideways,
//! so the EXIF orientation is applied. A file may be damaged or made to exhaust memory, so its length
//! and its header are checked before memory is allocated for the pixels.

use std::fs;
use std::io::{Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use image::error::{LimitErrorKind, UnsupportedErrorKind};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage,
};

use crate::picture::Error;

/// The maximum number of pixels: more than 12000 × 9000.
const MAX_PIXELS: u64 = 150_000_000;

/// The maximum length of a side, which is also JPEG's. A narrow strip of few pixels would otherwise grow
/// by a factor of hundreds when it is stretched to a model's input.
const MAX_SIDE: u32 = 65_535;

/// The maximum number of bytes of a file: more than [`MAX_PIXELS`] with 16 bits per channel take.
const MAX_FILE: u64 = 2_000_000_000;

/// The bytes that a decoder may allocate besides the pixels.
const WORKING_MEMORY: u64 = 256 << 20;

/// A decoded image: upright, RGB, 8 bits per channel.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Identifies a decoded image within the process.
    pub id: u64,
    /// The file that it was read from; for an image from memory, a path that only gives its name.
    pub path: PathBuf,
    /// The pixels after the EXIF orientation, with transparent ones over white.
    pub rgb: RgbImage,
}

impl Photo {
    /// Reads PNG, JPEG, WebP, BMP, GIF (the first frame) or TIFF. Transparency is shown over white.
    ///
    /// # Errors
    /// If the file cannot be read, is no complete image or is too large; see [`Error`].
    pub fn open(path: &Path) -> Result<Photo, Error> {
        let (bytes, format) = read(path)?;
        let picture = decode(&bytes, format, path)?;
        drop(bytes);
        Ok(Self::from_rgb(path.to_owned(), over_white(picture)))
    }

    /// An image that is already in memory; `path` gives its name.
    pub fn from_rgb(path: PathBuf, rgb: RgbImage) -> Photo {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Photo {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            path,
            rgb,
        }
    }

    /// The file's name without its folder.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The width of the upright image, in pixels.
    pub fn width(&self) -> u32 {
        self.rgb.width()
    }

    /// The height of the upright image, in pixels.
    pub fn height(&self) -> u32 {
        self.rgb.height()
    }
}

/// The file's bytes and its format. Other files are not read beyond their first bytes.
fn read(path: &Path) -> Result<(Vec<u8>, ImageFormat), Error> {
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

fn decode(bytes: &[u8], format: ImageFormat, path: &Path) -> Result<DynamicImage, Error> {
    let failed = |error| classified(error, format, path);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(WORKING_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(failed)?;

    let (width, height) = decoder.dimensions();
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
    if format == ImageFormat::Jpeg && !jpeg_ends(bytes) {
        return Err(Error::Truncated {
            format: "JPEG",
            path: path.to_owned(),
        });
    }
    limits.max_alloc = Some(decoder.total_bytes() + WORKING_MEMORY);
    decoder.set_limits(limits).map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Whether the end marker follows the image data. The decoder fills missing data with grey, which would
/// be explained as if it were part of the photo.
fn jpeg_ends(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    const END: [u8; 2] = [0xff, 0xd9];
    let mut at = 2;
    // Segments before the scan may contain a thumbnail with its own end marker, so skip them.
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if *marker == 0xff {
            at += 1;
            continue;
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
        if *marker == START_OF_SCAN {
            break;
        }
    }
    // Inside the data of a scan, 0xff is always followed by 0 or a restart marker.
    bytes
        .get(at..)
        .is_some_and(|data| data.windows(2).any(|pair| pair == END))
}

/// RGB with 8 bits per channel, over white.
fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba: RgbaImage = picture.into_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        to.0 = [red, green, blue].map(|colour| {
            let sum = colour * alpha + 255 * (255 - alpha);
            // At most 255 · 255 + 127, so the quotient fits.
            ((sum + 127) / 255) as u8
        });
    }
    rgb
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
fn ends_early(reason: &str) -> bool {
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

#[cfg(test)]
mod tests;
