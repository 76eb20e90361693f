//! Normalisations. The `native` variants also return the statistics that their gradients need.

use crate::model::error::Fault;
use crate::model::format::pt2::aten::call::{Call, call, first_output};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::Normalisation;

pub const TABLE: Table = &[
    (&["batch_norm.default"], batch),
    (
        &[
            "_native_batch_norm_legit_no_training.default",
            "_native_batch_norm_legit.no_stats",
            "_batch_norm_no_update.default",
        ],
        native_batch,
    ),
    (
        &[
            "_native_batch_norm_legit.default",
            "_native_batch_norm_legit_functional.default",
            "native_batch_norm.default",
        ],
        native_legit_batch,
    ),
    (&["instance_norm.default"], instance),
    (&["rms_norm.default"], root_mean_square),
    (&["_fused_rms_norm.default"], native_root_mean_square),
    (&["layer_norm.default"], layer),
    (&["native_layer_norm.default"], native_layer),
    (&["group_norm.default"], group),
    (&["native_group_norm.default"], native_group),
];

/// Refused if it normalises by the statistics of the batch although it has running ones.
fn batch(args: Args<'_>) -> Answer<Call<'_>> {
    let statistics = args.optional_tensor("running_mean")?;
    if args.bool_or("training", false)? && statistics.is_some() {
        let node = "a batch norm".into();
        return Err(Fault::Training { node }.into());
    }
    trained_batch(args)
}

fn native_legit_batch(args: Args<'_>) -> Answer<Call<'_>> {
    batch(args).map(first_output)
}

fn native_batch(args: Args<'_>) -> Answer<Call<'_>> {
    trained_batch(args).map(first_output)
}

fn trained_batch(args: Args<'_>) -> Answer<Call<'_>> {
    let (mut inputs, weight, bias) = affine(args)?;
    let eps = args.number_or("eps", 1e-5)?;
    let mean = args.optional_tensor("running_mean")?;
    let variance = args.optional_tensor("running_var")?;
    match (mean, variance) {
        (None, None) => call(Normalisation::Standardise { weight, bias, eps }, inputs),
        (Some(_), None) | (None, Some(_)) => {
            beyond("it has only one of running_mean and running_var")
        }
        (Some(_), Some(_)) if weight != bias => beyond("it has only one of weight and bias"),
        (Some(mean), Some(variance)) => {
            inputs.extend([mean, variance]);
            let affine = weight;
            call(Normalisation::Batch { affine, eps }, inputs)
        }
    }
}

/// Refused if it updates running statistics.
fn instance(args: Args<'_>) -> Answer<Call<'_>> {
    let running = args.optional_tensor("running_mean")?.is_some();
    match (args.bool_or("use_input_stats", true)?, running) {
        (true, true) => {
            let node = "an instance norm".into();
            Err(Fault::Training { node }.into())
        }
        (false, _) => trained_batch(args),
        (true, false) => {
            let (inputs, weight, bias) = affine(args)?;
            let eps = args.number_or("eps", 1e-5)?;
            call(Normalisation::Instance { weight, bias, eps }, inputs)
        }
    }
}

fn layer(args: Args<'_>) -> Answer<Call<'_>> {
    let (inputs, weight, bias) = affine(args)?;
    let op = Normalisation::Layer {
        shape: args.ints("normalized_shape")?,
        weight,
        bias,
        eps: args.number_or("eps", 1e-5)?,
    };
    call(op, inputs)
}

fn root_mean_square(args: Args<'_>) -> Answer<Call<'_>> {
    let (inputs, weight, _) = affine(args)?;
    let op = Normalisation::RootMeanSquare {
        shape: args.ints("normalized_shape")?,
        weight,
        eps: args.optional_number("eps")?,
    };
    call(op, inputs)
}

fn native_root_mean_square(args: Args<'_>) -> Answer<Call<'_>> {
    root_mean_square(args).map(first_output)
}

fn native_layer(args: Args<'_>) -> Answer<Call<'_>> {
    layer(args).map(first_output)
}

fn group(args: Args<'_>) -> Answer<Call<'_>> {
    grouped(args, "num_groups")
}

fn native_group(args: Args<'_>) -> Answer<Call<'_>> {
    grouped(args, "group").map(first_output)
}

/// A group norm whose number of groups is the argument called `count`.
fn grouped<'a>(args: Args<'a>, count: &str) -> Answer<Call<'a>> {
    let groups = args.int(count)?;
    args.bounded(count, &[groups], 1)?;
    let (inputs, weight, bias) = affine(args)?;
    let op = Normalisation::Group {
        groups,
        weight,
        bias,
        eps: args.number_or("eps", 1e-5)?,
    };
    call(op, inputs)
}

/// The input, then weight and bias where given; and whether each of the two is.
fn affine<'a>(args: Args<'a>) -> Answer<(Vec<&'a str>, bool, bool)> {
    let mut inputs = vec![args.tensor("input")?];
    let weight = args.optional_tensor("weight")?;
    let bias = args.optional_tensor("bias")?;
    inputs.extend(weight);
    inputs.extend(bias);
    Ok((inputs, weight.is_some(), bias.is_some()))
}
