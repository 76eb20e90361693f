//! Shapes before anything runs: sizes counted, broadcast and reduced as libtorch does.

/// Sizes along each axis.
pub(crate) type Shape = Vec<i64>;

/// No value has more elements: beyond this, products of sizes would overflow.
const MAX_ELEMENTS: i64 = 1 << 40;
/// libtorch's operations take no more axes.
pub const MAX_AXES: usize = 64;

/// The shapes of an operation's outputs, as far as they follow from those of its inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutputShapes {
    /// The shapes that come out.
    Exact(Vec<Shape>),
    /// Shapes with at least as many elements as come out: how many a mask of truth values picks is
    /// known only once it is there.
    AtMost(Vec<Shape>),
}

impl OutputShapes {
    /// One output of exactly this shape.
    pub fn one(shape: impl Into<Shape>) -> OutputShapes {
        OutputShapes::Exact(vec![shape.into()])
    }

    pub fn shapes(&self) -> &[Shape] {
        let (OutputShapes::Exact(shapes) | OutputShapes::AtMost(shapes)) = self;
        shapes
    }

    /// The shapes, where each is one that a value may have.
    ///
    /// # Errors
    /// Names the first that has too many elements or axes.
    pub fn plausible(self) -> Result<Vec<Shape>, String> {
        let (OutputShapes::Exact(shapes) | OutputShapes::AtMost(shapes)) = self;
        match shapes.iter().find(|shape| count(shape).is_none()) {
            Some(shape) => Err(format!("it would give {}", implausible(shape))),
            None => Ok(shapes),
        }
    }
}

/// A shape that no value may have, in words.
pub fn implausible(shape: &[i64]) -> String {
    match shape.len() {
        ..=MAX_AXES => format!("the implausible shape {shape:?}"),
        rank => format!("an implausible shape of {rank} axes"),
    }
}

/// How many elements a shape has; `None` where that or one of its sizes is out of range.
pub fn count(shape: &[i64]) -> Option<i64> {
    if shape.len() > MAX_AXES {
        return None;
    }
    let within = |n: &i64| (0..=MAX_ELEMENTS).contains(n);
    let mut count = 1i64;
    for size in shape {
        count = count.checked_mul(*size).filter(within)?;
    }
    shape.iter().all(within).then_some(count)
}

/// How many elements a shape has.
///
/// # Errors
/// In words, where no value has so many.
pub fn total(shape: &[i64]) -> Result<i64, String> {
    count(shape).ok_or_else(|| implausible(shape))
}

/// How many elements a shape has, as a float, which cannot overflow.
pub fn elements(shape: &[i64]) -> f64 {
    shape.iter().map(|&size| size.max(0) as f64).product()
}

/// The index of axis `dim`, which counts from the end if negative, among `rank`.
///
/// # Errors
/// In words, where there is no such axis.
pub fn axis(dim: i64, rank: usize) -> Result<usize, String> {
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

/// The shape of two tensors broadcast against each other.
///
/// # Errors
/// In words, where a size differs and neither is 1.
pub fn broadcast(a: &[i64], b: &[i64]) -> Result<Shape, String> {
    let rank = a.len().max(b.len());
    let size = |shape: &[i64], from_end: usize| match shape.len().checked_sub(from_end) {
        Some(index) => shape[index],
        None => 1,
    };
    let size = |from_end: usize| match (size(a, from_end), size(b, from_end)) {
        (1, size) | (size, 1) => Ok(size),
        (one, other) if one == other => Ok(one),
        _ => Err(format!("shapes {a:?} and {b:?} cannot be broadcast")),
    };
    (1..=rank).rev().map(size).collect()
}

/// The shape of any number of tensors broadcast against each other.
///
/// # Errors
/// As [`broadcast`].
pub(super) fn broadcast_all(shapes: &[&[i64]]) -> Result<Shape, String> {
    let mut all = Vec::new();
    for shape in shapes {
        all = broadcast(&all, shape)?;
    }
    Ok(all)
}

/// The shape of one of the inputs.
///
/// # Errors
/// In words, where the node has fewer.
pub(super) fn input<'a>(inputs: &[&'a [i64]], index: usize) -> Result<&'a [i64], String> {
    let missing = || format!("input {index} is missing");
    inputs.get(index).copied().ok_or_else(missing)
}

/// `shape` with another size along one axis.
pub(super) fn replaced(shape: &[i64], axis: usize, size: i64) -> Shape {
    let mut shape = shape.to_vec();
    shape[axis] = size;
    shape
}

/// `x` without the axes `dims`, or with size 1 there; all of them where `dims` is empty.
///
/// # Errors
/// In words, where there is no such axis.
pub(super) fn reduced(x: &[i64], dims: &[i64], keepdim: bool) -> Result<Shape, String> {
    // A single number counts as a row of one.
    if x.is_empty() {
        dims.iter().try_for_each(|dim| axis(*dim, 1).map(drop))?;
        return Ok(Vec::new());
    }
    let mut gone = vec![dims.is_empty(); x.len()];
    for dim in dims {
        gone[axis(*dim, x.len())?] = true;
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

/// `x` without one of its axes.
///
/// # Errors
/// In words, where there is no such axis.
pub(super) fn without(x: &[i64], dim: i64) -> Result<Shape, String> {
    axis(dim, x.len())?;
    reduced(x, &[dim], false)
}

/// `shape` with its one −1, if it has one, replaced so that there are `total` elements.
///
/// # Errors
/// In words, where it cannot have as many.
pub(super) fn with_inferred_size(shape: &[i64], total: i64) -> Result<Shape, String> {
    let unfit = || format!("{total} elements do not make the shape {shape:?}");
    let open: Vec<usize> = (0..shape.len()).filter(|axis| shape[*axis] == -1).collect();
    let mut shape_found = shape.to_vec();
    if let [open] = open[..] {
        shape_found[open] = 1;
        let known = count(&shape_found).filter(|known| *known > 0);
        let known = known.filter(|known| total % known == 0);
        shape_found[open] = total / known.ok_or_else(unfit)?;
    }
    if count(&shape_found) == Some(total) {
        Ok(shape_found)
    } else {
        Err(unfit())
    }
}
