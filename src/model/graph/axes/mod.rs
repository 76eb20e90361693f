//! What each axis of each value means: where the image's height and width have gone.
//!
//! Convolutional networks keep `[1, C, H, W]` throughout. Networks of tokens do not: positions lie in
//! a row after a class token or two, or channels come last. Shapes alone do not say which axis is
//! which, so the meaning is followed from the input through every operation; through attention, it is
//! that of the queries. Where it is lost, as in windows, a sum with a value that still has it brings it
//! back; every residual network has such sums.

use std::collections::HashMap;

use super::{Graph, Node, ValueId};
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::shape;

mod regroup;

pub use super::layout::Layout;
use regroup::regrouped;

/// What runs along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    Batch,
    Channel,
    Row,
    Column,
    /// A row of tokens: first `before` that belong to no position, then `height` × `width`
    /// positions, row by row; what follows belongs to no position either.
    Grid {
        before: i64,
        height: i64,
        width: i64,
    },
    Other,
}

/// The layout of every value that is a map, by its id; `shapes` holds the shape of every value.
pub(crate) fn layouts(graph: &Graph, shapes: &[Vec<i64>]) -> Vec<Option<Layout>> {
    let layout = |(axes, shape): (Option<Vec<Axis>>, &Vec<i64>)| layout(&axes?, shape);
    let meanings = meanings(graph, shapes).into_iter();
    meanings.zip(shapes).map(layout).collect()
}

/// The values that are several maps, one below the other in the axis of the batch, and how many: the
/// network has put patches of the image there, or two of them.
pub(crate) fn several(graph: &Graph, shapes: &[Vec<i64>]) -> HashMap<ValueId, i64> {
    let several = |(index, axes): (usize, Option<Vec<Axis>>)| {
        let shape = &shapes[index];
        let count = *shape.first().filter(|count| **count > 1)?;
        let [_, height, width] = arranged(&axes?)?.sizes(shape)?;
        (height * width > 1).then_some((ValueId(index), count))
    };
    let meanings = meanings(graph, shapes).into_iter();
    meanings.enumerate().filter_map(several).collect()
}

/// What the axes of each value mean, where it is known.
fn meanings(graph: &Graph, shapes: &[Vec<i64>]) -> Vec<Option<Vec<Axis>>> {
    let mut axes: Vec<Option<Vec<Axis>>> = vec![None; graph.values.len()];
    axes[graph.input.0] = Some(IMAGE.to_vec());
    for node in &graph.nodes {
        for (part, output) in node.outputs.iter().enumerate() {
            let known = follow(node, part, &axes, shapes, *output);
            axes[output.0] = known.filter(|axes| axes.len() == shapes[output.0].len());
        }
    }
    for node in graph.nodes.iter().rev() {
        trace_back(node, &mut axes, shapes);
    }
    axes
}

const IMAGE: [Axis; 4] = [Axis::Batch, Axis::Channel, Axis::Row, Axis::Column];

fn layout(axes: &[Axis], shape: &[i64]) -> Option<Layout> {
    (shape.first() == Some(&1)).then(|| arranged(axes))?
}

/// The order of the axes of a map, however many lie side by side.
fn arranged(axes: &[Axis]) -> Option<Layout> {
    use Axis::{Channel, Column, Grid, Row};
    match *axes {
        [_, Channel, Row, Column] => Some(Layout::ChannelsFirst),
        [_, Row, Column, Channel] => Some(Layout::ChannelsLast),
        [
            _,
            Grid {
                before,
                height,
                width,
            },
            Channel,
        ] => Some(Layout::Tokens {
            before,
            height,
            width,
        }),
        [
            _,
            Channel,
            Grid {
                before,
                height,
                width,
            },
        ] => Some(Layout::TokensLast {
            before,
            height,
            width,
        }),
        _ => None,
    }
}

