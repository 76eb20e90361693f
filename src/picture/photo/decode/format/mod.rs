//! The formats that are read here, or that are looked into before a library reads them.

use std::path::Path;

use image::DynamicImage;

use super::bands::Bands;
use super::kind::Kind;
use super::notes::Note;
use super::window::spread::Stated;
use crate::picture::Error;

pub(crate) mod dicom;
pub(super) mod jpeg;
mod jpeg2000;
mod jpeg_xl;
pub(super) mod large_jpeg;
pub(super) mod tiff;

/// What a picture is to be read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A picture.
    Picture,
    /// A picture as Pillow reads it: one band of large numbers is clipped.
    AsPillow,
    /// Bands: a grey picture is one.
    Bands,
}

/// What is read here of a file, and what it says of its values.
#[derive(Default)]
pub(super) struct Own {
    pub content: Content,
    /// The value of white of a picture, where the file states it.
    pub white: Option<u16>,
    /// What the file states of numbers.
    pub stated: Stated,
    /// Whether its colours are multiplied by the opacity.
    pub is_premultiplied: bool,
    pub notes: Vec<Note>,
}

/// What is read of a file, turned upright.
#[derive(Default)]
pub(super) enum Content {
    /// The picture library reads it.
    #[default]
    Encoded,
    Picture(DynamicImage),
    Bands(Bands),
}

/// Reads what the picture library does not read, or not all of.
///
/// # Errors
/// What is wrong with a file that is read here.
pub(super) fn read(
    bytes: &mut [u8],
    kind: Kind,
    purpose: Purpose,
    path: &Path,
) -> Result<Own, Error> {
    match kind {
        Kind::Png
        | Kind::Jpeg
        | Kind::WebP
        | Kind::Bmp
        | Kind::Gif
        | Kind::Pnm
        | Kind::Tga
        | Kind::Qoi => Ok(Own::default()),
        Kind::Tiff => tiff::read(bytes, purpose, path),
        Kind::Dicom => dicom::read(bytes, path),
        Kind::Jpeg2000 => jpeg2000::read(bytes, path),
        Kind::JpegXl => Ok(Own {
            content: Content::Picture(jpeg_xl::read(bytes, path)?),
            ..Own::default()
        }),
    }
}
