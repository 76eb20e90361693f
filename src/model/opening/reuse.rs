//! An open model used in another way: for images of another size, another output, other preprocessing or
//! names. Its weights are shared.
//!
//! Only what changes is tried again, and the file is read again only where its graph holds for one image
//! size.

use std::sync::Arc;

use super::open::{Read, Stamp, file_labels};
use super::options::Prepared;
use super::trial::{Others, Taken, Tried, Use};
use super::{Opening, Tell};
use crate::model::answer::{Answer, Choice};
use crate::model::error::{Error, Fault};
use crate::model::graph::Graph;
use crate::model::{Held, Labels, Model, OtherSizes, Plan, Preprocess, SecondPicture, Usage};
use crate::picture::photo::geometry::Fit;

/// Whether the pictures that inputs are held at are prepared as they are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pictures {
    Prepared,
    /// They have been prepared otherwise, or not at all.
    NotPrepared,
}

/// The same network with other scores or for images of another size.
struct Again {
    taken: Taken,
    /// The outputs, with what the runs have shown of them.
    choice: Choice,
    /// The graph with every output.
    whole: Graph,
    /// The inputs besides the image, which have its size where they are pictures too.
    held: Vec<Held>,
}

impl Again {
    /// Refuses another number of classes than before where the answer is the same.
    fn with_classes(self, before: &Model, same_answer: bool) -> Result<Again, Fault> {
        match self.taken.tried.classes {
            classes if !same_answer || classes == before.labels.names.len() => Ok(self),
            classes => Err(Fault::NoLogits(format!("it has {classes} classes then"))),
        }
    }
}

impl Model {
    /// The same model used as `usage` says, sharing its weights in memory. Another image size or
    /// another output needs a trial run like that of a newly opened model.
    ///
    /// # Errors
    /// [`Fault::Size`] where the network does not take this image size,
    /// [`Fault::Labels`] where there are more or fewer names than classes,
    /// [`Fault::UnknownOutput`] where there is no such output,
    /// [`Fault::NotComparable`] and [`Error::Picture`] where its values cannot be compared with those of
    /// a second picture,
    /// [`Fault::Cancelled`] if `report` breaks.
    pub fn used(&self, usage: Usage, report: Tell) -> Result<Model, Error> {
        self.used_with(usage, self.pictures_fit, report)
    }

    /// As [`Model::used`], with the pictures besides the one that is explained fitted in this way.
    ///
    /// # Errors
    /// As [`Model::used`].
    pub fn used_with(&self, usage: Usage, fit: Fit, report: Tell) -> Result<Model, Error> {
        let pictures = if self.preprocess == usage.preprocess && self.pictures_fit == fit {
            Pictures::Prepared
        } else {
            Pictures::NotPrepared
        };
        self.used_again(usage, fit, pictures, report)
    }

