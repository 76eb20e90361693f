//! The session file: what is open, what is pinned, and how it is displayed.
//!
//! Nearby files are stored relative to the session's folder, so that a folder and its session can be
//! moved or shared. Images and weights are not stored.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;

use crate::model::ReluRule;
use crate::picture::photo::decode::Decoding;
use crate::picture::photo::geometry::Fit;
use crate::picture::write;

use super::paths;
use crate::app::persistence::stored::{StoredClass, StoredModel, StoredScore, StoredUsage};
use crate::app::state::by_name;
use crate::app::state::range::{OutOfRange, within};
use crate::app::state::view_options::MapStyle;

/// The version of the file format that this program writes.
pub const VERSION: u64 = 1;
/// The extension of session files.
pub const EXTENSION: &str = "gradcam.json";
/// Identifies the file as a session.
const KIND: &str = "session";
/// The maximum size of the file in bytes, far more than the pins and a hundred thousand images need.
const MAX_BYTES: u64 = 32 << 20;
/// More pins than any window can show.
const MAX_PINS: usize = 64;
const MAX_SIDES: usize = 2;

/// What is open and how it is displayed. Paths are absolute here and may be relative in the file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Session {
    /// The folders open in the gallery, or the images that were opened together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<PathBuf>,
    pub live: Live,
    #[serde(default)]
    pub pins: Vec<StoredPin>,
    pub look: StoredLook,
}

/// The live row, which follows the user's choices.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Live {
    pub image: Option<PathBuf>,
    /// One or two models side by side.
    pub sides: Vec<StoredSide>,
    /// The index of the model that the lists show.
    #[serde(default)]
    pub active: usize,
    #[serde(default, with = "by_name")]
    pub fit: Fit,
    #[serde(default, with = "by_name")]
    pub rule: ReluRule,
    /// How images are read.
    #[serde(
        default,
        rename = "reading",
        skip_serializing_if = "Decoding::is_usual"
    )]
    pub decoding: Decoding,
    /// The true class of the image, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth: Option<StoredClass>,
}

/// One model of the live row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredSide {
    #[serde(flatten)]
    pub model: StoredModel,
    pub layer: Option<String>,
    pub score: Option<StoredScore>,
    /// The class that the chosen class is compared with, in separate rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rival: Option<StoredClass>,
}

/// A pinned row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPin {
    pub image: PathBuf,
    #[serde(flatten)]
    pub model: StoredModel,
    pub layer: Option<String>,
    pub score: Option<StoredScore>,
    #[serde(default, with = "by_name")]
    pub fit: Fit,
    #[serde(default, with = "by_name")]
    pub rule: ReluRule,
    /// How the image is read.
    #[serde(
        default,
        rename = "reading",
        skip_serializing_if = "Decoding::is_usual"
    )]
    pub decoding: Decoding,
}

/// How all rows are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredLook {
    #[serde(flatten)]
    pub style: MapStyle,
    /// The zoom factor; 1 shows the whole image.
    pub zoom: f64,
    /// The point at the centre of each panel, in fractions of the image.
    pub centre: [f64; 2],
}

impl Default for StoredLook {
    fn default() -> Self {
        StoredLook {
            style: MapStyle::default(),
            zoom: 1.0,
            centre: [0.5, 0.5],
        }
    }
}

/// Why a session could not be opened or saved. The path comes last in the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the session could not be read ({reason}): {}", path.display())]
    Unreadable { reason: String, path: PathBuf },

    #[error("this file is too large for a session: {}", path.display())]
    TooLarge { path: PathBuf },

    #[error("this session file ends too early, so part of it is missing; download or copy it again: {}", path.display())]
    Truncated { path: PathBuf },

    #[error("this file is not a session: it is not valid JSON ({reason}): {}", path.display())]
    NotJson { reason: String, path: PathBuf },

    #[error("this JSON file is not a gradcam session: {}", path.display())]
    NotASession { path: PathBuf },

    #[error(
        "this session was saved by a newer gradcam (its version is {version}; this gradcam reads up to \
         {VERSION}); open it with the newer one: {}", path.display()
    )]
    Newer { version: u64, path: PathBuf },

    #[error("this session is damaged ({reason}): {}", path.display())]
    Damaged { reason: String, path: PathBuf },

    #[error("this session cannot be saved, because the name of a file in it is not Unicode: {}", path.display())]
    NotUnicode { path: PathBuf },

    #[error("the session was not saved: {0}")]
    NotWritten(#[from] crate::picture::Error),
}

/// A session as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub session: Session,
    /// The files in it that no longer exist, without duplicates.
    pub missing: Vec<PathBuf>,
}

impl Opened {
    /// Checks which of the files exist.
    pub fn of(mut session: Session) -> Opened {
        let (mut missing, mut seen) = (Vec::new(), HashSet::new());
        for file in session.paths_mut() {
            if seen.insert(file.clone()) && !file.exists() {
                missing.push(file.clone());
            }
        }
        Opened { session, missing }
    }
}

