//! Tensors made from nothing: masks, positions, tables. They do not depend on the image, and are
//! computed once, when the model is opened.

use tch::{Device, Kind, TchError, Tensor};

use crate::model::op::operation::{Cost, Given, Operation, Traits};
use crate::model::op::shape::{OutputShapes, Shape};

/// A tensor made from nothing; no inputs.
#[derive(Debug, Clone, PartialEq)]
pub enum Creation {
    /// One number everywhere.
    Full {
        /// Sizes along each axis; a single number where it is empty.
        shape: Vec<i64>,
        /// The number that every element has.
        value: f64,
        /// The dtype of the tensor.
        kind: Kind,
    },
    /// The numbers from `start` up to, and without, `end`.
    Range {
        /// The first number.
        start: f64,
        /// The bound, which is not reached.
        end: f64,
        /// The distance from one number to the next; negative where `end` is below `start`.
        step: f64,
        /// The dtype of the tensor; the numbers are computed in float64 first.
        kind: Kind,
    },
    /// Numbers at the same distance from each other, both ends included.
    Spaced {
        /// The first number.
        start: f64,
        /// The last number.
        end: f64,
        /// How many there are.
        steps: i64,
        /// The dtype of the tensor.
        kind: Kind,
    },
    /// Ones on the main diagonal, zeros elsewhere.
    Eye {
        /// How many rows.
        rows: i64,
        /// How many columns.
        columns: i64,
        /// The dtype of the tensor.
        kind: Kind,
    },
}

/// How many numbers a range has.
fn length(start: f64, end: f64, step: f64) -> Result<i64, String> {
    let count = (end - start) / step;
    // Where an infinite step rounds the count to zero, libtorch still refuses its direction, and tch would
    // panic.
    let towards = end == start || (end > start) == (step > 0.0);
    if count.is_finite() && count >= 0.0 && step.is_finite() && towards {
        Ok(count.ceil() as i64)
    } else {
        Err(format!("there is no range from {start} to {end} by {step}"))
    }
}

impl Operation for Creation {
    fn run(&self, _: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let made = match self {
            Creation::Full { shape, value, kind } => {
                let value = Tensor::f_from_slice(&[*value])?.f_reshape([0i64; 0])?;
                Tensor::f_zeros(shape.as_slice(), (*kind, Device::Cpu))?.f_fill_tensor_(&value)?
            }
            Creation::Range {
                start,
                end,
                step,
                kind,
            } => {
                length(*start, *end, *step).map_err(TchError::Shape)?;
                // libtorch makes a range of any float64, which is not so of every dtype.
                Tensor::f_arange_start_step(*start, *end, *step, (Kind::Double, Device::Cpu))?
                    .f_to_kind(*kind)?
            }
            Creation::Spaced {
                start,
                end,
                steps,
                kind,
            } => {
                // tch would panic at what libtorch refuses.
                if *steps < 0 || !start.is_finite() || !end.is_finite() {
                    return Err(TchError::Shape(format!(
                        "there are no {steps} numbers from {start} to {end}"
                    )));
                }
                let (start, end) = (in_range(*start), in_range(*end));
                Tensor::f_linspace(start, end, *steps, (Kind::Float, Device::Cpu))?
                    .f_to_kind(*kind)?
            }
            Creation::Eye {
                rows,
                columns,
                kind,
            } => Tensor::f_eye_m(*rows, *columns, (*kind, Device::Cpu))?,
        };
        Ok(vec![made])
    }

    fn output_shapes(&self, _: &[&[i64]]) -> Result<OutputShapes, String> {
        match self {
            Creation::Full { shape, .. } if shape.iter().any(|size| *size < 0) => {
                Err(format!("it fills the shape {shape:?}"))
            }
            Creation::Full { shape, .. } => Ok(OutputShapes::one(shape.as_slice())),
            Creation::Range {
                start, end, step, ..
            } => length(*start, *end, *step).map(|length| OutputShapes::one([length])),
            Creation::Spaced { steps, .. } if *steps < 0 => {
                Err(format!("it makes {steps} numbers"))
            }
            Creation::Spaced { steps, .. } => Ok(OutputShapes::one([*steps])),
            Creation::Eye { rows, columns, .. } if *rows < 0 || *columns < 0 => {
                Err(format!("it makes {rows} rows of {columns}"))
            }
            Creation::Eye { rows, columns, .. } => Ok(OutputShapes::one([*rows, *columns])),
        }
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        match self {
            Creation::Full { .. }
            | Creation::Range { .. }
            | Creation::Spaced { .. }
            | Creation::Eye { .. } => Cost::of_each(outputs),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        match self {
            Creation::Full { .. }
            | Creation::Range { .. }
            | Creation::Spaced { .. }
            | Creation::Eye { .. } => Traits::MOVES,
        }
    }
}

/// Within what a float32 can hold.
fn in_range(number: f64) -> f64 {
    number.clamp(f32::MIN.into(), f32::MAX.into())
}
