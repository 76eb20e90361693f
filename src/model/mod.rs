//! The network: read from a file, run forwards, and propagated back through.
//!
//! A reader ([`format`](mod@format)) turns a file into a [`Graph`], and [`Model::open`] checks it once
//! with a trial run ([`opening`]). From then on [`Tape::record`] runs it, and everything else reads the
//! tape.
//!
//! This floor uses libtorch and the plain arrays of `picture`; it knows no method of explaining and no
//! window.

pub mod answer;
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

use answer::{Answer, Choice};
pub use answer::{AnswerKind, OutputInfo};
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
    /// What the scores are.
    pub kind: AnswerKind,
    /// What was recognised about its answer, in sentences for the user.
    pub answer_notes: Vec<String>,
    /// The graph with every output, from which another one can be taken.
    whole: Graph,
    choice: Choice,
    /// The output in use, an index into [`Model::outputs`].
    output: usize,
    /// The text of the class names that the file itself has.
    labels_text: Option<String>,
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
            choice,
            output,
            answer,
            plan,
            tried,
        } = Read::new(path, options.clone(), &mut *report)?;
        let Answer {
            graph,
            reading,
            kind,
            notes,
        } = answer;
        let labels = file_labels(opened.labels.as_deref(), path, kind, tried.classes, &choice)?;
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
                reading: choice.outputs[choice.default].reading,
                names: None,
                output: None,
            },
            preprocess,
            reading,
            kind,
            answer_notes: notes,
            whole: opened.graph,
            choice,
            output,
            labels_text: opened.labels,
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
            reading: model.reading,
            names: None,
            output: (model.output != model.choice.default)
                .then(|| model.choice.outputs[model.output].name.clone()),
        };
        model.used(usage, report)
    }

    /// The outputs of the file that can be explained, in its order.
    pub fn outputs(&self) -> &[OutputInfo] {
        &self.choice.outputs
    }

    /// The index of the output that is taken unless the user chooses.
    pub fn default_output(&self) -> usize {
        self.choice.default
    }

    /// Which outputs there are, if there are several.
    pub fn outputs_note(&self) -> Option<String> {
        self.choice.note(self.output)
    }

    /// The index of the output in use among [`Model::outputs`].
    pub fn output(&self) -> usize {
        self.output
    }

    /// The same model used as `usage` says, sharing its weights in memory. Another image size or
    /// another output needs a trial run like that of a newly opened model.
    ///
    /// # Errors
    /// [`Fault::Size`] where the network does not take this image size,
    /// [`Fault::Labels`] where there are more or fewer names than classes,
    /// [`Fault::UnknownOutput`] where there is no such output,
    /// [`Fault::Cancelled`] if `report` breaks.
    pub fn used(&self, usage: Usage, report: Tell) -> Result<Model, Error> {
        let here = |fault: Fault| fault.at(&self.path);
        let output = match &usage.output {
            Some(name) => self.choice.find(name).map_err(here)?,
            None => self.choice.default,
        };
        let same_answer =
            output == self.output && self.kind.has_same_scores(self.reading, usage.reading);
        let (width, height) = (usage.preprocess.width, usage.preprocess.height);
        let same_size = self.graph.input_shape[2..] == [i64::from(height), i64::from(width)];
        let again = if same_answer {
            self.resized(width, height, usage.reading, report)
        } else {
            self.answering(output, width, height, usage.reading, report)
        };
        let again = again.and_then(|again| match again.tried.classes {
            classes if !same_answer || classes == self.labels.names.len() => Ok(again),
            classes => Err(Fault::NoLogits(format!("it has {classes} classes then"))),
        });
        let again = again.map_err(|fault| match fault {
            Fault::Cancelled | Fault::Size { .. } | Fault::Changed => here(fault),
            fault if same_size => here(fault),
            other => here(Fault::Size {
                width,
                height,
                reason: other.to_string(),
            }),
        })?;
        let Again {
            answer,
            plan,
            tried,
        } = again;
        let own_labels = if same_answer {
            self.own_labels.clone()
        } else {
            let text = self.labels_text.as_deref();
            file_labels(text, &self.path, answer.kind, tried.classes, &self.choice)?
        };
        let labels = match usage.names {
            // Names of the classes of another output say nothing about this one.
            Some(names) if same_answer || names.len() == tried.classes => {
                Labels::typed(names, tried.classes).map_err(here)?
            }
            Some(_) | None => own_labels.clone(),
        };
        Ok(Model {
            path: self.path.clone(),
            graph: answer.graph,
            plan,
            layers: tried.layers,
            labels,
            own_labels,
            held: self.held.clone(),
            preprocess_sources: self.preprocess_sources,
            preprocess_notes: self.preprocess_notes.clone(),
            size: self.size,
            other_sizes: self.other_sizes,
            options: self.options.clone(),
            stamp: self.stamp,
            preprocess: usage.preprocess,
            reading: answer.reading,
            kind: answer.kind,
            answer_notes: answer.notes,
            whole: self.whole.shared(),
            choice: self.choice.clone(),
            output,
            labels_text: self.labels_text.clone(),
            architecture: self.architecture.clone(),
            opened_as: self.opened_as.clone(),
            about: self.about.clone(),
            facts: tried.facts,
        })
    }

    /// The same scores for images of this size.
    fn resized(
        &self,
        width: u32,
        height: u32,
        reading: Reading,
        report: Tell,
    ) -> Result<Again, Fault> {
        let mut opening = Opening::new(report);
        let mut answer = Answer {
            graph: self.graph.resized(height.into(), width.into()),
            reading: self.kind.read_as(self.reading, reading),
            kind: self.kind,
            notes: self.answer_notes.clone(),
        };
        let graph = &mut answer.graph;
        let plan = Arc::clone(&self.plan);
        if graph.input_shape == self.graph.input_shape {
            graph.layouts = Arc::clone(&self.graph.layouts);
            let tried = Tried {
                layers: self.layers.clone(),
                facts: self.facts.clone(),
                classes: self.labels.names.len(),
            };
            return Ok(Again {
                answer,
                plan,
                tried,
            });
        }
        match self.other_sizes {
            OtherSizes::None => Err(fixed_size()),
            OtherSizes::SameGraph => {
                let tried = Tried::new(graph, &plan, &self.about, &mut opening)?;
                Ok(Again {
                    answer,
                    plan,
                    tried,
                })
            }
            OtherSizes::ReadAgain => self.read_again(self.output, width, height, reading, report),
        }
    }

    /// Other scores of the same network, for images of this size.
    fn answering(
        &self,
        output: usize,
        width: u32,
        height: u32,
        reading: Reading,
        report: Tell,
    ) -> Result<Again, Fault> {
        let same_size = self.graph.input_shape[2..] == [i64::from(height), i64::from(width)];
        let whole = match self.other_sizes {
            _ if same_size => self.whole.shared(),
            OtherSizes::None => return Err(fixed_size()),
            OtherSizes::SameGraph => self.whole.resized(height.into(), width.into()),
            OtherSizes::ReadAgain => {
                return self.read_again(output, width, height, reading, report);
            }
        };
        let index = self.choice.index(output);
        let mut answer = answer::answer(&whole, index, Some(reading))?;
        let plan = Arc::new(Plan::new(&answer.graph));
        let mut opening = Opening::new(report);
        let tried = Tried::new(&mut answer.graph, &plan, &self.about, &mut opening)?;
        Ok(Again {
            answer,
            plan,
            tried,
        })
    }

    /// Reads the file again for images of this size.
    fn read_again(
        &self,
        output: usize,
        width: u32,
        height: u32,
        reading: Reading,
        report: Tell,
    ) -> Result<Again, Fault> {
        if self.stamp.is_none() || Stamp::of(&self.path) != self.stamp {
            return Err(Fault::Changed);
        }
        let name = self.choice.outputs[output].name.clone();
        let options = self.options.clone().size(width, height);
        let options = options.output(name).reading(reading);
        let read = Read::new(&self.path, options, report);
        let read = read.map_err(|Error::File { fault, .. }| fault)?;
        Ok(Again {
            answer: read.answer,
            plan: read.plan,
            tried: read.tried,
        })
    }
}

