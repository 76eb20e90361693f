//! What each operation of the graph computes, in libtorch's terms.
//!
//! Only the fallible twins of tch are used: what a file claims decides whether a call works. Those
//! that take a number panic all the same where libtorch refuses: tch frees the number before it looks
//! at the error. So numbers are handed over only where libtorch takes any, and else as tensors.

use tch::{Kind, Scalar, TchError, Tensor};

use crate::model::graph::{Op, Padding};

mod attention;
mod constants;

/// Runs one operation on its inputs and returns its outputs, one or several.
///
/// # Errors
/// What libtorch says of inputs that do not fit, and [`TchError::Shape`] where inputs are missing.
pub fn apply(op: &Op, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
    match op {
        Op::Full { .. } | Op::Range { .. } => Ok(vec![constants::made(op)?]),
        Op::Chunk { chunks, dim } => input(inputs, 0)?.f_chunk(*chunks, *dim),
        Op::Split { sizes, dim } => input(inputs, 0)?.f_split_with_sizes(sizes.as_slice(), *dim),
        Op::SplitEvery { size, dim } => input(inputs, 0)?.f_split(*size, *dim),
        Op::Unbind { dim } => input(inputs, 0)?.f_unbind(*dim),
        Op::Cat { dim } => Ok(vec![Tensor::f_cat(inputs, *dim)?]),
        Op::Stack { dim } => Ok(vec![Tensor::f_stack(inputs, *dim)?]),
        _ => Ok(vec![single(op, inputs)?]),
    }
}

fn input<'a>(inputs: &[&'a Tensor], index: usize) -> Result<&'a Tensor, TchError> {
    let missing = || TchError::Shape(format!("input {index} is missing"));
    inputs.get(index).copied().ok_or_else(missing)
}

/// Weight and bias after x, each where given.
fn affine<'a>(
    inputs: &[&'a Tensor],
    weight: bool,
    bias: bool,
) -> Result<(Option<&'a Tensor>, Option<&'a Tensor>), TchError> {
    let weight = weight.then(|| input(inputs, 1)).transpose()?;
    let place = 1 + usize::from(weight.is_some());
    Ok((weight, bias.then(|| input(inputs, place)).transpose()?))
}

