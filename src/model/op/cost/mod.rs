//! What running a node would cost, told before it runs.
//!
//! A file of a few kilobytes can ask for a padding of ten thousand pixels or a pooling over a
//! million: libtorch would try, and take the machine's memory or its hours. So the trial run at
//! opening adds up elements and multiply-adds node by node and stops before a limit no image
//! classifier comes near.

use std::collections::HashMap;

use crate::model::graph::{Node, Op, Padding};

/// Elements of all activations together: 4 GB as float32. The fuzzer's networks are small, so that
/// what is priced too low shows.
const MAX_ELEMENTS: f64 = (1u64 << if cfg!(fuzzing) { 25 } else { 30 }) as f64;
/// Multiply-adds of a forward pass. The largest networks in use take 0.4 · 10¹².
const MAX_WORK: f64 = if cfg!(fuzzing) { 2e9 } else { 2e12 };

/// What has been spent so far.
#[derive(Debug)]
pub(crate) struct Budget {
    elements: f64,
    work: f64,
    /// How many elements there may be.
    most: f64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::of(MAX_ELEMENTS)
    }
}

impl Budget {
    /// For no more than so many elements.
    pub(crate) fn of(most: f64) -> Budget {
        Budget {
            elements: 0.0,
            work: 0.0,
            most,
        }
    }

    /// Allows for so many elements more.
    pub(crate) fn grant(&mut self, elements: f64) {
        self.most += elements;
    }

    /// Adds so many elements; whether they are within bounds.
    #[must_use]
    pub(crate) fn take(&mut self, elements: f64) -> bool {
        self.elements += elements;
        // Also false where the sum is not a number.
        self.elements <= self.most
    }

    /// Adds what `node` costs on inputs of these shapes.
    ///
    /// # Errors
    /// Which limit would be passed, in words.
    pub(crate) fn spend(&mut self, node: &Node, shapes: &[Vec<i64>]) -> Result<(), String> {
        let (elements, work) = cost(&node.op, shapes);
        self.work += work;
        if self.take(elements) && self.work <= MAX_WORK {
            return Ok(());
        }
        Err(format!(
            "at node {} ({}) it would take {:.0} million values and {:.0} billion multiply-adds, more than any image \
             classifier",
            node.name,
            node.module,
            self.elements / 1e6,
            self.work / 1e9
        ))
    }
}

/// Elements of a shape; a float, since it cannot overflow.
fn count(shape: &[i64]) -> f64 {
    shape.iter().map(|&size| size as f64).product()
}

fn at(shape: &[i64], from_end: usize) -> f64 {
    shape
        .len()
        .checked_sub(from_end)
        .and_then(|index| shape.get(index))
        .map_or(1.0, |&size| size as f64)
}

