//! From an output of the file to one row of scores, or to a map of them.

use super::bounds::{Bounds, bounds};
use super::ending::{Ending, ending};
use super::map::{self, Map};
use super::row::{as_row, joined, unfit};
use super::similarity::{self, Compared};
use super::sketch::Sketch;
use super::{Answer, AnswerKind, Measured, Wanted};
use crate::model::error::{Fault, Result};
use crate::model::graph::{Graph, Head, ValueId};
use crate::model::op::{Arithmetic, Function};
use crate::model::usage::Reading;

/// Beyond this, bounded numbers may well be logits that were clipped.
const MAX_RAW: f64 = 5.0;

/// The answer at `output`; see [`super::answer`].
pub fn answer(
    whole: &Graph,
    output: ValueId,
    measured: Option<Measured>,
    wanted: Wanted,
) -> Result<Answer> {
    let mut sketch = Sketch::new(whole.shared());
    let found = Scores::of(&mut sketch, output, measured)?;
    let (reading, row, notes) = if wanted.similarity {
        (Reading::Numbers, found.similarity(&mut sketch)?, Vec::new())
    } else {
        let reading = found.read_as(wanted.reading);
        (
            reading,
            found.row(&mut sketch, reading)?,
            found.notes(reading),
        )
    };
    let mut graph = sketch.graph;
    graph.logits = row.scores;
    graph.head = row.head;
    graph.keep_logits();
    Ok(Answer {
        graph,
        reading,
        kind: row.kind,
        compared: row.compared,
        unproven: found.map.is_none() && found.values == Values::Logits(None),
        notes,
    })
}

/// How the values of an output are to be understood.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Values {
    /// Logits, or probabilities whose logits are known.
    Logits(Option<Ending>),
    /// Probabilities that are not those of any one row of logits.
    Probabilities,
    /// Probabilities in percent.
    Percentages,
    /// Numbers that are no logits.
    Numbers,
    /// Numbers whose squares add up to 1.
    UnitVector,
}

/// The scores under one reading.
struct Row {
    scores: ValueId,
    kind: AnswerKind,
    /// What is skipped after them.
    head: Head,
    compared: Option<Compared>,
}

/// The scores that an output consists of.
pub struct Scores {
    output: ValueId,
    /// The number of classes.
    count: i64,
    /// How they lie in it, if it is a map and not a row.
    map: Option<Map>,
    /// Whether the file returns the numbers of the classes that are largest.
    numbers_classes: bool,
    values: Values,
    bounds: Bounds,
}

impl Scores {
    /// # Errors
    /// [`Fault::NoLogits`] where the output is neither a row nor a map.
    pub fn of(sketch: &mut Sketch, output: ValueId, measured: Option<Measured>) -> Result<Scores> {
        let shape = match sketch.shape(output) {
            Some(shape) => shape.clone(),
            // The trial run says at which node the sizes do not fit.
            None => stated(sketch, output)?,
        };
        let long = shape.iter().filter(|size| **size != 1).count();
        let mut count = crate::model::op::shape::count(&shape).unwrap_or(0);
        let (mut output, mut map, mut numbers_classes) = (output, None, false);
        if long > 1 || count < 1 {
            let [_, _, height, width] = sketch.graph.input_shape;
            let numbered = map::before_argmax(sketch, output);
            if let Some((scores, _)) = numbered {
                output = scores;
            }
            let shape = sketch
                .shape(output)
                .cloned()
                .unwrap_or_else(|| shape.clone());
            let found = map::of_shape(&shape, [height, width]);
            let found = found.filter(|_| count >= 1);
            // The numbers say along which axis the classes are.
            let along = numbered.map(|(_, axis)| axis);
            let found = found.filter(|map| along.is_none() || along == map.class_axis());
            let found = found.ok_or_else(|| map::unfit(&shape))?;
            numbers_classes = numbered.is_some();
            count = found.classes;
            map = Some(found);
        }
        let found = match map {
            None => ending(sketch, output, None),
            Some(map) => ending(sketch, output, map.class_axis()),
        };
        let output = match (found, before_logarithm(sketch, output)) {
            (None, Some(probabilities)) => probabilities,
            (Some(_), _) | (None, None) => output,
        };
        let limits = bounds(sketch, output);
        let values = match found {
            Some(ending) => Values::Logits(Some(ending)),
            // A share at each position that no sigmoid gives may be a confidence.
            None if map.is_some() && count == 1 && limits.within(0.0, 1.0) => Values::Numbers,
            None if limits.within(0.0, 1.0) => Values::Probabilities,
            None if count > 1 && limits.low >= 0.0 && limits.high == 100.0 => Values::Percentages,
            None if is_number(limits, count) => Values::Numbers,
            None => match measured {
                Some(Measured::Probabilities) => Values::Probabilities,
                Some(Measured::UnitVector) => Values::UnitVector,
                None => Values::Logits(None),
            },
        };
        if let Some(map) = map
            && values == Values::Logits(None)
            && !numbers_classes
            && !map::may_be_logits(sketch, output, map, sketch.graph.input_shape[2])
        {
            return Err(map::unfit(&shape));
        }
        // An amount, such as a depth, is one value; several are features after a rectifier.
        if map.is_some() && count > 1 && values == Values::Numbers && limits.low >= 0.0 {
            return Err(map::unfit(&shape));
        }
        Ok(Scores {
            output,
            count,
            map,
            numbers_classes,
            values,
            bounds: limits,
        })
    }

