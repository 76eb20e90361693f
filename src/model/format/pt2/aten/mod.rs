//! ATen operators by name, read as [`Op`](crate::model::op::Op)s.
//!
//! [`reader`] is a table from names to readers, so that the operators that are supported can be read off
//! in one place, and no reader needs to know about any other. Readers stand in one file per family. They
//! look at nothing but the arguments of a node; [`wiring`](super::wiring) finds the tensors.
//!
//! Names and defaults are those of `native_functions.yaml`. Each overload is an operator of its own, and
//! one that is not in the table is refused.

mod activation;
mod arithmetic;
mod call;
mod constants;
mod copying;
mod fourier;
mod index;
mod layers;
mod norm;
mod recurrent;
mod reduce;
mod shape;
mod spatial;

pub use self::call::{Call, Sharing};
use self::spatial::{convolution, pooling, resizing};

use super::program::args::{Answer, Args, Refusal, beyond};
use super::program::schema::{Argument, NodeJson};

/// What a node of the file stands for.
pub enum Step<'a> {
    Run(Call<'a>),
    /// One of several values that an operator returns together.
    Item {
        of: Source<'a>,
        index: usize,
    },
    /// A check that has no effect on any value.
    Skip,
}

pub enum Source<'a> {
    /// The names of the values.
    Values(&'a [String]),
    /// The name of the node that returns them.
    Node(&'a str),
}

/// Reads a call of one operator from the arguments of its node.
type Reader = fn(Args<'_>) -> Answer<Call<'_>>;

/// Reads one node.
///
/// # Errors
/// [`Refusal::Unsupported`] where the operator, or one of its arguments, is not supported.
pub fn read(node: &NodeJson) -> Answer<Step<'_>> {
    let args = Args::new(node);
    if node.target == "_operator.getitem" {
        return item(args);
    }
    if let Some(reason) = reason(&node.target) {
        return beyond(reason);
    }
    let operator = node.target.strip_prefix("torch.ops.aten.");
    let Some((name, overload)) = operator.and_then(|operator| operator.split_once('.')) else {
        return Err(Refusal::Unsupported(None));
    };
    if name == "_assert_tensor_metadata" {
        return Ok(Step::Skip);
    }
    let out_of_place = out_of_place(name);
    let in_place = out_of_place.is_some();
    let operator = format!("{}.{overload}", out_of_place.unwrap_or(name));
    let reader = reader(&operator).ok_or(Refusal::Unsupported(None))?;
    Ok(Step::Run(Call {
        in_place,
        ..reader(args)?
    }))
}

/// Why an operator that is known is not supported, and what to do; `None` for all others.
fn reason(target: &str) -> Option<&'static str> {
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

/// What reads the operator `NAME.OVERLOAD`; `None` if it is not supported.
#[expect(clippy::too_many_lines, reason = "one line per operator")]
fn reader(operator: &str) -> Option<Reader> {
    let reader: Reader = match operator {
        "conv1d.default" | "conv1d.padding" => convolution::convolution::<1>,
        "conv2d.default" | "conv2d.padding" => convolution::convolution::<2>,
        "conv3d.default" | "conv3d.padding" => convolution::convolution::<3>,
        "conv_transpose1d.default" => convolution::transposed_convolution::<1>,
        "conv_transpose2d.input" => convolution::transposed_convolution::<2>,
        "conv_transpose3d.input" => convolution::transposed_convolution::<3>,
        "convolution.default" | "_convolution.default" => convolution::general,
        "linear.default" => layers::linear,
        "addmm.default" => layers::addmm,
        "matmul.default" => layers::matmul,
        "mm.default" | "bmm.default" => layers::mm,
        "einsum.default" => layers::einsum,
        "scaled_dot_product_attention.default" => layers::attention,
        "_scaled_dot_product_flash_attention_for_cpu.default"
        | "_scaled_dot_product_flash_attention.default"
        | "_scaled_dot_product_efficient_attention.default"
        | "_scaled_dot_product_cudnn_attention.default"
        | "_scaled_dot_product_fused_attention_overrideable.default"
        | "_scaled_dot_product_attention_math.default"
        | "_scaled_dot_product_attention_math_for_mps.default" => layers::lowered_attention,

        "batch_norm.default" => norm::batch,
        "_native_batch_norm_legit_no_training.default"
        | "_native_batch_norm_legit.no_stats"
        | "_batch_norm_no_update.default" => norm::native_batch,
        "_native_batch_norm_legit.default"
        | "_native_batch_norm_legit_functional.default"
        | "native_batch_norm.default" => norm::native_legit_batch,
        "instance_norm.default" => norm::instance,
        "rms_norm.default" => norm::root_mean_square,
        "_fused_rms_norm.default" => norm::native_root_mean_square,
        "layer_norm.default" => norm::layer,
        "native_layer_norm.default" => norm::native_layer,
        "group_norm.default" => norm::group,
        "native_group_norm.default" => norm::native_group,

        "lstm.input" => recurrent::lstm,
        "gru.input" => recurrent::gru,
        "rnn_tanh.input" => recurrent::tanh,
        "rnn_relu.input" => recurrent::relu,

        "fft_fft.default" | "fft_fft2.default" | "fft_fftn.default" => fourier::forward,
        "fft_ifft.default" | "fft_ifft2.default" | "fft_ifftn.default" => fourier::inverse,
        "fft_rfft.default" | "fft_rfft2.default" | "fft_rfftn.default" => fourier::real_to_half,
        "fft_irfft.default" | "fft_irfft2.default" | "fft_irfftn.default" => fourier::half_to_real,
        "_fft_r2c.default" => fourier::lowered_real,
        "_fft_c2r.default" => fourier::lowered_to_real,
        "_fft_c2c.default" => fourier::lowered,
        "view_as_real.default" => fourier::as_real,
        "view_as_complex.default" => fourier::as_complex,
        "complex.default" => fourier::joined,
        "real.default" => fourier::real,
        "imag.default" => fourier::imaginary,
        "fft_fftshift.default" => fourier::shift,
        "fft_ifftshift.default" => fourier::shift_back,
        "resolve_conj.default" => copying::alias,
        "conj.default" | "_conj.default" | "_conj_physical.default" => fourier::conjugate,

        "relu.default" => activation::relu,
        "relu6.default" => activation::relu6,
        "leaky_relu.default" => activation::leaky_relu,
        "elu.default" => activation::elu,
        "gelu.default" => activation::gelu,
        "silu.default" => activation::silu,
        "sigmoid.default" => activation::sigmoid,
        "tanh.default" => activation::tanh,
        "hardtanh.default" => activation::hardtanh,
        "hardswish.default" => activation::hardswish,
        "hardsigmoid.default" => activation::hardsigmoid,
        "clamp.default" | "clamp_min.default" | "clamp_max.default" => activation::clamp,
        "softmax.int" | "_softmax.default" => activation::softmax,
        "log_softmax.int" | "_log_softmax.default" => activation::log_softmax,

        "add.Tensor" | "add.Scalar" => arithmetic::add,
        "sub.Tensor" | "sub.Scalar" => arithmetic::sub,
        "rsub.Scalar" => arithmetic::rsub,
        "mul.Tensor" | "mul.Scalar" => arithmetic::mul,
        "div.Tensor" | "div.Scalar" => arithmetic::div,
        "div.Tensor_mode" | "div.Scalar_mode" => arithmetic::floor_div,
        "fmod.Scalar" => arithmetic::fmod,
        "addcmul.default" => arithmetic::addcmul,
        "neg.default" => arithmetic::neg,
        "reciprocal.default" => arithmetic::reciprocal,
        "sqrt.default" => arithmetic::sqrt,
        "exp.default" => arithmetic::exp,
        "log.default" => arithmetic::log,
        "sin.default" => arithmetic::sin,
        "cos.default" => arithmetic::cos,
        "pow.Tensor_Scalar" => arithmetic::pow,
        "pow.Scalar" => arithmetic::scalar_pow,

        "mean.default" | "mean.dim" => reduce::mean,
        "sum.default" | "sum.dim_IntList" => reduce::sum,
        "cumsum.default" => reduce::cumsum,
        "max.dim" => reduce::max,
        "any.dim" => reduce::any,
        "linalg_vector_norm.default" => reduce::vector_norm,

        "max_pool1d.default" => pooling::max::<1>,
        "max_pool2d.default" => pooling::max::<2>,
        "max_pool3d.default" => pooling::max::<3>,
        "max_pool1d_with_indices.default" => pooling::max_with_indices::<1>,
        "max_pool2d_with_indices.default" => pooling::max_with_indices::<2>,
        "max_pool3d_with_indices.default" => pooling::max_with_indices::<3>,
        "avg_pool1d.default" => pooling::average::<1>,
        "avg_pool2d.default" => pooling::average::<2>,
        "avg_pool3d.default" => pooling::average::<3>,
        "adaptive_avg_pool1d.default" => pooling::adaptive_average::<1>,
        "adaptive_avg_pool2d.default" | "_adaptive_avg_pool2d.default" => {
            pooling::adaptive_average::<2>
        }
        "adaptive_avg_pool3d.default" | "_adaptive_avg_pool3d.default" => {
            pooling::adaptive_average::<3>
        }
        "adaptive_max_pool1d.default" => pooling::adaptive_max::<1>,
        "adaptive_max_pool2d.default" => pooling::adaptive_max::<2>,
        "adaptive_max_pool3d.default" => pooling::adaptive_max::<3>,
        "upsample_nearest1d.vec"
        | "upsample_nearest1d.default"
        | "upsample_nearest2d.vec"
        | "upsample_nearest2d.default"
        | "upsample_nearest3d.vec"
        | "upsample_nearest3d.default" => resizing::nearest,
        "_upsample_nearest_exact1d.vec"
        | "_upsample_nearest_exact1d.default"
        | "_upsample_nearest_exact2d.vec"
        | "_upsample_nearest_exact2d.default"
        | "_upsample_nearest_exact3d.vec"
        | "_upsample_nearest_exact3d.default" => resizing::nearest_exact,
        "upsample_linear1d.vec"
        | "upsample_linear1d.default"
        | "upsample_bilinear2d.vec"
        | "upsample_bilinear2d.default"
        | "upsample_trilinear3d.vec"
        | "upsample_trilinear3d.default" => resizing::linear,
        "upsample_bicubic2d.vec" | "upsample_bicubic2d.default" => resizing::cubic,
        "_upsample_bilinear2d_aa.vec" | "_upsample_bilinear2d_aa.default" => {
            resizing::linear_antialiased
        }
        "_upsample_bicubic2d_aa.vec" | "_upsample_bicubic2d_aa.default" => {
            resizing::cubic_antialiased
        }
        "_upsample_lanczos2d_aa.vec" | "_upsample_lanczos2d_aa.default" => {
            resizing::lanczos_antialiased
        }
        "pad.default" | "constant_pad_nd.default" => spatial::pad,
        "reflection_pad1d.default" | "reflection_pad2d.default" | "reflection_pad3d.default" => {
            spatial::reflection_pad
        }
        "replication_pad1d.default" | "replication_pad2d.default" | "replication_pad3d.default" => {
            spatial::replication_pad
        }
        "_pad_circular.default" => spatial::circular_pad,
        "im2col.default" => spatial::unfold,
        "col2im.default" => spatial::fold,
        "unfold.default" => spatial::sliding_windows,
        "pixel_shuffle.default" => spatial::pixel_shuffle,
        "pixel_unshuffle.default" => spatial::pixel_unshuffle,
        "channel_shuffle.default" | "native_channel_shuffle.default" => spatial::channel_shuffle,
        "grid_sampler.default" | "grid_sampler_2d.default" | "grid_sampler_3d.default" => {
            spatial::grid_sampler
        }
        "affine_grid_generator.default" => spatial::affine_grid,

        "flatten.using_ints" => shape::flatten,
        "unflatten.int" => shape::unflatten,
        "view.default" | "_unsafe_view.default" => shape::view,
        "reshape.default" => shape::reshape,
        "reshape_as.default" | "view_as.default" => shape::reshape_as,
        "as_strided.default" => shape::as_strided,
        "expand.default" => shape::expand,
        "expand_as.default" => shape::expand_as,
        "transpose.int" => shape::transpose,
        "swapaxes.default" => shape::swap_axes,
        "t.default" => shape::transpose_matrix,
        "permute.default" => shape::permute,
        "squeeze.default" => shape::squeeze,
        "squeeze.dim" => shape::squeeze_dim,
        "squeeze.dims" => shape::squeeze_dims,
        "unsqueeze.default" => shape::unsqueeze,

        "cat.default" | "concat.default" => index::cat,
        "stack.default" => index::stack,
        "chunk.default" => index::chunk,
        "split.Tensor" => index::split_every,
        "split.sizes" => index::split,
        "split_with_sizes.default" => index::split_with_sizes,
        "unbind.int" => index::unbind,
        "select.int" => index::select,
        "select_scatter.default" => index::select_scatter,
        "slice.Tensor" => index::slice,
        "slice_scatter.default" => index::slice_scatter,
        "index.Tensor" => index::index,
        "index_select.default" => index::index_select,
        "roll.default" => index::roll,

        "alias.default" => copying::alias,
        "clone.default" | "lift_fresh_copy.default" => copying::clone,
        "contiguous.default" => copying::contiguous,
        "detach.default" | "detach_.default" => copying::detach,
        "dropout.default" | "feature_dropout.default" | "alpha_dropout.default" => copying::dropout,
        "dropout_.default" | "feature_dropout_.default" => copying::dropout_in_place,
        "to.device" | "to.dtype" | "to.dtype_layout" | "_to_copy.default" => copying::cast,
        "type_as.default" => copying::cast_as,

        "zeros.default" | "new_zeros.default" => constants::zeros,
        "ones.default" | "new_ones.default" => constants::ones,
        "full.default" | "new_full.default" => constants::full,
        "zero.default" | "zeros_like.default" => constants::zeros_like,
        "ones_like.default" => constants::ones_like,
        "full_like.default" => constants::full_like,
        "fill.Scalar" => constants::fill,
        "fill.Tensor" => constants::fill_with_tensor,
        "copy.default" => constants::copy,
        "scalar_tensor.default" => constants::scalar,
        "arange.default" | "arange.start" | "arange.start_step" => constants::range,
        "eq.Scalar" => constants::equals,
        "ne.Scalar" => constants::differs,
        "logical_not.default" | "bitwise_not.default" => constants::not,
        "masked_fill.Scalar" => constants::masked_fill,
        "where.self" => constants::choice,

        _ => return None,
    };
    Some(reader)
}

/// Operators whose in-place variant (`relu_`) takes the same arguments and computes the same values.
const IN_PLACE: [&str; 20] = [
    "add",
    "clamp",
    "clamp_max",
    "clamp_min",
    "copy",
    "div",
    "elu",
    "fill",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "mul",
    "relu",
    "relu6",
    "sigmoid",
    "silu",
    "sub",
    "tanh",
    "zero",
];

/// The operator that `name` is the in-place variant of: `relu` for `relu_`.
fn out_of_place(name: &str) -> Option<&str> {
    name.strip_suffix('_')
        .filter(|base| IN_PLACE.contains(base))
}

/// Reads `getitem`, which is a node only where the file does not list an operator's outputs with the
/// operator itself.
fn item(args: Args<'_>) -> Answer<Step<'_>> {
    let mut positional = args.positional();
    let of = match positional.next() {
        Some(Argument::Tensors(list)) => Source::Values(list),
        Some(Argument::Tensor(node)) => Source::Node(node),
        _ => return Err(Refusal::Unsupported(None)),
    };
    match positional.next() {
        Some(Argument::Int(index)) => match usize::try_from(*index) {
            Ok(index) => Ok(Step::Item { of, index }),
            Err(_) => beyond("the index is negative"),
        },
        _ => Err(Refusal::Unsupported(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_operators_of_every_family() {
        for operator in [
            "conv2d.default",
            "einsum.default",
            "native_layer_norm.default",
            "relu.default",
            "_log_softmax.default",
            "add.Tensor",
            "pow.Scalar",
            "mean.dim",
            "max.dim",
            "adaptive_avg_pool2d.default",
            "col2im.default",
            "view.default",
            "squeeze.dims",
            "stack.default",
            "split.sizes",
            "detach_.default",
            "to.dtype",
            "arange.start",
            "where.self",
        ] {
            assert!(reader(operator).is_some(), "{operator}");
        }
    }

    #[test]
    fn knows_no_other_operators_and_overloads() {
        for operator in ["conv4d.default", "relu", "relu_.default", "add.out", ""] {
            assert!(reader(operator).is_none(), "{operator}");
        }
    }

    #[test]
    fn knows_the_operator_behind_each_in_place_variant() {
        for name in IN_PLACE {
            assert_eq!(out_of_place(&format!("{name}_")), Some(name));
            assert_eq!(out_of_place(name), None);
            let mut overloads = ["default", "Tensor", "Scalar"].iter();
            let known = overloads.any(|overload| reader(&format!("{name}.{overload}")).is_some());
            assert!(known, "{name}");
        }
        assert_eq!(out_of_place("exp_"), None);
        assert_eq!(out_of_place("detach_"), None);
    }
}
