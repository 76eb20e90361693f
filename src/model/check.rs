//! A trial run at opening, so that no later click can fail on the graph.
//!
//! The file states shapes; libtorch knows them. One picture of zeros goes through the recording
//! pass and a gradient comes back to the input: whatever would fail later fails here, with the
//! last good model still open.

use std::sync::Arc;

use tch::{Device, Kind, Tensor};

use super::error::{Fault, first_line};
use super::graph::Graph;
use super::plan::Plan;
use super::tape::{ReluRule, Tape};

/// More elements than any activation of an image classifier: what a lying file is stopped at.
const MAX_ELEMENTS: i64 = 1 << 31;

/// Runs the graph on zeros and returns the shape of every value, an empty one for what is unused.
///
/// # Errors
/// The first thing that does not hold, in words.
pub(super) fn shapes(graph: &Graph, plan: &Arc<Plan>) -> Result<Vec<Vec<i64>>, Fault> {
    let too_large = |shape: &[i64]| {
        shape
            .iter()
            .try_fold(1i64, |n, &size| n.checked_mul(size))
            .is_none_or(|n| n > MAX_ELEMENTS)
    };
    if let Some(value) = graph
        .values
        .iter()
        .find(|v| v.stated_shape.as_deref().is_some_and(too_large))
    {
        return Err(Fault::Graph(format!(
            "it states an absurd size for {}",
            value.name
        )));
    }
    if plan.cut_at(graph.logits).is_none() {
        return Err(Fault::NoLogits(
            "its answer does not depend on the image".into(),
        ));
    }

    let torch = |error| Fault::Graph(first_line(&error));
    let input = Tensor::f_zeros(graph.input_shape, (Kind::Float, Device::Cpu)).map_err(torch)?;
    let tape = Tape::record(graph, Arc::clone(plan), &input).map_err(torch)?;

    let mut shapes = Vec::with_capacity(graph.values.len());
    for (index, value) in graph.values.iter().enumerate() {
        let tensor = value
            .weight
            .as_ref()
            .or_else(|| tape.activation(super::graph::ValueId(index)));
        let shape = tensor.map(Tensor::size).unwrap_or_default();
        if let (Some(stated), true) = (&value.stated_shape, tensor.is_some())
            && *stated != shape
        {
            return Err(Fault::Graph(format!(
                "it states {stated:?} for {}, which comes out as {shape:?}",
                value.name
            )));
        }
        shapes.push(shape);
    }
    match shapes[graph.logits.0].as_slice() {
        [1, classes] if *classes > 0 => {}
        other => {
            return Err(Fault::NoLogits(format!(
                "it answers with shape {other:?}, not [1, classes]"
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
            "its answer is not finite (NaN or infinity)".into(),
        ));
    }
    tape.backward(&[(0, 1.0)], ReluRule::Guided, &[graph.input])
        .map_err(torch)?;
    Ok(shapes)
}
