//! Receptive fields: how much of the picture one place of a map can have seen.
//!
//! A map of 7 × 7 invites to be read as if each of its places knew its own corner of the picture
//! alone. Often it has seen all of it, and then where a heat map is warm says where the evidence is
//! *kept*. So each layer is followed back to the input, window by window.

use super::axes::Layout;
use super::{Graph, Node, Op, ValueId};

/// What one place of a value depends on, along one axis of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field {
    /// So many pixels, and so many from one place to the next. Padding is not taken off: at the
    /// border a part lies outside.
    Window { pixels: f64, step: f64 },
    /// All of it, as after global pooling or attention.
    Whole,
}

/// Down and across.
pub type Fields = [Field; 2];

/// The receptive field of every value by its id, `None` for what does not depend on the picture and
/// where it cannot be followed; `shapes` holds the shape of every value.
pub(crate) fn fields(graph: &Graph, shapes: &[Vec<i64>]) -> Vec<Option<Fields>> {
    let mut known: Vec<Option<Known>> = vec![None; graph.values.len()];
    let pixel = Field::Window {
        pixels: 1.0,
        step: 1.0,
    };
    known[graph.input.0] = Some(Known::At([pixel; 2]));
    for node in &graph.nodes {
        let seen = node.inputs.iter().filter(|id| known[id.0].is_some());
        let follower = Follower {
            graph,
            shapes,
            node,
            seen_by_both: seen.count() > 1,
        };
        let seen = node.inputs.iter().filter_map(|id| known[id.0]);
        let Some(seen) = seen.reduce(Known::together) else {
            continue;
        };
        let made = match seen {
            Known::At(fields) => follower.follow(fields),
            Known::Lost => Known::Lost,
        };
        node.outputs.iter().for_each(|id| known[id.0] = Some(made));
    }
    let found = |known: Option<Known>| match known? {
        Known::At(fields) => Some(fields),
        Known::Lost => None,
    };
    known.into_iter().map(found).collect()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    At(Fields),
    Lost,
}

impl Known {
    /// Of something made of both.
    fn together(self, other: Known) -> Known {
        match (self, other) {
            (Known::At(a), Known::At(b)) => Known::At([0, 1].map(|axis| larger(a[axis], b[axis]))),
            _ => Known::Lost,
        }
    }
}

fn larger(a: Field, b: Field) -> Field {
    match (a, b) {
        (Field::Window { pixels, step }, Field::Window { pixels: p, step: s }) => Field::Window {
            pixels: pixels.max(p),
            step: step.max(s),
        },
        _ => Field::Whole,
    }
}

/// Seen through a window of `kernel` places, moved by `stride`.
fn widened(field: Field, kernel: f64, stride: f64) -> Field {
    match field {
        Field::Window { pixels, step } => Field::Window {
            pixels: pixels + (kernel - 1.0) * step,
            step: step * stride,
        },
        Field::Whole => Field::Whole,
    }
}

/// One node, its surroundings known.
struct Follower<'a> {
    graph: &'a Graph,
    shapes: &'a [Vec<i64>],
    node: &'a Node,
    /// More than one of its inputs depends on the picture.
    seen_by_both: bool,
}

