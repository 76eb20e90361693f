//! The outputs of a file, and which of them is explained.

use std::collections::HashSet;

use super::Measured;
use super::derive::Scores;
use super::sketch::Sketch;
use crate::model::error::{Fault, Result, short};
use crate::model::graph::{Graph, ValueId};
use crate::model::usage::Reading;

/// How many outputs a message lists.
const LISTED: usize = 12;
/// How many outputs can be chosen from; each is compared with all others.
const MAX_CANDIDATES: usize = 64;
/// Parts of names that scores have, the clearest first.
const SCORES: [&str; 8] = [
    "logits", "output", "out", "pred", "prob", "score", "class", "label",
];
/// Parts of names that something other than the main scores has.
const OTHERS: [&str; 9] = [
    "aux",
    "feat",
    "embed",
    "hidden",
    "pool",
    "token",
    "attn",
    "attention",
    "distill",
];

/// An output that can be explained, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputInfo {
    /// As the file names it.
    pub name: String,
    /// Its number among all outputs of the file, counted from 0.
    pub number: usize,
    /// The number of values, at each position where it is a map.
    pub count: usize,
    /// Height and width, where it is a map.
    pub positions: Option<[usize; 2]>,
    /// How it is read unless the user says otherwise.
    pub reading: Reading,
    /// The readings that make sense of it.
    pub readings: Vec<Reading>,
}

/// The outputs that can be explained, and the one that is.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub outputs: Vec<OutputInfo>,
    /// The number of each of `outputs` in the graph.
    indices: Vec<usize>,
    /// Names and numbers of the file's outputs with the index into `outputs` that each leads to:
    /// probabilities and their logits lead to the same.
    known: Vec<(String, usize, usize)>,
    /// What runs have shown of each of `outputs`.
    measured: Vec<Option<Measured>>,
    /// Index into `outputs`: the one taken unless the user chooses.
    pub default: usize,
}

impl Choice {
    /// The number in the graph of one of [`Choice::outputs`].
    pub fn index(&self, output: usize) -> usize {
        self.indices[output]
    }

    /// What runs have shown of one of [`Choice::outputs`].
    pub fn measured(&self, output: usize) -> Option<Measured> {
        self.measured[output]
    }

    /// Keeps what runs have shown of one of [`Choice::outputs`], which says how it is read.
    pub fn measure(&mut self, output: usize, found: Measured) {
        self.measured[output] = Some(found);
        let info = &mut self.outputs[output];
        info.reading = found.reading();
        if !info.readings.contains(&info.reading) {
            info.readings.push(info.reading);
        }
    }

    /// The output with this name, or else with this number among all of the file, counted from 0.
    ///
    /// # Errors
    /// [`Fault::UnknownOutput`].
    pub fn find(&self, wanted: &str) -> Result<usize> {
        let named = self.known.iter().find(|(name, ..)| name == wanted);
        let number: Option<usize> = wanted.parse().ok();
        let numbered = || self.known.iter().find(|(_, n, _)| Some(*n) == number);
        let found = named.or_else(numbered);
        found
            .map(|(.., index)| *index)
            .ok_or_else(|| Fault::UnknownOutput {
                wanted: short(wanted),
                known: listed(&self.outputs),
            })
    }

    /// What to tell the user if there are others beside the one in use.
    pub fn note(&self, used: usize) -> Option<String> {
        if self.outputs.len() < 2 {
            return None;
        }
        let name = short(&self.outputs[used].name);
        Some(format!(
            "The model has {} outputs that can be explained, and “{name}” is. They are: {}.",
            self.outputs.len(),
            listed(&self.outputs)
        ))
    }
}

/// `0 logits (5 values), 1 aux (3 values)`
fn listed(outputs: &[OutputInfo]) -> String {
    let shown = outputs.iter().take(LISTED);
    let mut shown: Vec<String> = shown
        .map(|output| {
            let values = if output.count == 1 { "value" } else { "values" };
            let at = match output.positions {
                Some([height, width]) => format!(" at {width}×{height} positions"),
                None => String::new(),
            };
            format!(
                "{} {} ({} {values}{at})",
                output.number,
                short(&output.name),
                output.count
            )
        })
        .collect();
    if outputs.len() > LISTED {
        shown.push(format!("and {} more", outputs.len() - LISTED));
    }
    shown.join(", ")
}

/// A candidate while the best is looked for.
struct Candidate {
    index: usize,
    info: OutputInfo,
    logits: ValueId,
    probabilities: bool,
    /// Whether it is the numbers of classes.
    numbers: bool,
}

