//! The network: read from a file, run forwards, and propagated back through.
//!
//! A reader ([`format`](mod@format)) turns a file into a [`Graph`], and [`Model::open`] checks it once
//! with a trial run ([`opening`]). From then on [`Tape::record`] runs it, and everything else reads the
//! tape.
//!
//! This floor uses libtorch and the plain arrays of `picture`; it knows no method of explaining and no
//! window.

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
use format::build::opened::Opened;
pub use format::{About, Held, HeldAt, OtherSizes, SizeSource};
pub use graph::axes::Layout;
pub use graph::facts::Facts;
pub use graph::receptive_field::{Field, Fields};
pub use graph::{Graph, Head, ModulePath, ValueId};
pub use layers::{Layer, LayerTree, Target};
pub use opening::{InputValue, OpenOptions};
use opening::{Opening, Tell, allocator, check};
pub use tape::plan::Plan;
pub use tape::{Detail, ReluRule, Tape, forward, forward_watched};
pub use usage::channels::InputChannels;
pub use usage::labels::{LabelSource, Labels};
pub use usage::pixels::Levels;
use usage::preprocess::resolve::Evidence;
pub use usage::preprocess::{GivenPreprocess, Preprocess, PreprocessSource, Sources, Stated};
pub use usage::{Reading, Usage};

/// A model that has been opened and checked, so that nothing fails later because of its file.
#[derive(Debug)]
pub struct Model {
    /// The file that it was opened from.
    pub path: PathBuf,
    /// The network for the image size in use.
    pub graph: Graph,
    /// Where a recorded pass is cut, see [`Plan`]; the same for every image size.
    pub plan: Arc<Plan>,
    /// The tree of modules, with shapes for the image size in use.
    pub layers: LayerTree,
    /// The names of the classes in use, one for each logit.
    pub labels: Labels,
    /// The names of the classes when the file was opened.
    own_labels: Labels,
    /// How an image becomes the input, as in use.
    pub preprocess: Preprocess,
    /// The function that turns logits into probabilities, as in use.
    pub reading: Reading,
    /// Whether the file has a single logit, which was made into two classes.
    pub two_sided: bool,
    /// How it was used when the file was opened.
    pub opened_as: Usage,
    /// What the preprocessing that it was opened with comes from.
    pub preprocess_sources: Sources,
    /// What the user should know of that, in full sentences.
    pub preprocess_notes: Vec<String>,
    /// The architecture that was recognised, if the file has only weights: `resnet50`.
    pub architecture: Option<String>,
    /// The inputs besides the image, and what they are held at.
    pub held: Vec<Held>,
    /// Where the size of the image comes from.
    pub size: SizeSource,
    other_sizes: OtherSizes,
    /// The choices that the file was read with.
    options: OpenOptions,
    /// The file as it was then.
    stamp: Option<Stamp>,
    /// What the file says about itself.
    pub about: About,
    /// How much the network computes, and its non-linearities, for the image size in use.
    pub facts: Facts,
}

impl Model {
    /// Opens a `.pt2` archive, an `.onnx` file, or a checkpoint (`.pth`, `.pt`, `.safetensors`) of a network
    /// whose graph is built in.
    ///
    /// # Errors
    /// What is wrong with the file, by cause; see [`Fault`].
    pub fn open(path: &Path) -> Result<Model, Error> {
        Model::open_as(path, &OpenOptions::default(), &mut |_| {
            ControlFlow::Continue(())
        })
    }

    /// As [`Model::open`], with the caller's choices, and progress reported to `report`.
    ///
    /// # Errors
    /// As [`Model::open`], and [`Fault::Cancelled`] if `report` breaks.
    pub fn open_as(path: &Path, options: &OpenOptions, report: Tell) -> Result<Model, Error> {
        allocator::keep_freed();
        let stamp = Stamp::of(path);
        let Read {
            opened,
            plan,
            two_sided,
            tried,
        } = Read::new(path, options.clone(), &mut *report)?;
        let graph = opened.graph;
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
        let [_, channels, height, width] = graph
            .input_shape
            .map(|size| u32::try_from(size).unwrap_or_default());
        let channels = InputChannels::of_count(channels as usize);
        let channels = channels.ok_or_else(|| {
            let [_, channels, ..] = graph.input_shape;
            let why = format!(
                "it has {channels} channels, and images have one (grey) or three (red, green, blue)"
            );
            Fault::Input(why).at(path)
        })?;
        let found = usage::preprocess::resolve::resolve(&Evidence {
            path,
            own: opened.preprocess.as_deref(),
            weights: opened.architecture.is_some(),
            metadata: &opened.metadata,
            about: &opened.about,
            graph: &graph,
            classes: tried.classes,
            assumed: usage::assumed(channels, width, height, opened.takes_bytes),
        })?;
        let preprocess = found.preprocess;
        let model = Model {
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
            held: opened.held,
            preprocess_sources: found.sources,
            preprocess_notes: found.notes,
            size: opened.size,
            other_sizes: opened.other_sizes,
            options: options.clone(),
            stamp,
            about: opened.about,
            facts: tried.facts,
        };
        let Some(given) = &options.preprocess else {
            return Ok(model);
        };
        let prepared = given.over(&model.preprocess);
        let preprocess = prepared.map_err(|reason| Fault::Given(reason).at(path))?;
        let usage = Usage {
            preprocess,
            ..model.opened_as.clone()
        };
        model.used(usage, report)
    }

