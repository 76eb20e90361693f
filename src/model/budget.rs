//! What running a node would cost, told before it runs.
//!
//! A file of a few kilobytes can ask for a padding of ten thousand pixels or a pooling over a
//! million: libtorch would try, and take the machine's memory or its hours. So the trial run at
//! opening adds up elements and multiply-adds node by node and stops before a limit no image
//! classifier comes near.

use super::graph::{Node, Op, Padding};

/// Elements of all activations together: 4 GB as float32. The fuzzer's networks are small, so that
/// what is priced too low shows.
const MAX_ELEMENTS: f64 = (1u64 << if cfg!(fuzzing) { 25 } else { 30 }) as f64;
/// Multiply-adds of a forward pass. The largest networks in use take 0.4 · 10¹².
const MAX_WORK: f64 = if cfg!(fuzzing) { 2e9 } else { 2e12 };

/// What has been spent so far.
#[derive(Debug)]
pub(super) struct Budget {
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
    pub(super) fn of(most: f64) -> Budget {
        Budget {
            elements: 0.0,
            work: 0.0,
            most,
        }
    }

    /// Allows for so many elements more.
    pub(super) fn grant(&mut self, elements: f64) {
        self.most += elements;
    }

    /// Adds so many elements and multiply-adds, and says whether they are within the limits.
    pub(super) fn affords(&mut self, elements: f64, work: f64) -> bool {
        self.elements += elements;
        self.work += work;
        // False where a sum is not a number.
        self.elements <= self.most && self.work <= MAX_WORK
    }

    /// Adds what `node` costs on inputs of these shapes.
    ///
    /// # Errors
    /// Which limit would be passed, in words.
    pub(super) fn spend(&mut self, node: &Node, shapes: &[Vec<i64>]) -> Result<(), String> {
        let (elements, work) = cost(&node.op, shapes);
        if self.affords(elements, work) {
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
            // Matrices are multiplied pairwise; those before the last two axes are laid over each other.
            let batch = |shape: &[i64]| shape[..shape.len().saturating_sub(2)].to_vec();
            let elements = broadcast(&batch(x), &batch(second)) * at(x, 2) * at(second, 1);
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
            let keys = at(second, 2);
            let products = count(x) / at(x, 1).max(1.0) * keys;
            (products + count(x), 2.0 * products * at(x, 1))
        }
        Op::Einsum { equation } => einsum(equation, shapes),
        Op::Full { shape, .. } => (count(shape), count(shape)),
        Op::Range {
            start, end, step, ..
        } => {
            let numbers = ((end - start) / step).abs() + 1.0;
            (numbers, numbers)
        }
        Op::ExpandAs | Op::Fill => {
            let elements = broadcast(x, second);
            (elements, elements)
        }
        Op::Index { .. } => {
            // As if each place were taken whole.
            let elements = count(x) * shapes.iter().skip(1).map(|s| count(s)).fold(0.0, f64::max);
            let rows = at(x, x.len()).max(1.0);
            (elements / rows, elements / rows)
        }
        Op::UpsampleNearest { size, factors } | Op::Interpolate { size, factors, .. } => {
            let grown: f64 = factors.iter().product();
            let elements = match size {
                Some(size) => at(x, 4) * at(x, 3) * area(size),
                None => count(x) * grown.max(1.0),
            };
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
        | Op::Maximum
        | Op::Minimum
        | Op::Prelu => {
            let elements = broadcast(x, second);
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
    let mut sizes = std::collections::HashMap::new();
    for (letters, shape) in inputs.split(',').zip(shapes) {
        let letters = letters.chars().filter(|letter| letter.is_alphabetic());
        sizes.extend(letters.zip(shape.iter().map(|&size| size as f64)));
    }
    let work = sizes.values().product();
    let of = |letter: char| sizes.get(&letter).copied().unwrap_or(1.0);
    match equation.contains("->") {
        true => (output.chars().map(of).product(), work),
        false => (work, work),
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

/// Elements of two shapes laid over each other.
fn broadcast(a: &[i64], b: &[i64]) -> f64 {
    (1..=a.len().max(b.len()))
        .map(|axis| at(a, axis).max(at(b, axis)))
        .product()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_side_by_side_are_multiplied_pairwise() {
        let (x, second) = (vec![1, 6, 196, 9, 9], vec![1, 6, 196, 9, 32]);
        let places = 6.0 * 196.0 * 9.0 * 32.0;
        assert_eq!(cost(&Op::Matmul, &[x, second]), (places, places * 9.0));
        let shared = [vec![4, 50, 8], vec![8, 3]];
        assert_eq!(cost(&Op::Matmul, &shared), (600.0, 4800.0));
    }

    #[test]
    fn a_sum_over_letters_costs_what_all_of_them_run_over() {
        let op = |equation: &str| Op::Einsum {
            equation: equation.into(),
        };
        let shapes = [vec![2, 5, 7], vec![2, 7, 3]];
        assert_eq!(cost(&op("bij,bjk->bik"), &shapes), (30.0, 210.0));
        let outer = [vec![1000, 1000], vec![1000, 1000]];
        assert_eq!(cost(&op("ab,cd->abcd"), &outer), (1e12, 1e12));
    }
}
