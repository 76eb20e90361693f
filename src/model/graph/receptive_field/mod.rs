//! Receptive fields: how much of the image one position of a map can have seen.
//!
//! A map of 7 × 7 invites to be read as if each of its positions knew only its own corner of the
//! image. Often it has seen all of it, and then a warm spot of a heat map says where the evidence is
//! *kept*. So each layer is followed back to the input, window by window.

use super::axes::Layout;
use super::{Graph, Node, ValueId};
use crate::model::op::geometry::FieldRule;

/// What one position of a value depends on, along one axis of the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field {
    /// So many pixels, and so many from one position to the next. Padding is not subtracted: at the
    /// border a part lies outside the image.
    Window {
        /// Length of the window, in pixels of the input image.
        pixels: f64,
        /// Distance between the windows of neighbouring positions, in pixels of the input image.
        step: f64,
    },
    /// All of it, as after global pooling or attention.
    Whole,
}

/// Down and across.
pub type Fields = [Field; 2];

/// The receptive field of every value by its id, `None` for what does not depend on the image and
/// where it cannot be followed; `shapes` holds the shape of every value.
pub(crate) fn fields(graph: &Graph, shapes: &[Vec<i64>]) -> Vec<Option<Fields>> {
    let mut known: Vec<Option<Known>> = vec![None; graph.values.len()];
    let pixel = Field::Window {
        pixels: 1.0,
        step: 1.0,
    };
    known[graph.input.0] = Some(Known::At([pixel; 2]));
    for node in &graph.nodes {
        let seeing = node.inputs.iter().filter_map(|id| known[id.0]);
        let follower = Follower {
            graph,
            shapes,
            node,
            several_depend: seeing.clone().count() > 1,
        };
        let Some(seen) = seeing.reduce(Known::together) else {
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

/// What is known about a value that depends on the image.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    At(Fields),
    Lost,
}

impl Known {
    /// What is known about something made of both.
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

/// Seen through a window of `kernel` positions, moved by `stride`.
fn widened(field: Field, kernel: f64, stride: f64) -> Field {
    match field {
        Field::Window { pixels, step } => Field::Window {
            pixels: pixels + (kernel - 1.0) * step,
            step: step * stride,
        },
        Field::Whole => Field::Whole,
    }
}

/// One node and its surroundings.
struct Follower<'a> {
    graph: &'a Graph,
    shapes: &'a [Vec<i64>],
    node: &'a Node,
    /// More than one of its inputs depends on the image.
    several_depend: bool,
}

impl Follower<'_> {
    fn follow(&self, fields: Fields) -> Known {
        let whole = Known::At([Field::Whole; 2]);
        // Channels last in what is still a map: a matrix over them mixes no positions.
        let over_channels = || match self.layout(0) {
            Some(Layout::ChannelsLast | Layout::Tokens { .. }) => Known::At(fields),
            Some(Layout::ChannelsFirst | Layout::TokensLast { .. }) | None => whole,
        };
        // Windows of an image lie one after the other along the first axis.
        let mixed = || match self.shape(0).first() {
            Some(1) => whole,
            _ => Known::Lost,
        };
        let inputs = self
            .node
            .inputs
            .iter()
            .map(|id| self.shapes[id.0].as_slice());
        match self.node.op.field(&inputs.collect::<Vec<_>>()) {
            FieldRule::Same => Known::At(fields),
            FieldRule::Window { extent, stride } => {
                Known::At([0, 1].map(|axis| widened(fields[axis], extent[axis], stride[axis])))
            }
            FieldRule::AdaptiveWindow => self.pooled(fields),
            FieldRule::Resized { taps } => self.scaled(fields, taps),
            FieldRule::LastAxis => over_channels(),
            FieldRule::Product if self.several_depend => mixed(),
            FieldRule::Product => over_channels(),
            FieldRule::Mixed => mixed(),
            FieldRule::Everything => whole,
            FieldRule::Reduced(dims) => self.reduced(fields, dims),
            FieldRule::Strided { dim, step } => self.thinned(fields, dim, step as f64),
            // Wherever it reads from, nothing is left to be seen.
            FieldRule::Unknown if fields == [Field::Whole; 2] => whole,
            FieldRule::Unknown => Known::Lost,
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

    /// To another size, each position from so many of those before it.
    fn scaled(&self, fields: Fields, taps: f64) -> Known {
        let Some([from, to]) = self.heights_and_widths() else {
            return Known::Lost;
        };
        Known::At([0, 1].map(|axis| widened(fields[axis], taps, from[axis] / to[axis])))
    }

    /// What is left of a map when `dims` are summed up: the field is the whole image along those of
    /// them that are its axes.
    fn reduced(&self, fields: Fields, dims: &[i64]) -> Known {
        let rank = self.shape(0).len().max(1) as i64;
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

    /// Every `step`th position along `dim`, as when neighbours become channels. The others are taken
    /// beside it, so that together a position has seen them all.
    fn thinned(&self, fields: Fields, dim: i64, step: f64) -> Known {
        let rank = self.shape(0).len().max(1) as i64;
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
