//! The shape that an operation's result will have, told before anything runs.
//!
//! Only those operations are known that [`ops`](crate::model::format::onnx::ops) makes use of on values that come from the
//! picture. What is foretold here is compared with what comes out when the graph is first run.

use std::collections::HashMap;

use crate::model::graph::{Op, Padding};

type Shape = Vec<i64>;

/// Elements of a value: beyond this a shape is absurd, and products of sizes would overflow.
const MOST: i64 = 1 << 40;
/// As many axes as libtorch's operations take.
pub const MAX_AXES: usize = 64;

/// The shapes of the results of `op` on inputs of these shapes.
///
/// # Errors
/// In words, where the inputs do not fit.
pub fn results(op: &Op, inputs: &[&[i64]]) -> Result<Vec<Shape>, String> {
    let shapes = match op {
        Op::Split { sizes, dim } => {
            let x = first(inputs)?;
            let axis = place(*dim, x.len())?;
            let part = |size: &i64| replaced(x, axis, *size);
            sizes.iter().map(part).collect()
        }
        _ => vec![single(op, inputs)?],
    };
    match shapes.iter().find(|shape| count(shape).is_none()) {
        Some(absurd) => Err(format!("it would give {}", absurdly(absurd))),
        None => Ok(shapes),
    }
}

/// A shape that is absurd, in words.
pub fn absurdly(shape: &[i64]) -> String {
    match shape.len() {
        ..=MAX_AXES => format!("the absurd shape {shape:?}"),
        rank => format!("an absurd shape of {rank} axes"),
    }
}

/// How many elements a shape has; `None` where it is absurd.
pub fn count(shape: &[i64]) -> Option<i64> {
    if shape.len() > MAX_AXES {
        return None;
    }
    let mut count = 1i64;
    for size in shape {
        count = count
            .checked_mul(*size)
            .filter(|n| (0..=MOST).contains(n))?;
    }
    shape
        .iter()
        .all(|size| (0..=MOST).contains(size))
        .then_some(count)
}

/// Where axis `dim`, which counts from the end if negative, lies among `rank`.
pub fn place(dim: i64, rank: usize) -> Result<usize, String> {
    let from_start = if dim < 0 {
        dim.saturating_add(rank as i64)
    } else {
        dim
    };
    usize::try_from(from_start)
        .ok()
        .filter(|axis| *axis < rank)
        .ok_or_else(|| format!("there is no axis {dim} among {rank}"))
}

/// Two shapes laid over each other, as NumPy does.
pub fn broadcast(a: &[i64], b: &[i64]) -> Result<Shape, String> {
    let rank = a.len().max(b.len());
    let at = |shape: &[i64], from_end: usize| match shape.len().checked_sub(from_end) {
        Some(index) => shape[index],
        None => 1,
    };
    let size = |from_end: usize| match (at(a, from_end), at(b, from_end)) {
        (1, size) | (size, 1) => Ok(size),
        (one, other) if one == other => Ok(one),
        _ => Err(format!("shapes {a:?} and {b:?} do not go over each other")),
    };
    (1..=rank).rev().map(size).collect()
}

fn first<'a>(inputs: &[&'a [i64]]) -> Result<&'a [i64], String> {
    inputs
        .first()
        .copied()
        .ok_or_else(|| "it lacks its input".into())
}

fn second<'a>(inputs: &[&'a [i64]]) -> Result<&'a [i64], String> {
    inputs
        .get(1)
        .copied()
        .ok_or_else(|| "it lacks its second input".into())
}

fn replaced(shape: &[i64], axis: usize, size: i64) -> Shape {
    let mut shape = shape.to_vec();
    shape[axis] = size;
    shape
}

