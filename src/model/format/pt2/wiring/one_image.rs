//! Programs exported with a fixed batch of several images, rewritten for one.
//!
//! The batch is an axis of every value that depends on the image. It is followed from node to node: with
//! one image in place of several, each shape is computed anew, and has to be the stated one with that
//! axis shorter by the factor of the batch. An axis may have been joined from several, of which the batch
//! is one: then it is known how many elements of the axis lie between one image and the next. A reshape
//! keeps that distance in memory, which says what a literal shape becomes. Anything else mixes the images
//! of a batch, and is refused.

use std::collections::HashMap;

use super::outputs;
use crate::model::error::{Fault, Result};
use crate::model::format::pt2::aten::{self, Source, Step};
use crate::model::format::pt2::program::inputs::user_tensors;
use crate::model::format::pt2::program::schema::{
    Argument, GraphModule, NodeJson, Size, TensorMeta,
};
use crate::model::op::shape::axis as shape_axis;
use crate::model::op::{
    Activation, Creation, Indexing, Normalisation, Op, Operation, Reshaping, Scan,
};

type Shapes = HashMap<String, Vec<i64>>;

/// Rewrites the program for one image, if it takes a fixed batch of several.
///
/// # Errors
/// [`Fault::Input`] where a node mixes the images of a batch.
pub fn specialise(module: &mut GraphModule, image: &str) -> Result<()> {
    let stated = |name: &str| module.graph.tensor_values.get(name)?.shape();
    let batch = match stated(image).as_deref() {
        Some([batch, _, _, _]) if *batch > 1 => *batch,
        _ => return Ok(()),
    };
    let mut one = Shapes::new();
    let mut depends = HashMap::from([(image.to_owned(), 1)]);
    for name in user_tensors(module) {
        if let Some(mut shape) = stated(name)
            && shape.first() == Some(&batch)
        {
            shape[0] = 1;
            one.insert(name.to_owned(), shape);
            depends.insert(name.to_owned(), 1);
        }
    }
    let stated: Shapes = module
        .graph
        .tensor_values
        .iter()
        .filter_map(|(name, meta)| Some((name.clone(), meta.shape()?)))
        .collect();
    let mut nodes = std::mem::take(&mut module.graph.nodes);
    let mut follower = Follower {
        batch,
        values: &module.graph.tensor_values,
        stated: &stated,
        one,
        depends,
        made: HashMap::new(),
    };
    let followed = nodes.iter_mut().try_for_each(|node| follower.follow(node));
    let one = follower.one;
    module.graph.nodes = nodes;
    followed?;
    for (name, shape) in one {
        if let Some(meta) = module.graph.tensor_values.get_mut(&name) {
            meta.sizes = shape.into_iter().map(Size::AsInt).collect();
        }
    }
    Ok(())
}

struct Follower<'s> {
    batch: i64,
    /// What the file states about each tensor.
    values: &'s HashMap<String, TensorMeta>,
    /// The shapes in the file.
    stated: &'s Shapes,
    /// Those for one image, where they differ or were computed.
    one: Shapes,
    /// The values that depend on the images, with the number of elements along the axis of the batch
    /// from one image to the next.
    depends: HashMap<String, i64>,
    /// What each node returned.
    made: HashMap<String, Vec<String>>,
}