fn single(op: &Op, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
    let x = input(inputs, 0)?;
    match op {
        Op::Conv2d { .. } | Op::BatchNorm { .. } | Op::Linear { .. } => weighted(op, x, inputs),
        Op::LayerNorm { .. }
        | Op::GroupNorm { .. }
        | Op::Attention { .. }
        | Op::Einsum { .. }
        | Op::Index { .. } => attention::apply(op, x, inputs),
        Op::PowOf(_)
        | Op::DivFloor
        | Op::DivWhole
        | Op::DivScalarFloor(_)
        | Op::IsScalar { .. }
        | Op::Not
        | Op::MaskedFill { .. }
        | Op::Where
        | Op::AnyAlong { .. }
        | Op::RemainderOf(_)
        | Op::IndexSelect { .. }
        | Op::CumulativeSum { .. }
        | Op::Fill
        | Op::FillScalar(_)
        | Op::Cast(_)
        | Op::CastAs
        | Op::Standardise { .. }
        | Op::SelectScatter { .. }
        | Op::SliceScatter { .. } => constants::apply(op, x, inputs),
        Op::MaxAlong { dim, keepdim } => Ok(x.f_max_dim(*dim, *keepdim)?.0),
        Op::ReshapeAs => x.f_reshape(input(inputs, 1)?.size()),
        Op::ExpandAs => x.f_expand_as(input(inputs, 1)?),
        Op::AddProduct { value } => {
            let product = input(inputs, 1)?.f_mul(input(inputs, 2)?)?;
            x.f_add(&scaled(&product, *value)?)
        }
        Op::VectorNorm { ord, dims, keepdim } => norm(x, *ord, dims, *keepdim),
        Op::Addmm => x.f_addmm(input(inputs, 1)?, input(inputs, 2)?),
        Op::Matmul => x.f_matmul(input(inputs, 1)?),
        Op::Add { alpha } => x.f_add(&scaled(input(inputs, 1)?, *alpha)?),
        Op::Sub { alpha } => x.f_sub(&scaled(input(inputs, 1)?, *alpha)?),
        Op::Mul => x.f_mul(input(inputs, 1)?),
        Op::Div => x.f_div(input(inputs, 1)?),
        Op::Maximum => x.f_maximum(input(inputs, 1)?),
        Op::Minimum => x.f_minimum(input(inputs, 1)?),
        // No rectifier is in it, lest guided backpropagation met one.
        Op::Prelu => {
            let negative = x.f_clamp_max(0.0)?.f_mul(input(inputs, 1)?)?;
            x.f_clamp_min(0.0)?.f_add(&negative)
        }
        Op::AddScalar(other) => x.f_add_scalar(number(x, *other)?),
        Op::RsubScalar(other) => x.f_neg()?.f_add_scalar(number(x, *other)?),
        Op::MulScalar(other) => x.f_mul_scalar(number(x, *other)?),
        // What is below one is no whole number.
        Op::PowScalar(exponent) if *exponent < 0.0 => x.f_pow_tensor_scalar(*exponent),
        Op::PowScalar(exponent) if x.f_is_floating_point()? => x.f_pow_tensor_scalar(*exponent),
        Op::PowScalar(exponent) => x.f_pow(&value(x, *exponent)?),
        Op::MaxPool2d { .. } | Op::AvgPool2d { .. } | Op::Unfold { .. } | Op::Fold { .. } => {
            pooled(op, x)
        }
        Op::UpsampleNearest { size, factors } => {
            let (size, [down, right]) = resized(x, size.as_deref(), factors)?;
            x.f_upsample_nearest2d(size, down, right)
        }
        Op::Interpolate {
            mode,
            align_corners,
            size,
            factors,
        } => {
            let [down, right] = factors.map_or([None; 2], |factors| factors.map(Some));
            match mode.as_str() {
                "bicubic" => x.f_upsample_bicubic2d(size, *align_corners, down, right),
                _ => x.f_upsample_bilinear2d(size, *align_corners, down, right),
            }
        }
        Op::AdaptiveAvgPool2d { size } => x.f_adaptive_avg_pool2d(size.as_slice()),
        Op::AdaptiveMaxPool2d { size } => Ok(x.f_adaptive_max_pool2d(size.as_slice())?.0),
        Op::Mean { dims, keepdim } if dims.is_empty() && !keepdim => x.f_mean(x.f_kind()?),
        Op::Mean { dims, keepdim } => x.f_mean_dim(dims.as_slice(), *keepdim, x.f_kind()?),
        Op::Sum { dims, keepdim } if dims.is_empty() && !keepdim => x.f_sum(x.f_kind()?),
        Op::Sum { dims, keepdim } => x.f_sum_dim_intlist(dims.as_slice(), *keepdim, x.f_kind()?),
        Op::Flatten { .. }
        | Op::Reshape { .. }
        | Op::Expand { .. }
        | Op::Unflatten { .. }
        | Op::ImageList { .. }
        | Op::Transpose { .. }
        | Op::Permute { .. }
        | Op::Select { .. }
        | Op::Slice { .. }
        | Op::Unsqueeze { .. }
        | Op::Squeeze { .. }
        | Op::Pad { .. }
        | Op::Detach
        | Op::Identity => reshaped(op, x),
        _ => activated(op, x),
    }
}

/// A number as `x` is made of: of whole numbers only a whole one makes whole numbers again.
fn number(x: &Tensor, number: f64) -> Result<Scalar, TchError> {
    let whole = number.fract() == 0.0 && number.abs() < 2f64.powi(53);
    Ok(match x.f_kind()? {
        Kind::Uint8 | Kind::Int8 | Kind::Int16 | Kind::Int | Kind::Int64 if whole => {
            Scalar::from(number as i64)
        }
        _ => Scalar::from(number),
    })
}

/// The same as a tensor of one value.
fn value(x: &Tensor, number: f64) -> Result<Tensor, TchError> {
    let kind = match x.f_kind()? {
        Kind::Bool => Kind::Float,
        kind if number.fract() == 0.0 => kind,
        _ => Kind::Float,
    };
    Tensor::f_from_slice(&[number])?
        .f_reshape([0i64; 0])?
        .f_to_kind(kind)
}