/// What the inputs of `node` have to mean, given what its output means. Where attention has lost the
/// meaning, the sum that follows brings it back in this way.
fn trace_back(node: &Node, axes: &mut [Option<Vec<Axis>>], shapes: &[Vec<i64>]) {
    let &[output] = node.outputs.as_slice() else {
        return;
    };
    let unknown: Vec<ValueId> = node
        .inputs
        .iter()
        .copied()
        .filter(|id| !axes[id.0].as_deref().is_some_and(is_whole))
        .collect();
    let known = axes[output.0].clone().filter(|axes| is_whole(axes));
    let Some(known) = known.filter(|_| !unknown.is_empty()) else {
        return;
    };
    let alike = |id: &ValueId| shapes[id.0] == shapes[output.0];
    // The first input, where its meaning is unknown.
    let first = || unknown.first().filter(|id| node.inputs[0] == **id);
    let (id, meant) = match node.op.axes_back() {
        AxesBack::Image => match first().filter(|id| shapes[id.0].len() == 4) {
            Some(id) => (id, IMAGE.to_vec()),
            None => return,
        },
        AxesBack::Swapped(a, b) => {
            let (Some(a), Some(b), [id]) = (
                index_of(a, known.len()),
                index_of(b, known.len()),
                &unknown[..],
            ) else {
                return;
            };
            let mut meant = known;
            meant.swap(a, b);
            (id, meant)
        }
        AxesBack::Permuted(dims) => {
            let [id] = &unknown[..] else {
                return;
            };
            let mut meant = known.clone();
            for (dim, axis) in dims.iter().zip(known) {
                match index_of(*dim, meant.len()) {
                    Some(index) => meant[index] = axis,
                    None => return,
                }
            }
            (id, meant)
        }
        AxesBack::All => {
            for id in unknown.iter().filter(|id| alike(id)) {
                axes[id.0] = Some(known.clone());
            }
            return;
        }
        AxesBack::First => match first().filter(|id| alike(id)) {
            Some(id) => (id, known),
            None => return,
        },
        AxesBack::Lost => return,
    };
    axes[id.0] = Some(meant);
}

/// The axes of one output of `node`, the `part`th.
fn follow(
    node: &Node,
    part: usize,
    axes: &[Option<Vec<Axis>>],
    shapes: &[Vec<i64>],
    output: ValueId,
) -> Option<Vec<Axis>> {
    let of = |index: usize| axes[node.inputs.get(index)?.0].as_deref();
    let shape = |index: usize| node.inputs.get(index).map(|id| shapes[id.0].as_slice());
    let to = shapes[output.0].as_slice();
    let x = || of(0).map(<[Axis]>::to_vec);
    let elementwise = || x().filter(|_| shape(0) == Some(to));
    match node.op.axes() {
        AxesRule::Elementwise => elementwise(),
        AxesRule::Image if to.len() == 4 => Some(IMAGE.to_vec()),
        AxesRule::Image => elementwise(),
        AxesRule::Broadcast => {
            let full = |index: &usize| shape(*index) == Some(to) && of(*index).is_some();
            let whole = |index: &usize| is_whole(of(*index).unwrap_or_default());
            let all = (0..node.inputs.len()).filter(full);
            let best = all.clone().find(whole).or_else(|| all.clone().next())?;
            of(best).map(<[Axis]>::to_vec)
        }
        AxesRule::Matrix { input } => multiplied(of(input)?),
        AxesRule::Product if of(1).is_none() && shape(1)?.len() == 2 => multiplied(of(0)?),
        AxesRule::Product => gathered([of(0)?, of(1)?], [shape(0)?, shape(1)?], to),
        AxesRule::Attended => gathered([of(0)?, of(2)?], [shape(0)?, shape(2)?], to),
        AxesRule::Lost => None,
        AxesRule::Picked { dim } => {
            let mut axes = x()?;
            let dim = index_of(dim, axes.len())?;
            // Where as many are taken as there are, they are rolled by way of a table.
            if shape(0)?[dim] != to[dim] {
                axes[dim] = Axis::Other;
            }
            Some(axes)
        }
        AxesRule::Regrouped => regrouped(of(0)?, shape(0)?, to),
        AxesRule::Expanded => x(),
        AxesRule::Swapped(a, b) => {
            let mut axes = x()?;
            let (a, b) = (index_of(a, axes.len())?, index_of(b, axes.len())?);
            axes.swap(a, b);
            Some(axes)
        }
        AxesRule::Permuted(dims) => {
            let from = of(0)?;
            let at = |dim: &i64| from.get(index_of(*dim, from.len())?).copied();
            dims.iter().map(at).collect()
        }
        AxesRule::Reduced { dims, keepdim } => Some(reduced(of(0)?, dims, keepdim)),
        AxesRule::Sliced { dim, start, step } => {
            let mut axes = x()?;
            let dim = index_of(dim, axes.len())?;
            let length = shape(0)?[dim];
            let start = if start < 0 { start + length } else { start }.clamp(0, length);
            axes[dim] = sliced(axes[dim], start, step, to[dim]);
            Some(axes)
        }
        AxesRule::Parts { dim } => {
            let mut axes = x()?;
            let dim = index_of(dim, axes.len())?;
            let before = node.outputs[..part].iter().map(|id| shapes[id.0][dim]);
            axes[dim] = sliced(axes[dim], before.sum(), 1, to[dim]);
            Some(axes)
        }
        AxesRule::Joined { dim } => {
            // A class token beside the image's may be known too, as a channel by itself.
            let with_grid = |index: &usize| {
                let axes = of(*index).unwrap_or_default();
                let along = index_of(dim, axes.len()).and_then(|dim| axes.get(dim));
                matches!(along, Some(Axis::Grid { .. }))
            };
            let known = (0..node.inputs.len()).find(with_grid);
            let known =
                known.or_else(|| (0..node.inputs.len()).find(|index| of(*index).is_some()))?;
            let mut axes = of(known)?.to_vec();
            let dim = index_of(dim, axes.len())?;
            if let Axis::Grid {
                before,
                height,
                width,
            } = axes[dim]
            {
                // libtorch takes an empty tensor of another rank among the parts.
                let first = node.inputs[..known].iter();
                let first = first.map(|id| shapes[id.0].get(dim).copied().unwrap_or(0));
                axes[dim] = Axis::Grid {
                    before: before + first.sum::<i64>(),
                    height,
                    width,
                };
            } else if axes[dim] != Axis::Channel {
                axes[dim] = Axis::Other;
            }
            Some(axes)
        }
        AxesRule::Padded if to.len() == 4 => x(),
        AxesRule::Padded => elementwise(),
    }
}

