//! Views of activations as maps, whatever order their axes are in.

use tch::{TchError, Tensor};

/// How to view an activation as a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `[1, C, H, W]`
    ChannelsFirst,
    /// `[1, H, W, C]`
    ChannelsLast,
    /// `[1, N, C]`: after `before` other tokens come `height` × `width` positions, row by row.
    Tokens {
        /// Tokens in front of the grid, such as a class token.
        before: i64,
        /// Rows of the grid.
        height: i64,
        /// Columns of the grid.
        width: i64,
    },
    /// `[1, C, N]`, with the tokens in the same order.
    TokensLast {
        /// Tokens in front of the grid, such as a class token.
        before: i64,
        /// Rows of the grid.
        height: i64,
        /// Columns of the grid.
        width: i64,
    },
}

impl Layout {
    /// Channels, height and width of an activation of this shape.
    pub fn sizes(self, shape: &[i64]) -> Option<[i64; 3]> {
        match (self, shape) {
            (Layout::ChannelsFirst, &[_, channels, height, width])
            | (Layout::ChannelsLast, &[_, height, width, channels]) => {
                Some([channels, height, width])
            }
            (Layout::Tokens { height, width, .. }, &[_, _, channels])
            | (Layout::TokensLast { height, width, .. }, &[_, channels, _]) => {
                Some([channels, height, width])
            }
            _ => None,
        }
    }

    /// The axis that the channels run along.
    pub(crate) fn channel_axis(self) -> usize {
        match self {
            Layout::ChannelsFirst | Layout::TokensLast { .. } => 1,
            Layout::ChannelsLast => 3,
            Layout::Tokens { .. } => 2,
        }
    }

    /// `tensor` viewed as `[1, C, H, W]`; tokens that belong to no position are left out.
    ///
    /// # Errors
    /// What libtorch says about a tensor of another shape.
    pub fn planes(self, tensor: &Tensor) -> Result<Tensor, TchError> {
        let grid = |tokens: Tensor, before: i64, height: i64, width: i64| {
            let positions = tokens.f_narrow(2, before, height * width)?;
            positions.f_unflatten(2, [height, width])
        };
        match self {
            Layout::ChannelsFirst => Ok(tensor.shallow_clone()),
            Layout::ChannelsLast => tensor.f_permute([0, 3, 1, 2]),
            Layout::Tokens {
                before,
                height,
                width,
            } => grid(tensor.f_transpose(1, 2)?, before, height, width),
            Layout::TokensLast {
                before,
                height,
                width,
            } => grid(tensor.shallow_clone(), before, height, width),
        }
    }
}
