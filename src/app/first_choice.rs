//! What is chosen when a photo or a model has just been opened: what the command line named, else
//! the class the model answers and the layer it is best seen at.

use crate::engine::{Answer, Error, resolve_layer};
use crate::explain::Score;

use super::App;

impl App {
    /// The class that each model answers becomes the chosen one where none is; where the photo is
    /// known to be of another class, the two are compared.
    pub(super) fn take_models_choice(&mut self) {
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
            let found = wanted.map(|text| find_class(&subject.card.labels, &answer, &text));
            let chosen = match found {
                Some(Ok(class)) => class,
                Some(Err((title, why))) => {
                    self.notices.error(title, why);
                    top
                }
                None => top,
            };
            let side = &mut self.state.sides[index];
            side.score = Some(Score::For(chosen));
            side.reveal_class = true;
            news |= chosen != top;
            // Who named a class wants to see that one.
            news |= index == self.state.active && chosen == top && self.compare_with_truth();
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
    pub(super) fn take_first_choice(&mut self) {
        self.recall_choices();
        let Some(card) = self.state.card().cloned() else {
            return;
        };
        let Some(path) = self.first.layer.take() else {
            return;
        };
        match resolve_layer(&card, Some(&path)) {
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

/// A class by number, by its exact name, or as `top3`: the third of the ranking. Where it is none, or
/// could be several, a notice's title and text.
fn find_class(
    labels: &[String],
    answer: &Answer,
    text: &str,
) -> Result<usize, (&'static str, String)> {
    let unknown = || ("No such class", format!("The model has no class “{text}”."));
    if let Ok(number) = text.parse::<usize>() {
        let known = Some(number).filter(|number| *number < answer.logits.len());
        return known.ok_or_else(unknown);
    }
    let rank = text.strip_prefix("top").and_then(|n| n.parse().ok());
    if let Some(rank) = rank {
        let place = usize::checked_sub(rank, 1);
        let class = place.and_then(|place| answer.ranking.get(place));
        return class.copied().ok_or_else(unknown);
    }
    let same: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == text).collect();
    match same.as_slice() {
        [] => Err(unknown()),
        [class] => Ok(*class),
        [before @ .., last] => {
            let before: Vec<String> = before.iter().map(ToString::to_string).collect();
            let why = format!(
                "“{text}” is the label of the classes {} and {last}, so the model's own answer was \
                 taken. Name the class by its index.",
                before.join(", ")
            );
            Err(("Several classes of that name", why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::geometry::{Filter, Fit, Frame, Placement};

    fn found(text: &str) -> Result<usize, String> {
        let labels = ["crane", "cat", "tiger cat", "crane"].map(str::to_owned);
        let frame = Frame {
            width: 4,
            height: 4,
            crop_pct: 1.0,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        let answer = Answer {
            logits: vec![1.0, 3.0, 2.0, 0.0],
            probabilities: vec![0.1, 0.6, 0.3, 0.0],
            ranking: vec![1, 2, 0, 3],
            placement: Placement::new((4, 4), &frame, Fit::Stretch),
            resample_ms: 0.0,
            forward_ms: 0.0,
        };
        find_class(&labels, &answer, text).map_err(|(title, why)| format!("{title}: {why}"))
    }

    #[test]
    fn a_class_is_named_by_its_index_its_label_or_its_rank() {
        for (text, class) in [("3", 3), ("tiger cat", 2), ("top1", 1), ("top3", 0)] {
            assert_eq!(found(text), Ok(class), "{text}");
        }
        for text in ["4", "unicorn", "top0", "top5", ""] {
            let said = found(text).unwrap_err();
            assert!(said.starts_with("No such class: "), "{text}: {said}");
        }
    }

    #[test]
    fn of_several_classes_with_one_label_none_is_taken() {
        let said = found("crane").unwrap_err();
        assert!(said.contains("the classes 0 and 3"), "{said}");
    }
}
