//! Choices as files name them: by words that outlive the order of an enum, and by a class's label as
//! well as its number, since a model that is trained anew may number its classes anew.

use std::path::PathBuf;

use egui::ThemePreference;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::ModelInfo;
use crate::explain::Score;
use crate::model::{Preprocess, Reading, ReluRule, Usage};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::geometry::{Filter, Fit};

use crate::app::state::{Arrangement, ExportSize};

/// No network takes pictures with a longer side, in pixels.
const MAX_SIDE: u32 = 1 << 16;

/// One of a few, each with a name that stays.
pub trait Name: Copy + PartialEq + Default + 'static {
    const ALL: &'static [Self];
    fn name(self) -> &'static str;
}

/// A choice in a file. A name that is not known here, as a newer version may have written it, is
/// kept as it is and read as the default.
#[derive(Debug, Clone, PartialEq)]
pub enum Named<T> {
    Known(T),
    Foreign(String),
}

impl<T: Name> Named<T> {
    pub fn get(&self) -> T {
        match self {
            Named::Known(value) => *value,
            Named::Foreign(_) => T::default(),
        }
    }

    /// Changes what is stored only where it is read as something else.
    pub fn set(&mut self, value: T) {
        if self.get() != value {
            *self = Named::Known(value);
        }
    }

    /// The name that is not known here.
    pub fn foreign(&self) -> Option<&str> {
        match self {
            Named::Known(_) => None,
            Named::Foreign(name) => Some(name),
        }
    }
}

impl<T: Name> Default for Named<T> {
    fn default() -> Self {
        Named::Known(T::default())
    }
}

impl<T> From<T> for Named<T> {
    fn from(value: T) -> Self {
        Named::Known(value)
    }
}

impl<T: Name> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Named::Known(value) => value.name(),
            Named::Foreign(name) => name,
        })
    }
}

impl<'de, T: Name> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = T::ALL.iter().find(|value| value.name() == name);
        Ok(found.map_or(Named::Foreign(name), |value| Named::Known(*value)))
    }
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

impl Name for Arrangement {
    const ALL: &'static [Self] = &Arrangement::ALL;
    fn name(self) -> &'static str {
        match self {
            Arrangement::Automatic => "automatic",
            Arrangement::Row => "row",
            Arrangement::Square => "square",
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

/// A model as it is to be opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredModel {
    #[serde(rename = "model")]
    pub path: PathBuf,
    /// The network that its weights are of, where it is a file of weights alone: they may fit
    /// another as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<StoredUsage>,
}

impl StoredModel {
    pub fn of(model: &ModelInfo) -> Self {
        StoredModel {
            path: model.path.clone(),
            architecture: model.architecture.clone(),
            usage: StoredUsage::of(model),
        }
    }

    /// Whether two are used alike, and of one network as far as both say which.
    pub fn is_used_as(&self, other: &StoredModel) -> bool {
        let networks = self.architecture.as_ref().zip(other.architecture.as_ref());
        self.usage == other.usage && networks.is_none_or(|(one, other)| one == other)
    }
}

/// How a model is used, where that is not as its file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredUsage {
    /// Width and height in pixels.
    pub size: [u32; 2],
    pub resampling: Named<Filter>,
    /// The part of the short side that is kept.
    pub crop: f64,
    pub mean: [f64; 3],
    pub deviation: [f64; 3],
    /// Whether blue comes first.
    #[serde(default)]
    pub bgr: bool,
    #[serde(default)]
    pub reading: Named<Reading>,
    /// Names of the classes that were typed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
}

impl StoredUsage {
    /// `None` for a model that is used as its file says.
    pub fn of(model: &ModelInfo) -> Option<Self> {
        let Usage {
            preprocess: now,
            reading,
            names,
        } = model.usage();
        (model.usage() != model.opened_as).then(|| StoredUsage {
            size: [now.width, now.height],
            resampling: now.interpolation.into(),
            crop: now.crop_pct,
            mean: now.mean,
            deviation: now.std,
            bgr: now.bgr,
            reading: reading.into(),
            names,
        })
    }

    pub fn get(&self) -> Usage {
        let [width, height] = self.size;
        Usage {
            preprocess: Preprocess {
                width,
                height,
                interpolation: self.resampling.get(),
                crop_pct: self.crop,
                mean: self.mean,
                std: self.deviation,
                bgr: self.bgr,
            },
            reading: self.reading.get(),
            names: self.names.clone(),
        }
    }

    /// Whether every number is one that a model file may have too.
    pub fn is_sound(&self) -> bool {
        let size = 1..=MAX_SIDE;
        self.size.iter().all(|side| size.contains(side))
            && (self.crop > 0.0 && self.crop <= 1.0)
            && self.mean.iter().all(|mean| (0.0..=1.0).contains(mean))
            && self.deviation.iter().all(|d| *d > 0.0 && d.is_finite())
    }

