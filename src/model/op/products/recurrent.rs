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
    /// Whether there is one step alone, without an axis for it: x is `[N, features]` and the states are
    /// `[N, hidden]`. The outputs are the states after it.
    pub one_step: bool,
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
    /// How many gates a step computes.
    fn gates(self) -> i64 {
        match self {
            Cell::Lstm => 4,
            Cell::Gru => 3,
            Cell::Tanh => 1,
        }
    }

    /// How many tensors its state has.
    pub fn states(self) -> usize {
        match self {
            Cell::Lstm => 2,
            Cell::Gru | Cell::Tanh => 1,
        }
    }
}

impl Recurrent {
    /// Runs it on a sequence.
    fn sequence(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
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

    /// The shapes for a sequence.
    fn sequence_shapes(&self, inputs: &[&[i64]]) -> Result<Vec<Shape>, String> {
        let x = shape::input(inputs, 0)?;
        let states = self.cell.states();
        let unfit = || format!("the state does not fit {x:?}");
        let [steps, batch, features] = x else {
            return Err(format!("{x:?} is no sequence"));
        };
        let (steps, batch) = if self.batch_first {
            (*batch, *steps)
        } else {
            (*steps, *batch)
        };
        let directions = if self.bidirectional { 2 } else { 1 };
        let rows = count(&[self.layers, directions]).ok_or("it has too many layers")?;
        let mut made = Vec::with_capacity(1 + states);
        for index in 1..=states {
            match shape::input(inputs, index)? {
                state @ &[first, same, _] if (first, same) == (rows, batch) => {
                    made.push(state.to_vec());
                }
                _ => return Err(unfit()),
            }
        }
        let weights = inputs.get(1 + states..).unwrap_or_default();
        self.check_weights(weights, &made, rows, *features)?;
        let hidden = made.first().and_then(|state| state.last()).copied();
        let out = hidden.unwrap_or(0).saturating_mul(directions);
        let sequence = if self.batch_first {
            vec![batch, steps, out]
        } else {
            vec![steps, batch, out]
        };
        made.insert(0, sequence);
        Ok(made)
    }

    /// Whether the weights have the sizes of `rows` layers for `features` numbers a step. What is run on CPUs
    /// does not check that itself, and reads beyond their ends.
    fn check_weights(
        &self,
        weights: &[&[i64]],
        states: &[Shape],
        rows: i64,
        features: i64,
    ) -> Result<(), String> {
        let last = |state: Option<&Shape>| state.and_then(|state| state.last()).copied();
        let (Some(out), Some(hidden)) = (last(states.first()), last(states.last())) else {
            return Err("it has no state".into());
        };
        let each = if self.biases { 4 } else { 2 };
        // A projection has one weight more.
        let projects = rows.checked_mul(each + 1) == Some(weights.len() as i64);
        let each = if projects { each + 1 } else { each };
        if rows < 1 || rows.checked_mul(each) != Some(weights.len() as i64) {
            return Err(format!(
                "{} weights do not make {} layers",
                weights.len(),
                self.layers
            ));
        }
        let directions = rows / self.layers;
        let gates = self.cell.gates().saturating_mul(hidden);
        for (index, of_row) in weights.chunks(each as usize).enumerate() {
            let reads = if (index as i64) < directions {
                features
            } else {
                out.saturating_mul(directions)
            };
            let mut wanted = vec![vec![gates, reads], vec![gates, out]];
            if self.biases {
                wanted.extend([vec![gates], vec![gates]]);
            }
            if projects {
                wanted.push(vec![out, hidden]);
            }
            if let Some((found, wanted)) = of_row
                .iter()
                .zip(&wanted)
                .find(|(a, b)| **a != b.as_slice())
            {
                return Err(format!("a weight is {found:?}, not {wanted:?}"));
            }
        }
        if !projects && out != hidden {
            return Err(format!("its states have {out} and {hidden} numbers"));
        }
        Ok(())
    }
}

/// What the calls of one step take, in multiply-adds that could be done in that time.
const STEP: f64 = 1e6;

impl Operation for Recurrent {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        // What runs on CPUs does not check the sizes of weights, and reads beyond their ends.
        let sizes: Vec<Vec<i64>> = inputs.iter().map(|input| input.size()).collect();
        let sizes: Vec<&[i64]> = sizes.iter().map(Vec::as_slice).collect();
        self.output_shapes(&sizes).map_err(TchError::Shape)?;
        if !self.one_step {
            return self.sequence(inputs);
        }
        let (stepped, weights) = inputs.split_at(1 + self.cell.states());
        let stepped = stepped.iter().map(|value| value.f_unsqueeze(0));
        let stepped = stepped.collect::<Result<Vec<_>, _>>()?;
        let inputs: Vec<&Tensor> = stepped.iter().chain(weights.iter().copied()).collect();
        let made = self.sequence(&inputs)?;
        made.iter()
            .skip(1)
            .map(|state| state.f_squeeze_dim(0))
            .collect()
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        if !self.one_step {
            return self.sequence_shapes(inputs).map(OutputShapes::Exact);
        }
        let with_steps = |index: usize, shape: &[i64]| match shape {
            &[rows, width] if index <= self.cell.states() => vec![1, rows, width],
            other => other.to_vec(),
        };
        if let Some(unfit) = inputs
            .iter()
            .take(1 + self.cell.states())
            .find(|x| x.len() != 2)
        {
            return Err(format!("{unfit:?} is not [N, width]"));
        }
        let inputs: Vec<Shape> = inputs
            .iter()
            .enumerate()
            .map(|(index, shape)| with_steps(index, shape))
            .collect();
        let inputs: Vec<&[i64]> = inputs.iter().map(Vec::as_slice).collect();
        let made = self.sequence_shapes(&inputs)?.into_iter().skip(1);
        Ok(OutputShapes::Exact(
            made.map(|shape| shape[1..].to_vec()).collect(),
        ))
    }

    /// Each weight is multiplied with once for each step of each sequence.
    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let weights = inputs.get(1 + self.cell.states()..).unwrap_or_default();
        let matrices = weights.iter().filter(|weight| weight.len() == 2);
        let products: f64 = matrices.map(|weight| elements(weight)).sum();
        let gates = weights.iter().filter_map(|weight| weight.first());
        let gates: f64 = gates.map(|&gates| gates as f64).sum();
        let (a, b) = match inputs.first() {
            Some(&&[a, b, _]) => (a, b),
            Some(&&[rows, _]) => (1, rows),
            Some(_) | None => return Cost::of_each(outputs),
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
