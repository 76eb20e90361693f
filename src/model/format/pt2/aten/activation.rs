//! Activations: functions of each element, and softmax.

use super::call::{Call, unary};
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::Activation;

pub fn relu(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Relu, args)
}

pub fn relu6(args: Args<'_>) -> Answer<Call<'_>> {
    let (min, max) = (0.0, 6.0);
    unary(Activation::Hardtanh { min, max }, args)
}

pub fn leaky_relu(args: Args<'_>) -> Answer<Call<'_>> {
    let slope = args.number_or("negative_slope", 0.01)?;
    unary(Activation::LeakyRelu { slope }, args)
}

pub fn elu(args: Args<'_>) -> Answer<Call<'_>> {
    if args.number_or("scale", 1.0)? != 1.0 || args.number_or("input_scale", 1.0)? != 1.0 {
        return beyond("scale or input_scale is not 1");
    }
    let alpha = args.number_or("alpha", 1.0)?;
    unary(Activation::Elu { alpha }, args)
}

pub fn gelu(args: Args<'_>) -> Answer<Call<'_>> {
    let approximate = args.text_or("approximate", "none")?;
    unary(Activation::Gelu { approximate }, args)
}

pub fn silu(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Silu, args)
}

pub fn sigmoid(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Sigmoid, args)
}

pub fn tanh(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Tanh, args)
}

pub fn hardtanh(args: Args<'_>) -> Answer<Call<'_>> {
    let min = args.number_or("min_val", -1.0)?;
    let max = args.number_or("max_val", 1.0)?;
    unary(Activation::Hardtanh { min, max }, args)
}

pub fn hardswish(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Hardswish, args)
}

pub fn hardsigmoid(args: Args<'_>) -> Answer<Call<'_>> {
    unary(Activation::Hardsigmoid, args)
}

pub fn clamp(args: Args<'_>) -> Answer<Call<'_>> {
    let (min, max) = (args.optional_number("min")?, args.optional_number("max")?);
    if min.is_none() && max.is_none() {
        return beyond("neither min nor max is given");
    }
    unary(Activation::Clamp { min, max }, args)
}

pub fn softmax(args: Args<'_>) -> Answer<Call<'_>> {
    softmax_or_log(args, false)
}

pub fn log_softmax(args: Args<'_>) -> Answer<Call<'_>> {
    softmax_or_log(args, true)
}

fn softmax_or_log<'a>(args: Args<'a>, log: bool) -> Answer<Call<'a>> {
    args.float32_only("dtype")?;
    let dim = args.int("dim")?;
    unary(Activation::Softmax { dim, log }, args)
}
