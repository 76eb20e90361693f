//! Outputs that are the numbers of classes, as argmax, topk and sort return them: the scores that these
//! are taken from can be explained.

use super::{Ending, ending};
use crate::model::answer::sketch::Sketch;
use crate::model::error::{Fault, Result};
use crate::model::graph::{Head, Node, Op, ValueId};
use crate::model::op::shape::axis;
use crate::model::op::{Aggregate, Copying, Indexing, Reshaping, Sorting};

/// The scores that an output is chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    pub scores: ValueId,
    /// The axis along which they are; all of them in a row where it is `None`.
    pub along: Option<usize>,
}

/// Where an output is chosen from scores: the node, and the parts taken out of what it returns, the last one
/// first.
struct Origin<'s> {
    node: &'s Node,
    chosen: Chosen,
    found: Numbered,
    parts: Vec<&'s Node>,
}

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Numbers(Order),
    /// The values themselves.
    Values(Order),
}

/// What comes first along the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The largest, and nothing else.
    Largest,
    Descending,
    /// All of them, the largest last.
    Ascending,
    /// The smallest, alone or before others, but not before all.
    Smallest,
}

/// The scores of which `output` holds the numbers of the largest, or the largest themselves where it is
/// clear that these are the scores of different classes.
///
/// # Errors
/// [`Fault::NoLogits`] where it holds other numbers of classes.
pub fn before_numbers(sketch: &mut Sketch, output: ValueId) -> Result<Option<Numbered>> {
    let Some(origin) = origin(sketch, output) else {
        return Ok(None);
    };
    let found = origin.found;
    let known = match origin.chosen {
        Chosen::Numbers(_) | Chosen::Values(Order::Descending | Order::Ascending) => true,
        // The largest may be meant as one number, or else the file says whose it is.
        Chosen::Values(Order::Largest) => false,
        Chosen::Values(Order::Smallest) => return Ok(None),
    };
    if known {
        origin.allowed(sketch)?;
        return Ok(Some(found));
    }
    let whole = origin.parts.is_empty();
    let clear = whole && (is_softmax(sketch, found) || has_numbers(sketch, found));
    Ok(clear.then_some(found))
}

/// What turns logits into these scores.
fn ending_of(sketch: &mut Sketch, found: Numbered, scores: ValueId) -> Option<Ending> {
    let is_map = sketch.shape(scores).is_some_and(|shape| shape.len() > 2);
    ending(sketch, scores, found.along.filter(|_| is_map))
}

/// Whether these scores are a softmax, so that each is that of another class.
fn is_softmax(sketch: &mut Sketch, found: Numbered) -> bool {
    if let (Some(along), Some(shape)) = (found.along, sketch.shape(found.scores))
        && shape[along] <= 1
    {
        return false;
    }
    let ending = ending_of(sketch, found, found.scores);
    ending.is_some_and(|ending| ending.head == Head::Softmax && !ending.constant)
}

/// Whether another output holds the numbers of the largest of these scores.
fn has_numbers(sketch: &mut Sketch, found: Numbered) -> bool {
    let outputs = sketch.graph.outputs.iter();
    let outputs: Vec<ValueId> = outputs
        .filter_map(|o| o.value.as_ref().ok().copied())
        .collect();
    let logits = |sketch: &mut Sketch, scores: ValueId| {
        ending_of(sketch, found, scores).map_or(scores, |ending| ending.logits)
    };
    let ours = logits(sketch, found.scores);
    outputs.into_iter().any(|output| {
        let other =
            origin(sketch, output).filter(|origin| matches!(origin.chosen, Chosen::Numbers(_)));
        let Some(other) = other.map(|origin| origin.found) else {
            return false;
        };
        let theirs = logits(sketch, other.scores);
        other.along == found.along && sketch.are_same(ours, theirs)
    })
}

fn origin(sketch: &Sketch, output: ValueId) -> Option<Origin<'_>> {
    let mut value = output;
    let mut parts = Vec::new();
    loop {
        let node = sketch.maker(value)?;
        let scores = *node.inputs.first()?;
        if let Some((chosen, dim)) = chosen(sketch, &node.op, scores) {
            let rank = sketch.shape(scores)?.len();
            let along = dim.map(|dim| axis(dim, rank)).transpose().ok()?;
            return Some(Origin {
                node,
                chosen,
                found: Numbered { scores, along },
                parts,
            });
        }
        if is_part(&node.op) {
            if sketch.count(value) != sketch.count(scores) {
                parts.push(node);
            }
        } else if !keeps_values(&node.op) {
            return None;
        }
        value = scores;
    }
}

