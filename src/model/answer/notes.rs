//! What was recognised about an output, in sentences for the user.

use super::derive::{Scores, Values};
use super::ending::Ending;
use super::map::Map;
use crate::model::usage::Reading;

/// What to say where an output cannot be read as it was wanted.
pub fn refused(wanted: Reading, instead: Reading) -> String {
    format!(
        "Its values cannot be read as “{}”, so they are read as “{}”.",
        wanted.label(),
        instead.label()
    )
}

impl Scores {
    /// What was recognised, where it is out of the ordinary.
    pub fn notes(&self, reading: Reading) -> Vec<String> {
        let mut notes: Vec<String> = self
            .map
            .map(|map| self.map_note(map, reading))
            .into_iter()
            .collect();
        notes.extend(self.ending_note(reading).map(str::to_owned));
        notes
    }

    /// What a map is read as.
    fn map_note(&self, map: Map, reading: Reading) -> String {
        let Map { height, width, .. } = map;
        let at = format!("at {width}×{height} positions");
        let score = "The score of a class is its mean over the region that is predicted for it, or over \
                     one that is drawn.";
        match reading {
            Reading::Numbers => format!(
                "The model predicts numbers {at}. The score is their mean over the image, or over a \
                 region that is drawn."
            ),
            Reading::Sigmoid if self.count == 1 && self.values == Values::Logits(None) => format!(
                "The model answers with one value {at}, which is assumed to be the logit of a \
                 segmentation. If it is a quantity, such as a depth, choose numbers as its answer. {score}"
            ),
            Reading::Softmax | Reading::Sigmoid
                if self.values == Values::Logits(None) && !self.numbers_classes =>
            {
                format!(
                    "The model answers with {} values {at}, which are assumed to be the logits of a \
                     segmentation. If they are something else, choose numbers. {score}",
                    self.count
                )
            }
            Reading::Softmax | Reading::Sigmoid | Reading::AsTheyAre if self.like_image => format!(
                "The model answers with {} between 0 and 1 {at}, as many as the image has channels, which {} assumed to be \
                 the probabilities of a segmentation. If its output is an image, choose numbers. {score}",
                if self.count == 1 {
                    "one value".to_owned()
                } else {
                    format!("{} values", self.count)
                },
                if self.count == 1 { "is" } else { "are" },
            ),
            Reading::Softmax | Reading::Sigmoid | Reading::AsTheyAre => {
                format!("The model predicts classes {at}, a segmentation. {score}")
            }
        }
    }

    /// What was recognised at its end, where it is out of the ordinary.
    fn ending_note(&self, reading: Reading) -> Option<&'static str> {
        let note = match (reading, self.values) {
            (
                Reading::Softmax | Reading::Sigmoid,
                Values::Logits(Some(Ending { constant: true, .. })),
            ) => {
                "The softmax at its end is over a single value, so that the file's own output is always \
                 the same. The logits before it are used."
            }
            (Reading::Softmax | Reading::Sigmoid, Values::Logits(_))
                if self.numbers_classes && self.map.is_none() =>
            {
                "Its output is the numbers of the classes with the largest scores, or the largest of these. The \
                 scores of all classes are used."
            }
            (Reading::AsTheyAre, _) => {
                "Its output is shown as the probabilities that it consists of, and a score is a \
                 probability, not a logit."
            }
            (Reading::Numbers, Values::Numbers) => {
                "Its output has bounds that logits and probabilities do not have, so it is shown as \
                 plain numbers."
            }
            (Reading::Numbers, Values::UnitVector) => {
                "Its output has length 1 whatever the image shows, as an embedding has. It has no classes, \
                 so it is shown as plain numbers."
            }
            (Reading::Numbers, _) => "Its output is shown as plain numbers.",
            (Reading::Softmax | Reading::Sigmoid, _) => return None,
        };
        Some(note)
    }
}
