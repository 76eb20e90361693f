//! What a node can compute.

use tch::Kind;

pub(crate) mod adjoint;
pub(crate) mod cost;
pub(crate) mod run;
pub(crate) mod shape;

/// How a convolution pads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Padding {
    Explicit(Vec<i64>),
    /// `"same"` or `"valid"`
    Named(String),
}

/// An ATen operation with its attributes; tensors are the node's inputs.
///
/// In-place variants are read as their out-of-place twins. Those that do nothing in evaluation
/// mode (`dropout`, `contiguous`, …) are [`Op::Identity`].
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Inputs: x, weight, and the bias if `bias`.
    Conv2d {
        bias: bool,
        stride: Vec<i64>,
        padding: Padding,
        dilation: Vec<i64>,
        groups: i64,
    },
    /// Over the last axes, whose sizes are `shape`. Inputs: x, then weight and bias where given.
    LayerNorm {
        shape: Vec<i64>,
        weight: bool,
        bias: bool,
        eps: f64,
    },
    /// Inputs: x, then weight and bias where given.
    GroupNorm {
        groups: i64,
        weight: bool,
        bias: bool,
        eps: f64,
    },
    /// Inputs: query, key, value, and what is added to their products if `mask`.
    Attention {
        mask: bool,
        causal: bool,
        scale: Option<f64>,
        grouped: bool,
    },
    Einsum {
        equation: String,
    },
    /// Inputs: x, then weight and bias if `affine`, then running mean and variance.
    BatchNorm {
        affine: bool,
        eps: f64,
    },
    /// Normalised by its own statistics, as weights are before they are used. Inputs: x, then
    /// weight and bias where given. Of a picture's values this would be training: refused.
    Standardise {
        weight: bool,
        bias: bool,
        eps: f64,
    },
    Relu,
    /// ReLU6 is the one from 0 to 6.
    Hardtanh {
        min: f64,
        max: f64,
    },
    LeakyRelu {
        slope: f64,
    },
    Elu {
        alpha: f64,
    },
    Sigmoid,
    Tanh,
    Silu,
    Gelu {
        approximate: String,
    },
    Hardswish,
    Hardsigmoid,
    Mish,
    Softplus,
    /// Negative values times a slope of their own; inputs: x, the slopes, laid over x.
    Prelu,
    Softmax {
        dim: i64,
        log: bool,
    },
    MaxPool2d {
        kernel: Vec<i64>,
        stride: Vec<i64>,
        padding: Vec<i64>,
        dilation: Vec<i64>,
        ceil_mode: bool,
    },
    AvgPool2d {
        kernel: Vec<i64>,
        stride: Vec<i64>,
        padding: Vec<i64>,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: Option<i64>,
    },
    AdaptiveAvgPool2d {
        size: Vec<i64>,
    },
    AdaptiveMaxPool2d {
        size: Vec<i64>,
    },
    /// Inputs: x, weight, and the bias if `bias`.
    Linear {
        bias: bool,
    },
    /// Inputs: bias, a, b.
    Addmm,
    Matmul,
    Flatten {
        start: i64,
        end: i64,
    },
    Cat {
        dim: i64,
    },
    Stack {
        dim: i64,
    },
    /// a + alpha · b
    Add {
        alpha: f64,
    },
    /// a - alpha · b
    Sub {
        alpha: f64,
    },
    Mul,
    Div,
    AddScalar(f64),
    /// other - x
    RsubScalar(f64),
    MulScalar(f64),
    PowScalar(f64),
    /// x + value · a · b; inputs: x, a, b.
    AddProduct {
        value: f64,
    },
    Exp,
    Log,
    Erf,
    Abs,
    /// The larger of two.
    Maximum,
    /// The smaller of two.
    Minimum,
    Sin,
    Cos,
    /// base ^ x
    PowOf(f64),
    /// a / b, rounded down.
    DivFloor,
    DivScalarFloor(f64),
    /// a / b of whole numbers, rounded towards nought.
    DivWhole,
    /// `true` where x is (or is not) the number.
    IsScalar {
        number: f64,
        not: bool,
    },
    /// The other truth value.
    Not,
    /// Inputs: x, and where it becomes `value`.
    MaskedFill {
        value: f64,
    },
    /// Inputs: a condition, and what is taken where it holds and where it does not.
    Where,
    /// Whether any is true (not zero) along a dimension.
    AnyAlong {
        dim: i64,
        keepdim: bool,
    },
    /// What is left of x after division, with the sign of x.
    RemainderOf(f64),
    /// Inputs: x, and the places that are taken along `dim`.
    IndexSelect {
        dim: i64,
    },
    CumulativeSum {
        dim: i64,
    },
    /// The largest along a dimension.
    MaxAlong {
        dim: i64,
        keepdim: bool,
    },
    /// One number everywhere; no inputs.
    Full {
        shape: Vec<i64>,
        value: f64,
        kind: Kind,
    },
    /// The numbers from `start` up to `end`; no inputs.
    Range {
        start: f64,
        end: f64,
        step: f64,
        kind: Kind,
    },
    /// Inputs: x, and the single number that it is filled with.
    Fill,
    FillScalar(f64),
    /// Another type of number.
    Cast(Kind),
    /// Inputs: x, and what it takes its type from.
    CastAs,
    /// x with a part of it replaced; inputs: x, the part.
    SelectScatter {
        dim: i64,
        index: i64,
    },
    SliceScatter {
        dim: i64,
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    /// The patches under a window, as columns.
    Unfold {
        kernel: Vec<i64>,
        dilation: Vec<i64>,
        padding: Vec<i64>,
        stride: Vec<i64>,
    },
    /// Columns added up where their patches lie.
    Fold {
        size: Vec<i64>,
        kernel: Vec<i64>,
        dilation: Vec<i64>,
        padding: Vec<i64>,
        stride: Vec<i64>,
    },
    /// (Σ |x|ᵒʳᵈ)^(1/ord), over all dimensions where `dims` is empty.
    VectorNorm {
        ord: f64,
        dims: Vec<i64>,
        keepdim: bool,
    },
    /// To the nearest place, to a size or by a factor each way.
    UpsampleNearest {
        size: Option<Vec<i64>>,
        factors: Vec<f64>,
    },
    /// Between places, `"bilinear"` or `"bicubic"`. `factors` say how far apart the places lie that
    /// are looked at, where that is not the ratio of the sizes.
    Interpolate {
        mode: String,
        align_corners: bool,
        size: [i64; 2],
        factors: Option<[f64; 2]>,
    },
    Clamp {
        min: Option<f64>,
        max: Option<f64>,
    },
    /// Over all dimensions where `dims` is empty.
    Mean {
        dims: Vec<i64>,
        keepdim: bool,
    },
    Sum {
        dims: Vec<i64>,
        keepdim: bool,
    },
    /// `view` and `reshape`
    Reshape {
        shape: Vec<i64>,
    },
    Expand {
        shape: Vec<i64>,
    },
    /// Inputs: x, and what it takes its shape from.
    ExpandAs,
    ReshapeAs,
    Unflatten {
        dim: i64,
        sizes: Vec<i64>,
    },
    ImageList {
        shifts: Vec<i64>,
        dims: Vec<i64>,
    },
    /// The parts along `dim`, without it.
    Unbind {
        dim: i64,
    },
    /// Inputs: x, and for each dimension with `true` the places along it.
    Index {
        dims: Vec<bool>,
    },
    Transpose {
        a: i64,
        b: i64,
    },
    Permute {
        dims: Vec<i64>,
    },
    Chunk {
        chunks: i64,
        dim: i64,
    },
    /// Sizes of each part along `dim`.
    Split {
        sizes: Vec<i64>,
        dim: i64,
    },
    SplitEvery {
        size: i64,
        dim: i64,
    },
    Select {
        dim: i64,
        index: i64,
    },
    Slice {
        dim: i64,
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    Unsqueeze {
        dim: i64,
    },
    /// All dimensions of size 1 where `None`.
    Squeeze {
        dim: Option<i64>,
    },
    Pad {
        pad: Vec<i64>,
        mode: String,
        value: Option<f64>,
    },
    /// Cuts the gradient: PyTorch's `detach`.
    Detach,
    Identity,
}

impl Op {
    /// Rectifiers are where the ReLU rules of guided backpropagation act: they pass a positive
    /// input on and stop a negative one. Smooth activations (SiLU, GELU, …) are not among them.
    pub fn is_rectifier(&self) -> bool {
        match self {
            Op::Relu => true,
            Op::Hardtanh { min, max } => *min == 0.0 && *max > 0.0,
            Op::Clamp { min, max } => *min == Some(0.0) && max.is_none_or(|max| max > 0.0),
            _ => false,
        }
    }

    /// Whether nothing comes back through it: what it hands on does not change with its input, or
    /// only in jumps.
    pub fn ends_gradient(&self) -> bool {
        matches!(
            self,
            Op::Detach
                | Op::IsScalar { .. }
                | Op::Not
                | Op::AnyAlong { .. }
                | Op::FillScalar(_)
                | Op::DivFloor
                | Op::DivWhole
                | Op::DivScalarFloor(_)
        )
    }

    /// The upper bound of a rectifier, past which it is flat again: 6 for ReLU6.
    pub fn rectifier_ceiling(&self) -> Option<f64> {
        match self {
            Op::Hardtanh { max, .. } => Some(*max),
            Op::Clamp { max, .. } => *max,
            _ => None,
        }
    }
}
