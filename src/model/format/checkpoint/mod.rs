//! Reads checkpoints: files with weights but no graph, as `torch.save(model.state_dict(), …)` and
//! safetensors write them.
//!
//! Each container ([`torch_save`], [`safetensors`]) says which tensors it has and where their bytes
//! are; [`unwrap`](mod@unwrap) finds those of the network among them. Their names and shapes show
//! which network it is ([`architectures`]), and its built-in graph is filled with their values. [`hints`] has what
//! else the file and its folder say about it, and [`words`] tells the user what was recognised.

pub(crate) mod architectures;
mod hints;
mod image_size;
mod origin;
mod parts;
mod safetensors;
mod said;
#[cfg(test)]
mod tests;
mod unwrap;
mod words;

use std::collections::HashSet;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use self::architectures::{Constant, Head, Hints, Library, RGB, Recognised, Shapes};
use self::image_size::ImageSize;
use self::unwrap::Saved;
use super::build::opened::{About, Opened, Recognition, SizeSource};
use super::build::skeleton::Skeleton;
use super::build::storage::{self, Content, Element, wrong};
use super::file::archive::Archive;
use super::file::sniff;
use super::file::start::FileStart;
use super::pt2;
use super::torch_save::pickle::Dtype;
use super::torch_save::{self, StateDict};
use crate::model::error::{Fault, Result};
use crate::model::opening::Opening;

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
    path: &Path,
    start: FileStart,
    form: Form,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let saved = match form {
        Form::Legacy => {
            let (pickle, source) = torch_save::legacy::read(start)?;
            unwrap::pickled(&pickle, source, opening.options().averaged)?
        }
        Form::Safetensors => Saved::of(safetensors::read(start)?),
    };
    fill_architecture(path, saved, library, opening)
}

/// Reads the files that an index at `path` names.
pub fn open_parts(
    path: &Path,
    start: FileStart,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let weights = unwrap::named_as_in_the_network(parts::read(path, start)?)?;
    fill_architecture(path, Saved::of(weights), library, opening)
}

/// Reads an archive that has been entered at the [`root`](torch_save::zip::root) of `torch.save`.
pub fn open_archive(
    path: &Path,
    archive: Archive,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let (pickle, source) = torch_save::zip::read(archive)?;
    let saved = unwrap::pickled(&pickle, source, opening.options().averaged)?;
    fill_architecture(path, saved, library, opening)
}

/// The graph of the architecture that the weights fit, with these weights.
fn fill_architecture(
    path: &Path,
    saved: Saved,
    library: impl FnOnce() -> Result<Library>,
    opening: &mut Opening,
) -> Result<Opened> {
    let mut library = library()?;
    let Saved {
        mut weights,
        mut said,
        has_averages,
    } = saved;
    let names = std::mem::take(&mut said.names);
    let shapes: Shapes = weights
        .tensors
        .iter()
        .map(|(name, stored)| (name.clone(), stored.sizes.clone()))
        .collect();
    let chosen = opening.options().architecture.clone();
    let chosen_size = opening
        .options()
        .size
        .map(|size| (size, SizeSource::Chosen));
    let wanted = chosen_size.or(opening.stated_size(None));
    let side = wanted.and_then(|((width, height), _)| (width == height).then_some(width));
    let averaged = opening.options().averaged;
    let hints = Hints {
        averaged,
        ..hints::of(path, chosen, said, side)
    };
    let recognised = library.recognise(&shapes, &hints);
    let mut recognised = recognised.map_err(|fault| with_cause(&weights, fault))?;
    if let (Head::None(_), Some(fault)) = (&recognised.head, unreadable_weight(&weights)) {
        return Err(fault);
    }
    let head_activation = match &mut recognised.head {
        Head::Rebuilt(_, head) => head.activate(opening.options().head_activation),
        Head::Own(_) | Head::None(_) => None,
    };
    let unknown = |reason: String| Fault::Unfilled {
        name: words::name(&recognised),
        reason,
    };
    let averaged = (has_averages || recognised.has_averages).then_some(averaged);
    let (program, assumed) = recognised.program(&hints).map_err(unknown)?;
    let image = ImageSize::of(&recognised, wanted)?;
    let classes = match &recognised.head {
        Head::Own(classes) => Some(*classes),
        Head::Rebuilt(..) | Head::None(_) => None,
    };
    let channels = recognised.compared.channels;
    let mut skeleton = pt2::skeleton::with_ends(program, channels, image.size, classes)?;
    fill_constants(&mut skeleton, &recognised)?;
    rename(&mut weights, &recognised);
    check_dtypes(&weights, &recognised)?;
    weights.fill(&mut skeleton, opening)?;
    let preprocess = if channels == RGB {
        words::preprocessings(&recognised)
    } else {
        Vec::new()
    };
    let mut notes = words::notes(&recognised, &assumed, head_activation, averaged);
    notes.extend(image.note);
    Ok(Opened {
        graph: skeleton.graph,
        names,
        metadata: Vec::new(),
        preprocess: None,
        about: About {
            format: format!("Weights alone, of {}", words::network(&recognised)),
            classes: skeleton.classes,
            ..About::default()
        },
        weights: Some(Recognition {
            architecture: words::name(&recognised),
            notes,
            preprocess,
            head_activation,
            averaged,
        }),
        takes_bytes: false,
        held: Vec::new(),
        size: image.source,
        other_sizes: image.others,
    })
}

