//! Whether an image is like a second one, as one number: the cosine of the angle between their
//! embeddings. Its gradient is what Grad-CAM of a similarity starts from.

use tch::{Kind, Tensor};

use super::sketch::Sketch;
use crate::model::error::{Fault, Result, first_line};
use crate::model::graph::{Graph, ValueId};
use crate::model::op::{Arithmetic, Reduction};
use crate::model::tape::forward;

/// Added to the length of an embedding, so that zeros are not divided by zero.
const TINY: f64 = 1e-12;

/// Where a graph compares an embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Compared {
    /// The row of numbers of the first image.
    embedding: ValueId,
    /// That of the second image, at length 1: a weight, which is a placeholder at first.
    direction: ValueId,
}

/// Adds the cosine of the angle between `row`, of shape `[1, count]`, and a direction that is not known
/// yet.
pub fn cosine(sketch: &mut Sketch, row: ValueId, count: i64) -> Option<(ValueId, Compared)> {
    let level = 1.0 / (count as f64).sqrt();
    let placeholder = Tensor::f_full([1, count], level, (Kind::Float, tch::Device::Cpu)).ok()?;
    let direction = sketch.add_weight(placeholder);
    let dims = || vec![1];
    let products = sketch.add(Arithmetic::Mul, &[row, direction])?;
    let sum = Reduction::Sum {
        dims: dims(),
        keepdim: true,
    };
    let along = sketch.add(sum, &[products])?;
    let norm = Reduction::VectorNorm {
        ord: 2.0,
        dims: dims(),
        keepdim: true,
    };
    let length = sketch.add(norm, &[row])?;
    let length = sketch.add(Arithmetic::AddScalar(TINY), &[length])?;
    let cosine = sketch.add(Arithmetic::Div, &[along, length])?;
    let compared = Compared {
        embedding: row,
        direction,
    };
    Some((cosine, compared))
}

impl Compared {
    /// Puts the embedding of the image `input` in the place of the second one. The graph has to have passed
    /// its trial run.
    ///
    /// # Errors
    /// [`Fault::NotComparable`] where it is zero or not finite; what libtorch says.
    pub fn with(self, graph: &mut Graph, input: &Tensor) -> Result<()> {
        let torch = |error| Fault::Graph(first_line(&error));
        let mut first = graph.shared();
        first.logits = self.embedding;
        first.keep_logits();
        let embedding = forward(&first, input).map_err(torch)?;
        let unit = || {
            let embedding = embedding.f_detach()?.f_to_kind(Kind::Double)?;
            let length = embedding.f_norm()?.f_double_value(&[])?;
            let unit = embedding.f_div_scalar(length)?.f_to_kind(Kind::Float)?;
            Ok((length, unit))
        };
        let (length, unit) = unit().map_err(torch)?;
        if !length.is_finite() {
            return Err(Fault::NotComparable(
                "it is not finite (NaN or infinity) for the second picture".into(),
            ));
        }
        if length <= 0.0 {
            return Err(Fault::NotComparable(
                "it is zero for the second picture, and has no direction; choose another picture"
                    .into(),
            ));
        }
        graph.values[self.direction.0].weight = Some(unit);
        Ok(())
    }
}
