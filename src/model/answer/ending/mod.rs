//! What a network ends in. Files end in a softmax, in its logarithm, in a hundred times that, in 1 − σ(x)
//! beside σ(x): all of it is found by going back from the output, so that the scores are the logits
//! before it and nothing is turned into probabilities twice.

use std::collections::HashMap;

use super::sketch::Sketch;
use crate::model::graph::{Head, Node, Op, ValueId};
use crate::model::op::shape::axis;
use crate::model::op::{Activation, Arithmetic, Copying, Function, Indexing, Joining, Reshaping};

pub use numbers::{before_numbers, without_floats};

mod numbers;
pub(super) mod written_out;

/// How many operations are followed one after another. What lies farther back is told by its bounds, and
/// the user hears that its scores are probabilities.
const MAX_DEPTH: usize = 64;
/// How large a number may be that is added to probabilities to keep their logarithm finite.
const TINY: f64 = 1e-3;

/// The logits before an ending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ending {
    pub logits: ValueId,
    pub head: Head,
    /// A softmax over an axis of one element, which is always 1.
    pub constant: bool,
}

/// A probability after some arithmetic.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// `factor · p + offset`
    Affine {
        factor: f64,
        offset: f64,
    },
    Logarithm,
}

impl Form {
    const PLAIN: Form = Form::Affine {
        factor: 1.0,
        offset: 0.0,
    };

    /// Whether it can be shown as p: as it is, in percent, or its logarithm.
    fn is_probability(self) -> bool {
        match self {
            Form::Affine { factor, offset } => {
                (factor == 1.0 || factor == 100.0) && offset.abs() <= TINY * factor
            }
            Form::Logarithm => true,
        }
    }

    fn is_plain(self) -> bool {
        matches!(self, Form::Affine { factor: 1.0, offset } if offset.abs() <= TINY)
    }
}

#[derive(Debug, Clone, Copy)]
struct Found {
    ending: Ending,
    form: Form,
}

/// The ending of `output`, if it has one that turns logits into probabilities. Nodes are added where
/// logits have to be put together first. `classes` is the axis of the classes in a map, `None` in a row.
pub fn ending(sketch: &mut Sketch, output: ValueId, classes: Option<usize>) -> Option<Ending> {
    let mut walk = Walk {
        sketch,
        classes,
        known: HashMap::new(),
    };
    let found = walk.before(output, MAX_DEPTH)?;
    found.form.is_probability().then_some(found.ending)
}

struct Walk<'a> {
    sketch: &'a mut Sketch,
    classes: Option<usize>,
    known: HashMap<ValueId, Option<Found>>,
}

