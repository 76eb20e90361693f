//! For images of which size a graph holds.
//!
//! A graph was exported for one size. Where that has gone into its numbers (padding, windows, tokens), another size
//! would be refused at best and answered wrongly at worst. So a graph is taken to hold for any size only if none of
//! its operations can have such a number.

use serde_json::{Map, Value};

use super::lengths::SIDE;
use super::template::{Item, Template};

/// The size of the images, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// Any width and height.
    Any,
    /// Squares, as the graph is worked out from their side.
    Square { multiple: u32 },
    /// Squares of one side, which the tensors tell or for which alone the graph is known.
    One,
}

/// Operations whose arguments never come from the size of the image.
const FREE: [&str; 54] = [
    "_assert_tensor_metadata",
    "adaptive_avg_pool2d",
    "add",
    "add_",
    "addcmul",
    "batch_norm",
    "cat",
    "chunk",
    "clamp",
    "clone",
    "contiguous",
    "conv1d",
    "conv2d",
    "div",
    "dropout",
    "dropout_",
    "expand_as",
    "flatten",
    "gelu",
    "group_norm",
    "hardsigmoid",
    "hardswish",
    "hardswish_",
    "hardtanh",
    "hardtanh_",
    "layer_norm",
    "leaky_relu",
    "leaky_relu_",
    "linalg_vector_norm",
    "linear",
    "matmul",
    "max_pool2d",
    "mean",
    "mul",
    "mul_",
    "permute",
    "pow",
    "relu",
    "relu_",
    "scaled_dot_product_attention",
    "select",
    "sigmoid",
    "silu",
    "silu_",
    "softmax",
    "split",
    "split_with_sizes",
    "square",
    "squeeze",
    "stack",
    "sub",
    "sum",
    "tanh",
    "transpose",
];
/// Larger windows of a pooling may be a whole map.
const MAX_WINDOW: i64 = 3;

impl Template {
    pub fn sides(&self) -> Sides {
        let side = self.parameters.get(SIDE);
        if !side.is_some_and(|side| side.size) {
            return Sides::One;
        }
        if self.input_sides().is_none() {
            let multiple = self.multiple;
            return Sides::Square { multiple };
        }
        let items = &self.program.graph_module.graph.nodes;
        let mut nodes = items.iter().flat_map(|item| match item {
            Item::Node(node) => std::slice::from_ref(node),
            Item::Run { repeat } => &repeat.nodes[..],
        });
        if nodes.all(holds_for_any_size) {
            Sides::Any
        } else {
            Sides::One
        }
    }

    /// Height and width of the images that the graph was exported with, where they are plain numbers.
    pub fn input_sides(&self) -> Option<(u32, u32)> {
        let module = &self.program.graph_module;
        let image = module.signature.input_specs.iter().find_map(|input| {
            let arg = &input.get("user_input")?["arg"];
            arg["as_tensor"]["name"].as_str()
        })?;
        let sizes = module.graph.tensor_values.get(image)?.get("sizes")?;
        let side = |axis: usize| u32::try_from(sizes[axis]["as_int"].as_u64()?).ok();
        Some((side(2)?, side(3)?))
    }
}

fn holds_for_any_size(node: &Map<String, Value>) -> bool {
    let target = node
        .get("target")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let operation = target.split('.').nth(3).unwrap_or_default();
    match operation {
        "avg_pool2d" => {
            let window = ints(node, "kernel_size");
            !window.is_empty() && window.iter().all(|side| *side <= MAX_WINDOW)
        }
        "pad" => ints(node, "pad").iter().all(|pad| *pad == 0),
        // Of channels.
        "slice" => argument(node, "dim") == Some(&Value::from(1)),
        // No more than one length: that of the channels.
        "reshape" => ints(node, "shape").iter().filter(|side| **side > 1).count() <= 1,
        operation => FREE.binary_search(&operation).is_ok(),
    }
}

fn argument<'a>(node: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let inputs = node.get("inputs")?.as_array()?;
    let input = inputs.iter().find(|input| input["name"] == *name)?;
    input["arg"].as_object()?.values().next()
}

/// A list of whole numbers; an expression is one that is not known.
fn ints(node: &Map<String, Value>, name: &str) -> Vec<i64> {
    let list = argument(node, name).and_then(Value::as_array);
    let number = |item: &Value| item.as_i64().unwrap_or(i64::MAX);
    list.map(|list| list.iter().map(number).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_in_order() {
        assert!(FREE.is_sorted());
    }
}