fn single(op: &Op, inputs: &[&[i64]]) -> Result<Shape, String> {
    match op {
        Op::Full { shape, .. } => return Ok(shape.clone()),
        Op::Range {
            start, end, step, ..
        } => return Ok(vec![((end - start) / step).ceil() as i64]),
        _ => {}
    }
    let x = first(inputs)?;
    match op {
        Op::Add { .. }
        | Op::Sub { .. }
        | Op::Mul
        | Op::Div
        | Op::DivWhole
        | Op::Maximum
        | Op::Minimum
        | Op::Prelu
        | Op::Where => {
            let mut over = x.to_vec();
            for shape in &inputs[1..] {
                over = broadcast(&over, shape)?;
            }
            Ok(over)
        }
        Op::Conv2d {
            stride,
            padding: Padding::Explicit(padding),
            dilation,
            ..
        } => {
            let kernel = second(inputs)?;
            let (&[batch, _, _, _], &[channels, _, height, width]) = (x, kernel) else {
                return Err(format!("a kernel {kernel:?} does not go over {x:?}"));
            };
            let window = Window {
                kernel: &[height, width],
                stride,
                padding,
                dilation,
                ceil_mode: false,
            };
            let [rows, columns] = window.places(x)?;
            Ok(vec![batch, channels, rows, columns])
        }
        Op::MaxPool2d {
            kernel,
            stride,
            padding,
            dilation,
            ceil_mode,
        } => Window {
            kernel,
            stride,
            padding,
            dilation,
            ceil_mode: *ceil_mode,
        }
        .over(x),
        Op::AvgPool2d {
            kernel,
            stride,
            padding,
            ceil_mode,
            ..
        } => Window {
            kernel,
            stride,
            padding,
            dilation: &[1, 1],
            ceil_mode: *ceil_mode,
        }
        .over(x),
        Op::AdaptiveAvgPool2d { size } | Op::AdaptiveMaxPool2d { size } => planes(x, size),
        Op::UpsampleNearest {
            size: Some(size), ..
        } => planes(x, size),
        Op::Interpolate { size, .. } => planes(x, size),
        Op::Fold {
            size,
            kernel,
            dilation,
            padding,
            stride,
        } => {
            let unfit = || format!("patches {x:?} of {kernel:?} do not make a picture {size:?}");
            let (&[batch, columns, patches], &[height, width]) = (x, size.as_slice()) else {
                return Err(unfit());
            };
            let of_one = count(kernel).filter(|of_one| *of_one > 0 && columns % of_one == 0);
            let channels = columns / of_one.ok_or_else(unfit)?;
            let picture = vec![batch, channels, height, width];
            let window = Window {
                kernel,
                stride,
                padding,
                dilation,
                ceil_mode: false,
            };
            match window.places(&picture)? {
                [rows, across] if rows.checked_mul(across) == Some(patches) => Ok(picture),
                _ => Err(unfit()),
            }
        }
        Op::Linear { .. } => match (x.split_last(), second(inputs)?) {
            (Some((last, rest)), &[out, within]) if *last == within => Ok([rest, &[out]].concat()),
            (_, weight) => Err(format!("a matrix {weight:?} does not go over {x:?}")),
        },
        Op::Matmul => product(x, second(inputs)?),
        Op::Einsum { equation } => einsum(equation, inputs),
        Op::Attention { .. } => {
            let value = inputs.get(2).and_then(|value| value.last());
            let rest = x.split_last().map(|(_, rest)| rest).zip(value);
            let (rest, value) = rest.ok_or("it lacks its values")?;
            Ok([rest, &[*value]].concat())
        }
        Op::Cat { dim } => {
            let axis = place(*dim, x.len())?;
            let mut long = 0i64;
            for shape in inputs {
                if shape.len() != x.len() || replaced(shape, axis, 0) != replaced(x, axis, 0) {
                    return Err(format!("{x:?} and {shape:?} are not joined at axis {axis}"));
                }
                long = long.saturating_add(shape[axis]);
            }
            Ok(replaced(x, axis, long))
        }
        Op::Mean { dims, keepdim } | Op::Sum { dims, keepdim } => reduced(x, dims, *keepdim),
        Op::VectorNorm { dims, keepdim, .. } => reduced(x, dims, *keepdim),
        Op::MaxAlong { dim, keepdim } => reduced(x, &[*dim], *keepdim),
        Op::Select { dim, .. } => reduced(x, &[*dim], false),
        Op::Flatten { start: 1, end: -1 } if x.len() > 1 => {
            let rest = count(&x[1..]).ok_or("it is too large")?;
            Ok(vec![x[0], rest])
        }
        Op::Reshape { shape } | Op::Expand { shape } => Ok(shape.clone()),
        Op::Permute { dims } => {
            let at = |dim: &i64| Ok(x[place(*dim, x.len())?]);
            dims.iter().map(at).collect()
        }
        Op::Slice {
            dim,
            start: Some(start),
            end: Some(end),
            step,
        } => {
            let axis = place(*dim, x.len())?;
            let long = (end - start).max(0);
            Ok(replaced(x, axis, (long + step - 1) / step))
        }
        Op::Pad { pad, .. } => {
            let mut shape = x.to_vec();
            for (axis, sides) in pad.chunks(2).enumerate() {
                let at = shape.len().checked_sub(axis + 1);
                let at = at.ok_or("it pads more axes than there are")?;
                let more = sides
                    .iter()
                    .fold(0i64, |sum, side| sum.saturating_add(*side));
                shape[at] = shape[at].saturating_add(more);
            }
            Ok(shape)
        }
        Op::Index { dims } if dims.len() <= x.len() && dims.iter().all(|taken| *taken) => {
            let mut over = Vec::new();
            for places in &inputs[1..] {
                over = broadcast(&over, places)?;
            }
            Ok([&over, &x[dims.len()..]].concat())
        }
        Op::IndexSelect { dim } => {
            let axis = place(*dim, x.len())?;
            let taken = count(second(inputs)?).ok_or("it takes too many")?;
            Ok(replaced(x, axis, taken))
        }
        // All others work value by value.
        _ => Ok(x.to_vec()),
    }
}

