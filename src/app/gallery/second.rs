//! The second open model predicts the folder too, behind the first: which images one of them has right and the
//! other wrong can then be seen.

use std::sync::Arc;

use crate::app::App;
use crate::app::state::State;
use crate::engine::ModelInfo;
use crate::folder::{Question, SameClasses, Second};

/// The classes that are the same in two models, as long as these two are open.
#[derive(Default)]
pub struct SharedClasses {
    of: Option<([Arc<ModelInfo>; 2], SameClasses)>,
}

impl SharedClasses {
    /// For each class of the first open model, that of the second. `None` where there are no two models with classes.
    fn of(&mut self, state: &State) -> Option<SameClasses> {
        let mut sides = state.sides.iter().enumerate();
        let mut open = || sides.find_map(|(index, side)| Some((index, side.model.as_ref()?)));
        let ((from, first), (to, second)) = (open()?, open()?);
        if !first.has_classes() || !second.has_classes() {
            self.of = None;
            return None;
        }
        if let Some(([a, b], classes)) = &self.of
            && Arc::ptr_eq(a, first)
            && Arc::ptr_eq(b, second)
        {
            return Some(Arc::clone(classes));
        }
        let classes: SameClasses = state.same_classes(from, to).into();
        self.of = Some((
            [Arc::clone(first), Arc::clone(second)],
            Arc::clone(&classes),
        ));
        Some(classes)
    }
}

impl App {
    /// How the folder is predicted: with the first model, and behind it with the second.
    pub(super) fn gallery_questions(&self) -> [Option<Question>; 2] {
        let models = self
            .state
            .sides
            .iter()
            .filter_map(|side| side.model.as_ref());
        let mut questions = models.map(|model| Question {
            model: model.id,
            fit: self.state.options.fit,
            decoding: self.state.options.decoding,
        });
        [questions.next(), questions.next()]
    }

    /// The second model, with the classes that it shares with the first.
    pub(super) fn second_model(&mut self) -> Option<Second> {
        let [_, question] = self.gallery_questions();
        let classes = self.gallery.shared.of(&self.state);
        Some(Second {
            question: question?,
            classes: classes?,
        })
    }
}
