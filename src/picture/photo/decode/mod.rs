//! Decodes an image file to RGB pixels, and keeps its own channels where they are others.
//!
//! File names may be wrong, so the format is detected from the content. Photos may be stored sideways,
//! so the EXIF orientation is applied, unless the file is to be read as Pillow does. A file may be damaged or
//! made to exhaust memory, so its length and its header are checked before memory is allocated for the pixels.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use serde::{Deserialize, Serialize};

use crate::picture::Error;
use bands::{Bands, Meaning, Planes, ShownBands};
use format::{Content, Purpose};
use kind::Kind;
use notes::Note;
use window::spread::Stated;
use window::{Window, Windowed, levels};

pub mod bands;
mod file;
mod format;
pub mod kind;
pub mod notes;
mod pixels;
mod several;
pub mod window;

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
    /// How a picture of more than 8 bits becomes one of 8, if not as Pillow does it.
    #[serde(skip_serializing_if = "is_usual")]
    pub window: Window,
}

fn is_usual(window: &Window) -> bool {
    *window == Window::Usual
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
    /// The window of a picture of more than 8 bits through which `rgb` is seen, if it is through one.
    pub window: Option<Windowed>,
    /// Set if the file has more pixels than were kept.
    pub reduced: Option<Reduced>,
    /// What the user should know of how it was read.
    pub notes: Vec<Note>,
}

/// That an image was read smaller than it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reduced {
    /// The side of the square of the file's pixels of which one was made.
    pub by: u32,
    /// The width of the image in the file, in pixels, upright.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

impl Reduced {
    /// With the sides exchanged if the reduced picture lies on its side.
    fn like(self, picture: &DynamicImage) -> Reduced {
        let stored = picture.width() == self.width.div_ceil(self.by);
        if stored && picture.height() == self.height.div_ceil(self.by) {
            return self;
        }
        Reduced {
            by: self.by,
            width: self.height,
            height: self.width,
        }
    }
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
    /// Reads any of [`kind::names`]: of a GIF the first frame, of a TIFF the first page. Transparency is shown over white.
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
        let (mut bytes, kind) = file::read(path)?;
        let mut notes = Vec::new();
        let purpose = if decoding.as_pillow {
            Purpose::AsPillow
        } else {
            Purpose::Picture
        };
        let own = format::read(&mut bytes, kind, purpose, path)?;
        notes.extend(own.notes);
        let mut reduced = None;
        let (mut picture, is_of_inks) = match own.content {
            Content::Bands(bands) => {
                let path = path.to_owned();
                let mut photo = Photo::of_stated(path, bands, &own.stated, decoding)?;
                photo.notes.append(&mut notes);
                return Ok(photo);
            }
            Content::Picture(picture) => (picture, false),
            Content::Encoded => {
                let mut decoded = file::decode(&bytes, kind, path)?;
                // Pillow itself turns a TIFF.
                if !decoding.as_pillow || kind == Kind::Tiff {
                    if decoded.orientation != Orientation::NoTransforms && kind != Kind::Tiff {
                        notes.push(Note::Turned);
                    }
                    decoded.picture.apply_orientation(decoded.orientation);
                }
                reduced = decoded
                    .reduced
                    .map(|reduced| reduced.like(&decoded.picture));
                notes.extend(reduced.map(Note::Reduced));
                (decoded.picture, decoded.is_of_inks)
            }
        };
        let stated = match kind {
            Kind::Png => levels::stated_in_png(&bytes),
            _ => own.white,
        };
        drop(bytes);
        if own.is_premultiplied {
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
        let (rgb, window) = if decoding.as_pillow {
            (pixels::as_pillow(picture), None)
        } else {
            pixels::over_white(picture, decoding.window, stated, &mut notes)
        };
        Ok(Photo {
            channels,
            decoding,
            window,
            reduced,
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
        let is_windowed = !self.decoding.as_pillow && !decoding.as_pillow;
        if is_windowed && self.is_deep() && self.decoding.window != decoding.window {
            return true;
        }
        match &self.channels {
            OwnChannels::Bands(bands) if bands.meaning == Meaning::Bands => {
                let has = |ShownBands(shown): &ShownBands| {
                    let mut shown = shown.iter();
                    shown.all(|band| (1..=bands.count()).contains(&usize::from(*band)))
                };
                let shown = decoding.shown.filter(has);
                let shown = shown.unwrap_or_else(|| bands.shown_by_default());
                let is_other = self.is_deep() && self.decoding.as_pillow != decoding.as_pillow;
                is_other || self.shown_bands() != Some(shown)
            }
            OwnChannels::Grey | OwnChannels::Colour | OwnChannels::Inks | OwnChannels::Bands(_) => {
                self.decoding.as_pillow != decoding.as_pillow
            }
        }
    }

    /// Whether it has more than 8 bits, and so is seen through a window, unless it is read as Pillow does.
    pub fn is_deep(&self) -> bool {
        let is_of_numbers = |bands: &Bands| {
            bands.meaning == Meaning::Bands && !matches!(bands.planes, Planes::Bytes(_))
        };
        match &self.channels {
            OwnChannels::Bands(bands) if is_of_numbers(bands) => true,
            OwnChannels::Grey | OwnChannels::Colour | OwnChannels::Inks | OwnChannels::Bands(_) => {
                self.window.is_some()
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
        Photo::of_stated(path, bands, &Stated::default(), decoding)
    }

    /// As [`Photo::of_bands`], with what the file states of its values.
    fn of_stated(
        path: PathBuf,
        bands: Bands,
        stated: &Stated,
        decoding: Decoding,
    ) -> Result<Photo, Error> {
        let shown = decoding.shown.unwrap_or_else(|| bands.shown_by_default());
        let wanted = if decoding.as_pillow {
            Window::Values
        } else {
            decoding.window
        };
        let (rgb, window) = bands.shown(shown, wanted, stated, &path)?;
        let is_deep = window.is_some();
        let window = window.filter(|_| wanted != Window::Values);
        let mut notes = vec![Note::Bands {
            count: bands.count(),
            shown,
            stretched: is_deep && window.is_none(),
        }];
        if bands.is_of_numbers() && !decoding.as_pillow {
            notes.push(window.map_or(Note::Unclipped, |_| Note::Scaled));
        }
        let remarkable = window.filter(Windowed::is_remarkable);
        notes.extend(remarkable.map(Note::Window));
        Ok(Photo {
            channels: OwnChannels::Bands(Arc::new(bands)),
            decoding,
            window,
            notes,
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
            window: None,
            reduced: None,
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

    /// The width and the height of the image in the file, which is larger if this one is [`Photo::reduced`].
    pub fn whole_size(&self) -> (u32, u32) {
        let whole = self.reduced.map(|reduced| (reduced.width, reduced.height));
        whole.unwrap_or(self.rgb.dimensions())
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
