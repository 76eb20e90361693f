//! The trial run when a model is opened, so that nothing fails later because of its graph.
//!
//! A synthetic image goes through a recorded forward pass, the cost of each node is checked before it
//! runs, the shapes of the file are compared with those that result, and a gradient is propagated back
//! to the input. Whatever would fail later fails here, while the previous model is still open.

use std::collections::HashSet;
use std::sync::Arc;

use tch::{Device, Kind, TchError, Tensor};

use super::guard::Guard;
use super::{Opening, no_gradient};
use crate::model::error::{Fault, Result, first_line};
use crate::model::graph::axes::{self, Layout};
use crate::model::graph::{Graph, Node, Value, ValueId};
use crate::model::op::Operation;
use crate::model::op::shape::OutputShapes;
use crate::model::tape::plan::Plan;
use crate::model::tape::{Detail, ReluRule, Tape, forward};

/// Each class has a name, and the names would fill the memory long before the scores do.
const MAX_CLASSES: i64 = 1 << 20;

/// The results of the trial run.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The shape of every value; empty for unused ones.
    pub shapes: Vec<Vec<i64>>,
    pub layouts: Vec<Option<Layout>>,
    /// Rows of tokens at whose positions there is no gradient, because only a class token is used after
    /// them.
    pub blind: HashSet<ValueId>,
    /// The row of scores; empty where the network answers with a map.
    pub scores: Vec<f32>,
}

/// Runs the graph once forwards and backwards.
///
/// # Errors
/// The first thing that is wrong, and [`Fault::Cancelled`].
pub(crate) fn run(graph: &Graph, plan: &Arc<Plan>, opening: &mut Opening) -> Result<Checked> {
    if plan.cut_at(graph.logits).is_none() {
        return Err(Fault::NoLogits(no_gradient::why(graph).into()));
    }
    let torch = |error| Fault::Graph(first_line(&error));
    let input = synthetic_image(graph.input_shape).map_err(torch)?;
    let (mut nodes, mut guard) = (0, Guard::default());
    let tape = Tape::record_watched(graph, Arc::clone(plan), &input, &mut |node, inputs| {
        nodes += 1;
        guard.before(node, inputs, |inferred| {
            opening.has_run(nodes, graph.nodes.len())?;
            check_inferred(graph, node, &inferred)
        })
    });
    let tape = guard.outcome(tape)?;

    let mut shapes = Vec::with_capacity(graph.values.len());
    for (index, value) in graph.values.iter().enumerate() {
        let tensor = value
            .weight
            .as_ref()
            .or_else(|| tape.activation(ValueId(index)));
        let shape = tensor.map(Tensor::size).unwrap_or_default();
        if tensor.is_some() {
            check_stated(value, &shape)?;
        }
        shapes.push(shape);
    }
    debug_assert_eq!(inferred_otherwise(graph, &shapes), None);
    match shapes[graph.logits.0].as_slice() {
        [1, 1..=MAX_CLASSES] | [1, 1..=MAX_CLASSES, _, _] => {}
        [1, classes] | [1, classes, _, _] if *classes > 0 => {
            return Err(Fault::NoLogits(format!(
                "its output has {classes} classes, more than any image classifier"
            )));
        }
        other => {
            return Err(Fault::NoLogits(format!(
                "its output has the shape {other:?}, neither [1, classes] nor a map of them"
            )));
        }
    }
    let finite = tape
        .logits()
        .f_isfinite()
        .and_then(|t| t.f_all())
        .map_err(torch)?;
    if finite.int64_value(&[]) == 0 {
        return Err(Fault::Graph(
            "its output is not finite (NaN or infinity)".into(),
        ));
    }
    let seed = tape.seed(&[(0, 1.0)]).map_err(torch)?;
    tape.backward(&seed, ReluRule::Guided, &[graph.input])
        .map_err(torch)?;
    let layouts = axes::layouts(graph, &shapes);
    let blind = blind(&tape, plan, &layouts).map_err(torch)?;
    Ok(Checked {
        shapes,
        layouts,
        blind,
        scores: match tape.logits().dim() {
            2 => plain(tape.logits()).map_err(torch)?,
            _ => Vec::new(),
        },
    })
}

/// The row of scores of another image than that of the trial run, which the graph has passed.
///
/// # Errors
/// What libtorch says.
pub(crate) fn scores_of_another(graph: &Graph) -> Result<Vec<f32>> {
    let torch = |error| Fault::Graph(first_line(&error));
    let image = synthetic_image(graph.input_shape);
    let other = image.and_then(|image| image.f_cos()?.f_mul_scalar(-1.5));
    let scores = other.and_then(|other| plain(&forward(graph, &other)?));
    scores.map_err(torch)
}

