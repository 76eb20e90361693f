//! What is chosen when a photo or a model has just been opened: what the command line named, else
//! the class the model answers and the layer it is best seen at.

use crate::engine::{ClassQuery, ClassQueryError, Error, resolve_layer};
use crate::explain::Score;

use crate::app::App;

impl App {
    /// The class that each model answers becomes the chosen one where none is; where the photo is
    /// known to be of another class, the two are compared.
    pub(crate) fn take_models_choice(&mut self) {
        let (mut news, mut answered) = (false, false);
        for index in 0..self.state.sides.len() {
            let side = &self.state.sides[index];
            let Some(subject) = self.state.subject_of(side) else {
                continue;
            };
            if side.score.is_some() {
                continue;
            }
            let Some(answer) = self.state.results.answer(&subject).cloned() else {
                continue;
            };
            let Some(top) = answer.top() else { continue };
            let wanted = self.first.class.take();
            let found = wanted.map(|text| ClassQuery::parse(&text, &subject.model.labels));
            let chosen = match found {
                Some(Ok(choice)) => choice.class(&answer).unwrap_or(top),
                Some(Err(error)) => {
                    let title = match error {
                        ClassQueryError::Ambiguous { .. } => "Several classes of that name",
                        _ => "No such class",
                    };
                    let text = format!("{error}\nThe model's own answer was taken.");
                    self.notices.error(title, text);
                    top
                }
                None => top,
            };
            let side = &mut self.state.sides[index];
            side.score = Some(Score::For(chosen));
            side.reveal_class = true;
            news |= chosen != top;
            // Who named a class wants to see that one.
            news |= chosen == top && self.compare_with_truth(index);
            answered |= index == self.state.active;
        }
        if news {
            self.ask();
        } else if answered {
            // Until now nobody could say of which class.
            self.ask_channels();
        }
    }

    /// The layer that the command line named, once the model is open; else what is remembered.
    pub(crate) fn take_first_choice(&mut self) {
        self.recall_choices();
        let Some(model) = self.state.model().cloned() else {
            return;
        };
        let Some(path) = self.first.layer.take() else {
            return;
        };
        match resolve_layer(&model, Some(&path)) {
            Ok(layer) => self.state.side_mut().layer = Some(layer),
            Err(Error::LayerWithoutMap { .. }) => self.notices.error(
                "This layer has no map",
                format!("{path} has no spatial map, so the recommended layer was taken."),
            ),
            Err(_) => self.notices.error(
                "No such layer",
                format!("The model has no layer {path}, so the recommended one was taken."),
            ),
        }
    }
}
