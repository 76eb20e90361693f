//! Whether a value that the caller has given for an input is what a model fails at.

use std::path::Path;

use super::open::Read;
use super::{InputValue, OpenOptions, Tell};
use crate::model::error::{Error, Fault};

/// `error`, or that it comes from one of the values given for inputs: without it, the model opens.
pub(super) fn blamed(error: Error, path: &Path, options: &OpenOptions, report: Tell) -> Error {
    let Error::File {
        fault: Fault::Graph(reason),
        ..
    } = &error
    else {
        return error;
    };
    for (name, value) in &options.inputs {
        let value = match value {
            InputValue::Numbers(_) | InputValue::Array(_) => value.words(),
            InputValue::Picture(_) => continue,
        };
        let without = options.clone().without_input(name);
        if Read::new(path, without, None, &mut *report).is_ok() {
            let reason = format!("with {value}, {reason}");
            let input = name.clone();
            return Fault::Value { input, reason }.at(path);
        }
    }
    error
}