fn plain(scores: &Tensor) -> std::result::Result<Vec<f32>, TchError> {
    let scores = scores.f_detach()?.f_to_kind(Kind::Float)?;
    Vec::try_from(scores.f_reshape([-1])?)
}

/// Compares the inferred shapes of a node's outputs with those that the file states.
fn check_inferred(graph: &Graph, node: &Node, inferred: &OutputShapes) -> Result<()> {
    match inferred {
        OutputShapes::Exact(inferred) => {
            let mut outputs = node.outputs.iter().zip(inferred);
            outputs.try_for_each(|(id, shape)| check_stated(&graph.values[id.0], shape))
        }
        // Compared after the run.
        OutputShapes::AtMost(_) => Ok(()),
    }
}

fn check_stated(value: &Value, shape: &[i64]) -> Result<()> {
    match &value.stated_shape {
        Some(stated) if stated != shape => Err(Fault::Graph(format!(
            "it states the shape {stated:?} for {}, which has {shape:?}",
            value.name
        ))),
        Some(_) | None => Ok(()),
    }
}

/// The first node whose outputs do not have the inferred shapes, which would be a bug of this program.
fn inferred_otherwise(graph: &Graph, shapes: &[Vec<i64>]) -> Option<String> {
    graph.nodes.iter().find_map(|node| {
        let inputs = node.inputs.iter().map(|id| shapes[id.0].as_slice());
        let inferred = node.op.output_shapes(&inputs.collect::<Vec<_>>());
        let Ok(OutputShapes::Exact(inferred)) = &inferred else {
            return inferred.is_err().then(|| format!("{node:?}: {inferred:?}"));
        };
        let made = node.outputs.iter().map(|id| &shapes[id.0]);
        let alike = made
            .clone()
            .zip(inferred)
            .all(|(made, inferred)| made == inferred);
        (!alike || made.len() > inferred.len()).then(|| format!("{node:?}: {inferred:?}"))
    })
}

/// The rows of tokens after others, such as a class token, whose gradient of the first class is zero.
fn blind(
    tape: &Tape,
    plan: &Plan,
    layouts: &[Option<Layout>],
) -> std::result::Result<HashSet<ValueId>, TchError> {
    let behind =
        |layout: &Option<Layout>| matches!(layout, Some(Layout::Tokens { before: 1.., .. }));
    let rows: Vec<ValueId> = (0..layouts.len())
        .map(ValueId)
        .filter(|id| behind(&layouts[id.0]) && plan.has_gradient(*id))
        .collect();
    let mut blind = HashSet::new();
    if rows.is_empty() {
        return Ok(blind);
    }
    tape.walk::<TchError>(
        &tape.seed(&[(0, 1.0)])?,
        ReluRule::Gradient,
        (&rows, Detail::Positions),
        &mut || Ok(()),
        &mut |id, gradient| {
            if let Some(layout) = layouts[id.0]
                && layout.planes(gradient)?.f_any()?.f_int64_value(&[])? == 0
            {
                blind.insert(id);
            }
            Ok(())
        },
    )?;
    Ok(blind)
}

/// Most values that the synthetic image may have: 4700 × 4700 pixels.
const MAX_VALUES: i64 = 1 << 26;

