//! An operation becomes a node of the graph, or a constant where nothing it reads depends on the image.

use tch::{Kind, Tensor};

use super::Builder;
use crate::model::error::{Fault, Result};
use crate::model::format::build::kinds;
use crate::model::format::build::module_calls::innermost;
use crate::model::format::build::refusal::{Answer, Refusal};
use crate::model::format::build::storage::{Content, torch};
use crate::model::graph::{Node, ValueId};
use crate::model::op::shape::OutputShapes;
use crate::model::op::{Copying, Indexing, Op, Operation, Reshaping, Splitting};

impl Builder<'_, '_> {
    /// Adds an operation with one result.
    pub fn emit(&mut self, op: impl Into<Op>, inputs: &[ValueId]) -> Answer<ValueId> {
        let results = self.emit_parts(op.into(), inputs)?;
        let result = results.first().copied();
        result.ok_or_else(|| Fault::Graph(format!("at node {}: no result", self.label)).into())
    }

    /// Adds an operation, or computes it if no input depends on the image.
    pub fn emit_parts(&mut self, op: Op, inputs: &[ValueId]) -> Answer<Vec<ValueId>> {
        let mut node = Node {
            op,
            inputs: inputs.to_vec(),
            outputs: Vec::new(),
            module: innermost(&self.stack),
            name: self.label.clone(),
        };
        let shapes: Vec<Vec<i64>> = inputs.iter().map(|id| self.shape(*id).to_vec()).collect();
        let known = inputs.iter().map(|id| self.tensor(*id));
        let known: Option<Vec<Tensor>> =
            known.map(|tensor| Some(tensor?.shallow_clone())).collect();
        let given: Vec<&[i64]> = shapes.iter().map(Vec::as_slice).collect();
        let results = node.op.output_shapes(&given);
        let results = results.and_then(OutputShapes::plausible);
        let results = results.map_err(|reason| {
            Refusal::from(Fault::Graph(format!("at node {}: {reason}", self.label)))
        })?;
        if let Some(known) = known {
            let affordable =
                is_view(&node.op) || self.computed.spend(&node, &given, &results).is_ok();
            if !affordable {
                return Err(self.too_large());
            }
            let known: Vec<&Tensor> = known.iter().collect();
            let results = tch::no_grad(|| node.op.run(&known));
            let results = results.map_err(|error| self.torch(&error))?;
            let results: Vec<ValueId> = results
                .into_iter()
                .map(|result| self.constant(result))
                .collect();
            self.follow_infinities(inputs, &results)?;
            return Ok(results);
        }
        let spent = self.running.spend(&node, &given, &results);
        spent.map_err(Fault::Graph)?;
        let kinds: Vec<Kind> = inputs.iter().map(|id| self.kind(*id)).collect();
        let kind = kinds::of_result(&node.op, &kinds);
        for shape in results {
            let result = self.add(self.label.clone(), None, shape);
            if kind != Kind::Float {
                self.kinds.insert(result, kind);
            }
            node.outputs.push(result);
        }
        let outputs = node.outputs.clone();
        self.read_by_nodes.extend(inputs);
        self.graph.add_node(node, self.stack.clone());
        Ok(outputs)
    }

    /// Notes which of the constants `results` still have the infinities of their inputs.
    fn follow_infinities(&mut self, inputs: &[ValueId], results: &[ValueId]) -> Result<()> {
        let Some(name) = inputs.iter().find_map(|input| self.infinite.get(input)) else {
            return Ok(());
        };
        let name = name.clone();
        for result in results {
            let content = self
                .tensor(*result)
                .map_or(Ok(Content::Finite), Content::of);
            if content.map_err(|error| torch(&name, error))? != Content::Finite {
                self.infinite.insert(*result, name.clone());
            }
        }
        Ok(())
    }
}

/// Whether the result shares the memory of the input, so that it costs nothing.
fn is_view(op: &Op) -> bool {
    matches!(
        op,
        Op::Reshaping(Reshaping::Permute { .. })
            | Op::Indexing(Indexing::Slice { .. } | Indexing::Select { .. })
            | Op::Splitting(Splitting::Split { .. })
            | Op::Copying(Copying::Identity)
    )
}
