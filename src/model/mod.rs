//! The network: read from a file, run with a record, walked backwards.
//!
//! A reader ([`format`]) turns a file into a [`Graph`]; [`Model::open`] checks it once; from then
//! on [`Tape::record`] runs it and everything else reads the tape.

pub mod error;
pub mod format;
pub mod graph;
pub mod layers;
pub(crate) mod op;
pub mod opening;
pub mod tape;
pub mod usage;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::Error;
use error::Fault;
pub use format::About;
pub use graph::axes::Layout;
pub use graph::facts::Facts;
pub use graph::receptive_field::{Field, Fields};
pub use graph::{Graph, Head, ModulePath, ValueId};
pub use layers::{Layer, LayerTree, Target};
use opening::{Opening, Tell, allocator, check};
pub use tape::plan::Plan;
pub use tape::{Detail, ReluRule, Tape, forward, forward_watched};
pub use usage::labels::{LabelSource, Labels};
pub use usage::preprocess::Preprocess;
pub use usage::{Reading, Usage};

/// A model that has been opened and checked: nothing about it fails later.
#[derive(Debug)]
pub struct Model {
    pub path: PathBuf,
    pub graph: Graph,
    pub plan: Arc<Plan>,
    pub layers: LayerTree,
    pub labels: Labels,
    /// The classes' names as they were when the file was opened.
    own_labels: Labels,
    pub preprocess: Preprocess,
    pub reading: Reading,
    /// The file answers with one logit, of which two classes were made.
    pub two_sided: bool,
    /// How it was used when the file was opened.
    pub opened_as: Usage,
    /// The file did not say how to prepare a picture, so torchvision's ImageNet way was taken when
    /// it was opened.
    pub preprocess_assumed: bool,
    /// The file has weights alone, and this is the network they were recognised as: `resnet50`.
    pub architecture: Option<String>,
    /// What the file left open was worked out for the one size it was read at.
    one_size: bool,
    /// What the file tells of itself.
    pub about: About,
    pub facts: Facts,
}

impl Model {
    /// Opens a `.pt2` archive, an `.onnx` file, or a checkpoint of a network whose graph is known.
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
        graph::fold::fold(&mut graph).map_err(|fault| fault.at(path))?;
        let two_sided = graph::two_sided::make_two_sided(&mut graph);
        let plan = Arc::new(Plan::new(&graph));
        let tried = Tried::new(&mut graph, &plan, &opened.about, &mut opening);
        let tried = tried.map_err(|fault| fault.at(path))?;
        let labels = if two_sided {
            Labels::of_two_sides(opened.labels.as_deref(), path)?
        } else {
            Labels::resolve(opened.labels.as_deref(), path, tried.classes)?
        };
        let reading = if two_sided {
            Reading::Sigmoid
        } else {
            Reading::after(graph.head)
        };
        let [_, _, height, width] = graph
            .input_shape
            .map(|size| u32::try_from(size).unwrap_or_default());
        let preprocess = match &opened.preprocess {
            Some(text) => Preprocess::from_json(text, width, height, path)?,
            None if usage::pixels::takes_whole(&graph) => Preprocess::whole_pixels(width, height),
            None => Preprocess::imagenet(width, height),
        };
        let preprocess_assumed = opened.preprocess.is_none();
        Ok(Model {
            path: path.to_owned(),
            graph,
            plan,
            layers: tried.layers,
            own_labels: labels.clone(),
            labels,
            opened_as: Usage {
                preprocess: preprocess.clone(),
                reading,
                names: None,
            },
            preprocess,
            reading,
            two_sided,
            architecture: opened.architecture,
            preprocess_assumed,
            one_size: opened.one_size,
            about: opened.about,
            facts: tried.facts,
        })
    }

    /// The same model on the same weights in memory, used as `usage` says. Another size of picture
    /// is tried out like a newly opened model.
    ///
    /// # Errors
    /// [`Fault::Size`](error::Fault::Size) where the network is made for one size,
    /// [`Fault::Labels`](error::Fault::Labels) where the names do not fit;
    /// [`Fault::Cancelled`](error::Fault::Cancelled) where `tell` breaks.
    pub fn used(&self, usage: Usage, tell: Tell) -> Result<Model, Error> {
        let Usage {
            preprocess,
            reading,
            names,
        } = usage;
        let labels = match names {
            Some(names) => Labels::typed(names, self.labels.names.len()),
            None => Ok(self.own_labels.clone()),
        };
        let labels = labels.map_err(|fault| fault.at(&self.path))?;
        let (width, height) = (preprocess.width, preprocess.height);
        let mut graph = self.graph.resized(height.into(), width.into());
        let mut opening = Opening::telling(tell);
        let tried = if graph.input_shape == self.graph.input_shape {
            graph.layouts = Arc::clone(&self.graph.layouts);
            Ok(Tried {
                layers: self.layers.clone(),
                facts: self.facts.clone(),
                classes: self.labels.names.len(),
            })
        } else if self.one_size {
            Err(Fault::Graph(
                "what it pads and resizes was worked out for the size it has".into(),
            ))
        } else {
            Tried::new(&mut graph, &self.plan, &self.about, &mut opening)
        };
        let tried = tried.and_then(|tried| {
            if tried.classes == self.labels.names.len() {
                Ok(tried)
            } else {
                Err(Fault::NoLogits(format!(
                    "it has {} classes then",
                    tried.classes
                )))
            }
        });
        let tried = tried.map_err(|fault| match fault {
            Fault::Cancelled => fault.at(&self.path),
            other => Fault::Size {
                width,
                height,
                reason: other.to_string(),
            }
            .at(&self.path),
        })?;
        Ok(Model {
            path: self.path.clone(),
            graph,
            plan: Arc::clone(&self.plan),
            layers: tried.layers,
            labels,
            own_labels: self.own_labels.clone(),
            preprocess_assumed: self.preprocess_assumed,
            one_size: self.one_size,
            preprocess,
            // Yes and no are read one by one.
            reading: if self.two_sided {
                Reading::Sigmoid
            } else {
                reading
            },
            two_sided: self.two_sided,
            architecture: self.architecture.clone(),
            opened_as: self.opened_as.clone(),
            about: self.about.clone(),
            facts: tried.facts,
        })
    }
}

/// What a trial run at one size of picture has told.
struct Tried {
    layers: LayerTree,
    facts: Facts,
    classes: usize,
}

impl Tried {
    /// Runs `graph` and gives it its layouts.
    fn new(
        graph: &mut Graph,
        plan: &Arc<Plan>,
        about: &About,
        opening: &mut Opening,
    ) -> Result<Tried, Fault> {
        let checked = check::run(graph, plan, opening)?;
        graph.layouts = checked.layouts.into();
        let facts = graph::facts::facts(graph, &checked.shapes);
        let mut layers = layers::tree(graph, plan, &checked.shapes, &checked.blind);
        let fields = graph::receptive_field::fields(graph, &checked.shapes);
        for layer in &mut layers.layers {
            layer.field = fields[layer.activation.0];
            layer.source = about.sources.get(&layer.path).cloned();
        }
        let classes = checked.shapes[graph.logits.0].iter().product::<i64>();
        Ok(Tried {
            layers,
            facts,
            classes: usize::try_from(classes).unwrap_or_default(),
        })
    }
}
