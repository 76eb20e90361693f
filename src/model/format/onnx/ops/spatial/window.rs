//! How a window goes over a picture: ONNX pads each side by itself, and may leave it to a rule.

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::Pad;

#[derive(Clone, Copy)]
pub struct Window {
    kernel: [i64; 2],
    pub stride: [i64; 2],
    pub dilation: [i64; 2],
    /// Above and on the left.
    before: [i64; 2],
    /// Below and on the right.
    after: [i64; 2],
}

impl Window {
    /// Of a `kernel` over the last two axes of `x`.
    pub fn read(args: &Args, builder: &Builder, x: ValueId, kernel: [i64; 2]) -> Answer<Window> {
        let shape = builder.shape(x);
        let &[_, _, height, width] = shape else {
            return beyond(format!("its input {shape:?} is no picture of two axes"));
        };
        let (stride, dilation) = (args.pair("strides", 1)?, args.pair("dilations", 1)?);
        let (before, after) = match args.text_or("auto_pad", "NOTSET")?.as_str() {
            "NOTSET" | "" => match args.ints("pads")?.as_deref() {
                None | Some([]) => ([0; 2], [0; 2]),
                Some(&[top, left, bottom, right]) => ([top, left], [bottom, right]),
                Some(other) => {
                    return beyond(format!("pads has {} numbers, not four", other.len()));
                }
            },
            "VALID" => ([0; 2], [0; 2]),
            rule @ ("SAME_UPPER" | "SAME_LOWER") => {
                let missing = |axis: usize, long: i64| {
                    let steps = (long + stride[axis] - 1) / stride[axis];
                    // The last window but its first value; a kernel's sizes may be absurd.
                    let reach = (kernel[axis] - 1).saturating_mul(dilation[axis]);
                    let end = ((steps - 1) * stride[axis] + 1).saturating_add(reach);
                    (end - long).max(0)
                };
                let missing = [missing(0, height), missing(1, width)];
                let (less, more) = (missing.map(|n| n / 2), missing.map(|n| n - n / 2));
                match rule {
                    "SAME_UPPER" => (less, more),
                    _ => (more, less),
                }
            }
            other => return beyond(format!("auto_pad is {other}")),
        };
        args.bounded("pads", &before, 0)?;
        args.bounded("pads", &after, 0)?;
        Ok(Window {
            kernel,
            stride,
            dilation,
            before,
            after,
        })
    }

    /// The padding, where it is the same on both sides.
    pub fn padding(&self) -> Option<Vec<i64>> {
        (self.before == self.after).then(|| self.before.to_vec())
    }

    /// Padded so far that the last window, which may hang over what is padded but not begin behind
    /// the picture, lies within.
    pub fn rounded_up(mut self, builder: &Builder, x: ValueId) -> Window {
        let shape = builder.shape(x);
        for axis in 0..2 {
            let long = shape.get(axis + 2).copied().unwrap_or(0) + self.before[axis];
            let stride = self.stride[axis];
            let reach = (self.kernel[axis] - 1) * self.dilation[axis] + 1;
            let room = long + self.after[axis] - reach + stride - 1;
            // Where it does not fit at all it is left to be refused.
            if room >= 0 {
                let last = (room / stride).min((long - 1) / stride) * stride;
                self.after[axis] = (last + reach - long).max(0);
            }
        }
        self
    }

    /// What it pads more than another.
    pub fn beyond(self, other: Window) -> Window {
        Window {
            before: [0, 1].map(|axis| self.before[axis] - other.before[axis]),
            after: [0, 1].map(|axis| self.after[axis] - other.after[axis]),
            ..self
        }
    }

    /// `x` with `value` around it.
    pub fn padded(&self, builder: &mut Builder, x: ValueId, value: f64) -> Answer<ValueId> {
        let [top, left] = self.before;
        let [bottom, right] = self.after;
        let op = Pad {
            pad: vec![left, right, top, bottom],
            mode: "constant".into(),
            value: Some(value),
        };
        builder.emit(op, &[x])
    }
}
