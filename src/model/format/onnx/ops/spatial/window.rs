//! The sliding window of convolution and pooling. ONNX pads each side separately, or by a rule
//! (`auto_pad`).

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::Pad;

/// A window over the last axes of a tensor, each list with a number for each of them.
#[derive(Clone)]
pub struct Window {
    kernel: Vec<i64>,
    pub stride: Vec<i64>,
    pub dilation: Vec<i64>,
    /// Padding before each axis.
    before: Vec<i64>,
    /// Padding after each axis.
    after: Vec<i64>,
}

/// How many axes of positions `x` has after batch and channels: one, two or three.
pub fn positions(builder: &Builder, x: ValueId) -> Answer<usize> {
    let shape = builder.shape(x);
    match shape.len() {
        rank @ 3..=5 => Ok(rank - 2),
        _ => beyond(format!(
            "its input {shape:?} does not have one to three axes after batch and channels"
        )),
    }
}

/// What `pads` adds before and after each of `rank` axes.
pub fn pads(args: &Args, rank: usize) -> Answer<(Vec<i64>, Vec<i64>)> {
    let (before, after) = match args.ints("pads")?.as_deref() {
        None | Some([]) => (vec![0; rank], vec![0; rank]),
        Some(pads) if pads.len() == 2 * rank => (pads[..rank].to_vec(), pads[rank..].to_vec()),
        Some(other) => {
            return beyond(format!(
                "pads has {} numbers, not {}",
                other.len(),
                2 * rank
            ));
        }
    };
    args.bounded("pads", &before, 0)?;
    args.bounded("pads", &after, 0)?;
    Ok((before, after))
}

impl Window {
    /// Reads the window of a `kernel` over the last axes of `x`.
    pub fn read(args: &Args, builder: &Builder, x: ValueId, kernel: &[i64]) -> Answer<Window> {
        let shape = builder.shape(x);
        let rank = kernel.len();
        if shape.len() != rank + 2 {
            return beyond(format!(
                "its input {shape:?} does not have {} axes",
                rank + 2
            ));
        }
        let stride = args.sizes("strides", rank, 1)?;
        let dilation = args.sizes("dilations", rank, 1)?;
        let (before, after) = match args.text_or("auto_pad", "NOTSET")?.as_str() {
            "NOTSET" | "" => pads(args, rank)?,
            "VALID" => (vec![0; rank], vec![0; rank]),
            rule @ ("SAME_UPPER" | "SAME_LOWER") => {
                let missing = |axis: usize| {
                    let length = shape[axis + 2];
                    let steps = (length + stride[axis] - 1) / stride[axis];
                    // What the last window covers beyond its first position. The size of the kernel has
                    // not been checked yet.
                    let reach = (kernel[axis] - 1).saturating_mul(dilation[axis]);
                    let end = ((steps - 1) * stride[axis] + 1).saturating_add(reach);
                    (end - length).max(0)
                };
                let missing: Vec<i64> = (0..rank).map(missing).collect();
                let half: Vec<i64> = missing.iter().map(|n| n / 2).collect();
                let rest = missing.iter().map(|n| n - n / 2).collect();
                if rule == "SAME_UPPER" {
                    (half, rest)
                } else {
                    (rest, half)
                }
            }
            other => return beyond(format!("auto_pad is {other}")),
        };
        args.bounded("pads", &before, 0)?;
        args.bounded("pads", &after, 0)?;
        Ok(Window {
            kernel: kernel.to_vec(),
            stride,
            dilation,
            before,
            after,
        })
    }

    /// The padding by axis, if it is the same on both sides.
    pub fn padding(&self) -> Option<Vec<i64>> {
        (self.before == self.after).then(|| self.before.clone())
    }

    /// The window with as much padding as `ceil_mode` needs: the last position may reach beyond the padded
    /// image, but has to start within the image or the padding before it.
    pub fn rounded_up(&self, builder: &Builder, x: ValueId) -> Window {
        let shape = builder.shape(x);
        let mut window = self.clone();
        for axis in 0..self.kernel.len() {
            let length = shape.get(axis + 2).copied().unwrap_or(0) + self.before[axis];
            let stride = self.stride[axis];
            let reach = (self.kernel[axis] - 1) * self.dilation[axis] + 1;
            let room = length + self.after[axis] - reach + stride - 1;
            // A window that does not fit at all is refused later.
            if room >= 0 {
                let last = (room / stride).min((length - 1) / stride) * stride;
                window.after[axis] = (last + reach - length).max(0);
            }
        }
        window
    }

    /// The window with only the padding that `other` does not have.
    pub fn minus(&self, other: &Window) -> Window {
        let less = |one: &[i64], other: &[i64]| one.iter().zip(other).map(|(a, b)| a - b).collect();
        Window {
            before: less(&self.before, &other.before),
            after: less(&self.after, &other.after),
            ..self.clone()
        }
    }

    /// `x` padded with `value`.
    pub fn padded(&self, builder: &mut Builder, x: ValueId, value: f64) -> Answer<ValueId> {
        let sides = self.before.iter().zip(&self.after).rev();
        let op = Pad {
            pad: sides
                .flat_map(|(before, after)| [*before, *after])
                .collect(),
            mode: "constant".into(),
            value: Some(value),
        };
        builder.emit(op, &[x])
    }
}