/// Values between -1 and 1 without a pattern, the same each time. Zeros would be a special case: some
/// networks divide by them.
pub(super) fn synthetic_image(shape: [i64; 4]) -> std::result::Result<Tensor, TchError> {
    let elements = shape.iter().try_fold(1i64, |n, &size| n.checked_mul(size));
    let elements = elements.filter(|n| (1..=MAX_VALUES).contains(n));
    let elements = elements
        .ok_or_else(|| TchError::Shape(format!("the input size {shape:?} is out of range")))?;
    // In place, so that a large image is in memory once, and once more as float32.
    Tensor::f_arange(elements, (Kind::Double, Device::Cpu))?
        .f_mul_scalar_(12.9898)?
        .f_sin_()?
        .f_to_kind(Kind::Float)?
        .f_reshape(shape)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::model::op::{
        Activation, Arithmetic, Copying, Filter, Op, Pad, Patches, Pooling, Reshaping, Resizing,
    };

    /// A chain of nodes on a 3 × 8 × 8 image that ends in three logits.
    fn network(ops: &[Op]) -> Graph {
        let value = |name: &str, weight| Value {
            name: name.into(),
            stated_shape: None,
            folded: false,
            weight,
        };
        let mut graph = Graph {
            values: vec![value("x", None)],
            nodes: Vec::new(),
            modules: Vec::new(),
            input: ValueId(0),
            input_shape: [1, 3, 8, 8],
            outputs: Vec::new(),
            logits: ValueId(0),
            head: Default::default(),
            layouts: Default::default(),
        };
        let mut last = ValueId(0);
        let tail = [
            Op::from(Pooling::AdaptiveAverage { size: vec![1, 1] }),
            Reshaping::Flatten { start: 1, end: -1 }.into(),
        ];
        for (index, op) in ops.iter().chain(&tail).enumerate() {
            graph.values.push(value(&format!("v{index}"), None));
            let output = ValueId(graph.values.len() - 1);
            graph.nodes.push(Node {
                op: op.clone(),
                inputs: vec![last],
                outputs: vec![output],
                module: String::new(),
                name: format!("n{index}"),
            });
            last = output;
        }
        graph.logits = last;
        graph
    }

    fn checked(graph: &Graph) -> Result<Vec<Vec<i64>>> {
        let mut report = |_| ControlFlow::Continue(());
        let mut opening = Opening::new(&mut report);
        run(graph, &Arc::new(Plan::new(graph)), &mut opening).map(|checked| checked.shapes)
    }

    fn refusal(graph: &Graph) -> String {
        checked(graph).unwrap_err().to_string()
    }

    fn pad(by: i64) -> Op {
        Op::from(Pad {
            pad: vec![by; 4],
            mode: "constant".into(),
            value: None,
        })
    }

    #[test]
    fn returns_the_shapes_of_all_values() {
        let shapes = checked(&network(&[Activation::Relu.into(), pad(1)])).unwrap();
        assert_eq!(shapes[2], [1, 3, 10, 10]);
        assert_eq!(shapes.last().unwrap(), &[1, 3]);
    }

    #[test]
    fn refuses_a_wrong_shape_in_the_file() {
        let mut graph = network(&[Activation::Relu.into()]);
        graph.values[1].stated_shape = Some(vec![1, 3, 8, 9]);
        let why = refusal(&graph);
        assert!(
            why.contains("[1, 3, 8, 9]") && why.contains("[1, 3, 8, 8]"),
            "{why}"
        );
    }

    #[test]
    fn does_not_run_what_would_fill_the_memory_or_take_hours() {
        for op in [
            pad(20_000),
            Pooling::Average {
                kernel: vec![8, 8],
                stride: vec![1, 1],
                padding: vec![1_000_000, 1_000_000],
                ceil_mode: false,
                count_include_pad: true,
                divisor_override: None,
            }
            .into(),
            Pooling::AdaptiveAverage {
                size: vec![100_000, 100_000],
            }
            .into(),
            Reshaping::Expand {
                shape: vec![1_000_000_000, 3, 8, 8],
            }
            .into(),
            Resizing {
                filter: Filter::Nearest,
                size: None,
                factors: vec![Some(1e5); 2],
            }
            .into(),
            Patches::Unfold {
                kernel: vec![2, 2],
                dilation: vec![1, 1],
                padding: vec![100_000, 100_000],
                stride: vec![1, 1],
            }
            .into(),
        ] {
            let why = refusal(&network(&[op]));
            assert!(why.contains("more than any image classifier"), "{why}");
        }
        // Each is within the bounds, but not all of them together.
        let why = refusal(&network(&vec![pad(1_000); 30]));
        assert!(why.contains("more than any image classifier"), "{why}");
    }

    #[test]
    fn does_not_make_an_image_of_gigabytes() {
        let mut graph = network(&[Activation::Relu.into()]);
        graph.input_shape = [1, 3, 8192, 8192];
        let why = refusal(&graph);
        assert!(
            why.contains("input size") && why.contains("out of range"),
            "{why}"
        );
    }

    #[test]
    fn refuses_integers_on_the_way_to_the_logits() {
        let why = refusal(&network(&[
            Copying::Cast(Kind::Int64).into(),
            Activation::Relu.into(),
        ]));
        assert!(why.contains("changes in steps only"), "{why}");
    }

    #[test]
    fn refuses_an_output_that_is_not_finite_or_not_logits() {
        let row = Reshaping::Reshape {
            shape: vec![1, 3, 64],
        };
        let mut graph = network(&[row.into()]);
        graph.logits = ValueId(1);
        assert!(refusal(&graph).contains("[1, 3, 64]"));
        let why = refusal(&network(&[Arithmetic::PowScalar(0.5).into()]));
        assert!(why.contains("not finite"), "{why}");
        let why = refusal(&network(&[Copying::Detach.into()]));
        assert!(why.contains("has no gradient"), "{why}");
    }

    #[test]
    fn names_the_node_of_an_operation_that_fails() {
        let why = refusal(&network(&[Reshaping::Reshape { shape: vec![7] }.into()]));
        assert!(why.contains("n0"), "{why}");
    }
}
