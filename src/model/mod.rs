//! The network: read from a file, run with a record, walked backwards.
//!
//! A reader ([`format`]) turns a file into a [`Graph`]; [`Model::open`] checks it once; from then
//! on [`Tape::record`] runs it and everything else reads the tape.

mod adjoint;
pub(crate) mod allocator;
mod architectures;
pub mod axes;
mod budget;
mod check;
pub mod error;
mod fold;
pub mod format;
pub mod graph;
pub mod labels;
pub mod layers;
pub mod opening;
mod ops;
pub mod plan;
pub mod preprocess;
mod recommend;
pub mod tape;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use axes::Layout;
pub use error::Error;
pub use graph::{Graph, ModulePath, ValueId};
pub use labels::{LabelSource, Labels};
pub use layers::{Layer, LayerTree, Target};
use opening::{Opening, Tell};
pub use plan::Plan;
pub use preprocess::Preprocess;
pub use tape::{Detail, ReluRule, Tape, forward, forward_watched};

/// A model that has been opened and checked: nothing about it fails later.
#[derive(Debug)]
pub struct Model {
    pub path: PathBuf,
    pub graph: Graph,
    pub plan: Arc<Plan>,
    pub layers: LayerTree,
    pub labels: Labels,
    pub preprocess: Preprocess,
    /// The file did not say how to prepare a picture, so torchvision's ImageNet way was taken.
    pub preprocess_assumed: bool,
    /// The file has weights alone, and this is the network they were recognised as: `resnet50`.
    pub architecture: Option<String>,
}

impl Model {
    /// Opens a `.pt2` archive, or a checkpoint of a network whose graph is known.
    ///
    /// # Errors
    /// See [`Error`]: each says what is wrong with which file.
    pub fn open(path: &Path) -> Result<Model, Error> {
        Model::open_as(path, None, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, with `tell` called many times on the way. A checkpoint that fits several
    /// networks is taken for one of the `architecture` named.
    ///
    /// # Errors
    /// As [`Model::open`], and [`Fault::Cancelled`](error::Fault::Cancelled) where `tell` breaks.
    pub fn open_as(path: &Path, architecture: Option<&str>, tell: Tell) -> Result<Model, Error> {
        allocator::keep_freed();
        let mut opening = Opening::telling(tell).of(architecture);
        let opened = format::open(path, &mut opening)?;
        let mut graph = opened.graph;
        fold::fold(&mut graph).map_err(|fault| fault.at(path))?;
        let plan = Arc::new(Plan::new(&graph));
        let checked = check::run(&graph, &plan, &mut opening).map_err(|fault| fault.at(path))?;
        graph.layouts = checked.layouts.into();
        let layers = layers::tree(&graph, &plan, &checked.shapes, &checked.blind);
        let classes = checked.shapes[graph.logits.0].iter().product::<i64>();
        let classes = usize::try_from(classes).unwrap_or_default();
        let labels = Labels::resolve(opened.labels.as_deref(), path, classes)?;
        let [_, _, height, width] = graph
            .input_shape
            .map(|size| u32::try_from(size).unwrap_or_default());
        let preprocess = match &opened.preprocess {
            Some(text) => Preprocess::from_json(text, width, height, path)?,
            None => Preprocess::imagenet(width, height),
        };
        let preprocess_assumed = opened.preprocess.is_none();
        Ok(Model {
            path: path.to_owned(),
            graph,
            plan,
            layers,
            labels,
            preprocess,
            preprocess_assumed,
            architecture: opened.architecture,
        })
    }
}
