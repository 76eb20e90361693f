//! What is chosen when a photo or a model has just been opened: what the command line named, else
//! the class the model answers and the layer it is best seen at.

use crate::engine::Answer;
use crate::explain::Score;

use super::App;
use super::state::State;

impl App {
    /// The class that the model answers becomes the chosen one where none is.
    pub(super) fn take_models_choice(&mut self) {
        if self.state.score.is_some() {
            return;
        }
        let Some(answer) = self.state.answer().cloned() else {
            return;
        };
        let wanted = self.first.class.take();
        let chosen = match wanted
            .as_deref()
            .map(|text| find_class(&self.state, &answer, text))
        {
            Some(Some(class)) => class,
            Some(None) => {
                let text = wanted.unwrap_or_default();
                self.notices
                    .error("No such class", format!("The model has no class “{text}”."));
                answer.ranking[0]
            }
            None => answer.ranking[0],
        };
        self.state.score = Some(Score::For(chosen));
        self.state.reveal_class = true;
        if chosen != answer.ranking[0] {
            self.ask();
        }
    }

    /// The layer that the command line named, once the model is open.
    pub(super) fn take_first_choice(&mut self) {
        let Some(card) = &self.state.card else { return };
        let Some(path) = self.first.layer.take() else {
            return;
        };
        match card.layers.find(&path) {
            Some(layer) if layer.is_target() => self.state.layer = Some(path),
            Some(_) => self.notices.error(
                "This layer has no map",
                format!("{path} has no spatial map, so the recommended layer was taken."),
            ),
            None => self.notices.error(
                "No such layer",
                format!("The model has no layer {path}, so the recommended one was taken."),
            ),
        }
    }
}

/// A class by number, by its exact name, or as `top3`: the third of the ranking.
fn find_class(state: &State, answer: &Answer, text: &str) -> Option<usize> {
    let classes = answer.logits.len();
    if let Ok(number) = text.parse::<usize>() {
        return (number < classes).then_some(number);
    }
    if let Some(rank) = text
        .strip_prefix("top")
        .and_then(|n| n.parse::<usize>().ok())
    {
        return answer.ranking.get(rank.checked_sub(1)?).copied();
    }
    state
        .card
        .as_ref()?
        .labels
        .iter()
        .position(|label| label == text)
}
