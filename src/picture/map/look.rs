//! How a heat map is shown: colour map, opacity, overlay and scale.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Map;
use super::colormap::Colormap;
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
}

impl Overlay {
    /// In the order in which the window offers them.
    pub const ALL: [Overlay; 2] = [Overlay::Blend, Overlay::Spotlight];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Overlay::Blend => "Blend",
            Overlay::Spotlight => "Spotlight",
        }
    }

    /// Its name on the command line and in captions.
    pub fn name(self) -> &'static str {
        match self {
            Overlay::Blend => "blend",
            Overlay::Spotlight => "spotlight",
        }
    }
}

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

/// The value at the end of the colour table.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Scale {
    /// The map's own maximum: shows where the evidence is.
    #[default]
    Own,
    /// One value for several maps: also shows how strong the evidence is. Larger values are clamped.
    UpTo(f32),
}

impl Scale {
    /// The value at the end of the scale for a map with this maximum.
    pub fn end(self, max: f32) -> f32 {
        match self {
            Scale::Own => max,
            Scale::UpTo(end) => end,
        }
    }

    /// The common scale of several maps: their largest value, or 0 without maps.
    pub fn over<'a>(maps: impl IntoIterator<Item = &'a Map>) -> Scale {
        Scale::UpTo(maps.into_iter().map(Map::max).fold(0.0, f32::max))
    }

    /// Like [`Scale::end`]; `None` if that is 0, negative or NaN, so that dividing by it makes no sense.
    pub(crate) fn divisor(self, max: f32) -> Option<f32> {
        Some(self.end(max)).filter(|end| *end > 0.0)
    }
}

/// How a heat map is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The colours of a blend; a spotlight does not use them.
    pub colormap: Colormap,
    /// From 0, the photo only, to 1, the heat map only.
    pub opacity: f32,
    /// How the map and the photo are combined.
    pub overlay: Overlay,
    /// The value that gets the last colour.
    pub scale: Scale,
    /// From 0, the grey photo only, to 1, where the ends of the scale hide it.
    pub difference_opacity: f32,
}

impl Look {
    /// The usual opacity of a difference, under which the photo still shows.
    pub const DIFFERENCE_OPACITY: f32 = 0.85;

    /// The colours from low to high. A spotlight runs from dark to light, whatever colour map is chosen
    /// for blending.
    pub fn table(&self) -> &'static [[u8; 3]; 256] {
        match self.overlay {
            Overlay::Blend => self.colormap.table(),
            Overlay::Spotlight => Colormap::Grey.table(),
        }
    }

    /// A description of the colours and the overlay.
    pub fn describe(&self) -> String {
        let opacity = format!("opacity {:.0} %", self.opacity * 100.0);
        match self.overlay {
            Overlay::Blend => format!("{}, {opacity}", self.colormap),
            Overlay::Spotlight => format!("spotlight, {opacity}"),
        }
    }
}
