//! A graph with the shapes of its values, to look back from an output and to add nodes after it.

use std::collections::HashMap;

use super::bounds::Bounds;
use crate::model::graph::{Graph, Node, Op, Value, ValueId};
use crate::model::op::Operation;
use crate::model::op::shape::Shape;

/// How many operations may be written twice, one after another.
const MAX_REPEATED: usize = 4;
/// How many numbers a weight may have whose range is measured: a table, one for each class.
const MAX_MEASURED: usize = 1 << 12;
/// How many values are compared to find out whether two are the same computation.
const MAX_COMPARED: usize = 256;

/// A copy of a graph under change.
pub struct Sketch {
    pub graph: Graph,
    /// The shape of each value, as far as it follows from those of the input and the weights.
    shapes: Vec<Option<Shape>>,
    /// The node that computes each value.
    makers: Vec<Option<usize>>,
    /// How many values the file has; later ones were added.
    first_added: usize,
    /// The bounds of the values that were asked for. Several outputs may have a long way back in common.
    pub bounds: HashMap<ValueId, Bounds>,
}

impl Sketch {
    pub fn new(graph: Graph) -> Sketch {
        let mut shapes: Vec<Option<Shape>> = graph
            .values
            .iter()
            .map(|value| value.weight.as_ref().map(tch::Tensor::size))
            .collect();
        shapes[graph.input.0] = Some(graph.input_shape.to_vec());
        let mut makers = vec![None; graph.values.len()];
        for (index, node) in graph.nodes.iter().enumerate() {
            let inferred = inferred(node, &shapes);
            for (place, output) in node.outputs.iter().enumerate() {
                makers[output.0] = Some(index);
                shapes[output.0] = inferred.as_ref().and_then(|all| all.get(place).cloned());
            }
        }
        Sketch {
            first_added: graph.values.len(),
            graph,
            shapes,
            makers,
            bounds: HashMap::new(),
        }
    }

    pub fn shape(&self, value: ValueId) -> Option<&Shape> {
        self.shapes[value.0].as_ref()
    }

    /// The number of elements; 0 where it is not known.
    pub fn count(&self, value: ValueId) -> i64 {
        let shape = self.shape(value);
        shape
            .and_then(|shape| crate::model::op::shape::count(shape))
            .unwrap_or(0)
    }

    /// The node that computes a value.
    pub fn maker(&self, value: ValueId) -> Option<&Node> {
        self.makers[value.0].map(|index| &self.graph.nodes[index])
    }

    /// Whether two values are the same computation: code may write exp(x) twice.
    pub fn are_same(&self, one: ValueId, other: ValueId) -> bool {
        let mut left = MAX_COMPARED;
        self.are_same_within(one, other, MAX_REPEATED, &mut left)
    }

    fn are_same_within(
        &self,
        one: ValueId,
        other: ValueId,
        depth: usize,
        left: &mut usize,
    ) -> bool {
        if one == other {
            return true;
        }
        if *left == 0 {
            return false;
        }
        *left -= 1;
        let (Some(a), Some(b)) = (self.maker(one), self.maker(other)) else {
            return false;
        };
        depth > 0
            && a.outputs.len() == 1
            && a.op == b.op
            && a.inputs.len() == b.inputs.len()
            && a.inputs
                .iter()
                .zip(&b.inputs)
                .all(|(a, b)| self.are_same_within(*a, *b, depth - 1, left))
    }

    /// Whether the value was added here.
    pub fn is_added(&self, value: ValueId) -> bool {
        value.0 >= self.first_added
    }

    /// The number that a weight of one element holds.
    pub fn number(&self, value: ValueId) -> Option<f64> {
        let weight = self.graph.weight(value)?;
        if weight.numel() != 1 {
            return None;
        }
        let number = weight.f_to_kind(tch::Kind::Double).ok()?;
        number.f_reshape([1]).ok()?.f_double_value(&[0]).ok()
    }

    /// The least and the largest number of a small weight.
    pub fn range(&self, value: ValueId) -> Option<(f64, f64)> {
        let weight = self.graph.weight(value)?;
        if !(1..=MAX_MEASURED).contains(&weight.numel()) {
            return None;
        }
        let numbers = weight.f_to_kind(tch::Kind::Double).ok()?;
        let least = numbers.f_min().ok()?.f_double_value(&[]).ok()?;
        Some((least, numbers.f_max().ok()?.f_double_value(&[]).ok()?))
    }

    /// Adds a weight that the file does not have.
    pub fn add_weight(&mut self, weight: tch::Tensor) -> ValueId {
        let id = ValueId(self.graph.values.len());
        let shape = weight.size();
        self.graph.values.push(Value {
            name: format!("answer_{}", id.0),
            stated_shape: None,
            weight: Some(weight),
            folded: true,
        });
        self.shapes.push(Some(shape));
        self.makers.push(None);
        id
    }

    /// Adds a node outside all modules. `None` where the inputs do not fit the operation.
    pub fn add(&mut self, op: impl Into<Op>, inputs: &[ValueId]) -> Option<ValueId> {
        let id = ValueId(self.graph.values.len());
        let name = format!("answer_{}", id.0);
        let node = Node {
            op: op.into(),
            inputs: inputs.to_vec(),
            outputs: vec![id],
            module: String::new(),
            name: name.clone(),
        };
        let shape = inferred(&node, &self.shapes)?.into_iter().next()?;
        self.graph.values.push(Value {
            name,
            stated_shape: Some(shape.clone()),
            weight: None,
            folded: false,
        });
        self.shapes.push(Some(shape));
        self.makers.push(Some(self.graph.nodes.len()));
        self.graph.nodes.push(node);
        Some(id)
    }
}

/// The shapes of a node's outputs, if those of its inputs are known.
fn inferred(node: &Node, shapes: &[Option<Shape>]) -> Option<Vec<Shape>> {
    let inputs: Option<Vec<&[i64]>> = node
        .inputs
        .iter()
        .map(|input| shapes[input.0].as_deref())
        .collect();
    let inferred = node.op.output_shapes(&inputs?).ok()?;
    inferred.plausible().ok()
}
