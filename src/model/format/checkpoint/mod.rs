//! Reads checkpoints: files of weights without a graph, as `torch.save(model.state_dict(), …)` and
//! safetensors write them.
//!
//! Each container ([`zip`], [`legacy`], [`safetensors`]) says which tensors it has and where their
//! bytes lie; [`unwrap`](mod@unwrap) finds the network's own among them. What network that is, their
//! names and shapes tell, see [`architectures`](super::checkpoint::architectures); its graph is then
//! filled with their values.

pub(crate) mod architectures;
mod safetensors;
#[cfg(test)]
mod tests;
pub(crate) mod unwrap;

use std::collections::{BTreeSet, HashMap};

use super::build::storage::{Element, wrong};
use super::file::archive::Archive;
use super::file::foreign;
use super::file::start::FileStart;
use super::pt2::Skeleton;
use super::torch_save::pickle::Stored;
use super::torch_save::source::{Rows, Source};
pub use super::torch_save::zip::root;
use super::torch_save::{legacy, zip};
use super::{About, Opened};
use crate::model::error::Fault;
use crate::model::graph::{Graph, ValueId};
use crate::model::opening::Opening;
use architectures::{Architecture, Library, Recognised, Shapes};

pub(crate) type Result<T> = std::result::Result<T, Fault>;

/// The containers that are no archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `torch.save` before PyTorch 1.6, or asked to write so.
    Legacy,
    Safetensors,
}

impl Form {
    pub fn of(start: &FileStart) -> Option<Form> {
        // First: the length of its header may begin as a pickle does.
        if foreign::is_safetensors(&start.bytes, start.length) {
            return Some(Form::Safetensors);
        }
        matches!(start.bytes[..], [0x80, 2..=5, ..]).then_some(Form::Legacy)
    }
}

/// A network's tensors and where their values are to be had.
pub(crate) struct Checkpoint {
    tensors: Vec<(String, Stored)>,
    /// What stands in the place of a tensor and is none, by name and class.
    unreadable: Vec<(String, String)>,
    source: Source,
}

/// Reads a file that is no archive.
pub fn open(
    start: FileStart,
    form: Form,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let checkpoint = match form {
        Form::Legacy => legacy::read(start)?,
        Form::Safetensors => safetensors::read(start)?,
    };
    checkpoint.opened(library, opening)
}

/// Reads an archive that has been entered at its [`root`].
pub fn open_archive(
    archive: Archive,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    zip::read(archive)?.opened(library, opening)
}

impl Checkpoint {
    fn opened(
        self,
        library: impl FnOnce() -> Result<Library>,
        opening: &mut Opening,
    ) -> Result<Opened> {
        let mut library = library()?;
        let shapes: Shapes = self
            .tensors
            .iter()
            .map(|(name, stored)| (name.clone(), stored.sizes.clone()))
            .collect();
        let recognised = library.recognise(&shapes, opening.architecture());
        let recognised = recognised.map_err(|fault| self.with_cause(fault, &library));
        let Recognised { index, classes } = recognised?;
        let text = library.graph(index)?;
        let architecture = &library.architectures()[index];
        let entry = format!("{}.json", architecture.name);
        let mut skeleton = Skeleton::with_classes(&text, &entry, classes)?;
        self.check_types(architecture)?;
        self.fill(&mut skeleton, opening)?;
        Ok(Opened {
            graph: skeleton.graph,
            labels: None,
            preprocess: Some(architecture.preprocess.to_string()),
            about: About {
                format: format!("Weights alone, of torchvision's {}", architecture.name),
                ..About::default()
            },
            architecture: Some(architecture.name.clone()),
            one_size: false,
        })
    }

    /// Why no network fits, where that is because a weight of the nearest is no plain tensor here.
    fn with_cause(&self, fault: Fault, library: &Library) -> Fault {
        let Fault::NoArchitecture(nearest) = &fault else {
            return fault;
        };
        let mut known = library.architectures().iter();
        let known = known.find(|known| known.name == nearest.name);
        let is_due = |name: &String| known.is_some_and(|known| known.tensors.contains_key(name));
        match self.unreadable.iter().find(|(name, _)| is_due(name)) {
            Some((name, class)) => wrong(name, no_tensor(class)),
            None => fault,
        }
    }
}

fn no_tensor(class: &str) -> String {
    format!(
        "is a {class}, which is not read; turn the model's weights into plain tensors (remove \
         quantisation or other wrappers) and save them again"
    )
}

/// Sets the weights that the graph's nodes use, from archives that `torch.save` wrote: those of an
/// exported model, under the names that it has for them.
pub fn fill_from(
    archives: Vec<Archive>,
    skeleton: &mut Skeleton,
    opening: &mut Opening,
) -> Result<()> {
    let mut unreadable = HashMap::new();
    for mut archive in archives {
        let root = root(&archive).ok_or_else(|| Fault::Missing {
            entry: zip::PICKLE.into(),
        })?;
        archive.enter(root)?;
        let mut read = zip::read_as_named(archive)?;
        unreadable.extend(std::mem::take(&mut read.unreadable));
        read.fill(skeleton, opening)?;
    }
    let Skeleton { graph, weights, .. } = skeleton;
    for id in used(graph) {
        let value = &graph.values[id.0];
        if let (Some(name), None) = (weights.get(&value.name), &value.weight) {
            let class = unreadable.get(name);
            let reason = class.map_or_else(|| "is missing".to_owned(), |class| no_tensor(class));
            return Err(wrong(name, reason));
        }
    }
    Ok(())
}

/// The values that nodes read, each once.
fn used(graph: &Graph) -> BTreeSet<ValueId> {
    let inputs = graph.nodes.iter().flat_map(|node| &node.inputs);
    inputs.copied().collect()
}

impl Checkpoint {
    /// Sets those weights that are here.
    fn fill(self, skeleton: &mut Skeleton, opening: &mut Opening) -> Result<()> {
        let Skeleton { graph, weights, .. } = skeleton;
        let tensors: HashMap<&str, &Stored> = self
            .tensors
            .iter()
            .map(|(name, stored)| (name.as_str(), stored))
            .collect();
        let mut wanted = Vec::new();
        for id in used(graph) {
            if let Some(name) = weights.get(&graph.values[id.0].name)
                && let Some(stored) = tensors.get(name.as_str())
            {
                wanted.push((id, name, *stored));
            }
        }
        let of = wanted.iter().map(|(_, _, stored)| *stored);
        let mut rows = Rows::of(self.source, of, opening)?;
        for (id, name, stored) in wanted {
            let tensor = rows.tensor(name, stored)?;
            let value = &mut graph.values[id.0];
            value.stated_shape = Some(tensor.size());
            value.weight = Some(tensor);
        }
        Ok(())
    }

    /// Floats are due but where it is said otherwise, and the other way round.
    fn check_types(&self, architecture: &Architecture) -> Result<()> {
        for (name, stored) in &self.tensors {
            let Some(kind) = stored.dtype.kind() else {
                let reason = format!("is of type {}, which is not read", stored.dtype);
                return Err(wrong(name, reason));
            };
            let is_float = Element::new(kind).floating;
            if architecture.tensors.contains_key(name)
                && is_float == architecture.integers.contains(name)
            {
                let due = if is_float { "integers" } else { "floats" };
                let reason = format!("is of type {}; {due} are due there", stored.dtype);
                return Err(wrong(name, reason));
            }
        }
        Ok(())
    }
}
