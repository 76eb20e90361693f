//! Windows laid out as columns, and columns put back: libtorch's im2col and col2im.

use tch::{TchError, Tensor};

use super::window::Window;
use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, count, elements};

/// Patches of an image, each a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Patches {
    /// `[N, C, H, W]` to `[N, C · kernel, positions]`.
    Unfold {
        /// Height and width of a patch.
        kernel: Vec<i64>,
        /// Distance between neighbouring kernel taps, by axis.
        dilation: Vec<i64>,
        /// Zeros added around the image on each side, by axis.
        padding: Vec<i64>,
        /// Distance between neighbouring patches, by axis.
        stride: Vec<i64>,
    },
    /// `[N, C · kernel, positions]` to `[N, C, size]`: patches are added up where they lie.
    Fold {
        /// `[height, width]` of the image, padding not included.
        size: Vec<i64>,
        /// Height and width of a patch.
        kernel: Vec<i64>,
        /// Distance between neighbouring kernel taps, by axis.
        dilation: Vec<i64>,
        /// Zeros that were added around the image on each side, by axis.
        padding: Vec<i64>,
        /// Distance between neighbouring patches, by axis.
        stride: Vec<i64>,
    },
}

impl Patches {
    fn window(&self) -> Window<'_> {
        let (Patches::Unfold {
            kernel,
            dilation,
            padding,
            stride,
        }
        | Patches::Fold {
            kernel,
            dilation,
            padding,
            stride,
            ..
        }) = self;
        Window {
            kernel,
            stride,
            padding,
            dilation,
            ceil_mode: false,
        }
    }
}

impl Operation for Patches {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Patches::Unfold {
                kernel,
                dilation,
                padding,
                stride,
            } => x.f_im2col(
                kernel.as_slice(),
                dilation.as_slice(),
                padding.as_slice(),
                stride.as_slice(),
            ),
            Patches::Fold {
                size,
                kernel,
                dilation,
                padding,
                stride,
            } => x.f_col2im(
                size.as_slice(),
                kernel.as_slice(),
                dilation.as_slice(),
                padding.as_slice(),
                stride.as_slice(),
            ),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let window = self.window();
        let kernel = count(window.kernel).filter(|kernel| *kernel > 0);
        let shape = match self {
            Patches::Unfold { .. } => {
                let unfit = || format!("{x:?} has no patches of {:?}", window.kernel);
                let [batch @ .., channels, _, _] = x else {
                    return Err(unfit());
                };
                let positions = window.positions(x)?;
                let positions = positions.into_iter().fold(1, i64::saturating_mul);
                let values = kernel.and_then(|kernel| channels.checked_mul(kernel));
                let values = values.ok_or_else(unfit)?;
                [batch, &[values, positions]].concat()
            }
            Patches::Fold {
                size, kernel: of, ..
            } => {
                let unfit = || format!("patches {x:?} of {of:?} do not make an image {size:?}");
                let (&[ref batch @ .., values, patches], &[height, width]) = (x, size.as_slice())
                else {
                    return Err(unfit());
                };
                let kernel = kernel.filter(|kernel| values % kernel == 0);
                let channels = values / kernel.ok_or_else(unfit)?;
                let image = [batch, &[channels, height, width]].concat();
                if count(&window.positions(&image)?) != Some(patches) {
                    return Err(unfit());
                }
                image
            }
        };
        Ok(OutputShapes::one(shape))
    }

    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let input = inputs.first().map_or(0.0, |x| elements(x));
        match self {
            Patches::Unfold { .. } => Cost::of_each(outputs),
            Patches::Fold { .. } => Cost::of_each(inputs).with_scratch(input),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let axes = match self {
            Patches::Unfold { .. } => AxesRule::Lost,
            Patches::Fold { .. } => AxesRule::Image,
        };
        Traits {
            field: FieldRule::Unknown,
            axes,
            ..Traits::MIXES
        }
    }
}
