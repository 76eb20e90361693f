//! Modules in files that PyTorch has exported.

use std::collections::{HashMap, HashSet};

use super::literal;
use super::{MAX_NAME, by_paths, model};
use crate::model::format::build::module_calls::{Frame, MAX_DEPTH};
use crate::model::format::build::opened::MAX_CLASSES;
use crate::model::format::onnx::message::proto::Node;

/// The keys of the new exporter's metadata.
pub const SCOPES: &str = "pkg.torch.onnx.name_scopes";
pub const CLASSES: &str = "pkg.torch.onnx.class_hierarchy";

/// The paths of the modules around a node, outermost first, followed by the node's own name.
pub fn scopes(node: &Node) -> Option<&str> {
    metadata(node, SCOPES).filter(|scopes| scopes.len() <= MAX_NAME)
}

/// The classes of these modules, followed by the operator.
pub fn classes(node: &Node) -> Option<&str> {
    metadata(node, CLASSES)
}

/// The rules by which an optimiser has written a node anew.
pub fn rules(node: &Node) -> Option<&str> {
    metadata(node, "pkg.onnxscript.rewriter.rule_name")
}

/// The name of the first value that was given to PyTorch's operator: `relu_1` of `… (args = (%relu_1, 1e-06), …)`.
pub fn first_argument(node: &Node) -> Option<&str> {
    let written = metadata(node, "pkg.torch.onnx.fx_node")?;
    let (_, arguments) = written.split_once("(args = (%")?;
    let (name, _) = arguments.split_once([',', ')'])?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    (name.len() <= 100 && !name.is_empty() && name.chars().all(plain)).then_some(name)
}

/// The operator of PyTorch that a node was made for, as the new exporter writes it: `aten.max.dim`.
pub fn operator(node: &Node) -> Option<String> {
    let mut written = classes(node).and_then(literal::texts)?;
    written.pop().filter(|last| last.starts_with("aten."))
}

/// The classes of its modules in full, each once, as the new exporter writes them.
pub fn all_classes(layers: &[&Node]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for node in layers {
        let written = classes(node).and_then(literal::texts).unwrap_or_default();
        for class in written {
            if found.len() < MAX_CLASSES && class.contains('.') && !found.contains(&class) {
                found.push(class);
            }
        }
    }
    found
}

fn metadata<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    let found = node.metadata.iter().find(|entry| entry.key == key);
    found.map(|entry| entry.value.as_str())
}

/// By the metadata of the new exporter. The path of a module is the same for every call: another call
/// begins where the network returns to a module that it had left.
pub fn by_metadata<'a>(layers: &[&'a Node]) -> Vec<Vec<Frame<'a>>> {
    let mut calls: HashMap<String, usize> = HashMap::new();
    let mut before: Vec<(String, String)> = Vec::new();
    let mut frames = Vec::with_capacity(layers.len());
    for node in layers {
        let paths = scopes(node).and_then(literal::texts);
        // Nodes that an optimiser has added have no metadata. They do not end a call.
        let Some(mut paths) = paths else {
            frames.push(vec![model()]);
            continue;
        };
        paths.pop();
        paths.truncate(MAX_DEPTH);
        let kinds = classes(node).and_then(literal::texts).unwrap_or_default();
        let mut stack: Vec<(String, String)> = Vec::with_capacity(paths.len());
        let mut written = Vec::with_capacity(paths.len());
        for (depth, path) in paths.into_iter().enumerate() {
            let around = stack.last().map_or("", |(key, _)| key.as_str());
            let stays = before
                .get(depth)
                .filter(|(_, before)| *before == path)
                .map(|(key, _)| key.clone())
                // A call continues only within the same call of the module around it.
                .filter(|_| {
                    depth == 0 || before.get(depth - 1).map(|(key, _)| key.as_str()) == Some(around)
                });
            let key = stays.unwrap_or_else(|| {
                let call = calls.entry(path.clone()).or_default();
                *call += 1;
                format!("{path}@{call}")
            });
            let kind = kinds.get(depth).map_or("Module", String::as_str);
            written.push(Frame {
                key: key.clone().into(),
                path: path.clone().into(),
                kind: kind.rsplit('.').next().unwrap_or(kind).to_owned().into(),
            });
            stack.push((key, path));
        }
        frames.push(written);
        before = stack;
    }
    frames
}

/// By the names of the old exporter: `/layer1/layer1.0/relu_1/Relu` is the second call of
/// `layer1.0.relu`.
pub fn by_names<'a>(layers: &[&'a Node], weights: &HashSet<&str>) -> Vec<Vec<Frame<'a>>> {
    let written: Vec<Vec<&str>> = layers.iter().map(|node| components(&node.name)).collect();
    // For each module by its name in the file, the names below it and the weights it uses.
    let mut below: HashMap<String, HashSet<&str>> = HashMap::new();
    let mut uses: HashMap<String, HashSet<&str>> = HashMap::new();
    for (names, node) in written.iter().zip(layers) {
        let mut around = String::new();
        for name in names {
            below.entry(around.clone()).or_default().insert(name);
            around = format!("{around}/{name}");
            let used = node.inputs.iter().map(String::as_str);
            uses.entry(around.clone())
                .or_default()
                .extend(used.filter(|name| weights.contains(name)));
        }
    }
    // How many calls of a module there are, numbered without a gap, by the module around it and its name.
    let mut counted: HashMap<(String, &str), u32> = HashMap::new();
    let mut first_call = |around: &str, name: &'a str| -> Option<String> {
        let (first, call) = name.rsplit_once('_')?;
        let call: u32 = call.parse().ok().filter(|call| *call > 0)?;
        let beside = below.get(around).filter(|names| names.contains(first))?;
        let of = |name: &str| uses.get(&format!("{around}/{name}"));
        let count = counted
            .entry((around.to_owned(), first))
            .or_insert_with(|| {
                let own = of(first);
                let same = |call: &u32| {
                    let name = format!("{first}_{call}");
                    beside.contains(name.as_str()) && of(&name) == own
                };
                (1..).take_while(same).count() as u32
            });
        let counts = call <= *count && name == format!("{first}_{call}");
        counts.then(|| first.to_owned())
    };
    let paths: Vec<Vec<(String, String)>> = written
        .iter()
        .map(|names| {
            let mut around = String::new();
            let (mut key, mut path) = (String::new(), String::new());
            // The name of the module around, which the parts of a sequence repeat.
            let mut repeated = String::new();
            let mut stack = Vec::with_capacity(names.len());
            for name in names {
                let plain = first_call(&around, name).unwrap_or_else(|| (*name).to_owned());
                let prefix = format!("{repeated}.");
                let short = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
                let joined = |around: &str, name: String| match around {
                    "" => name,
                    around => format!("{around}.{name}"),
                };
                key = joined(&key, short(name));
                path = joined(&path, short(&plain));
                stack.push((key.clone(), path.clone()));
                around = format!("{around}/{name}");
                repeated = plain;
            }
            stack
        })
        .collect();
    by_paths(&paths, layers)
}

/// The modules in the name of a node, without the operation at its end.
fn components(name: &str) -> Vec<&str> {
    let name = name.strip_prefix('/').filter(|name| name.len() <= MAX_NAME);
    let Some(name) = name else {
        return Vec::new();
    };
    let mut names: Vec<&str> = name.split('/').filter(|name| !name.is_empty()).collect();
    names.pop();
    names.truncate(MAX_DEPTH);
    names
}
