//! Decodes an image file to RGB pixels, and keeps its own channels where they are others.
//!
//! File names may be wrong, so the format is detected from the content. Photos may be stored sideways,
//! so the EXIF orientation is applied, unless the file is to be read as Pillow does. A file may be damaged or
//! made to exhaust memory, so its length and its header are checked before memory is allocated for the pixels.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use image::metadata::Orientation;
use image::{ImageFormat, RgbImage};
use serde::{Deserialize, Serialize};

use crate::picture::Error;
use bands::{Bands, Meaning, Planes, ShownBands};
use notes::Note;
use tiff::{Content, Purpose, Tiff};

pub mod bands;
mod file;
mod jpeg;
mod levels;
pub mod notes;
mod pixels;
mod several;
mod tiff;

/// How image files are turned into pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Decoding {
    /// As Pillow's `Image.open(f).convert("RGB")` does it: not turned by EXIF, transparency dropped, greys of
    /// more than 8 bits clipped.
    pub as_pillow: bool,
    /// The bands that are shown of a picture with bands; [`Bands::shown_by_default`] if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<ShownBands>,
}

impl Decoding {
    /// Whether it is the usual way.
    pub fn is_usual(&self) -> bool {
        *self == Decoding::default()
    }
}

/// A decoded image.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Identifies a decoded image within the process.
    pub id: u64,
    /// The file that it was read from; for an image from memory, a path that only gives its name.
    pub path: PathBuf,
    /// What is shown, 8 bits per channel: upright and with transparent pixels over white, unless `decoding` says
    /// otherwise.
    pub rgb: RgbImage,
    /// The channels that the file has.
    pub channels: OwnChannels,
    /// How it was read.
    pub decoding: Decoding,
    /// What the user should know of how it was read.
    pub notes: Vec<Note>,
}

/// The channels that a file has.
#[derive(Debug, Clone)]
pub enum OwnChannels {
    /// One, that of each channel of [`Photo::rgb`].
    Grey,
    /// Those of [`Photo::rgb`].
    Colour,
    /// Those of four inks, which [`Photo::rgb`] shows.
    Inks,
    /// Others.
    Bands(Arc<Bands>),
}

impl OwnChannels {
    /// As in a sentence: `3 channels (red, green, blue)`.
    pub fn words(&self) -> String {
        match self {
            OwnChannels::Grey => "1 channel (grey)".into(),
            OwnChannels::Colour => "3 channels (red, green, blue)".into(),
            OwnChannels::Inks => {
                "4 channels (cyan, magenta, yellow, black), read as red, green and blue".into()
            }
            OwnChannels::Bands(bands) => bands.words(),
        }
    }
}

impl Photo {
    /// Reads PNG, JPEG, WebP, BMP, GIF (the first frame) or TIFF. Transparency is shown over white.
    ///
    /// # Errors
    /// If the file cannot be read, is no complete image or is too large; see [`Error`].
    pub fn open(path: &Path) -> Result<Photo, Error> {
        Photo::open_as(path, Decoding::default())
    }

    /// As [`Photo::open`], in another way.
    ///
    /// # Errors
    /// As [`Photo::open`], and [`Error::NoBand`].
    pub fn open_as(path: &Path, decoding: Decoding) -> Result<Photo, Error> {
        let (mut bytes, format) = file::read(path)?;
        let mut notes = Vec::new();
        let purpose = if decoding.as_pillow {
            Purpose::AsPillow
        } else {
            Purpose::Picture
        };
        let tiff = match format {
            ImageFormat::Tiff => tiff::read(&mut bytes, purpose, path)?,
            _ => Tiff::default(),
        };
        if tiff.has_more_pages {
            notes.push(Note::Pages);
        }
        let (mut picture, is_of_inks) = match tiff.content {
            Content::Bands(bands) => {
                if bands.is_of_numbers() {
                    notes.push(Note::Unclipped);
                }
                let mut photo = Photo::of_bands(path.to_owned(), bands, decoding)?;
                photo.notes.append(&mut notes);
                return Ok(photo);
            }
            Content::Picture(picture) => (picture, false),
            Content::Encoded => {
                let mut decoded = file::decode(&bytes, format, path)?;
                // Pillow itself turns a TIFF.
                if !decoding.as_pillow || format == ImageFormat::Tiff {
                    if decoded.orientation != Orientation::NoTransforms
                        && format != ImageFormat::Tiff
                    {
                        notes.push(Note::Turned);
                    }
                    decoded.picture.apply_orientation(decoded.orientation);
                }
                (decoded.picture, decoded.is_of_inks)
            }
        };
        let stated = match format {
            ImageFormat::Png => levels::stated_in_png(&bytes),
            _ => tiff.white,
        };
        drop(bytes);
        if tiff.is_premultiplied {
            if decoding.as_pillow {
                picture = pixels::upper_half(picture);
            }
            picture = pixels::straight(picture);
        }
        let channels = match Bands::with_alpha(&picture) {
            Some(bands) => OwnChannels::Bands(Arc::new(bands)),
            None if is_of_inks => OwnChannels::Inks,
            None if picture.color().has_color() => OwnChannels::Colour,
            None => OwnChannels::Grey,
        };
        let rgb = if decoding.as_pillow {
            pixels::as_pillow(picture)
        } else {
            pixels::over_white(picture, stated, &mut notes)
        };
        Ok(Photo {
            channels,
            decoding,
            notes,
            ..Self::from_rgb(path.to_owned(), rgb)
        })
    }

