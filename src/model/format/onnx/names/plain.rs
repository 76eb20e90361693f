//! Modules in files that were not exported from PyTorch.

use std::collections::{HashMap, HashSet};

use super::{MAX_NAME, by_paths, model};
use crate::model::format::build::module_calls::{Frame, MAX_DEPTH};
use crate::model::format::onnx::message::proto::Node;

/// By TensorFlow's scopes: `model/block1/conv/Conv2D`. Scopes around all nodes are left out.
pub fn by_scopes<'a>(layers: &[&'a Node]) -> Vec<Vec<Frame<'a>>> {
    let parts = |node: &&'a Node| -> Vec<&'a str> {
        let name = Some(node.name.as_str()).filter(|name| name.len() <= MAX_NAME);
        let parts = name.unwrap_or_default().split('/');
        parts.filter(|part| !part.is_empty()).collect()
    };
    let scopes: Vec<Vec<&str>> = layers.iter().map(parts).collect();
    let deep: Vec<&Vec<&str>> = scopes.iter().filter(|scope| scope.len() > 1).collect();
    let common = (0..)
        .take_while(|depth| {
            let first = deep.first().and_then(|scope| scope.get(*depth));
            // The last part is the operation.
            let same = |scope: &&Vec<&str>| depth + 1 < scope.len() && scope.get(*depth) == first;
            first.is_some() && deep.iter().all(same)
        })
        .count();
    let scopes = without_call(scopes, common);
    let paths: Vec<Vec<(String, String)>> = scopes
        .iter()
        .map(|scope| {
            let within = scope.get(common..).unwrap_or_default();
            let around = match within {
                // An operation outside all scopes is a layer with its own name.
                [own] => &[without_number(own)][..],
                [around @ .., _] => around,
                [] => &[],
            };
            let mut path = String::new();
            let join = |part: &&str| {
                if !path.is_empty() {
                    path.push('.');
                }
                // A dot would separate modules.
                path.push_str(&part.replace('.', "_"));
                (path.clone(), path.clone())
            };
            around.iter().take(MAX_DEPTH).map(join).collect()
        })
        .collect();
    by_paths(&paths, layers)
}

/// Keras 3 calls a model once more to export it, and numbers the scopes of all layers to distinguish
/// them from those of the first call: `conv_1/convolution` belongs to the layer `conv`.
fn without_call(mut scopes: Vec<Vec<&str>>, common: usize) -> Vec<Vec<&str>> {
    let mut named: HashMap<&str, &str> = HashMap::new();
    // The last part is the operation.
    for scope in scopes.iter().filter(|scope| common + 1 < scope.len()) {
        let numbered = scope[common];
        let plain = match numbered.rsplit_once('_') {
            Some((plain, call)) if call.parse::<u32>().is_ok() && !plain.is_empty() => plain,
            _ => return scopes,
        };
        // If two would get the same name, the numbers are part of their names.
        let other = named.insert(plain, numbered);
        if other.is_some_and(|other| other != numbered) {
            return scopes;
        }
    }
    let plain: HashMap<&str, &str> = named
        .into_iter()
        .map(|(plain, name)| (name, plain))
        .collect();
    for scope in scopes.iter_mut().filter(|scope| common + 1 < scope.len()) {
        if let Some(plain) = plain.get(scope[common]) {
            scope[common] = plain;
        }
    }
    scopes
}

/// A name without the suffix by which tf2onnx distinguishes nodes: `__17`.
fn without_number(name: &str) -> &str {
    match name.rsplit_once("__") {
        Some((name, number)) if number.parse::<u32>().is_ok() => name,
        _ => name,
    }
}

/// A layer for each node, with its name, the name of its output, or its operation and a number if the
/// file has only numbers.
pub fn one_each<'a>(layers: &[&'a Node]) -> Vec<Vec<Frame<'a>>> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    // How often a name was wanted, and which are taken.
    let mut asked: HashMap<String, usize> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    let mut frames = Vec::with_capacity(layers.len());
    for node in layers {
        let count = counts.entry(&node.op_type).or_default();
        *count += 1;
        let made = node.outputs.iter().map(String::as_str);
        let named = std::iter::once(node.name.as_str())
            .chain(made)
            .find(|name| !name.is_empty() && name.chars().any(char::is_alphabetic));
        let name = match named {
            Some(name) => name.replace('.', "_"),
            None => format!("{}_{count}", node.op_type),
        };
        let mut path = name.clone();
        let again = asked.entry(name.clone()).or_insert(1);
        while !taken.insert(path.clone()) {
            *again += 1;
            path = format!("{name}_{again}");
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