/// Elements of the output and multiply-adds to get it; floats, since they cannot overflow.
fn cost(op: &Op, shapes: &[Vec<i64>]) -> (f64, f64) {
    let x = shapes.first().map(Vec::as_slice).unwrap_or_default();
    let second = shapes.get(1).map(Vec::as_slice).unwrap_or_default();
    let area = |kernel: &[i64]| kernel.iter().map(|&k| k as f64).product::<f64>();
    match op {
        Op::Conv2d {
            stride,
            padding,
            dilation,
            ..
        } => {
            let padding = match padding {
                Padding::Explicit(sizes) => sizes.clone(),
                // "same" keeps the size, and no more than that is ever padded.
                Padding::Named(_) => vec![at(second, 2) as i64, at(second, 1) as i64],
            };
            let kernel = second.get(2..).unwrap_or_default();
            let places = windows(x, kernel, stride, &padding, dilation);
            let channels = second.first().map_or(1.0, |&size| size as f64);
            let elements = at(x, 4) * channels * places;
            (
                elements,
                elements * count(second.get(1..).unwrap_or_default()),
            )
        }
        Op::MaxPool2d {
            kernel,
            stride,
            padding,
            dilation,
            ..
        } => {
            let elements = at(x, 4) * at(x, 3) * windows(x, kernel, stride, padding, dilation);
            (elements, elements * area(kernel))
        }
        Op::AvgPool2d {
            kernel,
            stride,
            padding,
            ..
        } => {
            let elements = at(x, 4) * at(x, 3) * windows(x, kernel, stride, padding, &[1, 1]);
            (elements, elements * area(kernel))
        }
        Op::AdaptiveAvgPool2d { size } | Op::AdaptiveMaxPool2d { size } => {
            let elements = at(x, 4) * at(x, 3) * area(size);
            (elements, elements + count(x))
        }
        Op::Linear { .. } => {
            let elements = count(x) / at(x, 1).max(1.0) * at(second, 2);
            (elements, elements * at(x, 1))
        }
        Op::Matmul => {
            // Matrices are multiplied pairwise; axes before the last two are laid over each other.
            let elements = broadcast(&[batch(x), batch(second)]) * at(x, 2) * at(second, 1);
            (elements, elements * at(x, 1))
        }
        Op::Addmm => {
            let third = shapes.get(2).map(Vec::as_slice).unwrap_or_default();
            let elements = at(second, 2) * at(third, 1);
            (elements, elements * at(second, 1))
        }
        Op::Pad { pad, .. } => {
            let mut sizes: Vec<f64> = x.iter().map(|&size| size as f64).collect();
            for (axis, sides) in pad.chunks(2).enumerate() {
                if let Some(size) = sizes
                    .len()
                    .checked_sub(axis + 1)
                    .and_then(|index| sizes.get_mut(index))
                {
                    *size += sides.iter().map(|&side| side as f64).sum::<f64>().max(0.0);
                }
            }
            let elements = sizes.iter().product();
            (elements, elements)
        }
        Op::Expand { shape } => {
            // A view takes no memory, but whatever reads it will. -1 keeps a size.
            let sizes = (1..=shape.len()).map(|axis| at(x, axis).max(at(shape, axis)));
            (sizes.product(), 0.0)
        }
        Op::Attention { .. } => {
            // Every query meets every key, once for its weight and once for its value.
            let values = shapes.get(2).map_or(1.0, |values| at(values, 1));
            let heads: Vec<Vec<i64>> = shapes.iter().map(|shape| batch(shape)).collect();
            let queries = broadcast(&heads) * at(x, 2);
            let products = queries * at(second, 2);
            (products + queries * values, products * (at(x, 1) + values))
        }
        // With its signs and both sides without theirs.
        Op::DivWhole => (4.0 * broadcast(shapes), 4.0 * broadcast(shapes)),
        Op::Einsum { equation } => einsum(equation, shapes),
        Op::Full { shape, .. } => (count(shape), count(shape)),
        Op::Range {
            start, end, step, ..
        } => {
            let numbers = ((end - start) / step).abs() + 1.0;
            (numbers, numbers)
        }
        Op::Index { dims } => {
            let taken = |axis: usize| dims.get(axis).copied().unwrap_or(false);
            let whole = (0..x.len()).filter(|axis| !taken(*axis));
            let whole: f64 = whole.map(|axis| x[axis] as f64).product();
            let places = shapes.get(1..).unwrap_or_default();
            let elements = broadcast(places) * whole;
            (elements, elements)
        }
        Op::IndexSelect { dim } => {
            let from_end = dim.saturating_add(x.len() as i64);
            let axis = usize::try_from(*dim).or(usize::try_from(from_end));
            let whole = (0..x.len()).filter(|other| Ok(*other) != axis);
            let whole: f64 = whole.map(|axis| x[axis] as f64).product();
            let elements = whole * count(second);
            (elements, elements)
        }
        Op::UpsampleNearest {
            size: None,
            factors,
        } => {
            let grown: f64 = factors.iter().product();
            let elements = count(x) * grown.max(1.0);
            (elements, elements)
        }
        Op::UpsampleNearest {
            size: Some(size), ..
        } => {
            let elements = at(x, 4) * at(x, 3) * area(size);
            (elements, elements)
        }
        Op::Interpolate { size, .. } => {
            let elements = at(x, 4) * at(x, 3) * area(size);
            (elements, elements)
        }
        Op::Unfold {
            kernel,
            stride,
            padding,
            dilation,
        } => {
            let places = windows(x, kernel, stride, padding, dilation);
            let elements = at(x, 4) * at(x, 3) * area(kernel) * places;
            (elements, elements)
        }
        Op::Fold { size, padding, .. } => {
            let elements = count(x) + at(x, 2) * area(size) + area(padding);
            (elements, elements)
        }
        Op::Add { .. }
        | Op::Sub { .. }
        | Op::Mul
        | Op::Div
        | Op::DivFloor
        | Op::Maximum
        | Op::Minimum
        | Op::Prelu
        | Op::Where
        | Op::MaskedFill { .. }
        | Op::AddProduct { .. }
        | Op::ExpandAs
        | Op::Fill => {
            let elements = broadcast(shapes);
            (elements, elements)
        }
        _ => {
            let elements = shapes.iter().map(|shape| count(shape)).sum();
            (elements, elements)
        }
    }
}

