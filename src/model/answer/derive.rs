//! From an output of the file to one row of scores, or to a map of them.

use super::bounds::{Bounds, bounds};
use super::ending::{Ending, before_numbers, ending, without_floats};
use super::map::{self, Map, made};
use super::row::{as_row, joined, unfit};
use super::similarity::{self, Compared};
use super::sketch::Sketch;
use super::{Answer, AnswerKind, Measured, Wanted, notes};
use crate::model::error::{Fault, Result};
use crate::model::graph::{Graph, Head, ValueId};
use crate::model::op::{Arithmetic, Function};
use crate::model::usage::Reading;

/// Beyond this, bounded numbers may well be logits that were clipped.
const MAX_RAW: f64 = 5.0;

/// The answer at `output`, which may consist of `floats`; see [`super::answer`].
pub fn answer(
    whole: &Graph,
    (output, floats): (ValueId, bool),
    measured: Option<Measured>,
    wanted: Wanted,
) -> Result<Answer> {
    let mut sketch = Sketch::new(whole.shared());
    let found = Scores::of(&mut sketch, output, floats, measured)?;
    let (reading, row, notes) = if wanted.similarity {
        (Reading::Numbers, found.similarity(&mut sketch)?, Vec::new())
    } else {
        let reading = found.read_as(wanted.reading);
        let mut notes = found.notes(reading);
        let refused = wanted.reading.filter(|wanted| *wanted != reading);
        notes.extend(refused.map(|refused| notes::refused(refused, reading)));
        (reading, found.row(&mut sketch, reading)?, notes)
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
pub(super) enum Values {
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
    pub(super) count: i64,
    /// How they lie in it, if it is a map and not a row.
    pub(super) map: Option<Map>,
    /// Whether the file returns the numbers of the classes that are largest.
    pub(super) numbers_classes: bool,
    pub(super) values: Values,
    /// Whether it has the shape of the image, and each value is between 0 and 1 by itself.
    pub(super) like_image: bool,
    bounds: Bounds,
}

impl Scores {
    /// # Errors
    /// [`Fault::NoLogits`] where the output is neither a row nor a map.
    pub fn of(
        sketch: &mut Sketch,
        output: ValueId,
        floats: bool,
        measured: Option<Measured>,
    ) -> Result<Scores> {
        let numbered = before_numbers(sketch, output)?;
        if numbered.is_none() && !floats {
            return Err(without_floats());
        }
        let output = numbered.map_or(output, |numbered| numbered.scores);
        let shape = match sketch.shape(output) {
            Some(shape) => shape.clone(),
            // The trial run says at which node the sizes do not fit.
            None => stated(sketch, output)?,
        };
        let long = shape.iter().filter(|size| **size != 1).count();
        let mut count = crate::model::op::shape::count(&shape).unwrap_or(0);
        let along = numbered.and_then(|numbered| numbered.along);
        let mut map = None;
        if long > 1 || count < 1 {
            let [_, _, height, width] = sketch.graph.input_shape;
            let found = map::of_shape(&shape, [height, width]);
            let found = found.filter(|_| count >= 1);
            // The numbers say along which axis the classes are.
            let found = found.filter(|map| numbered.is_none() || along == map.class_axis());
            let found = found.ok_or_else(|| map::unfit(&shape))?;
            count = found.classes;
            map = Some(found);
        } else if let Some(along) = along
            && shape[along] != count
        {
            return Err(Fault::NoLogits(format!(
                "its output numbers the entries along axis {along} of {shape:?}, where there are no classes"
            )));
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
        let values = match (found, map) {
            (Some(ending), _) => Values::Logits(Some(ending)),
            (None, Some(map)) => {
                let made = made(sketch, output);
                let found = map::values(map, made, limits);
                // A segmentation may end as its layers do. It is as fine as the image, and there is nothing else.
                let whole =
                    sketch.graph.outputs.len() == 1 && map.is_whole(sketch.graph.input_shape);
                let found = found.or(whole.then_some(Values::Logits(None)));
                found.ok_or_else(|| map::unfit(&shape))?
            }
            (None, None) => row_values(count, limits, measured),
        };
        if let Some(map) = map
            && values == Values::Logits(None)
            && numbered.is_none()
            && !map::may_be_logits(map, sketch.graph.input_shape[2])
        {
            return Err(map::unfit(&shape));
        }
        let of_image = |map: Map| {
            let [_, channels, ..] = sketch.graph.input_shape;
            map.classes == channels && map.is_whole(sketch.graph.input_shape)
        };
        let each = match values {
            Values::Logits(Some(ending)) => Reading::after(ending.head) == Reading::Sigmoid,
            Values::Probabilities => true,
            Values::Logits(None) | Values::Percentages | Values::Numbers | Values::UnitVector => {
                false
            }
        };
        let like_image = numbered.is_none() && each && map.is_some_and(of_image);
        Ok(Scores {
            like_image,
            output,
            count,
            map,
            numbers_classes: numbered.is_some(),
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
}

/// What the values of a row are that ends in nothing known.
fn row_values(count: i64, limits: Bounds, measured: Option<Measured>) -> Values {
    match measured {
        _ if limits.within(0.0, 1.0) => Values::Probabilities,
        _ if count > 1 && limits.low >= 0.0 && limits.high == 100.0 => Values::Percentages,
        _ if is_number(limits, count) => Values::Numbers,
        // Coordinates in pixels, for example.
        _ if limits.low >= 0.0 && limits.high.is_finite() => Values::Numbers,
        Some(Measured::Probabilities) => Values::Probabilities,
        Some(Measured::UnitVector) => Values::UnitVector,
        None => Values::Logits(None),
    }
}

/// The probabilities that an output is the logarithm of, such as those of several networks.
fn before_logarithm(sketch: &mut Sketch, output: ValueId) -> Option<ValueId> {
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
pub(super) fn is_number(bounds: Bounds, count: i64) -> bool {
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
