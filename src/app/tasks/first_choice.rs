//! What is chosen when a photo or a model has just been opened: what the command line named, or else
//! the predicted class and the recommended layer.

use crate::engine::{Choice, Error, NoClass, resolve_layer};
use crate::explain::Score;

use crate::app::App;
use crate::app::state::class_choice::ClassChoice;

impl App {
    /// The class that each model predicts becomes the chosen one where none is; where the photo is
    /// known to be of another class, the two are compared.
    pub(crate) fn take_models_choice(&mut self) {
        let (mut news, mut answered) = (false, false);
        for index in 0..self.state.sides.count() {
            let Some(side) = self.state.sides.get(index) else {
                continue;
            };
            let Some(subject) = self.state.subject_of(side) else {
                continue;
            };
            if side.score().is_some() {
                continue;
            }
            let Some(prediction) = self.state.results.prediction(&subject).cloned() else {
                continue;
            };
            let Some(top) = prediction.top() else {
                continue;
            };
            let wanted = self.start.class.take();
            let found = wanted.map(|text| Choice::parse(&text, &subject.model.labels));
            let chosen = match found {
                Some(Ok(choice)) => choice.class(&prediction).unwrap_or(top),
                Some(Err(error)) => {
                    let title = match error {
                        NoClass::Ambiguous { .. } => "Several classes of that name",
                        _ => "No such class",
                    };
                    let text = format!("{error}\nThe predicted class was taken.");
                    self.notices.error(title, text);
                    top
                }
                None => top,
            };
            if let Some(side) = self.state.sides.get_mut(index) {
                side.choice = ClassChoice::Chosen(Score::For(chosen).into());
                side.scroll_to_class.send();
            }
            news |= chosen != top;
            // A class that was named on the command line is explained as it is.
            news |= chosen == top && self.compare_with_truth(index);
            answered |= index == self.state.sides.active_index();
        }
        if news {
            self.ask();
        } else if answered {
            // Until now it was not known for which class.
            self.ask_channels();
        }
    }

    /// The layer that the command line named, once the model is open; else what is remembered.
    pub(crate) fn take_first_choice(&mut self) {
        self.recall_choices();
        let Some(model) = self.state.model().cloned() else {
            return;
        };
        let Some(path) = self.start.layer.take() else {
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
