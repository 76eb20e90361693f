//! Modules of files that no exporter of torch has written.

use std::collections::{HashMap, HashSet};

use super::{DEEPEST, by_paths, model};
use crate::model::format::calls::Frame;
use crate::model::format::onnx::proto::Node;

/// By TensorFlow's scopes: `model/block1/conv/Conv2D`. What stands around all of them says nothing.
pub fn by_scopes<'a>(layers: &[&'a Node]) -> Vec<Vec<Frame<'a>>> {
    let scopes: Vec<Vec<String>> = layers
        .iter()
        .map(|node| {
            let parts = node.name.split('/').filter(|part| !part.is_empty());
            // Dots would be read as scopes.
            let parts = parts.map(|part| part.replace('.', "_"));
            parts.take(DEEPEST).collect()
        })
        .collect();
    let deep: Vec<&Vec<String>> = scopes.iter().filter(|scope| scope.len() > 1).collect();
    let common = (0..)
        .take_while(|depth| {
            let first = deep.first().and_then(|scope| scope.get(*depth));
            // The last part is the operation.
            let same = |scope: &&Vec<String>| depth + 1 < scope.len() && scope.get(*depth) == first;
            first.is_some() && deep.iter().all(same)
        })
        .count();
    let paths: Vec<Vec<(String, String)>> = scopes
        .iter()
        .map(|scope| {
            let within = scope.get(common..).unwrap_or_default();
            let around = match within {
                // An operation in no scope is a layer by its own name.
                [own] => &[without_number(own)][..],
                [around @ .., _] => around,
                [] => &[],
            };
            let mut path = String::new();
            let join = |part: &String| {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(part);
                (path.clone(), path.clone())
            };
            around.iter().map(join).collect()
        })
        .collect();
    by_paths(&paths, layers)
}

/// tf2onnx sets nodes apart by `__17`.
fn without_number(name: &str) -> String {
    match name.rsplit_once("__") {
        Some((name, number)) if number.parse::<u32>().is_ok() => name.to_owned(),
        _ => name.to_owned(),
    }
}

/// A layer for each node: by its name, by what it makes, or by its operation and a number where the
/// file has only numbers.
pub fn one_each<'a>(layers: &[&'a Node]) -> Vec<Vec<Frame<'a>>> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    let mut frames = Vec::with_capacity(layers.len());
    for node in layers {
        let count = counts.entry(&node.op_type).or_default();
        *count += 1;
        let made = node.outputs.iter().map(String::as_str);
        let named = std::iter::once(node.name.as_str())
            .chain(made)
            .find(|name| !name.is_empty() && name.chars().any(char::is_alphabetic));
        let mut path = match named {
            Some(name) => name.replace('.', "_"),
            None => format!("{}_{count}", node.op_type),
        };
        while !taken.insert(path.clone()) {
            path.push('\'');
        }
        let layer = Frame {
            key: path.clone().into(),
            path: path.into(),
            kind: node.op_type.as_str().into(),
        };
        frames.push(vec![model(), layer]);
    }
    frames
}