fn fixed_size() -> Fault {
    Fault::Graph("its padding and resizing are fixed for the size it has".into())
}

/// The names of the classes, as far as the file and what lies beside it have them.
fn file_labels(
    text: Option<&str>,
    path: &Path,
    kind: AnswerKind,
    classes: usize,
    choice: &Choice,
) -> Result<Labels, Error> {
    let names = |text: Option<&str>| match kind {
        AnswerKind::Classes => Labels::resolve(text, path, classes),
        AnswerKind::YesNo => Labels::of_two_sides(text, path),
        AnswerKind::Number => Ok(Labels::of_directions(AnswerKind::DIRECTIONS)),
    };
    let found = names(text);
    // The file's names may be those of another output.
    if found.is_err() && choice.outputs.len() > 1 {
        return names(None);
    }
    found
}

/// A file that has been read and tried.
struct Read {
    /// With the graph of every output.
    opened: Opened,
    choice: Choice,
    output: usize,
    answer: Answer,
    plan: Arc<Plan>,
    tried: Tried,
}

impl Read {
    fn new(path: &Path, options: OpenOptions, report: Tell) -> Result<Read, Error> {
        let here = |fault: Fault| fault.at(path);
        let mut opening = Opening::new(report).with_options(options.clone());
        let mut opened = format::open(path, &mut opening)?;
        let whole = &mut opened.graph;
        graph::fold::fold(whole).map_err(here)?;
        let choice = answer::choose(whole, options.output.as_deref()).map_err(here)?;
        let output = match &options.output {
            Some(wanted) => choice.find(wanted).map_err(here)?,
            None => choice.default,
        };
        let answer = answer::answer(whole, choice.index(output), options.reading);
        let mut answer = answer.map_err(here)?;
        let plan = Arc::new(Plan::new(&answer.graph));
        let tried = Tried::new(&mut answer.graph, &plan, &opened.about, &mut opening);
        Ok(Read {
            tried: tried.map_err(here)?,
            opened,
            choice,
            output,
            answer,
            plan,
        })
    }
}

/// The same network with other scores or for images of another size.
struct Again {
    answer: Answer,
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
