//! The true class of the photo, and its index in each model. A model may not have that class.

use std::sync::Arc;

use super::State;
use crate::engine::ModelInfo;

impl State {
    /// The side whose classes [`State::truth`] refers to: the first with a model.
    fn first_open(&self) -> Option<usize> {
        self.sides.iter().position(|side| side.model.is_some())
    }

    /// The model whose classes [`State::truth`] refers to.
    pub fn truth_model(&self) -> Option<&Arc<ModelInfo>> {
        self.sides.get(self.first_open()?)?.model.as_ref()
    }

    /// Its labels.
    pub fn truth_labels(&self) -> &[String] {
        self.truth_model().map_or(&[], |model| &model.labels)
    }

    /// The index of the true class in the active model, if it has that class.
    pub fn truth_here(&self) -> Option<usize> {
        self.truth_everywhere()
            .get(self.sides.active_index())
            .copied()
            .flatten()
    }

    /// The index of the true class in the model of each side.
    pub fn truth_everywhere(&self) -> Vec<Option<usize>> {
        let labels = self.truth_labels();
        let truth = self.truth.and_then(|truth| labels.get(truth));
        let sides = self.sides.iter().enumerate();
        sides
            .map(|(index, side)| {
                if self.first_open() == Some(index) {
                    self.truth
                } else {
                    let model = side.model.as_ref()?;
                    model.labels.iter().position(|name| Some(name) == truth)
                }
            })
            .collect()
    }

    /// Converts a class of the active model to one that [`State::truth`] refers to.
    pub fn as_truth(&self, class: usize) -> Option<usize> {
        if self.first_open() == Some(self.sides.active_index()) {
            return Some(class);
        }
        let label = self.model()?.labels.get(class)?;
        self.truth_labels().iter().position(|name| name == label)
    }
}
