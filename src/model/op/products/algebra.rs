//! Products, distances and solutions that libtorch has as a whole, one row for each operation.

use tch::Tensor;

use super::matrix::MatrixProduct;
use crate::model::op::elementwise::scalar::scaled;
use crate::model::op::operation::{Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, axis, broadcast, elements, reduced};
use crate::model::op::table::{Work, operations};

/// A matrix beyond this side is inverted in no image classifier.
const MAX_SIDE: i64 = 1 << 12;

operations! {
    /// Products of vectors and matrices, distances between them, and what matrices come to.
    Algebra(inputs);

    /// β · c + α · a · b. Inputs: c, which is broadcast, and the matrices a and b.
    AddedProduct {
        /// The factor of c, which is not looked at where it is 0.
        beta: f64,
        /// The factor of the product.
        alpha: f64,
    }
    run: {
        let product = scaled(&input(inputs, 1)?.f_matmul(input(inputs, 2)?)?, *alpha)?;
        if *beta == 0.0 { product } else { scaled(input(inputs, 0)?, *beta)?.f_add(&product)? }
    },
    shapes: {
        let product = product(inputs.get(1..).unwrap_or_default())?;
        let both = broadcast(shape::input(inputs, 0)?, &product)?;
        if both != product {
            return Err(format!("it adds {:?} to {product:?}", inputs[0]));
        }
        product
    },
    work: Work::Products(matmuls(inputs.get(1..).unwrap_or_default())),
    traits: Traits::MIXES;

    /// Every product of an entry of one row with one of another. Inputs: two rows.
    Outer {}
    run: input(inputs, 0)?.f_outer(input(inputs, 1)?)?,
    shapes: match (shape::input(inputs, 0)?, shape::input(inputs, 1)?) {
        (&[a], &[b]) => vec![a, b],
        (a, b) => return Err(format!("{a:?} and {b:?} are not two rows")),
    },
    traits: Traits::MIXES;

    /// The second tensor times each value of the first, laid out in the place of that value. Inputs: the
    /// tensors.
    Kronecker {}
    run: input(inputs, 0)?.f_kron(input(inputs, 1)?)?,
    shapes: {
        let (a, b) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        let rank = a.len().max(b.len());
        let size = |x: &[i64], axis: usize| match (axis + x.len()).checked_sub(rank) {
            Some(axis) => x[axis],
            None => 1,
        };
        (0..rank).map(|axis| size(a, axis).saturating_mul(size(b, axis))).collect()
    },
    traits: Traits::MIXES;

    /// The sums of products along axes of two tensors. Inputs: the tensors.
    Tensordot {
        /// The axes of the first; negative ones count from the end.
        first: Vec<i64>,
        /// The axes of the second, in the same order.
        second: Vec<i64>,
    }
    run: input(inputs, 0)?.f_tensordot(input(inputs, 1)?, first.as_slice(), second.as_slice())?,
    shapes: {
        let (a, b) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        let kept = |x: &[i64], dims: &[i64]| {
            if dims.is_empty() { Ok(x.to_vec()) } else { reduced(x, dims, false) }
        };
        [kept(a, first)?, kept(b, second)?].concat()
    },
    work: {
        let inner: f64 = first.iter().filter_map(|dim| {
            let x = inputs.first()?;
            Some(x[axis(*dim, x.len()).ok()?] as f64)
        }).product();
        let outer: f64 = inputs.iter().map(|shape| elements(shape)).product();
        Work::Products(outer / inner.max(1.0))
    },
    traits: Traits::MIXES;

    /// The distance of each row of one matrix from each of another. Inputs: the matrices.
    Distances {
        /// The order of the norm.
        p: f64,
    }
    run: Tensor::f_cdist(input(inputs, 0)?, input(inputs, 1)?, *p, None::<i64>)?,
    shapes: {
        let (a, b) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        match (a, b) {
            ([batch @ .., n, width], [other @ .., m, same]) if width == same => {
                [broadcast(batch, other)?, vec![*n, *m]].concat()
            }
            _ => return Err(format!("{a:?} and {b:?} are not rows of the same length")),
        }
    },
    work: {
        let width = inputs.first().and_then(|x| x.last()).map_or(1.0, |width| *width as f64);
        let rows = inputs.get(1).map_or(1.0, |x| elements(x)) / width.max(1.0);
        let first = inputs.first().map_or(1.0, |x| elements(x));
        Work::Products(first * rows)
    },
    traits: Traits::MIXES;

    /// The cosine of the angle between vectors along an axis. Inputs: two tensors, which are broadcast.
    CosineSimilarity {
        /// The axis; negative ones count from the end.
        dim: i64,
        /// The least length of a vector.
        eps: f64,
    }
    run: Tensor::f_cosine_similarity(input(inputs, 0)?, input(inputs, 1)?, *dim, *eps)?,
    shapes: reduced(&broadcast(shape::input(inputs, 0)?, shape::input(inputs, 1)?)?, &[*dim], false)?,
    work: Work::Held(held(inputs)),
    traits: Traits::MIXES;

    /// The norm of the difference of vectors along the last axis. Inputs: two tensors, which are broadcast.
    PairwiseDistance {
        /// The order of the norm.
        p: f64,
        /// Added to each difference.
        eps: f64,
        /// Whether the axis stays, with size 1.
        keepdim: bool,
    }
    run: Tensor::f_pairwise_distance(input(inputs, 0)?, input(inputs, 1)?, *p, *eps, *keepdim)?,
    shapes: reduced(&broadcast(shape::input(inputs, 0)?, shape::input(inputs, 1)?)?, &[-1], *keepdim)?,
    work: Work::Held(held(inputs)),
    traits: Traits::MIXES;

    /// The distance of each row of a matrix from each of those after it, in one row. Input: the matrix.
    DistancesWithin {
        /// The order of the norm.
        p: f64,
    }
    run: input(inputs, 0)?.f_contiguous()?.f_pdist(*p)?,
    shapes: match *shape::input(inputs, 0)? {
        [rows, _] => vec![rows.saturating_mul(rows - 1) / 2],
        ref other => return Err(format!("{other:?} is no matrix")),
    },
    work: {
        let rows = inputs.first().and_then(|x| x.first()).map_or(1.0, |rows| *rows as f64);
        Work::Products(inputs.first().map_or(1.0, |x| elements(x)) * rows)
    },
    traits: Traits::MIXES;

    /// The sum of products along an axis. Inputs: two tensors, which are broadcast.
    VectorDot {
        /// The axis; negative ones count from the end.
        dim: i64,
    }
    run: {
        let products = input(inputs, 0)?.f_mul(input(inputs, 1)?)?;
        products.f_sum_dim_intlist([*dim].as_slice(), false, products.f_kind()?)?
    },
    shapes: reduced(&broadcast(shape::input(inputs, 0)?, shape::input(inputs, 1)?)?, &[*dim], false)?,
    work: Work::Held(held(inputs)),
    traits: Traits::MIXES;

    /// The vector product along an axis of three. Inputs: two tensors, which are broadcast.
    Cross {
        /// The axis; negative ones count from the end.
        dim: i64,
    }
    run: input(inputs, 0)?.f_linalg_cross(input(inputs, 1)?, *dim)?,
    shapes: broadcast(shape::input(inputs, 0)?, shape::input(inputs, 1)?)?,
    traits: Traits::MIXES;

    /// x₁ · W · x₂ for each matrix of W. Inputs: x₁, x₂, W and the bias, if there is one.
    Bilinear {
        /// Whether there is a bias.
        bias: bool,
    }
    run: {
        let bias = bias.then(|| input(inputs, 3)).transpose()?;
        Tensor::f_bilinear(input(inputs, 0)?, input(inputs, 1)?, input(inputs, 2)?, bias)?
    },
    shapes: match (shape::input(inputs, 0)?, shape::input(inputs, 2)?) {
        ([batch @ .., _], [classes, _, _]) => [batch, &[*classes]].concat(),
        (x, weight) => return Err(format!("it takes {x:?} with a weight of {weight:?}")),
    },
    work: {
        let rows = inputs.first().map_or(1.0, |x| elements(&x[..x.len().saturating_sub(1)]));
        Work::Products(rows * inputs.get(2).map_or(1.0, |x| elements(x)))
    },
    traits: Traits::MIXES;

    /// A weight by its direction and its lengths: v / ‖v‖ · g, with a norm for each index along an axis
    /// (Salimans and Kingma, arXiv 1602.07868). Inputs: v, g.
    WeightNorm {
        /// The axis; −1 takes the norm of all of v.
        dim: i64,
    }
    run: Tensor::f_internal_weight_norm(input(inputs, 0)?, input(inputs, 1)?, *dim)?,
    shapes: {
        let (v, g) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        if *dim < -1 || *dim >= v.len() as i64 {
            return Err(format!("it normalises axis {dim} of {v:?}"));
        }
        match broadcast(v, g)? {
            both if both == v => both,
            _ => return Err(format!("lengths of {g:?} do not fit {v:?}")),
        }
    },
    work: Work::Held(held(inputs)),
    traits: Traits::MIXES;

    /// The inverse of each matrix.
    Inverse {}
    run: Tensor::f_linalg_inv(input(inputs, 0)?)?,
    shapes: {
        let x = shape::input(inputs, 0)?;
        square(x)?;
        x.to_vec()
    },
    work: Work::Products(cubed(inputs)),
    traits: Traits::MIXES;

    /// The determinant of each matrix.
    Determinant {}
    run: Tensor::f_linalg_det(input(inputs, 0)?)?,
    shapes: square(shape::input(inputs, 0)?)?.to_vec(),
    work: Work::Products(cubed(inputs)),
    traits: Traits::MIXES;
}

