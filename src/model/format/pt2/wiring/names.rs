//! The names of the tensors that nodes read and return.

use crate::model::format::pt2::program::schema::{Argument, NodeJson};

/// The names of the tensors that a node reads.
pub fn reads(node: &NodeJson) -> Vec<&str> {
    let mut names = Vec::new();
    for input in &node.inputs {
        match &input.arg {
            Argument::Tensor(name) => names.push(name.as_str()),
            Argument::Tensors(list) => names.extend(list.iter().map(String::as_str)),
            Argument::Optionals(list) => names.extend(list.iter().flatten().map(String::as_str)),
            _ => {}
        }
    }
    names
}

/// The names of the tensors that a node returns.
pub fn outputs(node: &NodeJson) -> Vec<&str> {
    let mut names = Vec::new();
    for output in &node.outputs {
        match output {
            Argument::Tensor(name) => names.push(name.as_str()),
            Argument::Tensors(list) => names.extend(list.iter().map(String::as_str)),
            _ => {}
        }
    }
    names
}
