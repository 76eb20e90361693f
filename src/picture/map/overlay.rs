//! How a heat map lies over its photo.
//!
//! What a way is, is said here, and how it is drawn in `compose`, in the window's textures, and in its tiles. None of
//! these matches has an arm for the rest, so that a new way has to answer all of them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::colormap::Colormap;
use super::contours::LEVELS;
use super::sample::Sampling;
use crate::picture::UnknownName;

/// How importance is overlaid on the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overlay {
    /// The coloured map, blended with the photo.
    #[default]
    Blend,
    /// The photo, darkened where it is less important.
    Spotlight,
    /// Lines of equal importance over the photo, at [`LEVELS`] of the scale.
    Contours,
    /// As a blend, with each value of the layer as a square of one colour.
    Cells,
}

impl Overlay {
    /// In the order in which the window offers them.
    pub const ALL: [Overlay; 4] = [
        Overlay::Blend,
        Overlay::Spotlight,
        Overlay::Contours,
        Overlay::Cells,
    ];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Overlay::Blend => "Blend",
            Overlay::Spotlight => "Spotlight",
            Overlay::Contours => "Contours",
            Overlay::Cells => "Native cells",
        }
    }

    /// Its name on the command line, in files and in captions.
    pub fn name(self) -> &'static str {
        match self {
            Overlay::Blend => "blend",
            Overlay::Spotlight => "spotlight",
            Overlay::Contours => "contours",
            Overlay::Cells => "cells",
        }
    }

    /// What it shows, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Overlay::Blend => "The coloured heat map over the photo",
            Overlay::Spotlight => "Each pixel of the photo as bright as it is important",
            Overlay::Contours => "Lines at 20, 40, 60 and 80 % of the scale",
            Overlay::Cells => "The layer's own grid, not smoothed: each value as a square",
        }
    }

    /// What lies between the centres of a map's cells.
    pub fn sampling(self) -> Sampling {
        match self {
            Overlay::Blend | Overlay::Spotlight | Overlay::Contours => Sampling::Bilinear,
            Overlay::Cells => Sampling::Nearest,
        }
    }

    /// Whether it is drawn in the chosen colour map.
    pub fn has_colours(self) -> bool {
        match self {
            Overlay::Blend | Overlay::Contours | Overlay::Cells => true,
            Overlay::Spotlight => false,
        }
    }

    /// The opacity it is drawn with when this one is chosen: lines are always opaque.
    pub fn opacity(self, chosen: f32) -> f32 {
        match self {
            Overlay::Blend | Overlay::Spotlight | Overlay::Cells => chosen.clamp(0.0, 1.0),
            Overlay::Contours => 1.0,
        }
    }

    /// Whether the chosen opacity changes it.
    pub fn has_opacity(self) -> bool {
        self.opacity(0.0) < self.opacity(1.0)
    }

    /// The colours of a legend, from 0 to the end of the scale.
    pub fn legend(self, colormap: Colormap) -> Cow<'static, [[u8; 3]; 256]> {
        match self {
            Overlay::Blend | Overlay::Cells => Cow::Borrowed(colormap.table()),
            Overlay::Spotlight => Cow::Borrowed(Colormap::Grey.table()),
            Overlay::Contours => {
                let mut table = [PAPER; 256];
                for level in LEVELS {
                    let at = (level * 255.0) as usize;
                    table[at - TICK..=at + TICK].fill(colormap.table()[at]);
                }
                Cow::Owned(table)
            }
        }
    }

    /// A description of the colours and the overlay.
    pub fn describe(self, colormap: Colormap, opacity: f32) -> String {
        let opacity = format!("opacity {:.0} %", opacity * 100.0);
        match self {
            Overlay::Blend => format!("{colormap}, {opacity}"),
            Overlay::Spotlight => format!("spotlight, {opacity}"),
            Overlay::Contours => {
                format!("{colormap}, lines at 20, 40, 60 and 80 % of the scale")
            }
            Overlay::Cells => format!("{colormap}, {opacity}, not smoothed"),
        }
    }
}

/// What is between the lines of a legend of contours, and half the width of such a line in entries.
const PAPER: [u8; 3] = [222; 3];
const TICK: usize = 4;

impl fmt::Display for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Overlay {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|overlay| overlay.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("overlay", name, Self::ALL.map(Overlay::name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_every_way() {
        let window = include_str!("../../../docs/window.md");
        let terminal = include_str!("../../../docs/command-line.md");
        for overlay in Overlay::ALL {
            assert!(window.contains(overlay.label()), "{overlay} in window.md");
            let name = format!("`{overlay}`");
            assert!(terminal.contains(&name), "{overlay} in command-line.md");
            assert_eq!(overlay.name().parse(), Ok(overlay));
        }
    }

    #[test]
    fn the_levels_in_words_are_the_levels() {
        let words = LEVELS.map(|level| format!("{:.0}", level * 100.0));
        let [a, b, c, d] = words;
        let words = format!("{a}, {b}, {c} and {d} %");
        assert!(Overlay::Contours.about().contains(&words));
        let described = Overlay::Contours.describe(Colormap::Inferno, 0.5);
        assert!(described.contains(&words));
    }

    #[test]
    fn a_legend_of_contours_has_the_colours_of_its_lines() {
        let table = Overlay::Contours.legend(Colormap::Viridis);
        for level in LEVELS {
            let at = (level * 255.0) as usize;
            assert_eq!(table[at], Colormap::Viridis.table()[at]);
        }
        assert_eq!([table[0], table[128], table[255]], [PAPER; 3]);
    }
}
