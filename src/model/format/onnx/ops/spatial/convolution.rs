//! Convolution, transposed or not, over one, two or three axes.

use super::window::{Window, pads};
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Convolution, Indexing, Padding, TransposedConvolution};

/// The sizes of the kernel, which the file may state a second time.
fn kernel(args: &Args, builder: &Builder, weight: ValueId) -> Answer<Vec<i64>> {
    let kernel = match builder.shape(weight) {
        [_, _, kernel @ ..] if (1..=3).contains(&kernel.len()) => kernel.to_vec(),
        other => {
            let axes = other.len().saturating_sub(2);
            return beyond(format!(
                "it convolves over {axes} axes, not over one to three"
            ));
        }
    };
    match args.ints("kernel_shape")? {
        Some(stated) if stated != kernel => args.wrong(format!(
            "has kernel_shape {stated:?}, but its weight is {kernel:?}"
        )),
        Some(_) | None => Ok(kernel),
    }
}

pub fn convolution(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, weight) = (args.input(0)?, args.input(1)?);
    let kernel = kernel(args, builder, weight)?;
    let groups = args.int_or("group", 1)?;
    args.bounded("group", &[groups], 1)?;
    let window = Window::read(args, builder, x, &kernel)?;
    let (x, padding) = match window.padding() {
        Some(padding) => (x, padding),
        None => (window.padded(builder, x, 0.0)?, vec![0; kernel.len()]),
    };
    let bias = args.optional(2);
    let op = Convolution {
        bias: bias.is_some(),
        stride: window.stride,
        padding: Padding::Explicit(padding),
        dilation: window.dilation,
        groups,
    };
    let inputs: Vec<ValueId> = [x, weight].into_iter().chain(bias).collect();
    Ok(vec![builder.emit(op, &inputs)?])
}

/// What `pads`, `auto_pad` and `output_shape` cut off before and after each axis of the whole output is
/// cut off by libtorch where it can be, which cuts off equally, and by slices otherwise.
pub fn transposed(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, weight) = (args.input(0)?, args.input(1)?);
    let kernel = kernel(args, builder, weight)?;
    let rank = kernel.len();
    let shape = builder.shape(x).to_vec();
    if shape.len() != rank + 2 {
        return beyond(format!(
            "its input {shape:?} does not have {} axes",
            rank + 2
        ));
    }
    let groups = args.int_or("group", 1)?;
    args.bounded("group", &[groups], 1)?;
    let stride = args.sizes("strides", rank, 1)?;
    let dilation = args.sizes("dilations", rank, 1)?;
    let more = match args.ints("output_padding")? {
        Some(more) if more.len() == rank => more,
        Some(more) if !more.is_empty() => {
            return beyond(format!(
                "output_padding has {} numbers, not {rank}",
                more.len()
            ));
        }
        Some(_) | None => vec![0; rank],
    };
    args.bounded("output_padding", &more, 0)?;
    // The length of each axis before anything is cut off.
    let whole = |axis: usize| {
        let reach = (kernel[axis] - 1).saturating_mul(dilation[axis]) + 1;
        let last = (shape[axis + 2] - 1).saturating_mul(stride[axis]);
        last.saturating_add(reach).saturating_add(more[axis])
    };
    let rule = args.text_or("auto_pad", "NOTSET")?;
    let sizes = match (args.ints("output_shape")?, rule.as_str()) {
        (Some(sizes), _) if sizes.len() == rank => Some(sizes),
        (Some(sizes), _) if sizes.len() == rank + 2 => Some(sizes[2..].to_vec()),
        (Some(sizes), _) if !sizes.is_empty() => {
            return beyond(format!("output_shape has {} numbers", sizes.len()));
        }
        (_, "SAME_UPPER" | "SAME_LOWER") => {
            let size = |axis: usize| shape[axis + 2].saturating_mul(stride[axis]);
            Some((0..rank).map(size).collect())
        }
        (_, "NOTSET" | "" | "VALID") => None,
        (_, other) => return beyond(format!("auto_pad is {other}")),
    };
    let (before, after) = match sizes {
        None if rule == "VALID" => (vec![0; rank], vec![0; rank]),
        None => pads(args, rank)?,
        Some(sizes) => {
            args.bounded("output_shape", &sizes, 1)?;
            let gone: Vec<i64> = (0..rank).map(|axis| whole(axis) - sizes[axis]).collect();
            let half: Vec<i64> = gone.iter().map(|gone| gone / 2).collect();
            let rest = gone
                .iter()
                .zip(&half)
                .map(|(gone, half)| gone - half)
                .collect();
            if rule == "SAME_UPPER" {
                (half, rest)
            } else {
                (rest, half)
            }
        }
    };
    let native = before == after && before.iter().all(|cut| *cut >= 0);
    let bias = args.optional(2);
    let op = TransposedConvolution {
        bias: bias.is_some(),
        output_padding: more.clone(),
        padding: if native {
            before.clone()
        } else {
            vec![0; rank]
        },
        stride: stride.clone(),
        dilation: dilation.clone(),
        groups,
    };
    let inputs: Vec<ValueId> = [x, weight].into_iter().chain(bias).collect();
    let mut made = builder.emit(op, &inputs)?;
    if native {
        return Ok(vec![made]);
    }
    let lengths: Vec<i64> = (0..rank).map(whole).collect();
    for axis in 0..rank {
        let (start, end) = (before[axis], lengths[axis] - after[axis]);
        if start < 0 || end > lengths[axis] {
            return beyond("its output is larger than what it computes (output_shape)");
        }
        let crop = Indexing::Slice {
            dim: axis as i64 + 2,
            start: Some(start),
            end: Some(end),
            step: 1,
        };
        made = builder.emit(crop, &[made])?;
    }
    Ok(vec![made])
}
