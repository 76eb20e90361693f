//! Products of vectors and matrices beside those of layers, and distances.

use crate::model::format::build::storage::floating;
use crate::model::format::pt2::aten::call::{Call, binary, call, first_output, unary};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Algebra, Einsum, MatrixProduct};

pub const TABLE: Table = &[
    (&["addmm.default"], addmm),
    (&["baddbmm.default"], baddbmm),
    (&["addmv.default"], addmv),
    (&["mv.default"], mv),
    (&["dot.default"], dot),
    (&["outer.default"], outer),
    (&["inner.default"], inner),
    (&["kron.default"], kron),
    (&["tensordot.default"], tensordot),
    (&["linalg_vecdot.default"], vector_dot),
    (&["vdot.default"], dot_of_vectors),
    (&["_weight_norm.default"], weight_norm),
    (&["cross.default"], cross),
    (&["linalg_cross.default"], linalg_cross),
    (&["cdist.default", "_cdist_forward.default"], distances),
    (&["cosine_similarity.default"], cosine_similarity),
    (&["pairwise_distance.default"], pairwise_distance),
    (
        &["pdist.default", "_pdist_forward.default"],
        distances_within,
    ),
    (&["bilinear.default"], bilinear),
    (&["_trilinear.default"], trilinear),
    (&["linalg_inv.default", "linalg_inv_ex.default"], inverse),
    (&["linalg_det.default", "_linalg_det.default"], determinant),
];

/// β · c + α · a · b, with the names of its arguments.
fn added_product<'a>(args: Args<'a>, a: &str, b: &str) -> Answer<Call<'a>> {
    let (beta, alpha) = (args.number_or("beta", 1.0)?, args.number_or("alpha", 1.0)?);
    let inputs = vec![args.tensor("self")?, args.tensor(a)?, args.tensor(b)?];
    call(Algebra::AddedProduct { beta, alpha }, inputs)
}

