//! What a network makes up its own numbers with: masks, positions, tables.

use tch::Kind;

use super::{Call, Sharing, call, first_of_several};
use crate::model::format::pt2::program::args::{Answer, Args, Operand, Refusal, beyond};
use crate::model::op::{Arithmetic, Copying, Creation, Indexing, Masking, Patches, Reduction};

pub fn read<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    let itself = || Ok::<_, Refusal>(vec![args.tensor("self")?]);
    let with = |other: &str| Ok::<_, Refusal>(vec![args.tensor("self")?, args.tensor(other)?]);
    match name {
        "new_zeros.default" | "zeros.default" => full(args, 0.0),
        "new_ones.default" | "ones.default" => full(args, 1.0),
        "full.default" | "new_full.default" => full(args, args.number("fill_value")?),
        "zeros_like.default" => call(Masking::FillScalar(0.0), itself()?),
        "ones_like.default" => call(Masking::FillScalar(1.0), itself()?),
        "full_like.default" => call(Masking::FillScalar(args.number("fill_value")?), itself()?),
        "scalar_tensor.default" => call(
            Creation::Full {
                shape: Vec::new(),
                value: args.number("s")?,
                kind: args.kind_or("dtype", Kind::Float)?,
            },
            Vec::new(),
        ),
        "arange.default" | "arange.start" | "arange.start_step" => range(args),
        "fill.Scalar" => call(Masking::FillScalar(args.number("value")?), itself()?),
        "fill.Tensor" => call(Masking::Fill, with("value")?),
        "zero.default" => call(Masking::FillScalar(0.0), itself()?),
        "copy.default" => call(Masking::Fill, with("src")?),
        "ne.Scalar" | "eq.Scalar" => call(
            Masking::EqualsScalar {
                number: args.number("other")?,
                negated: name.starts_with("ne"),
            },
            itself()?,
        ),
        "logical_not.default" | "bitwise_not.default" => call(Masking::Not, itself()?),
        "masked_fill.Scalar" => call(
            Masking::MaskedFill {
                value: args.number("value")?,
            },
            with("mask")?,
        ),
        "where.self" => {
            let inputs = vec![
                args.tensor("condition")?,
                args.tensor("self")?,
                args.tensor("other")?,
            ];
            call(Masking::Where, inputs)
        }
        "any.dim" => call(
            Reduction::Any {
                dim: args.int("dim")?,
                keepdim: args.bool_or("keepdim", false)?,
            },
            itself()?,
        ),
        "fmod.Scalar" => call(
            Arithmetic::RemainderScalar(args.number("other")?),
            itself()?,
        ),
        "index_select.default" => {
            let dim = args.int("dim")?;
            call(Indexing::IndexSelect { dim }, with("index")?)
        }
        "cumsum.default" => {
            args.float32_only("dtype")?;
            let dim = args.int("dim")?;
            call(Reduction::CumulativeSum { dim }, itself()?)
        }
        "div.Tensor_mode" | "div.Scalar_mode" => {
            if args.text_or("rounding_mode", "")? != "floor" {
                return beyond("it rounds otherwise than down");
            }
            match args.operand("other")? {
                Operand::Tensor(other) => {
                    call(Arithmetic::FloorDiv, vec![args.tensor("self")?, other])
                }
                Operand::Number(other) => call(Arithmetic::FloorDivScalar(other), itself()?),
            }
        }
        "pow.Scalar" => {
            let base = args.number("self")?;
            if base <= 0.0 {
                return beyond("the base is not positive");
            }
            call(Arithmetic::ScalarPow(base), vec![args.tensor("exponent")?])
        }
        "sin.default" => call(Arithmetic::Sin, itself()?),
        "cos.default" => call(Arithmetic::Cos, itself()?),
        "max.dim" => first_of_several(
            Reduction::Max {
                dim: args.int("dim")?,
                keepdim: args.bool_or("keepdim", false)?,
            },
            itself()?,
        ),
        "type_as.default" => call(Copying::CastAs, with("other")?),
        "to.device" | "to.dtype" | "to.dtype_layout" | "_to_copy.default" => {
            let inputs = itself()?;
            match args.optional_kind("dtype")? {
                None | Some(Kind::Float) => Ok(Call {
                    // Of a float it is the same memory.
                    sharing: Sharing::View,
                    ..call(Copying::Cast(Kind::Float), inputs)?
                }),
                Some(kind) => call(Copying::Cast(kind), inputs),
            }
        }
        "slice_scatter.default" => {
            let step = args.int_or("step", 1)?;
            args.bounded("step", &[step], 1)?;
            call(
                Indexing::SliceScatter {
                    dim: args.int_or("dim", 0)?,
                    start: args.optional_int("start")?,
                    end: args.optional_int("end")?,
                    step,
                },
                with("src")?,
            )
        }
        "select_scatter.default" => call(
            Indexing::SelectScatter {
                dim: args.int("dim")?,
                index: args.int("index")?,
            },
            with("src")?,
        ),
        "im2col.default" => call(
            Patches::Unfold {
                kernel: args.pair("kernel_size", None, 1)?,
                dilation: args.pair("dilation", Some(1), 1)?,
                padding: args.pair("padding", Some(0), 0)?,
                stride: args.pair("stride", Some(1), 1)?,
            },
            itself()?,
        ),
        "col2im.default" => call(
            Patches::Fold {
                size: args.pair("output_size", None, 1)?,
                kernel: args.pair("kernel_size", None, 1)?,
                dilation: args.pair("dilation", Some(1), 1)?,
                padding: args.pair("padding", Some(0), 0)?,
                stride: args.pair("stride", Some(1), 1)?,
            },
            itself()?,
        ),
        _ => Err(Refusal::Unsupported(None)),
    }
}

fn full<'a>(args: Args<'a>, value: f64) -> Answer<Call<'a>> {
    let shape = args.ints("size")?;
    args.bounded("size", &shape, 0)?;
    let kind = args.kind_or("dtype", Kind::Float)?;
    call(Creation::Full { shape, value, kind }, Vec::new())
}

fn range<'a>(args: Args<'a>) -> Answer<Call<'a>> {
    let (start, end) = (args.number_or("start", 0.0)?, args.number("end")?);
    let step = args.number_or("step", 1.0)?;
    if step == 0.0 || !((end - start) / step).is_finite() {
        return beyond("it has no end");
    }
    let kind = args.kind_or("dtype", Kind::Int64)?;
    call(
        Creation::Range {
            start,
            end,
            step,
            kind,
        },
        Vec::new(),
    )
}
