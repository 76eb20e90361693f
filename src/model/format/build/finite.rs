//! The one rule for NaN and infinities in the tensors of a file, whatever its format.
//!
//! In a parameter, either means that training diverged, and everything after it would be NaN. A mask
//! of −∞ is ordinary: it is added before a softmax to hide some tokens from others. So infinities are
//! refused in parameters alone. NaN is refused everywhere, since no constant needs it.

use std::collections::HashSet;

use super::storage::{Content, wrong};
use crate::model::error::Result;
use crate::model::graph::{Graph, ValueId};
use crate::model::op::{Activation, Normalisation, Op, Scattering};

/// What a network uses a tensor of its file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A weight, a bias, or a statistic that a layer normalises by.
    Parameter,
    /// Anything else: a mask, a table of positions, a fixed operand.
    Constant,
}

/// Applies the rule to the tensor called `name`.
///
/// # Errors
/// [`Fault::Weight`](crate::model::error::Fault::Weight) with the name.
pub fn check(name: &str, role: Role, content: Content) -> Result<()> {
    match (role, content) {
        (Role::Parameter | Role::Constant, Content::Finite)
        | (Role::Constant, Content::Infinite) => Ok(()),
        (Role::Parameter, Content::Infinite | Content::Nan) => Err(wrong(
            name,
            "holds NaN or infinite values; the model is broken",
        )),
        (Role::Constant, Content::Nan) => Err(wrong(name, "holds NaN; the model is broken")),
    }
}

/// The values that some layer uses as a weight, a bias or a statistic, as they are or after
/// computations that do not depend on the image.
pub fn parameters(graph: &Graph) -> HashSet<ValueId> {
    let mut depends = HashSet::from([graph.input]);
    for node in &graph.nodes {
        if node.inputs.iter().any(|input| depends.contains(input)) {
            depends.extend(&node.outputs);
        }
    }
    let mut parameters = HashSet::new();
    for node in graph.nodes.iter().rev() {
        let becomes_one = node
            .outputs
            .iter()
            .any(|output| parameters.contains(output));
        for (index, input) in node.inputs.iter().enumerate() {
            if !depends.contains(input) && (becomes_one || is_parameter(&node.op, index)) {
                parameters.insert(*input);
            }
        }
    }
    parameters
}

/// Whether an operation takes a weight, a bias or a statistic as its input number `index`.
fn is_parameter(op: &Op, index: usize) -> bool {
    match op {
        // The second input of an activation is its slopes.
        Op::Activation(Activation::ClampBetween { .. }) => false,
        Op::Algebra(_) => index > 0,
        Op::Convolution(_) | Op::TransposedConvolution(_) | Op::Activation(_) => index > 0,
        Op::Normalisation(Normalisation::Standardise { .. }) => true,
        Op::Normalisation(
            Normalisation::Batch { .. }
            | Normalisation::Layer { .. }
            | Normalisation::Group { .. }
            | Normalisation::RootMeanSquare { .. }
            | Normalisation::Instance { .. },
        )
        | Op::Recurrent(_) => index > 0,
        Op::MatrixProduct(_) | Op::Einsum(_) => true,
        Op::Scattering(Scattering::Embedding {}) => index == 0,
        Op::Arithmetic(_)
        | Op::Function(_)
        | Op::Pair(_)
        | Op::Aggregation(_)
        | Op::Scan(_)
        | Op::Rearranging(_)
        | Op::Scattering(_)
        | Op::Sorting(_)
        | Op::Masking(_)
        | Op::Copying(_)
        | Op::Pooling(_)
        | Op::Patches(_)
        | Op::Pad(_)
        | Op::SlidingWindows(_)
        | Op::Resizing(_)
        | Op::Sampling(_)
        | Op::Shuffle(_)
        | Op::Attention(_)
        | Op::Reduction(_)
        | Op::Reshaping(_)
        | Op::Indexing(_)
        | Op::Splitting(_)
        | Op::Joining(_)
        | Op::Creation(_)
        | Op::Fourier(_)
        | Op::ComplexParts(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::Fault;

    #[test]
    fn allows_infinities_in_constants_alone() {
        let refused = |role, content| match check("w", role, content) {
            Ok(()) => false,
            Err(fault) => {
                assert!(matches!(fault, Fault::Weight { name, .. } if name == "w"));
                true
            }
        };
        assert!(!refused(Role::Parameter, Content::Finite));
        assert!(refused(Role::Parameter, Content::Infinite));
        assert!(refused(Role::Parameter, Content::Nan));
        assert!(!refused(Role::Constant, Content::Finite));
        assert!(!refused(Role::Constant, Content::Infinite));
        assert!(refused(Role::Constant, Content::Nan));
    }
}