/// Finds the outputs of a graph, as its reader returns it, that can be explained. An output that is the
/// softmax of another is the same choice.
///
/// # Errors
/// [`Fault::NoLogits`] where there is none; why an output cannot be computed, where it is among those
/// that may be meant and `wanted` names no other.
pub(crate) fn choose(whole: &Graph, wanted: Option<&str>) -> Result<Choice> {
    let mut sketch = Sketch::new(whole.shared());
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut unfit = None;
    let mut known = Vec::new();
    for (index, output) in whole.outputs.iter().enumerate() {
        let found = output
            .value
            .clone()
            .and_then(|value| Scores::of(&mut sketch, value, output.floats, None));
        let scores = match found {
            Ok(scores) => scores,
            // It may be the very one that is meant.
            Err(fault @ Fault::Unsupported(_))
                if output.floats && wanted.is_none_or(|name| name == output.name) =>
            {
                return Err(fault);
            }
            Err(fault) => {
                unfit.get_or_insert(fault);
                continue;
            }
        };
        let info = OutputInfo {
            name: output.name.replace(char::is_control, " "),
            number: index,
            count: usize::try_from(scores.count()).unwrap_or_default(),
            positions: scores
                .positions()
                .map(|sizes| sizes.map(|size| usize::try_from(size).unwrap_or_default())),
            reading: scores.read_as(None),
            readings: scores.readings(),
        };
        let (logits, probabilities) = (scores.logits(), scores.ends_in_probabilities());
        let alike = candidates.iter().position(|other| other.logits == logits);
        let place = alike.unwrap_or(candidates.len());
        if place < MAX_CANDIDATES {
            known.push((info.name.clone(), index, place));
        }
        let numbers = scores.numbers_classes;
        match candidates.get_mut(place) {
            // The scores themselves say more than which of them is the largest.
            Some(other) if other.numbers && !numbers => {
                *other = Candidate {
                    index,
                    info,
                    logits,
                    probabilities,
                    numbers,
                };
            }
            // Probabilities beside their logits show how these are to be read.
            Some(other) if probabilities && !other.probabilities && !numbers => {
                let first = std::mem::replace(&mut other.info, info);
                other.info.name = first.name;
                other.info.number = first.number;
                other.index = index;
                other.probabilities = true;
            }
            Some(_) => {}
            None if place < MAX_CANDIDATES => candidates.push(Candidate {
                index,
                info,
                logits,
                probabilities,
                numbers,
            }),
            None => {}
        }
    }
    let default = best(whole, &candidates)
        .ok_or_else(|| unfit.unwrap_or_else(|| Fault::NoLogits("it returns nothing".into())))?;
    Ok(Choice {
        default,
        known,
        measured: vec![None; candidates.len()],
        indices: candidates.iter().map(|found| found.index).collect(),
        outputs: candidates.into_iter().map(|found| found.info).collect(),
    })
}

/// The candidate that is most likely the prediction: by its name, as one that no other is computed from,
/// as one that ends in probabilities, and else the first.
fn best(whole: &Graph, candidates: &[Candidate]) -> Option<usize> {
    let upstream: Vec<HashSet<ValueId>> = if candidates.len() > 1 {
        let before = candidates.iter().map(|found| before(whole, found.logits));
        before.collect()
    } else {
        vec![HashSet::new(); candidates.len()]
    };
    let rank = |index: &usize| {
        let found = &candidates[*index];
        let name = found.info.name.to_lowercase();
        // Of `out.logits`, the last part counts most.
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        let named = match () {
            () if has(&OTHERS) => 2,
            () if has(&SCORES) => 0,
            () => 1,
        };
        let feeds = (0..candidates.len())
            .any(|other| other != *index && upstream[other].contains(&found.logits));
        let certain = SCORES.iter().position(|part| name.ends_with(part));
        (
            // A map beside a row may be of features, so it is chosen by a person.
            found.info.positions.is_some(),
            named == 2,
            // A number is predicted beside a class more often than the other way round.
            found.info.reading == Reading::Numbers,
            feeds,
            // So is a single value, unless its name is that of scores.
            named != 0 && found.info.count < 2,
            named,
            found.info.count < 2,
            !found.probabilities,
            certain.unwrap_or(SCORES.len()),
        )
    };
    (0..candidates.len()).min_by_key(rank)
}

/// All values that `value` is computed from.
fn before(whole: &Graph, value: ValueId) -> HashSet<ValueId> {
    let mut found = HashSet::new();
    let mut wanted = HashSet::from([value]);
    for node in whole.nodes.iter().rev() {
        if node.outputs.iter().any(|output| wanted.contains(output)) {
            wanted.extend(&node.inputs);
            found.extend(&node.inputs);
        }
    }
    found
}
