//! What scikit-learn computes with rows of features by plain arithmetic.

use tch::{Kind, Tensor};

use super::labels;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::{Node, ValueId};
use crate::model::op::{
    Activation, Aggregate, Aggregation, Arithmetic, Copying, MatrixProduct, Number, Op, Operands,
    Pair, PairFunction, Reduction,
};

/// A weight from an attribute.
fn weight(builder: &mut Builder, numbers: &[f64], sizes: &[i64]) -> Answer<ValueId> {
    let tensor = Tensor::f_from_slice(numbers)
        .and_then(|row| row.f_to_kind(Kind::Float))
        .and_then(|row| row.f_reshape(sizes));
    let tensor = tensor.map_err(|error| builder.torch(&error))?;
    builder.restored("weight", tensor)
}

/// (x − offset) · scale, each a number or one for each feature.
pub fn scaler(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let mut x = args.input(0)?;
    let features = builder.shape(x).last().copied().unwrap_or(1);
    for (name, op) in [
        ("offset", Arithmetic::Sub { alpha: 1.0 }),
        ("scale", Arithmetic::Mul),
    ] {
        let Some(numbers) = args.floats(name)?.filter(|numbers| !numbers.is_empty()) else {
            continue;
        };
        let count = numbers.len() as i64;
        if count != 1 && count != features {
            return args.wrong(format!(
                "has {count} numbers in {name} for {features} features"
            ));
        }
        let row = weight(builder, &numbers, &[count])?;
        x = builder.emit(op, &[x, row])?;
    }
    Ok(vec![x])
}

/// Rows divided by their largest value, by the sum of their sizes, or by their length.
pub fn normalizer(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let length = |ord: f64| Reduction::VectorNorm {
        ord,
        dims: vec![-1],
        keepdim: true,
    };
    let is_softmax = |node: &Node| {
        matches!(
            node.op,
            Op::Activation(Activation::Softmax { log: false, .. })
        )
    };
    let norm = match args.text_or("norm", "MAX")?.as_str() {
        // Probabilities, which add up to 1 already.
        "L1" if builder.maker(x).is_some_and(is_softmax) => return Ok(vec![x]),
        "L1" => builder.emit(length(1.0), &[x])?,
        "L2" => builder.emit(length(2.0), &[x])?,
        "MAX" => {
            let largest = Aggregation {
                function: Aggregate::AMax,
                dims: vec![-1],
                keepdim: true,
            };
            builder.emit(largest, &[x])?
        }
        other => return args.wrong(format!("has a norm called {other}")),
    };
    Ok(vec![builder.emit(Arithmetic::Div, &[x, norm])?])
}

/// x · Wᵀ + b for so many rows of coefficients.
fn product(args: &Args, builder: &mut Builder, rows: usize) -> Answer<ValueId> {
    let x = args.input(0)?;
    let &[_, features] = builder.shape(x) else {
        return args.wrong(format!(
            "takes rows of features, and not {:?}",
            builder.shape(x)
        ));
    };
    let coefficients = args.floats("coefficients")?.unwrap_or_default();
    let rows = rows as i64;
    if rows.checked_mul(features) != Some(coefficients.len() as i64) {
        return args.wrong(format!(
            "has {} coefficients for {rows} rows of {features} features",
            coefficients.len()
        ));
    }
    let mut inputs = vec![x, weight(builder, &coefficients, &[rows, features])?];
    let intercepts = args.floats("intercepts")?.unwrap_or_default();
    if !intercepts.is_empty() {
        if intercepts.len() as i64 != rows {
            return args.wrong(format!(
                "has {} intercepts for {rows} rows",
                intercepts.len()
            ));
        }
        inputs.push(weight(builder, &intercepts, &[rows])?);
    }
    let bias = inputs.len() == 3;
    builder.emit(MatrixProduct::Linear { bias }, &inputs)
}

/// Returns the number of the class, in place of its name, and the scores.
pub fn classifier(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let texts = args.texts("classlabels_strings")?.unwrap_or_default();
    let numbers = args.ints("classlabels_ints")?.unwrap_or_default();
    let classes = texts.len().max(numbers.len());
    let intercepts = args.floats("intercepts")?.unwrap_or_default();
    if classes == 2 && intercepts.len() == 1 {
        return beyond("it has the weights of one of its two classes alone");
    }
    let scores = product(args, builder, classes)?;
    let scores = match args.text_or("post_transform", "NONE")?.as_str() {
        "NONE" => scores,
        "SOFTMAX" => builder.emit(Activation::Softmax { dim: 1, log: false }, &[scores])?,
        "LOGISTIC" => builder.emit(Activation::Sigmoid, &[scores])?,
        other => return beyond(format!("its post_transform is {other}")),
    };
    builder.name_classes(if texts.is_empty() {
        labels::as_names(&numbers)
    } else {
        texts
    });
    let first = Aggregation {
        function: Aggregate::ArgMax,
        dims: vec![1],
        keepdim: false,
    };
    let class = builder.emit(first, &[scores])?;
    Ok(vec![class, scores])
}

pub fn regressor(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let post = args.text_or("post_transform", "NONE")?;
    if post != "NONE" {
        return beyond(format!("its post_transform is {post}"));
    }
    let rows = args.int_or("targets", 1)?;
    args.bounded("targets", &[rows], 1)?;
    Ok(vec![product(args, builder, rows as usize)?])
}

/// 1 for what is above a threshold, and else 0.
pub fn binarizer(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let operands = Operands::Second(Number {
        value: args.float_or("threshold", 0.0)?,
        float: true,
    });
    let function = PairFunction::Greater;
    let above = builder.emit(Pair { function, operands }, &[args.input(0)?])?;
    Ok(vec![builder.emit(Copying::Cast(Kind::Float), &[above])?])
}