impl Walk<'_> {
    fn before(&mut self, value: ValueId, depth: usize) -> Option<Found> {
        if let Some(found) = self.known.get(&value) {
            return *found;
        }
        let node = self.sketch.maker(value).cloned();
        let found = match node {
            Some(node) if depth > 0 => self.before_node(&node, depth - 1),
            _ => None,
        };
        self.known.insert(value, found);
        found
    }

    #[expect(clippy::too_many_lines, reason = "one arm per operation")]
    fn before_node(&mut self, node: &Node, depth: usize) -> Option<Found> {
        let first = *node.inputs.first()?;
        match &node.op {
            Op::Activation(Activation::Softmax { dim, log }) => self.softmax(first, *dim, *log),
            Op::Activation(Activation::Sigmoid) => Some(Found {
                ending: Ending {
                    logits: first,
                    head: Head::Sigmoid,
                    constant: false,
                },
                form: Form::PLAIN,
            }),
            Op::Activation(Activation::Clamp { min, max }) => {
                let found = self.before(first, depth)?;
                keeps_all(found.form, *min, *max).then_some(found)
            }
            Op::Activation(Activation::Hardtanh { min, max }) => {
                let found = self.before(first, depth)?;
                keeps_all(found.form, Some(*min), Some(*max)).then_some(found)
            }
            Op::Copying(Copying::Identity | Copying::Cast(_) | Copying::CastAs) => {
                self.before(first, depth)
            }
            Op::Reshaping(
                Reshaping::Flatten { .. }
                | Reshaping::Reshape { .. }
                | Reshaping::Unflatten { .. }
                | Reshaping::Unsqueeze { .. }
                | Reshaping::Squeeze { .. }
                | Reshaping::Transpose { .. }
                | Reshaping::Permute { .. },
            ) => {
                let found = self.before(first, depth)?;
                self.again(&node.op, &[found])
            }
            Op::Indexing(Indexing::Select { .. } | Indexing::Slice { .. }) => {
                let found = self.before(first, depth)?;
                // A part of a softmax is no softmax.
                if found.ending.head != Head::Sigmoid {
                    return None;
                }
                self.again(&node.op, &[found])
            }
            Op::Joining(Joining::Cat { .. } | Joining::Stack { .. }) => {
                let parts = node.inputs.iter();
                let parts: Option<Vec<Found>> =
                    parts.map(|part| self.before(*part, depth)).collect();
                let parts = parts?;
                let alone =
                    parts.len() == 1 || parts.iter().all(|p| p.ending.head == Head::Sigmoid);
                let form = parts[0].form;
                let alike = parts.iter().all(|part| part.form == form);
                if !alone || !alike {
                    return None;
                }
                self.again(&node.op, &parts)
            }
            Op::Function(Function::LogSigmoid) => Some(Found {
                ending: Ending {
                    logits: first,
                    head: Head::Sigmoid,
                    constant: false,
                },
                form: Form::Logarithm,
            }),
            Op::Function(Function::Log) => {
                let found = self.before(first, depth)?;
                found.form.is_plain().then_some(Found {
                    form: Form::Logarithm,
                    ..found
                })
            }
            Op::Function(Function::Exp) => {
                let found = self.before(first, depth)?;
                (found.form == Form::Logarithm).then_some(Found {
                    form: Form::PLAIN,
                    ..found
                })
            }
            Op::Arithmetic(Arithmetic::Div)
                if written_out::softmax(self.sketch, node).is_some() =>
            {
                let (logits, dim) = written_out::softmax(self.sketch, node)?;
                self.softmax(logits, dim, false)
            }
            Op::Arithmetic(arithmetic) => {
                let (from, factor, offset) = written_out::line(self.sketch, arithmetic, node)?;
                let found = self.before(from, depth)?;
                self.scaled(found, factor, offset)
            }
            Op::Activation(_)
            | Op::Function(_)
            | Op::Reshaping(_)
            | Op::Indexing(_)
            | Op::Copying(_)
            | Op::Pair(_)
            | Op::Reduction(_)
            | Op::Aggregation(_)
            | Op::Resizing(_)
            | Op::Splitting(_)
            | Op::Masking(_)
            | Op::Convolution(_)
            | Op::TransposedConvolution(_)
            | Op::Pooling(_)
            | Op::Patches(_)
            | Op::Pad(_)
            | Op::SlidingWindows(_)
            | Op::Sampling(_)
            | Op::Shuffle(_)
            | Op::MatrixProduct(_)
            | Op::Einsum(_)
            | Op::Attention(_)
            | Op::Normalisation(_)
            | Op::Algebra(_)
            | Op::Recurrent(_)
            | Op::Fourier(_)
            | Op::ComplexParts(_)
            | Op::Scan(_)
            | Op::Rearranging(_)
            | Op::Scattering(_)
            | Op::Sorting(_)
            | Op::Creation(_) => None,
        }
    }

    /// A softmax along `dim`, if it is over all classes or over nothing.
    fn softmax(&self, logits: ValueId, dim: i64, log: bool) -> Option<Found> {
        let shape = self.sketch.shape(logits)?;
        let along = axis(dim, shape.len().max(1)).ok()?;
        let size = shape.get(along).copied().unwrap_or(1);
        let over_classes = match self.classes {
            // In a row no other axis is long.
            None => size == self.sketch.count(logits),
            Some(classes) => shape.len() == 4 && along == classes,
        };
        (size == 1 || over_classes).then_some(Found {
            ending: Ending {
                logits,
                head: Head::Softmax,
                constant: size == 1,
            },
            form: if log { Form::Logarithm } else { Form::PLAIN },
        })
    }

    /// 1 − σ(x) is σ(−x).
    fn scaled(&mut self, found: Found, factor: f64, offset: f64) -> Option<Found> {
        let Form::Affine {
            factor: before,
            offset: added,
        } = found.form
        else {
            return None;
        };
        let form = Form::Affine {
            factor: before * factor,
            offset: added * factor + offset,
        };
        let turned = Form::Affine {
            factor: -1.0,
            offset: 1.0,
        };
        if form != turned {
            return Some(Found { form, ..found });
        }
        if found.ending.head != Head::Sigmoid {
            return None;
        }
        let negative = Arithmetic::MulScalar(-1.0);
        let logits = self.sketch.add(negative, &[found.ending.logits])?;
        Some(Found {
            ending: Ending {
                logits,
                ..found.ending
            },
            form: Form::PLAIN,
        })
    }

    /// What moves probabilities moves their logits alike.
    fn again(&mut self, op: &Op, parts: &[Found]) -> Option<Found> {
        let first = *parts.first()?;
        let logits: Vec<ValueId> = parts.iter().map(|part| part.ending.logits).collect();
        let logits = self.sketch.add(op.clone(), &logits)?;
        Some(Found {
            ending: Ending {
                logits,
                ..first.ending
            },
            form: first.form,
        })
    }
}

/// Whether clipping leaves all but extreme probabilities as they are.
fn keeps_all(form: Form, min: Option<f64>, max: Option<f64>) -> bool {
    /// A share of the range that may be cut off at each end.
    const EDGE: f64 = 0.05;
    let (min, max) = (
        min.unwrap_or(f64::NEG_INFINITY),
        max.unwrap_or(f64::INFINITY),
    );
    match form {
        Form::Affine { factor, offset } => {
            let (low, high) = (offset.min(factor + offset), offset.max(factor + offset));
            let edge = EDGE * factor.abs();
            min <= low + edge && max >= high - edge
        }
        Form::Logarithm => min <= EDGE.ln() && max >= -EDGE,
    }
}
