//! onnxruntime's own operators, which its optimisers write in place of several of ONNX's. They are read
//! as what they were made from, so that rectifiers show.

mod attention;
mod fused;
mod norm;

use super::{Reader, layers, one, reshaped};
use crate::model::format::build::refusal::beyond;

/// The domain of these operators.
pub const DOMAIN: &str = "com.microsoft";
/// That of operators on channels in blocks as wide as a register of the processor.
pub const BLOCKED: &str = "com.microsoft.nchwc";

/// What reads the operator of this name; `None` if it is not supported.
pub fn reader(op: &str) -> Option<Reader> {
    let reader: Reader = match op {
        "FusedConv" => fused::convolution,
        "FusedGemm" => fused::gemm,
        "FusedMatMul" | "TransposeMatMul" => fused::matmul,
        "Gelu" | "BiasGelu" | "FastGelu" | "QuickGelu" => fused::gelu,
        "SkipLayerNormalization" => norm::skip_layer,
        "SkipSimplifiedLayerNormalization" => norm::skip_root_mean_square,
        "SimplifiedLayerNormalization" => super::norm::root_mean_square,
        "Attention" => attention::packed,
        "MultiHeadAttention" => attention::multi_head,
        _ => return None,
    };
    Some(reader)
}