/// The axes of a product with a matrix: channels come out as channels, anything else is mixed.
fn multiplied(axes: &[Axis]) -> Option<Vec<Axis>> {
    let (last, rest) = axes.split_last()?;
    let last = match last {
        Axis::Channel => Axis::Channel,
        _ => Axis::Other,
    };
    Some([rest, &[last]].concat())
}

/// The axes of a product of two values, neither of which is broadcast: all but the last as in the first,
/// the last as in the second. Attention has two such products, and its output goes along the queries.
fn gathered(axes: [&[Axis]; 2], shapes: [&[i64]; 2], to: &[i64]) -> Option<Vec<Axis>> {
    let (rows, columns) = (to.len().checked_sub(2)?, to.len().checked_sub(1)?);
    let alike = shapes
        .iter()
        .all(|shape| shape.get(..rows) == Some(&to[..rows]));
    let known = axes.iter().all(|axes| axes.len() == to.len());
    (alike && known).then(|| [&axes[0][..columns], &axes[1][columns..]].concat())
}

/// Whether the meaning of every axis is known.
fn is_whole(axes: &[Axis]) -> bool {
    !axes.iter().skip(1).any(|axis| *axis == Axis::Other)
}

/// The index of axis `dim`, which counts from the end if negative.
fn index_of(dim: i64, rank: usize) -> Option<usize> {
    shape::axis(dim, rank).ok()
}

fn reduced(axes: &[Axis], dims: &[i64], keepdim: bool) -> Vec<Axis> {
    if keepdim {
        return axes.to_vec();
    }
    let gone: Vec<usize> = dims
        .iter()
        .filter_map(|dim| index_of(*dim, axes.len()))
        .collect();
    let kept = axes
        .iter()
        .enumerate()
        .filter(|(index, _)| !gone.contains(index));
    kept.map(|(_, axis)| *axis).collect()
}

/// An axis of which every `step`th entry from `start` on is taken, `length` in all.
fn sliced(axis: Axis, start: i64, step: i64, length: i64) -> Axis {
    match axis {
        Axis::Grid {
            before,
            height,
            width,
        } => {
            let whole = step == 1 && start <= before && start + length >= before + height * width;
            if whole {
                Axis::Grid {
                    before: before - start,
                    height,
                    width,
                }
            } else {
                Axis::Other
            }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests;
