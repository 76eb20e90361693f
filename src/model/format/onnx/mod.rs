//! Reads `.onnx`: one protobuf message with the graph and, in it or in files beside it, the weights.
//!
//! The stages follow one another, and each relies only on what the one before has checked: [`message`]
//! (protobuf messages; functions become nodes), [`signature`] (the image and the logits), [`names`] (the
//! modules of nodes), [`nodes`] (each node in turn), [`ops`] (its operation), [`build`] (the graph),
//! [`weights`] (tensors).
//!
//! A file may compute shapes while it runs. Since the size of the image is known here, all of that is
//! computed while the graph is built, and only operations on the values of the image become nodes.

mod args;
mod branches;
mod build;
pub(crate) mod message;
mod names;
mod nodes;
mod ops;
mod signature;
mod sizes;
#[cfg(test)]
pub(super) mod tests;
mod weights;

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use prost::Message;
use prost::bytes::Bytes;

use self::message::{inline, proto, wire};
use self::names::metadata;
use self::sizes::{Built, Source};
use self::weights::Weights;
use self::weights::external::Folder;
use self::weights::missing;
use super::build::opened::{About, Opened, OtherSizes};
use crate::model::error::{Fault, Result};
use crate::model::opening::Opening;

/// Longest protobuf message, in bytes.
const MAX_LENGTH: u64 = 2 << 30;
/// The first opset in which arithmetic broadcasts as NumPy does.
const OLDEST_OPSET: i64 = 7;

/// Reads the model at `path`, whose `file` has `length` bytes.
pub fn open(path: &Path, file: File, length: u64, opening: &mut Opening) -> Result<Opened> {
    if length > MAX_LENGTH {
        return Err(Fault::Damaged(format!(
            "it has {length} bytes, and an ONNX file has at most {MAX_LENGTH}"
        )));
    }
    let messages = Bytes::from(wire::messages(&file, length)?);
    let damaged = |error: prost::DecodeError| Fault::Damaged(error.to_string());
    let mut model = proto::Model::decode(messages).map_err(damaged)?;
    let opset = opset(&model)?;
    inline::functions(&mut model, |node| ops::reader(node).is_some())?;
    if let Some(graph) = &mut model.graph {
        names::take_apart(graph);
    }
    let graph = model
        .graph
        .as_ref()
        .ok_or_else(|| Fault::Damaged("it has no graph".into()))?;

    let own_size = metadata::stated_size(&model.metadata);
    let input = signature::input(graph, opening.options())?;
    let outputs = signature::outputs(graph)?;
    let (wanted, lost) = nodes::wanted(graph, &outputs, &input.name)?;
    let stacks = names::stacks(graph, &wanted, &input.name);
    let module_classes = names::classes(graph, &wanted);
    let stated = opening.stated_size(own_size);

    // Weights are read with the nodes that use them.
    let weights = Weights::new(
        graph,
        file,
        Folder::of(path, missing::needed(graph)),
        opening,
    );
    let source = Source {
        graph,
        input: &input,
        outputs: &outputs,
        lost: &lost,
        wanted: &wanted,
        stacks: &stacks,
        opset,
    };
    let Built {
        mut builder,
        held,
        size,
    } = sizes::built(&source, weights, stated)?;
    let mut names = metadata::names(&model.metadata);
    // What the network returns its scores under is surer than a list about something.
    names.lists.splice(0..0, builder.take_class_names());
    let quantised = builder.computes_with_integers();
    Ok(Opened {
        graph: builder.finish(&outputs)?,
        names,
        preprocess: metadata::preprocess(&model.metadata),
        held,
        takes_bytes: input.takes_bytes,
        size,
        other_sizes: size.other_sizes(OtherSizes::None),
        metadata: metadata::pairs(&model.metadata),
        weights: None,
        about: About {
            format: format!("ONNX, opset {opset}"),
            written_by: writer(&model),
            classes: module_classes,
            sources: HashMap::new(),
            notes: Vec::from_iter(quantised.then(|| ops::quantised::NOTE.to_owned())),
        },
    })
}

/// The program that wrote the file, if the file says so: `pytorch 2.13.0`.
fn writer(model: &proto::Model) -> Option<String> {
    let words = [&model.producer, &model.producer_version];
    // tf2onnx writes an unknown version as `None`.
    let words = words.map(|word| word.trim().trim_end_matches(" None"));
    let writer = words.join(" ").trim().replace(char::is_control, " ");
    (!writer.is_empty()).then_some(writer)
}

/// The opset of ONNX's own operations.
fn opset(model: &proto::Model) -> Result<i64> {
    let own = model.opsets.iter();
    let own = own.filter(|opset| proto::is_own_domain(&opset.domain));
    match own.map(|opset| opset.version).max() {
        None => Err(Fault::Damaged("it does not say which opset it uses".into())),
        Some(version) if version < OLDEST_OPSET => Err(Fault::Opset { version }),
        Some(version) => Ok(version),
    }
}
