//! ATen operators by name, read as [`Op`](crate::model::op::Op)s.
//!
//! [`reader`] is a table from names to readers, so that the operators that are supported can be read off
//! in one place, and no reader needs to know about any other. Readers stand in one file per family. They
//! look at nothing but the arguments of a node; [`wiring`](super::wiring) finds the tensors.
//!
//! Names and defaults are those of `native_functions.yaml`. Each overload is an operator of its own, and
//! one that is not in the table is refused.

mod activation;
mod algebra;
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

use std::collections::HashMap;

use super::program::args::{Answer, Args, Refusal, beyond};
use super::program::schema::{Argument, NodeJson, TensorMeta};
use tch::Kind;

use crate::model::op::{Aggregate, Copying, Cumulative, Function, PairFunction};

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

/// How an operator is read.
enum Known {
    By(Reader),
    /// By the tables of operations, in which it is one row.
    Function(Function),
    Pair(PairFunction),
    Aggregate(Aggregate),
    Scan(Cumulative),
}

impl Known {
    fn read<'a>(&self, args: Args<'a>) -> Answer<Call<'a>> {
        match self {
            Known::By(reader) => reader(args),
            Known::Function(function) => call::unary(*function, args),
            Known::Pair(function) => arithmetic::pair(*function, args),
            Known::Aggregate(function) => reduce::aggregate(*function, args),
            Known::Scan(function) => reduce::scan(*function, args),
        }
    }
}

/// Reads one node; `values` is what the program states about each tensor.
///
/// # Errors
/// [`Refusal::Unsupported`] where the operator, or one of its arguments, is not supported.
pub fn read<'a>(node: &'a NodeJson, values: &'a HashMap<String, TensorMeta>) -> Answer<Step<'a>> {
    let args = Args::new(node, values);
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
    if is_check(name) {
        return Ok(Step::Skip);
    }
    let out_of_place = out_of_place(name);
    let in_place = out_of_place.is_some();
    let name = out_of_place.unwrap_or(name);
    // Without one that has a number first, the overloads have other names.
    let overload = match (in_place, name, overload) {
        (true, "pow", "Scalar") => "Tensor_Scalar",
        (true, "pow", "Tensor") => "Tensor_Tensor",
        (_, _, overload) => overload,
    };
    let known = known(name, overload).ok_or(Refusal::Unsupported(None))?;
    let mut call = Call {
        in_place,
        ..known.read(args)?
    };
    // The tensor keeps its dtype, whatever is written into it.
    if in_place && let Some(kind) = args.kind("self") {
        let changes = match &known {
            Known::Function(_) | Known::Pair(_) => true,
            Known::By(_) | Known::Aggregate(_) | Known::Scan(_) => kind != Kind::Float,
        };
        if changes {
            call.after.push(Copying::Cast(kind).into());
        }
    }
    Ok(Step::Run(call))
}

/// Checks, which have no effect on any value.
fn is_check(name: &str) -> bool {
    name.starts_with("_assert")
        || name.starts_with("_functional_assert")
        || name.starts_with("sym_constrain")
        || name == "_functional_sym_constrain_range"
}

/// How an operator is read; `None` if it is not supported.
fn known(name: &str, overload: &str) -> Option<Known> {
    let name = other_name(name).unwrap_or(name);
    reader(&format!("{name}.{overload}"))
        .map(Known::By)
        .or_else(|| in_tables(name, overload))
}

/// Looks into the tables of operations that are one row each.
fn in_tables(name: &str, overload: &str) -> Option<Known> {
    match overload {
        "default" => Function::named(name)
            .map(Known::Function)
            .or_else(|| PairFunction::named(name).map(Known::Pair))
            .or_else(|| Cumulative::named(name).map(Known::Scan))
            .or_else(|| Aggregate::named(name).map(Known::Aggregate)),
        "Tensor" | "Scalar" | "Scalar_Tensor" | "Tensor_Tensor" | "Tensor_Scalar"
        | "Scalar_Self" | "Scalar_Other" => PairFunction::named(name).map(Known::Pair),
        "dim" | "dims" | "dim_int" | "dim_IntList" => Aggregate::named(name).map(Known::Aggregate),
        _ => None,
    }
}