    /// The same model used as `usage` says, sharing its weights in memory. Another image size needs a
    /// trial run like that of a newly opened model.
    ///
    /// # Errors
    /// [`Fault::Size`] where the network does not take this image size,
    /// [`Fault::Labels`] where there are more or fewer names than classes,
    /// [`Fault::Cancelled`] if `report` breaks.
    pub fn used(&self, usage: Usage, report: Tell) -> Result<Model, Error> {
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
        let resized = self.resized(width, height, report);
        let resized = resized.and_then(|resized| match resized.tried.classes {
            classes if classes == self.labels.names.len() => Ok(resized),
            classes => Err(Fault::NoLogits(format!("it has {classes} classes then"))),
        });
        let resized = resized.map_err(|fault| match fault {
            Fault::Cancelled | Fault::Size { .. } | Fault::Changed => fault.at(&self.path),
            other => Fault::Size {
                width,
                height,
                reason: other.to_string(),
            }
            .at(&self.path),
        })?;
        let Resized { graph, plan, tried } = resized;
        Ok(Model {
            path: self.path.clone(),
            graph,
            plan,
            layers: tried.layers,
            labels,
            own_labels: self.own_labels.clone(),
            held: self.held.clone(),
            preprocess_sources: self.preprocess_sources,
            preprocess_notes: self.preprocess_notes.clone(),
            size: self.size,
            other_sizes: self.other_sizes,
            options: self.options.clone(),
            stamp: self.stamp,
            preprocess,
            // Yes and no are each read by itself.
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

    /// The graph for images of this size.
    fn resized(&self, width: u32, height: u32, report: Tell) -> Result<Resized, Fault> {
        let mut opening = Opening::new(report);
        let mut graph = self.graph.resized(height.into(), width.into());
        if graph.input_shape == self.graph.input_shape {
            graph.layouts = Arc::clone(&self.graph.layouts);
            return Ok(Resized {
                graph,
                plan: Arc::clone(&self.plan),
                tried: Tried {
                    layers: self.layers.clone(),
                    facts: self.facts.clone(),
                    classes: self.labels.names.len(),
                },
            });
        }
        match self.other_sizes {
            OtherSizes::None => Err(Fault::Graph(
                "its padding and resizing are fixed for the size it has".into(),
            )),
            OtherSizes::SameGraph => {
                let tried = Tried::new(&mut graph, &self.plan, &self.about, &mut opening)?;
                Ok(Resized {
                    graph,
                    plan: Arc::clone(&self.plan),
                    tried,
                })
            }
            OtherSizes::ReadAgain => {
                if self.stamp.is_none() || Stamp::of(&self.path) != self.stamp {
                    return Err(Fault::Changed);
                }
                let options = self.options.clone().size(width, height);
                let read = Read::new(&self.path, options, report);
                let read = read.map_err(|Error::File { fault, .. }| fault)?;
                Ok(Resized {
                    graph: read.opened.graph,
                    plan: read.plan,
                    tried: read.tried,
                })
            }
        }
    }
}

/// A file that has been read and tried.
struct Read {
    opened: Opened,
    plan: Arc<Plan>,
    two_sided: bool,
    tried: Tried,
}

impl Read {
    fn new(path: &Path, options: OpenOptions, report: Tell) -> Result<Read, Error> {
        let mut opening = Opening::new(report).with_options(options);
        let mut opened = format::open(path, &mut opening)?;
        let graph = &mut opened.graph;
        graph::fold::fold(graph).map_err(|fault| fault.at(path))?;
        let two_sided = graph::two_sided::make_two_sided(graph);
        let plan = Arc::new(Plan::new(graph));
        let tried = Tried::new(graph, &plan, &opened.about, &mut opening);
        Ok(Read {
            tried: tried.map_err(|fault| fault.at(path))?,
            opened,
            plan,
            two_sided,
        })
    }
}

/// The same network for images of another size.
struct Resized {
    graph: Graph,
    plan: Arc<Plan>,
    tried: Tried,
}

/// What tells whether a file has changed since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: std::time::SystemTime,
}

impl Stamp {
    fn of(path: &Path) -> Option<Stamp> {
        let about = std::fs::metadata(path).ok()?;
        Some(Stamp {
            length: about.len(),
            modified: about.modified().ok()?,
        })
    }
}

/// The results of a trial run at one image size.
struct Tried {
    layers: LayerTree,
    facts: Facts,
    classes: usize,
}

impl Tried {
    /// Runs `graph` and sets its layouts.
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

#[cfg(test)]
mod tests;