fn clamped(x: &Tensor, min: Option<f64>, max: Option<f64>) -> Result<Tensor, TchError> {
    if !x.f_is_floating_point()? {
        let bound = |bound: Option<f64>| bound.map(|bound| value(x, bound)).transpose();
        return x.f_clamp_tensor(bound(min)?, bound(max)?);
    }
    match (min, max) {
        (Some(min), Some(max)) => x.f_clamp(min, max),
        (Some(min), None) => x.f_clamp_min(min),
        (None, Some(max)) => x.f_clamp_max(max),
        (None, None) => x.f_alias(),
    }
}

/// The norm over `dims`, over all axes where there are none.
fn norm(x: &Tensor, ord: f64, dims: &[i64], keepdim: bool) -> Result<Tensor, TchError> {
    let rank = x.dim() as i64;
    let mut axes: Vec<i64> = match dims {
        [] => (0..rank).collect(),
        dims => dims.iter().map(|dim| dim.rem_euclid(rank.max(1))).collect(),
    };
    let within = dims.iter().all(|dim| (-rank..rank).contains(dim));
    axes.sort_unstable();
    axes.dedup();
    let fits = within && (dims.is_empty() || axes.len() == dims.len());
    if !fits || !x.f_is_floating_point()? || x.numel() == 0 {
        let shape = x.size();
        return Err(TchError::Shape(format!(
            "there is no norm of {shape:?} over the axes {dims:?}"
        )));
    }
    x.f_norm_scalaropt_dim(ord, axes.as_slice(), keepdim)
}

/// Height and width that `x` becomes, and the factors where it was they that were given.
fn resized(
    x: &Tensor,
    size: Option<&[i64]>,
    factors: &[f64],
) -> Result<([i64; 2], [Option<f64>; 2]), TchError> {
    match (size, factors, x.size().as_slice()) {
        (Some(&[height, width]), _, _) => Ok(([height, width], [None, None])),
        (None, &[down, right], &[_, _, height, width]) => {
            let long = |size: i64, factor: f64| (size as f64 * factor).floor() as i64;
            let size = [long(height, down), long(width, right)];
            Ok((size, [Some(down), Some(right)]))
        }
        _ => Err(TchError::Shape("neither a size nor factors".into())),
    }
}

fn scaled(x: &Tensor, alpha: f64) -> Result<Tensor, TchError> {
    if alpha == 1.0 {
        Ok(x.shallow_clone())
    } else {
        x.f_mul_scalar(alpha)
    }
}

fn weighted(op: &Op, x: &Tensor, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
    let weight = input(inputs, 1)?;
    match op {
        Op::Conv2d {
            bias,
            stride,
            padding,
            dilation,
            groups,
        } => {
            let bias = if *bias { Some(input(inputs, 2)?) } else { None };
            let (stride, dilation) = (stride.as_slice(), dilation.as_slice());
            match padding {
                Padding::Explicit(sizes) => {
                    x.f_conv2d(weight, bias, stride, sizes.as_slice(), dilation, *groups)
                }
                Padding::Named(name) => {
                    x.f_conv2d_padding(weight, bias, stride, name, dilation, *groups)
                }
            }
        }
        Op::BatchNorm { affine, eps } => {
            let first = if *affine { 3 } else { 1 };
            let (scale, shift) = if *affine {
                (Some(weight), Some(input(inputs, 2)?))
            } else {
                (None, None)
            };
            let (mean, variance) = (input(inputs, first)?, input(inputs, first + 1)?);
            x.f_batch_norm(
                scale,
                shift,
                Some(mean),
                Some(variance),
                false,
                0.0,
                *eps,
                false,
            )
        }
        _ => {
            let bias = if *op == (Op::Linear { bias: true }) {
                Some(input(inputs, 2)?)
            } else {
                None
            };
            x.f_linear(weight, bias)
        }
    }
}

