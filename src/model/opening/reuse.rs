//! An open model used in another way: for images of another size, another output, other preprocessing or
//! names. Its weights are shared.
//!
//! Only what changes is tried again, and the file is read again only where its graph holds for one image
//! size.

use std::sync::Arc;

use super::open::{Read, Stamp, file_labels};
use super::options::Prepared;
use super::trial::{Taken, Tried, Use};
use super::{OpenOptions, Opening, Tell};
use crate::model::answer::{Answer, Choice};
use crate::model::error::{Error, Fault};
use crate::model::graph::Graph;
use crate::model::{Held, Labels, Model, OtherSizes, Plan, Reading, SecondPicture, Usage};
use crate::picture::photo::geometry::Fit;

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
            && self.kind.has_same_scores(self.reading, usage.reading);
        let (width, height) = (usage.preprocess.width, usage.preprocess.height);
        let prepared = Prepared {
            preprocess: usage.preprocess.clone(),
            fit,
        };
        let used = Use {
            reading: Some(usage.reading),
            reference: photo.as_deref().map(|photo| (photo, &prepared)),
        };
        let same_size = self.graph.input_shape[2..] == [i64::from(height), i64::from(width)];
        let pictures = self.options.holds_pictures();
        let again = if pictures && self.options.prepared.as_deref() != Some(&prepared) {
            self.prepared(output, used, &prepared, report)
        } else if same_answer {
            self.resized((width, height), usage.reading, report)
        } else {
            self.answering(output, (width, height), used, report)
        };
        let again = again.and_then(|again| again.with_classes(self, same_answer));
        let resized = (!same_size).then_some((width, height));
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
            options: OpenOptions {
                prepared: pictures.then(|| Box::new(prepared)),
                ..self.options.clone()
            },
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
            architecture: self.architecture.clone(),
            opened_as: self.opened_as.clone(),
            about: self.about.clone(),
            facts: tried.facts,
        })
    }

    /// The same scores for images of this size.
    fn resized(
        &self,
        (width, height): (u32, u32),
        reading: Reading,
        report: Tell,
    ) -> Result<Again, Fault> {
        let mut opening = Opening::new(report);
        let mut answer = Answer {
            graph: self.graph.resized(height.into(), width.into()),
            reading: self.kind.read_as(self.reading, reading),
            kind: self.kind,
            compared: None,
            unproven: false,
            notes: self.answer_notes.clone(),
        };
        let graph = &mut answer.graph;
        let plan = Arc::clone(&self.plan);
        if graph.input_shape == self.graph.input_shape {
            graph.layouts = Arc::clone(&self.graph.layouts);
            let classes = self.labels.names.len();
            let tried = Tried::known(self.layers.clone(), self.facts.clone(), classes);
            return Ok(self.again(answer, plan, tried));
        }
        match self.other_sizes {
            OtherSizes::None => Err(fixed_size()),
            OtherSizes::SameGraph => {
                let tried = Tried::new(graph, &plan, &self.about, &mut opening)?;
                Ok(self.again(answer, plan, tried))
            }
            OtherSizes::ReadAgain => {
                let used = Use {
                    reading: Some(reading),
                    reference: None,
                };
                self.read_again(self.output, (width, height), used, report)
            }
        }
    }

    /// Other scores of the same network, for images of this size.
    fn answering(
        &self,
        output: usize,
        (width, height): (u32, u32),
        used: Use,
        report: Tell,
    ) -> Result<Again, Fault> {
        let same_size = self.graph.input_shape[2..] == [i64::from(height), i64::from(width)];
        let whole = match self.other_sizes {
            _ if same_size => self.whole.shared(),
            OtherSizes::None => return Err(fixed_size()),
            OtherSizes::SameGraph => self.whole.resized(height.into(), width.into()),
            OtherSizes::ReadAgain => {
                return self.read_again(output, (width, height), used, report);
            }
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

    /// Reads the file again for images of this size.
    fn read_again(
        &self,
        output: usize,
        (width, height): (u32, u32),
        used: Use,
        report: Tell,
    ) -> Result<Again, Fault> {
        let options = self.options.clone().size(width, height);
        self.read_as(options, output, used, report)
    }

    /// Reads the file again, with the pictures of other inputs prepared in this way.
    fn prepared(
        &self,
        output: usize,
        used: Use,
        prepared: &Prepared,
        report: Tell,
    ) -> Result<Again, Fault> {
        let (width, height) = (prepared.preprocess.width, prepared.preprocess.height);
        let [_, _, rows, columns] = self.graph.input_shape;
        let same_size = [rows, columns] == [i64::from(height), i64::from(width)];
        if !same_size && self.other_sizes != OtherSizes::ReadAgain {
            return Err(fixed_size());
        }
        let mut options = self.options.clone();
        options.prepared = Some(Box::new(prepared.clone()));
        if self.other_sizes == OtherSizes::ReadAgain {
            options = options.size(width, height);
        }
        self.read_as(options, output, used, report)
    }

    fn read_as(
        &self,
        options: OpenOptions,
        output: usize,
        used: Use,
        report: Tell,
    ) -> Result<Again, Fault> {
        if self.stamp.is_none() || Stamp::of(&self.path) != self.stamp {
            return Err(Fault::Changed);
        }
        let name = self.choice.outputs[output].name.clone();
        let mut options = options.output(name);
        options.reading = used.reading;
        let read = Read::new(&self.path, options, used.reference, report);
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
        Fault::Cancelled
        | Fault::Size { .. }
        | Fault::Changed
        | Fault::Picture(_)
        | Fault::NotComparable(_) => fault,
        other => Fault::Size {
            width,
            height,
            reason: other.to_string(),
        },
    }
}

fn fixed_size() -> Fault {
    Fault::Graph("its padding and resizing are fixed for the size it has".into())
}