impl Follower<'_> {
    fn follow(&mut self, node: &mut NodeJson) -> Result<()> {
        let name = node.name.clone().unwrap_or_default();
        let names: Vec<String> = outputs(node).into_iter().map(str::to_owned).collect();
        self.made.insert(name.clone(), names.clone());
        let (op, inputs) = match aten::read(node, self.values) {
            Ok(Step::Run(call)) => {
                let inputs: Vec<String> = call.inputs.iter().map(|name| (*name).into()).collect();
                (call.op, inputs)
            }
            Ok(Step::Item { of, index }) => {
                let from = match of {
                    Source::Values(values) => values.get(index).cloned(),
                    Source::Node(node) => self.made.get(node).and_then(|m| m.get(index)).cloned(),
                };
                if let Some(from) = from {
                    for name in names {
                        self.copy(&from, name);
                    }
                }
                return Ok(());
            }
            // Refused or skipped when the graph is built.
            Ok(Step::Skip) | Err(_) => return Ok(()),
        };
        let mixes = || {
            Fault::Input(format!(
                "it takes a batch of {}, and node {name} mixes the images of a batch; export with a \
                 batch of one",
                self.batch
            ))
        };
        let apart = inputs.iter().filter_map(|input| self.depends.get(input));
        let apart = apart.copied().max();
        let depends = apart.is_some();
        let known = inputs.iter().map(|input| self.of_one(input));
        let Some(shapes) = known.collect::<Option<Vec<&[i64]>>>() else {
            return Ok(());
        };
        let due = names.first().and_then(|name| self.stated.get(name));
        let literal = match (&op, due) {
            (Op::Reshaping(Reshaping::Reshape { shape }), Some(due)) if depends => {
                let before = inputs.first().and_then(|name| self.stated.get(name));
                let before = before.ok_or_else(mixes)?;
                let apart = apart.unwrap_or(1);
                let new = divided((before, shapes[0], apart), due, self.batch);
                let new = new.ok_or_else(mixes)?;
                Some((shape.clone(), new))
            }
            (
                Op::Reshaping(Reshaping::Expand { shape })
                | Op::Creation(Creation::Full { shape, .. }),
                _,
            ) if shape.first() == Some(&self.batch)
                    // What is repeated is the same for every image.
                    && (depends || shapes.first().is_none_or(|x| x.len() < shape.len() || x[0] == 1)) =>
            {
                let mut new = shape.clone();
                new[0] = 1;
                Some((shape.clone(), new))
            }
            _ => None,
        };
        let op = match &literal {
            Some((_, new)) => with_shape(op, new),
            None => op,
        };
        let computed = op.output_shapes(&shapes).map_err(|_| mixes())?;
        let computed = computed.shapes().to_vec();
        // The one that depends on the images.
        let first = inputs
            .iter()
            .find(|input| self.depends.contains_key(*input));
        let first = first.and_then(|name| {
            let before = self.stated.get(name)?.clone();
            Some((before, self.of_one(name)?.to_vec()))
        });
        for (name, shape) in names.iter().zip(computed) {
            if depends {
                let due = self.stated.get(name).ok_or_else(mixes)?;
                let axis = shorter_axis(due, &shape, self.batch).ok_or_else(mixes)?;
                let apart = match (apart, &first) {
                    (Some(apart), Some((before, of_one))) => {
                        kept_apart(&op, (before, of_one, apart), (due, axis), self.batch)
                    }
                    _ => None,
                };
                self.depends.insert(name.clone(), apart.ok_or_else(mixes)?);
            }
            self.one.insert(name.clone(), shape);
        }
        if let Some((old, new)) = literal {
            for input in &mut node.inputs {
                if matches!(&input.arg, Argument::Ints(ints) if *ints == old) {
                    input.arg = Argument::Ints(new.clone());
                }
            }
        }
        Ok(())
    }

    fn copy(&mut self, from: &str, to: String) {
        if let Some(shape) = self.one.get(from).cloned() {
            self.one.insert(to.clone(), shape);
        }
        if let Some(apart) = self.depends.get(from) {
            self.depends.insert(to, *apart);
        }
    }

    fn of_one(&self, name: &str) -> Option<&[i64]> {
        self.one
            .get(name)
            .or_else(|| self.stated.get(name))
            .map(Vec::as_slice)
    }
}