    pub(super) fn used_again(
        &self,
        usage: Usage,
        fit: Fit,
        pictures: Pictures,
        report: Tell,
    ) -> Result<Model, Error> {
        let here = |fault: Fault| fault.at(&self.path);
        let output = match &usage.output {
            Some(name) => self.choice.find(name).map_err(here)?,
            None => self.choice.default,
        };
        let compared = usage.reference.clone().map(SecondPicture::open);
        let compared = compared.transpose().map_err(Error::Picture)?;
        let (reference, photo) = compared.unzip();
        let same_answer = output == self.output
            && reference.is_none()
            && self.reference.is_none()
            && self.reading.has_same_scores(usage.reading);
        let (width, height) = (usage.preprocess.width, usage.preprocess.height);
        let prepared = Prepared {
            preprocess: usage.preprocess.clone(),
            fit,
        };
        let used = Use {
            reading: Some(usage.reading),
            others: Some(Others {
                prepared: &prepared,
                reference: photo.as_deref(),
            }),
        };
        let resized = (!self.has_size(width, height)).then_some((width, height));
        let again = if self.options.holds_pictures() && pictures == Pictures::NotPrepared {
            match (self.other_sizes, resized) {
                (OtherSizes::ReadAgain, _) | (_, None) => self.read_again(output, used, report),
                (OtherSizes::None | OtherSizes::SameGraph, Some(_)) => Err(fixed_size()),
            }
        } else if same_answer {
            self.resized(resized, used, report)
        } else {
            self.answering(output, resized, used, report)
        };
        let again = again.and_then(|again| again.with_classes(self, same_answer));
        let Again {
            taken,
            choice,
            whole,
            held,
        } = again.map_err(|fault| here(at_size(fault, resized)))?;
        let Taken {
            answer,
            plan,
            tried,
        } = taken;
        let own_labels = if same_answer {
            self.own_labels.clone()
        } else {
            file_labels(
                &self.own_names,
                &self.path,
                answer.kind,
                tried.classes,
                (&choice, output),
            )?
        };
        let has_classes = answer.kind.directions().is_none();
        // Names of the classes of another output say nothing about this one.
        let typed_names = usage
            .names
            .filter(|names| !has_classes || same_answer || names.len() == tried.classes);
        let names = typed_names.clone().filter(|_| has_classes);
        let labels = typed_or_own(names, &own_labels, tried.classes).map_err(here)?;
        Ok(Model {
            path: self.path.clone(),
            graph: answer.graph,
            plan,
            layers: tried.layers,
            labels,
            own_labels,
            typed_names,
            held,
            preprocess_sources: self.preprocess_sources,
            preprocess_notes: self.preprocess_notes.clone(),
            size: self.size,
            other_sizes: self.other_sizes,
            options: self.options.clone(),
            stamp: self.stamp,
            preprocess: usage.preprocess,
            reading: answer.reading,
            kind: answer.kind,
            reference,
            pictures_fit: fit,
            answer_notes: answer.notes,
            whole,
            choice,
            output,
            own_names: self.own_names.clone(),
            weights: self.weights.clone(),
            opened_as: self.opened_as.clone(),
            about: self.about.clone(),
            facts: tried.facts,
        })
    }

    fn has_size(&self, width: u32, height: u32) -> bool {
        self.graph.input_shape[2..] == [i64::from(height), i64::from(width)]
    }

    /// The same scores, for images of another size if there is one.
    fn resized(
        &self,
        resized: Option<(u32, u32)>,
        used: Use,
        report: Tell,
    ) -> Result<Again, Fault> {
        let reading = used.reading.unwrap_or(self.reading);
        let answer = |graph: Graph| Answer {
            graph,
            reading: self.kind.read_as(self.reading, reading),
            kind: self.kind,
            compared: None,
            unproven: false,
            notes: self.answer_notes.clone(),
        };
        let plan = Arc::clone(&self.plan);
        let Some((width, height)) = resized else {
            let mut graph = self.graph.shared();
            graph.layouts = Arc::clone(&self.graph.layouts);
            let classes = self.labels.names.len();
            let tried = Tried::known(self.layers.clone(), self.facts.clone(), classes);
            return Ok(self.again(answer(graph), plan, tried));
        };
        match self.other_sizes {
            OtherSizes::None => Err(fixed_size()),
            OtherSizes::SameGraph => {
                let mut graph = self.graph.resized(height.into(), width.into());
                let mut opening = Opening::new(report);
                let tried = Tried::new(&mut graph, &plan, &self.about, &mut opening)?;
                Ok(self.again(answer(graph), plan, tried))
            }
            OtherSizes::ReadAgain => self.read_again(self.output, used, report),
        }
    }

    /// Other scores of the same network, for images of another size if there is one.
    fn answering(
        &self,
        output: usize,
        resized: Option<(u32, u32)>,
        used: Use,
        report: Tell,
    ) -> Result<Again, Fault> {
        let whole = match (resized, self.other_sizes) {
            (None, _) => self.whole.shared(),
            (Some(_), OtherSizes::None) => return Err(fixed_size()),
            (Some((width, height)), OtherSizes::SameGraph) => {
                self.whole.resized(height.into(), width.into())
            }
            (Some(_), OtherSizes::ReadAgain) => return self.read_again(output, used, report),
        };
        let mut choice = self.choice.clone();
        let mut opening = Opening::new(report);
        let place = (&mut choice, output);
        let taken = Taken::new(&whole, place, used, &self.about, &mut opening)?;
        Ok(Again {
            taken,
            choice,
            whole,
            held: self.held.clone(),
        })
    }

