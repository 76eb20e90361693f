//! Models, classes and scores as stored in files. A class is stored with its label as well as its
//! index, because a retrained model may number its classes differently.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::engine::ModelInfo;
use crate::explain::Score;
use crate::model::{
    HeadActivation, InputChannels, OpenOptions, Preprocess, Reading, SecondPicture, Usage,
};
use crate::picture::photo::geometry::{CropMode, Filter, MAX_CROP_PCT, PixelBox};

use super::stored_input::{StoredInput, whole};
use crate::app::state::by_name;

/// The maximum side of a network's input, in pixels.
const MAX_SIDE: u32 = 1 << 16;

/// For `#[serde(deserialize_with = "or_none")]`: reads a value that this version does not understand
/// as `None`. It stays in the file until it is replaced.
///
/// # Errors
/// Those of `deserializer`.
pub fn or_none<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// As [`or_none`], with the default in place of `None`.
///
/// # Errors
/// Those of `deserializer`.
pub fn or_default<'de, T: DeserializeOwned + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(or_none(deserializer)?.unwrap_or_default())
}

fn is_assumed(activation: &HeadActivation) -> bool {
    *activation == HeadActivation::default()
}

fn channels_by_name<S: Serializer>(
    channels: &InputChannels,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&channels.name())
}

/// Reads the channels by name, or whether blue comes first.
fn channels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<InputChannels, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        BlueFirst(bool),
        Named(String),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::BlueFirst(true) => InputChannels::Bgr,
        Written::BlueFirst(false) => InputChannels::Rgb,
        Written::Named(name) => name.parse().map_err(de::Error::custom)?,
    })
}

/// What is needed to open a model again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredModel {
    #[serde(rename = "model")]
    pub path: PathBuf,
    /// The network that the weights belong to, if the file contains only weights: they may fit
    /// another network as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// The activation that was chosen for a head rebuilt from its tensors.
    #[serde(default, with = "by_name", skip_serializing_if = "is_assumed")]
    pub head_activation: HeadActivation,
    /// Whether averaged weights are used in place of the trained ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub averaged: bool,
    /// What its inputs besides the picture are held at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<StoredInput>,
    /// The name of the input that is the picture, if it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<StoredUsage>,
}

impl StoredModel {
    pub fn of(model: &ModelInfo) -> Self {
        StoredModel {
            path: model.path.clone(),
            architecture: model.architecture.clone(),
            head_activation: model.options.head_activation,
            averaged: model.options.averaged,
            inputs: StoredInput::all(&model.options),
            picture: model.options.picture.clone(),
            usage: StoredUsage::of(model),
        }
    }

    /// How the file is opened.
    pub fn options(&self) -> OpenOptions {
        let mut options = OpenOptions::default();
        options.architecture.clone_from(&self.architecture);
        options.head_activation = self.head_activation;
        options.averaged = self.averaged;
        options.picture.clone_from(&self.picture);
        options.first_of_alike = true;
        let inputs = self.inputs.iter();
        inputs.fold(options, |options, input| input.put_into(options))
    }

    /// Whether it is used with pictures besides the one that is explained.
    pub fn has_second_pictures(&self) -> bool {
        let usage = self.usage.as_ref();
        usage.is_some_and(|usage| usage.similar_to.is_some()) || self.options().holds_pictures()
    }

    /// Whether this is the model file, or a file that it is used with.
    pub fn needs(&self, path: &Path) -> bool {
        let usage = self.usage.as_ref();
        let reference = usage.and_then(|usage| usage.similar_to.as_deref());
        let mut inputs = self.inputs.iter();
        self.path == path
            || reference == Some(path)
            || inputs.any(|input| input.file.as_deref() == Some(path))
    }

    /// The model file and the files that it is used with.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let usage = self.usage.iter_mut();
        let reference = usage.filter_map(|usage| usage.similar_to.as_mut());
        let inputs = self.inputs.iter_mut();
        let inputs = inputs.filter_map(|input| input.file.as_mut());
        std::iter::once(&mut self.path)
            .chain(reference)
            .chain(inputs)
    }

    /// Whether two models are used in the same way, and have the same network as far as both state one.
    pub fn is_used_as(&self, other: &StoredModel) -> bool {
        let networks = self.architecture.as_ref().zip(other.architecture.as_ref());
        (&self.usage, &self.inputs, &self.picture) == (&other.usage, &other.inputs, &other.picture)
            && (self.head_activation, self.averaged) == (other.head_activation, other.averaged)
            && networks.is_none_or(|(one, other)| one == other)
    }
}

/// How a model is used, if that differs from its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredUsage {
    /// Width and height in pixels.
    pub size: [u32; 2],
    #[serde(with = "by_name")]
    pub resampling: Filter,
    /// The share of the short side that is kept by the crop.
    pub crop: f64,
    /// What is done with an image of another aspect ratio.
    #[serde(default, with = "by_name")]
    pub crop_mode: CropMode,
    /// One for each channel.
    pub mean: Vec<f64>,
    pub deviation: Vec<f64>,
    /// Files of before it had a name say `"bgr": true`.
    #[serde(
        default,
        alias = "bgr",
        serialize_with = "channels_by_name",
        deserialize_with = "channels"
    )]
    pub channels: InputChannels,
    #[serde(default, with = "by_name")]
    pub reading: Reading,
    /// The class names typed by the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
    /// The name of the output that is explained, if it is not the one that is taken by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The second picture that the output is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similar_to: Option<PathBuf>,
}

