//! Choices in files, by names that outlive the order of an enum.

use egui::ThemePreference;
use serde::{Deserialize, Deserializer, Serializer, de};

use crate::model::{Reading, ReluRule};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::geometry::{Filter, Fit};

/// One of a few choices, each with a name that never changes.
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
/// Where there is no choice of that name: it may be one of a newer version.
pub fn deserialize<'de, T: Name, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    let found = T::ALL.iter().find(|value| value.name() == name);
    let unknown = || de::Error::custom(format!("it names “{name}”, which is no known choice"));
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
        match self {
            Filter::Nearest => "nearest",
            Filter::Bilinear => "bilinear",
            Filter::Bicubic => "bicubic",
            Filter::Lanczos => "lanczos",
        }
    }
}

impl Name for Reading {
    const ALL: &'static [Self] = &Reading::ALL;
    fn name(self) -> &'static str {
        match self {
            Reading::Softmax => "softmax",
            Reading::Sigmoid => "sigmoid",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::app::state::view_options::{Arrangement, ExportSize};

    #[derive(Serialize, Deserialize)]
    struct Written<T: Name>(#[serde(with = "super")] T);

    fn comes_back<T: Name + std::fmt::Debug>() {
        for value in T::ALL {
            let json = serde_json::to_string(&Written(*value)).unwrap();
            let back: Written<T> = serde_json::from_str(&json).unwrap();
            assert_eq!(back.0, *value, "{json}");
        }
    }

    #[test]
    fn every_choice_comes_back_by_its_name() {
        comes_back::<Colormap>();
        comes_back::<Overlay>();
        comes_back::<Fit>();
        comes_back::<Filter>();
        comes_back::<Reading>();
        comes_back::<ReluRule>();
        comes_back::<Arrangement>();
        comes_back::<ThemePreference>();
        comes_back::<ExportSize>();
    }

    #[test]
    fn an_unknown_name_is_reported() {
        let read: Result<Written<Fit>, _> = serde_json::from_str("\"tile\"");
        assert!(read.err().unwrap().to_string().contains("“tile”"));
    }
}
