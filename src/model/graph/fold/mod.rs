//! What does not depend on the image is computed once, when the model is opened.
//!
//! Networks compute masks, tables of positions and standardised weights anew in each pass. Once
//! folded they cost nothing, and their operations need no way back.

use super::budget::Budget;
use super::{Activation, Graph, Node, Op, ValueId};
use crate::model::error::{Fault, first_line};
use crate::model::op::{Operands, Operation, PairFunction};

/// Replaces the nodes that do not depend on the input by what they compute.
///
/// # Errors
/// Where one fails or would cost too much.
pub(crate) fn fold(graph: &mut Graph) -> Result<(), Fault> {
    let mut depends = vec![false; graph.values.len()];
    depends[graph.input.0] = true;
    let mut budget = Budget::default();
    let mut kept = Vec::with_capacity(graph.nodes.len());
    for node in std::mem::take(&mut graph.nodes) {
        if node.inputs.iter().any(|id| depends[id.0]) {
            node.outputs.iter().for_each(|id| depends[id.0] = true);
            kept.push(node);
        } else {
            compute(graph, &node, &mut budget)?;
        }
    }
    for node in &mut kept {
        if let Some((op, x)) = clipped(graph, node) {
            node.op = op;
            node.inputs = vec![x];
        }
    }
    graph.nodes = kept;
    Ok(())
}

/// The maximum of a value and zero, and bounds held in tensors, as the function of one value that they
/// are: max(x, 0) is a rectifier, at which guided backpropagation acts.
fn clipped(graph: &Graph, node: &Node) -> Option<(Op, ValueId)> {
    let number = |index: usize| {
        let weight = graph.weight(*node.inputs.get(index)?)?;
        // One that no other shape comes out of.
        let single = weight.numel() == 1 && weight.dim() <= 1;
        let number = weight.f_reshape([0i64; 0]).ok()?;
        single.then(|| number.f_double_value(&[]).ok())?
    };
    let x = *node.inputs.first()?;
    match &node.op {
        Op::Pair(pair) if pair.function == PairFunction::Maximum => {
            let (other, x) = match pair.operands {
                Operands::Second(other) | Operands::First(other) => (other.value, x),
                Operands::Tensors => match (number(0), number(1)) {
                    (None, Some(other)) => (other, x),
                    (Some(other), None) => (other, *node.inputs.get(1)?),
                    (None, None) | (Some(_), Some(_)) => return None,
                },
            };
            (other == 0.0).then(|| (Activation::Relu.into(), x))
        }
        Op::Activation(Activation::ClampBetween { min, max }) => {
            let low = if *min { Some(number(1)?) } else { None };
            let high = if *max {
                Some(number(1 + usize::from(*min))?)
            } else {
                None
            };
            let op = Activation::Clamp {
                min: low,
                max: high,
            };
            Some((op.into(), x))
        }
        _ => None,
    }
}

fn compute(graph: &mut Graph, node: &Node, budget: &mut Budget) -> Result<(), Fault> {
    let at = |reason: String| Fault::Graph(format!("at node {}: {reason}", node.name));
    let inputs = node.inputs.iter().map(|id| graph.weight(*id));
    let inputs = inputs.collect::<Option<Vec<_>>>();
    let inputs = inputs.ok_or_else(|| at("an input is not defined".into()))?;
    let shapes: Vec<Vec<i64>> = inputs.iter().map(|tensor| tensor.size()).collect();
    let shapes: Vec<&[i64]> = shapes.iter().map(Vec::as_slice).collect();
    let due = node.op.output_shapes(&shapes).map_err(at)?;
    let affordable = budget.spend(node, &shapes, due.shapes());
    affordable.map_err(Fault::Graph)?;
    let outputs = tch::no_grad(|| node.op.run(&inputs));
    let outputs = outputs.map_err(|error| at(first_line(&error)))?;
    for (id, output) in node.outputs.iter().zip(outputs) {
        let value = &mut graph.values[id.0];
        value.weight = Some(output);
        value.folded = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
