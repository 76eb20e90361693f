//! Which values lie mirrored, against the image. A network may turn the image over and look at both
//! sides; a map of a layer in between would be drawn at the wrong side of the photo.

use std::collections::HashSet;

use super::axes::Layout;
use super::{Graph, Op, ValueId};
use crate::model::op::Rearranging;
use crate::model::op::shape::axis;

/// How a value lies against the image.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Side {
    /// As the image does, or it has no sides.
    Straight,
    /// Turned over along these axes; turned again, it is straight.
    Turned(Vec<usize>),
    /// Parts of it lie differently, or it is not known how.
    Mixed,
}

/// The values whose positions are not those of the image. `shapes` holds the shape of every value,
/// and `layouts` the meaning of their axes.
pub(crate) fn mirrored(
    graph: &Graph,
    shapes: &[Vec<i64>],
    layouts: &[Option<Layout>],
) -> HashSet<ValueId> {
    let mut sides = vec![Side::Straight; graph.values.len()];
    for node in &graph.nodes {
        let inputs = node.inputs.iter().filter(|id| graph.weight(**id).is_none());
        let inputs = inputs.map(|id| sides[id.0].clone());
        let side = inputs.reduce(together).unwrap_or(Side::Straight);
        let first = node.inputs.first().map_or(0, |input| input.0);
        let of_first = (shapes.get(first), layouts.get(first).copied().flatten());
        let side = match (&node.op, of_first) {
            (Op::Rearranging(Rearranging::Flip { dims }), (Some(shape), layout)) => {
                let axes = dims.iter().filter_map(|dim| axis(*dim, shape.len()).ok());
                turned(side, axes.collect(), shape, layout)
            }
            (Op::Rearranging(Rearranging::Rot90 { .. }), _) => Side::Mixed,
            _ => side,
        };
        for output in &node.outputs {
            let has_positions = has_positions(&shapes[output.0]);
            sides[output.0] = if has_positions {
                side.clone()
            } else {
                Side::Straight
            };
        }
    }
    let turned = sides.iter().enumerate();
    turned
        .filter(|(_, side)| **side != Side::Straight)
        .map(|(value, _)| ValueId(value))
        .collect()
}

/// After a flip along `axes`. Channels may be turned without turning the image.
fn turned(side: Side, axes: Vec<usize>, shape: &[i64], layout: Option<Layout>) -> Side {
    let usual = (shape.len() == 4).then_some(1);
    let channels = layout.map(Layout::channel_axis).or(usual);
    let mut axes: Vec<usize> = axes
        .into_iter()
        .filter(|axis| Some(*axis) != channels && shape.get(*axis) != Some(&1))
        .collect();
    axes.sort_unstable();
    match side {
        side if axes.is_empty() => side,
        Side::Straight => Side::Turned(axes),
        Side::Turned(before) if before == axes => Side::Straight,
        Side::Turned(_) | Side::Mixed => Side::Mixed,
    }
}

/// A value that is computed from both.
fn together(one: Side, other: Side) -> Side {
    if one == other { one } else { Side::Mixed }
}

/// Whether a value of this shape may have positions; a row of features has none.
fn has_positions(shape: &[i64]) -> bool {
    match shape {
        [_, _, 1, 1] => false,
        _ => shape.len() > 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::{Node, Value};
    use crate::model::op::{Activation, Arithmetic, Reduction};

    fn flip(dims: &[i64]) -> Op {
        Rearranging::Flip {
            dims: dims.to_vec(),
        }
        .into()
    }

    /// Which of the values lie mirrored: x, and the output of each node from its inputs by index.
    fn found(nodes: Vec<(Op, Vec<usize>, &[i64])>) -> Vec<usize> {
        let value = || Value {
            name: String::new(),
            stated_shape: None,
            folded: false,
            weight: None,
        };
        let mut shapes = vec![vec![1, 3, 8, 8]];
        let mut placed = Vec::new();
        for (op, inputs, shape) in nodes {
            shapes.push(shape.to_vec());
            placed.push(Node {
                op,
                inputs: inputs.into_iter().map(ValueId).collect(),
                outputs: vec![ValueId(shapes.len() - 1)],
                module: String::new(),
                name: String::new(),
            });
        }
        let graph = Graph {
            values: shapes.iter().map(|_| value()).collect(),
            nodes: placed,
            modules: Vec::new(),
            input: ValueId(0),
            input_shape: [1, 3, 8, 8],
            outputs: Vec::new(),
            logits: ValueId(shapes.len() - 1),
            head: Default::default(),
            layouts: Default::default(),
        };
        let found = mirrored(&graph, &shapes, &vec![None; shapes.len()]);
        let mut found: Vec<usize> = found.into_iter().map(|value| value.0).collect();
        found.sort_unstable();
        found
    }

    const MAP: &[i64] = &[1, 3, 8, 8];

    #[test]
    fn an_image_that_is_turned_over_stays_so_until_it_is_turned_back() {
        let relu = || Activation::Relu.into();
        let nodes = vec![
            (flip(&[3]), vec![0], MAP),
            (relu(), vec![1], MAP),
            (flip(&[-1]), vec![2], MAP),
            (relu(), vec![3], MAP),
        ];
        assert_eq!(found(nodes), [1, 2]);
    }

    #[test]
    fn channels_in_another_order_leave_the_image_as_it_is() {
        assert!(found(vec![(flip(&[1]), vec![0], MAP)]).is_empty());
    }

    #[test]
    fn a_sum_of_both_sides_has_no_place_and_a_row_of_features_needs_none() {
        let add = || Arithmetic::Add { alpha: 1.0 }.into();
        let mean = Reduction::Mean {
            dims: vec![2, 3],
            keepdim: false,
        };
        let nodes = vec![
            (flip(&[3]), vec![0], MAP),
            (add(), vec![0, 1], MAP),
            (flip(&[3]), vec![2], MAP),
            (mean.into(), vec![3], &[1, 3][..]),
            (add(), vec![0, 4], MAP),
        ];
        assert_eq!(found(nodes), [1, 2, 3]);
    }
}
