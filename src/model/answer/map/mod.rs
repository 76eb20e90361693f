//! Outputs that are maps: a score for each class at each position, as segmentation networks return them.
//!
//! A map of features has the same shape. What tells them apart is the resolution (features are coarse and
//! many, classes are few or as fine as the image) and what makes them, see [`made()`].

pub use made::{Made, made};

use super::bounds::Bounds;
use super::derive::{Values, is_number};
use super::sketch::Sketch;
use crate::model::error::Fault;
use crate::model::graph::ValueId;
use crate::model::op::Reshaping;

mod made;

/// A map this many times as coarse as the image may have any number of classes.
const FINE: i64 = 8;
/// And this coarse, if the classes are few.
const COARSE: i64 = 32;
/// More than this are features rather than classes, where a map is coarse.
const FEW: i64 = 100;
/// A map this coarse whose values are not known to be logits may have more than [`FEW`] classes.
const FINE_UNPROVEN: i64 = 4;
/// How many times as fine as the image a map may be.
const FINEST: i64 = 4;

/// How a map lies in the shape of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// `[1, classes, height, width]`
    ClassesFirst,
    /// `[1, height, width, classes]`
    ClassesLast,
    /// `[1, height, width]`
    NoClasses,
}

/// A map that an output consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Map {
    axes: Axes,
    pub classes: i64,
    pub height: i64,
    pub width: i64,
}

impl Map {
    /// The axis of the classes in the output's own shape.
    pub fn class_axis(self) -> Option<usize> {
        match self.axes {
            Axes::ClassesFirst => Some(1),
            Axes::ClassesLast => Some(3),
            Axes::NoClasses => None,
        }
    }

    /// Whether it has a position for each pixel of an image `[1, C, H, W]`, and few classes.
    pub fn is_whole(self, [_, _, height, width]: [i64; 4]) -> bool {
        [self.height, self.width] == [height, width] && self.classes <= FEW
    }

    /// A value in the output's own shape as `[1, classes, height, width]`.
    pub fn planes(self, sketch: &mut Sketch, value: ValueId) -> Option<ValueId> {
        match self.axes {
            Axes::ClassesFirst => Some(value),
            Axes::ClassesLast => {
                let dims = vec![0, 3, 1, 2];
                sketch.add(Reshaping::Permute { dims }, &[value])
            }
            Axes::NoClasses => {
                let shape = vec![1, 1, self.height, self.width];
                sketch.add(Reshaping::Reshape { shape }, &[value])
            }
        }
    }
}

/// The map that a shape is, if it can be one for an image of this height and width.
pub fn of_shape(shape: &[i64], [height, width]: [i64; 2]) -> Option<Map> {
    let fits = |classes: i64, rows: i64, columns: i64| {
        let coarse = if classes <= FEW { COARSE } else { FINE };
        let within = |positions: i64, pixels: i64| {
            positions.saturating_mul(coarse) >= pixels && positions <= pixels.saturating_mul(FINEST)
        };
        // A map may be a little longer or shorter than the image, but tokens and channels are no side of it.
        let across = columns.saturating_mul(height);
        let down = rows.saturating_mul(width);
        let alike = across <= down.saturating_mul(2) && down <= across.saturating_mul(2);
        within(rows, height) && within(columns, width) && alike
    };
    let map = |axes, classes, height, width| Map {
        axes,
        classes,
        height,
        width,
    };
    match *shape {
        [1, a, b, c] => {
            let first = (a >= 1 && fits(a, b, c)).then(|| map(Axes::ClassesFirst, a, b, c));
            let last = (c >= 1 && fits(c, a, b)).then(|| map(Axes::ClassesLast, c, a, b));
            match (first, last) {
                // Both could be meant. The image's own proportions tell, or else the usual order.
                (Some(first), Some(last)) => {
                    let proportional = |map: &Map| {
                        map.height.saturating_mul(width) == map.width.saturating_mul(height)
                    };
                    Some(if proportional(&last) && !proportional(&first) {
                        last
                    } else {
                        first
                    })
                }
                (Some(one), None) | (None, Some(one)) => Some(one),
                (None, None) => None,
            }
        }
        // Two long axes are tokens as a rule; a map has the image's proportions.
        [1, rows, columns]
            if rows.saturating_mul(width) == columns.saturating_mul(height)
                && fits(1, rows, columns) =>
        {
            Some(map(Axes::NoClasses, 1, rows, columns))
        }
        _ => None,
    }
}

/// What the values of a map are that ends in nothing known; `None` where they are features.
pub fn values(map: Map, made: Made, limits: Bounds) -> Option<Values> {
    let shares = match made {
        Made::Each => true,
        // One class of a softmax, or all of them.
        Made::Softmax(axis) => map.classes == 1 || map.class_axis() == Some(axis),
        Made::Scores | Made::Other => false,
    };
    match made {
        _ if limits.within(0.0, 1.0) && shares => Some(Values::Probabilities),
        // An amount, such as a depth, is one value; several are features after a rectifier.
        _ if is_number(limits, map.classes) => {
            (map.classes == 1 || limits.high.is_finite()).then_some(Values::Numbers)
        }
        Made::Scores => Some(Values::Logits(None)),
        Made::Softmax(_) | Made::Each | Made::Other => None,
    }
}

/// Whether linear scores may be the logits of a segmentation rather than features: they are few or fine.
pub fn may_be_logits(map: Map, height: i64) -> bool {
    let fine = map.height.saturating_mul(FINE_UNPROVEN) >= height;
    map.classes <= FEW || fine
}

/// What is wrong with an output that is neither a row nor a map.
pub fn unfit(shape: &[i64]) -> Fault {
    let what = match *shape {
        [_, features, height, width] => format!(
            "its output is a map of {features} features at {height}×{width} positions, and not of classes"
        ),
        // A text is read step by step; steps may come before the batch.
        [1, rows, columns] | [rows, 1, columns] => format!(
            "its output has {rows} rows of {columns} values, one for each step of a text, token or head: let the \
             model return one of them, such as output[{}]",
            if shape[0] == 1 { ":, 0" } else { "0" }
        ),
        [_, rows, columns] => format!("its output is a table of {rows} rows and {columns} columns"),
        _ => format!("its output has the shape {shape:?}"),
    };
    Fault::NoLogits(format!(
        "{what}; a row of scores [1, classes] or a map of them [1, classes, height, width] can be explained"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_classes_from_features() {
        let found = |shape: &[i64]| {
            let map = of_shape(shape, [224, 224])?;
            Some((map.axes, map.classes, map.height))
        };
        assert_eq!(
            found(&[1, 21, 224, 224]),
            Some((Axes::ClassesFirst, 21, 224))
        );
        assert_eq!(
            found(&[1, 150, 56, 56]),
            Some((Axes::ClassesFirst, 150, 56))
        );
        assert_eq!(found(&[1, 224, 224, 3]), Some((Axes::ClassesLast, 3, 224)));
        assert_eq!(
            found(&[1, 112, 112, 150]),
            Some((Axes::ClassesLast, 150, 112))
        );
        assert_eq!(found(&[1, 1, 7, 7]), Some((Axes::ClassesFirst, 1, 7)));
        assert_eq!(found(&[1, 224, 224]), Some((Axes::NoClasses, 1, 224)));
        for features in [
            &[1, 2048, 7, 7][..],
            &[1, 7, 7, 768],
            &[1, 197, 768],
            &[1, 512, 14, 14],
        ] {
            assert_eq!(found(features), None, "{features:?}");
        }
    }
}
