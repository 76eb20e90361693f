//! ONNX operators by name, read as [`Op`]s.
//!
//! [`reader`] is a table from names to readers, which stand in one file per family. A reader looks at the
//! attributes and inputs of one node, adds one or more operations to the graph through the [`Builder`], and
//! returns the node's outputs in order. It knows nothing about other nodes.

mod arithmetic;
mod choosing;
mod constants;
mod contrib;
mod experimental;
mod index;
pub(super) mod ml;
mod products;
pub(super) mod quantised;
mod reduce;
mod shape;
pub(crate) mod spatial;

use super::args::Args;
use super::build::Builder;
use super::message::proto::{Node, is_own_domain};
use crate::model::format::build::refusal::Answer;
use crate::model::graph::ValueId;
use crate::model::op::shape as shapes;
use crate::model::op::{Arithmetic, Op, Reshaping};
use arithmetic::unary;
use products::{fourier, layers, norm, recurrent};
use spatial::{col2im, convolution, grid, pool, resize};

/// Adds the operations of one node to the graph and returns the values of its outputs, in order.
pub type Reader = fn(&Args, &mut Builder) -> Answer<Vec<ValueId>>;

/// What reads a node; `None` if its operator is not supported.
pub fn reader(node: &Node) -> Option<Reader> {
    let reader: Reader = match node.op_type.as_str() {
        op if node.domain == ml::DOMAIN => return ml::reader(op),
        _ if quantised::reader(node).is_some() => return quantised::reader(node),
        op if node.domain == contrib::DOMAIN => return contrib::reader(op),
        _ if !is_own_domain(&node.domain) => return None,
        "Conv" => convolution::convolution,
        "ConvTranspose" => convolution::transposed,
        "Gemm" => layers::gemm,
        "MatMul" => layers::matmul,
        "Einsum" => layers::einsum,
        "Attention" => layers::attention,
        "BatchNormalization" => norm::batch,
        "InstanceNormalization" => norm::instance,
        "LayerNormalization" => norm::layer,
        "GroupNormalization" => norm::group,
        // onnxruntime writes the second for the first.
        "RMSNormalization" | "SimplifiedLayerNormalization" => norm::root_mean_square,
        "LRN" => norm::local_response,
        "LpNormalization" => norm::lp,
        "MeanVarianceNormalization" => norm::mean_variance,
        "MaxPool" => pool::max,
        "AveragePool" => pool::average,
        "LpPool" => pool::lp,
        "GlobalAveragePool" | "GlobalMaxPool" | "GlobalLpPool" => pool::global,
        "GridSample" => grid::sample,
        "AffineGrid" => grid::affine,
        "LSTM" | "GRU" | "RNN" => recurrent::layer,
        "DFT" => fourier::dft,
        "Relu" | "LeakyRelu" | "PRelu" | "Elu" | "Selu" | "Celu" | "Clip" | "Sigmoid"
        | "ThresholdedRelu" | "Shrink" | "HardSigmoid" | "HardSwish" | "Swish" | "Tanh"
        | "Gelu" | "Softplus" | "Softsign" | "Mish" => arithmetic::activation,
        "Softmax" | "LogSoftmax" => arithmetic::softmax,
        "Abs" | "Acos" | "Acosh" | "Asin" | "Asinh" | "Atan" | "Atanh" | "BitwiseNot" | "Ceil"
        | "Cos" | "Cosh" | "Erf" | "Exp" | "Floor" | "IsNaN" | "Log" | "Not" | "Round" | "Sign"
        | "Sin" | "Sinh" | "Tan" => choosing::function,
        "Sqrt" => |args, builder| unary(args, builder, Arithmetic::PowScalar(0.5)),
        "Neg" => |args, builder| unary(args, builder, Arithmetic::MulScalar(-1.0)),
        "Reciprocal" => |args, builder| unary(args, builder, Arithmetic::PowScalar(-1.0)),
        "IsInf" => choosing::is_infinite,
        "Equal" | "Less" | "Greater" | "LessOrEqual" | "GreaterOrEqual" | "And" | "Or" | "Xor"
        | "BitwiseAnd" | "BitwiseOr" | "BitwiseXor" | "BitShift" | "Mod" => choosing::pair,
        "Add" | "Sub" | "Mul" | "Div" | "Pow" => arithmetic::binary,
        "Min" | "Max" | "Sum" | "Mean" => arithmetic::variadic,
        "Where" => arithmetic::choice,
        "ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceMin" | "ReduceL1" | "ReduceL2"
        | "ReduceSumSquare" | "ReduceProd" | "ReduceLogSum" | "ReduceLogSumExp" => reduce::reduce,
        "ArgMax" | "ArgMin" => choosing::position,
        "TopK" => choosing::top,
        "CumSum" => choosing::cumulative_sum,
        "CumProd" => choosing::cumulative_product,
        "Det" => choosing::determinant,
        "Identity" | "Dropout" => shape::identity,
        "Flatten" => shape::flatten,
        "Reshape" => shape::reshape,
        "Squeeze" => shape::squeeze,
        "Unsqueeze" => shape::unsqueeze,
        "Transpose" => shape::transpose,
        "Expand" => shape::expand,
        "Tile" => shape::tile,
        "Pad" => shape::pad,
        "CenterCropPad" => shape::centre,
        "DepthToSpace" => shape::depth_to_space,
        "SpaceToDepth" => shape::space_to_depth,
        "Col2Im" => col2im::fold,
        "Concat" => index::concat,
        "Split" => index::split,
        "Slice" => index::slice,
        "Gather" => index::gather,
        "Compress" => index::compress,
        "GatherND" => index::gather_nd,
        "GatherElements" => choosing::gather_elements,
        "ScatterElements" | "Scatter" => choosing::scatter_elements,
        "ScatterND" => choosing::scatter_nd,
        "OneHot" => choosing::one_hot,
        "Trilu" => choosing::triangle,
        "NonZero" => choosing::nonzero,
        "RandomNormal" | "RandomUniform" | "RandomNormalLike" | "RandomUniformLike"
        | "Bernoulli" | "Multinomial" => choosing::random,
        "Hardmax" => choosing::jumps,
        "Resize" | "Upsample" => resize::resize,
        "Crop" => experimental::crop,
        "ImageScaler" => experimental::image_scaler,
        "Affine" | "Scale" | "ScaledTanh" | "ParametricSoftplus" => experimental::function,
        "Shape" | "Size" => constants::shape,
        "Constant" => constants::constant,
        "ConstantOfShape" => constants::filled,
        "EyeLike" => constants::eye,
        "Range" => constants::range,
        "Cast" | "CastLike" => constants::cast,
        _ => return None,
    };
    Some(reader)
}