fn addmm(args: Args<'_>) -> Answer<Call<'_>> {
    if args.number_or("beta", 1.0)? == 1.0 && args.number_or("alpha", 1.0)? == 1.0 {
        let inputs = ["self", "mat1", "mat2"].map(|name| args.tensor(name));
        let inputs: Answer<Vec<&str>> = inputs.into_iter().collect();
        return call(MatrixProduct::Addmm, inputs?);
    }
    added_product(args, "mat1", "mat2")
}

fn baddbmm(args: Args<'_>) -> Answer<Call<'_>> {
    added_product(args, "batch1", "batch2")
}

fn addmv(args: Args<'_>) -> Answer<Call<'_>> {
    added_product(args, "mat", "vec")
}

fn mv(args: Args<'_>) -> Answer<Call<'_>> {
    binary(MatrixProduct::Matmul, args, "vec")
}

fn dot(args: Args<'_>) -> Answer<Call<'_>> {
    binary(MatrixProduct::Matmul, args, "tensor")
}

fn outer(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Algebra::Outer {}, args, "vec2")
}

fn inner(args: Args<'_>) -> Answer<Call<'_>> {
    let (first, second) = (vec![-1], vec![-1]);
    binary(Algebra::Tensordot { first, second }, args, "other")
}

fn kron(args: Args<'_>) -> Answer<Call<'_>> {
    binary(Algebra::Kronecker {}, args, "other")
}

fn tensordot(args: Args<'_>) -> Answer<Call<'_>> {
    let (first, second) = (args.ints("dims_self")?, args.ints("dims_other")?);
    binary(Algebra::Tensordot { first, second }, args, "other")
}

fn vector_dot(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", -1)?;
    let inputs = vec![args.tensor("x")?, args.tensor("y")?];
    call(Algebra::VectorDot { dim }, inputs)
}

/// As `dot`, except for complex numbers.
fn dot_of_vectors(args: Args<'_>) -> Answer<Call<'_>> {
    if !args.kind("self").is_some_and(floating) {
        return beyond("it is of complex numbers");
    }
    binary(MatrixProduct::Matmul, args, "other")
}

fn weight_norm(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", 0)?;
    call(
        Algebra::WeightNorm { dim },
        vec![args.tensor("v")?, args.tensor("g")?],
    )
}

fn cross(args: Args<'_>) -> Answer<Call<'_>> {
    let Some(dim) = args.optional_int("dim")? else {
        return beyond("dim is not given");
    };
    binary(Algebra::Cross { dim }, args, "other")
}

/// Along the last axis by default.
fn linalg_cross(args: Args<'_>) -> Answer<Call<'_>> {
    let dim = args.int_or("dim", -1)?;
    binary(Algebra::Cross { dim }, args, "other")
}

fn pair<'a>(args: Args<'a>) -> Answer<Vec<&'a str>> {
    Ok(vec![args.tensor("x1")?, args.tensor("x2")?])
}

fn distances(args: Args<'_>) -> Answer<Call<'_>> {
    let p = args.number_or("p", 2.0)?;
    if p.is_nan() || p < 0.0 {
        return beyond(format!("p is {p}"));
    }
    call(Algebra::Distances { p }, pair(args)?)
}

fn cosine_similarity(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Algebra::CosineSimilarity {
        dim: args.int_or("dim", 1)?,
        eps: args.number_or("eps", 1e-8)?,
    };
    call(op, pair(args)?)
}

fn pairwise_distance(args: Args<'_>) -> Answer<Call<'_>> {
    let op = Algebra::PairwiseDistance {
        p: args.number_or("p", 2.0)?,
        eps: args.number_or("eps", 1e-6)?,
        keepdim: args.bool_or("keepdim", false)?,
    };
    call(op, pair(args)?)
}

fn bilinear(args: Args<'_>) -> Answer<Call<'_>> {
    let bias = args.optional_tensor("bias")?;
    let mut inputs = vec![
        args.tensor("input1")?,
        args.tensor("input2")?,
        args.tensor("weight")?,
    ];
    inputs.extend(bias);
    let bias = bias.is_some();
    call(Algebra::Bilinear { bias }, inputs)
}

fn distances_within(args: Args<'_>) -> Answer<Call<'_>> {
    let p = args.number_or("p", 2.0)?;
    if p.is_nan() || p < 0.0 {
        return beyond(format!("p is {p}"));
    }
    unary(Algebra::DistancesWithin { p }, args)
}

/// The sum of products of three tensors, of which each gets axes of size 1 first.
fn trilinear(args: Args<'_>) -> Answer<Call<'_>> {
    let names = ["i1", "i2", "i3"];
    let mut terms = Vec::new();
    let mut rank = 0;
    for (name, expand) in names.into_iter().zip(["expand1", "expand2", "expand3"]) {
        let expand = args.ints(expand)?;
        rank = args.rank(name)? + expand.len();
        terms.push(expand);
    }
    terms.push(args.ints("sumdim")?);
    if rank > 26 {
        return beyond("it has more axes than there are letters");
    }
    // A letter for each axis that is there, or left.
    let letters = |without: &Vec<i64>| -> String {
        let axes = (0..rank as i64).filter(|axis| !without.contains(axis));
        axes.map(|axis| char::from(b'a' + axis as u8)).collect()
    };
    let terms: Vec<String> = terms.iter().map(letters).collect();
    let equation = format!("{}->{}", terms[..3].join(","), terms[3]);
    let inputs: Answer<Vec<&str>> = names.iter().map(|name| args.tensor(name)).collect();
    call(Einsum { equation }, inputs?)
}

fn inverse(args: Args<'_>) -> Answer<Call<'_>> {
    let name = if args.has("A") { "A" } else { "self" };
    call(Algebra::Inverse {}, vec![args.tensor(name)?]).map(first_output)
}

fn determinant(args: Args<'_>) -> Answer<Call<'_>> {
    let name = if args.has("A") { "A" } else { "self" };
    call(Algebra::Determinant {}, vec![args.tensor(name)?]).map(first_output)
}