/// `x` with other sizes for its rows and columns.
fn planes(x: &[i64], size: &[i64]) -> Result<Shape, String> {
    match (x, size) {
        (&[batch, channels, _, _], &[height, width]) => Ok(vec![batch, channels, height, width]),
        _ => Err(format!("{x:?} is no picture")),
    }
}

struct Window<'a> {
    kernel: &'a [i64],
    stride: &'a [i64],
    padding: &'a [i64],
    dilation: &'a [i64],
    ceil_mode: bool,
}

impl Window<'_> {
    fn over(&self, x: &[i64]) -> Result<Shape, String> {
        planes(x, &self.places(x)?)
    }

    /// How many places it takes, rows first, as libtorch counts them.
    fn places(&self, x: &[i64]) -> Result<[i64; 2], String> {
        let along = |axis: usize| -> Option<i64> {
            let long = i128::from(*x.get(axis + 2)?);
            let of = |sizes: &[i64]| sizes.get(axis).map(|size| i128::from(*size));
            let (padding, stride) = (of(self.padding)?, of(self.stride)?);
            let reach = of(self.dilation)? * (of(self.kernel)? - 1) + 1;
            let mut room = long + 2 * padding - reach;
            if stride < 1 {
                return None;
            }
            if self.ceil_mode {
                room += stride - 1;
            }
            let mut last = room.div_euclid(stride);
            // A window may hang over the end, but not begin there.
            if self.ceil_mode && last * stride >= long + padding {
                last -= 1;
            }
            i64::try_from(last + 1).ok().filter(|places| *places > 0)
        };
        match (along(0), along(1)) {
            (Some(rows), Some(columns)) => Ok([rows, columns]),
            _ => Err(format!(
                "a window of {:?} does not go over {x:?}",
                self.kernel
            )),
        }
    }
}

fn product(a: &[i64], b: &[i64]) -> Result<Shape, String> {
    let unfit = || format!("{a:?} and {b:?} are not multiplied");
    match (a, b) {
        (&[one], &[other]) if one == other => Ok(Vec::new()),
        (&[one], [batch @ .., other, out]) if one == *other => Ok([batch, &[*out]].concat()),
        ([batch @ .., rows, one], &[other]) if *one == other => Ok([batch, &[*rows]].concat()),
        ([first @ .., rows, one], [second @ .., other, out]) if one == other => {
            let batch = broadcast(first, second)?;
            Ok([batch.as_slice(), &[*rows, *out]].concat())
        }
        _ => Err(unfit()),
    }
}

fn einsum(equation: &str, inputs: &[&[i64]]) -> Result<Shape, String> {
    let unfit = || format!("{equation} does not fit {inputs:?}");
    let (from, to) = equation.split_once("->").ok_or_else(unfit)?;
    let mut sizes: HashMap<char, i64> = HashMap::new();
    let terms: Vec<&str> = from.split(',').collect();
    if terms.len() != inputs.len() {
        return Err(unfit());
    }
    for (letters, shape) in terms.iter().zip(inputs) {
        if letters.chars().count() != shape.len() {
            return Err(unfit());
        }
        for (letter, size) in letters.chars().zip(shape.iter().copied()) {
            let known = sizes.entry(letter).or_insert(size);
            match (*known, size) {
                (1, _) => *known = size,
                (known, size) if size == known || size == 1 => {}
                _ => return Err(unfit()),
            }
        }
    }
    let of = |letter: char| sizes.get(&letter).copied().ok_or_else(unfit);
    to.chars().map(of).collect()
}

fn reduced(x: &[i64], dims: &[i64], keepdim: bool) -> Result<Shape, String> {
    let mut gone = vec![dims.is_empty(); x.len()];
    for dim in dims {
        gone[place(*dim, x.len())?] = true;
    }
    let sizes = x.iter().zip(&gone);
    Ok(if keepdim {
        sizes
            .map(|(size, gone)| if *gone { 1 } else { *size })
            .collect()
    } else {
        sizes
            .filter(|(_, gone)| !**gone)
            .map(|(size, _)| *size)
            .collect()
    })
}
