//! Quantised networks, as onnxruntime's quantiser writes them: whole numbers stand for floats, `(q − zero) · scale`.
//!
//! Whole numbers have no gradient, so the graph has the floats that they stand for, and each operation computes
//! with these. Weights are turned back once. What is lost is the rounding of the values in between, so that scores
//! differ a little from the file's own. What is kept is where a quantiser cuts off at zero: the quantiser leaves out
//! a ReLU before it, since it does the same.
//!
//! A value and how it is quantised are noted under its name in the file ([`Quantisation`]), and where it is turned
//! back this has to be the same.

mod integers;
mod operators;
mod pairs;
mod parameters;
mod rectified;

use super::Reader;
use super::contrib;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::build::quantised::Quantisation;
use crate::model::format::onnx::message::proto::{Node, is_own_domain};

/// What to say of a model that computes with whole numbers.
pub const NOTE: &str = "The file is quantised: it computes with whole numbers, which have no gradient. It is explained \
    in floats: weights are the floats that they stand for, and what lies between the layers is not rounded, so that scores \
    differ a little from the file's own.";

/// Why operators on whole numbers that are not read are refused.
pub const REFUSED: &str = "the model is quantised, and this operator on whole numbers is not read; open the float model \
     that it was made from, or quantise that with onnxruntime's QuantFormat.QDQ";

/// What reads a node of a quantised network; `None` if its operator is not one of these.
pub fn reader(node: &Node) -> Option<Reader> {
    let microsoft = node.domain == contrib::DOMAIN;
    if !microsoft && !is_own_domain(&node.domain) {
        return None;
    }
    let reader: Reader = match (node.op_type.as_str(), microsoft) {
        ("QuantizeLinear", _) => pairs::quantize,
        ("DequantizeLinear", _) => pairs::dequantize,
        ("DynamicQuantizeLinear", false) => pairs::dynamic,
        ("MatMulInteger", false) => integers::matmul,
        ("ConvInteger", false) => integers::convolution,
        ("MatMulIntegerToFloat", true) => integers::matmul_to_float,
        ("DynamicQuantizeMatMul", true) => integers::matmul_of_float,
        ("QLinearConv", _) => operators::convolution,
        ("QLinearMatMul", false) => operators::matmul,
        ("QGemm", true) => operators::gemm,
        ("QLinearAdd" | "QLinearMul", true) => operators::pair,
        ("QLinearConcat", true) => operators::concat,
        (
            "QLinearAveragePool"
            | "QLinearGlobalAveragePool"
            | "QLinearSigmoid"
            | "QLinearLeakyRelu"
            | "QLinearSoftmax",
            true,
        ) => operators::single,
        _ => return None,
    };
    Some(reader)
}

/// Operators that give back the numbers of their first inputs, whatever these stand for.
const MOVES: [&str; 16] = [
    "Concat",
    "DepthToSpace",
    "Expand",
    "Flatten",
    "Gather",
    "GlobalMaxPool",
    "Identity",
    "MaxPool",
    "Reshape",
    "Slice",
    "SpaceToDepth",
    "Split",
    "Squeeze",
    "Tile",
    "Transpose",
    "Unsqueeze",
];

/// How the outputs of a node are quantised that is about to be read, where it moves whole numbers that stand for
/// floats.
///
/// # Errors
/// Where it computes with such numbers in another way, which would not be what the file computes.
pub fn moved(args: &Args, builder: &Builder) -> Answer<Option<Quantisation>> {
    let inputs = &args.node.inputs;
    let known = inputs.iter().filter_map(|name| builder.quantisation(name));
    let known: Vec<&Quantisation> = known.collect();
    let Some(&first) = known.first().filter(|_| reader(args.node).is_none()) else {
        return Ok(None);
    };
    if !is_own_domain(&args.node.domain) || !MOVES.contains(&args.op()) {
        return beyond(REFUSED);
    }
    let alike = known.iter().all(|other| *other == first);
    let joins = args.op() != "Concat" || known.len() == inputs.len();
    if first.axis.is_some() || !alike || !joins {
        return beyond("it moves whole numbers that stand for floats in different ways");
    }
    Ok(Some(first.clone()))
}
