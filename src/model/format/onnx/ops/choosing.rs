//! Operators that compare, count, sort and pick, whose results may depend on the image.

use tch::{Kind, Tensor};

use super::arithmetic::tensors;
use super::{one, reshaped};
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{
    Aggregate, Aggregation, Algebra, Arithmetic, Combine, Copying, Cumulative, Function, Indexing,
    Masking, Number, Op, Operands, Pair, PairFunction, Rearranging, Reshaping, Scan, Scattering,
    Sorting,
};

/// A function of one value, by its name.
pub fn function(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let function = match args.op() {
        "Abs" => Function::Abs,
        "Acos" => Function::Acos,
        "Acosh" => Function::Acosh,
        "Asin" => Function::Asin,
        "Asinh" => Function::Asinh,
        "Atan" => Function::Atan,
        "Atanh" => Function::Atanh,
        "BitwiseNot" => Function::BitwiseNot,
        "Ceil" => Function::Ceil,
        "Cos" => Function::Cos,
        "Cosh" => Function::Cosh,
        "Erf" => Function::Erf,
        "Exp" => Function::Exp,
        "Floor" => Function::Floor,
        "IsNaN" => Function::IsNan,
        "Log" => Function::Log,
        "Not" => Function::LogicalNot,
        "Round" => Function::Round,
        "Sign" => Function::Sign,
        "Sin" => Function::Sin,
        "Sinh" => Function::Sinh,
        "Tan" => Function::Tan,
        other => return beyond(format!("{other} is not a function of one value")),
    };
    one(builder, function, args.input(0)?)
}

/// Whether a value is infinite, in one direction or in both.
pub fn is_infinite(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let compared = |value: f64| {
        let operands = Operands::Second(Number { value, float: true });
        let function = PairFunction::Equal;
        Pair { function, operands }
    };
    let (below, above) = (
        args.flag("detect_negative", true)?,
        args.flag("detect_positive", true)?,
    );
    let op: Op = match (below, above) {
        (true, true) => Function::IsInf.into(),
        (true, false) => compared(f64::NEG_INFINITY).into(),
        (false, true) => compared(f64::INFINITY).into(),
        (false, false) => Masking::FillScalar(0.0).into(),
    };
    let found = builder.emit(op, &[x])?;
    one(builder, Copying::Cast(Kind::Bool), found)
}

/// A comparison, a connection of truth values or a remainder.
pub fn pair(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let function = match args.op() {
        "Equal" => PairFunction::Equal,
        "Less" => PairFunction::Less,
        "Greater" => PairFunction::Greater,
        "LessOrEqual" => PairFunction::LessEqual,
        "GreaterOrEqual" => PairFunction::GreaterEqual,
        "And" => PairFunction::LogicalAnd,
        "Or" => PairFunction::LogicalOr,
        "Xor" => PairFunction::LogicalXor,
        "BitwiseAnd" => PairFunction::BitwiseAnd,
        "BitwiseOr" => PairFunction::BitwiseOr,
        "BitwiseXor" => PairFunction::BitwiseXor,
        "BitShift" if args.text_or("direction", "")? == "LEFT" => PairFunction::ShiftLeft,
        "BitShift" => PairFunction::ShiftRight,
        "Mod" if args.flag("fmod", false)? => PairFunction::FMod,
        "Mod" => PairFunction::Remainder,
        other => return beyond(format!("{other} is not a function of two values")),
    };
    let inputs = [args.input(0)?, args.input(1)?];
    Ok(vec![builder.emit(tensors(function), &inputs)?])
}

/// The position of the largest or smallest along an axis.
pub fn position(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    if args.flag("select_last_index", false)? {
        return beyond("it takes the last of several positions (select_last_index)");
    }
    let x = args.input(0)?;
    let axis = args.axis(args.int_or("axis", 0)?, builder.shape(x).len())?;
    let op = Aggregation {
        function: if args.op() == "ArgMax" {
            Aggregate::ArgMax
        } else {
            Aggregate::ArgMin
        },
        dims: vec![axis as i64],
        keepdim: args.flag("keepdims", true)?,
    };
    one(builder, op, x)
}

/// The largest or smallest values along an axis, and where they are.
pub fn top(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let dim = args.axis(args.int_or("axis", -1)?, builder.shape(x).len())? as i64;
    let k = match args.optional_int("k")? {
        Some(k) => k,
        None => args.number(builder, args.input(1)?, "k")? as i64,
    };
    let largest = args.flag("largest", true)?;
    let values = builder.emit(Sorting::Top { k, dim, largest }, &[x])?;
    if !args.hands_back(1) {
        return Ok(vec![values]);
    }
    let positions = builder.emit(Sorting::TopPositions { k, dim, largest }, &[x])?;
    Ok(vec![values, positions])
}

