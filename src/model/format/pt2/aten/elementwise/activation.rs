//! Activations: functions of each element, and softmax.

use crate::model::error::Fault;
use crate::model::format::pt2::aten::call::{Call, binary, call, first_output, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Activation, Function, Rearranging, Reshaping};

pub const TABLE: Table = &[
    (&["relu.default"], relu),
    (&["relu6.default"], relu6),
    (&["leaky_relu.default"], leaky_relu),
    (&["elu.default"], elu),
    (&["gelu.default"], gelu),
    (&["silu.default"], silu),
    (&["sigmoid.default"], sigmoid),
    (&["tanh.default"], tanh),
    (&["hardtanh.default"], hardtanh),
    (&["hardswish.default"], hardswish),
    (&["hardsigmoid.default"], hardsigmoid),
    (&["selu.default"], selu),
    (&["celu.default"], celu),
    (
        &["rrelu.default", "rrelu_with_noise_functional.default"],
        rrelu,
    ),
    (&["prelu.default"], prelu),
    (&["_prelu_kernel.default"], prelu_kernel),
    (&["mish.default"], mish),
    (&["softplus.default"], softplus),
    (
        &["log_sigmoid.default", "log_sigmoid_forward.default"],
        log_sigmoid,
    ),
    (&["hardshrink.default"], hardshrink),
    (&["softshrink.default"], softshrink),
    (&["threshold.default"], threshold),
    (&["glu.default"], glu),
    (
        &["clamp.Tensor", "clamp_min.Tensor", "clamp_max.Tensor"],
        clamp_between,
    ),
    (
        &["clamp.default", "clamp_min.default", "clamp_max.default"],
        clamp,
    ),
    (&["softmax.int", "_softmax.default"], softmax),
    (&["log_softmax.int", "_log_softmax.default"], log_softmax),
];

fn relu(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Relu, args)
}

fn relu6(args: Args<'_>) -> Answer<Call<'_>> {
    let (min, max) = (0.0, 6.0);
    unary(Activation::Hardtanh { min, max }, args)
}

fn leaky_relu(args: Args<'_>) -> Answer<Call<'_>> {
    let slope = args.number_or("negative_slope", 0.01)?;
    unary(Activation::LeakyRelu { slope }, args)
}

fn elu(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = args.number_or("alpha", 1.0)?;
    let scale = args.number_or("scale", 1.0)?;
    let input_scale = args.number_or("input_scale", 1.0)?;
    if (scale, input_scale) == (1.0, 1.0) {
        return unary(Activation::Elu { alpha }, args);
    }
    let name = if scale == 1.0 { "CELU" } else { "SELU" };
    scaled_elu(args, name, alpha, scale, input_scale)
}

fn scaled_elu<'a>(
    args: Args<'a>,
    name: &'static str,
    alpha: f64,
    scale: f64,
    input_scale: f64,
) -> Answer<Call<'a>> {
    let op = Activation::ScaledElu {
        name,
        alpha,
        scale,
        input_scale,
    };
    unary(op, args)
}

fn selu(args: Args<'_>) -> Answer<Call<'_>> {
    let (alpha, scale) = (1.673_263_242_354_377_2, 1.050_700_987_355_480_5);
    scaled_elu(args, "SELU", alpha, scale, 1.0)
}

fn celu(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = args.number_or("alpha", 1.0)?;
    scaled_elu(args, "CELU", alpha, 1.0, alpha.recip())
}

/// In evaluation mode the slope is the mean of the range that training draws from.
fn rrelu(args: Args<'_>) -> Answer<Call<'_>> {
    if args.bool_or("training", false)? {
        let node = "an RReLU".into();
        return Err(Fault::Training { node }.into());
    }
    let lower = args.number_or("lower", 0.125)?;
    let upper = args.number_or("upper", 1.0 / 3.0)?;
    let slope = f64::midpoint(lower, upper);
    unary(Activation::LeakyRelu { slope }, args).map(first_output)
}

/// One slope for all channels, or one for each.
fn prelu(args: Args<'_>) -> Answer<Call<'_>> {
    let mut read = binary(Activation::Prelu, args, "weight")?;
    let rank = args.rank("self")?;
    if args.size("weight", 0).unwrap_or(1) != 1 && rank > 2 {
        let mut shape = vec![1; rank - 1];
        shape[0] = -1;
        read.before.push((1, Reshaping::Reshape { shape }.into()));
    }
    Ok(read)
}

/// The slopes have the shape of the input already.
fn prelu_kernel(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Activation::Prelu, args, "weight")
}

fn mish(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Mish, args)
}

fn softplus(args: Args<'_>) -> Answer<Call<'_>> {
    let beta = args.number_or("beta", 1.0)?;
    let threshold = args.number_or("threshold", 20.0)?;
    unary(Activation::Softplus { beta, threshold }, args)
}

fn log_sigmoid(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Function::LogSigmoid, args).map(first_output)
}

fn hardshrink(args: Args<'_>) -> Answer<Call<'_>> {
    let lambda = args.number_or("lambd", 0.5)?;
    unary(Activation::Hardshrink { lambda }, args)
}

fn softshrink(args: Args<'_>) -> Answer<Call<'_>> {
    let lambda = args.number_or("lambd", 0.5)?;
    unary(Activation::Softshrink { lambda }, args)
}

fn threshold(args: Args<'_>) -> Answer<Call<'_>> {
    let (threshold, value) = (args.number("threshold")?, args.number("value")?);
    unary(Activation::Threshold { threshold, value }, args)
}

fn glu(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", -1)?;
    unary(Rearranging::GatedHalves { dim }, args)
}

/// The bounds are tensors.
fn clamp_between(args: Args<'_>) -> Answer<Call<'_>> {
    let (min, max) = (args.optional_tensor("min")?, args.optional_tensor("max")?);
    let op = Activation::ClampBetween {
        min: min.is_some(),
        max: max.is_some(),
    };
    let inputs = [Some(args.tensor("self")?), min, max];
    call(op, inputs.into_iter().flatten().collect())
}

fn gelu(args: Args<'_>) -> Answer<Call<'_>> {
    let approximate = args.text_or("approximate", "none")?;
    unary(Activation::Gelu { approximate }, args)
}

fn silu(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Silu, args)
}

fn sigmoid(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Sigmoid, args)
}

fn tanh(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Tanh, args)
}

fn hardtanh(args: Args<'_>) -> Answer<Call<'_>> {
    let min = args.number_or("min_val", -1.0)?;
    let max = args.number_or("max_val", 1.0)?;
    unary(Activation::Hardtanh { min, max }, args)
}

fn hardswish(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Hardswish, args)
}

fn hardsigmoid(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Hardsigmoid, args)
}

fn clamp(args: Args<'_>) -> Answer<Call<'_>> {
    let (min, max) = (args.optional_number("min")?, args.optional_number("max")?);
    if min.is_none() && max.is_none() {
        return beyond("neither min nor max is given");
    }
    unary(Activation::Clamp { min, max }, args)
}

fn softmax(args: Args<'_>) -> Answer<Call<'_>> {
    softmax_or_log(args, false)
}

fn log_softmax(args: Args<'_>) -> Answer<Call<'_>> {
    softmax_or_log(args, true)
}

fn softmax_or_log<'a>(args: Args<'a>, log: bool) -> Answer<Call<'a>> {
    let dim = args.int("dim")?;
    let kind = args.optional_kind("dtype")?;
    Ok(unary(Activation::Softmax { dim, log }, args)?.converted(args, kind))
}
