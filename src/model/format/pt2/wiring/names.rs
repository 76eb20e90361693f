//! The names of the tensors that nodes read and return.

use crate::model::format::pt2::program::schema::NodeJson;

/// The names of the tensors that a node reads.
pub fn reads(node: &NodeJson) -> Vec<&str> {
    let inputs = node.inputs.iter();
    inputs.flat_map(|input| input.arg.tensors()).collect()
}

/// The names of the tensors that a node returns.
pub fn outputs(node: &NodeJson) -> Vec<&str> {
    let outputs = node.outputs.iter();
    outputs.flat_map(|output| output.tensors()).collect()
}