/// The product up to each entry.
pub fn cumulative_product(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    if args.flag("exclusive", false)? || args.flag("reverse", false)? {
        return beyond("it multiplies backwards, or without the entry itself (reverse, exclusive)");
    }
    let x = args.input(0)?;
    let axis = args.number(builder, args.input(1)?, "axis")? as i64;
    let dim = args.axis(axis, builder.shape(x).len())? as i64;
    let function = Cumulative::Product;
    one(builder, Scan { function, dim }, x)
}

/// The sum up to each entry.
pub fn cumulative_sum(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let axis = args.number(builder, args.input(1)?, "axis")? as i64;
    let dim = args.axis(axis, builder.shape(x).len())? as i64;
    let reverse = args.flag("reverse", false)?;
    let flip = || Rearranging::Flip { dims: vec![dim] };
    let mut sum = x;
    if reverse {
        sum = builder.emit(flip(), &[sum])?;
    }
    let function = Cumulative::Sum;
    sum = builder.emit(Scan { function, dim }, &[sum])?;
    if reverse {
        sum = builder.emit(flip(), &[sum])?;
    }
    if args.flag("exclusive", false)? {
        sum = builder.emit(Arithmetic::Sub { alpha: 1.0 }, &[sum, x])?;
    }
    Ok(vec![sum])
}

/// Zeros in the place of what lies on one side of a diagonal.
pub fn triangle(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let diagonal = match args.optional(1) {
        Some(value) => args.number(builder, value, "k")? as i64,
        None => 0,
    };
    let upper = args.flag("upper", true)?;
    one(
        builder,
        Rearranging::Triangle { diagonal, upper },
        args.input(0)?,
    )
}

/// Indices of which negative ones count from the end of an axis of `length`, all of them counted from
/// the start. Whether those that depend on the image lie within shows when they are used.
pub fn from_start(
    args: &Args,
    builder: &mut Builder,
    indices: ValueId,
    length: i64,
) -> Answer<ValueId> {
    let Some(known) = builder.ints(indices)? else {
        let operands = Operands::Second(Number {
            value: 0.0,
            float: false,
        });
        let function = PairFunction::Less;
        let negative = builder.emit(Pair { function, operands }, &[indices])?;
        let moved = builder.emit(Arithmetic::AddScalar(length as f64), &[indices])?;
        return builder.emit(Masking::Where, &[negative, moved, indices]);
    };
    if let Some(index) = known
        .iter()
        .find(|index| !(-length..length).contains(*index))
    {
        return args.wrong(format!("takes index {index} of an axis of {length}"));
    }
    if known.iter().all(|index| *index >= 0) {
        return Ok(indices);
    }
    let shape = builder.shape(indices).to_vec();
    builder.afford(known.len() as f64)?;
    let known: Vec<i64> = known
        .into_iter()
        .map(|index| if index < 0 { index + length } else { index })
        .collect();
    let tensor = Tensor::f_from_slice(&known).and_then(|row| row.f_reshape(shape.as_slice()));
    let tensor = tensor.map_err(|error| builder.torch(&error))?;
    Ok(builder.constant(tensor))
}

/// The entries of `x` along an axis that indices name, which depend on the image.
pub fn gather_by_image(
    args: &Args,
    builder: &mut Builder,
    x: ValueId,
    axis: usize,
    indices: ValueId,
) -> Answer<ValueId> {
    if builder.kind(indices) != Kind::Int64 {
        return args.fixed(None, "indices");
    }
    let (from, picked) = (builder.shape(x).to_vec(), builder.shape(indices).to_vec());
    let indices = from_start(args, builder, indices, from[axis])?;
    let indices = reshaped(args, builder, indices, vec![args.count(&picked)?])?;
    let dim = axis as i64;
    let taken = builder.emit(Indexing::IndexSelect { dim }, &[x, indices])?;
    let shape = [&from[..axis], &picked, &from[axis + 1..]].concat();
    reshaped(args, builder, taken, shape)
}