/// What to do about random numbers.
const RANDOM: &str = "it draws random numbers, as augmentation (random flips, turns, brightness) and dropout do while \
    training; export the model without these layers, or for prediction (in PyTorch, after model.eval())";

/// Why an operator that is known is not supported, and what to do; `None` for all others.
pub fn reason(node: &Node) -> Option<&'static str> {
    if node.domain == ml::DOMAIN {
        return ml::reason(&node.op_type);
    }
    Some(match node.op_type.as_str() {
        // What tf2onnx leaves of Keras' layers of augmentation.
        name if name.starts_with("Stateless")
            || name.starts_with("Rng")
            || name.starts_with("Random") =>
        {
            RANDOM
        }
        "ImageProjectiveTransformV2" | "ImageProjectiveTransformV3" => {
            "it turns, moves or zooms the image, as Keras' layers of augmentation do; export the model without them"
        }
        _ if node.domain == contrib::BLOCKED => {
            "onnxruntime has arranged the network for one kind of processor; open the file that it \
             was made from, or have it optimised no further than “extended”"
        }
        "DynamicQuantizeLSTM"
        | "MatMulBnb4"
        | "MatMulFpQ4"
        | "MatMulInteger16"
        | "MatMulNBits"
        | "NhwcMaxPool"
        | "QAttention"
        | "QEmbedLayerNormalization"
        | "QLinearReduceMean"
        | "QLinearWhere" => quantised::REFUSED,
        "MaxUnpool" => "it needs the positions that a pooling kept; export with interpolation",
        "NonMaxSuppression" | "RoiAlign" | "MaxRoiPool" => {
            "it belongs to a detector; export the backbone and its classifier alone"
        }
        "DeformConv" => "it samples at positions that the network computes, which libtorch lacks",
        "If" | "Loop" | "Scan" => {
            "what runs is decided while it runs; export it with fixed control flow"
        }
        _ => return None,
    })
}

/// Adds one operation on one value.
fn one(builder: &mut Builder, op: impl Into<Op>, x: ValueId) -> Answer<Vec<ValueId>> {
    Ok(vec![builder.emit(op, &[x])?])
}

/// `x` in another shape.
///
/// # Errors
/// [`Fault::Graph`](crate::model::error::Fault::Graph) where it has another number of elements.
fn reshaped(args: &Args, builder: &mut Builder, x: ValueId, shape: Vec<i64>) -> Answer<ValueId> {
    let count = shapes::count;
    let from = builder.shape(x);
    if count(from).is_none() || count(from) != count(&shape) {
        let shape = match shape.len() {
            ..=shapes::MAX_AXES => format!("{shape:?}"),
            rank => format!("{rank} axes"),
        };
        return args.wrong(format!(
            "makes {shape} of {from:?}, which has another number of elements"
        ));
    }
    if from == shape {
        return Ok(x);
    }
    builder.emit(Reshaping::Reshape { shape }, &[x])
}
