//! Recurrent layers.

use crate::model::error::Fault;
use crate::model::format::pt2::aten::call::{Call, call};
use crate::model::format::pt2::aten::table::Table;
use crate::model::format::pt2::program::args::{Answer, Args, beyond};
use crate::model::op::{Cell, Recurrent};

pub const TABLE: Table = &[
    (&["lstm.input"], lstm),
    (&["gru.input"], gru),
    (&["rnn_tanh.input"], tanh),
    (&["rnn_relu.input"], relu),
];

fn lstm(args: Args<'_>) -> Answer<Call<'_>> {
    layers(args, Cell::Lstm)
}

fn gru(args: Args<'_>) -> Answer<Call<'_>> {
    layers(args, Cell::Gru)
}

fn tanh(args: Args<'_>) -> Answer<Call<'_>> {
    layers(args, Cell::Tanh)
}

/// Its rectifiers would be hidden from guided backpropagation.
fn relu(_: Args<'_>) -> Answer<Call<'_>> {
    beyond(
        "the rectifiers of a recurrent layer cannot be reached one by one; \
         export the network with nonlinearity='tanh', or with its steps written out",
    )
}

fn layers<'a>(args: Args<'a>, cell: Cell) -> Answer<Call<'a>> {
    if args.bool_or("train", false)? && args.number_or("dropout", 0.0)? != 0.0 {
        let node = "a recurrent layer".into();
        return Err(Fault::Training { node }.into());
    }
    let mut inputs = vec![args.tensor("input")?];
    let states = args.tensors("hx")?;
    if states.len() != cell.states() {
        return beyond(format!("it has {} tensors as its state", states.len()));
    }
    inputs.extend(states);
    inputs.extend(args.tensors("params")?);
    let layers = args.int("num_layers")?;
    args.bounded("num_layers", &[layers], 1)?;
    let op = Recurrent {
        cell,
        biases: args.bool_or("has_biases", true)?,
        layers,
        bidirectional: args.bool_or("bidirectional", false)?,
        batch_first: args.bool_or("batch_first", false)?,
    };
    call(op, inputs)
}
