//! From a file to RGB pixels, whatever the file is.
//!
//! Names lie, so the format is read off the content; cameras hold phones sideways, so the EXIF
//! orientation is applied; and a file may be broken or built to exhaust memory, so its size is
//! judged by its length and its header before its pixels are given room.

use std::fs;
use std::io::{Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use image::error::{LimitErrorKind, UnsupportedErrorKind};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage,
};

use crate::picture::Error;

/// The most pixels a picture may have: 12000 × 9000 and some more.
const MAX_PIXELS: u64 = 150_000_000;

/// The longest side a picture may have, which is also JPEG's: a sliver of few pixels would grow by
/// hundreds of times where it is stretched to a model's input.
const MAX_SIDE: u32 = 65_535;

/// The most bytes a file may have: more than [`MAX_PIXELS`] take with 16 bits a channel.
const MAX_FILE: u64 = 2_000_000_000;

/// What a decoder may allocate beside the pixels themselves.
const WORKING_MEMORY: u64 = 256 << 20;

/// A decoded picture: upright, RGB, 8 bits a channel.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Tells one decoded picture from the next in this process.
    pub id: u64,
    pub path: PathBuf,
    pub rgb: RgbImage,
}

impl Photo {
    /// Reads PNG, JPEG, WebP, BMP, GIF (its first frame) or TIFF. Transparency is laid over white.
    ///
    /// # Errors
    /// Every way in which a file can fail to be a whole picture of bearable size; see [`Error`].
    pub fn open(path: &Path) -> Result<Photo, Error> {
        let (bytes, format) = read(path)?;
        let picture = decode(&bytes, format, path)?;
        drop(bytes);
        Ok(Self::from_rgb(path.to_owned(), over_white(picture)))
    }

    /// A picture that is in memory already; `path` is what it is called by.
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

    pub fn width(&self) -> u32 {
        self.rgb.width()
    }

    pub fn height(&self) -> u32 {
        self.rgb.height()
    }
}

/// The file's bytes and the format that they begin like; no other file is read further than that.
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
    // Asked before opening, which would wait for ever on a named pipe.
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
    // The file may have grown since, or its length may not have been the truth.
    let mut rest = file.take(MAX_FILE);
    rest.read_to_end(&mut bytes).map_err(unreadable)?;
    if rest.limit() == 0 {
        return Err(too_large);
    }
    Ok((bytes, format))
}

fn decode(bytes: &[u8], format: ImageFormat, path: &Path) -> Result<DynamicImage, Error> {
    let failed = |error| sorted_by_cause(error, format, path);
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

/// Whether the end marker follows the pictures' data. The decoder itself fills what is missing with
/// grey, which would be explained as if it had been photographed.
fn jpeg_ends(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    const END: [u8; 2] = [0xff, 0xd9];
    let mut at = 2;
    // Segments before the scan may hold a thumbnail with an end marker of its own: step over them.
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
    // In a scan's data 0xff is always followed by 0 or a restart marker.
    bytes
        .get(at..)
        .is_some_and(|data| data.windows(2).any(|pair| pair == END))
}

/// RGB with 8 bits a channel; transparency over white.
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

/// The formats that can be read, by the names people know.
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

fn sorted_by_cause(error: ImageError, format: ImageFormat, path: &Path) -> Error {
    let path = path.to_owned();
    let format = format_name(format).unwrap_or("picture");
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

/// What the innermost decoder said, in one line.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// The decoders report the end of the data in words only.
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