/// Elements of the result, and of all sizes that its letters run over together.
fn einsum(equation: &str, shapes: &[Vec<i64>]) -> (f64, f64) {
    let (inputs, output) = equation.split_once("->").unwrap_or((equation, ""));
    let mut sizes: HashMap<char, f64> = HashMap::new();
    // The axes under the dots, which stand for as many as there are.
    let mut under = Vec::new();
    for (letters, shape) in inputs.split(',').zip(shapes) {
        let (before, behind) = letters.split_once("...").unwrap_or((letters, ""));
        let own = |letters: &str| -> Vec<char> {
            let letters = letters.chars().filter(|letter| letter.is_alphabetic());
            letters.collect()
        };
        let (before, behind) = (own(before), own(behind));
        let last = shape.len().saturating_sub(behind.len());
        let named = before.iter().zip(shape);
        for (letter, size) in named.chain(behind.iter().zip(&shape[last..])) {
            let known = sizes.entry(*letter).or_default();
            *known = known.max(*size as f64);
        }
        under.push(shape.get(before.len()..last).unwrap_or_default().to_vec());
    }
    let places = if equation.contains("...") {
        broadcast(&under)
    } else {
        1.0
    };
    let work = sizes.values().product::<f64>() * places;
    let of = |letter: char| sizes.get(&letter).copied().unwrap_or(1.0);
    if equation.contains("->") {
        (output.chars().map(of).product::<f64>() * places, work)
    } else {
        (work, work)
    }
}

/// How many places a window of `kernel` takes over the last two axes of `x`.
fn windows(x: &[i64], kernel: &[i64], stride: &[i64], padding: &[i64], dilation: &[i64]) -> f64 {
    let axis = |index: usize| {
        let of = |sizes: &[i64], default: f64| {
            sizes
                .get(index)
                .or(sizes.first())
                .map_or(default, |&n| n as f64)
        };
        let reach = of(dilation, 1.0) * (of(kernel, 1.0) - 1.0);
        let room = at(x, 2 - index) + 2.0 * of(padding, 0.0) - reach - 1.0;
        // One more than exact, for poolings that round up.
        (room / of(stride, 1.0).max(1.0)).max(0.0) + 2.0
    };
    axis(0) * axis(1)
}

/// The axes before the last two, which are a matrix.
fn batch(shape: &[i64]) -> Vec<i64> {
    shape[..shape.len().saturating_sub(2)].to_vec()
}

/// Elements of shapes laid over each other.
fn broadcast(shapes: &[Vec<i64>]) -> f64 {
    let rank = shapes.iter().map(Vec::len).max().unwrap_or(0);
    let longest = |axis: usize| {
        let sizes = shapes.iter().map(|shape| at(shape, axis));
        sizes.fold(1.0, f64::max)
    };
    (1..=rank).map(longest).product()
}

#[cfg(test)]
mod tests;