/// The name in the table of an operator that has several.
fn other_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "__and__" => "bitwise_and",
        "__or__" => "bitwise_or",
        "__xor__" => "bitwise_xor",
        "__lshift__" => "bitwise_left_shift",
        "__rshift__" => "bitwise_right_shift",
        "absolute" => "abs",
        "arccos" => "acos",
        "arccosh" => "acosh",
        "arcsin" => "asin",
        "arcsinh" => "asinh",
        "arctan" => "atan",
        "arctan2" => "atan2",
        "arctanh" => "atanh",
        "clip" => "clamp",
        "concat" | "concatenate" => "cat",
        "det" => "linalg_det",
        "divide" | "true_divide" => "div",
        "fix" => "trunc",
        "ger" => "outer",
        "greater" => "gt",
        "greater_equal" => "ge",
        "inverse" => "linalg_inv",
        "less" => "lt",
        "less_equal" => "le",
        "moveaxis" => "movedim",
        "multiply" => "mul",
        "negative" => "neg",
        "not_equal" => "ne",
        "row_stack" => "vstack",
        "sgn" => "sign",
        "special_erf" => "erf",
        "special_erfc" => "erfc",
        "special_erfinv" => "erfinv",
        "special_exp2" => "exp2",
        "special_expit" => "sigmoid",
        "special_expm1" => "expm1",
        "special_log1p" => "log1p",
        "special_log_softmax" => "log_softmax",
        "special_logit" => "logit",
        "special_logsumexp" => "logsumexp",
        "special_round" => "round",
        "special_sinc" => "sinc",
        "special_softmax" => "softmax",
        "special_xlogy" => "xlogy",
        "subtract" => "sub",
        "unsafe_chunk" => "chunk",
        "unsafe_split" => "split",
        "unsafe_split_with_sizes" => "split_with_sizes",
        "_unsafe_index" => "index",
        "_unsafe_index_put" => "index_put",
        _ => return None,
    })
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
        "addmm.default" => algebra::addmm,
        "baddbmm.default" => algebra::baddbmm,
        "addmv.default" => algebra::addmv,
        "mv.default" => algebra::mv,
        "dot.default" => algebra::dot,
        "outer.default" => algebra::outer,
        "inner.default" => algebra::inner,
        "kron.default" => algebra::kron,
        "tensordot.default" => algebra::tensordot,
        "linalg_vecdot.default" => algebra::vector_dot,
        "cross.default" => algebra::cross,
        "linalg_cross.default" => algebra::linalg_cross,
        "cdist.default" | "_cdist_forward.default" => algebra::distances,
        "cosine_similarity.default" => algebra::cosine_similarity,
        "pairwise_distance.default" => algebra::pairwise_distance,
        "bilinear.default" => algebra::bilinear,
        "linalg_inv.default" | "linalg_inv_ex.default" => algebra::inverse,
        "linalg_det.default" | "_linalg_det.default" => algebra::determinant,
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
        "selu.default" => activation::selu,
        "celu.default" => activation::celu,
        "rrelu.default" => activation::rrelu,
        "prelu.default" => activation::prelu,
        "_prelu_kernel.default" => activation::prelu_kernel,
        "mish.default" => activation::mish,
        "softplus.default" => activation::softplus,
        "log_sigmoid.default" | "log_sigmoid_forward.default" => activation::log_sigmoid,
        "hardshrink.default" => activation::hardshrink,
        "softshrink.default" => activation::softshrink,
        "threshold.default" => activation::threshold,
        "glu.default" => activation::glu,
        "clamp.Tensor" | "clamp_min.Tensor" | "clamp_max.Tensor" => activation::clamp_between,
        "clamp.default" | "clamp_min.default" | "clamp_max.default" => activation::clamp,
        "softmax.int" | "_softmax.default" => activation::softmax,
        "log_softmax.int" | "_log_softmax.default" => activation::log_softmax,

        "add.Tensor" | "add.Scalar" => arithmetic::add,
        "sub.Tensor" | "sub.Scalar" => arithmetic::sub,
        "rsub.Scalar" | "rsub.Tensor" => arithmetic::rsub,
        "mul.Tensor" | "mul.Scalar" => arithmetic::mul,
        "div.Tensor" | "div.Scalar" | "div.Tensor_mode" | "div.Scalar_mode" => arithmetic::div,
        "max.other" => arithmetic::maximum,
        "min.other" => arithmetic::minimum,
        "addcmul.default" => arithmetic::addcmul,
        "addcdiv.default" => arithmetic::addcdiv,
        "lerp.Scalar" | "lerp.Tensor" => arithmetic::lerp,
        "nan_to_num.default" => arithmetic::nan_to_num,
        "logit.default" => arithmetic::logit,
        "round.decimals" => arithmetic::round_to,
        "neg.default" => arithmetic::neg,
        "reciprocal.default" => arithmetic::reciprocal,
        "sqrt.default" => arithmetic::sqrt,
        "pow.Tensor_Scalar" => arithmetic::pow,
        "pow.Scalar" => arithmetic::scalar_pow,

        "mean.default" | "mean.dim" => reduce::mean,
        "sum.default" | "sum.dim_IntList" => reduce::sum,
        "max.dim" => reduce::max,
        "min.dim" => reduce::min,
        "median.dim" => reduce::median,
        "aminmax.default" => reduce::aminmax,
        "var.default" | "var.dim" | "var.correction" => reduce::var,
        "std.default" | "std.dim" | "std.correction" => reduce::std,
        "var_mean.default" | "var_mean.dim" | "var_mean.correction" => reduce::var_mean,
        "std_mean.default" | "std_mean.dim" | "std_mean.correction" => reduce::std_mean,
        "linalg_vector_norm.default" => reduce::vector_norm,
        "norm.Scalar"
        | "norm.ScalarOpt_dim"
        | "norm.ScalarOpt_dtype"
        | "norm.ScalarOpt_dim_dtype" => reduce::norm,
        "linalg_norm.default" | "linalg_norm.ord_str" => reduce::linalg_norm,
        "linalg_matrix_norm.str_ord" | "frobenius_norm.dim" => reduce::frobenius,

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
        "expand.default" | "broadcast_to.default" => shape::expand,
        "expand_as.default" => shape::expand_as,
        "transpose.int" | "swapdims.default" => shape::transpose,
        "swapaxes.default" => shape::swap_axes,
        "t.default" => shape::transpose_matrix,
        "permute.default" => shape::permute,
        "numpy_T.default" => shape::reversed,
        "mT.default" | "mH.default" | "adjoint.default" | "matrix_H.default" => {
            shape::transpose_matrices
        }
        "movedim.int" | "movedim.intlist" => shape::movedim,
        "ravel.default" => shape::ravel,
        "squeeze.default" => shape::squeeze,
        "squeeze.dim" => shape::squeeze_dim,
        "squeeze.dims" => shape::squeeze_dims,
        "unsqueeze.default" => shape::unsqueeze,

        "cat.default" => index::cat,
        "hstack.default" => index::stack_horizontally,
        "vstack.default" => index::stack_vertically,
        "stack.default" => index::stack,
        "chunk.default" => index::chunk,
        "split.Tensor" => index::split_every,
        "split.sizes" => index::split,
        "split_with_sizes.default" => index::split_with_sizes,
        "unbind.int" => index::unbind,
        "tensor_split.sections" | "tensor_split.indices" => index::tensor_split,
        "hsplit.int" | "hsplit.array" => index::split_horizontally,
        "vsplit.int" | "vsplit.array" => index::split_vertically,
        "narrow.default" => index::narrow,
        "select.int" => index::select,
        "select_scatter.default" => index::select_scatter,
        "slice.Tensor" => index::slice,
        "slice_scatter.default" => index::slice_scatter,
        "index.Tensor" => index::index,
        "index_select.default" => index::index_select,
        "roll.default" => index::roll,
        "flip.default" => index::flip,
        "fliplr.default" => index::flip_horizontally,
        "flipud.default" => index::flip_vertically,
        "rot90.default" => index::rot90,
        "repeat.default" => index::repeat,
        "tile.default" => index::tile,
        "repeat_interleave.self_int" => index::repeat_interleave,
        "meshgrid.default" | "meshgrid.indexing" => index::meshgrid,
        "diagonal.default" => index::diagonal,
        "diagonal_scatter.default" => index::diagonal_scatter,
        "diag_embed.default" => index::diagonal_embed,
        "triu.default" => index::triu,
        "tril.default" => index::tril,
        "gather.default" => index::gather,
        "take_along_dim.default" => index::take_along,
        "scatter.src" => index::scatter,
        "scatter.value" => index::scatter_number,
        "scatter_add.default" => index::scatter_add,
        "scatter_reduce.two" => index::scatter_reduce,
        "index_put.default" => index::index_put,
        "index_add.default" => index::index_add,
        "index_copy.default" => index::index_copy,
        "index_fill.int_Scalar" => index::index_fill,
        "masked_scatter.default" => index::masked_scatter,
        "embedding.default" => index::embedding,
        "one_hot.default" => index::one_hot,
        "sort.default" | "sort.stable" => index::sort,
        "argsort.default" | "argsort.stable" => index::argsort,
        "topk.default" => index::topk,

        "alias.default" | "positive.default" => copying::alias,
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
        "eye.default" | "eye.m" => constants::eye,
        "linspace.default" => constants::linspace,
        "empty.memory_format" | "new_empty.default" | "empty_permuted.default" => constants::zeros,
        "empty_like.default" => constants::zeros_like,
        "rand.default"
        | "randn.default"
        | "rand_like.default"
        | "randn_like.default"
        | "randint.default"
        | "randint.low"
        | "randperm.default"
        | "bernoulli.default"
        | "bernoulli.p"
        | "normal.default"
        | "normal_functional.default"
        | "uniform.default"
        | "exponential.default"
        | "multinomial.default" => constants::random,
        "nonzero.default"
        | "masked_select.default"
        | "unique.default"
        | "unique_dim.default"
        | "_unique2.default"
        | "unique_consecutive.default"
        | "where.default"
        | "argwhere.default"
        | "repeat_interleave.Tensor"
        | "repeat_interleave.self_Tensor" => constants::data_dependent,
        "masked_fill.Scalar" => constants::masked_fill,
        "masked_fill.Tensor" => constants::masked_fill_by,
        "where.self" => constants::choice,
        "where.Scalar" | "where.ScalarSelf" | "where.ScalarOther" => constants::choice_of_numbers,

        _ => return None,
    };
    Some(reader)
}

