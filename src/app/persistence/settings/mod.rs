//! What comes back at the next start, as plain data.
//!
//! Every field has a default, so a file of an older version, or one cut down by hand, is read as
//! far as it goes. How the file is read and kept is `file`'s and `keeper`'s.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use egui::ThemePreference;
use serde::{Deserialize, Serialize};

use crate::model::ReluRule;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::geometry::Fit;

use super::recent::Recent;
use super::stored::{Named, StoredScore, StoredUsage};
use crate::app::state::{Arrangement, ExportSize};

pub mod file;
pub mod keeper;

/// The version of the file that is written here.
pub const VERSION: u32 = 1;

/// Everything that is remembered from one window to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub version: u32,
    pub images: Recent,
    pub models: Recent,
    pub last: Last,
    /// From 0 to 1.
    pub opacity: f64,
    pub colours: Named<Colormap>,
    pub overlay: Named<Overlay>,
    pub common_scale: bool,
    pub strip_common_scale: bool,
    pub arrangement: Named<Arrangement>,
    pub fit: Named<Fit>,
    pub rule: Named<ReluRule>,
    pub theme: Named<ThemePreference>,
    pub export_size: Named<ExportSize>,
    pub window: Placement,
    /// The strip of all layers is shown.
    pub layer_strip: bool,
    /// The strip of a folder's images is shown.
    pub film_strip: bool,
    /// Memory that a folder's thumbnails may take, in MiB.
    pub thumbnails_mib: f64,
}

/// What was looked at last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Last {
    pub image: Option<PathBuf>,
    /// The folders that were walked through.
    pub folders: Vec<PathBuf>,
    pub model: Option<PathBuf>,
    /// The network that its weights are of, where it has weights alone.
    pub architecture: Option<String>,
    /// How it is used, where that is not as its file says.
    pub usage: Option<StoredUsage>,
    /// A layer's path.
    pub layer: Option<String>,
    pub score: Option<StoredScore>,
}

/// Where the window stood, in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Placement {
    pub width: f64,
    pub height: f64,
    /// The outer corner on the desktop, where the desktop tells it.
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
            last: Last::default(),
            opacity: 0.5,
            colours: Named::default(),
            overlay: Named::default(),
            common_scale: false,
            strip_common_scale: false,
            arrangement: Named::default(),
            fit: Named::default(),
            rule: Named::default(),
            theme: Named::default(),
            export_size: Named::default(),
            window: Placement::default(),
            layer_strip: true,
            film_strip: true,
            thumbnails_mib: 64.0,
        }
    }
}

/// A number that no version can have meant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what} is {value}")]
pub struct OutOfRange {
    pub what: &'static str,
    pub value: f64,
}

/// Brings `value` into `range`. What lies far beyond it is no number of ours but damage.
///
/// # Errors
/// [`OutOfRange`] where `value` is no number or outside of `believable`.
pub fn within(
    what: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
    believable: RangeInclusive<f64>,
) -> Result<f64, OutOfRange> {
    if !believable.contains(&value) {
        return Err(OutOfRange { what, value });
    }
    Ok(value.clamp(*range.start(), *range.end()))
}

impl Settings {
    /// Brings every number into its range.
    ///
    /// # Errors
    /// [`OutOfRange`] where one cannot be believed.
    pub fn checked(mut self) -> Result<Self, OutOfRange> {
        self.opacity = within("the opacity", self.opacity, 0.0..=1.0, -1.0..=2.0)?;
        let (range, believable) = (16.0..=16_384.0, 0.0..=1_048_576.0);
        self.thumbnails_mib = within(
            "the memory for thumbnails",
            self.thumbnails_mib,
            range,
            believable,
        )?;
        self.window = self.window.checked()?;
        Ok(self)
    }
}

impl Placement {
    fn checked(self) -> Result<Self, OutOfRange> {
        let side = |what, value| within(what, value, 320.0..=16_384.0, 1.0..=100_000.0);
        let place = |value| {
            let range = -32_768.0..=32_767.0;
            within("the window's place", value, range.clone(), range)
        };
        Ok(Placement {
            width: side("the window's width", self.width)?,
            height: side("the window's height", self.height)?,
            corner: match self.corner {
                Some([x, y]) => Some([place(x)?, place(y)?]),
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
    fn the_defaults_are_within_their_own_bounds() {
        let settings = Settings::default();
        assert_eq!(settings.clone().checked(), Ok(settings));
    }

    #[test]
    fn numbers_out_of_range_are_brought_back_and_absurd_ones_are_told() {
        let with = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.checked()
        };
        assert_eq!(with(|s| s.opacity = 1.5).unwrap().opacity, 1.0);
        assert_eq!(with(|s| s.window.width = 40.0).unwrap().window.width, 320.0);
        assert_eq!(
            with(|s| s.thumbnails_mib = 0.5).unwrap().thumbnails_mib,
            16.0
        );
        for absurd in [
            with(|s| s.opacity = 1e9),
            with(|s| s.opacity = f64::NAN),
            with(|s| s.window.height = -900.0),
            with(|s| s.window.corner = Some([0.0, f64::INFINITY])),
            with(|s| s.thumbnails_mib = 1e300),
        ] {
            absurd.unwrap_err();
        }
    }
}
