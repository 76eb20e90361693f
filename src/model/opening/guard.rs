//! A run of a graph that nothing vouches for yet: the cost of each node is checked before it runs.

use tch::{TchError, Tensor};

use crate::model::error::{Fault, Result, first_line};
use crate::model::graph::Node;
use crate::model::graph::budget::Budget;
use crate::model::op::Operation;
use crate::model::op::shape::OutputShapes;

/// What the nodes of one run cost together, and why it was stopped if it was.
#[derive(Default)]
pub(super) struct Guard {
    budget: Budget,
    stopped: Option<Fault>,
}

impl Guard {
    /// Adds the cost of a node that is about to run on these inputs. `check` is given the shapes of its
    /// outputs.
    ///
    /// # Errors
    /// One that stops the run, where the node costs too much or `check` fails; [`Guard::outcome`] says why.
    pub fn before(
        &mut self,
        node: &Node,
        inputs: &[&Tensor],
        check: impl FnOnce(OutputShapes) -> Result<()>,
    ) -> std::result::Result<(), TchError> {
        let spent = self.spend(node, inputs).and_then(check);
        spent.map_err(|fault| {
            self.stopped = Some(fault);
            TchError::Shape("stopped".into())
        })
    }

    fn spend(&mut self, node: &Node, inputs: &[&Tensor]) -> Result<OutputShapes> {
        let shapes: Vec<Vec<i64>> = inputs.iter().map(|tensor| tensor.size()).collect();
        let shapes: Vec<&[i64]> = shapes.iter().map(Vec::as_slice).collect();
        let inferred = node.op.output_shapes(&shapes).map_err(|reason| {
            Fault::Graph(format!("at node {} ({}): {reason}", node.name, node.module))
        })?;
        let spent = self.budget.spend(node, &shapes, inferred.shapes());
        spent.map_err(Fault::Graph)?;
        Ok(inferred)
    }

    /// What the run has `made`, or why it was stopped.
    ///
    /// # Errors
    /// What stopped it, and what libtorch says.
    pub fn outcome<T>(self, made: std::result::Result<T, TchError>) -> Result<T> {
        match self.stopped {
            Some(fault) => Err(fault),
            None => made.map_err(|error| Fault::Graph(first_line(&error))),
        }
    }
}
