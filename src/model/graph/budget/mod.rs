//! What running a graph would cost, added up before it runs.
//!
//! A file of a few kilobytes can ask for a padding of ten thousand pixels or a pooling over a
//! million: libtorch would try, and take the machine's memory or its hours. So whatever runs a graph
//! for the first time adds up elements and multiply-adds node by node, and stops before a limit that
//! no image classifier comes near.

use super::Node;
use crate::model::op::Operation;
use crate::model::op::shape::{Shape, elements};

/// Elements of all activations together: 4 GB as float32. The fuzzer's networks are small, so that
/// a cost that is stated too low shows.
const MAX_ELEMENTS: f64 = (1u64 << if cfg!(fuzzing) { 25 } else { 30 }) as f64;
/// Multiply-adds of a forward pass. The largest networks in use take 0.4 · 10¹².
const MAX_WORK: f64 = if cfg!(fuzzing) { 2e9 } else { 2e12 };

/// What has been spent so far.
#[derive(Debug)]
pub(crate) struct Budget {
    elements: f64,
    work: f64,
    max_elements: f64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::of(MAX_ELEMENTS)
    }
}

impl Budget {
    /// For no more than so many elements.
    pub(crate) fn of(max_elements: f64) -> Budget {
        Budget {
            elements: 0.0,
            work: 0.0,
            max_elements,
        }
    }

    /// Allows for so many elements more.
    pub(crate) fn grant(&mut self, elements: f64) {
        self.max_elements += elements;
    }

    /// Adds so many elements. Returns whether they are within the limit.
    #[must_use]
    pub(crate) fn take(&mut self, elements: f64) -> bool {
        self.elements += elements;
        // Also false where the sum is not a number.
        self.elements <= self.max_elements
    }

    /// Adds what `node` costs on inputs of these shapes, with outputs of these shapes as
    /// [`Operation::output_shapes`] gives them.
    ///
    /// # Errors
    /// Which limit would be passed, in words.
    pub(crate) fn spend(
        &mut self,
        node: &Node,
        inputs: &[&[i64]],
        outputs: &[Shape],
    ) -> Result<(), String> {
        let cost = node.op.cost(inputs, outputs);
        let made: f64 = outputs.iter().map(|shape| elements(shape)).sum();
        self.work += cost.work;
        if self.take(made + cost.scratch) && self.work <= MAX_WORK {
            return Ok(());
        }
        Err(format!(
            "at node {} ({}) it would take {:.0} million values and {:.0} billion multiply-adds, more than any image \
             classifier",
            node.name,
            node.module,
            self.elements / 1e6,
            self.work / 1e9
        ))
    }
}

#[cfg(test)]
mod tests;
