//! From a path to a [`Model`]: the file is read, its answer recognised, the network tried, and everything
//! that a person may change is set to what the file says.

use std::ops::ControlFlow;
use std::path::Path;

use super::reuse::Pictures;
use super::trial::{Others, Taken, Use};
use super::{OpenOptions, Opening, Tell, allocator, batch, blame};
use crate::model::answer::{self, Answer, Choice};
use crate::model::error::{Error, Fault};
use crate::model::format::{self, build::opened::Opened};
use crate::model::usage::labels::OwnNames;
use crate::model::usage::preprocess::resolve::{self, Evidence};
use crate::model::{AnswerKind, InputChannels, Labels, Model, SizeSource, Usage, graph, usage};
use crate::picture::photo::geometry::Fit;

impl Model {
    /// Opens a `.pt2` archive, an `.onnx` file, a TorchScript archive, or the weights (`.pth`, `.pt`, `.ckpt`,
    /// `.safetensors`, a folder of transformers or timm) of a network whose graph is built in.
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
        let path = &format::file_of(path)?;
        let stamp = Stamp::of(path);
        let Read {
            opened,
            choice,
            output,
            taken,
        } = Read::new(path, options.clone(), None, &mut *report)
            .map_err(|error| blame::blamed(error, path, options, &mut *report))?;
        let Taken {
            answer,
            plan,
            tried,
        } = taken;
        let Answer {
            graph,
            reading,
            kind,
            notes,
            compared: _,
            unproven: _,
        } = answer;
        let labels = file_labels(&opened.names, path, kind, tried.classes, (&choice, output))?;
        let [_, channels, height, width] = graph
            .input_shape
            .map(|size| u32::try_from(size).unwrap_or_default());
        let channels = InputChannels::of_count(channels as usize);
        let channels = channels.ok_or_else(|| {
            let [_, channels, ..] = graph.input_shape;
            let why = format!("it has {channels} channels, which no image has");
            Fault::Input(why).at(path)
        })?;
        let found = resolve::resolve(&Evidence {
            path,
            own: opened.preprocess.as_deref(),
            weights: opened.weights.as_ref(),
            metadata: &opened.metadata,
            about: &opened.about,
            graph: &graph,
            classes: tried.classes,
            fixed_size: opened.size == SizeSource::Fixed,
            assumed: usage::assumed(channels, width, height, opened.takes_bytes),
        })?;
        let preprocess = found.preprocess;
        let model = Model {
            path: path.to_owned(),
            graph,
            plan,
            layers: tried.layers,
            own_labels: labels.clone(),
            typed_names: None,
            labels,
            opened_as: Usage {
                preprocess: preprocess.clone(),
                reading: choice.outputs[choice.default].reading,
                names: None,
                output: None,
                reference: None,
            },
            preprocess,
            reading,
            kind,
            reference: None,
            pictures_fit: Fit::default(),
            answer_notes: notes,
            whole: opened.graph,
            choice,
            output,
            own_names: opened.names,
            weights: opened.weights,
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
        model.with_choices(report)
    }

    /// As it was just opened, with the preprocessing, the second pictures and the comparison of its options.
    fn with_choices(self, report: Tell) -> Result<Model, Error> {
        let options = &self.options;
        let preprocess = match &options.preprocess {
            Some(given) => given
                .over(&self.preprocess)
                .map_err(|reason| Fault::Given(reason).at(&self.path))?,
            None if options.reference.is_some() || options.holds_pictures() => {
                self.preprocess.clone()
            }
            None => return Ok(self),
        };
        let usage = Usage {
            preprocess,
            reference: options.reference.clone(),
            reading: self.reading,
            names: None,
            output: (self.output != self.choice.default)
                .then(|| self.choice.outputs[self.output].name.clone()),
        };
        let fit = self.pictures_fit;
        self.used_again(usage, fit, Pictures::NotPrepared, report)
    }
}

/// The names of the classes, as far as the file and what lies beside it have them.
pub(super) fn file_labels(
    own: &OwnNames,
    path: &Path,
    kind: AnswerKind,
    classes: usize,
    (choice, output): (&Choice, usize),
) -> Result<Labels, Error> {
    if let Some(directions) = kind.directions() {
        return Ok(Labels::of_directions(directions));
    }
    let names = |text: Option<&str>| match kind {
        AnswerKind::YesNo => {
            let is_map = choice.outputs[output].positions.is_some();
            Labels::of_two_sides(text, path, AnswerKind::sides(is_map))
        }
        AnswerKind::Classes | AnswerKind::Number | AnswerKind::Similarity => {
            Labels::resolve(text, path, classes)
        }
    };
    let text = match kind {
        // Both sides may have a name, or that of "yes" alone.
        AnswerKind::YesNo => own.lines(&[1, 2]),
        AnswerKind::Classes | AnswerKind::Number | AnswerKind::Similarity => own.lines(&[classes]),
    };
    let found = names(text.as_deref());
    // The file's names may be those of another output.
    if found.is_err() && choice.outputs.len() > 1 {
        return names(None);
    }
    found
}

/// A file that has been read and tried.
pub(super) struct Read {
    /// With the graph of every output.
    pub opened: Opened,
    choice: Choice,
    output: usize,
    pub taken: Taken,
}

impl Read {
    /// `others` are the pictures besides the one that is explained, once it is known how that is prepared.
    pub fn new(
        path: &Path,
        options: OpenOptions,
        others: Option<Others>,
        report: Tell,
    ) -> Result<Read, Error> {
        let here = |fault: Fault| fault.at(path);
        let mut opening = Opening::new(report)
            .with_options(options.clone())
            .with_prepared(others.map(|others| others.prepared.clone()))
            .with_size_beside(resolve::size_beside(path));
        let mut opened = format::open(path, &mut opening)?;
        let whole = &mut opened.graph;
        graph::fold::fold(whole).map_err(here)?;
        batch::take_one_image(whole).map_err(here)?;
        let mut choice = answer::choose(whole, options.output.as_deref()).map_err(here)?;
        let output = match &options.output {
            Some(wanted) => choice.find(wanted).map_err(here)?,
            None => choice.default,
        };
        let taken = Taken::new(
            whole,
            (&mut choice, output),
            Use {
                reading: options.reading,
                others,
            },
            &opened.about,
            &mut opening,
        );
        Ok(Read {
            taken: taken.map_err(here)?,
            opened,
            choice,
            output,
        })
    }
}

/// What tells whether a file has changed since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::model) struct Stamp {
    length: u64,
    modified: std::time::SystemTime,
}

impl Stamp {
    pub fn of(path: &Path) -> Option<Stamp> {
        let about = std::fs::metadata(path).ok()?;
        Some(Stamp {
            length: about.len(),
            modified: about.modified().ok()?,
        })
    }
}