impl Follower<'_> {
    fn follow(&self, fields: Fields) -> Known {
        let whole = Known::At([Field::Whole; 2]);
        match &self.node.op {
            Op::Conv2d {
                stride, dilation, ..
            } => {
                let kernel = self.shape(1).get(2..).unwrap_or_default();
                self.window(fields, kernel, stride, dilation)
            }
            Op::MaxPool2d {
                kernel,
                stride,
                dilation,
                ..
            } => self.window(fields, kernel, stride, dilation),
            Op::AvgPool2d { kernel, stride, .. } => self.window(fields, kernel, stride, &[1, 1]),
            Op::AdaptiveAvgPool2d { .. } | Op::AdaptiveMaxPool2d { .. } => self.pooled(fields),
            Op::UpsampleNearest { .. } => self.scaled(fields, 1.0),
            Op::Interpolate { mode, .. } => {
                self.scaled(fields, if mode == "bicubic" { 4.0 } else { 2.0 })
            }
            Op::Matmul if !self.seen_by_both => match self.layout(0) {
                Some(Layout::ChannelsLast | Layout::Tokens { .. }) => Known::At(fields),
                _ => whole,
            },
            // Over channels where these come last in what is still a map; else over everything.
            Op::Linear { .. } | Op::Addmm => match self.layout(0) {
                Some(Layout::ChannelsLast | Layout::Tokens { .. }) => Known::At(fields),
                _ => whole,
            },
            Op::LayerNorm { shape, .. } if shape.len() == 1 => Known::At(fields),
            Op::GroupNorm { .. } | Op::LayerNorm { .. } => whole,
            Op::Mean { dims, .. } | Op::Sum { dims, .. } => self.reduced(fields, dims),
            Op::MaxAlong { dim, .. } => self.reduced(fields, &[*dim]),
            Op::VectorNorm { dims, .. } => self.reduced(fields, dims),
            // Windows of a picture lie one after the other along the first axis.
            Op::Attention { .. } | Op::Matmul | Op::Einsum { .. } => match self.shape(0).first() {
                Some(1) => whole,
                _ => Known::Lost,
            },
            Op::Slice { dim, step, .. } if *step > 1 => self.thinned(fields, *dim, *step as f64),
            Op::Unfold { .. } | Op::Fold { .. } | Op::CumulativeSum { .. } => Known::Lost,
            _ => Known::At(fields),
        }
    }

    fn shape(&self, input: usize) -> &[i64] {
        let id = self.node.inputs.get(input);
        id.map(|id| self.shapes[id.0].as_slice())
            .unwrap_or_default()
    }

    fn layout(&self, input: usize) -> Option<Layout> {
        let id: &ValueId = self.node.inputs.get(input)?;
        self.graph.layouts.get(id.0).copied().flatten()
    }

    fn window(&self, fields: Fields, kernel: &[i64], stride: &[i64], dilation: &[i64]) -> Known {
        let of = |sizes: &[i64], axis: usize| {
            let size = sizes.get(axis).or(sizes.first());
            size.map_or(1.0, |size| *size as f64)
        };
        Known::At([0, 1].map(|axis| {
            let reach = of(dilation, axis) * (of(kernel, axis) - 1.0) + 1.0;
            // A pooling that is given no stride moves by its own size.
            let stride = match (stride.is_empty(), &self.node.op) {
                (true, Op::MaxPool2d { .. } | Op::AvgPool2d { .. }) => of(kernel, axis),
                _ => of(stride, axis),
            };
            widened(fields[axis], reach, stride)
        }))
    }

    /// Height and width of the first input and of the output.
    fn heights_and_widths(&self) -> Option<[[f64; 2]; 2]> {
        let output = &self.shapes[self.node.outputs.first()?.0];
        let two = |shape: &[i64]| match shape {
            [.., height, width] => Some([*height as f64, *width as f64]),
            _ => None,
        };
        Some([two(self.shape(0))?, two(output)?])
    }

    fn pooled(&self, fields: Fields) -> Known {
        let Some([from, to]) = self.heights_and_widths() else {
            return Known::Lost;
        };
        Known::At([0, 1].map(|axis| {
            let stride = (from[axis] / to[axis]).floor().max(1.0);
            let kernel = from[axis] - (to[axis] - 1.0) * stride;
            if to[axis] == 1.0 && from[axis] > 1.0 {
                Field::Whole
            } else {
                widened(fields[axis], kernel, stride)
            }
        }))
    }

    /// To another size, each place from so many of those before it.
    fn scaled(&self, fields: Fields, taps: f64) -> Known {
        let Some([from, to]) = self.heights_and_widths() else {
            return Known::Lost;
        };
        Known::At([0, 1].map(|axis| widened(fields[axis], taps, from[axis] / to[axis])))
    }

    /// What is left of a map when `dims` are summed up: the field is whole along those of them that
    /// are axes of the picture.
    fn reduced(&self, fields: Fields, dims: &[i64]) -> Known {
        let rank = self.shape(0).len() as i64;
        let gone =
            |axis: i64| dims.is_empty() || dims.iter().any(|dim| dim.rem_euclid(rank) == axis);
        let [rows, columns] = match self.layout(0) {
            Some(Layout::ChannelsLast) => [1, 2],
            Some(Layout::Tokens { .. }) => [1, 1],
            Some(Layout::TokensLast { .. }) => [2, 2],
            Some(Layout::ChannelsFirst) => [2, 3],
            None => return Known::At([Field::Whole; 2]),
        };
        let along = |axis: i64, field: Field| if gone(axis) { Field::Whole } else { field };
        Known::At([along(rows, fields[0]), along(columns, fields[1])])
    }

    /// Every `step`th place along `dim`, as when neighbours become channels: together with the
    /// others, which are taken beside it, a place has seen them all.
    fn thinned(&self, fields: Fields, dim: i64, step: f64) -> Known {
        let rank = self.shape(0).len() as i64;
        let dim = if dim < 0 { dim + rank } else { dim };
        let axis = match (self.layout(0), dim) {
            (Some(Layout::ChannelsFirst), 2) | (Some(Layout::ChannelsLast), 1) => 0,
            (Some(Layout::ChannelsFirst), 3) | (Some(Layout::ChannelsLast), 2) => 1,
            (Some(_), _) => return Known::At(fields),
            (None, _) => return Known::Lost,
        };
        let mut fields = fields;
        fields[axis] = widened(fields[axis], step, step);
        Known::At(fields)
    }
}

#[cfg(test)]
mod tests;
