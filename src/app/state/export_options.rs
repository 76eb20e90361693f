//! How figures are exported and copied.

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::figure::{Extent, Ground, Print, Setting};
use crate::picture::map::compose::Unseen;

use super::by_name::{self, Name};
use super::range::within;

/// How figures are exported and copied.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    #[serde(with = "by_name")]
    pub size: ExportSize,
    /// The width of [`ExportSize::Width`], in millimetres.
    pub width: Measure<20, 500>,
    /// The size of text on paper, in points.
    pub text: Measure<4, 24>,
    /// On paper, in pixels in an inch.
    pub resolution: Measure<72, 1200>,
    #[serde(with = "by_name")]
    pub ground: Ground,
    #[serde(with = "by_name")]
    pub unseen: Unseen,
    /// Whether panels are numbered (a), (b), (c).
    pub letters: bool,
    pub captions: bool,
    /// Whether magnified panels show the same part of the photo as in the window.
    pub zoomed: bool,
    /// Whether a file of facts is written beside each figure.
    pub facts: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        let print = Print::of_width(120.0);
        ExportOptions {
            size: ExportSize::default(),
            width: Measure(print.width_mm),
            text: Measure(print.text_pt),
            resolution: Measure(print.dpi),
            ground: Ground::default(),
            unseen: Unseen::default(),
            letters: false,
            captions: true,
            zoomed: false,
            facts: false,
        }
    }
}

impl ExportOptions {
    /// The size on paper, if one is chosen.
    pub fn print(&self) -> Option<Print> {
        let width_mm = match self.size {
            ExportSize::OneColumn => Print::ONE_COLUMN_MM,
            ExportSize::TwoColumns => Print::TWO_COLUMNS_MM,
            ExportSize::Width => self.width.0,
            ExportSize::Photo | ExportSize::Large | ExportSize::Medium | ExportSize::Small => {
                return None;
            }
        };
        Some(Print {
            width_mm,
            text_pt: self.text.0,
            dpi: self.resolution.0,
        })
    }

    pub fn setting(&self) -> Setting {
        let extent = match self.print() {
            Some(print) => Extent::Print(print),
            None => Extent::Pixels(self.size.limit()),
        };
        Setting {
            extent,
            ground: self.ground,
            unseen: self.unseen,
            letters: self.letters,
            captions: self.captions,
            columns: None,
        }
    }
}

/// How large an exported figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportSize {
    /// Panels have the photo's own pixels.
    #[default]
    Photo,
    Large,
    Medium,
    Small,
    /// The width of one column on paper.
    OneColumn,
    /// The width of both columns.
    TwoColumns,
    /// A width on paper that is typed.
    Width,
}

impl ExportSize {
    pub const ALL: [ExportSize; 7] = [
        ExportSize::Photo,
        ExportSize::Large,
        ExportSize::Medium,
        ExportSize::Small,
        ExportSize::OneColumn,
        ExportSize::TwoColumns,
        ExportSize::Width,
    ];

    /// The longest side of a panel in pixels, also of one that is exported alone.
    pub fn limit(self) -> u32 {
        match self {
            ExportSize::Photo
            | ExportSize::OneColumn
            | ExportSize::TwoColumns
            | ExportSize::Width => u32::MAX,
            ExportSize::Large => 1600,
            ExportSize::Medium => 800,
            ExportSize::Small => 400,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            ExportSize::Photo => "Panels as large as the photo",
            ExportSize::Large => "Panels up to 1600 pixels",
            ExportSize::Medium => "Panels up to 800 pixels",
            ExportSize::Small => "Panels up to 400 pixels",
            ExportSize::OneColumn => "One column, 85 mm",
            ExportSize::TwoColumns => "Two columns, 180 mm",
            ExportSize::Width => "Another width",
        }
    }
}

impl Name for ExportSize {
    const ALL: &'static [Self] = &ExportSize::ALL;
    fn name(self) -> &'static str {
        match self {
            ExportSize::Photo => "photo",
            ExportSize::Large => "large",
            ExportSize::Medium => "medium",
            ExportSize::Small => "small",
            ExportSize::OneColumn => "one column",
            ExportSize::TwoColumns => "two columns",
            ExportSize::Width => "width",
        }
    }
}

impl Name for Ground {
    const ALL: &'static [Self] = &Ground::ALL;
    fn name(self) -> &'static str {
        Ground::name(self)
    }
}

impl Name for Unseen {
    const ALL: &'static [Self] = &Unseen::ALL;
    fn name(self) -> &'static str {
        Unseen::name(self)
    }
}

/// A length or a number between two bounds, which hold in files too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure<const LEAST: u16, const MOST: u16>(pub f32);

impl<const LEAST: u16, const MOST: u16> Measure<LEAST, MOST> {
    pub const RANGE: std::ops::RangeInclusive<u16> = LEAST..=MOST;
}

impl<'de, const LEAST: u16, const MOST: u16> Deserialize<'de> for Measure<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (least, most) = (f64::from(LEAST), f64::from(MOST));
        let value = f64::deserialize(deserializer)?;
        within("a size in print", value, least..=most, 0.0..=2.0 * most)
            .map(|value| Measure(value as f32))
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_on_paper_have_text_in_points() {
        let of = |size| ExportOptions {
            size,
            ..ExportOptions::default()
        };
        let one = of(ExportSize::OneColumn).print().unwrap();
        assert_eq!((one.width_mm, one.text_pt, one.dpi), (85.0, 8.0, 300.0));
        let two = of(ExportSize::TwoColumns).print().unwrap();
        assert_eq!(two.width_mm, 180.0);
        assert_eq!(of(ExportSize::Photo).print(), None);
        assert_eq!(of(ExportSize::Small).setting().extent, Extent::Pixels(400));
    }

    #[test]
    fn round_trips_and_refuses_absurd_sizes() {
        let options = ExportOptions {
            size: ExportSize::Width,
            width: Measure(132.5),
            letters: true,
            ..ExportOptions::default()
        };
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(
            serde_json::from_str::<ExportOptions>(&json).unwrap(),
            options
        );
        assert!(serde_json::from_str::<ExportOptions>(r#"{"width": 9000}"#).is_err());
    }
}
