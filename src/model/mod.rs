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

use std::path::PathBuf;
use std::sync::Arc;

use crate::picture::photo::geometry::Fit;
use answer::Choice;
pub use answer::{AnswerKind, OutputInfo};
pub use error::Error;
pub(crate) use format::Recognition;
pub use format::{About, Held, HeldAt, OtherSizes, SizeSource};
pub use graph::axes::Layout;
pub use graph::facts::Facts;
pub use graph::receptive_field::{Field, Fields};
pub use graph::{Graph, Head, ModulePath, ValueId};
pub use layers::{Layer, LayerTree, Target};
use opening::open::Stamp;
pub use opening::{HeadActivation, InputValue, OpenOptions};
pub use tape::plan::Plan;
pub use tape::{Detail, ReluRule, Tape, forward, forward_watched};
pub use usage::channels::InputChannels;
use usage::labels::OwnNames;
pub use usage::labels::{LabelSource, Labels};
pub use usage::pixels::Levels;
pub use usage::preprocess::{GivenPreprocess, Preprocess, PreprocessSource, Sources, Stated};
pub use usage::taken::{concerns, taken_words};
pub use usage::{Reading, SecondPicture, Usage};

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
    /// The names that the user has typed, also while the scores are directions and no classes.
    pub(crate) typed_names: Option<Vec<String>>,
    /// How an image becomes the input, as in use.
    pub preprocess: Preprocess,
    /// The function that turns logits into probabilities, as in use.
    pub reading: Reading,
    /// What the scores are.
    pub kind: AnswerKind,
    /// The second picture that its values are compared with, for [`AnswerKind::Similarity`].
    pub reference: Option<SecondPicture>,
    /// How that picture, and those that inputs are held at, are fitted to the input.
    pub pictures_fit: Fit,
    /// What was recognised about its answer, in sentences for the user.
    pub answer_notes: Vec<String>,
    /// The graph with every output, from which another one can be taken.
    whole: Graph,
    choice: Choice,
    /// The output in use, an index into [`Model::outputs`].
    output: usize,
    /// The names of classes that the file itself has.
    own_names: OwnNames,
    /// How it was used when the file was opened.
    pub opened_as: Usage,
    /// What the preprocessing that it was opened with comes from.
    pub preprocess_sources: Sources,
    /// What the user should know of that, in full sentences.
    pub preprocess_notes: Vec<String>,
    /// What was recognised, if the file has only weights.
    pub(crate) weights: Option<Recognition>,
    /// The inputs besides the image, and what they are held at.
    pub held: Vec<Held>,
    /// Where the size of the image comes from.
    pub size: SizeSource,
    other_sizes: OtherSizes,
    /// The choices that the file was read with.
    pub(crate) options: OpenOptions,
    /// The file as it was then.
    stamp: Option<Stamp>,
    /// What the file says about itself.
    pub about: About,
    /// How much the network computes, and its non-linearities, for the image size in use.
    pub facts: Facts,
}

impl Model {
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

    /// The network that was recognised, if the file has only weights: `resnet50`.
    pub fn architecture(&self) -> Option<&str> {
        self.weights
            .as_ref()
            .map(|weights| weights.architecture.as_str())
    }

    /// The activation between the linear layers of its head, where that was rebuilt from its tensors.
    pub fn head_activation(&self) -> Option<HeadActivation> {
        self.weights.as_ref()?.head_activation
    }

    /// Whether the averaged weights are in use, if the file has those beside the trained ones.
    pub fn averaged(&self) -> Option<bool> {
        self.weights.as_ref()?.averaged
    }

    /// The preprocessings that this model may have been trained with, each with a name and without the one in use.
    pub(crate) fn preprocessings_to_try(&self) -> Vec<(String, Preprocess)> {
        let known = self.weights.iter().flat_map(|weights| &weights.preprocess);
        let own = known.filter_map(|(name, keys)| {
            let preprocess = Preprocess::from_json(keys, &self.preprocess, &self.path).ok()?;
            (preprocess != self.preprocess).then(|| (name.clone(), preprocess))
        });
        let mut all: Vec<(String, Preprocess)> = own.collect();
        for (name, preprocess) in self.preprocess.usual() {
            if !all.iter().any(|(_, known)| *known == preprocess) {
                all.push((name.to_owned(), preprocess));
            }
        }
        all
    }

    /// The index of the output in use among [`Model::outputs`].
    pub fn output(&self) -> usize {
        self.output
    }
}

#[cfg(test)]
mod tests;
