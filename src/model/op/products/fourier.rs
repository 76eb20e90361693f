//! Fourier transforms, and complex numbers as pairs of real ones.

use tch::{TchError, Tensor};

use crate::model::op::geometry::AxesRule;
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, axis, elements};

/// A discrete Fourier transform of x along some axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Fourier {
    /// From and to which numbers.
    pub transform: Transform,
    /// The axes, the halved one last; where `None`, all, or as many of the last as `size` has numbers.
    pub dims: Option<Vec<i64>>,
    /// How long each axis is made before it is transformed, or comes out for
    /// [`Transform::HalfToReal`]; −1 or `None`: as it is.
    pub size: Option<Vec<i64>>,
    /// `"backward"`, `"forward"` or `"ortho"`: where it is divided by the number of positions.
    pub norm: String,
}

/// From and to which numbers a Fourier transform goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// From positions to frequencies.
    Forward,
    /// From frequencies to positions.
    Inverse,
    /// From real numbers to the frequencies that are not mirrored.
    RealToHalf,
    /// From those back to real numbers.
    HalfToReal,
}

impl Fourier {
    /// The axes of `x` with the size that each has in the transform, `None` for as it is.
    fn along(&self, x: &[i64]) -> Result<Vec<(usize, Option<i64>)>, String> {
        let rank = x.len();
        let axes: Vec<usize> = match (&self.dims, &self.size) {
            (Some(dims), _) => {
                let found = dims.iter().map(|dim| axis(*dim, rank));
                found.collect::<Result<_, _>>()?
            }
            (None, Some(size)) => {
                let first = rank.checked_sub(size.len());
                (first.ok_or("it has more sizes than axes")?..rank).collect()
            }
            (None, None) => (0..rank).collect(),
        };
        let sizes = self.size.clone().unwrap_or_else(|| vec![-1; axes.len()]);
        let mut sorted = axes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sizes.len() != axes.len() || sorted.len() != axes.len() {
            return Err(format!(
                "it cannot transform {x:?} along {axes:?} to {sizes:?}"
            ));
        }
        let sizes = sizes.into_iter().map(|size| (size != -1).then_some(size));
        Ok(axes.into_iter().zip(sizes).collect())
    }
}

impl Operation for Fourier {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let (size, dims) = (self.size.as_deref(), self.dims.as_deref());
        let y = match self.transform {
            Transform::Forward => x.f_fft_fftn(size, dims, &self.norm),
            Transform::Inverse => x.f_fft_ifftn(size, dims, &self.norm),
            Transform::RealToHalf => x.f_fft_rfftn(size, dims, &self.norm),
            Transform::HalfToReal => x.f_fft_irfftn(size, dims, &self.norm),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let along = self.along(x)?;
        let mut made = x.to_vec();
        for (index, (axis, size)) in along.iter().enumerate() {
            let last = index + 1 == along.len();
            let whole = match self.transform {
                Transform::HalfToReal if last => 2 * (x[*axis] - 1),
                Transform::Forward
                | Transform::Inverse
                | Transform::RealToHalf
                | Transform::HalfToReal => x[*axis],
            };
            let whole = size.unwrap_or(whole);
            if whole < 1 {
                return Err(format!(
                    "axis {axis} of {x:?} is too short to be transformed"
                ));
            }
            made[*axis] = match self.transform {
                Transform::RealToHalf if last => whole / 2 + 1,
                Transform::Forward
                | Transform::Inverse
                | Transform::RealToHalf
                | Transform::HalfToReal => whole,
            };
        }
        Ok(OutputShapes::one(made))
    }

    /// n · log n for each axis; complex numbers take twice the memory, and the input is copied where
    /// its size changes.
    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let x = inputs.first().copied().unwrap_or_default();
        let output: f64 = outputs.iter().map(|output| elements(output)).sum();
        let axes = self.along(x).map_or(x.len(), |along| along.len()) as f64;
        let values = output.max(elements(x)) * 2.0;
        Cost::of_steps(values * axes * 5.0 * values.max(2.0).log2()).with_scratch(3.0 * values)
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        Traits::MIXES
    }
}

/// Complex numbers and the real ones that they consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplexParts {
    /// `[…]` to `[…, 2]`.
    AsReal,
    /// `[…, 2]` to `[…]`.
    AsComplex,
    /// Real and imaginary parts, two inputs, put together.
    Joined,
    /// The real part; real numbers stay as they are.
    Real,
    /// The imaginary part.
    Imaginary,
    /// With the imaginary part negated.
    Conjugate,
}

impl Operation for ComplexParts {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            ComplexParts::AsReal => x.f_resolve_conj()?.f_view_as_real(),
            ComplexParts::AsComplex => x.f_contiguous()?.f_view_as_complex(),
            ComplexParts::Joined => Tensor::f_complex(x, input(inputs, 1)?),
            ComplexParts::Real => x.f_real(),
            ComplexParts::Imaginary => x.f_imag(),
            ComplexParts::Conjugate => x.f_conj_physical(),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let shape = match (self, x) {
            (ComplexParts::AsReal, _) => [x, &[2]].concat(),
            (ComplexParts::AsComplex, [numbers @ .., 2]) => numbers.to_vec(),
            (ComplexParts::AsComplex, _) => {
                return Err(format!("{x:?} does not end in pairs of numbers"));
            }
            (ComplexParts::Joined, _) => shape::broadcast(x, shape::input(inputs, 1)?)?,
            (ComplexParts::Real | ComplexParts::Imaginary | ComplexParts::Conjugate, _) => {
                x.to_vec()
            }
        };
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        let output = outputs.iter().map(|output| elements(output)).sum();
        match self {
            ComplexParts::AsReal
            | ComplexParts::AsComplex
            | ComplexParts::Joined
            | ComplexParts::Real
            | ComplexParts::Imaginary
            | ComplexParts::Conjugate => Cost::of_each(outputs).with_scratch(output),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let axes = match self {
            ComplexParts::AsReal | ComplexParts::AsComplex => AxesRule::Lost,
            ComplexParts::Joined => AxesRule::Broadcast,
            ComplexParts::Real | ComplexParts::Imaginary | ComplexParts::Conjugate => {
                AxesRule::Elementwise
            }
        };
        Traits {
            axes,
            ..Traits::MOVES
        }
    }
}
