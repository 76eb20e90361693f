//! What a node returns: shapes and dtypes, before anything runs.

use std::collections::HashMap;

use tch::Kind;

use super::Place;
use crate::model::format::build::kinds;
use crate::model::format::build::refusal::{Answer, Refusal};
use crate::model::format::pt2::aten::{self, Call, Step};
use crate::model::format::pt2::program::schema::{Argument, NodeJson, TensorMeta, kind};
use crate::model::op::shape::{OutputShapes, Shape};
use crate::model::op::{Op, Operation};

/// What a call comes to.
pub struct Outcome {
    pub results: Vec<(Option<Shape>, Kind)>,
    /// Whether it has no effect on any value.
    pub nothing: bool,
}

/// The dtype of the result where the arguments alone decide it, as a `.pt2` file would state it.
pub fn stated(base: &str, node: &NodeJson, values: &HashMap<String, TensorMeta>) -> Option<Kind> {
    let argument = |name: &str| {
        let named = node.inputs.iter().find(|input| input.name == name);
        named.map(|input| &input.arg)
    };
    if let Some(Argument::ScalarType(number)) = argument("dtype") {
        return Some(match kind(*number)? {
            Kind::Bool => Kind::Bool,
            Kind::Half | Kind::BFloat16 | Kind::Float | Kind::Double => Kind::Float,
            _ => Kind::Int64,
        });
    }
    let of_number = |name: &str| match argument(name) {
        Some(Argument::Float(_)) => Some(Kind::Float),
        Some(Argument::Int(_)) => Some(Kind::Int64),
        Some(Argument::Bool(_)) => Some(Kind::Bool),
        _ => None,
    };
    let of_self = || match argument("self") {
        Some(Argument::Tensor(name)) => kind(values.get(name)?.dtype),
        _ => None,
    };
    match base {
        "arange" => {
            let ends = ["start", "end", "step"].map(of_number);
            let float = ends.contains(&Some(Kind::Float));
            Some(if float { Kind::Float } else { Kind::Int64 })
        }
        "full" => of_number("fill_value"),
        "new_zeros" | "new_ones" | "new_full" | "new_empty" | "zeros_like" | "ones_like"
        | "full_like" | "empty_like" => of_self(),
        "add" | "sub" | "mul" | "rsub" | "pow" | "remainder" | "floor_divide" | "clamp" => {
            let others = ["other", "exponent", "min", "max"];
            let float = others
                .iter()
                .any(|name| of_number(name) == Some(Kind::Float));
            float.then_some(Kind::Float)
        }
        "div" | "true_divide" if argument("rounding_mode").is_none() => Some(Kind::Float),
        _ => None,
    }
}

/// The shapes and dtypes of what a node returns.
pub fn outcome(
    node: &NodeJson,
    values: &HashMap<String, TensorMeta>,
    place: &Place,
) -> Answer<Outcome> {
    let call = match aten::read(node, values)? {
        Step::Run(call) => call,
        Step::Skip | Step::Item { .. } => {
            return Ok(Outcome {
                results: Vec::new(),
                nothing: true,
            });
        }
    };
    let unfit = |reason: String| {
        let operator = node.target.trim_start_matches("torch.ops.aten.");
        Refusal::Fault(place.unfit(&format!("at {operator}: {reason}")))
    };
    let named = node
        .outputs
        .first()
        .map(Argument::tensors)
        .unwrap_or_default();
    let kind_stated = named.first().and_then(|name| values.get(*name));
    let kind_stated = kind_stated.and_then(|meta| kind(meta.dtype));
    let Some(mut given) = known_inputs(&call, values) else {
        // How many values a mask picks shows only when it runs.
        let kind = kind_stated.unwrap_or(Kind::Float);
        return Ok(Outcome {
            results: vec![(None, kind)],
            nothing: false,
        });
    };
    for (index, op) in &call.before {
        if let Some((shape, kind)) = given.get_mut(*index) {
            let (mut shapes, known) = shapes(op, &[shape.as_slice()]).map_err(unfit)?;
            *kind = kinds::of_result(op, &[*kind]);
            match shapes.pop() {
                Some(only) if known => *shape = only,
                _ => return Err(unfit("its shape depends on values".into())),
            }
        }
    }
    let inputs: Vec<&[i64]> = given.iter().map(|(shape, _)| shape.as_slice()).collect();
    let of: Vec<Kind> = given.iter().map(|(_, kind)| *kind).collect();
    let mut results = Vec::new();
    let (made, exact) = shapes(&call.op, &inputs).map_err(unfit)?;
    // Only of a mask it is not known how many values it picks.
    let known = exact || !of.iter().skip(1).any(|kind| *kind == Kind::Bool);
    let kind = kinds::of_result(&call.op, &of);
    results.extend(made.into_iter().map(|shape| (known.then_some(shape), kind)));
    for op in &call.also {
        let (made, known) = shapes(op, &inputs).map_err(unfit)?;
        let kind = kinds::of_result(op, &of);
        results.extend(made.into_iter().map(|shape| (known.then_some(shape), kind)));
    }
    if call.first_output_only {
        results.truncate(1);
    }
    if let Some((shape, kind)) = results.first_mut() {
        for op in &call.after {
            if let Some(before) = shape {
                let (mut made, known) = shapes(op, &[before.as_slice()]).map_err(unfit)?;
                *shape = made.pop().filter(|_| known);
            }
            *kind = kinds::of_result(op, &[*kind]);
        }
        *kind = kind_stated.unwrap_or(*kind);
    }
    Ok(Outcome {
        results,
        nothing: false,
    })
}

/// The shapes and dtypes of what a call reads; `None` where a shape depends on values.
fn known_inputs(call: &Call, values: &HashMap<String, TensorMeta>) -> Option<Vec<(Shape, Kind)>> {
    let about = |name: &&str| {
        let meta = values.get(*name)?;
        Some((meta.shape()?, kind(meta.dtype)?))
    };
    call.inputs.iter().map(about).collect()
}

/// The shapes that come out, and whether they are exact.
fn shapes(op: &Op, inputs: &[&[i64]]) -> std::result::Result<(Vec<Shape>, bool), String> {
    let found = op.output_shapes(inputs)?;
    let exact = matches!(found, OutputShapes::Exact(_));
    Ok((found.plausible()?, exact))
}
