//! Which way back a node has.

use super::products::Convolution;
use crate::model::graph::{Graph, Node, Op, Padding};

/// How a gradient passes a node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Adjoint {
    /// A 1 × 1 convolution: by the transposed matrix.
    Pointwise,
    /// A convolution of each channel by itself, stride 1: by the mirrored kernel.
    Depthwise {
        padding: Vec<i64>,
        dilation: Vec<i64>,
    },
    /// Any other convolution: by the transposed one.
    Convolution(Convolution),
    /// A matrix product, as at the head of most networks.
    Linear,
    /// Padding: by cutting it off again. How much before the first place, the last axis first.
    Crop { before: Vec<i64> },
    /// Batch normalisation by fixed statistics: a factor for each channel.
    Scale { affine: bool, eps: f64 },
    /// To both addends, summed over what was broadcast.
    Sum,
    /// To each part what lies in its place.
    Cat { dim: i64 },
    /// A mean over `dims`: the same share to each place of it.
    Spread { dims: Vec<i64> },
    /// The same numbers in the shape they had.
    Reshaped,
    /// Unchanged.
    Same,
    /// By libtorch's record.
    Recorded,
}

impl Adjoint {
    /// Of a node with one input that counts, its first.
    pub(crate) fn of(graph: &Graph, node: &Node) -> Adjoint {
        let fixed = node
            .inputs
            .iter()
            .skip(1)
            .all(|id| graph.weight(*id).is_some());
        if !fixed {
            return Adjoint::Recorded;
        }
        match &node.op {
            Op::BatchNorm { affine, eps } => Adjoint::Scale {
                affine: *affine,
                eps: *eps,
            },
            Op::Conv2d { .. } => Adjoint::of_convolution(graph, node).unwrap_or(Adjoint::Recorded),
            Op::Linear { .. } => Adjoint::Linear,
            Op::Pad { pad, mode, .. } if mode == "constant" && pad.iter().all(|n| *n >= 0) => {
                let before = pad.iter().step_by(2).copied().collect();
                Adjoint::Crop { before }
            }
            Op::AdaptiveAvgPool2d { size } if size.iter().all(|n| *n == 1) => {
                Adjoint::Spread { dims: vec![-2, -1] }
            }
            Op::Mean { dims, .. } if !dims.is_empty() => Adjoint::Spread { dims: dims.clone() },
            Op::Flatten { .. }
            | Op::Reshape { .. }
            | Op::Unflatten { .. }
            | Op::Unsqueeze { .. }
            | Op::Squeeze { .. } => Adjoint::Reshaped,
            Op::Identity => Adjoint::Same,
            _ => Adjoint::Recorded,
        }
    }

    fn of_convolution(graph: &Graph, node: &Node) -> Option<Adjoint> {
        let Op::Conv2d {
            stride,
            padding: Padding::Explicit(padding),
            dilation,
            groups,
            ..
        } = &node.op
        else {
            return None;
        };
        let &[out_channels, in_channels, height, width] =
            graph.weight(*node.inputs.get(1)?)?.size().as_slice()
        else {
            return None;
        };
        let strided = stride.iter().any(|stride| *stride != 1);
        let padded = padding.iter().any(|padding| *padding != 0);
        if (height, width, *groups) == (1, 1, 1) && !padded && !strided {
            return Some(Adjoint::Pointwise);
        }
        if (in_channels, *groups) != (1, out_channels) || strided {
            return Some(Adjoint::Convolution(Convolution {
                stride: stride.clone(),
                padding: padding.clone(),
                dilation: dilation.clone(),
                groups: *groups,
            }));
        }
        // Missing here, they were not given one by one: left to libtorch.
        let along = |axis: usize, kernel: i64| {
            let back = dilation.get(axis)? * (kernel - 1) - padding.get(axis)?;
            (back >= 0).then_some(back)
        };
        Some(Adjoint::Depthwise {
            padding: vec![along(0, height)?, along(1, width)?],
            dilation: dilation.clone(),
        })
    }
}
