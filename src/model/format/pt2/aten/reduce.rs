//! Reductions along dimensions, and cumulative ones.

use tch::Kind;

use super::call::{Call, first_output, unary};
use super::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Aggregate, Aggregation, Cumulative, Reduction, Scan};

pub const TABLE: Table = &[
    (&["mean.default", "mean.dim"], mean),
    (&["sum.default", "sum.dim_IntList"], sum),
    (&["max.dim"], max),
    (&["min.dim"], min),
    (&["median.dim"], median),
    (&["aminmax.default"], aminmax),
    (&["var.default", "var.dim", "var.correction"], var),
    (&["std.default", "std.dim", "std.correction"], std),
    (
        &["var_mean.default", "var_mean.dim", "var_mean.correction"],
        var_mean,
    ),
    (
        &["std_mean.default", "std_mean.dim", "std_mean.correction"],
        std_mean,
    ),
    (&["linalg_vector_norm.default"], vector_norm),
    (
        &[
            "norm.Scalar",
            "norm.ScalarOpt_dim",
            "norm.ScalarOpt_dtype",
            "norm.ScalarOpt_dim_dtype",
        ],
        norm,
    ),
    (&["linalg_norm.default", "linalg_norm.ord_str"], linalg_norm),
    (
        &["linalg_matrix_norm.str_ord", "frobenius_norm.dim"],
        frobenius,
    ),
];

fn mean(args: Args<'_>) -> Answer<Call<'_>> {
    let (dims, keepdim) = dims(args)?;
    converted(args, unary(Reduction::Mean { dims, keepdim }, args)?)
}

fn sum(args: Args<'_>) -> Answer<Call<'_>> {
    let (dims, keepdim) = dims(args)?;
    converted(args, unary(Reduction::Sum { dims, keepdim }, args)?)
}

/// The largest along a dimension, and where it is.
fn max(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let keepdim = args.bool_or("keepdim", false)?;
    let read = unary(aggregation(Aggregate::Max, dim, keepdim), args)?;
    Ok(read.and(aggregation(Aggregate::ArgMax, dim, keepdim)))
}

/// The smallest along a dimension, and where it is.
fn min(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    let keepdim = args.bool_or("keepdim", false)?;
    let read = unary(aggregation(Aggregate::Min, dim, keepdim), args)?;
    Ok(read.and(aggregation(Aggregate::ArgMin, dim, keepdim)))
}

/// Only the value along a dimension, not where it is.
fn median(args: Args<'_>) -> Answer<Call<'_>> {
    aggregate(Aggregate::Median, args).map(first_output)
}

/// Both the smallest and the largest.
fn aminmax(args: Args<'_>) -> Answer<Call<'_>> {
    let (dims, keepdim) = dims(args)?;
    let function = Aggregate::AMax;
    let max = Aggregation {
        function,
        dims,
        keepdim,
    };
    Ok(aggregate(Aggregate::AMin, args)?.and(max))
}

fn aggregation(function: Aggregate, dim: i64, keepdim: bool) -> Aggregation {
    Aggregation {
        function,
        dims: vec![dim],
        keepdim,
    }
}

/// One of the table of aggregations.
pub fn aggregate(function: Aggregate, args: Args<'_>) -> Answer<Call<'_>> {
    let (dims, keepdim) = dims(args)?;
    let op = Aggregation {
        function,
        dims,
        keepdim,
    };
    converted(args, unary(op, args)?)
}

/// One of the table of scans.
pub fn scan(function: Cumulative, args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int("dim")?;
    converted(args, unary(Scan { function, dim }, args)?).map(first_output)
}

fn var(args: Args<'_>) -> Answer<Call<'_>> {
    unary(variance(args, false)?, args)
}

fn std(args: Args<'_>) -> Answer<Call<'_>> {
    unary(variance(args, true)?, args)
}

/// The variance and the mean.
fn var_mean(args: Args<'_>) -> Answer<Call<'_>> {
    let (dims, keepdim) = dims(args)?;
    Ok(var(args)?.and(Reduction::Mean { dims, keepdim }))
}

/// The standard deviation and the mean.
fn std_mean(args: Args<'_>) -> Answer<Call<'_>> {
    let (dims, keepdim) = dims(args)?;
    Ok(std(args)?.and(Reduction::Mean { dims, keepdim }))
}

fn variance(args: Args<'_>, root: bool) -> Answer<Reduction> {
    let (dims, keepdim) = dims(args)?;
    let correction = match args.optional_number("correction")? {
        Some(correction) => correction,
        None => f64::from(u8::from(args.bool_or("unbiased", true)?)),
    };
    Ok(Reduction::Variance {
        correction,
        root,
        dims,
        keepdim,
    })
}

fn vector_norm(args: Args<'_>) -> Answer<Call<'_>> {
    norm_of(args, args.number_or("ord", 2.0)?)
}

fn norm(args: Args<'_>) -> Answer<Call<'_>> {
    norm_of(args, args.number_or("p", 2.0)?)
}

/// A norm of vectors, or of the elements of a matrix; the others of matrices are not supported.
fn linalg_norm(args: Args<'_>) -> Answer<Call<'_>> {
    if args.is_text("ord") && args.text("ord")? != "fro" {
        return beyond(format!("it is the norm {} of matrices", args.text("ord")?));
    }
    if args.is_text("ord") || !args.has("ord") {
        return norm_of(args, 2.0);
    }
    let dims = args.optional_ints("dim")?;
    if dims.map_or(args.rank("self")?, |dims| dims.len()) != 1 {
        return beyond("it is a norm of matrices");
    }
    norm_of(args, args.number("ord")?)
}

/// The norm of matrices as that of their elements.
fn frobenius(args: Args<'_>) -> Answer<Call<'_>> {
    let is_other = args.has("ord") && (!args.is_text("ord") || args.text("ord")? != "fro");
    if is_other {
        return beyond("it is another norm of matrices than the Frobenius norm");
    }
    let dims = args.optional_ints("dim")?.unwrap_or(vec![-2, -1]);
    let keepdim = args.bool_or("keepdim", false)?;
    let ord = 2.0;
    unary(Reduction::VectorNorm { ord, dims, keepdim }, args)
}

fn norm_of(args: Args<'_>, ord: f64) -> Answer<Call<'_>> {
    let (dims, keepdim) = dims(args)?;
    let op = Reduction::VectorNorm { ord, dims, keepdim };
    converted(args, unary(op, args)?)
}

/// In the dtype that is asked for.
fn converted<'a>(args: Args<'a>, call: Call<'a>) -> Answer<Call<'a>> {
    let kind: Option<Kind> = args.optional_kind("dtype")?;
    Ok(call.converted(args, kind))
}

/// The dimensions that go, none standing for all, and whether they stay with size 1.
fn dims(args: Args) -> Answer<(Vec<i64>, bool)> {
    let dims = args.optional_ints("dim")?.unwrap_or_default();
    Ok((dims, args.bool_or("keepdim", false)?))
}
