//! Recurrent layers over a sequence.

use tch::{TchError, Tensor};

use crate::model::op::operation::{Cost, Given, GradientRole, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, count, elements};

/// A stack of recurrent layers, as `torch.nn.LSTM` and its kin compute them.
///
/// Inputs: x `[steps, N, features]`, the state before the first step `[layers · directions, N,
/// hidden]` (for an LSTM that of the cells after it), then for each layer and direction the weight
/// for x, the one for the state, and with `biases` one for each. Outputs: the state of the last layer
/// at each step `[steps, N, directions · hidden]`, and the states after the last step, shaped like
/// those before the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrent {
    /// What a step computes.
    pub cell: Cell,
    /// Whether the layers have biases.
    pub biases: bool,
    /// How many layers there are.
    pub layers: i64,
    /// Whether each layer also goes through the sequence from its end.
    pub bidirectional: bool,
    /// Whether x and the first output are `[N, steps, …]`.
    pub batch_first: bool,
}

/// What a recurrent layer computes at each step. There is none with a rectifier: it would be hidden
/// from guided backpropagation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Hochreiter and Schmidhuber 1997, with a forget gate.
    Lstm,
    /// Cho et al., arXiv 1406.1078, with the reset gate after the product.
    Gru,
    /// tanh of a sum of two products.
    Tanh,
}

impl Cell {
    /// How many tensors its state has.
    pub fn states(self) -> usize {
        match self {
            Cell::Lstm => 2,
            Cell::Gru | Cell::Tanh => 1,
        }
    }
}

/// What the calls of one step take, in multiply-adds that could be done in that time.
const STEP: f64 = 1e6;

impl Operation for Recurrent {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let states = self.cell.states();
        let first = input(inputs, 1)?;
        let all = inputs.get(1..=states).unwrap_or_default();
        let weights = inputs.get(1 + states..).unwrap_or_default();
        let (biases, layers) = (self.biases, self.layers);
        let (both, batch_first) = (self.bidirectional, self.batch_first);
        match self.cell {
            Cell::Lstm => x
                .f_lstm(all, weights, biases, layers, 0.0, false, both, batch_first)
                .map(|(y, state, cells)| vec![y, state, cells]),
            Cell::Gru => x
                .f_gru(
                    first,
                    weights,
                    biases,
                    layers,
                    0.0,
                    false,
                    both,
                    batch_first,
                )
                .map(|(y, state)| vec![y, state]),
            Cell::Tanh => x
                .f_rnn_tanh(
                    first,
                    weights,
                    biases,
                    layers,
                    0.0,
                    false,
                    both,
                    batch_first,
                )
                .map(|(y, state)| vec![y, state]),
        }
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let states = self.cell.states();
        let unfit = || format!("the state does not fit {x:?}");
        let &[mut steps, mut batch, _] = x else {
            return Err(format!("{x:?} is no sequence"));
        };
        if self.batch_first {
            (steps, batch) = (batch, steps);
        }
        let directions = if self.bidirectional { 2 } else { 1 };
        let weights_each = if self.biases { 4 } else { 2 };
        let rows = count(&[self.layers, directions]).ok_or("it has too many layers")?;
        let weights = inputs.len().saturating_sub(1 + states) as i64;
        // A projection has one weight more.
        let fits = [weights_each, weights_each + 1].map(|each| rows.checked_mul(each));
        if rows < 1 || !fits.contains(&Some(weights)) {
            return Err(format!(
                "{weights} weights do not make {} layers",
                self.layers
            ));
        }
        let mut made = Vec::with_capacity(1 + states);
        for index in 1..=states {
            match shape::input(inputs, index)? {
                state @ &[first, same, _] if (first, same) == (rows, batch) => {
                    made.push(state.to_vec());
                }
                _ => return Err(unfit()),
            }
        }
        let hidden = made.first().and_then(|state| state.last()).copied();
        let out = hidden.unwrap_or(0).saturating_mul(directions);
        let sequence = if self.batch_first {
            vec![batch, steps, out]
        } else {
            vec![steps, batch, out]
        };
        made.insert(0, sequence);
        Ok(OutputShapes::Exact(made))
    }

    /// Each weight is multiplied with once for each step of each sequence.
    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let weights = inputs.get(1 + self.cell.states()..).unwrap_or_default();
        let matrices = weights.iter().filter(|weight| weight.len() == 2);
        let products: f64 = matrices.map(|weight| elements(weight)).sum();
        let gates = weights.iter().filter_map(|weight| weight.first());
        let gates: f64 = gates.map(|&gates| gates as f64).sum();
        let Some(&[a, b, _]) = inputs.first().copied() else {
            return Cost::of_each(outputs);
        };
        let steps = if self.batch_first { b } else { a } as f64;
        let rows = a as f64 * b as f64;
        let cost = Cost::of_multiply_adds(rows * products).with_scratch(2.0 * rows * gates);
        let passes = steps * self.layers as f64 * if self.bidirectional { 2.0 } else { 1.0 };
        Cost {
            work: cost.work + passes * STEP,
            ..cost
        }
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        let name = match self.cell {
            Cell::Lstm => "LSTM",
            Cell::Gru => "GRU",
            Cell::Tanh => "tanh",
        };
        Traits {
            gradient: GradientRole::Smooth { name },
            ..Traits::MIXES
        }
    }
}
