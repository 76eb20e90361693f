//! Transposed convolutions, by which decoders make maps larger.

use tch::{TchError, Tensor};

use super::convolution::{batch_and_kernel, check_bias};
use super::window::wrong_rank;
use crate::model::op::geometry::{AxesBack, AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, count, elements};

/// A transposed convolution over one, two or three axes: each position of x adds a kernel to the
/// output, `stride` apart. Inputs: x, the weight
/// `[in channels, out channels / groups, ...kernel]`, and the bias if `bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct TransposedConvolution {
    /// Whether a bias `[out channels]` is the third input.
    pub bias: bool,
    /// Distance between neighbouring kernels, a number for each axis, or one for all.
    pub stride: Vec<i64>,
    /// Positions cut off on both sides of each axis.
    pub padding: Vec<i64>,
    /// Positions added after each axis.
    pub output_padding: Vec<i64>,
    /// Distance between neighbouring kernel taps, a number for each axis, or one for all.
    pub dilation: Vec<i64>,
    /// How many groups the channels are split into, each convolved by itself.
    pub groups: i64,
}

/// What a list says about one axis.
fn along(sizes: &[i64], axis: usize) -> Option<i64> {
    sizes.get(axis).or(sizes.first()).copied()
}

impl TransposedConvolution {
    /// How many output positions `size` input positions give along an axis.
    fn length(&self, axis: usize, size: i64, kernel: i64) -> Option<i64> {
        let of = |sizes: &[i64]| along(sizes, axis).map(i128::from);
        let reach = of(&self.dilation)? * (i128::from(kernel) - 1) + 1;
        let last = (i128::from(size) - 1) * of(&self.stride)?;
        let whole = last + reach + of(&self.output_padding)? - 2 * of(&self.padding)?;
        i64::try_from(whole).ok().filter(|length| *length > 0)
    }

    /// A position gets what the kernels of its neighbours leave there: as many as lie within the
    /// reach of one, `1 / stride` apart.
    fn reach(&self, inputs: &[&[i64]]) -> FieldRule<'static> {
        let Some(&[_, _, height, width]) = inputs.get(1).copied() else {
            return FieldRule::Unknown;
        };
        let of = |sizes: &[i64], axis: usize| along(sizes, axis).unwrap_or(1).max(1) as f64;
        let kernels = |axis: usize, kernel: i64| {
            let reach = of(&self.dilation, axis) * (kernel - 1) as f64;
            (reach / of(&self.stride, axis)).floor() + 1.0
        };
        FieldRule::Window {
            extent: [kernels(0, height), kernels(1, width)],
            stride: [0, 1].map(|axis| of(&self.stride, axis).recip()),
        }
    }
}

impl Operation for TransposedConvolution {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let (x, weight) = (input(inputs, 0)?, input(inputs, 1)?);
        let bias = self.bias.then(|| input(inputs, 2)).transpose()?;
        let (stride, padding) = (self.stride.as_slice(), self.padding.as_slice());
        let (more, dilation) = (self.output_padding.as_slice(), self.dilation.as_slice());
        let groups = self.groups;
        let y = match weight.dim() {
            3 => x.f_conv_transpose1d(weight, bias, stride, padding, more, groups, dilation),
            4 => x.f_conv_transpose2d(weight, bias, stride, padding, more, groups, dilation),
            5 => x.f_conv_transpose3d(weight, bias, stride, padding, more, groups, dilation),
            rank => return Err(wrong_rank(rank.saturating_sub(2))),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let (x, weight) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        let (batch, kernel) = batch_and_kernel(x, weight)?;
        let sizes = x[batch.len() + 1..].iter().zip(kernel).enumerate();
        let lengths = sizes.map(|(axis, (size, kernel))| self.length(axis, *size, *kernel));
        let lengths: Option<Shape> = lengths.collect();
        let lengths = lengths.ok_or_else(|| format!("a kernel {weight:?} does not fit {x:?}"))?;
        let channels = count(&[weight[1], self.groups]).ok_or("it has too many channels")?;
        if self.bias {
            check_bias(shape::input(inputs, 2)?, channels)?;
        }
        Ok(OutputShapes::one([batch, &[channels], &lengths].concat()))
    }

    /// A product with the kernel for each position of x, all of which are held before they are added
    /// up.
    fn cost(&self, inputs: &[&[i64]], _: &[Shape]) -> Cost {
        let of = |index: usize| inputs.get(index).copied().unwrap_or_default();
        let (x, weight) = (of(0), of(1));
        let kernel = weight.get(1..).unwrap_or_default();
        let positions = elements(x) / weight.first().map_or(1.0, |&channels| channels as f64);
        let columns = positions * elements(kernel) * self.groups as f64;
        Cost::of_multiply_adds(elements(x) * elements(kernel)).with_scratch(columns)
    }

    fn traits(&self, given: &Given<'_>) -> Traits<'_> {
        Traits {
            field: self.reach(given.shapes),
            axes: AxesRule::Image,
            axes_back: AxesBack::Image,
            ..Traits::MIXES
        }
    }
}
