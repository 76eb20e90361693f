//! Reads TorchScript, which `torch.jit.save` writes: a zip archive with the code of each module in Python's
//! syntax, and a pickle of the modules with their tensors.
//!
//! The code is followed, not run: each call of an operator becomes a node as a `.pt2` file has
//! it, and from there on the graph is read as one of those. What cannot be followed without running Python
//! is refused with its line.
//!
//! The stages: [`container`] (entries of the archive), [`objects`] (pickles), [`signature`] (the image and what
//! comes out), [`sizes`] (for which size of the image), [`code`] (what is followed), [`nodes`] (the graph).

mod code;
mod container;
mod nodes;
mod objects;
mod signature;
mod sizes;
#[cfg(test)]
mod tests;

pub use self::container::root;

use self::code::syntax::Code;
use self::signature::Taken;
use self::sizes::{Built, Source};
use super::build::opened::{About, Opened, OtherSizes};
use super::build::storage::wrong;
use super::file::archive::Archive;
use super::torch_save::{self, StateDict};
use crate::model::error::{Fault, Result};
use crate::model::opening::Opening;

/// Reads an archive that `torch.jit.save` has written, below its [`root`].
pub fn open(mut archive: Archive, root: String, opening: &mut Opening) -> Result<Opened> {
    container::enter(&mut archive, root)?;
    let code = Code::read(container::code(&mut archive)?)?;
    let objects = container::objects(&mut archive)?;
    let samples = container::samples(&mut archive);
    let extras = container::extras(&mut archive)?;

    let class = objects.class(objects.data.root());
    let routine = class.and_then(|class| code.method(class, "forward"));
    let routine = routine.ok_or_else(|| {
        Fault::NoLogits("it has no module with a forward method; save the network itself".into())
    })?;
    let taken = Taken::new(&routine, &samples, opening.options())?;
    let source = Source {
        code: &code,
        objects: &objects,
        routine,
        taken: &taken,
    };
    let stated = opening.stated_size(extras.size);
    let Built {
        mut skeleton,
        stored,
    } = sizes::built(&source, opening, stated)?;

    let mut held = Vec::new();
    for (id, _, extra) in skeleton.extras_read() {
        let (tensor, about) = extra.held(opening, None)?;
        let value = &mut skeleton.graph.values[id.0];
        value.stated_shape = Some(tensor.size());
        value.weight = Some(tensor);
        // It is no parameter.
        value.folded = true;
        held.push(about);
    }
    let dict = StateDict {
        tensors: stored,
        unreadable: Vec::new(),
        source: torch_save::source::Source::Entries(archive),
    };
    dict.fill(&mut skeleton, opening)?;
    for (id, declared) in skeleton.used() {
        if !skeleton.is_filled(id) {
            return Err(wrong(&declared.name, "is missing"));
        }
    }
    Ok(Opened {
        graph: skeleton.graph,
        names: extras.names,
        preprocess: extras.preprocess,
        metadata: extras.metadata,
        weights: None,
        held,
        takes_bytes: false,
        size: skeleton.size,
        other_sizes: skeleton.size.other_sizes(OtherSizes::ReadAgain),
        about: About {
            format: "TorchScript (torch.jit.save)".into(),
            written_by: None,
            classes: skeleton.classes,
            sources: skeleton.sources,
            ..About::default()
        },
    })
}