/// A session with its header, as written to the file.
#[derive(Serialize)]
struct Written {
    gradcam: &'static str,
    version: u64,
    #[serde(flatten)]
    session: Session,
}

impl Session {
    /// Writes the session to `path`, completely or not at all.
    ///
    /// # Errors
    /// [`Error::NotUnicode`] and [`Error::NotWritten`]. An existing file at `path` is then unchanged.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut session = self.clone();
        let folder = paths::folder_of(path);
        for file in session.paths_mut() {
            *file = paths::stored(&folder, file)
                .ok_or_else(|| Error::NotUnicode { path: file.clone() })?;
        }
        let written = Written {
            gradcam: KIND,
            version: VERSION,
            session,
        };
        let mut text = serde_json::to_vec_pretty(&written).map_err(|error| Error::Damaged {
            reason: error.to_string(),
            path: path.to_owned(),
        })?;
        text.push(b'\n');
        Ok(write::bytes(path, &text)?)
    }

    /// Reads the session at `path` and checks which of its files exist.
    ///
    /// # Errors
    /// Every [`Error`] except those of saving.
    pub fn open(path: &Path) -> Result<Opened, Error> {
        let mut session = read(path)?;
        let folder = paths::folder_of(path);
        for file in session.paths_mut() {
            *file = paths::resolved(&folder, file);
        }
        Ok(Opened::of(session))
    }

    /// Every path in the session.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let live = self.live.image.iter_mut();
        let sides = self.live.sides.iter_mut();
        let sides = sides.flat_map(|side| side.model.paths_mut());
        let pins = self.pins.iter_mut();
        let pins = pins.flat_map(|pin| pin.model.paths_mut().chain([&mut pin.image]));
        self.pictures
            .iter_mut()
            .chain(live)
            .chain(sides)
            .chain(pins)
    }

    /// Clamps numbers to their range.
    ///
    /// # Errors
    /// The reason why a value is implausible.
    pub fn checked(mut self) -> Result<Self, String> {
        if self.pins.len() > MAX_PINS {
            return Err(format!("it has {} pins", self.pins.len()));
        }
        let sides = self.live.sides.len();
        if sides > MAX_SIDES || self.live.active >= sides.max(1) {
            return Err(format!("it has {sides} models side by side"));
        }
        if self.usages().any(|usage| !usage.is_sound()) {
            return Err("its settings for a model are out of range".into());
        }
        self.look = self.look.checked().map_err(|error| format!("{error}"))?;
        Ok(self)
    }

    fn usages(&self) -> impl Iterator<Item = &StoredUsage> {
        let sides = self.live.sides.iter().map(|side| &side.model);
        let models = sides.chain(self.pins.iter().map(|pin| &pin.model));
        models.filter_map(|model| model.usage.as_ref())
    }
}

impl StoredLook {
    fn checked(mut self) -> Result<Self, OutOfRange> {
        self.zoom = within("the zoom", self.zoom, 1.0..=4096.0, 0.0..=1e6)?;
        for fraction in &mut self.centre {
            *fraction = within("the centre", *fraction, 0.0..=1.0, -1.0..=2.0)?;
        }
        Ok(self)
    }
}

fn read(path: &Path) -> Result<Session, Error> {
    let text = bytes(path)?;
    let path = || path.to_owned();
    let value: Value = serde_json::from_slice(&text).map_err(|error| match error.classify() {
        Category::Eof => Error::Truncated { path: path() },
        _ => Error::NotJson {
            reason: error.to_string(),
            path: path(),
        },
    })?;
    if value.get("gradcam").and_then(Value::as_str) != Some(KIND) {
        return Err(Error::NotASession { path: path() });
    }
    let damaged = |reason: String| Error::Damaged {
        reason,
        path: path(),
    };
    match value.get("version").and_then(Value::as_u64) {
        Some(version) if version > VERSION => {
            return Err(Error::Newer {
                version,
                path: path(),
            });
        }
        Some(1..) => {}
        _ => return Err(damaged("its version is missing".to_owned())),
    }
    let session: Session =
        serde_json::from_value(value).map_err(|error| damaged(error.to_string()))?;
    session.checked().map_err(damaged)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let read = || -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let mut text = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|error| Error::Unreadable {
        reason: match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        },
        path: path.to_owned(),
    })?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Error::TooLarge {
            path: path.to_owned(),
        });
    }
    Ok(text)
}

/// Whether a file's name looks like that of a session.
pub fn looks_like_session(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// `path` with the extension of a session, if it does not look like one already.
pub fn with_extension(path: PathBuf) -> PathBuf {
    if looks_like_session(&path) {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".");
    name.push(EXTENSION);
    name.into()
}

#[cfg(test)]
mod tests;
