//! Scaled dot-product attention.

use tch::{TchError, Tensor};

use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, broadcast_all, elements};

/// softmax(scale · query · keyᵀ + mask) · value (Vaswani et al., arXiv 1706.03762, equation 1).
///
/// Inputs: query `[…, queries, width]`, key `[…, keys, width]`, value `[…, keys, out]`, and the mask
/// if `mask`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attention {
    /// Whether a mask is the fourth input. One of truth values is true where a query may see a key;
    /// any other is added to the scores.
    pub mask: bool,
    /// A query sees no key behind its own position.
    pub causal: bool,
    /// 1 / √width where `None`.
    pub scale: Option<f64>,
    /// Several heads of the query share one of the keys and values.
    pub grouped: bool,
}

/// The axes before the last two, over which whole attentions lie side by side.
fn heads(shape: &[i64]) -> &[i64] {
    &shape[..shape.len().saturating_sub(2)]
}

impl Attention {
    /// The heads of all inputs, broadcast.
    fn all_heads(&self, inputs: &[&[i64]]) -> Result<Shape, String> {
        let query = heads(shape::input(inputs, 0)?);
        let mut all = vec![query];
        let mut shared: Vec<Shape> = Vec::new();
        for index in 1..3 {
            let mut own = heads(shape::input(inputs, index)?).to_vec();
            // Each is repeated until there are as many as queries.
            if let (true, Some(own), Some(query)) = (self.grouped, own.last_mut(), query.last()) {
                *own = *query;
            }
            shared.push(own);
        }
        all.extend(shared.iter().map(Vec::as_slice));
        broadcast_all(&all)
    }
}

impl Operation for Attention {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let (query, key, value) = (input(inputs, 0)?, input(inputs, 1)?, input(inputs, 2)?);
        let mask = self.mask.then(|| input(inputs, 3)).transpose()?;
        let (causal, scale, grouped) = (self.causal, self.scale, self.grouped);
        let y = Tensor::f_scaled_dot_product_attention(
            query, key, value, mask, 0.0, causal, scale, grouped,
        )?;
        Ok(vec![y])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let (query, value) = (shape::input(inputs, 0)?, shape::input(inputs, 2)?);
        let ([.., queries, _], [.., _, out]) = (query, value) else {
            return Err(format!("{query:?} and {value:?} are no queries and values"));
        };
        let heads = self.all_heads(inputs)?;
        Ok(OutputShapes::one(
            [heads.as_slice(), &[*queries, *out]].concat(),
        ))
    }

    /// Every query meets every key, once for its weight and once for its value.
    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let last = |input: usize, from_end: usize| {
            let sizes = inputs.get(input).copied().unwrap_or_default();
            let size = sizes.iter().rev().nth(from_end);
            size.map_or(1.0, |&size| size as f64)
        };
        let (width, keys, out) = (last(0, 0), last(1, 1), last(2, 0));
        let outputs: f64 = outputs.iter().map(|output| elements(output)).sum();
        let products = outputs / out.max(1.0) * keys;
        Cost::of_multiply_adds(products * (width + out)).with_scratch(products)
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        Traits {
            field: FieldRule::Mixed,
            axes: AxesRule::Attended,
            ..Traits::MIXES
        }
    }
}
