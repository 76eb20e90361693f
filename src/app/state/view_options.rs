//! Options for how views are shown and exported.
//!
//! One struct serves the state, undo, settings and sessions, so that a new option needs only a field
//! here, a command, and a control.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::model::ReluRule;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::{Look, Maximum, Overlay, Scaling};
use crate::picture::photo::decode::Decoding;
use crate::picture::photo::geometry::Fit;

use super::by_name;
use super::export_options::ExportOptions;
use super::range::within;
use super::rows::panels::Panels;

/// How heat maps are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapStyle {
    pub opacity: Opacity,
    #[serde(rename = "colours", with = "by_name")]
    pub colormap: Colormap,
    #[serde(with = "by_name")]
    pub overlay: Overlay,
    /// Whether all maps are scaled to the largest value of any map instead of each to its own.
    pub common_scale: bool,
    /// The value at which the scales of all maps end, if one was typed.
    // Written even if there is none: what was taken back has to leave the file.
    #[serde(with = "typed_maximum")]
    pub maximum: Option<Maximum>,
    /// Whether the maps of the strip are scaled to the largest value of any layer.
    pub strip_common_scale: bool,
    /// Of the difference of two maps, over the photo in grey.
    pub difference_opacity: Opacity,
    /// Which panels are shown, and how they are arranged.
    #[serde(flatten)]
    pub panels: Panels,
}

impl Default for MapStyle {
    fn default() -> Self {
        MapStyle {
            opacity: Opacity::default(),
            colormap: Colormap::default(),
            overlay: Overlay::default(),
            common_scale: false,
            maximum: None,
            strip_common_scale: false,
            difference_opacity: Opacity::from_share(Look::DIFFERENCE_OPACITY),
            panels: Panels::default(),
        }
    }
}

impl MapStyle {
    /// What decides where the scales of the maps on the stage end.
    pub fn scaling(&self) -> Scaling {
        match self.maximum {
            Some(maximum) => Scaling::Fixed(maximum),
            None if self.common_scale => Scaling::Common,
            None => Scaling::Own,
        }
    }
}

/// A typed maximum as a number in files.
mod typed_maximum {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use crate::picture::map::compose::Maximum;

    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(
        maximum: &Option<Maximum>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        maximum.map(Maximum::value).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Maximum>, D::Error> {
        let Some(value) = Option::<f32>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let why = || de::Error::custom(format!("the maximum of the scale is {value}"));
        Maximum::new(value).map(Some).ok_or_else(why)
    }
}

/// All options. They apply to all live rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewOptions {
    #[serde(flatten)]
    pub style: MapStyle,
    /// How the photo is fitted to the model's input size.
    #[serde(with = "by_name")]
    pub fit: Fit,
    /// What rectifiers pass on in the backward pass, for the last two panels.
    #[serde(with = "by_name")]
    pub rule: ReluRule,
    /// How figures are exported and copied.
    pub export: ExportOptions,
    /// How image files are read.
    #[serde(rename = "reading")]
    pub decoding: Decoding,
    /// Whether two models are asked about the class of the same name.
    pub linked_classes: bool,
    /// Whether the layer strip is shown.
    pub layer_strip: bool,
    /// Whether the list of layers, or the pane of the model, is shown.
    pub left_list: bool,
    /// Whether the list of classes, or that of channels, is shown.
    pub right_list: bool,
}

impl Default for ViewOptions {
    fn default() -> Self {
        ViewOptions {
            style: MapStyle::default(),
            fit: Fit::default(),
            rule: ReluRule::default(),
            export: ExportOptions::default(),
            decoding: Decoding::default(),
            linked_classes: true,
            layer_strip: true,
            left_list: true,
            right_list: true,
        }
    }
}

/// Opacity in the screen's 255 steps, so that files and the screen agree exactly. In files it is a
/// share from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opacity(pub u8);

impl Default for Opacity {
    fn default() -> Self {
        Opacity(128)
    }
}

impl Opacity {
    /// From a share between 0 and 1.
    pub fn from_share(share: f32) -> Self {
        Opacity((share.clamp(0.0, 1.0) * 255.0).round() as u8)
    }

    /// As a share between 0 and 1.
    pub fn share(self) -> f32 {
        f32::from(self.0) / 255.0
    }
}

impl Serialize for Opacity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Enough digits to read back the same step.
        serializer.serialize_f64(f64::from((self.share() * 1e4).round()) / 1e4)
    }
}

impl<'de> Deserialize<'de> for Opacity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        let share = within("the opacity", share, 0.0..=1.0, -1.0..=2.0);
        share
            .map(|share| Opacity::from_share(share as f32))
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_keeps_a_share_to_within_half_a_step() {
        for share in [0.0, 0.25, 0.5, 1.0] {
            assert!((Opacity::from_share(share).share() - share).abs() <= 0.5 / 255.0 + 1e-6);
        }
        assert_eq!(Opacity::from_share(7.0), Opacity(255));
        assert_eq!(Opacity::from_share(-1.0), Opacity(0));
    }

    #[test]
    fn opacities_round_trip_through_files() {
        for step in 0..=255 {
            let json = serde_json::to_string(&Opacity(step)).unwrap();
            let back: Opacity = serde_json::from_str(&json).unwrap();
            assert_eq!(back, Opacity(step), "{json}");
        }
    }
}
