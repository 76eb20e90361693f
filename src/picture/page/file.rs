//! Writes a page to a file, in the format of the file's extension.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use super::{Ground, Page};
use crate::picture::write::{self, encode_png_at};
use crate::picture::{Error, UnknownName};

/// The file formats of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Pixels only: the text is drawn into them.
    #[default]
    Png,
    /// Text as text, with embedded images.
    Svg,
    /// Text as text, with embedded fonts and images.
    Pdf,
}

impl Format {
    /// In the order in which messages list them.
    pub const ALL: [Format; 3] = [Format::Png, Format::Svg, Format::Pdf];

    /// Its file extension, which is also its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
            Format::Pdf => "pdf",
        }
    }

    /// The format for a file's extension.
    ///
    /// # Errors
    /// [`Error::UnknownExtension`].
    pub fn of(path: &Path) -> Result<Format, Error> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension
            .and_then(|extension| extension.parse().ok())
            .ok_or_else(|| Error::UnknownExtension {
                path: path.to_owned(),
            })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("format", name, Self::ALL.map(Format::name)))
    }
}

impl Page {
    /// Writes the page as PNG, SVG or PDF, depending on the path's extension. The file is complete or not there.
    ///
    /// # Errors
    /// If the extension is another one, the folder is missing or cannot be written to, the path is a folder, or the
    /// disk is full.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let format = Format::of(path)?;
        write::atomically(path, |draft| self.write_as(format, draft))
    }

    /// Writes the page to `out`.
    ///
    /// # Errors
    /// Errors of the writer.
    pub fn write_as(&self, format: Format, out: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Png => match self.ground {
                Ground::White => encode_png_at(&self.rgb(), self.per_inch, out),
                Ground::Transparent => encode_png_at(&self.rgba(), self.per_inch, out),
            },
            Format::Svg => self.svg(out),
            Format::Pdf => out.write_all(&self.pdf()?),
        }
    }
}
