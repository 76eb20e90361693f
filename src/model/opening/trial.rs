//! What a trial run finds out about a network: its layers, what it costs, and how many classes it has.

use std::sync::Arc;

use super::options::Prepared;
use super::{Opening, check};
use crate::model::answer::{self, Answer, Choice, Measured, Wanted};
use crate::model::error::Fault;
use crate::model::graph::{self, Graph};
use crate::model::layers::{self, LayerTree};
use crate::model::usage::input::Input;
use crate::model::{About, Facts, Plan, Reading};
use crate::picture::photo::decode::Photo;

/// The results of a trial run at one image size.
pub(super) struct Tried {
    pub layers: LayerTree,
    pub facts: Facts,
    pub classes: usize,
    /// The row of scores of the trial's image.
    scores: Vec<f32>,
}

/// How an output is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Use<'a> {
    /// In place of the reading that its ending suggests.
    pub reading: Option<Reading>,
    /// The pictures besides the one that is explained.
    pub others: Option<Others<'a>>,
}

/// The pictures besides the one that is explained.
#[derive(Debug, Clone, Copy)]
pub(super) struct Others<'a> {
    /// How all of them are prepared.
    pub prepared: &'a Prepared,
    /// The one that the answer is compared with.
    pub reference: Option<&'a Photo>,
}

impl<'a> Use<'a> {
    /// The picture that the answer is compared with, and how it is prepared.
    fn reference(self) -> Option<(&'a Photo, &'a Prepared)> {
        let Others {
            prepared,
            reference,
        } = self.others?;
        Some((reference?, prepared))
    }

    fn wanted(self) -> Wanted {
        Wanted {
            reading: self.reading,
            similarity: self.reference().is_some(),
        }
    }
}

/// An output of a file as the answer, after its trial run.
pub(super) struct Taken {
    pub answer: Answer,
    pub plan: Arc<Plan>,
    pub tried: Tried,
}

impl Taken {
    /// Takes one of the outputs of `choice`, in which what the runs show is kept.
    pub fn new(
        whole: &Graph,
        (choice, output): (&mut Choice, usize),
        used: Use,
        about: &About,
        opening: &mut Opening,
    ) -> Result<Taken, Fault> {
        let wanted = used.wanted();
        let mut answer = answer::answer(whole, choice, output, wanted)?;
        let plan = Arc::new(Plan::new(&answer.graph));
        let tried = Tried::new(&mut answer.graph, &plan, about, opening)?;
        if let (Some(compared), Some((photo, prepared))) = (answer.compared, used.reference()) {
            let input = Input::new(photo, prepared.fit, &prepared.preprocess)?;
            compared.with(&mut answer.graph, &input.tensor)?;
        }
        let looks = Measured::of(&tried.scores).filter(|_| answer.unproven);
        if let Some(looks) = looks
            && looks.holds_for(&tried.scores, &check::scores_of_another(&answer.graph)?)
        {
            choice.measure(output, looks);
            // The scores stay as they are.
            let measured = answer::answer(whole, choice, output, wanted)?;
            answer = Answer {
                graph: answer.graph,
                ..measured
            };
        }
        Ok(Taken {
            answer,
            plan,
            tried,
        })
    }
}

impl Tried {
    /// What is known from an earlier run at the same size.
    pub fn known(layers: LayerTree, facts: Facts, classes: usize) -> Tried {
        Tried {
            layers,
            facts,
            classes,
            scores: Vec::new(),
        }
    }

    /// Runs `graph` and sets its layouts.
    pub fn new(
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
        // `[1, classes]`, or a map `[1, classes, height, width]`.
        let classes = checked.shapes[graph.logits.0].get(1).copied();
        Ok(Tried {
            layers,
            facts,
            classes: usize::try_from(classes.unwrap_or_default()).unwrap_or_default(),
            scores: checked.scores,
        })
    }
}
