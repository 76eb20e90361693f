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
    (&["lstm_cell.default"], lstm_cell),
    (&["gru_cell.default"], gru_cell),
    (&["rnn_tanh_cell.default"], tanh_cell),
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
        one_step: false,
    };
    call(op, inputs)
}

fn lstm_cell(args: Args<'_>) -> Answer<Call<'_>> {
    let states = args.tensors("hx")?;
    if states.len() != Cell::Lstm.states() {
        return beyond(format!("it has {} tensors as its state", states.len()));
    }
    one_step(args, Cell::Lstm, states)
}

fn gru_cell(args: Args<'_>) -> Answer<Call<'_>> {
    one_step(args, Cell::Gru, vec![args.tensor("hx")?])
}

fn tanh_cell(args: Args<'_>) -> Answer<Call<'_>> {
    one_step(args, Cell::Tanh, vec![args.tensor("hx")?])
}

/// One step of a single layer.
fn one_step<'a>(args: Args<'a>, cell: Cell, states: Vec<&'a str>) -> Answer<Call<'a>> {
    let mut inputs = vec![args.tensor("input")?];
    inputs.extend(states);
    inputs.extend([args.tensor("w_ih")?, args.tensor("w_hh")?]);
    let biases = [args.optional_tensor("b_ih")?, args.optional_tensor("b_hh")?];
    if biases[0].is_some() != biases[1].is_some() {
        return beyond("it has one bias of two");
    }
    inputs.extend(biases.iter().flatten());
    let op = Recurrent {
        cell,
        biases: biases[0].is_some(),
        layers: 1,
        bidirectional: false,
        batch_first: false,
        one_step: true,
    };
    call(op, inputs)
}
