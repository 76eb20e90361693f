//! Patches that are put back where they lie.

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Indexing, Patches};

/// Adds up patches, `[1, channels · height · width, patches]`, on the picture that they were taken of.
pub fn patches(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    let pair = |index: usize, what: &str| -> Answer<[i64; 2]> {
        match args.numbers(builder, args.input(index)?, what)?.as_slice() {
            &[rows, columns] => {
                args.bounded(what, &[rows, columns], 1)?;
                Ok([rows, columns])
            }
            other => beyond(format!("{what} has {} numbers, not two", other.len())),
        }
    };
    let (size, kernel) = (pair(1, "image_shape")?, pair(2, "block_shape")?);
    let (stride, dilation) = (args.pair("strides", 1)?, args.pair("dilations", 1)?);
    let [top, left, bottom, right] = match args.ints("pads")?.as_deref() {
        None | Some([]) => [0; 4],
        Some(&[top, left, bottom, right]) => [top, left, bottom, right],
        Some(other) => return beyond(format!("pads has {} numbers, not four", other.len())),
    };
    args.bounded("pads", &[top, left, bottom, right], 0)?;
    // libtorch has the same padding on both sides: with another one, it is cut off afterwards.
    let even = (top, left) == (bottom, right);
    let (padding, whole) = if even {
        ([top, left], size)
    } else {
        ([0; 2], [size[0] + top + bottom, size[1] + left + right])
    };
    let op = Patches::Fold {
        size: whole.to_vec(),
        kernel: kernel.to_vec(),
        dilation: dilation.to_vec(),
        padding: padding.to_vec(),
        stride: stride.to_vec(),
    };
    let mut folded = builder.emit(op, &[x])?;
    if !even {
        for (dim, start, size) in [(2, top, size[0]), (3, left, size[1])] {
            let cut = Indexing::Slice {
                dim,
                start: Some(start),
                end: Some(start + size),
                step: 1,
            };
            folded = builder.emit(cut, &[folded])?;
        }
    }
    Ok(vec![folded])
}
