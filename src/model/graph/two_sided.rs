//! Two classes for a network with a single logit, which predicts yes or no. Everything else works on
//! classes, so "no" gets the logit that belongs to it: −y, since σ(−y) = 1 − σ(y).

use super::{Graph, Node, Op, Value, ValueId};
use crate::model::op::{Arithmetic, Joining, Reshaping};

/// Turns the one class of `graph` into two, no and yes. Returns whether it did.
pub(crate) fn make_two_sided(graph: &mut Graph) -> bool {
    let stated = graph.values[graph.logits.0].stated_shape.as_deref();
    let is_row = match stated {
        Some([1, 1]) => true,
        Some([1] | []) => false,
        _ => return false,
    };
    let mut yes = graph.logits;
    if !is_row {
        yes = add(
            graph,
            Reshaping::Reshape { shape: vec![1, 1] }.into(),
            &[yes],
            [1, 1],
        );
    }
    let no = add(graph, Arithmetic::MulScalar(-1.0).into(), &[yes], [1, 1]);
    graph.logits = add(graph, Joining::Cat { dim: 1 }.into(), &[no, yes], [1, 2]);
    true
}

/// Adds a node at the end, outside all modules.
fn add(graph: &mut Graph, op: Op, inputs: &[ValueId], shape: [i64; 2]) -> ValueId {
    let id = ValueId(graph.values.len());
    let name = format!("no_and_yes_{}", id.0);
    graph.values.push(Value {
        name: name.clone(),
        stated_shape: Some(shape.to_vec()),
        weight: None,
        folded: false,
    });
    graph.nodes.push(Node {
        op,
        inputs: inputs.to_vec(),
        outputs: vec![id],
        module: String::new(),
        name,
    });
    id
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::*;
    use crate::model::forward;
    use crate::model::graph::Head;
    use crate::model::op::{Reduction, Reshaping};

    /// A network that computes the mean of the image, in this shape.
    fn mean(shape: &[i64]) -> Graph {
        let value = |stated: Option<&[i64]>| Value {
            name: String::new(),
            stated_shape: stated.map(<[i64]>::to_vec),
            weight: None,
            folded: false,
        };
        let node = |op, input, output| Node {
            op,
            inputs: vec![ValueId(input)],
            outputs: vec![ValueId(output)],
            module: String::new(),
            name: String::new(),
        };
        let all = Reduction::Mean {
            dims: vec![0, 1, 2, 3],
            keepdim: false,
        };
        let shaped = Reshaping::Reshape {
            shape: shape.to_vec(),
        };
        Graph {
            values: vec![value(None), value(None), value(Some(shape))],
            nodes: vec![node(all.into(), 0, 1), node(shaped.into(), 1, 2)],
            modules: Vec::new(),
            input: ValueId(0),
            input_shape: [1, 3, 2, 2],
            logits: ValueId(2),
            head: Head::None,
            layouts: Default::default(),
        }
    }

    #[test]
    fn turns_one_logit_of_any_shape_into_no_and_yes() {
        let image = Tensor::full([1, 3, 2, 2], 0.75, (Kind::Float, Device::Cpu));
        for shape in [vec![1, 1], vec![1], vec![]] {
            let mut graph = mean(&shape);
            assert!(make_two_sided(&mut graph), "{shape:?}");
            let logits = forward(&graph, &image).unwrap();
            assert_eq!(logits.size(), [1, 2]);
            assert_eq!(logits.double_value(&[0, 0]), -0.75);
            assert_eq!(logits.double_value(&[0, 1]), 0.75);
        }
    }

    #[test]
    fn leaves_several_logits_as_they_are() {
        let mut graph = mean(&[1, 2]);
        assert!(!make_two_sided(&mut graph));
        assert_eq!(graph.nodes.len(), 2);
    }
}
