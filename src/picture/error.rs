//! What can go wrong with an image, sorted by cause and worded for the person who must act on it.

use std::path::PathBuf;

use super::photo::decode::kind;

/// An image could not be read, prepared or written. Each message ends with the path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message says what is wrong")]
pub enum Error {
    #[error("there is no such file: {}", path.display())]
    Missing { path: PathBuf },

    #[error("this is a folder or a device, not an image file: {}", path.display())]
    NotAFile { path: PathBuf },

    #[error("the file could not be read ({reason}): {}", path.display())]
    Unreadable { reason: String, path: PathBuf },

    #[error("the file is empty (0 bytes): {}", path.display())]
    Empty { path: PathBuf },

    #[error(
        "this is not an image in a supported format ({}): {}",
        kind::names(),
        path.display()
    )]
    NotAPicture { path: PathBuf },

    #[error("this is {kind}, which is not read here; {way_on}: {}", path.display())]
    OtherKind {
        kind: &'static str,
        way_on: &'static str,
        path: PathBuf,
    },

    #[error("this kind of {format} is not supported ({reason}); save it as PNG: {}", path.display())]
    Unsupported {
        format: &'static str,
        reason: String,
        path: PathBuf,
    },

    #[error("this {format} ends early, so a part of it is missing; download or copy it again: {}", path.display())]
    Truncated { format: &'static str, path: PathBuf },

    #[error("this {format} is damaged ({reason}): {}", path.display())]
    Corrupt {
        format: &'static str,
        reason: String,
        path: PathBuf,
    },

    #[error(
        "the image has {width} × {height} pixels, more than the limit of {limit_megapixels} million; \
         make it smaller first: {}",
        path.display()
    )]
    TooLarge {
        width: u32,
        height: u32,
        limit_megapixels: u64,
        path: PathBuf,
    },

    #[error(
        "the image has {width} × {height} pixels, and no side may be longer than {longest}; \
         make it smaller or crop it first: {}",
        path.display()
    )]
    TooLong {
        width: u32,
        height: u32,
        longest: u32,
        path: PathBuf,
    },

    #[error(
        "the file is larger than the limit of {limit_gigabytes} GB; make the image smaller first: {}",
        path.display()
    )]
    FileTooLarge { limit_gigabytes: u64, path: PathBuf },

    #[error("decoding this {format} would take far more memory than its size explains; it is damaged or malicious: {}", path.display())]
    TooMuchMemory { format: &'static str, path: PathBuf },

    #[error(
        "the files up to this one take more than the limit of {limit_gigabytes} GB as one image; choose fewer files, \
         or make them smaller first: {}", path.display()
    )]
    TooLargeTogether { limit_gigabytes: u64, path: PathBuf },

    #[error(
        "the image has {bands} bands, and no band {band}; choose others to show: {}",
        path.display()
    )]
    NoBand {
        band: u16,
        bands: usize,
        path: PathBuf,
    },

    #[error(
        "the image has {width} × {height} pixels, and those before it {expected_width} × \
         {expected_height}; the bands of one image need one size: {}",
        path.display()
    )]
    OtherSize {
        width: u32,
        height: u32,
        expected_width: u32,
        expected_height: u32,
        path: PathBuf,
    },

    #[error(
        "the image has {has}, and the model takes {needs}; {way_on}: {}",
        path.display()
    )]
    Channels {
        has: String,
        needs: String,
        way_on: &'static str,
        path: PathBuf,
    },

    #[error(
        "the image has pixels without a value (NaN or infinity) in band {band}; give them one, such as 0, and \
         save it again: {}",
        path.display()
    )]
    NotFinite { band: usize, path: PathBuf },

    #[error("the image could not be resized to the model's input ({reason})")]
    Resample { reason: String },

    #[error("nothing was written: there is no such folder: {}", path.display())]
    FolderMissing { path: PathBuf },

    #[error("nothing was written: no permission to write to this folder: {}", path.display())]
    FolderNotWritable { path: PathBuf },

    #[error("nothing was written: the name has to end in .png, .svg or .pdf: {}", path.display())]
    UnknownExtension { path: PathBuf },

    #[error("nothing was written ({reason}): {}", path.display())]
    NotWritten { reason: String, path: PathBuf },
}

/// A name that is not one of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} \"{name}\"; the choices are {choices}")]
pub struct UnknownName {
    /// The kind of choice: `colour map`.
    pub what: &'static str,
    /// The name that was given.
    pub name: String,
    /// The valid names, separated by commas.
    pub choices: String,
}

impl UnknownName {
    pub(crate) fn new<'a>(
        what: &'static str,
        name: &str,
        choices: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let choices: Vec<_> = choices.into_iter().collect();
        Self {
            what,
            name: name.to_owned(),
            choices: choices.join(", "),
        }
    }
}
