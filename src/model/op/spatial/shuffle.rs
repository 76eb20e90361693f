//! Channels turned into positions and back, and channels in another order.

use tch::{TchError, Tensor};

use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape};

/// The elements of x in another order.
#[derive(Debug, Clone, PartialEq)]
pub enum Shuffle {
    /// `[…, C · r², H, W]` to `[…, C, H · r, W · r]` (Shi et al., arXiv 1609.05158).
    ToPixels {
        /// r, by how much it grows each way.
        factor: i64,
    },
    /// `[…, C, H · r, W · r]` to `[…, C · r², H, W]`.
    ToChannels {
        /// r, by how much it shrinks each way.
        factor: i64,
    },
    /// `[N, C, …]` with the channels of all groups dealt out in turn (Zhang et al., arXiv
    /// 1707.01083).
    Channels {
        /// How many groups there are.
        groups: i64,
    },
    /// The first entry moves to the middle, as spectra are shown.
    ToMiddle {
        /// The axes along which it moves; all where `None`.
        dims: Option<Vec<i64>>,
        /// Whether it moves back from the middle instead.
        back: bool,
    },
}

impl Operation for Shuffle {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let y = match self {
            Shuffle::ToPixels { factor } => x.f_pixel_shuffle(*factor),
            Shuffle::ToChannels { factor } => x.f_pixel_unshuffle(*factor),
            Shuffle::Channels { groups } => x.f_channel_shuffle(*groups),
            Shuffle::ToMiddle { dims, back: false } => x.f_fft_fftshift(dims.as_deref()),
            Shuffle::ToMiddle { dims, back: true } => x.f_fft_ifftshift(dims.as_deref()),
        };
        Ok(vec![y?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let unfit = || format!("{self:?} does not fit {x:?}");
        let made = match (self, x) {
            (Shuffle::ToPixels { factor }, &[ref batch @ .., channels, height, width]) => {
                let square = factor.checked_mul(*factor).filter(|_| *factor > 0);
                let square = square.filter(|square| channels % square == 0);
                let channels = channels / square.ok_or_else(unfit)?;
                let (rows, columns) = (
                    height.saturating_mul(*factor),
                    width.saturating_mul(*factor),
                );
                [batch, &[channels, rows, columns]].concat()
            }
            (Shuffle::ToChannels { factor }, &[ref batch @ .., channels, height, width]) => {
                if *factor < 1 || height % factor != 0 || width % factor != 0 {
                    return Err(unfit());
                }
                let channels = channels.saturating_mul(factor.saturating_mul(*factor));
                [batch, &[channels, height / factor, width / factor]].concat()
            }
            (Shuffle::ToMiddle { dims, .. }, _) => {
                for dim in dims.iter().flatten() {
                    shape::axis(*dim, x.len())?;
                }
                x.to_vec()
            }
            (Shuffle::Channels { groups }, &[_, channels, _, ..]) => {
                if *groups < 1 || channels % groups != 0 {
                    return Err(unfit());
                }
                x.to_vec()
            }
            (
                Shuffle::ToPixels { .. } | Shuffle::ToChannels { .. } | Shuffle::Channels { .. },
                _,
            ) => {
                return Err(unfit());
            }
        };
        Ok(OutputShapes::one(made))
    }

    fn cost(&self, _: &[&[i64]], outputs: &[Shape]) -> Cost {
        match self {
            Shuffle::ToPixels { .. }
            | Shuffle::ToChannels { .. }
            | Shuffle::Channels { .. }
            | Shuffle::ToMiddle { .. } => Cost::of_each(outputs),
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        match self {
            Shuffle::ToPixels { factor } => Traits {
                field: FieldRule::Window {
                    extent: [1.0; 2],
                    stride: [(*factor as f64).recip(); 2],
                },
                axes: AxesRule::Image,
                ..Traits::MIXES
            },
            Shuffle::ToChannels { factor } => Traits {
                field: FieldRule::Window {
                    extent: [*factor as f64; 2],
                    stride: [*factor as f64; 2],
                },
                axes: AxesRule::Image,
                ..Traits::MIXES
            },
            Shuffle::Channels { .. } => Traits {
                axes: AxesRule::Elementwise,
                ..Traits::MOVES
            },
            Shuffle::ToMiddle { .. } => Traits {
                field: FieldRule::Unknown,
                ..Traits::MIXES
            },
        }
    }
}
