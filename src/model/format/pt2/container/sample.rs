//! The inputs that a program was exported with: `torch.save((args, kwargs))` inside the archive.
//!
//! They are a convenience of the format, so a damaged one is ignored. Only the tensors that are needed
//! are read.

use std::collections::HashMap;

use tch::Tensor;

use crate::model::error::{Fault, Result};
use crate::model::format::build::held::Held;
use crate::model::format::build::skeleton::Skeleton;
use crate::model::format::file::archive::Archive;
use crate::model::format::torch_save::pickle::{Node, Pickle, Ref, Stored};
use crate::model::format::torch_save::source::Rows;
use crate::model::format::torch_save::zip;
use crate::model::opening::Opening;

/// How deep arguments may nest.
const MAX_DEPTH: usize = 16;
/// Nodes of a pickle that are visited at most: shared ones can be met many times.
const MAX_VISITS: usize = 20_000;
/// How many arguments there may be.
const MAX_ARGUMENTS: usize = 1000;

/// Fills in the inputs besides the image that the graph reads, from the archive's `entries`, of which
/// one may be there.
///
/// # Errors
/// [`Fault::Input`] where a value that the user has given does not fit, [`Fault::Cancelled`].
pub fn hold(
    skeleton: &mut Skeleton,
    archive: &mut Archive,
    entries: &[String],
    opening: &mut Opening,
) -> Result<Vec<Held>> {
    let wanted = skeleton.extras_read();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let positions: Vec<usize> = wanted.iter().map(|(_, position, _)| *position).collect();
    let samples = match read(archive, entries, &positions, opening) {
        Ok(samples) => samples,
        Err(Fault::Cancelled) => return Err(Fault::Cancelled),
        Err(_) => HashMap::new(),
    };
    let mut all = Vec::new();
    for (id, position, extra) in wanted {
        let (tensor, held) = extra.held(opening, samples.get(&position))?;
        let value = &mut skeleton.graph.values[id.0];
        value.stated_shape = Some(tensor.size());
        value.weight = Some(tensor);
        // It is no parameter.
        value.folded = true;
        all.push(held);
    }
    Ok(all)
}

/// The tensors at these positions among all arguments.
fn read(
    archive: &mut Archive,
    entries: &[String],
    positions: &[usize],
    opening: &mut Opening,
) -> Result<HashMap<usize, Tensor>> {
    let mut found = None;
    for entry in entries {
        found = found.or(archive.nested(entry)?);
    }
    let Some(mut archive) = found else {
        return Ok(HashMap::new());
    };
    let root = zip::root(&archive).ok_or_else(|| Fault::Missing {
        entry: zip::PICKLE.into(),
    })?;
    archive.enter(root)?;
    let (pickle, source) = zip::read(archive)?;
    let mut arguments = Vec::new();
    let mut visits = MAX_VISITS;
    flatten(&pickle, pickle.root(), 0, &mut visits, &mut arguments);
    let stored = positions.iter().filter_map(|position| {
        let stored: &Stored = arguments.get(*position).copied()??;
        Some((*position, stored))
    });
    let stored: Vec<(usize, &Stored)> = stored.collect();
    let mut rows = Rows::new(source, stored.iter().map(|(_, stored)| *stored), opening)?;
    let mut tensors = HashMap::new();
    for (position, stored) in stored {
        let (tensor, _) = rows.tensor("a sample input", stored)?;
        tensors.insert(position, tensor);
    }
    Ok(tensors)
}

/// The arguments in order, as PyTorch flattens them: tensors, and `None` for others.
fn flatten<'p>(
    pickle: &'p Pickle,
    at: Ref,
    depth: usize,
    visits: &mut usize,
    into: &mut Vec<Option<&'p Stored>>,
) {
    if depth > MAX_DEPTH || into.len() > MAX_ARGUMENTS || *visits == 0 {
        return;
    }
    *visits -= 1;
    match pickle.at(at) {
        Node::List(items) | Node::Tuple(items) => {
            for item in items {
                flatten(pickle, *item, depth + 1, visits, into);
            }
        }
        Node::Dict(_) => {
            for (_, value) in pickle.entries_of(at).take(MAX_ARGUMENTS) {
                flatten(pickle, value, depth + 1, visits, into);
            }
        }
        Node::Tensor(stored) => into.push(Some(stored)),
        Node::None
        | Node::Bool(_)
        | Node::Int(_)
        | Node::Float(_)
        | Node::Text(_)
        | Node::Global(_)
        | Node::Storage(_)
        | Node::Object { .. }
        | Node::Plain => into.push(None),
    }
}
