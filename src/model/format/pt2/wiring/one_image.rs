//! Programs exported with a fixed batch of several images, rewritten for one.
//!
//! The batch is an axis of every value that depends on the image. It is followed from node to node: with
//! one image in place of several, each shape is computed anew, and has to be the stated one with that
//! axis shorter by the factor of the batch. Where a node asks for a literal shape, the batch is the
//! slowest part of an axis before, so it is the slowest part of the one that follows, and that is
//! divided. Anything else mixes the images of a batch, and is refused.

use std::collections::{HashMap, HashSet};

use super::outputs;
use crate::model::error::{Fault, Result};
use crate::model::format::pt2::aten::{self, Source, Step};
use crate::model::format::pt2::program::inputs::user_tensors;
use crate::model::format::pt2::program::schema::{Argument, GraphModule, NodeJson, Size};
use crate::model::op::{Creation, Op, Operation, Reshaping};

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
    let mut depends = HashSet::from([image.to_owned()]);
    for name in user_tensors(module) {
        if let Some(mut shape) = stated(name)
            && shape.first() == Some(&batch)
        {
            shape[0] = 1;
            one.insert(name.to_owned(), shape);
            depends.insert(name.to_owned());
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
    /// The shapes in the file.
    stated: &'s Shapes,
    /// Those for one image, where they differ or were computed.
    one: Shapes,
    /// The values that depend on the images.
    depends: HashSet<String>,
    /// What each node returned.
    made: HashMap<String, Vec<String>>,
}

impl Follower<'_> {
    fn follow(&mut self, node: &mut NodeJson) -> Result<()> {
        let name = node.name.clone().unwrap_or_default();
        let names: Vec<String> = outputs(node).into_iter().map(str::to_owned).collect();
        self.made.insert(name.clone(), names.clone());
        let (op, inputs) = match aten::read(node) {
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
        let depends = inputs.iter().any(|input| self.depends.contains(input));
        let known = inputs.iter().map(|input| self.of_one(input));
        let Some(shapes) = known.collect::<Option<Vec<&[i64]>>>() else {
            return Ok(());
        };
        let due = names.first().and_then(|name| self.stated.get(name));
        let literal = match (&op, due) {
            (Op::Reshaping(Reshaping::Reshape { shape }), Some(due)) if depends => {
                let before = inputs.first().and_then(|name| self.stated.get(name));
                let before = before.ok_or_else(mixes)?;
                let new = divided(before, shapes[0], due, self.batch).ok_or_else(mixes)?;
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
        for (name, shape) in names.iter().zip(computed) {
            if depends {
                let due = self.stated.get(name).ok_or_else(mixes)?;
                if shorter_axis(due, &shape, self.batch).is_none() {
                    return Err(mixes());
                }
                self.depends.insert(name.clone());
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
        if self.depends.contains(from) {
            self.depends.insert(to);
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

/// The shape that a reshape to `due` gives for one image: the axes of both shapes fall into groups with
/// the same number of elements, and the batch stays the slowest part of its group.
fn divided(before: &[i64], of_one: &[i64], due: &[i64], batch: i64) -> Option<Vec<i64>> {
    let axis = shorter_axis(before, of_one, batch)?;
    let (mut from, mut to) = (0, 0);
    while from < before.len() && to < due.len() {
        let (start, first) = (from, to);
        let (mut left, mut right) = (before[from], due[to]);
        (from, to) = (from + 1, to + 1);
        while left != right {
            if left < right {
                left = left.checked_mul(*before.get(from)?)?;
                from += 1;
            } else {
                right = right.checked_mul(*due.get(to)?)?;
                to += 1;
            }
        }
        if axis < from {
            if before[start..axis].iter().any(|size| *size != 1) {
                return None;
            }
            let slowest = (first..to).find(|at| due[*at] != 1)?;
            if due[slowest] % batch != 0 {
                return None;
            }
            let mut new = due.to_vec();
            new[slowest] /= batch;
            return Some(new);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_the_axis_that_the_batch_goes_into() {
        let new = |before: &[i64], of_one: &[i64], due: &[i64]| divided(before, of_one, due, 2);
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
        assert_eq!(
            new(&[8, 5, 6], &[4, 5, 6], &[2, 4, 5, 6]),
            Some(vec![1, 4, 5, 6])
        );
        // Tokens first: the batch is part of the second axis.
        assert_eq!(new(&[6, 2, 8], &[6, 1, 8], &[6, 4, 4]), Some(vec![6, 2, 4]));
        assert_eq!(new(&[1, 2, 6], &[1, 1, 6], &[2, 6]), Some(vec![1, 6]));
    }

    #[test]
    fn does_not_divide_where_images_are_interleaved() {
        assert_eq!(divided(&[6, 2, 8], &[6, 1, 8], &[12, 8], 2), None);
        assert_eq!(divided(&[2, 9], &[1, 9], &[3, 6], 2), None);
        assert_eq!(divided(&[2, 9], &[2, 9], &[18], 2), None);
    }
}
