//! Reductions along axes.

use tch::Tensor;

use super::arithmetic::{is_integer, tensors};
use super::one;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{
    Aggregate, Aggregation, Arithmetic, Copying, Function, PairFunction, Reduction,
};

pub fn reduce(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut x = args.input(0)?;
    let keepdim = args.flag("keepdims", true)?;
    let rank = builder.shape(x).len();
    let given = args
        .ints_at(builder, "axes", 1)?
        .filter(|axes| !axes.is_empty());
    let mut dims: Vec<i64> = match given {
        Some(axes) => {
            let axes = args.axes(&axes, rank)?;
            axes.into_iter().map(|axis| axis as i64).collect()
        }
        None if args.flag("noop_with_empty_axes", false)? => Vec::new(),
        None => (0..rank as i64).collect(),
    };
    dims.sort_unstable();
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
        "ReduceMax" => Ok(vec![maximum(builder, x, &dims, keepdim)?]),
        "ReduceMin" => {
            x = builder.emit(Arithmetic::MulScalar(-1.0), &[x])?;
            let maximum = maximum(builder, x, &dims, keepdim)?;
            one(builder, Arithmetic::MulScalar(-1.0), maximum)
        }
        "ReduceLogSum" => {
            let sum = builder.emit(Reduction::Sum { dims, keepdim }, &[x])?;
            one(builder, Function::Log, sum)
        }
        "ReduceLogSumExp" | "ReduceProd" => {
            let function = if args.op() == "ReduceProd" {
                Aggregate::Prod
            } else {
                Aggregate::LogSumExp
            };
            let op = Aggregation {
                function,
                dims,
                keepdim,
            };
            one(builder, op, x)
        }
        other => beyond(format!("{other} is not a reduction")),
    }
}

/// The maximum along `dims`, the last one first, so that the others keep their numbers.
fn maximum(builder: &mut Builder, x: ValueId, dims: &[i64], keepdim: bool) -> Answer<ValueId> {
    let mut x = x;
    for dim in dims.iter().rev() {
        x = builder.emit(Reduction::Max { dim: *dim, keepdim }, &[x])?;
    }
    Ok(x)
}
