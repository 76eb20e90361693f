//! The settings that are kept from one start to the next, as plain data.
//!
//! Every field has a default, so that a file from an older version, or one edited by hand, is read as
//! far as possible. `file` reads the file; `keeper` saves it.

use std::path::PathBuf;

use egui::ThemePreference;
use serde::{Deserialize, Serialize};

use super::folder_choices::FolderChoices;
use super::recent::Recent;
use super::session::file::StoredPin;
use super::stored::{self, StoredScore, StoredUsage};
use super::stored_input::StoredInput;
use crate::app::gallery::{DEFAULT_TILE, MAX_TILE, MIN_TILE};
use crate::app::state::by_name;
use crate::app::state::range::{OutOfRange, within};
use crate::app::state::view_options::ViewOptions;
use crate::model::HeadActivation;

pub mod file;
pub mod keeper;

/// The version of the file format that this program writes.
pub const VERSION: u32 = 1;

/// All settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub version: u32,
    pub images: Recent,
    pub models: Recent,
    pub sessions: Recent,
    pub last: Last,
    /// What was chosen about the names in folders.
    #[serde(deserialize_with = "stored::or_default")]
    pub folders: FolderChoices,
    #[serde(flatten)]
    pub options: ViewOptions,
    #[serde(with = "by_name")]
    pub theme: ThemePreference,
    pub window: Placement,
    /// Whether the gallery of a folder is unfolded.
    #[serde(rename = "film_strip")]
    pub gallery_unfolded: bool,
    /// The memory limit for a folder's thumbnails, in MiB.
    pub thumbnails_mib: f64,
    /// The width of an image in the grid of a folder, in points.
    pub grid_tile: f64,
}

/// What was last open.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Last {
    pub image: Option<PathBuf>,
    /// The folders open in the gallery.
    pub folders: Vec<PathBuf>,
    pub model: Option<PathBuf>,
    /// The network that the weights belong to, if the file contains only weights.
    pub architecture: Option<String>,
    /// The activation that was chosen for a head rebuilt from its tensors.
    #[serde(with = "by_name")]
    pub head_activation: HeadActivation,
    /// Whether averaged weights are used in place of the trained ones.
    pub averaged: bool,
    /// What its inputs besides the picture are held at.
    pub inputs: Vec<StoredInput>,
    /// The name of the input that is the picture, if it was chosen.
    pub picture: Option<String>,
    /// How the model is used, if that differs from its file.
    #[serde(deserialize_with = "stored::or_none")]
    pub usage: Option<StoredUsage>,
    /// A layer's path.
    pub layer: Option<String>,
    pub score: Option<StoredScore>,
    /// The pinned views.
    #[serde(deserialize_with = "stored::or_default")]
    pub pins: Vec<StoredPin>,
}

/// Position and size of the window, in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Placement {
    pub width: f64,
    pub height: f64,
    /// The outer top left corner on the desktop, if the desktop reports it.
    pub corner: Option<[f64; 2]>,
    pub maximised: bool,
}

impl Default for Placement {
    fn default() -> Self {
        Placement {
            width: 1440.0,
            height: 900.0,
            corner: None,
            maximised: false,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            version: VERSION,
            images: Recent::default(),
            models: Recent::default(),
            sessions: Recent::default(),
            last: Last::default(),
            folders: FolderChoices::default(),
            options: ViewOptions::default(),
            theme: ThemePreference::default(),
            window: Placement::default(),
            gallery_unfolded: true,
            thumbnails_mib: 64.0,
            grid_tile: DEFAULT_TILE.into(),
        }
    }
}

impl Settings {
    /// Clamps every number to its range.
    ///
    /// # Errors
    /// [`OutOfRange`] if a number is implausible.
    pub fn checked(mut self) -> Result<Self, OutOfRange> {
        let (range, plausible) = (16.0..=16_384.0, 0.0..=1_048_576.0);
        self.thumbnails_mib = within(
            "the memory for thumbnails",
            self.thumbnails_mib,
            range,
            plausible,
        )?;
        let tiles = f64::from(MIN_TILE)..=f64::from(MAX_TILE);
        self.grid_tile = within(
            "the size in the grid",
            self.grid_tile,
            tiles,
            1.0..=10_000.0,
        )?;
        self.window = self.window.checked()?;
        Ok(self)
    }
}

impl Placement {
    fn checked(self) -> Result<Self, OutOfRange> {
        let side = |what, value| within(what, value, 320.0..=16_384.0, 1.0..=100_000.0);
        let position = |value| {
            let range = -32_768.0..=32_767.0;
            within("the window's position", value, range.clone(), range)
        };
        Ok(Placement {
            width: side("the window's width", self.width)?,
            height: side("the window's height", self.height)?,
            corner: match self.corner {
                Some([x, y]) => Some([position(x)?, position(y)?]),
                None => None,
            },
            maximised: self.maximised,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_own_ranges() {
        let settings = Settings::default();
        assert_eq!(settings.clone().checked(), Ok(settings));
    }

    #[test]
    fn clamps_numbers_and_refuses_implausible_ones() {
        let with = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.checked()
        };
        assert_eq!(with(|s| s.window.width = 40.0).unwrap().window.width, 320.0);
        assert_eq!(
            with(|s| s.thumbnails_mib = 0.5).unwrap().thumbnails_mib,
            16.0
        );
        for implausible in [
            with(|s| s.window.height = -900.0),
            with(|s| s.window.corner = Some([0.0, f64::INFINITY])),
            with(|s| s.thumbnails_mib = 1e300),
        ] {
            implausible.unwrap_err();
        }
    }
}