/// The shape of a product of matrices.
fn product(inputs: &[&[i64]]) -> Result<Shape, String> {
    match MatrixProduct::Matmul.output_shapes(inputs)? {
        OutputShapes::Exact(mut shapes) | OutputShapes::AtMost(mut shapes) => {
            shapes.pop().ok_or_else(|| "it has no product".into())
        }
    }
}

/// The multiply-adds of a product of matrices.
fn matmuls(inputs: &[&[i64]]) -> f64 {
    let made: f64 = product(inputs).map_or(0.0, |shape| elements(&shape));
    let row = inputs.first().and_then(|shape| shape.last());
    made * row.map_or(0.0, |row| *row as f64)
}

/// The elements of all inputs broadcast.
fn held(inputs: &[&[i64]]) -> f64 {
    match inputs {
        [x] => elements(x),
        [a, b, ..] => broadcast(a, b).map_or_else(|_| elements(a), |shape| elements(&shape)),
        [] => 0.0,
    }
}

/// The axes before those of square matrices.
fn square(x: &[i64]) -> Result<&[i64], String> {
    match x {
        [batch @ .., rows, columns] if rows == columns && *rows <= MAX_SIDE => Ok(batch),
        other => Err(format!("{other:?} are no square matrices")),
    }
}

fn cubed(inputs: &[&[i64]]) -> f64 {
    let x = inputs.first().copied().unwrap_or_default();
    elements(x) * x.last().map_or(0.0, |side| *side as f64)
}