/// For each index the value along an axis that it names.
pub fn gather_elements(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, indices) = (args.input(0)?, args.input(1)?);
    let shape = builder.shape(x).to_vec();
    let axis = args.axis(args.int_or("axis", 0)?, shape.len())?;
    let indices = from_start(args, builder, indices, shape[axis])?;
    let dim = axis as i64;
    Ok(vec![
        builder.emit(Scattering::Gather { dim }, &[x, indices])?,
    ])
}

/// Values put where indices along an axis say.
pub fn scatter_elements(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, indices, values) = (args.input(0)?, args.input(1)?, args.input(2)?);
    let shape = builder.shape(x).to_vec();
    let axis = args.axis(args.int_or("axis", 0)?, shape.len())?;
    let indices = from_start(args, builder, indices, shape[axis])?;
    let reduced = |how: &str| Combine::Reduce {
        how: how.into(),
        include: true,
    };
    let combine = match args.text_or("reduction", "none")?.as_str() {
        "none" => Combine::Replace,
        "add" => Combine::Add,
        "mul" => reduced("prod"),
        "max" => reduced("amax"),
        "min" => reduced("amin"),
        other => return beyond(format!("its reduction is {other}")),
    };
    let dim = axis as i64;
    let op = Scattering::Scatter { dim, combine };
    Ok(vec![builder.emit(op, &[x, indices, values])?])
}

/// Values put at positions along all the first axes at once.
pub fn scatter_nd(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, indices, values) = (args.input(0)?, args.input(1)?, args.input(2)?);
    let accumulate = match args.text_or("reduction", "none")?.as_str() {
        "none" => false,
        "add" => true,
        other => return beyond(format!("its reduction is {other}")),
    };
    let (from, shape) = (builder.shape(x).to_vec(), builder.shape(indices).to_vec());
    let Some((&axes, before)) = shape
        .split_last()
        .filter(|(axes, _)| (1..=from.len() as i64).contains(*axes))
    else {
        return args.wrong(format!(
            "has indices for {} axes of a tensor with {}",
            shape.last().copied().unwrap_or(0),
            from.len()
        ));
    };
    let mut inputs = vec![x, values];
    for (index, length) in from.iter().enumerate().take(axes as usize) {
        let (dim, index) = (before.len() as i64, index as i64);
        let along = builder.emit(Indexing::Select { dim, index }, &[indices])?;
        inputs.push(from_start(args, builder, along, *length)?);
    }
    let dims = vec![true; inputs.len() - 2];
    let op = Scattering::IndexPut { dims, accumulate };
    Ok(vec![builder.emit(op, &inputs)?])
}

/// Rows with one value at the position that an index names and another one elsewhere.
pub fn one_hot(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let indices = args.input(0)?;
    let classes = args.number(builder, args.input(1)?, "depth")? as i64;
    let values = args.input(2)?;
    let Some(&[off, on]) = builder.floats(values)?.as_deref() else {
        return beyond("its values depend on the image");
    };
    let kind = builder.kind(values);
    let rank = builder.shape(indices).len();
    let axis = args.axis(args.int_or("axis", -1)?, rank + 1)?;
    args.bounded("depth", &[classes], 1)?;
    let indices = builder.emit(Copying::Cast(Kind::Int64), &[indices])?;
    let indices = from_start(args, builder, indices, classes)?;
    let mut rows = builder.emit(Scattering::OneHot { classes }, &[indices])?;
    rows = builder.emit(Copying::Cast(kind), &[rows])?;
    if on - off != 1.0 {
        rows = builder.emit(Arithmetic::MulScalar(on - off), &[rows])?;
    }
    if off != 0.0 {
        rows = builder.emit(Arithmetic::AddScalar(off), &[rows])?;
    }
    if axis < rank {
        let mut dims: Vec<i64> = (0..rank as i64).collect();
        dims.insert(axis, rank as i64);
        rows = builder.emit(Reshaping::Permute { dims }, &[rows])?;
    }
    Ok(vec![rows])
}

/// Refused with a reason of its own.
pub fn random(_: &Args, _: &mut Builder) -> Answer<Vec<ValueId>> {
    beyond(super::RANDOM)
}

/// Refused with a reason of its own.
pub fn jumps(args: &Args, _: &mut Builder) -> Answer<Vec<ValueId>> {
    beyond(format!("{} has no gradient", args.op()))
}

/// How many values it returns is known only for constants.
pub fn nonzero(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    if builder.tensor(args.input(0)?).is_none() {
        return beyond("how many values it returns depends on the image");
    }
    super::constants::computed(args, builder)
}

/// The determinant of each matrix.
pub fn determinant(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    one(builder, Algebra::Determinant {}, args.input(0)?)
}
