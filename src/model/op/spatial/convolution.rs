//! Convolutions.

use tch::{TchError, Tensor};

use super::window::{Window, wrong_rank};
use crate::model::op::adjoint::{self, Adjoint};
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{
    Cost, FeatureRole, Given, GradientRole, Operation, Traits, input,
};
use crate::model::op::shape::{self, OutputShapes, Shape, elements};

/// How a convolution pads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Padding {
    /// By so many zeros on both sides of each axis.
    Explicit(Vec<i64>),
    /// `"same"` or `"valid"`
    Named(String),
}

/// A convolution over one, two or three axes: as many as its kernel has. Inputs: x, the weight
/// `[out channels, in channels / groups, ...kernel]`, and the bias if `bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    /// Whether a bias `[out channels]` is the third input.
    pub bias: bool,
    /// Distance between neighbouring windows: a number for each axis, or one for all.
    pub stride: Vec<i64>,
    /// Zeros around the image.
    pub padding: Padding,
    /// Distance between neighbouring kernel taps: a number for each axis, or one for all.
    pub dilation: Vec<i64>,
    /// How many groups the channels are split into, each convolved by itself; as many as there are
    /// input channels if depthwise.
    pub groups: i64,
}

impl Convolution {
    fn window<'a>(&'a self, kernel: &'a [i64], padding: &'a [i64]) -> Window<'a> {
        Window {
            kernel,
            stride: &self.stride,
            padding,
            dilation: &self.dilation,
            ceil_mode: false,
        }
    }

    /// The way back that does without libtorch's record; `None` where there is none.
    fn cheap_adjoint(&self, weight: &Tensor) -> Option<Adjoint> {
        let Padding::Explicit(padding) = &self.padding else {
            return None;
        };
        let &[out_channels, in_channels, height, width] = weight.size().as_slice() else {
            return None;
        };
        let strided = self.stride.iter().any(|stride| *stride != 1);
        let padded = padding.iter().any(|padding| *padding != 0);
        if (height, width, self.groups) == (1, 1, 1) && !padded && !strided {
            return Some(Adjoint::Pointwise);
        }
        if (in_channels, self.groups) != (1, out_channels) || strided {
            return Some(Adjoint::Convolution(adjoint::TransposedConvolution {
                stride: self.stride.clone(),
                padding: padding.clone(),
                dilation: self.dilation.clone(),
                groups: self.groups,
            }));
        }
        // Left to libtorch where a list does not name both axes.
        let along = |axis: usize, kernel: i64| {
            let back = self.dilation.get(axis)? * (kernel - 1) - padding.get(axis)?;
            (back >= 0).then_some(back)
        };
        Some(Adjoint::Depthwise {
            padding: vec![along(0, height)?, along(1, width)?],
            dilation: self.dilation.clone(),
        })
    }
}

/// The axes of `x` before its channels, of which there is one at most, and the sizes of the kernel.
///
/// # Errors
/// In words, where the two do not fit.
pub(super) fn batch_and_kernel<'a>(
    x: &'a [i64],
    weight: &'a [i64],
) -> Result<(&'a [i64], &'a [i64]), String> {
    let unfit = || format!("a kernel {weight:?} does not fit {x:?}");
    let [_, _, kernel @ ..] = weight else {
        return Err(unfit());
    };
    if !(1..=3).contains(&kernel.len()) {
        return Err(unfit());
    }
    match x.len().checked_sub(kernel.len() + 1) {
        Some(batch @ (0 | 1)) => Ok((&x[..batch], kernel)),
        Some(_) => Err(format!("{x:?} is no image")),
        None => Err(unfit()),
    }
}

/// # Errors
/// In words, where there is not one bias for each channel that comes out.
pub(super) fn check_bias(bias: &[i64], channels: i64) -> Result<(), String> {
    if bias == [channels] {
        Ok(())
    } else {
        Err(format!("a bias {bias:?} does not fit {channels} channels"))
    }
}

impl Operation for Convolution {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let (x, weight) = (input(inputs, 0)?, input(inputs, 1)?);
        let bias = self.bias.then(|| input(inputs, 2)).transpose()?;
        let (stride, dilation) = (self.stride.as_slice(), self.dilation.as_slice());
        let groups = self.groups;
        let y = match (&self.padding, weight.dim()) {
            (Padding::Explicit(sizes), 3) => {
                x.f_conv1d(weight, bias, stride, sizes.as_slice(), dilation, groups)
            }
            (Padding::Explicit(sizes), 4) => {
                x.f_conv2d(weight, bias, stride, sizes.as_slice(), dilation, groups)
            }
            (Padding::Explicit(sizes), 5) => {
                x.f_conv3d(weight, bias, stride, sizes.as_slice(), dilation, groups)
            }
            (Padding::Named(name), 3) => {
                x.f_conv1d_padding(weight, bias, stride, name, dilation, groups)
            }
            (Padding::Named(name), 4) => {
                x.f_conv2d_padding(weight, bias, stride, name, dilation, groups)
            }
            (Padding::Named(name), 5) => {
                x.f_conv3d_padding(weight, bias, stride, name, dilation, groups)
            }
            (Padding::Explicit(_) | Padding::Named(_), rank) => {
                return Err(wrong_rank(rank.saturating_sub(2)));
            }
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let (x, weight) = (shape::input(inputs, 0)?, shape::input(inputs, 1)?);
        let (batch, kernel) = batch_and_kernel(x, weight)?;
        if self.bias {
            check_bias(shape::input(inputs, 2)?, weight[0])?;
        }
        let positions = match &self.padding {
            Padding::Explicit(padding) => self.window(kernel, padding).positions(x)?,
            Padding::Named(name) if name == "valid" => self.window(kernel, &[0]).positions(x)?,
            Padding::Named(name) if name == "same" => x[x.len() - kernel.len()..].to_vec(),
            Padding::Named(name) => return Err(format!("there is no padding called {name:?}")),
        };
        Ok(OutputShapes::one(
            [batch, &[weight[0]], &positions].concat(),
        ))
    }

    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let weight = inputs.get(1).copied().unwrap_or_default();
        let each = elements(weight.get(1..).unwrap_or_default());
        Cost::of_multiply_adds(outputs.iter().map(|output| elements(output)).sum::<f64>() * each)
    }

    fn traits(&self, given: &Given<'_>) -> Traits<'_> {
        let kernel = given.shapes.get(1).and_then(|weight| weight.get(2..));
        let cheap = given
            .weight(1)
            .and_then(|weight| self.cheap_adjoint(weight));
        Traits {
            adjoint: cheap.unwrap_or(Adjoint::Recorded),
            field: self.window(kernel.unwrap_or_default(), &[]).field(),
            axes: AxesRule::Image,
            axes_back: AxesBack::Image,
            gradient: GradientRole::Plain,
            feature: FeatureRole::Convolution,
        }
    }
}