    /// The name of a choice that is not known.
    pub fn foreign(&self) -> Option<&str> {
        self.resampling.foreign().or_else(|| self.reading.foreign())
    }
}

/// A class by its number, and by its label where it has one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredClass {
    pub index: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl StoredClass {
    pub fn new(index: usize, labels: &[String]) -> Self {
        StoredClass {
            index,
            label: labels.get(index).cloned(),
        }
    }

    /// Its label, or its number where it has none.
    pub fn words(&self) -> String {
        let number = || self.index.to_string();
        self.label.clone().unwrap_or_else(number)
    }

    /// The same class in a model of `classes` classes with these labels. Two classes may share a
    /// label, so the number decides where both agree.
    pub fn find(&self, labels: &[String], classes: usize) -> Option<usize> {
        let here = (self.index < classes).then_some(self.index);
        match &self.label {
            None => here,
            Some(label) if labels.get(self.index) == Some(label) => here,
            Some(label) => labels.iter().take(classes).position(|l| l == label),
        }
    }
}

/// A score of stored classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum StoredScore {
    For {
        class: StoredClass,
    },
    Against {
        class: StoredClass,
    },
    Versus {
        class: StoredClass,
        rival: StoredClass,
    },
}

impl StoredScore {
    pub fn new(score: Score, labels: &[String]) -> Self {
        let stored = |class| StoredClass::new(class, labels);
        match score {
            Score::For(class) => StoredScore::For {
                class: stored(class),
            },
            Score::Against(class) => StoredScore::Against {
                class: stored(class),
            },
            Score::Versus { a, b } => StoredScore::Versus {
                class: stored(a),
                rival: stored(b),
            },
        }
    }

    /// The class that stands first in it.
    pub fn class(&self) -> &StoredClass {
        match self {
            StoredScore::For { class }
            | StoredScore::Against { class }
            | StoredScore::Versus { class, .. } => class,
        }
    }

    /// The same score in a model of `classes` classes with these labels, if it has those classes.
    pub fn find(&self, labels: &[String], classes: usize) -> Option<Score> {
        let find = |class: &StoredClass| class.find(labels, classes);
        Some(match self {
            StoredScore::For { class } => Score::For(find(class)?),
            StoredScore::Against { class } => Score::Against(find(class)?),
            StoredScore::Versus { class, rival } => {
                let (a, b) = (find(class)?, find(rival)?);
                if a == b {
                    return None;
                }
                Score::Versus { a, b }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn come_back<T: Name + std::fmt::Debug>() {
        for value in T::ALL {
            let json = serde_json::to_string(&Named::Known(*value)).unwrap();
            let back: Named<T> = serde_json::from_str(&json).unwrap();
            assert_eq!(back, Named::Known(*value), "{json}");
        }
    }

    #[test]
    fn every_choice_comes_back_by_its_name() {
        come_back::<Colormap>();
        come_back::<Overlay>();
        come_back::<Fit>();
        come_back::<ReluRule>();
        come_back::<Arrangement>();
        come_back::<ThemePreference>();
        come_back::<ExportSize>();
    }

    #[test]
    fn an_unknown_name_is_kept_until_another_is_chosen() {
        let mut named: Named<Fit> = serde_json::from_str("\"tile\"").unwrap();
        assert_eq!(named.get(), Fit::default());
        named.set(Fit::default());
        assert_eq!(serde_json::to_string(&named).unwrap(), "\"tile\"");
        named.set(Fit::Pad);
        assert_eq!(serde_json::to_string(&named).unwrap(), "\"pad\"");
    }

    #[test]
    fn a_class_is_found_by_its_label_where_the_numbers_have_moved() {
        let old = labels(&["cat", "crane", "dog", "crane"]);
        let dog = StoredClass::new(2, &old);
        assert_eq!(dog.find(&labels(&["dog", "cat"]), 2), Some(0));
        assert_eq!(dog.find(&labels(&["cat", "crane"]), 2), None);
        assert_eq!(StoredClass::new(3, &old).find(&old, 4), Some(3));
        let nameless = StoredClass::new(2, &[]);
        assert_eq!(nameless.find(&old, 4), Some(2));
        assert_eq!(nameless.find(&[], 2), None);
    }

    #[test]
    fn every_score_comes_back_and_none_of_a_class_with_itself() {
        let labels = labels(&["cat", "dog"]);
        for score in [
            Score::For(1),
            Score::Against(0),
            Score::Versus { a: 0, b: 1 },
        ] {
            let json = serde_json::to_string(&StoredScore::new(score, &labels)).unwrap();
            let back: StoredScore = serde_json::from_str(&json).unwrap();
            assert_eq!(back.find(&labels, 2), Some(score), "{json}");
        }
        let both = StoredScore::new(Score::Versus { a: 0, b: 0 }, &labels);
        assert_eq!(both.find(&labels, 2), None);
    }
}
