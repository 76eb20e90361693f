//! Whether a value is never negative, so that a quantiser that cuts off at zero changes nothing.

use crate::model::format::onnx::build::Builder;
use crate::model::graph::ValueId;
use crate::model::op::{Activation, Function, Op};

/// How many operations are followed back.
const MAX_STEPS: usize = 64;

/// Whether `value` is never negative, as far as the operations just before it tell. The image counts as such:
/// its levels are what the quantiser was fitted to.
pub fn is_never_negative(builder: &Builder, value: ValueId) -> bool {
    let mut open = vec![value];
    let mut steps = 0;
    while let Some(value) = open.pop() {
        steps += 1;
        if builder.is_image(value) {
            continue;
        }
        let Some(node) = builder.maker(value).filter(|_| steps <= MAX_STEPS) else {
            return false;
        };
        match &node.op {
            Op::Activation(
                Activation::Relu
                | Activation::Sigmoid
                | Activation::Hardsigmoid
                | Activation::Softmax { log: false, .. },
            )
            | Op::Function(Function::Abs | Function::Exp | Function::Square) => {}
            Op::Activation(Activation::Hardtanh { min, .. }) if *min >= 0.0 => {}
            Op::Activation(Activation::Clamp { min: Some(min), .. }) if *min >= 0.0 => {}
            Op::Pooling(_)
            | Op::Reshaping(_)
            | Op::Indexing(_)
            | Op::Splitting(_)
            | Op::Shuffle(_)
            | Op::Copying(_) => open.extend(node.inputs.first()),
            Op::Joining(_) => open.extend(&node.inputs),
            // Anything else may make negative values.
            _ => return false,
        }
    }
    true
}
