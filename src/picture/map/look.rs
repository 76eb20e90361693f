//! How a heat map is shown: colour map, opacity, overlay and scale.

use std::borrow::Cow;
use std::str::FromStr;

use super::Map;
use super::colormap::Colormap;

pub use super::overlay::Overlay;

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

    /// This scale; of a map on its own scale, the other.
    #[must_use]
    pub fn or(self, other: Scale) -> Scale {
        match self {
            Scale::Own => other,
            Scale::UpTo(_) => self,
        }
    }

    /// The value that ends the scale of several maps, if they share one.
    pub fn shared_end(self) -> Option<f32> {
        match self {
            Scale::Own => None,
            Scale::UpTo(end) => Some(end),
        }
    }

    /// Like [`Scale::end`]; `None` if that is 0, negative or NaN, so that dividing by it makes no sense.
    pub(crate) fn divisor(self, max: f32) -> Option<f32> {
        Some(self.end(max)).filter(|end| *end > 0.0)
    }
}

/// What decides where the scales of all maps of a view end.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Scaling {
    /// The maximum of each map.
    #[default]
    Own,
    /// The largest maximum of all.
    Common,
    /// A value that was typed.
    Fixed(Maximum),
}

impl Scaling {
    /// The scale of these maps.
    pub fn of<'a>(self, maps: impl IntoIterator<Item = &'a Map>) -> Scale {
        match self {
            Scaling::Own => Scale::Own,
            Scaling::Common => Scale::over(maps),
            Scaling::Fixed(maximum) => Scale::UpTo(maximum.value()),
        }
    }
}

/// A value at which a scale can end: a positive number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Maximum(f32);

impl Maximum {
    /// `None` for what is no finite positive number.
    pub fn new(value: f32) -> Option<Maximum> {
        (value.is_finite() && value > 0.0).then_some(Maximum(value))
    }

    /// Positive.
    pub fn value(self) -> f32 {
        self.0
    }
}

impl FromStr for Maximum {
    type Err = NoMaximum;

    fn from_str(text: &str) -> Result<Maximum, NoMaximum> {
        let value = text.trim().parse().ok();
        value.and_then(Maximum::new).ok_or(NoMaximum)
    }
}

/// A text that is no [`Maximum`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number above 0")]
pub struct NoMaximum;

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

    /// The colours of its legend, from 0 to the end of the scale.
    pub fn table(&self) -> Cow<'static, [[u8; 3]; 256]> {
        self.overlay.legend(self.colormap)
    }

    /// A description of the colours and the overlay.
    pub fn describe(&self) -> String {
        self.overlay.describe(self.colormap, self.opacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_each_maps_own_or_common_or_fixed() {
        let map = |value| Map {
            width: 1,
            height: 1,
            values: vec![value],
        };
        let maps = [map(3.0), map(7.0)];
        assert_eq!(Scaling::Own.of(&maps), Scale::Own);
        assert_eq!(Scaling::Common.of(&maps), Scale::UpTo(7.0));
        let fixed = Maximum::new(5.0).unwrap();
        assert_eq!(Scaling::Fixed(fixed).of(&maps), Scale::UpTo(5.0));
        for text in ["0", "-1", "nan", "inf", "", "1e99", "x"] {
            assert_eq!(text.parse::<Maximum>(), Err(NoMaximum), "{text}");
        }
        assert_eq!(" 2.5 ".parse(), Ok(Maximum(2.5)));
    }
}