/// What an operation chooses from its input, and the axis along which it does.
fn chosen(sketch: &Sketch, op: &Op, scores: ValueId) -> Option<(Chosen, Option<i64>)> {
    let top = |k: i64, dim: i64, largest: bool| {
        let shape = sketch.shape(scores)?;
        let all = shape[axis(dim, shape.len()).ok()?];
        Some(match (largest, k) {
            (true, 1) => Order::Largest,
            (true, _) => Order::Descending,
            (false, 2..) if k == all => Order::Ascending,
            (false, _) => Order::Smallest,
        })
    };
    let sorted = |descending: bool| {
        if descending {
            Order::Descending
        } else {
            Order::Ascending
        }
    };
    Some(match op {
        Op::Aggregation(found) => {
            let chosen = match found.function {
                Aggregate::ArgMax => Chosen::Numbers(Order::Largest),
                Aggregate::ArgMin => Chosen::Numbers(Order::Smallest),
                Aggregate::AMax | Aggregate::Max => Chosen::Values(Order::Largest),
                Aggregate::All
                | Aggregate::AMin
                | Aggregate::Any
                | Aggregate::CountNonzero
                | Aggregate::LogSumExp
                | Aggregate::Median
                | Aggregate::Min
                | Aggregate::NanMean
                | Aggregate::NanSum
                | Aggregate::Prod => return None,
            };
            match found.dims[..] {
                [] => (chosen, None),
                [dim] => (chosen, Some(dim)),
                _ => return None,
            }
        }
        Op::Sorting(Sorting::TopPositions { k, dim, largest }) => {
            (Chosen::Numbers(top(*k, *dim, *largest)?), Some(*dim))
        }
        Op::Sorting(Sorting::Top { k, dim, largest }) => {
            (Chosen::Values(top(*k, *dim, *largest)?), Some(*dim))
        }
        Op::Sorting(Sorting::SortedPositions { dim, descending }) => {
            (Chosen::Numbers(sorted(*descending)), Some(*dim))
        }
        Op::Sorting(Sorting::Sorted { dim, descending }) => {
            (Chosen::Values(sorted(*descending)), Some(*dim))
        }
        // Nothing else chooses among its entries.
        _ => return None,
    })
}

/// Whether an operation takes out a part of its input.
fn is_part(op: &Op) -> bool {
    matches!(
        op,
        Op::Indexing(
            Indexing::Select { .. } | Indexing::Slice { .. } | Indexing::IndexSelect { .. }
        )
    )
}

/// Whether an operation keeps the values of its input, in another shape or of another type.
fn keeps_values(op: &Op) -> bool {
    matches!(
        op,
        Op::Copying(Copying::Identity | Copying::Detach | Copying::Cast(_) | Copying::CastAs)
            | Op::Reshaping(
                Reshaping::Squeeze { .. }
                    | Reshaping::Unsqueeze { .. }
                    | Reshaping::Reshape { .. }
                    | Reshaping::ReshapeAs
                    | Reshaping::Flatten { .. }
                    | Reshaping::Unflatten { .. }
                    | Reshaping::Permute { .. }
                    | Reshaping::Transpose { .. }
            )
    )
}

impl Origin<'_> {
    /// Whether the scores stand for what is returned of them.
    ///
    /// # Errors
    /// [`Fault::NoLogits`] where they do not.
    fn allowed(&self, sketch: &Sketch) -> Result<()> {
        let classes = match (self.found.along, sketch.shape(self.found.scores)) {
            (Some(along), Some(shape)) => shape[along],
            (None, _) | (_, None) => sketch.count(self.found.scores),
        };
        let is_row = sketch.count(self.found.scores) == classes;
        let (Chosen::Numbers(order) | Chosen::Values(order)) = self.chosen;
        let fits = match order {
            Order::Smallest => return Err(smallest()),
            Order::Largest => self.parts.is_empty(),
            Order::Descending => is_row || self.parts.is_empty() || self.takes(sketch, 0),
            Order::Ascending if is_row => {
                if !self.parts.is_empty() && !self.takes(sketch, classes - 1) {
                    return Err(smallest());
                }
                true
            }
            Order::Ascending => self.parts.is_empty() || self.takes(sketch, classes - 1),
        };
        if fits {
            return Ok(());
        }
        Err(Fault::NoLogits(
            "its output is a part of a map of the numbers of classes: let the model return all of the map, \
             or the scores that the numbers are taken from"
                .into(),
        ))
    }

    /// Whether the only part that is taken is this entry along the axis.
    fn takes(&self, sketch: &Sketch, entry: i64) -> bool {
        let [part] = self.parts[..] else {
            return false;
        };
        let returned = self.node.outputs.first().and_then(|id| sketch.shape(*id));
        let cut = part.inputs.first().and_then(|id| sketch.shape(*id));
        let (Some(shape), true) = (returned, returned == cut) else {
            return false;
        };
        let taken = |dim: i64, first: i64, count: i64| {
            let along = axis(dim, shape.len()).ok();
            let length = along.map_or(0, |along| shape[along]);
            let first = if first < 0 {
                first.saturating_add(length)
            } else {
                first
            };
            along == self.found.along && first == entry && count == 1
        };
        match &part.op {
            Op::Indexing(Indexing::Select { dim, index }) => taken(*dim, *index, 1),
            Op::Indexing(Indexing::Slice { dim, start, .. }) => {
                let kept = part.outputs.first().and_then(|id| sketch.shape(*id));
                let along = axis(*dim, shape.len()).ok();
                let count = kept.zip(along).map_or(0, |(kept, along)| kept[along]);
                taken(*dim, start.unwrap_or(0), count)
            }
            Op::Indexing(Indexing::IndexSelect { dim }) => {
                let list = part.inputs.get(1).and_then(|list| sketch.number(*list));
                list.is_some_and(|index| taken(*dim, index as i64, 1))
            }
            _ => false,
        }
    }
}

fn smallest() -> Fault {
    Fault::NoLogits(
        "its output is the number of the class whose value is the smallest, such as that of the nearest of \
         several points: let the model return these values times −1, of which the largest counts"
            .into(),
    )
}

/// What to do about an output that has no gradient.
pub fn without_floats() -> Fault {
    Fault::NoLogits(
        "its output consists of whole numbers or truth values, which have no gradient: let the model return \
         the scores that they come from"
            .into(),
    )
}
