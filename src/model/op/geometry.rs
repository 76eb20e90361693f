//! What operations do to positions: the rules that [`receptive_field`] and [`axes`] follow through
//! the graph.
//!
//! They are data, so that an operation states what it does and the graph alone knows what that comes
//! to.
//!
//! [`receptive_field`]: crate::model::graph::receptive_field
//! [`axes`]: crate::model::graph::axes

/// What one position of an output depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FieldRule<'a> {
    /// On the same position of the inputs.
    Same,
    /// On a window of so many positions down and across, dilation included, which moves by `stride`.
    Window { extent: [f64; 2], stride: [f64; 2] },
    /// On one of as many windows as the output has positions, which cover the input evenly.
    AdaptiveWindow,
    /// On so many positions each way, as many times as the sizes of input and output say.
    Resized { taps: f64 },
    /// On all of the last axis: on the same position where that one holds the channels, else on
    /// everything.
    LastAxis,
    /// A product of two tensors. Like [`LastAxis`](Self::LastAxis) where only one of them depends on
    /// the image, else like [`Mixed`](Self::Mixed).
    Product,
    /// On every position of the same entry of the batch. Where there is more than one entry they may
    /// be windows of the image, which cannot be followed.
    Mixed,
    /// On everything.
    Everything,
    /// On everything along these axes; on all axes where there are none.
    Reduced(&'a [i64]),
    /// On one of every `step` positions along `dim`, as when neighbours become channels.
    Strided { dim: i64, step: i64 },
    /// Cannot be followed, unless every position has seen everything already.
    Unknown,
}

/// What the axes of an output mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AxesRule<'a> {
    /// What those of the first input mean, where the shape is the same.
    Elementwise,
    /// Batch, channels, rows and columns, where there are four.
    Image,
    /// What those of an input with the output's shape mean: the inputs are broadcast.
    Broadcast,
    /// The last axis of this input is multiplied with a matrix.
    Matrix {
        input: usize,
    },
    /// The last axis of the first input is multiplied with the second: a fixed matrix, or a value whose
    /// last axis takes its place.
    Product,
    /// Attention: each position of the first input, with what is gathered from the third.
    Attended,
    /// The elements keep their order under a new shape.
    Regrouped,
    /// What those of the first input mean, some of which grow from size 1.
    Expanded,
    Swapped(i64, i64),
    Permuted(&'a [i64]),
    /// Without these axes, or with size 1 there where `keepdim`.
    Reduced {
        dims: &'a [i64],
        keepdim: bool,
    },
    /// Entries along `dim` in any order, which is the same axis where it stays as long.
    Picked {
        dim: i64,
    },
    /// Every `step`th entry along `dim`, from `start` on.
    Sliced {
        dim: i64,
        start: i64,
        step: i64,
    },
    /// The outputs lie one after the other along `dim`.
    Parts {
        dim: i64,
    },
    /// The inputs lie one after the other along `dim`.
    Joined {
        dim: i64,
    },
    /// What those of the first input mean, where it is an image: in a row of tokens there would be
    /// positions where none were.
    Padded,
    /// Nothing that is known.
    Lost,
}

/// What the axes of the inputs mean, where those of the output are known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AxesBack<'a> {
    /// The first input is batch, channels, rows and columns.
    Image,
    Swapped(i64, i64),
    Permuted(&'a [i64]),
    /// Every input of the output's shape means the same.
    All,
    /// The first input means the same, where its shape is the same.
    First,
    /// Nothing that is known.
    Lost,
}