    pub fn count(&self) -> i64 {
        self.count
    }

    /// The height and width of the map that it is.
    pub fn positions(&self) -> Option<[i64; 2]> {
        self.map.map(|map| [map.height, map.width])
    }

    /// The logits, before what turns them into probabilities.
    pub fn logits(&self) -> ValueId {
        match self.values {
            Values::Logits(Some(ending)) => ending.logits,
            Values::Logits(None)
            | Values::Probabilities
            | Values::Percentages
            | Values::Numbers
            | Values::UnitVector => self.output,
        }
    }

    /// Whether it ends in probabilities.
    pub fn ends_in_probabilities(&self) -> bool {
        match self.values {
            Values::Logits(Some(_)) | Values::Probabilities | Values::Percentages => true,
            Values::Logits(None) | Values::Numbers | Values::UnitVector => false,
        }
    }

    /// Whether the output's own values are probabilities.
    fn are_probabilities(&self) -> bool {
        match self.values {
            Values::Logits(Some(Ending { constant: true, .. })) => false,
            Values::Logits(_) => self.bounds.within(0.0, 1.0),
            Values::Probabilities | Values::Percentages => true,
            Values::Numbers | Values::UnitVector => false,
        }
    }

    /// The reading that the ending suggests.
    fn suggested(&self) -> Reading {
        match self.values {
            Values::Logits(_) if self.count == 1 => Reading::Sigmoid,
            Values::Logits(Some(ending)) => Reading::after(ending.head),
            Values::Logits(None) => Reading::Softmax,
            Values::Probabilities | Values::Percentages => Reading::AsTheyAre,
            Values::Numbers | Values::UnitVector => Reading::Numbers,
        }
    }

    /// The readings that make sense of it, the suggested one among them.
    pub fn readings(&self) -> Vec<Reading> {
        let all = Reading::ALL.into_iter();
        // Where probabilities lie tells their regions, and another softmax or sigmoid would move them.
        let are_shares = self.map.is_some() && self.values == Values::Probabilities;
        all.filter(|reading| match reading {
            Reading::Softmax => self.count > 1 && !are_shares,
            Reading::Sigmoid => !are_shares,
            Reading::Numbers => true,
            Reading::AsTheyAre => self.are_probabilities(),
        })
        .collect()
    }

    pub fn read_as(&self, wanted: Option<Reading>) -> Reading {
        let possible = wanted.filter(|wanted| self.readings().contains(wanted));
        possible.unwrap_or_else(|| self.suggested())
    }

