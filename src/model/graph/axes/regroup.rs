//! What the axes mean after a reshape.

use super::Axis;

/// The axes after a reshape that keeps the order of the elements: sizes are matched from the first
/// on, in the smallest groups that hold equally many elements.
pub(crate) fn regrouped(axes: &[Axis], from: &[i64], to: &[i64]) -> Option<Vec<Axis>> {
    let mut regrouped = Vec::with_capacity(to.len());
    let (mut a, mut b) = (0, 0);
    while a < from.len() || b < to.len() {
        let (first, second) = (a, b);
        let (mut left, mut right) = (1i64, 1i64);
        while left != right || a == first || b == second {
            // The side that is behind, or has taken no axis yet, takes its next one.
            let behind = left < right || (left == right && a == first);
            if behind && a < from.len() {
                left = left.checked_mul(from[a])?;
                a += 1;
            } else if b < to.len() && !(behind && b > second) {
                right = right.checked_mul(to[b])?;
                b += 1;
            } else {
                break;
            }
        }
        if left != right || left == 0 {
            return None;
        }
        // Axes of size 1 at the end may be left on one side alone.
        regrouped.extend(group(&axes[first..a], &from[first..a], &to[second..b]));
    }
    (regrouped.len() == to.len()).then_some(regrouped)
}

/// What the axes of one group become.
fn group(axes: &[Axis], from: &[i64], to: &[i64]) -> Vec<Axis> {
    let wide = |sizes: &[i64]| sizes.iter().filter(|size| **size != 1).count();
    let counted: Vec<(Axis, i64)> = axes
        .iter()
        .copied()
        .zip(from.iter().copied())
        .filter(|(_, size)| *size != 1 || from.len() == 1)
        .collect();
    let one = match counted.as_slice() {
        [] => Some(axes.first().copied().unwrap_or(Axis::Other)),
        [(axis, _)] => Some(*axis),
        [(Axis::Row, height), (Axis::Column, width)] => Some(Axis::Grid {
            before: 0,
            height: *height,
            width: *width,
        }),
        several if several.iter().all(|(axis, _)| *axis == Axis::Channel) => Some(Axis::Channel),
        _ => None,
    };
    if wide(to) <= 1 {
        // The meaning goes where the elements are; axes of size 1 beside it mean nothing.
        let at = to.iter().position(|size| *size != 1).unwrap_or(0);
        return (0..to.len())
            .map(|index| match one {
                Some(axis) if index == at => axis,
                _ => Axis::Other,
            })
            .collect();
    }
    let wide_at: Vec<usize> = (0..to.len()).filter(|index| to[*index] != 1).collect();
    match (one, wide_at.as_slice()) {
        (
            Some(Axis::Grid {
                before: 0,
                height,
                width,
            }),
            &[row, column],
        ) if (to[row], to[column]) == (height, width) => {
            let mut split = vec![Axis::Batch; to.len()];
            (split[row], split[column]) = (Axis::Row, Axis::Column);
            split
        }
        (Some(Axis::Channel), _) => vec![Axis::Channel; to.len()],
        // Rows in groups of so many: the index within a group goes with the channels, as where
        // patches of two by two become one position.
        (Some(axis @ (Axis::Row | Axis::Column)), &[coarser, ..]) => {
            let within = |index: usize| {
                if index == coarser {
                    axis
                } else {
                    Axis::Channel
                }
            };
            (0..to.len()).map(within).collect()
        }
        _ => vec![Axis::Other; to.len()],
    }
}
