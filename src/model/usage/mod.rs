//! How a model is used: the preprocessing of images, how logits become probabilities, and the names of
//! the classes. The file states some of it, some has to be assumed, and the user can change all of it.
//!
//! It uses the graph and the geometry of `picture`, and knows no file format.

use self::channels::InputChannels;
use super::Preprocess;
use super::graph::Head;
use crate::picture::page::caption::{percent, significant};
use crate::picture::photo::decode::Decoding;
use crate::picture::photo::geometry::CropMode;

pub(in crate::model) mod beside;
pub mod channels;
pub(crate) mod input;
pub mod labels;
pub(crate) mod pixels;
pub mod preprocess;
mod second_picture;
pub(crate) mod taken;

pub use second_picture::SecondPicture;

/// What turns the scores of a network into the values that are shown, probabilities as a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reading {
    /// For a single class per image: the probabilities sum to 1.
    #[default]
    Softmax,
    /// For each class by itself, where an image may show several, or where there are only yes and no.
    Sigmoid,
    /// The scores are probabilities already.
    AsTheyAre,
    /// The scores are numbers, and no probabilities are made up for them.
    Numbers,
}

impl Reading {
    /// Every reading, in the order in which a person chooses among them.
    pub const ALL: [Reading; 4] = [
        Reading::Softmax,
        Reading::Sigmoid,
        Reading::AsTheyAre,
        Reading::Numbers,
    ];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Reading::Softmax => "Softmax",
            Reading::Sigmoid => "Sigmoid",
            Reading::AsTheyAre => "As they are",
            Reading::Numbers => "Numbers",
        }
    }

    /// How to read the logits before `head`. Most files end in logits, and mean a softmax.
    pub(super) fn after(head: Head) -> Reading {
        match head {
            Head::None | Head::Softmax => Reading::Softmax,
            Head::Sigmoid => Reading::Sigmoid,
        }
    }

    /// Whether the scores are logits, and something else than the values that are shown.
    pub fn has_logits(self) -> bool {
        match self {
            Reading::Softmax | Reading::Sigmoid => true,
            Reading::AsTheyAre | Reading::Numbers => false,
        }
    }

    /// Whether the graph computes the same scores under both.
    pub(crate) fn has_same_scores(self, other: Reading) -> bool {
        self == other || (self.has_logits() && other.has_logits())
    }

    /// Whether it gives probabilities, from 0 to 1.
    pub fn gives_probabilities(self) -> bool {
        match self {
            Reading::Softmax | Reading::Sigmoid | Reading::AsTheyAre => true,
            Reading::Numbers => false,
        }
    }

    /// A value of [`Reading::probabilities`] in words: `62.5 %`, or `3.14` for a plain number.
    pub fn shown(self, value: f32) -> String {
        if self.gives_probabilities() {
            percent(value)
        } else {
            significant(value)
        }
    }

    /// The value of each class: its probability, or the number itself for [`Reading::Numbers`].
    pub fn probabilities(self, logits: &[f32]) -> Vec<f32> {
        match self {
            Reading::Softmax => softmax(logits),
            Reading::Sigmoid => logits.iter().map(|logit| sigmoid(*logit)).collect(),
            Reading::AsTheyAre | Reading::Numbers => logits.to_vec(),
        }
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits
        .iter()
        .map(|&logit| f64::from(logit - largest).exp())
        .collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}

fn sigmoid(logit: f32) -> f32 {
    (1.0 / (1.0 + (-f64::from(logit)).exp())) as f32
}

/// How a model is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// How an image becomes the input; its size is the image size of the model.
    pub preprocess: Preprocess,
    /// How the logits become probabilities; a model with a single logit keeps the sigmoid.
    pub reading: Reading,
    /// The names of the classes that the user has typed in, one for each.
    pub names: Option<Vec<String>>,
    /// The name of the output that is explained, if it is not the one that is taken by itself.
    pub output: Option<String>,
    /// The second picture that the output is compared with, if there is one. Its values are then read as
    /// one number, their cosine similarity to those of that picture, whatever `reading` says.
    pub reference: Option<SecondPicture>,
}

impl Usage {
    /// With the file of the second picture read in this way.
    #[must_use]
    pub fn read_pictures_as(self, decoding: Decoding) -> Usage {
        Usage {
            reference: self.reference.map(|picture| picture.read_as(decoding)),
            ..self
        }
    }
}

/// The preprocessing that is assumed where nothing states it. `whole` is for a network that scales
/// pixels from 0 to 255 itself.
pub(super) fn assumed(channels: InputChannels, width: u32, height: u32, whole: bool) -> Preprocess {
    match channels {
        InputChannels::Rgb | InputChannels::Bgr if whole => Preprocess::whole_pixels(width, height),
        InputChannels::Rgb | InputChannels::Bgr => Preprocess::imagenet(width, height),
        // Networks for grey images and for bands take the levels as `ToTensor` gives them more often than
        // with any one mean.
        InputChannels::Grey | InputChannels::Bands(_) => Preprocess {
            mean: vec![0.0; channels.count()],
            std: vec![if whole { 1.0 / 255.0 } else { 1.0 }; channels.count()],
            channels,
            mode: CropMode::Squash,
            ..Preprocess::whole_pixels(width, height)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_sums_to_one_and_sigmoid_is_independent() {
        let logits = [0.0, 3f32.ln(), -1e4];
        assert_eq!(Reading::Softmax.probabilities(&logits), [0.25, 0.75, 0.0]);
        assert_eq!(Reading::Sigmoid.probabilities(&logits), [0.5, 0.75, 0.0]);
        let far = Reading::Sigmoid.probabilities(&[1e4, -1e4]);
        assert_eq!(far, [1.0, 0.0]);
        assert!(Reading::Softmax.probabilities(&[]).is_empty());
    }
}
