//! ONNX's operations as ours, one file a family.
//!
//! Each reads a node's attributes and inputs and adds what it takes of our operations to the graph;
//! what it hands back are the node's outputs in their order.

mod arithmetic;
mod constants;
mod index;
mod layers;
mod norm;
mod reduce;
mod shape;
pub(crate) mod spatial;

use super::args::Args;
use super::build::Builder;
use super::message::proto::{Node, is_own_domain};
use crate::model::format::build::refusal::Answer;
use crate::model::graph::ValueId;
use crate::model::op::shape as shapes;
use crate::model::op::{Op, Reshaping};
use spatial::{col2im, pool, resize};

pub type Reader = fn(&Args, &mut Builder) -> Answer<Vec<ValueId>>;

/// What reads a node; `None` where we have no such operation.
pub fn reader(node: &Node) -> Option<Reader> {
    let reader: Reader = match node.op_type.as_str() {
        _ if !is_own_domain(&node.domain) => return None,
        "Conv" => layers::convolution,
        "Gemm" => layers::gemm,
        "MatMul" => layers::product,
        "Einsum" => layers::einsum,
        "Attention" => layers::attention,
        "BatchNormalization" => norm::batch,
        "InstanceNormalization" => norm::instance,
        "LayerNormalization" => norm::layer,
        "GroupNormalization" => norm::group,
        "RMSNormalization" => norm::root_mean_square,
        "LRN" => norm::local_response,
        "LpNormalization" => norm::length,
        "MaxPool" => pool::max,
        "AveragePool" => pool::average,
        "GlobalAveragePool" | "GlobalMaxPool" => pool::global,
        "Relu" | "LeakyRelu" | "PRelu" | "Elu" | "Selu" | "Celu" | "Clip" | "Sigmoid"
        | "HardSigmoid" | "HardSwish" | "Swish" | "Tanh" | "Gelu" | "Softplus" | "Softsign"
        | "Mish" => arithmetic::activation,
        "Softmax" | "LogSoftmax" => arithmetic::softmax,
        "Erf" | "Sqrt" | "Exp" | "Log" | "Neg" | "Reciprocal" | "Abs" | "Sin" | "Cos" => {
            arithmetic::unary
        }
        "Add" | "Sub" | "Mul" | "Div" | "Pow" => arithmetic::binary,
        "Min" | "Max" | "Sum" | "Mean" => arithmetic::several,
        "Where" => arithmetic::choice,
        "ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceMin" | "ReduceL1" | "ReduceL2"
        | "ReduceSumSquare" | "ReduceProd" => reduce::along,
        "Identity" | "Dropout" => shape::identity,
        "Flatten" => shape::flatten,
        "Reshape" => shape::reshape,
        "Squeeze" => shape::squeeze,
        "Unsqueeze" => shape::unsqueeze,
        "Transpose" => shape::transpose,
        "Expand" => shape::expand,
        "Tile" => shape::tile,
        "Pad" => shape::pad,
        "DepthToSpace" => shape::depth_to_space,
        "SpaceToDepth" => shape::space_to_depth,
        "Col2Im" => col2im::patches,
        "Concat" => index::join,
        "Split" => index::split,
        "Slice" => index::slice,
        "Gather" => index::gather,
        "GatherND" => index::gather_places,
        "Resize" | "Upsample" => resize::resize,
        "Shape" | "Size" => constants::shape,
        "Constant" => constants::constant,
        "ConstantOfShape" => constants::filled,
        "Range" => constants::range,
        "Cast" | "CastLike" => constants::cast,
        "Equal" | "Less" | "Greater" | "LessOrEqual" | "GreaterOrEqual" | "And" | "Or" | "Xor"
        | "Not" | "Mod" | "Floor" | "Ceil" | "Round" | "Sign" | "Trilu" | "NonZero"
        | "ScatterND" => constants::worked_out,
        _ => return None,
    };
    Some(reader)
}

/// One operation on one value.
fn one(builder: &mut Builder, op: impl Into<Op>, x: ValueId) -> Answer<Vec<ValueId>> {
    Ok(vec![builder.emit(op, &[x])?])
}

/// `x` in another shape, which has to hold as many values.
fn reshaped(args: &Args, builder: &mut Builder, x: ValueId, shape: Vec<i64>) -> Answer<ValueId> {
    let count = shapes::count;
    let from = builder.shape(x);
    if count(from).is_none() || count(from) != count(&shape) {
        let shape = match shape.len() {
            ..=shapes::MAX_AXES => format!("{shape:?}"),
            rank => format!("{rank} axes"),
        };
        return args.wrong(format!(
            "makes {shape} of {from:?}, which holds other values"
        ));
    }
    if from == shape {
        return Ok(x);
    }
    builder.emit(Reshaping::Reshape { shape }, &[x])
}