    /// The scores under a reading.
    fn row(&self, sketch: &mut Sketch, reading: Reading) -> Result<Row> {
        let (value, head) = match (reading, self.values) {
            (Reading::Softmax | Reading::Sigmoid, Values::Logits(Some(ending))) => {
                (ending.logits, ending.head)
            }
            (Reading::AsTheyAre, Values::Percentages) => {
                let share = Arithmetic::MulScalar(0.01);
                (
                    sketch.add(share, &[self.output]).ok_or_else(unfit)?,
                    Head::None,
                )
            }
            (
                Reading::Softmax | Reading::Sigmoid,
                Values::Logits(None)
                | Values::Probabilities
                | Values::Percentages
                | Values::Numbers
                | Values::UnitVector,
            )
            | (
                Reading::AsTheyAre,
                Values::Logits(_) | Values::Probabilities | Values::Numbers | Values::UnitVector,
            )
            | (Reading::Numbers, _) => (self.output, Head::None),
        };
        let value = match self.map {
            None => as_row(sketch, value, self.count),
            Some(map) => map.planes(sketch, value),
        };
        let value = value.ok_or_else(unfit)?;
        if self.count > 1 {
            return Ok(Row {
                scores: value,
                kind: AnswerKind::Classes,
                head,
                compared: None,
            });
        }
        let (other, kind, value_first) = match reading {
            Reading::Softmax | Reading::Sigmoid => {
                (Arithmetic::MulScalar(-1.0), AnswerKind::YesNo, false)
            }
            Reading::AsTheyAre => (Arithmetic::RsubScalar(1.0), AnswerKind::YesNo, false),
            Reading::Numbers => (Arithmetic::MulScalar(-1.0), AnswerKind::Number, true),
        };
        let other = sketch.add(other, &[value]).ok_or_else(unfit)?;
        let pair = if value_first {
            [value, other]
        } else {
            [other, value]
        };
        Ok(Row {
            scores: joined(sketch, pair)?,
            kind,
            head,
            compared: None,
        })
    }

    /// The cosine to the values of a second picture, and its negative.
    fn similarity(&self, sketch: &mut Sketch) -> Result<Row> {
        if self.map.is_some() {
            return Err(Fault::NotComparable(
                "it is a map, and only a row of values has one direction".into(),
            ));
        }
        if self.count == 1 {
            return Err(Fault::NotComparable(
                "it is a single value, and only several values have a direction".into(),
            ));
        }
        let row = as_row(sketch, self.output, self.count).ok_or_else(unfit)?;
        let (cosine, compared) = similarity::cosine(sketch, row, self.count).ok_or_else(unfit)?;
        let negative = Arithmetic::MulScalar(-1.0);
        let negative = sketch.add(negative, &[cosine]).ok_or_else(unfit)?;
        Ok(Row {
            scores: joined(sketch, [cosine, negative])?,
            kind: AnswerKind::Similarity,
            head: Head::None,
            compared: Some(compared),
        })
    }

    /// What was recognised, where it is out of the ordinary.
    fn notes(&self, reading: Reading) -> Vec<String> {
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
                     one that you draw.";
        match reading {
            Reading::Numbers => format!(
                "The model predicts numbers {at}. The score is their mean over the image, or over a \
                 region that you draw."
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

/// The probabilities that an output is the logarithm of, such as those of several networks.
fn before_logarithm(sketch: &Sketch, output: ValueId) -> Option<ValueId> {
    let mut output = output;
    let mut node = sketch.maker(output)?;
    while node.op.is_identity() {
        output = *node.inputs.first()?;
        node = sketch.maker(output)?;
    }
    let inner = *node.inputs.first()?;
    let is_logarithm = node.op == Function::Log.into();
    (is_logarithm && bounds(sketch, inner).within(0.0, 1.0)).then_some(inner)
}

/// The output as a row of numbers, whatever it ends in.
#[cfg(test)]
pub fn untouched(whole: &Graph, output: ValueId) -> Graph {
    let mut sketch = Sketch::new(whole.shared());
    let count = sketch.count(output);
    let row = as_row(&mut sketch, output, count).unwrap();
    let mut graph = sketch.graph;
    graph.logits = row;
    graph
}

/// Whether numbers within these bounds are measured or normalised rather than logits.
fn is_number(bounds: Bounds, count: i64) -> bool {
    let bounded = bounds.low.is_finite() && bounds.high.is_finite();
    let narrow = bounds.within(-MAX_RAW, MAX_RAW);
    let positive = bounds.low > 0.0;
    // A single number that is never negative is an amount: yes and no would each be at least even.
    let amount = count == 1 && bounds.low >= 0.0;
    (bounded && (narrow || positive)) || amount
}

/// The shape that the file states for an output.
fn stated(sketch: &Sketch, output: ValueId) -> Result<Vec<i64>> {
    let stated = &sketch.graph.values[output.0].stated_shape;
    stated
        .clone()
        .ok_or_else(|| Fault::NoLogits("the shape of its output is not known".into()))
}
