//! What can go wrong with a picture, sorted by cause and worded for the person who must act on it.

use std::path::PathBuf;

/// A picture that could not be read, prepared or written. The path stands last in each message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("there is no such file: {}", path.display())]
    Missing { path: PathBuf },

    #[error("this is a folder or a device, not a picture file: {}", path.display())]
    NotAFile { path: PathBuf },

    #[error("the file could not be read ({reason}): {}", path.display())]
    Unreadable { reason: String, path: PathBuf },

    #[error("the file is empty (0 bytes): {}", path.display())]
    Empty { path: PathBuf },

    #[error(
        "this is not a picture that can be opened here (PNG, JPEG, WebP, BMP, GIF and TIFF can): {}",
        path.display()
    )]
    NotAPicture { path: PathBuf },

    #[error("this {format} is of a kind that cannot be read here ({reason}); save it as PNG: {}", path.display())]
    Unsupported {
        format: &'static str,
        reason: String,
        path: PathBuf,
    },

    #[error("this {format} ends too early, a part of it is missing; fetch or copy it again: {}", path.display())]
    Truncated { format: &'static str, path: PathBuf },

    #[error("this {format} is damaged ({reason}): {}", path.display())]
    Corrupt {
        format: &'static str,
        reason: String,
        path: PathBuf,
    },

    #[error(
        "the picture has {width} × {height} pixels, more than the {limit_megapixels} million that can be opened; \
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
        "the picture has {width} × {height} pixels, and no side may be longer than {longest}; \
         make it smaller or cut it first: {}",
        path.display()
    )]
    TooLong {
        width: u32,
        height: u32,
        longest: u32,
        path: PathBuf,
    },

    #[error(
        "the file is larger than the {limit_gigabytes} GB that can be opened; make the picture smaller first: {}",
        path.display()
    )]
    FileTooLarge { limit_gigabytes: u64, path: PathBuf },

    #[error("decoding this {format} would take more memory than a picture of its size may; it is damaged or built to do harm: {}", path.display())]
    TooMuchMemory { format: &'static str, path: PathBuf },

    #[error("the picture could not be brought to the model's input size ({reason})")]
    Resample { reason: String },

    #[error("nothing was written: there is no such folder: {}", path.display())]
    FolderMissing { path: PathBuf },

    #[error("nothing was written: no permission to write into this folder: {}", path.display())]
    FolderNotWritable { path: PathBuf },

    #[error("nothing was written: the name has to end in .png, .svg or .pdf: {}", path.display())]
    UnknownExtension { path: PathBuf },

    #[error("nothing was written ({reason}): {}", path.display())]
    NotWritten { reason: String, path: PathBuf },
}

/// A name given for a choice that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} \"{name}\"; the choices are {choices}")]
pub struct UnknownName {
    /// What was to be chosen: `colour map`.
    pub what: &'static str,
    pub name: String,
    /// The names there are, separated by commas.
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