/// In-place variants that change the shape of a tensor and not its values, and names that are no
/// in-place variants.
const NOT_IN_PLACE: [&str; 9] = [
    "as_strided_",
    "resize_",
    "set_",
    "squeeze_",
    "swapaxes_",
    "swapdims_",
    "t_",
    "transpose_",
    "unsqueeze_",
];

/// The operator that `name` is the in-place variant of: `relu` for `relu_`, which takes the same
/// arguments and computes the same values.
fn out_of_place(name: &str) -> Option<&str> {
    match name {
        "__iand__" => Some("bitwise_and"),
        "__ior__" => Some("bitwise_or"),
        "__ixor__" => Some("bitwise_xor"),
        // Read under their own names.
        "detach_" | "dropout_" | "feature_dropout_" => None,
        name if name.ends_with("__") || NOT_IN_PLACE.contains(&name) => None,
        name => name.strip_suffix('_'),
    }
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

    fn is_known(operator: &str) -> bool {
        let (name, overload) = operator.split_once('.').unwrap_or((operator, ""));
        known(name, overload).is_some()
    }

    #[test]
    fn knows_operators_of_every_family() {
        for operator in [
            "conv2d.default",
            "einsum.default",
            "baddbmm.default",
            "native_layer_norm.default",
            "relu.default",
            "_log_softmax.default",
            "add.Tensor",
            "pow.Scalar",
            "rsqrt.default",
            "ge.Scalar",
            "maximum.default",
            "mean.dim",
            "max.dim",
            "amax.default",
            "cumsum.default",
            "adaptive_avg_pool2d.default",
            "col2im.default",
            "view.default",
            "squeeze.dims",
            "stack.default",
            "split.sizes",
            "gather.default",
            "detach_.default",
            "to.dtype",
            "arange.start",
            "where.self",
        ] {
            assert!(is_known(operator), "{operator}");
        }
    }

    #[test]
    fn knows_no_other_operators_and_overloads() {
        for operator in [
            "conv4d.default",
            "warp.default",
            "relu",
            "relu_.default",
            "add.out",
            "",
            "abs.out",
        ] {
            assert!(!is_known(operator), "{operator}");
        }
    }

    #[test]
    fn knows_the_operator_behind_an_in_place_variant() {
        for (name, base) in [
            ("relu_", Some("relu")),
            ("index_put_", Some("index_put")),
            ("__iand__", Some("bitwise_and")),
            ("__and__", None),
            ("relu", None),
            ("squeeze_", None),
            ("dropout_", None),
        ] {
            assert_eq!(out_of_place(name), base, "{name}");
        }
    }
}
