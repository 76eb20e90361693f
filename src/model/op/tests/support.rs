//! Tensors to run operations on, and the comparison of inferred shapes with those that libtorch computes.

use std::sync::atomic::{AtomicUsize, Ordering};

use tch::{Device, Kind};

use crate::model::op::*;

/// A float tensor of this shape.
pub fn ones(shape: &[i64]) -> Tensor {
    Tensor::ones(shape, (Kind::Float, Device::Cpu))
}

/// Indices into axes of two or more entries, in this shape.
pub fn indices(shape: &[i64]) -> Tensor {
    Tensor::ones(shape, (Kind::Int64, Device::Cpu))
}

/// How often the inference refused something. What libtorch refuses takes it milliseconds, so only
/// some of it is compared.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// Where libtorch computes something, its shape is the inferred one; what is refused before it runs
/// libtorch refuses too.
pub fn assert_inferred(op: impl Into<Op>, inputs: &[&Tensor]) -> bool {
    let op = op.into();
    let sizes: Vec<Vec<i64>> = inputs.iter().map(|input| input.size()).collect();
    let sizes: Vec<&[i64]> = sizes.iter().map(Vec::as_slice).collect();
    let inferred = op.output_shapes(&sizes);
    if inferred.is_err() && !REFUSED.fetch_add(1, Ordering::Relaxed).is_multiple_of(8) {
        return false;
    }
    let what = format!("{op:?} on {sizes:?}: {inferred:?}");
    let Ok(made) = tch::no_grad(|| op.run(inputs)) else {
        return false;
    };
    let made: Vec<Shape> = made.iter().map(Tensor::size).collect();
    // libtorch expands a single number to any sizes, negative ones included.
    if made.iter().flatten().any(|size| *size < 0) {
        return false;
    }
    match inferred {
        Ok(OutputShapes::Exact(shapes)) => assert_eq!(made, shapes, "{what}"),
        Ok(OutputShapes::AtMost(shapes)) => {
            for (made, bound) in made.iter().zip(&shapes) {
                let (made, bound) = (shape::elements(made), shape::elements(bound));
                assert!(made <= bound, "{what}: {made}");
            }
        }
        Err(error) => panic!("{what} is refused ({error:?}), and libtorch gives {made:?}"),
    }
    true
}

/// Shapes of every rank, with axes of 0 and 1 among them.
pub const SHAPES: [&[i64]; 9] = [
    &[],
    &[0],
    &[6],
    &[4, 3],
    &[0, 3],
    &[2, 1, 3],
    &[3, 6, 7],
    &[1, 3, 6, 7],
    &[2, 1, 2, 3, 2],
];
