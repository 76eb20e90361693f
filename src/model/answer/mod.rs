//! What a network answers: which of its outputs is explained, what it ends in, and the row of scores,
//! `[1, classes]`, that everything else works on.
//!
//! A reader returns the graph with every output of the file. Here one of them is chosen, what turns
//! logits into probabilities is recognised, and the graph is cut down to that output. A network that
//! predicts something at each position answers with a map instead, `[1, classes, height, width]`. It uses the graph,
//! the operations and the [`Reading`]; it knows no file format.

mod bounds;
mod derive;
mod ending;
mod map;
mod measured;
mod notes;
mod outputs;
mod row;
mod similarity;
mod sketch;
#[cfg(test)]
mod tests;

use crate::model::error::{Fault, Result};
use crate::model::graph::Graph;
use crate::model::usage::Reading;
#[cfg(test)]
pub(crate) use derive::untouched;
pub(crate) use measured::Measured;
pub use outputs::OutputInfo;
pub(crate) use outputs::{Choice, choose};
pub(crate) use similarity::Compared;

/// What the row of scores is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// A value for each class.
    Classes,
    /// One value, presented as two classes: no and yes.
    YesNo,
    /// One number, presented as two directions: what raises it, and what lowers it.
    Number,
    /// How similar the values are to those of a second picture: one number, the cosine, presented as
    /// two directions.
    Similarity,
}

impl AnswerKind {
    /// The reading in use where `wanted` is chosen and the scores stay the same.
    pub(crate) fn read_as(self, now: Reading, wanted: Reading) -> Reading {
        match self {
            AnswerKind::Classes => wanted,
            // Yes and no are each read by itself.
            AnswerKind::YesNo | AnswerKind::Number | AnswerKind::Similarity => now,
        }
    }

    /// The names of the two sides of a single logit where the file has none.
    pub(crate) fn sides(is_map: bool) -> [&'static str; 2] {
        if is_map {
            ["background", "foreground"]
        } else {
            ["no", "yes"]
        }
    }

    /// The names of the two directions in which a number can be explained; `None` where there are
    /// classes.
    pub fn directions(self) -> Option<[&'static str; 2]> {
        match self {
            AnswerKind::Classes | AnswerKind::YesNo => None,
            AnswerKind::Number => Some(["what raises it", "what lowers it"]),
            AnswerKind::Similarity => Some(["what makes it similar", "what makes it different"]),
        }
    }
}

/// A graph that computes one row of scores.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Up to the scores, which are its `logits`.
    pub graph: Graph,
    pub reading: Reading,
    pub kind: AnswerKind,
    /// Where the second picture comes in, for [`AnswerKind::Similarity`].
    pub compared: Option<Compared>,
    /// Whether its values are logits only because nothing says otherwise.
    pub unproven: bool,
    /// What was recognised, in sentences for the user.
    pub notes: Vec<String>,
}

/// What the user wants of an output, where it is not what its ending suggests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Another reading, where the output can be read so.
    pub reading: Option<Reading>,
    /// Whether its values are compared with those of a second picture.
    pub similarity: bool,
}

/// The answer at one of the outputs of `choice`, which was found in `whole`.
///
/// # Errors
/// [`Fault::NoLogits`] where it is no row of scores, and why the output cannot be computed.
pub(crate) fn answer(
    whole: &Graph,
    choice: &Choice,
    output: usize,
    wanted: Wanted,
) -> Result<Answer> {
    let index = choice.index(output);
    let measured = choice.measured(output);
    let output = whole.outputs.get(index);
    let output = output.ok_or_else(|| Fault::NoLogits(format!("it has no output {index}")))?;
    let value = (output.value.clone()?, output.floats);
    derive::answer(whole, value, measured, wanted)
}
