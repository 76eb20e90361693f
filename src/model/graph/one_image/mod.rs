//! Networks for a fixed batch of several images, rewritten for one.
//!
//! The batch is an axis of every value that depends on the image. It is followed from node to node: each
//! shape is computed for several images and for one, and the second has to be the first with that axis
//! shorter by the factor of the batch. The axis may have been joined from several, of which the batch is
//! one: then it is known how many elements of it lie between one image and the next. A reshape keeps that
//! distance in memory, which says what a literal shape becomes. A constant that has an entry for each
//! image is cut down to one where all of them are the same.
//!
//! Shapes do not show whether a node mixes images: the two networks have to be compared by running both.

use tch::Tensor;

use super::{Graph, Node, Output, Value, ValueId};
use crate::model::op::shape::{OutputShapes, Shape};
use crate::model::op::{Indexing, Op, Operation, Reshaping};

/// The same network for one image; `None` where no axis of some value stands for the images.
pub(crate) fn rewritten(graph: &Graph) -> Option<Graph> {
    let mut follower = Follower::new(graph);
    for node in &graph.nodes {
        follower.follow(node)?;
    }
    let mut one = follower.one;
    for (value, shape) in one.values.iter_mut().zip(follower.of_one) {
        if value.weight.is_none() && value.stated_shape.is_some() {
            value.stated_shape = shape;
        }
    }
    one.input_shape[0] = 1;
    let known = |output: &Output| {
        let value = output.value.as_ref().ok()?;
        Some(follower.apart[value.0].is_some())
    };
    let apart = one.outputs.iter().filter_map(known).all(|apart| apart);
    apart.then_some(one)
}

/// The same network, given its one image as often as it takes images. Of each output, the first row is
/// left.
///
/// # Errors
/// In words, where shapes do not fit each other.
pub(crate) fn repeated(graph: &Graph) -> Result<Graph, String> {
    let shapes = shapes(graph)?;
    let mut repeated = graph.shared();
    let batch = graph.input_shape[0];
    let image = add_value(&mut repeated, "the image", None);
    let (to, from) = (graph.input, image);
    let shape = graph.input_shape.to_vec();
    let expand = between("the batch", Reshaping::Expand { shape }.into(), from, to);
    repeated.nodes.insert(0, expand);
    repeated.input = image;
    repeated.input_shape[0] = 1;
    for index in 0..repeated.outputs.len() {
        let Ok(value) = repeated.outputs[index].value.clone() else {
            continue;
        };
        if shapes[value.0].as_deref().and_then(<[i64]>::first) != Some(&batch) {
            continue;
        }
        let row = add_value(&mut repeated, "the first of the batch", None);
        let first = Indexing::Slice {
            dim: 0,
            start: Some(0),
            end: Some(1),
            step: 1,
        };
        let node = between("the first of the batch", first.into(), value, row);
        repeated.nodes.push(node);
        repeated.outputs[index].value = Ok(row);
        if repeated.logits == value {
            repeated.logits = row;
        }
    }
    Ok(repeated)
}

fn between(name: &str, op: Op, from: ValueId, to: ValueId) -> Node {
    Node {
        op,
        inputs: vec![from],
        outputs: vec![to],
        module: String::new(),
        name: name.into(),
    }
}

fn add_value(graph: &mut Graph, name: &str, weight: Option<Tensor>) -> ValueId {
    graph.values.push(Value {
        name: name.into(),
        stated_shape: None,
        folded: weight.is_some(),
        weight,
    });
    ValueId(graph.values.len() - 1)
}

/// The shape of every value that is there before a node runs.
fn given_shapes(graph: &Graph) -> Vec<Option<Shape>> {
    let weights = graph.values.iter();
    let weights = weights.map(|value| value.weight.as_ref().map(Tensor::size));
    let mut shapes: Vec<Option<Shape>> = weights.collect();
    shapes[graph.input.0] = Some(graph.input_shape.to_vec());
    shapes
}

/// The shape of every value.
fn shapes(graph: &Graph) -> Result<Vec<Option<Shape>>, String> {
    let mut shapes = given_shapes(graph);
    for node in &graph.nodes {
        let made = made(node, &node.op, &shapes, &node.inputs)?;
        for (id, shape) in node.outputs.iter().zip(made) {
            shapes[id.0] = Some(shape);
        }
    }
    Ok(shapes)
}