    /// Reads the file again for images that are prepared as `used` says.
    fn read_again(&self, output: usize, used: Use, report: Tell) -> Result<Again, Fault> {
        if self.stamp.is_none() || Stamp::of(&self.path) != self.stamp {
            return Err(Fault::Changed);
        }
        let name = self.choice.outputs[output].name.clone();
        let mut options = self.options.clone().output(name);
        options.reading = used.reading;
        // Also where the size is as it was: the options have that of the first opening.
        if let Some(others) = used.others {
            let Preprocess { width, height, .. } = others.prepared.preprocess;
            options = options.size(width, height);
        }
        let read = Read::new(&self.path, options, used.others, report);
        let read = read.map_err(Error::fault)?;
        Ok(Again {
            taken: read.taken,
            choice: self.choice.clone(),
            whole: read.opened.graph,
            held: read.opened.held,
        })
    }

    /// The outputs are as they were.
    fn again(&self, answer: Answer, plan: Arc<Plan>, tried: Tried) -> Again {
        let [_, _, height, width] = answer.graph.input_shape;
        let whole = if self.whole.input_shape == answer.graph.input_shape {
            self.whole.shared()
        } else {
            self.whole.resized(height, width)
        };
        let taken = Taken {
            answer,
            plan,
            tried,
        };
        Again {
            taken,
            choice: self.choice.clone(),
            whole,
            held: self.held.clone(),
        }
    }
}

fn typed_or_own(typed: Option<Vec<String>>, own: &Labels, classes: usize) -> Result<Labels, Fault> {
    match typed {
        Some(names) => Labels::typed(names, classes),
        None => Ok(own.clone()),
    }
}

/// The fault that using a model ends in, for images of another size if there is one.
fn at_size(fault: Fault, resized: Option<(u32, u32)>) -> Fault {
    let Some((width, height)) = resized else {
        return fault;
    };
    match fault {
        // They say nothing of the size.
        Fault::Cancelled
        | Fault::Unreadable(_)
        | Fault::Empty
        | Fault::NotAModel { .. }
        | Fault::OnnxText { .. }
        | Fault::Unfit { .. }
        | Fault::TensorFlow { .. }
        | Fault::SeveralArchitectures(_)
        | Fault::NoArchitecture(_)
        | Fault::Unfilled { .. }
        | Fault::SeveralFiles(_)
        | Fault::Parts { .. }
        | Fault::UnknownArchitecture { .. }
        | Fault::Damaged(_)
        | Fault::Compressed { .. }
        | Fault::Encrypted { .. }
        | Fault::Escapes { .. }
        | Fault::Oversized { .. }
        | Fault::Missing { .. }
        | Fault::Entry { .. }
        | Fault::Schema { .. }
        | Fault::Opset { .. }
        | Fault::Script { .. }
        | Fault::Training { .. }
        | Fault::SeveralPictures(_)
        | Fault::Value { .. }
        | Fault::UnknownOutput { .. }
        | Fault::Labels { .. }
        | Fault::Size { .. }
        | Fault::Changed
        | Fault::Preprocess(_)
        | Fault::Given(_)
        | Fault::Picture(_)
        | Fault::NotComparable(_)
        | Fault::Beside { .. } => fault,
        Fault::Symbolic { .. }
        | Fault::Graph(_)
        | Fault::SharedInPlace { .. }
        | Fault::Unsupported(_)
        | Fault::Input(_)
        | Fault::NoLogits(_)
        | Fault::Weight { .. } => Fault::Size {
            width,
            height,
            reason: fault.to_string(),
        },
    }
}

fn fixed_size() -> Fault {
    Fault::Graph("its padding and resizing are fixed for the size it has".into())
}