fn with_shape(op: Op, new: &[i64]) -> Op {
    let new = new.to_vec();
    match op {
        Op::Reshaping(Reshaping::Reshape { .. }) => Reshaping::Reshape { shape: new }.into(),
        Op::Reshaping(Reshaping::Expand { .. }) => Reshaping::Expand { shape: new }.into(),
        Op::Creation(Creation::Full { value, kind, .. }) => Creation::Full {
            shape: new,
            value,
            kind,
        }
        .into(),
        other => other,
    }
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

/// The distance from one image to the next along the axis of the batch after `op`, which gives the shape
/// `due`; `None` where `op` mixes images.
fn kept_apart(
    op: &Op,
    (before, of_one, apart): (&[i64], &[i64], i64),
    (due, axis): (&[i64], usize),
    batch: i64,
) -> Option<i64> {
    match op {
        // Their elements stay in order.
        Op::Reshaping(
            Reshaping::Reshape { .. }
            | Reshaping::Flatten { .. }
            | Reshaping::Unflatten { .. }
            | Reshaping::Squeeze { .. }
            | Reshaping::Unsqueeze { .. },
        ) => {
            let after = count(due.get(axis + 1..)?)?;
            Some(distance(before, of_one, apart, batch)? / after.max(1))
        }
        Op::Activation(Activation::Softmax { dim, .. }) | Op::Scan(Scan { dim, .. }) => {
            let along = if *dim < 0 {
                *dim + due.len() as i64
            } else {
                *dim
            };
            (along != axis as i64).then_some(apart)
        }
        // Not followed: some of them move values from one image to another.
        Op::Rearranging(_)
        | Op::Algebra(_)
        | Op::Fourier(_)
        | Op::Normalisation(Normalisation::Standardise { .. }) => None,
        // Sequences run along the other of the first two axes of x.
        Op::Recurrent(recurrent) => {
            let images = usize::from(!recurrent.batch_first);
            let along = shorter_axis(before, of_one, batch);
            (before.len() == 3 && along == Some(images)).then_some(apart)
        }
        Op::Indexing(Indexing::Roll { dims, .. }) => {
            let along = |dim: &i64| shape_axis(*dim, due.len()).ok() == Some(axis);
            (!dims.is_empty() && !dims.iter().any(along)).then_some(apart)
        }
        // Along the axis of the batch, these would change its length, which has been compared.
        Op::Activation(_)
        | Op::Arithmetic(_)
        | Op::Function(_)
        | Op::Pair(_)
        | Op::Masking(_)
        | Op::Copying(_)
        | Op::Convolution(_)
        | Op::TransposedConvolution(_)
        | Op::Pooling(_)
        | Op::Patches(_)
        | Op::Pad(_)
        | Op::SlidingWindows(_)
        | Op::Resizing(_)
        | Op::Sampling(_)
        | Op::Shuffle(_)
        | Op::MatrixProduct(_)
        | Op::Einsum(_)
        | Op::Attention(_)
        | Op::Normalisation(_)
        | Op::ComplexParts(_)
        | Op::Reduction(_)
        | Op::Aggregation(_)
        | Op::Reshaping(_)
        | Op::Indexing(_)
        | Op::Splitting(_)
        | Op::Joining(_)
        | Op::Creation(_) => Some(apart),
    }
}

/// The product of these sizes, which a file states; `None` where it overflows.
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
mod tests {
    use super::*;

    #[test]
    fn divides_the_axis_that_the_batch_goes_into() {
        let new =
            |before: &[i64], of_one: &[i64], due: &[i64]| divided((before, of_one, 1), due, 2);
        // Flattened, split into windows, joined with heads.
        assert_eq!(
            new(&[2, 4, 3, 3], &[1, 4, 3, 3], &[2, 36]),
            Some(vec![1, 36])
        );
        let windows = new(&[2, 8, 8, 6], &[1, 8, 8, 6], &[2, 2, 4, 2, 4, 6]);
        assert_eq!(windows, Some(vec![1, 2, 4, 2, 4, 6]));
        assert_eq!(
            new(&[2, 4, 5, 6], &[1, 4, 5, 6], &[8, 5, 6]),
            Some(vec![4, 5, 6])
        );
        // Tokens first: the batch is part of the second axis.
        assert_eq!(new(&[6, 2, 8], &[6, 1, 8], &[6, 4, 4]), Some(vec![6, 2, 4]));
        assert_eq!(new(&[1, 2, 6], &[1, 1, 6], &[2, 6]), Some(vec![1, 6]));
        assert_eq!(new(&[6, 2, 8], &[6, 1, 8], &[12, 8]), Some(vec![6, 8]));
        // And apart again, where it was joined with four windows or interleaved with six tokens.
        let apart = divided((&[8, 5, 6], &[4, 5, 6], 4), &[2, 4, 5, 6], 2);
        assert_eq!(apart, Some(vec![1, 4, 5, 6]));
        let apart = divided((&[12, 8], &[6, 8], 1), &[6, 2, 8], 2);
        assert_eq!(apart, Some(vec![6, 1, 8]));
    }

    #[test]
    fn does_not_divide_an_axis_that_images_share() {
        assert_eq!(divided((&[2, 9], &[1, 9], 1), &[3, 6], 2), None);
        assert_eq!(divided((&[2, 9], &[2, 9], 1), &[18], 2), None);
    }
}