impl StoredUsage {
    /// `None` if the model is used as its file states.
    pub fn of(model: &ModelInfo) -> Option<Self> {
        let Usage {
            preprocess: now,
            reading,
            names,
            output,
            reference,
        } = model.usage();
        (model.usage() != model.opened_as).then_some(StoredUsage {
            size: [now.width, now.height],
            resampling: now.interpolation,
            crop: now.crop_pct,
            crop_mode: now.mode,
            mean: now.mean,
            deviation: now.std,
            channels: now.channels,
            reading,
            names,
            output,
            similar_to: reference.map(|reference| whole(reference.path())),
        })
    }

    pub fn get(&self) -> Usage {
        let [width, height] = self.size;
        Usage {
            preprocess: Preprocess {
                width,
                height,
                interpolation: self.resampling,
                crop_pct: self.crop,
                mode: self.crop_mode,
                mean: self.mean.clone(),
                std: self.deviation.clone(),
                channels: self.channels,
            },
            reading: self.reading,
            names: self.names.clone(),
            output: self.output.clone(),
            reference: self.similar_to.as_ref().map(SecondPicture::file),
        }
    }

    /// Whether every number is in the range that is accepted in model files.
    pub fn is_sound(&self) -> bool {
        let size = 1..=MAX_SIDE;
        self.size.iter().all(|side| size.contains(side))
            && (self.crop > 0.0 && self.crop <= MAX_CROP_PCT)
            && [&self.mean, &self.deviation]
                .iter()
                .all(|numbers| numbers.len() == self.channels.count())
            && self.mean.iter().all(|mean| (0.0..=1.0).contains(mean))
            && self.deviation.iter().all(|d| *d > 0.0 && d.is_finite())
    }
}

/// A class, by its index and, if it has one, its label.
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

    /// The label, or the index if there is no label.
    pub fn words(&self) -> String {
        let number = || self.index.to_string();
        self.label.clone().unwrap_or_else(number)
    }

    /// The same class in a model of `classes` classes with these labels. Two classes may share a
    /// label, so the index decides if its label matches.
    pub fn find(&self, labels: &[String], classes: usize) -> Option<usize> {
        let here = (self.index < classes).then_some(self.index);
        match &self.label {
            None => here,
            Some(label) if labels.get(self.index) == Some(label) => here,
            Some(label) => labels.iter().take(classes).position(|l| l == label),
        }
    }
}

/// A [`Score`] with stored classes.
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
    Within {
        class: StoredClass,
        region: PixelBox,
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
            Score::Within { class, region } => StoredScore::Within {
                class: stored(class),
                region,
            },
        }
    }

    /// The first class of the score.
    pub fn class(&self) -> &StoredClass {
        match self {
            StoredScore::For { class }
            | StoredScore::Against { class }
            | StoredScore::Versus { class, .. }
            | StoredScore::Within { class, .. } => class,
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
            StoredScore::Within { class, region } => Score::Within {
                class: find(class)?,
                region: *region,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn reads_the_channels_by_name_and_as_they_were_stored_before() {
        let read = |channels: &str| {
            let text = format!(
                r#"{{"size": [8, 8], "resampling": "bilinear", "crop": 1.0,
                    "mean": [0.0, 0.0, 0.0], "deviation": [1.0, 1.0, 1.0]{channels}}}"#
            );
            serde_json::from_str::<StoredUsage>(&text)
        };
        for (text, expected) in [
            ("", InputChannels::Rgb),
            (r#", "bgr": false"#, InputChannels::Rgb),
            (r#", "bgr": true"#, InputChannels::Bgr),
            (r#", "channels": "bgr""#, InputChannels::Bgr),
            (r#", "channels": "rgb""#, InputChannels::Rgb),
        ] {
            let usage = read(text).unwrap();
            assert_eq!(usage.channels, expected, "{text}");
            assert!(usage.is_sound());
            let json = serde_json::to_string(&usage).unwrap();
            assert_eq!(serde_json::from_str::<StoredUsage>(&json).unwrap(), usage);
        }
        assert!(read(r#", "channels": "gbr""#).is_err());
        assert!(!read(r#", "channels": "grey""#).unwrap().is_sound());
    }

    #[test]
    fn finds_a_class_by_its_label_if_its_index_has_changed() {
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
    fn scores_round_trip_except_a_class_versus_itself() {
        let labels = labels(&["cat", "dog"]);
        for score in [
            Score::For(1),
            Score::Against(0),
            Score::Versus { a: 0, b: 1 },
            Score::Within {
                class: 1,
                region: PixelBox {
                    x: 3,
                    y: 4,
                    width: 5,
                    height: 6,
                },
            },
        ] {
            let json = serde_json::to_string(&StoredScore::new(score, &labels)).unwrap();
            let back: StoredScore = serde_json::from_str(&json).unwrap();
            assert_eq!(back.find(&labels, 2), Some(score), "{json}");
        }
        let both = StoredScore::new(Score::Versus { a: 0, b: 0 }, &labels);
        assert_eq!(both.find(&labels, 2), None);
    }
}
