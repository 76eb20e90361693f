//! The initial choices after a photo or a model has been opened: those from the command line, or else
//! the predicted class and the recommended layer.

use crate::engine::{ClassQuery, ClassQueryError, Error, resolve_layer};
use crate::explain::Score;

use crate::app::App;
use crate::app::state::class_choice::ClassChoice;

impl App {
    /// Chooses the predicted class of each model that has no chosen class. If the photo's true class
    /// is known and differs, the two are compared.
    pub(crate) fn choose_predicted_classes(&mut self) {
        let (mut changed, mut chose_active) = (false, false);
        let active = self.state.sides.active_index();
        let others = (0..self.state.sides.count()).filter(|index| *index != active);
        let linked = self.state.options.linked_classes;
        for index in std::iter::once(active).chain(others) {
            let Some(side) = self.state.sides.get(index) else {
                continue;
            };
            let Some(subject) = self.state.subject_of(side) else {
                continue;
            };
            if side.score().is_some() {
                continue;
            }
            // What another model is asked about already is asked of this one as well.
            let asked = self
                .state
                .sides
                .iter()
                .position(|side| side.score().is_some());
            let same = asked.and_then(|from| self.state.same_choice(from, index));
            if let Some(choice) = same.filter(|_| linked)
                && let Some(side) = self.state.sides.get_mut(index)
            {
                side.choice = choice;
                side.scroll_to_class.send();
                changed = true;
                continue;
            }
            // The active model's prediction comes first, whichever is ready first.
            let awaits_active = self.tasks.awaits_prediction_of(active);
            if linked && index != active && awaits_active {
                continue;
            }
            let Some(prediction) = self.state.results.prediction(&subject).cloned() else {
                continue;
            };
            let Some(top) = prediction.top() else {
                continue;
            };
            let wanted = self.start.class.take();
            let found = wanted.map(|text| ClassQuery::parse(&text, &subject.model.labels));
            let chosen = match found {
                Some(Ok(choice)) => choice.class(&prediction).unwrap_or(top),
                Some(Err(error)) => {
                    let title = match error {
                        ClassQueryError::Ambiguous { .. } => "Several classes match",
                        _ => "No such class",
                    };
                    let text = format!("{error}\nThe predicted class is used instead.");
                    self.notices.error(title, text);
                    top
                }
                None => top,
            };
            if let Some(side) = self.state.sides.get_mut(index) {
                side.choice = ClassChoice::Chosen(Score::For(chosen).into());
                side.scroll_to_class.send();
            }
            changed |= chosen != top;
            // A class named on the command line is not compared with the true class.
            changed |= chosen == top && self.compare_with_truth(index);
            chose_active |= index == self.state.sides.active_index();
        }
        if changed {
            self.ask();
        } else if chose_active {
            // The channels could not be requested before the class was known.
            self.ask_channels();
        }
    }

    /// Chooses the layer named on the command line once the model is open, or else the last one used.
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
                format!("{path} has no spatial map, so the recommended layer is used."),
            ),
            Err(_) => self.notices.error(
                "No such layer",
                format!("The model has no layer {path}, so the recommended one is used."),
            ),
        }
    }
}
