//! Reads checkpoints: files with weights but no graph, as `torch.save(model.state_dict(), …)` and
//! safetensors write them.
//!
//! Each container ([`torch_save`], [`safetensors`]) says which tensors it has and where their bytes
//! are; [`unwrap`](mod@unwrap) finds those of the network among them. Their names and shapes show
//! which network it is ([`architectures`]), and its built-in graph is filled with their values.

pub(crate) mod architectures;
mod safetensors;
#[cfg(test)]
mod tests;
mod unwrap;

use std::collections::HashSet;

use self::architectures::{Architecture, Library, Recognised, Shapes};
use super::build::opened::{About, Opened, OtherSizes, SizeSource};
use super::build::storage::{Element, wrong};
use super::file::archive::Archive;
use super::file::sniff;
use super::file::start::FileStart;
use super::pt2;
use super::torch_save::{self, StateDict};
use crate::model::error::{Fault, Result};
use crate::model::opening::Opening;
use crate::model::usage::labels::OwnNames;

/// The containers that are not an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `torch.save` before PyTorch 1.6, or with `_use_new_zipfile_serialization=False`.
    Legacy,
    Safetensors,
}

impl Form {
    pub fn of(start: &FileStart) -> Option<Form> {
        // Tried first: the length of its header may look like the beginning of a pickle.
        if sniff::is_safetensors(&start.bytes, start.length) {
            return Some(Form::Safetensors);
        }
        matches!(start.bytes[..], [0x80, 2..=5, ..]).then_some(Form::Legacy)
    }
}

/// Reads a file that is not an archive.
pub fn open(
    start: FileStart,
    form: Form,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let weights = match form {
        Form::Legacy => {
            let (pickle, source) = torch_save::legacy::read(start)?;
            unwrap::pickled(&pickle, source)?
        }
        Form::Safetensors => safetensors::read(start)?,
    };
    fill_architecture(weights, library, opening)
}

/// Reads an archive that has been entered at the [`root`](torch_save::zip::root) of `torch.save`.
pub fn open_archive(
    archive: Archive,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let (pickle, source) = torch_save::zip::read(archive)?;
    fill_architecture(unwrap::pickled(&pickle, source)?, library, opening)
}

/// The graph of the architecture that the weights fit, with these weights.
fn fill_architecture(
    weights: StateDict,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let mut library = library()?;
    let shapes: Shapes = weights
        .tensors
        .iter()
        .map(|(name, stored)| (name.clone(), stored.sizes.clone()))
        .collect();
    let recognised = library.recognise(&shapes, opening.options().architecture.as_deref());
    let recognised = recognised.map_err(|fault| with_cause(&weights, fault, &library));
    let Recognised {
        index,
        classes,
        channels,
    } = recognised?;
    let text = library.graph(index)?;
    let architecture = &library.architectures()[index];
    let entry = format!("{}.json", architecture.name);
    let mut skeleton = pt2::skeleton::with_ends(&text, &entry, channels, classes)?;
    check_dtypes(&weights, architecture)?;
    weights.fill(&mut skeleton, opening)?;
    Ok(Opened {
        graph: skeleton.graph,
        names: OwnNames::default(),
        metadata: Vec::new(),
        // It is for three channels.
        preprocess: (channels == 3).then(|| architecture.preprocess.to_string()),
        about: About {
            format: format!("Weights alone, of torchvision's {}", architecture.name),
            ..About::default()
        },
        architecture: Some(architecture.name.clone()),
        takes_bytes: false,
        held: Vec::new(),
        size: SizeSource::Fixed,
        other_sizes: OtherSizes::SameGraph,
    })
}

/// Why no architecture fits, if the reason is that a weight of the closest one is not a plain tensor.
fn with_cause(weights: &StateDict, fault: Fault, library: &Library) -> Fault {
    let Fault::NoArchitecture(nearest) = &fault else {
        return fault;
    };
    let mut known = library.architectures().iter();
    let known = known.find(|known| known.name == nearest.name);
    let expects = |name: &String| known.is_some_and(|known| known.tensors.contains_key(name));
    match weights.unreadable.iter().find(|(name, _)| expects(name)) {
        _ if is_quantised(weights) => Fault::Unfit {
            what: "the file has the weights of a quantised model, whose integers have no gradient; export the float \
                   model that it was made from, with torch.export",
        },
        Some((name, class)) => wrong(name, torch_save::not_a_tensor(class)),
        None => fault,
    }
}

/// Whether PyTorch's quantisation has written these weights: each layer has a scale and a zero point.
fn is_quantised(weights: &StateDict) -> bool {
    let tensors = weights.tensors.iter().map(|(name, _)| name.as_str());
    let names = tensors.chain(weights.unreadable.iter().map(|(name, _)| name.as_str()));
    let names: HashSet<&str> = names.collect();
    let mut layers = names
        .iter()
        .filter_map(|name| name.strip_suffix("zero_point"));
    layers.any(|layer| names.contains(format!("{layer}scale").as_str()))
}

/// Refuses integers where the architecture has floats, floats where it has integers, and dtypes that
/// are not supported.
fn check_dtypes(weights: &StateDict, architecture: &Architecture) -> Result<()> {
    for (name, stored) in &weights.tensors {
        let Some(kind) = stored.dtype.kind() else {
            let reason = format!("has dtype {}, which is not supported", stored.dtype);
            return Err(wrong(name, reason));
        };
        let is_float = Element::new(kind).floating;
        if architecture.tensors.contains_key(name)
            && is_float == architecture.integers.contains(name)
        {
            let expected = if is_float { "integers" } else { "floats" };
            let reason = format!("has dtype {}, but has to be {expected}", stored.dtype);
            return Err(wrong(name, reason));
        }
    }
    Ok(())
}