/// The shapes that `op` gives on `inputs`.
fn made(
    node: &Node,
    op: &Op,
    shapes: &[Option<Shape>],
    inputs: &[ValueId],
) -> Result<Vec<Shape>, String> {
    let at = |reason: String| format!("at node {} ({}): {reason}", node.name, node.module);
    let given = inputs.iter().map(|id| shapes[id.0].as_deref());
    let given: Option<Vec<&[i64]>> = given.collect();
    let given = given.ok_or_else(|| at("an input is not defined".into()))?;
    let made = op.output_shapes(&given);
    made.and_then(OutputShapes::plausible).map_err(at)
}

struct Follower {
    batch: i64,
    /// The network as it becomes.
    one: Graph,
    /// The shapes for the whole batch, and those for one image.
    of_batch: Vec<Option<Shape>>,
    of_one: Vec<Option<Shape>>,
    /// For each value that depends on the images the number of elements along the axis of the batch from
    /// one image to the next.
    apart: Vec<Option<i64>>,
}

impl Follower {
    fn new(graph: &Graph) -> Follower {
        let of_batch = given_shapes(graph);
        let mut of_one = of_batch.clone();
        let mut apart = vec![None; graph.values.len()];
        let mut image = graph.input_shape.to_vec();
        image[0] = 1;
        of_one[graph.input.0] = Some(image);
        apart[graph.input.0] = Some(1);
        let mut one = graph.shared();
        one.nodes.clear();
        Follower {
            batch: graph.input_shape[0],
            one,
            of_batch,
            of_one,
            apart,
        }
    }

    fn follow(&mut self, node: &Node) -> Option<()> {
        let due = made(node, &node.op, &self.of_batch, &node.inputs).ok()?;
        let mut node = node.clone();
        let from = node.inputs.iter().find(|id| self.apart[id.0].is_some());
        let from = *from?;
        let apart = node.inputs.iter().filter_map(|id| self.apart[id.0]).max()?;
        let before = self.of_batch[from.0].clone()?;
        let of_one = self.of_one[from.0].clone()?;
        let (keeps_order, expands) = kinds(&node.op);
        if keeps_order {
            // Squeezing all axes of size one would take that of the batch too.
            let shape = divided((&before, &of_one, apart), due.first()?, self.batch)?;
            let plain = made(&node, &node.op, &self.of_one, &node.inputs);
            if !plain.is_ok_and(|plain| plain == [shape.clone()]) {
                node.op = Reshaping::Reshape { shape }.into();
                node.inputs.truncate(1);
            }
        } else if expands && self.apart[node.inputs.first()?.0].is_some() {
            let mut shape = due.first()?.clone();
            let axis = shorter_axis(&before, &of_one, self.batch)?;
            let new = shape.len().checked_sub(before.len())?;
            *shape.get_mut(axis + new)? = of_one[axis];
            node.op = Reshaping::Expand { shape }.into();
            node.inputs.truncate(1);
        }
        let computed = self.fitted(&mut node, &due, apart)?;
        for ((id, shape), due) in node.outputs.iter().zip(computed).zip(due) {
            let axis = shorter_axis(&due, &shape, self.batch)?;
            let apart = if keeps_order {
                let after = count(due.get(axis + 1..)?)?;
                distance(&before, &of_one, apart, self.batch)? / after.max(1)
            } else {
                apart
            };
            self.apart[id.0] = Some(apart);
            self.of_one[id.0] = Some(shape);
            self.of_batch[id.0] = Some(due);
        }
        self.one.nodes.push(node);
        Some(())
    }

    /// The shapes for one image that fit `due`, with constants cut down to one image where they have to
    /// be.
    fn fitted(&mut self, node: &mut Node, due: &[Shape], apart: i64) -> Option<Vec<Shape>> {
        let batch = self.batch;
        let fits = |shapes: &[Option<Shape>], inputs: &[ValueId]| {
            let made = made(node, &node.op, shapes, inputs).ok()?;
            let mut pairs = due.iter().zip(&made);
            let shorter = |(due, made): (&Shape, &Shape)| shorter_axis(due, made, batch).is_some();
            pairs.all(shorter).then_some(made)
        };
        if let Some(made) = fits(&self.of_one, &node.inputs) {
            return Some(made);
        }
        let constants = node.inputs.iter().enumerate();
        let constants = constants.filter(|(_, id)| self.one.weight(**id).is_some());
        let constants: Vec<(usize, ValueId)> = constants.map(|(index, id)| (index, *id)).collect();
        let axes = constants.iter().filter_map(|(_, id)| self.one.weight(*id));
        let axes = axes.map(Tensor::dim).max()?;
        // All of them, or one alone.
        let alone = (0..constants.len()).map(|index| index..index + 1);
        let choices: Vec<_> = std::iter::once(0..constants.len()).chain(alone).collect();
        for axis in 0..axes {
            let cut = constants.iter().map(|(_, id)| {
                let weight = self.one.weight(*id)?;
                cut_down(weight, axis, batch, apart)
            });
            let cut: Vec<Option<Tensor>> = cut.collect();
            for chosen in &choices {
                let mut shapes = self.of_one.clone();
                for index in chosen.clone() {
                    if let Some(cut) = &cut[index] {
                        shapes[constants[index].1.0] = Some(cut.size());
                    }
                }
                let Some(made) = fits(&shapes, &node.inputs) else {
                    continue;
                };
                for index in chosen.clone() {
                    let (place, id) = constants[index];
                    if let Some(cut) = &cut[index] {
                        let name = self.one.values[id.0].name.clone();
                        let shape = cut.size();
                        let cut = add_value(&mut self.one, &name, Some(cut.shallow_clone()));
                        self.of_batch.push(None);
                        self.of_one.push(Some(shape));
                        self.apart.push(None);
                        node.inputs[place] = cut;
                    }
                }
                return Some(made);
            }
        }
        None
    }
}

