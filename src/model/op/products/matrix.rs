//! Products of matrices.

use tch::{TchError, Tensor};

use crate::model::op::adjoint::Adjoint;
use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, FeatureRole, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, broadcast, elements};

/// A product of matrices.
#[derive(Debug, Clone, PartialEq)]
pub enum MatrixProduct {
    /// x · weightᵀ + bias. Inputs: x `[…, in]`, weight `[out, in]`, and the bias `[out]` if `bias`.
    Linear {
        /// Whether the bias is the third input; there is none otherwise.
        bias: bool,
    },
    /// bias + a · b. Inputs: bias, a, b.
    Addmm,
    /// a · b over the last two axes, those before them broadcast. Inputs: a, b.
    Matmul,
}

impl Operation for MatrixProduct {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let (x, second) = (input(inputs, 0)?, input(inputs, 1)?);
        let y = match self {
            MatrixProduct::Linear { bias } => {
                let bias = bias.then(|| input(inputs, 2)).transpose()?;
                x.f_linear(second, bias)
            }
            MatrixProduct::Addmm => x.f_addmm(second, input(inputs, 2)?),
            MatrixProduct::Matmul => x.f_matmul(second),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let (x, second) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        let unfit = |a: &[i64], b: &[i64]| format!("{a:?} cannot be multiplied with {b:?}");
        let shape = match self {
            MatrixProduct::Linear { .. } => match (x, second) {
                ([rest @ .., last], [out @ .., within]) if last == within && out.len() < 2 => {
                    [rest, out].concat()
                }
                (x, weight) => return Err(unfit(x, weight)),
            },
            MatrixProduct::Addmm => match (second, shape::input(inputs, 2)?) {
                (&[rows, one], &[other, columns]) if one == other => vec![rows, columns],
                (a, b) => return Err(unfit(a, b)),
            },
            MatrixProduct::Matmul => match (x, second) {
                (&[one], &[other]) if one == other => Vec::new(),
                (&[one], [batch @ .., other, out]) if one == *other => [batch, &[*out]].concat(),
                ([batch @ .., rows, one], &[other]) if *one == other => [batch, &[*rows]].concat(),
                ([first @ .., rows, one], [second @ .., other, out]) if one == other => {
                    let batch = broadcast(first, second)?;
                    [batch.as_slice(), &[*rows, *out]].concat()
                }
                (a, b) => return Err(unfit(a, b)),
            },
        };
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        // Each element of the output is the product of a row with as many elements as this input's
        // last axis.
        let rows_of = match self {
            MatrixProduct::Linear { .. } | MatrixProduct::Matmul => 0,
            MatrixProduct::Addmm => 1,
        };
        let row = inputs.get(rows_of).and_then(|shape| shape.last());
        let output: f64 = outputs.iter().map(|output| elements(output)).sum();
        Cost::of_multiply_adds(output * row.map_or(0.0, |&row| row as f64))
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let multiplies = |field, axes| Traits {
            field,
            axes,
            feature: FeatureRole::Dense,
            ..Traits::MIXES
        };
        match self {
            MatrixProduct::Linear { .. } => Traits {
                adjoint: Adjoint::Linear,
                ..multiplies(FieldRule::LastAxis, AxesRule::Matrix { input: 0 })
            },
            MatrixProduct::Addmm => multiplies(FieldRule::LastAxis, AxesRule::Matrix { input: 1 }),
            MatrixProduct::Matmul => multiplies(FieldRule::Product, AxesRule::Product),
        }
    }
}