/// Calls the weights as they are called in the graph.
fn rename(weights: &mut StateDict, recognised: &Recognised) {
    let new: std::collections::HashMap<&String, &String> = recognised
        .named
        .in_file
        .iter()
        .filter(|(name, _)| recognised.compared.due.contains_key(*name))
        .map(|(name, in_file)| (in_file, name))
        .collect();
    // Another tensor of such a name is not the network's.
    let due = &recognised.compared.due;
    weights
        .tensors
        .retain(|(name, _)| new.contains_key(name) || !due.contains_key(name));
    for (name, _) in &mut weights.tensors {
        if let Some(renamed) = new.get(name) {
            *name = (*renamed).clone();
        }
    }
}

/// Fills in what the graph reads and no file of weights has.
fn fill_constants(skeleton: &mut Skeleton, recognised: &Recognised) -> Result<()> {
    for (id, declared) in skeleton.used() {
        let Some(constant) = recognised.constant(&declared.name) else {
            continue;
        };
        let tensor = tensor(&declared.name, constant)?;
        let content =
            Content::of(&tensor).map_err(|error| storage::torch(&declared.name, error))?;
        skeleton.fill(id, &declared, tensor, content)?;
    }
    Ok(())
}

fn tensor(name: &str, constant: &Constant) -> Result<tch::Tensor> {
    let kind = Dtype::named(&constant.dtype).kind();
    let kind = kind.ok_or_else(|| wrong(name, format!("has dtype {}", constant.dtype)))?;
    let bytes = STANDARD
        .decode(&constant.data)
        .map_err(|error| wrong(name, error.to_string()))?;
    let torch = |error| storage::torch(name, error);
    let row = storage::of_bytes(&bytes, kind).map_err(torch)?;
    row.f_reshape(&constant.sizes).map_err(torch)
}

/// Why no architecture fits, if the reason is that weights are not plain tensors.
fn with_cause(weights: &StateDict, fault: Fault) -> Fault {
    if !matches!(fault, Fault::NoArchitecture(_)) {
        return fault;
    }
    if is_quantised(weights) {
        return Fault::Unfit {
            what: "the file has the weights of a quantised model, whose integers have no gradient; export the float \
                   model that it was made from, with torch.export",
        };
    }
    unreadable_weight(weights).unwrap_or(fault)
}

/// That there is something else in the place of a weight, if the first that is no tensor is called like one.
fn unreadable_weight(weights: &StateDict) -> Option<Fault> {
    let (name, class) = weights.unreadable.first()?;
    let is_weight = name.ends_with("weight") || name.ends_with("bias");
    is_weight.then(|| wrong(name, torch_save::not_a_tensor(class)))
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
fn check_dtypes(weights: &StateDict, recognised: &Recognised) -> Result<()> {
    for (name, stored) in &weights.tensors {
        if recognised.ignored.contains(name) {
            continue;
        }
        let Some(kind) = stored.dtype.kind() else {
            let reason = format!("has dtype {}, which is not supported", stored.dtype);
            return Err(wrong(name, reason));
        };
        let is_float = Element::new(kind).floating;
        let is_known = recognised.compared.due.contains_key(name);
        if is_known && is_float == recognised.is_integer(name) {
            let expected = if is_float { "integers" } else { "floats" };
            let reason = format!("has dtype {}, but has to be {expected}", stored.dtype);
            return Err(wrong(name, reason));
        }
    }
    Ok(())
}
