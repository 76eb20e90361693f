//! An open model used in another way: for images of another size, another output, other preprocessing or
//! names. Its weights are shared.
//!
//! Only what changes is tried again, and the file is read again only where its graph holds for one image
//! size.

use std::sync::Arc;

use super::open::{Read, Stamp, file_labels};
use super::trial::{Taken, Tried};
use super::{Opening, Tell};
use crate::model::answer::{Answer, Choice};
use crate::model::error::{Error, Fault};
use crate::model::{Labels, Model, OtherSizes, Plan, Reading, Usage};

/// The same network with other scores or for images of another size.
struct Again {
    taken: Taken,
    /// The outputs, with what the runs have shown of them.
    choice: Choice,
}

impl Model {
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
        let again = again.and_then(|again| match again.taken.tried.classes {
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
        let Again { taken, choice } = again;
        let Taken {
            answer,
            plan,
            tried,
        } = taken;
        let own_labels = if same_answer {
            self.own_labels.clone()
        } else {
            let text = self.labels_text.as_deref();
            file_labels(
                text,
                &self.path,
                answer.kind,
                tried.classes,
                (&choice, output),
            )?
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
            choice,
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
        let mut choice = self.choice.clone();
        let wanted = Some(reading);
        let mut opening = Opening::new(report);
        let place = (&mut choice, output);
        let taken = Taken::new(&whole, place, wanted, &self.about, &mut opening)?;
        Ok(Again { taken, choice })
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
            taken: read.taken,
            choice: self.choice.clone(),
        })
    }

    /// The outputs are as they were.
    fn again(&self, answer: Answer, plan: Arc<Plan>, tried: Tried) -> Again {
        let taken = Taken {
            answer,
            plan,
            tried,
        };
        Again {
            taken,
            choice: self.choice.clone(),
        }
    }
}

fn fixed_size() -> Fault {
    Fault::Graph("its padding and resizing are fixed for the size it has".into())
}
