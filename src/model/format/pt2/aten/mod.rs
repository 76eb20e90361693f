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
mod index;
mod layers;
mod norm;
mod reduce;
mod shape;
mod spatial;

pub use self::call::{Call, Sharing};

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

/// What reads the operator `NAME.OVERLOAD`; `None` if it is not supported.
#[expect(clippy::too_many_lines, reason = "one line per operator")]
fn reader(operator: &str) -> Option<Reader> {
    let reader: Reader = match operator {
        "conv2d.default" | "conv2d.padding" | "convolution.default" => layers::convolution,
        "linear.default" => layers::linear,
        "addmm.default" => layers::addmm,
        "matmul.default" => layers::matmul,
        "mm.default" | "bmm.default" => layers::mm,
        "einsum.default" => layers::einsum,
        "scaled_dot_product_attention.default" => layers::attention,

        "batch_norm.default" => norm::batch,
        "_native_batch_norm_legit_no_training.default" => norm::native_batch,
        "layer_norm.default" => norm::layer,
        "native_layer_norm.default" => norm::native_layer,
        "group_norm.default" => norm::group,
        "native_group_norm.default" => norm::native_group,

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

        "max_pool2d.default" => spatial::max_pool,
        "max_pool2d_with_indices.default" => spatial::max_pool_with_indices,
        "avg_pool2d.default" => spatial::average_pool,
        "adaptive_avg_pool2d.default" | "_adaptive_avg_pool2d.default" => {
            spatial::adaptive_average_pool
        }
        "adaptive_max_pool2d.default" => spatial::adaptive_max_pool,
        "upsample_nearest2d.vec" => spatial::upsample_nearest,
        "pad.default" | "constant_pad_nd.default" => spatial::pad,
        "reflection_pad2d.default" => spatial::reflection_pad,
        "replication_pad2d.default" => spatial::replication_pad,
        "im2col.default" => spatial::unfold,
        "col2im.default" => spatial::fold,

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
        for operator in ["conv3d.default", "relu", "relu_.default", "add.out", ""] {
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
