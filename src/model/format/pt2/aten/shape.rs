//! Operations that move values about and compute none.

use super::{Call, Sharing, call, constants, same, view};
use crate::model::error::Fault;
use crate::model::format::pt2::program::args::{Answer, Args, Refusal, beyond};
use crate::model::op::{Copying, Indexing, Joining, Pad, Reshaping, Splitting};

pub fn read<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    let itself = || Ok::<_, Refusal>(vec![args.tensor("self")?]);
    match name {
        "cat.default" | "concat.default" | "stack.default" => {
            let (dim, inputs) = (args.int_or("dim", 0)?, args.tensors("tensors")?);
            let stack = name == "stack.default";
            call(
                if stack {
                    Joining::Stack { dim }
                } else {
                    Joining::Cat { dim }
                },
                inputs,
            )
        }
        "pad.default" | "constant_pad_nd.default" => {
            let pad = args.ints("pad")?;
            let mode = args.text_or("mode", "constant")?;
            call(
                Pad {
                    pad,
                    mode,
                    value: args.optional_number("value")?,
                },
                itself()?,
            )
        }
        "reflection_pad2d.default" | "replication_pad2d.default" => {
            let mode = if name.starts_with("refl") {
                "reflect"
            } else {
                "replicate"
            }
            .to_owned();
            call(
                Pad {
                    pad: args.ints("padding")?,
                    mode,
                    value: None,
                },
                itself()?,
            )
        }

        "flatten.using_ints" => {
            let (start, end) = (args.int_or("start_dim", 0)?, args.int_or("end_dim", -1)?);
            view(Reshaping::Flatten { start, end }, args)
        }
        "view.default" | "_unsafe_view.default" => view(
            Reshaping::Reshape {
                shape: args.ints("size")?,
            },
            args,
        ),
        "reshape.default" => view(
            Reshaping::Reshape {
                shape: args.ints("shape")?,
            },
            args,
        ),
        "expand.default" => view(
            Reshaping::Expand {
                shape: args.ints("size")?,
            },
            args,
        ),
        "expand_as.default" => Ok(Call {
            sharing: Sharing::View,
            ..call(
                Reshaping::ExpandAs,
                vec![args.tensor("self")?, args.tensor("other")?],
            )?
        }),
        "unflatten.int" => view(
            Reshaping::Unflatten {
                dim: args.int("dim")?,
                sizes: args.ints("sizes")?,
            },
            args,
        ),
        "unbind.int" => view(
            Splitting::Unbind {
                dim: args.int_or("dim", 0)?,
            },
            args,
        ),
        "roll.default" => call(
            Indexing::Roll {
                shifts: args.ints("shifts")?,
                dims: args.optional_ints("dims")?.unwrap_or_default(),
            },
            itself()?,
        ),
        "index.Tensor" => {
            let places = args.optional_tensors("indices")?;
            let dims = places.iter().map(Option::is_some).collect();
            let mut inputs = itself()?;
            inputs.extend(places.into_iter().flatten());
            call(Indexing::Index { dims }, inputs)
        }
        "swapaxes.default" => view(
            Reshaping::Transpose {
                a: args.int("axis0")?,
                b: args.int("axis1")?,
            },
            args,
        ),
        "transpose.int" => view(
            Reshaping::Transpose {
                a: args.int("dim0")?,
                b: args.int("dim1")?,
            },
            args,
        ),
        "t.default" => view(Reshaping::Transpose { a: 0, b: 1 }, args),
        "permute.default" => view(
            Reshaping::Permute {
                dims: args.ints("dims")?,
            },
            args,
        ),
        "chunk.default" => {
            let chunks = args.int("chunks")?;
            args.bounded("chunks", &[chunks], 1)?;
            view(
                Splitting::Chunk {
                    chunks,
                    dim: args.int_or("dim", 0)?,
                },
                args,
            )
        }
        "split.Tensor" => {
            let size = args.int("split_size")?;
            args.bounded("split_size", &[size], 1)?;
            view(
                Splitting::SplitEvery {
                    size,
                    dim: args.int_or("dim", 0)?,
                },
                args,
            )
        }
        "split_with_sizes.default" | "split.sizes" => {
            let named = if name.starts_with("split_with") {
                "split_sizes"
            } else {
                "split_size"
            };
            view(
                Splitting::Split {
                    sizes: args.ints(named)?,
                    dim: args.int_or("dim", 0)?,
                },
                args,
            )
        }
        "select.int" => view(
            Indexing::Select {
                dim: args.int("dim")?,
                index: args.int("index")?,
            },
            args,
        ),
        "slice.Tensor" => {
            let step = args.int_or("step", 1)?;
            args.bounded("step", &[step], 1)?;
            let (start, end) = (args.optional_int("start")?, args.optional_int("end")?);
            view(
                Indexing::Slice {
                    dim: args.int_or("dim", 0)?,
                    start,
                    end,
                    step,
                },
                args,
            )
        }
        "unsqueeze.default" => view(
            Reshaping::Unsqueeze {
                dim: args.int("dim")?,
            },
            args,
        ),
        "squeeze.default" => view(Reshaping::Squeeze { dim: None }, args),
        "squeeze.dim" => view(
            Reshaping::Squeeze {
                dim: Some(args.int("dim")?),
            },
            args,
        ),
        "squeeze.dims" => match args.ints("dim")?[..] {
            [dim] => view(Reshaping::Squeeze { dim: Some(dim) }, args),
            _ => beyond("several dimensions at once"),
        },
        "contiguous.default" => view(Copying::Identity, args),
        "alias.default" => same(args, "self"),
        "detach.default" | "detach_.default" => Ok(Call {
            op: Copying::Detach.into(),
            ..same(args, "self")?
        }),
        "clone.default" | "lift_fresh_copy.default" => {
            call(Copying::Identity, vec![args.tensor("self")?])
        }
        "dropout.default"
        | "dropout_.default"
        | "feature_dropout.default"
        | "feature_dropout_.default"
        | "alpha_dropout.default" => {
            if args.bool_or("train", false)? {
                return Err(Fault::Training {
                    node: "a dropout".into(),
                }
                .into());
            }
            same(args, if name.contains("_.") { "self" } else { "input" })
        }
        "as_strided.default" => {
            let (shape, strides) = (args.ints("size")?, args.ints("stride")?);
            let long = shape.iter().zip(&strides).filter(|(size, _)| **size != 1);
            let in_order = long.clone().count() <= 1 && long.into_iter().all(|(_, s)| *s == 1);
            if !in_order || args.int_or("storage_offset", 0)? != 0 {
                return beyond("it takes memory apart otherwise than by a shape");
            }
            view(Reshaping::Reshape { shape }, args)
        }
        "reshape_as.default" | "view_as.default" => Ok(Call {
            sharing: Sharing::View,
            ..call(
                Reshaping::ReshapeAs,
                vec![args.tensor("self")?, args.tensor("other")?],
            )?
        }),
        _ => constants::read(name, args),
    }
}
