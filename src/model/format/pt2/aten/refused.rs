//! Operators that are known and refused, with the reason and what the user can do about it.

use super::call::Call;
use super::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};

pub const TABLE: Table = &[
    (
        &[
            "rand.default",
            "randn.default",
            "rand_like.default",
            "randn_like.default",
            "randint.default",
            "randint.low",
            "randperm.default",
            "bernoulli.default",
            "bernoulli.p",
            "normal.default",
            "normal_functional.default",
            "uniform.default",
            "exponential.default",
            "multinomial.default",
        ],
        random,
    ),
    (
        &[
            "nonzero.default",
            "masked_select.default",
            "unique.default",
            "unique_dim.default",
            "_unique2.default",
            "unique_consecutive.default",
            "where.default",
            "argwhere.default",
            "repeat_interleave.Tensor",
            "repeat_interleave.self_Tensor",
        ],
        data_dependent,
    ),
    (
        &["rnn_relu.input", "rnn_relu_cell.default"],
        hidden_rectifiers,
    ),
];

/// Why an operator that is known is not supported, and what to do; `None` for all others.
pub fn reason(target: &str) -> Option<&'static str> {
    let name = target.strip_prefix("torch.ops.").unwrap_or(target);
    let (library, operator) = name.split_once('.').unwrap_or(("", name));
    let operator = operator.split('.').next().unwrap_or(operator);
    Some(match (library, operator) {
        ("quantized" | "quantized_decomposed" | "torchao" | "pt2e_quant", _)
        | (_, "quantize_per_tensor" | "fake_quantize_per_tensor_affine" | "dequantize") => {
            "the model is quantised, and integers have no gradient; export the float model that it \
             was made from"
        }
        ("torchvision", "deform_conv2d") => {
            "it samples at positions that the network computes, which libtorch lacks"
        }
        ("torchvision", _) => {
            "it belongs to a detector; export the backbone and its classifier alone"
        }
        ("aten", "max_unpool2d" | "max_unpool3d") => {
            "it needs the positions that a pooling kept; use interpolation instead"
        }
        ("aten", "_transformer_encoder_layer_fwd" | "_native_multi_head_attention") => {
            "it is the fast path, which has no gradient; export without torch.no_grad(), or after \
             torch.backends.mha.set_fastpath_enabled(False)"
        }
        _ => return None,
    })
}

/// Random numbers differ from one pass to the next, so that nothing could be explained.
fn random(_: Args<'_>) -> Answer<Call<'_>> {
    beyond("it draws random numbers; call model.eval() before the export")
}

/// How many values come out depends on the image.
fn data_dependent(_: Args<'_>) -> Answer<Call<'_>> {
    beyond("how many values it returns depends on the image")
}

/// Its rectifiers would be hidden from guided backpropagation.
fn hidden_rectifiers(_: Args<'_>) -> Answer<Call<'_>> {
    beyond(
        "the rectifiers of a recurrent layer cannot be reached one by one; \
         export the network with nonlinearity='tanh', or with its steps written out",
    )
}
