//! Reductions along axes.

use tch::Tensor;

use super::arithmetic::{is_integer, tensors};
use super::one;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::message::proto::Node;
use crate::model::format::onnx::names;
use crate::model::graph::ValueId;
use crate::model::op::{
    Aggregate, Aggregation, Arithmetic, Copying, Function, PairFunction, Reduction,
};

pub fn reduce(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let keepdim = args.flag("keepdims", true)?;
    let rank = builder.shape(x).len();
    let given = args
        .ints_at(builder, "axes", 1)?
        .filter(|axes| !axes.is_empty());
    let first_takes_all = first_takes_all(args.node, given.as_deref());
    let mut dims: Vec<i64> = match given {
        Some(axes) => {
            let axes = args.axes(&axes, rank)?;
            axes.into_iter().map(|axis| axis as i64).collect()
        }
        None if args.flag("noop_with_empty_axes", false)? => Vec::new(),
        None => (0..rank as i64).collect(),
    };
    dims.sort_unstable();
    let aggregation = |function| Aggregation {
        function,
        dims: dims.clone(),
        keepdim,
    };
    match args.op() {
        "ReduceL1" | "ReduceL2" if dims.is_empty() => one(builder, Function::Abs, x),
        "ReduceSumSquare" if dims.is_empty() => one(builder, Arithmetic::PowScalar(2.0), x),
        "ReduceLogSum" if dims.is_empty() => one(builder, Function::Log, x),
        _ if dims.is_empty() => one(builder, Copying::Identity, x),
        "ReduceMean" if is_integer(builder, x) => {
            let shape = builder.shape(x);
            let count: i64 = dims.iter().map(|dim| shape[*dim as usize]).product();
            let sum = builder.emit(Reduction::Sum { dims, keepdim }, &[x])?;
            let count = Tensor::f_from_slice(&[count]).and_then(|row| row.f_reshape([0i64; 0]));
            let count = count.map_err(|error| builder.torch(&error))?;
            let count = builder.constant(count);
            Ok(vec![builder.emit(
                tensors(PairFunction::TruncatedDivide),
                &[sum, count],
            )?])
        }
        "ReduceMean" => one(builder, Reduction::Mean { dims, keepdim }, x),
        "ReduceSum" => one(builder, Reduction::Sum { dims, keepdim }, x),
        "ReduceSumSquare" => {
            let squares = builder.emit(Arithmetic::PowScalar(2.0), &[x])?;
            one(builder, Reduction::Sum { dims, keepdim }, squares)
        }
        "ReduceL1" | "ReduceL2" => {
            let ord = if args.op() == "ReduceL1" { 1.0 } else { 2.0 };
            one(builder, Reduction::VectorNorm { ord, dims, keepdim }, x)
        }
        "ReduceLogSum" => {
            let sum = builder.emit(Reduction::Sum { dims, keepdim }, &[x])?;
            one(builder, Function::Log, sum)
        }
        "ReduceMax" if first_takes_all => one(builder, aggregation(Aggregate::Max), x),
        "ReduceMax" => one(builder, aggregation(Aggregate::AMax), x),
        "ReduceMin" if first_takes_all => one(builder, aggregation(Aggregate::Min), x),
        "ReduceMin" => one(builder, aggregation(Aggregate::AMin), x),
        "ReduceLogSumExp" => one(builder, aggregation(Aggregate::LogSumExp), x),
        "ReduceProd" => one(builder, aggregation(Aggregate::Prod), x),
        other => beyond(format!("{other} is not a reduction")),
    }
}

/// Whether the first of several equal values takes all of the gradient, as in PyTorch's `max` along one axis.
/// In its `amax`, which takes any number of axes, and in TensorFlow they share it.
fn first_takes_all(node: &Node, axes: Option<&[i64]>) -> bool {
    match names::operator(node) {
        Some(operator) => ["aten.max.dim", "aten.min.dim"].contains(&operator.as_str()),
        None => axes.is_some_and(|axes| axes.len() == 1),
    }
}