/// Whether an operation leaves the elements in order, and whether it repeats axes up to a shape.
fn kinds(op: &Op) -> (bool, bool) {
    let Op::Reshaping(reshaping) = op else {
        return (false, false);
    };
    match reshaping {
        Reshaping::Reshape { .. }
        | Reshaping::ReshapeAs
        | Reshaping::Flatten { .. }
        | Reshaping::Unflatten { .. }
        | Reshaping::Squeeze { .. }
        | Reshaping::Unsqueeze { .. } => (true, false),
        Reshaping::Expand { .. } | Reshaping::ExpandAs => (false, true),
        Reshaping::Transpose { .. } | Reshaping::Permute { .. } => (false, false),
    }
}

/// A constant with an entry for each image along `axis`, for one image; `None` where they differ.
fn cut_down(constant: &Tensor, axis: usize, batch: i64, apart: i64) -> Option<Tensor> {
    let sizes = constant.size();
    let of_all = batch.checked_mul(apart)?;
    let size = *sizes.get(axis)?;
    if size < of_all || size % of_all != 0 {
        return None;
    }
    let split = [
        &sizes[..axis],
        &[size / of_all, batch, apart],
        &sizes[axis + 1..],
    ]
    .concat();
    let split = constant.f_reshape(split).ok()?;
    let first = split.f_narrow(axis as i64 + 1, 0, 1).ok()?;
    let alike = split
        .f_eq_tensor(&first)
        .and_then(|same| same.f_all())
        .ok()?;
    if alike.f_int64_value(&[]).ok()? == 0 {
        return None;
    }
    let one = [&sizes[..axis], &[size / batch], &sizes[axis + 1..]].concat();
    first.f_reshape(one).and_then(|one| one.f_contiguous()).ok()
}

/// The one axis in which `of_one` is shorter than `of_batch`, by the factor of the batch.
fn shorter_axis(of_batch: &[i64], of_one: &[i64], batch: i64) -> Option<usize> {
    if of_batch.len() != of_one.len() {
        return None;
    }
    let pairs = of_batch.iter().zip(of_one).enumerate();
    let mut differing = pairs.filter(|(_, (many, one))| many != one);
    match (differing.next(), differing.next()) {
        (Some((axis, (many, one))), None) if one.checked_mul(batch) == Some(*many) => Some(axis),
        _ => None,
    }
}

/// The product of these sizes; `None` where it overflows.
fn count(sizes: &[i64]) -> Option<i64> {
    sizes.iter().try_fold(1i64, |n, size| n.checked_mul(*size))
}

/// How many elements lie between one image and the next in memory.
fn distance(before: &[i64], of_one: &[i64], apart: i64, batch: i64) -> Option<i64> {
    let axis = shorter_axis(before, of_one, batch)?;
    count(before.get(axis + 1..)?)?.checked_mul(apart)
}

/// The shape that a reshape to `due` gives for one image.
fn divided(
    (before, of_one, apart): (&[i64], &[i64], i64),
    due: &[i64],
    batch: i64,
) -> Option<Vec<i64>> {
    let all = before.iter().chain(of_one).chain(due);
    if batch < 1 || all.into_iter().any(|size| *size < 1) {
        return None;
    }
    let distance = distance(before, of_one, apart, batch)?;
    let mut after = 1i64;
    for axis in (0..due.len()).rev() {
        let with = after.checked_mul(due[axis])?;
        // The images go round within this axis.
        if distance % after == 0 && distance < with && with % distance.checked_mul(batch)? == 0 {
            let mut new = due.to_vec();
            new[axis] /= batch;
            return Some(new);
        }
        after = with;
    }
    None
}

#[cfg(test)]
mod tests;
