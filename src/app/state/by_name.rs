//! Stores enum choices in files by name, independent of the order of the variants.

use egui::ThemePreference;
use serde::{Deserialize, Deserializer, Serializer, de};

use crate::folder::Numbering;
use crate::model::{HeadActivation, Reading, ReluRule};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::geometry::{CropMode, Filter, Fit};

/// An enum whose variants have names that never change.
pub trait Name: Copy + PartialEq + Default + 'static {
    const ALL: &'static [Self];
    fn name(self) -> &'static str;
}

/// For `#[serde(with = "by_name")]`.
///
/// # Errors
/// Those of `serializer`.
pub fn serialize<T: Name, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.name())
}

/// For `#[serde(with = "by_name")]`.
///
/// # Errors
/// If there is no choice with that name. It may be from a newer version.
pub fn deserialize<'de, T: Name, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    let found = T::ALL.iter().find(|value| value.name() == name);
    let unknown = || de::Error::custom(format!("“{name}” is not a known choice"));
    found.copied().ok_or_else(unknown)
}

impl Name for Colormap {
    const ALL: &'static [Self] = &Colormap::ALL;
    fn name(self) -> &'static str {
        Colormap::name(self)
    }
}

impl Name for Overlay {
    const ALL: &'static [Self] = &Overlay::ALL;
    fn name(self) -> &'static str {
        Overlay::name(self)
    }
}

impl Name for Fit {
    const ALL: &'static [Self] = &Fit::ALL;
    fn name(self) -> &'static str {
        Fit::name(self)
    }
}

impl Name for ReluRule {
    const ALL: &'static [Self] = &ReluRule::ALL;
    fn name(self) -> &'static str {
        match self {
            ReluRule::Guided => "guided",
            ReluRule::Deconvnet => "deconvnet",
            ReluRule::Gradient => "gradient",
        }
    }
}

impl Name for HeadActivation {
    const ALL: &'static [Self] = &HeadActivation::ALL;
    fn name(self) -> &'static str {
        self.label()
    }
}

impl Name for ThemePreference {
    const ALL: &'static [Self] = &[
        ThemePreference::System,
        ThemePreference::Light,
        ThemePreference::Dark,
    ];
    fn name(self) -> &'static str {
        match self {
            ThemePreference::System => "system",
            ThemePreference::Light => "light",
            ThemePreference::Dark => "dark",
        }
    }
}

impl Name for Filter {
    const ALL: &'static [Self] = &Filter::ALL;
    fn name(self) -> &'static str {
        Filter::name(self)
    }
}

impl Name for CropMode {
    const ALL: &'static [Self] = &CropMode::ALL;
    fn name(self) -> &'static str {
        CropMode::name(self)
    }
}

impl Name for Reading {
    const ALL: &'static [Self] = &Reading::ALL;
    fn name(self) -> &'static str {
        match self {
            Reading::Softmax => "softmax",
            Reading::Sigmoid => "sigmoid",
            Reading::AsTheyAre => "as_they_are",
            Reading::Numbers => "numbers",
        }
    }
}

impl Name for Numbering {
    const ALL: &'static [Self] = &Numbering::ALL;
    fn name(self) -> &'static str {
        match self {
            Numbering::Auto => "auto",
            Numbering::FromZero => "from_zero",
            Numbering::FromOne => "from_one",
            Numbering::Sorted => "sorted",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::app::state::export_options::ExportSize;
    use crate::app::state::rows::panels::{Arrangement, Originals, TwoClasses};

    #[derive(Serialize, Deserialize)]
    struct Written<T: Name>(#[serde(with = "super")] T);

    fn round_trips<T: Name + std::fmt::Debug>() {
        for value in T::ALL {
            let json = serde_json::to_string(&Written(*value)).unwrap();
            let back: Written<T> = serde_json::from_str(&json).unwrap();
            assert_eq!(back.0, *value, "{json}");
        }
    }

    #[test]
    fn choices_round_trip_by_name() {
        round_trips::<Colormap>();
        round_trips::<Overlay>();
        round_trips::<Fit>();
        round_trips::<Filter>();
        round_trips::<CropMode>();
        round_trips::<Reading>();
        round_trips::<Numbering>();
        round_trips::<ReluRule>();
        round_trips::<Arrangement>();
        round_trips::<TwoClasses>();
        round_trips::<Originals>();
        round_trips::<ThemePreference>();
        round_trips::<ExportSize>();
    }

    #[test]
    fn reports_an_unknown_name() {
        let read: Result<Written<Fit>, _> = serde_json::from_str("\"tile\"");
        assert!(read.err().unwrap().to_string().contains("“tile”"));
    }
}
