//! What a person chooses of how a heat map is shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Map;
use super::colormap::Colormap;
use crate::picture::UnknownName;

/// How importance lies over the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overlay {
    /// The coloured map over the photo.
    #[default]
    Blend,
    /// The photo, darkened where it mattered less.
    Spotlight,
}

impl Overlay {
    pub const ALL: [Overlay; 2] = [Overlay::Blend, Overlay::Spotlight];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Overlay::Blend => "Blend",
            Overlay::Spotlight => "Spotlight",
        }
    }

    /// What the command line and captions call it.
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

/// What a map's values are measured against before they are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Scale {
    /// The map's own maximum: shows where the evidence is.
    #[default]
    Own,
    /// One value for several maps: shows how strong it is as well. What lies above shows as this.
    UpTo(f32),
}

impl Scale {
    /// The value that is shown as the most, for a map whose own is `max`.
    pub fn end(self, max: f32) -> f32 {
        match self {
            Scale::Own => max,
            Scale::UpTo(end) => end,
        }
    }

    /// The largest value of several maps, for all of them; 0 where there is none.
    pub fn over<'a>(maps: impl IntoIterator<Item = &'a Map>) -> Scale {
        Scale::UpTo(maps.into_iter().map(Map::max).fold(0.0, f32::max))
    }

    /// As [`Scale::end`]; `None` where that is 0, negative or NaN, so nothing can be divided by it.
    pub(crate) fn divisor(self, max: f32) -> Option<f32> {
        Some(self.end(max)).filter(|end| *end > 0.0)
    }
}

/// How a heat map is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub colormap: Colormap,
    /// 0 shows the photo alone, 1 the heat map alone.
    pub opacity: f32,
    pub overlay: Overlay,
    pub scale: Scale,
}

impl Look {
    /// The colours from little to much: a spotlight runs from dark to light, whatever colour map is
    /// chosen for blending.
    pub fn table(&self) -> &'static [[u8; 3]; 256] {
        match self.overlay {
            Overlay::Blend => self.colormap.table(),
            Overlay::Spotlight => Colormap::Grey.table(),
        }
    }

    /// The colours and how they were laid over the photo, in words.
    pub fn describe(&self) -> String {
        let opacity = format!("opacity {:.0} %", self.opacity * 100.0);
        match self.overlay {
            Overlay::Blend => format!("{}, {opacity}", self.colormap),
            Overlay::Spotlight => format!("spotlight, {opacity}"),
        }
    }
}