fn pooled(op: &Op, x: &Tensor) -> Result<Tensor, TchError> {
    match op {
        Op::MaxPool2d {
            kernel,
            stride,
            padding,
            dilation,
            ceil_mode,
        } => x.f_max_pool2d(
            kernel.as_slice(),
            stride.as_slice(),
            padding.as_slice(),
            dilation.as_slice(),
            *ceil_mode,
        ),
        Op::AvgPool2d {
            kernel,
            stride,
            padding,
            ceil_mode,
            count_include_pad,
            divisor_override,
        } => x.f_avg_pool2d(
            kernel.as_slice(),
            stride.as_slice(),
            padding.as_slice(),
            *ceil_mode,
            *count_include_pad,
            *divisor_override,
        ),
        Op::Unfold {
            kernel,
            dilation,
            padding,
            stride,
        } => x.f_im2col(
            kernel.as_slice(),
            dilation.as_slice(),
            padding.as_slice(),
            stride.as_slice(),
        ),
        Op::Fold {
            size,
            kernel,
            dilation,
            padding,
            stride,
        } => x.f_col2im(
            size.as_slice(),
            kernel.as_slice(),
            dilation.as_slice(),
            padding.as_slice(),
            stride.as_slice(),
        ),
        _ => Err(TchError::Shape(format!("{op:?} has no window"))),
    }
}

fn reshaped(op: &Op, x: &Tensor) -> Result<Tensor, TchError> {
    match op {
        Op::Flatten { start, end } => {
            let flat = x.f_flatten(*start, *end)?;
            // What is flat already comes back as the very same tensor.
            if flat.size() == x.size() {
                x.f_alias()
            } else {
                Ok(flat)
            }
        }
        Op::Detach => x.f_detach(),
        Op::Reshape { shape } => x.f_reshape(shape.as_slice()),
        Op::Expand { shape } => x.f_expand(shape.as_slice(), false),
        Op::Unflatten { dim, sizes } => x.f_unflatten(*dim, sizes.as_slice()),
        Op::ImageList { shifts, dims } => x.f_roll(shifts.as_slice(), dims.as_slice()),
        Op::Transpose { a, b } => x.f_transpose(*a, *b),
        Op::Permute { dims } => x.f_permute(dims.as_slice()),
        Op::Select { dim, index } => x.f_select(*dim, *index),
        Op::Slice {
            dim,
            start,
            end,
            step,
        } => x.f_slice(*dim, *start, *end, *step),
        Op::Unsqueeze { dim } => x.f_unsqueeze(*dim),
        Op::Squeeze { dim: Some(dim) } => x.f_squeeze_dim(*dim),
        Op::Squeeze { dim: None } => x.f_squeeze(),
        Op::Pad { pad, mode, value } => x.f_pad(pad.as_slice(), mode, *value),
        // A tensor of its own, so that a gradient asked here is not the one at its input.
        _ => x.f_alias(),
    }
}

fn activated(op: &Op, x: &Tensor) -> Result<Tensor, TchError> {
    match op {
        Op::Relu => x.f_relu(),
        Op::Hardtanh { min, max } => clamped(x, Some(*min), Some(*max)),
        Op::Clamp { min, max } if min.is_some() || max.is_some() => clamped(x, *min, *max),
        // tch's leaky_relu takes no slope, and its elu no alpha.
        Op::LeakyRelu { slope } => x
            .f_relu()?
            .f_sub(&x.f_neg()?.f_relu()?.f_mul_scalar(*slope)?),
        Op::Elu { alpha } => {
            let negative = x.f_clamp_max(0.0)?.f_expm1()?.f_mul_scalar(*alpha)?;
            x.f_relu()?.f_add(&negative)
        }
        Op::Exp => x.f_exp(),
        Op::Log => x.f_log(),
        Op::Erf => x.f_erf(),
        Op::Abs => x.f_abs(),
        Op::Mish => x.f_mish(),
        Op::Softplus => x.f_softplus(),
        Op::Sin => x.f_sin(),
        Op::Cos => x.f_cos(),
        Op::Sigmoid => x.f_sigmoid(),
        Op::Tanh => x.f_tanh(),
        Op::Silu => x.f_silu(),
        Op::Gelu { approximate } => x.f_gelu(approximate),
        Op::Hardswish => x.f_hardswish(),
        Op::Hardsigmoid => x.f_hardsigmoid(),
        Op::Softmax { dim, log: false } => x.f_softmax(*dim, x.f_kind()?),
        Op::Softmax { dim, log: true } => x.f_log_softmax(*dim, x.f_kind()?),
        _ => Err(TchError::Shape(format!("{op:?} does not take one input"))),
    }
}

#[cfg(test)]
mod tests;
