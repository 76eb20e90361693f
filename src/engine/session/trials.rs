//! Which of the usual preprocessings a model may have been trained with.

use super::{Session, Watch};
use crate::engine::{Error, Prediction, Trial};
use crate::model::AnswerKind;
use crate::model::usage::input::Input;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

impl Session {
    /// What the model predicts for a photo under the usual preprocessings, the present one first. `watch`
    /// is called before each node.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::NothingToTry`], [`Error::Picture`], [`Error::Torch`], and what `watch`
    /// returns.
    pub fn try_preprocessings(
        &self,
        photo: &Photo,
        fit: Fit,
        watch: Watch,
    ) -> Result<Vec<Trial>, Error> {
        let model = self.open.as_ref().ok_or(Error::NoModel)?.model();
        // The picture that an input is held at stays as it was prepared.
        if model.kind == AnswerKind::Similarity || model.options.holds_pictures() {
            return Err(Error::NothingToTry);
        }
        let now = ("As it is now".to_owned(), model.preprocess.clone());
        let mut trials = Vec::new();
        for (name, preprocess) in std::iter::once(now).chain(model.preprocessings_to_try()) {
            let input = Input::new(photo, fit, &preprocess)?;
            let scores = match self.scores(&input, fit, watch) {
                // Levels that are far off may overflow; the others still tell something.
                Err(Error::NotFinite) => continue,
                scores => scores?,
            };
            let as_read = (model.kind, model.reading);
            let found = Prediction::new(scores, as_read, input.placement, 0.0, 0.0);
            let Some(class) = found.top() else {
                continue;
            };
            trials.push(Trial {
                name,
                preprocess,
                class,
                probability: found.probabilities[class],
                logit: found.logits[class],
            });
        }
        Ok(trials)
    }
}
