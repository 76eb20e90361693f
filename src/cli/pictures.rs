//! Options about the images themselves: how their files are read, and which files make one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use gradcam::engine::ModelInfo;
use gradcam::model::{concerns, taken_words};
use gradcam::picture::photo::decode::bands::ShownBands;
use gradcam::picture::photo::decode::notes::Note;
use gradcam::picture::photo::decode::window::Window;
use gradcam::picture::photo::decode::{Decoding, Photo};

use super::terminal;

/// How image files are read.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Reading images")]
pub struct DecodingChoice {
    /// Read images as Pillow's convert("RGB") does, as most training code: not turned by EXIF, transparency
    /// dropped, 16-bit greys clipped
    #[arg(long)]
    as_pillow: bool,
    /// The bands of an image that are shown as red, green and blue, counted from 1, or one to show in grey. A
    /// model of colours takes these [default: 1,2,3]
    #[arg(long, value_name = "R,G,B", value_parser = parse_shown)]
    show_bands: Option<ShownBands>,
    /// The window of an image of more than 8 bits, and of other numbers than levels: what is shown, and taken by a
    /// model of colours or of grey, from black to white. Its middle and its width; auto (2nd to 98th percentile),
    /// full (all values that the file could have), file (as it states), or none (numbers as they are) [default:
    /// as the file states, or full if the values make use of it, or auto]
    #[arg(long, value_name = "LEVEL,WIDTH", value_parser = parse_window, allow_hyphen_values = true)]
    window: Option<Window>,
}

impl DecodingChoice {
    pub fn decoding(self) -> Decoding {
        Decoding {
            as_pillow: self.as_pillow,
            shown: self.show_bands,
            window: self.window.unwrap_or_default(),
        }
    }
}

/// Several files as one image.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Reading images")]
pub struct BandFiles {
    /// Files of one size that are the bands of one image, in this order; may be repeated
    #[arg(long, value_name = "FILE,FILE…", value_delimiter = ',')]
    pub bands: Vec<PathBuf>,
}

fn parse_window(text: &str) -> Result<Window, String> {
    text.parse().map_err(str::to_owned)
}

fn parse_shown(text: &str) -> Result<ShownBands, String> {
    text.parse().map_err(str::to_owned)
}

/// One image to read.
#[derive(Debug, Clone)]
pub enum Source {
    File(PathBuf),
    /// The bands of one image, never empty.
    Bands(Vec<PathBuf>),
}

impl Source {
    /// The image that was named, if there is one.
    pub fn one(image: Option<PathBuf>, bands: &BandFiles) -> Option<Source> {
        Source::all(image.as_slice(), bands).into_iter().next()
    }

    /// All images that were named.
    pub fn all(images: &[PathBuf], bands: &BandFiles) -> Vec<Source> {
        let files = images.iter().cloned().map(Source::File);
        let bands = Some(bands.bands.clone()).filter(|bands| !bands.is_empty());
        files.chain(bands.map(Source::Bands)).collect()
    }

    /// What it is called after.
    pub fn path(&self) -> &Path {
        match self {
            Source::File(path) => path,
            Source::Bands(paths) => paths.first().map_or(Path::new(""), PathBuf::as_path),
        }
    }

    pub fn files(&self) -> &[PathBuf] {
        match self {
            Source::File(path) => std::slice::from_ref(path),
            Source::Bands(paths) => paths,
        }
    }
}

/// Reads images, and says each thing to know about them once.
pub struct Pictures {
    decoding: Decoding,
    said: HashSet<String>,
}

impl Pictures {
    pub fn new(choice: DecodingChoice) -> Pictures {
        Pictures {
            decoding: choice.decoding(),
            said: HashSet::new(),
        }
    }

    /// Reads an image for these models.
    pub fn open(&mut self, source: &Source, models: &[&ModelInfo]) -> Result<Photo> {
        let photo = match source {
            Source::File(path) => Photo::open_as(path, self.decoding)?,
            Source::Bands(paths) => Photo::open_bands(paths, self.decoding)?,
        };
        let mut words = Vec::new();
        let said = |note: &&Note| {
            let mut models = models.iter();
            models.any(|model| concerns(**note, model.preprocess.channels))
        };
        for note in photo.notes.iter().filter(said) {
            let hint = if note.is_difference() {
                " (--as-pillow does the same)"
            } else {
                ""
            };
            words.push(format!("{}{hint}.", note.words()));
        }
        for model in models {
            let taken = taken_words(&photo, model.preprocess.channels);
            words.extend(taken.iter().map(|words| format!("{words}.")));
        }
        for words in words {
            if self.said.insert(words.clone()) {
                terminal::progress("");
                terminal::aside(&format!("{}: {words}", photo.name()));
            }
        }
        Ok(photo)
    }
}
