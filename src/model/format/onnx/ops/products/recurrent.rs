//! Recurrent layers. ONNX has other orders of gates and axes than libtorch, one bias for both products'
//! gates in a row, and options that libtorch lacks, which are refused.

use tch::Kind;

use super::index::take;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Cell, Creation, Indexing, Joining, Recurrent, Reshaping};

/// The outputs: all states `[steps, directions, N, hidden]`, and the last ones.
pub fn layer(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (cell, activations): (Cell, &[&str]) = match args.op() {
        "LSTM" => (Cell::Lstm, &["sigmoid", "tanh", "tanh"]),
        "GRU" => (Cell::Gru, &["sigmoid", "tanh"]),
        _ => (Cell::Tanh, &["tanh"]),
    };
    check(args, cell, activations)?;
    let direction = args.text_or("direction", "forward")?;
    let (directions, reversed) = match direction.as_str() {
        "forward" => (1, false),
        "reverse" => (1, true),
        "bidirectional" => (2, false),
        other => return beyond(format!("its direction is {other}")),
    };
    let (mut x, batch_first) = (args.input(0)?, args.flag("layout", false)?);
    if batch_first {
        x = swapped(builder, x)?;
    }
    let &[steps, batch, _] = builder.shape(x) else {
        return args.wrong("has an input that is no sequence");
    };
    if reversed {
        x = take(builder, x, 0, (0..steps).rev())?;
    }
    let weights = weights(args, builder, cell, directions)?;
    let &[_, hidden] = builder.shape(weights[1]) else {
        return args.wrong("has weights that are no matrices");
    };
    let mut inputs = vec![x];
    for index in (5..).take(cell.states()) {
        inputs.push(match args.optional(index) {
            Some(state) if batch_first => swapped(builder, state)?,
            Some(state) => state,
            None => {
                let zeros = Creation::Full {
                    shape: vec![directions, batch, hidden],
                    value: 0.0,
                    kind: Kind::Float,
                };
                builder.emit(zeros, &[])?
            }
        });
    }
    inputs.extend(weights);
    let op = Recurrent {
        cell,
        biases: args.optional(3).is_some(),
        layers: 1,
        bidirectional: directions == 2,
        batch_first: false,
        one_step: false,
    };
    let mut made = builder.emit_parts(op.into(), &inputs)?;
    let Some(all) = made.first_mut() else {
        return args.wrong("has no result");
    };
    if reversed {
        *all = take(builder, *all, 0, (0..steps).rev())?;
    }
    let apart = vec![steps, batch, directions, hidden];
    let apart = super::reshaped(args, builder, *all, apart)?;
    let dims = if batch_first {
        vec![1, 0, 2, 3]
    } else {
        vec![0, 2, 1, 3]
    };
    *all = builder.emit(Reshaping::Permute { dims }, &[apart])?;
    if batch_first {
        for state in &mut made[1..] {
            *state = swapped(builder, *state)?;
        }
    }
    Ok(made)
}

fn swapped(builder: &mut Builder, value: ValueId) -> Answer<ValueId> {
    builder.emit(
        Reshaping::Permute {
            dims: vec![1, 0, 2],
        },
        &[value],
    )
}

/// Refuses what libtorch's layers do not do.
fn check(args: &Args, cell: Cell, activations: &[&str]) -> Answer<()> {
    let given = args.texts("activations")?.unwrap_or_default();
    let mut given = given.iter().zip(activations.iter().cycle());
    if let Some((other, _)) = given.find(|(given, usual)| !given.eq_ignore_ascii_case(usual)) {
        return beyond(format!(
            "its activations have {other} among them, not only the usual ones"
        ));
    }
    if args.has("clip") || args.flag("input_forget", false)? {
        return beyond("clip or input_forget is given");
    }
    if args.optional(7).is_some() {
        return beyond("it looks into its cells (peepholes)");
    }
    if args.optional(4).is_some() {
        return beyond("its sequences end at different steps (sequence_lens)");
    }
    if cell == Cell::Gru && !args.flag("linear_before_reset", false)? {
        return beyond("it resets the state before the product (linear_before_reset is 0)");
    }
    Ok(())
}

/// For each direction the weight for x, the one for the state, and their biases where given, with the
/// gates in libtorch's order.
fn weights(
    args: &Args,
    builder: &mut Builder,
    cell: Cell,
    directions: i64,
) -> Answer<Vec<ValueId>> {
    // Of the gates in ONNX's order, which are first, second …
    let order: &[i64] = match cell {
        // input, output, forget, cell; libtorch: input, forget, cell, output
        Cell::Lstm => &[0, 2, 3, 1],
        // update, reset, new; libtorch: reset, update, new
        Cell::Gru => &[1, 0, 2],
        Cell::Tanh => &[0],
    };
    let gates = order.len() as i64;
    let mut made = Vec::new();
    for direction in 0..directions {
        let (dim, index) = (0, direction);
        let mut parts = Vec::new();
        for input in [Some(args.input(1)?), Some(args.input(2)?), args.optional(3)] {
            let Some(input) = input else { continue };
            parts.push(builder.emit(Indexing::Select { dim, index }, &[input])?);
        }
        if let [_, _, biases] = parts[..] {
            let half = builder.shape(biases).first().map_or(0, |length| length / 2);
            let both = [(0, half), (half, 2 * half)];
            parts.truncate(2);
            for (start, end) in both {
                let (start, end) = (Some(start), Some(end));
                let op = Indexing::Slice {
                    dim,
                    start,
                    end,
                    step: 1,
                };
                parts.push(builder.emit(op, &[biases])?);
            }
        }
        for part in parts {
            let rows = builder.shape(part).first().copied().unwrap_or(0);
            if rows % gates != 0 {
                return args.wrong(format!("has weights of {rows} rows for {gates} gates"));
            }
            let each = rows / gates;
            let mut sorted = Vec::new();
            for gate in order {
                let (start, end) = (Some(gate * each), Some((gate + 1) * each));
                let op = Indexing::Slice {
                    dim,
                    start,
                    end,
                    step: 1,
                };
                sorted.push(builder.emit(op, &[part])?);
            }
            made.push(builder.emit(Joining::Cat { dim }, &sorted)?);
        }
    }
    Ok(made)
}
