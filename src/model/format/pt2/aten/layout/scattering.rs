//! Operators that look entries up, or write them, at positions that another tensor holds.

use crate::model::format::pt2::aten::call::{Call, binary, call, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Combine, Scattering};

pub const TABLE: Table = &[
    (&["gather.default"], gather),
    (&["take_along_dim.default"], take_along),
    (&["scatter.src"], scatter),
    (&["scatter.value"], scatter_number),
    (&["scatter_add.default"], scatter_add),
    (&["scatter_reduce.two"], scatter_reduce),
    (&["index_put.default"], index_put),
    (&["index_add.default"], index_add),
    (&["index_copy.default"], index_copy),
    (&["index_fill.int_Scalar"], index_fill),
    (&["masked_scatter.default"], masked_scatter),
    (&["embedding.default"], embedding),
    (&["one_hot.default"], one_hot),
];

fn gather(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    binary(Scattering::Gather { dim }, args, "index")
}

fn take_along(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.optional_int("dim")?;
    binary(Scattering::TakeAlong { dim }, args, "indices")
}

fn scatter(args: Args<'_>) -> Answer<Call<'_>> {
    scattered(args, Combine::Replace)
}

fn scatter_add(args: Args<'_>) -> Answer<Call<'_>> {
    scattered(args, Combine::Add)
}

fn scatter_reduce(args: Args<'_>) -> Answer<Call<'_>> {
    let how = args.text("reduce")?;
    if !["sum", "prod", "mean", "amax", "amin"].contains(&how.as_str()) {
        return beyond(format!("it reduces by {how}"));
    }
    let include = args.bool_or("include_self", true)?;
    scattered(args, Combine::Reduce { how, include })
}

fn scattered(args: Args<'_>, combine: Combine) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("index")?,
        args.tensor("src")?,
    ];
    call(Scattering::Scatter { dim, combine }, inputs)
}

fn scatter_number(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, value) = (args.int("dim")?, args.number("value")?);
    binary(Scattering::ScatterNumber { dim, value }, args, "index")
}

fn index_put(args: Args<'_>) -> Answer<Call<'_>> {
    let indices = args.optional_tensors("indices")?;
    let op = Scattering::IndexPut {
        dims: indices.iter().map(Option::is_some).collect(),
        accumulate: args.bool_or("accumulate", false)?,
    };
    let mut inputs = vec![args.tensor("self")?, args.tensor("values")?];
    inputs.extend(indices.into_iter().flatten());
    call(op, inputs)
}

fn index_add(args: Args<'_>) -> Answer<Call<'_>> {
    let alpha = Some(args.number_or("alpha", 1.0)?);
    into_entries(args, alpha)
}

fn index_copy(args: Args<'_>) -> Answer<Call<'_>> {
    into_entries(args, None)
}

fn into_entries(args: Args<'_>, alpha: Option<f64>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("index")?,
        args.tensor("source")?,
    ];
    call(Scattering::IndexAdd { dim, alpha }, inputs)
}

fn index_fill(args: Args<'_>) -> Answer<Call<'_>> {
    let (dim, value) = (args.int("dim")?, args.number("value")?);
    binary(Scattering::IndexFill { dim, value }, args, "index")
}

fn masked_scatter(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![
        args.tensor("self")?,
        args.tensor("mask")?,
        args.tensor("source")?,
    ];
    call(Scattering::MaskedScatter {}, inputs)
}

fn embedding(args: Args<'_>) -> Answer<Call<'_>> {
    let inputs = vec![args.tensor("weight")?, args.tensor("indices")?];
    call(Scattering::Embedding {}, inputs)
}

fn one_hot(args: Args<'_>) -> Answer<Call<'_>> {
    let classes = match args.int_or("num_classes", -1)? {
        -1 => args.output_shape().and_then(|shape| shape.last().copied()),
        classes => Some(classes),
    };
    match classes {
        Some(classes) => unary(Scattering::OneHot { classes }, args),
        None => beyond("num_classes is not given"),
    }
}
