//! Reads `.onnx`: one protobuf message with the graph and, in it or in files beside it, the weights.
//!
//! The stages follow one another and each trusts only what the one before has checked: [`wire`]
//! (the file is whole, takes no more memory than its length accounts for, and its large tensors stay
//! where they are), [`proto`] (messages),
//! [`inline`] (functions become nodes), [`signature`] (the picture and the logits), [`modules`]
//! (where nodes stand), [`ops`] (operations), [`build`] (the graph's wiring), [`weights`] and
//! [`external`] (bytes to tensors).
//!
//! A file may work out shapes as it runs. The size of the picture is known here, so that all of it
//! is computed while the graph is built, and only what sees the picture's values becomes a node.

mod args;
mod build;
pub(crate) mod message;
mod names;
mod ops;
mod signature;
#[cfg(test)]
mod tests;
mod weights;

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use prost::Message;
use prost::bytes::Bytes;

use self::build::Builder;
use self::message::{inline, proto, wire};
use self::names::metadata;
use self::weights::Weights;
use self::weights::external::Folder;
use super::{About, Opened};
use crate::model::error::{Fault, UnsupportedOp};
use crate::model::opening::Opening;

type Result<T> = std::result::Result<T, Fault>;

/// No protobuf message is longer.
const LONGEST: u64 = 2 << 30;
/// The first set of operations whose arithmetic broadcasts as everywhere else.
const OLDEST: i64 = 7;

/// Reads the model at `path`, whose `file` has `length` bytes.
pub fn open(path: &Path, file: File, length: u64, opening: &mut Opening) -> Result<Opened> {
    if length > LONGEST {
        return Err(Fault::Damaged(format!(
            "it has {length} bytes, and no ONNX file more than {LONGEST}"
        )));
    }
    let messages = Bytes::from(wire::messages(&file, length)?);
    let damaged = |error: prost::DecodeError| Fault::Damaged(error.to_string());
    let mut model = proto::Model::decode(messages).map_err(damaged)?;
    let opset = opset(&model)?;
    inline::functions(&mut model)?;
    let graph = model
        .graph
        .as_ref()
        .ok_or_else(|| Fault::Damaged("it holds no graph".into()))?;

    let input = signature::input(graph)?;
    let output = signature::output(graph)?;
    let wanted = wanted(graph, &output.logits)?;
    let stacks = names::stacks(graph, &wanted, &input.name);
    check_known(graph, &wanted, &stacks)?;

    // Weights are read with the nodes that use them.
    let mut tell = |read, of| opening.has_read(read, of);
    let weights = Weights::of(graph, file, Folder::of(path), &mut tell);
    let mut builder = Builder::new(graph, opset, weights, &input, &wanted)?;
    for (index, stack) in wanted.into_iter().zip(stacks) {
        builder.node(&graph.nodes[index], stack)?;
    }
    let (graph, classes) = builder.finish(&output, input.shape)?;
    let (labels, preprocess) = metadata::extras(&model.metadata, classes);
    Ok(Opened {
        graph,
        labels,
        preprocess,
        one_size: true,
        architecture: None,
        about: About {
            format: format!("ONNX, opset {opset}"),
            written_by: writer(&model),
            sources: HashMap::new(),
        },
    })
}

/// `pytorch 2.13.0`, where the file says so.
fn writer(model: &proto::Model) -> Option<String> {
    let words = [&model.producer, &model.producer_version];
    // tf2onnx writes the name of what it does not know.
    let words = words.map(|word| word.trim().trim_end_matches(" None"));
    let writer = words.join(" ").trim().replace(char::is_control, " ");
    (!writer.is_empty()).then_some(writer)
}

/// The set of ONNX's own operations that the file is written in.
fn opset(model: &proto::Model) -> Result<i64> {
    let own = model.opsets.iter();
    let own = own.filter(|opset| ops::is_own_domain(&opset.domain));
    match own.map(|opset| opset.version).max() {
        None => Err(Fault::Damaged("it does not say which opset it uses".into())),
        Some(version) if version < OLDEST => Err(Fault::Opset { version }),
        Some(version) => Ok(version),
    }
}

/// The nodes that `logits` depends on, in their order.
fn wanted(graph: &proto::Graph, logits: &str) -> Result<Vec<usize>> {
    let mut made_by: HashMap<&str, usize> = HashMap::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        for output in node.outputs.iter().filter(|output| !output.is_empty()) {
            if made_by.insert(output, index).is_some() {
                return Err(Fault::Graph(format!("two values are called {output}")));
            }
        }
    }
    let mut wanted = vec![false; graph.nodes.len()];
    let mut open: Vec<usize> = made_by.get(logits).copied().into_iter().collect();
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut wanted[index], true) {
            let inputs = graph.nodes[index].inputs.iter();
            open.extend(inputs.filter_map(|input| made_by.get(input.as_str())));
        }
    }
    Ok((0..wanted.len()).filter(|index| wanted[*index]).collect())
}

/// Operations we do not have are told together, before anything is built.
fn check_known(graph: &proto::Graph, wanted: &[usize], stacks: &[names::Stack]) -> Result<()> {
    let mut unknown = Vec::new();
    for (index, stack) in wanted.iter().zip(stacks) {
        let node = &graph.nodes[*index];
        if ops::reader(node).is_none() {
            unknown.push(UnsupportedOp {
                op: ops::full_name(node),
                node: build::label(node),
                module: names::innermost(stack),
                reason: None,
            });
        }
    }
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(Fault::Unsupported(unknown))
    }
}