    /// As [`Photo::open_as`], with the usual bands where the picture does not have those that are to be shown.
    ///
    /// # Errors
    /// As [`Photo::open`].
    pub fn open_leniently(path: &Path, decoding: Decoding) -> Result<Photo, Error> {
        match Photo::open_as(path, decoding) {
            Err(Error::NoBand { .. }) => {
                let usual = Decoding {
                    shown: None,
                    ..decoding
                };
                Photo::open_as(path, usual)
            }
            opened => opened,
        }
    }

    /// Whether reading it in another way would give another picture.
    pub fn would_differ(&self, decoding: Decoding) -> bool {
        match &self.channels {
            OwnChannels::Bands(bands) if bands.meaning == Meaning::Bands => {
                let has = |ShownBands(shown): &ShownBands| {
                    let mut shown = shown.iter();
                    shown.all(|band| (1..=bands.count()).contains(&usize::from(*band)))
                };
                let shown = decoding.shown.filter(has);
                let shown = shown.unwrap_or_else(|| bands.shown_by_default());
                let is_clipped = bands.is_of_numbers() && decoding.as_pillow;
                is_clipped || self.shown_bands() != Some(shown)
            }
            OwnChannels::Grey | OwnChannels::Colour | OwnChannels::Inks | OwnChannels::Bands(_) => {
                self.decoding.as_pillow != decoding.as_pillow
            }
        }
    }

    /// Whether a place in it is the same place in another reading of the same file.
    pub fn has_pixels_of(&self, other: &Photo) -> bool {
        let turned = |photo: &Photo| photo.notes.contains(&Note::Turned);
        self.rgb.dimensions() == other.rgb.dimensions() && turned(self) == turned(other)
    }

    /// One picture of several files of one size, whose channels become its bands, in this order.
    ///
    /// # Errors
    /// As [`Photo::open_as`], [`Error::OtherSize`] and [`Error::TooLargeTogether`].
    pub fn open_bands(paths: &[PathBuf], decoding: Decoding) -> Result<Photo, Error> {
        let path = paths.first().cloned().unwrap_or_default();
        Photo::of_bands(path, several::read(paths)?, decoding)
    }

    /// A picture of these bands; `path` gives its name.
    ///
    /// # Errors
    /// [`Error::NoBand`].
    pub fn of_bands(path: PathBuf, bands: Bands, decoding: Decoding) -> Result<Photo, Error> {
        let shown = decoding.shown.unwrap_or_else(|| bands.shown_by_default());
        let rgb = bands.shown(shown, &path)?;
        let note = Note::Bands {
            count: bands.count(),
            shown,
            stretched: !matches!(bands.planes, Planes::Bytes(_)),
        };
        Ok(Photo {
            channels: OwnChannels::Bands(Arc::new(bands)),
            decoding,
            notes: vec![note],
            ..Self::from_rgb(path, rgb)
        })
    }

    /// An image that is already in memory; `path` gives its name.
    pub fn from_rgb(path: PathBuf, rgb: RgbImage) -> Photo {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Photo {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            path,
            rgb,
            channels: OwnChannels::Colour,
            decoding: Decoding::default(),
            notes: Vec::new(),
        }
    }

    /// The bands that are shown, if the picture has any.
    pub fn shown_bands(&self) -> Option<ShownBands> {
        match &self.channels {
            OwnChannels::Bands(bands) if bands.meaning == Meaning::Bands => {
                let shown = self.decoding.shown;
                Some(shown.unwrap_or_else(|| bands.shown_by_default()))
            }
            OwnChannels::Grey | OwnChannels::Colour | OwnChannels::Inks | OwnChannels::Bands(_) => {
                None
            }
        }
    }

    /// The file's name without its folder.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The width of the image, in pixels.
    pub fn width(&self) -> u32 {
        self.rgb.width()
    }

    /// The height of the image, in pixels.
    pub fn height(&self) -> u32 {
        self.rgb.height()
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        let own = match &self.channels {
            OwnChannels::Grey | OwnChannels::Colour | OwnChannels::Inks => 0,
            OwnChannels::Bands(bands) => bands.planes.bytes(),
        };
        self.rgb.as_raw().len() + own
    }
}

#[cfg(test)]
mod tests;
