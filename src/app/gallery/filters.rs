//! By what the images of the folder can be filtered, in words and with how many there are.

use std::collections::BTreeMap;

use super::OpenFolder;
use crate::app::state::State;
use crate::folder::{Filter, Whose};

/// Pairs of classes that the filter offers.
const MAX_CONFUSIONS: usize = 30;

impl OpenFolder {
    /// The true and predicted classes of the images with their counts, the most frequent first.
    pub fn classes_by_count(&self) -> Vec<(usize, usize)> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for entry in self.folder.list.in_split() {
            let predicted = entry.verdict().map(|verdict| verdict.class);
            if let Some(class) = predicted {
                *counts.entry(class).or_default() += 1;
            }
            if let Some(class) = entry.truth.filter(|truth| predicted != Some(*truth)) {
                *counts.entry(class).or_default() += 1;
            }
        }
        let mut classes: Vec<(usize, usize)> = counts.into_iter().collect();
        classes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        classes
    }

    /// Which classes are taken for which, with the number of images, the most frequent first.
    pub fn confusions_by_count(&self) -> Vec<(Filter, usize)> {
        let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for entry in self.folder.list.in_split() {
            if let Some(verdict) = entry.verdict().filter(|verdict| verdict.is_mistake())
                && let Some(truth) = entry.truth
            {
                *counts.entry((truth, verdict.class)).or_default() += 1;
            }
        }
        let mut pairs: Vec<((usize, usize), usize)> = counts.into_iter().collect();
        pairs.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let filter = |((truth, predicted), count)| (Filter::Confused { truth, predicted }, count);
        pairs.into_iter().take(MAX_CONFUSIONS).map(filter).collect()
    }

    /// The filters for what one of two models has right and the other wrong, with the number of images so far. There
    /// are none without a second model, or without true classes.
    pub fn between_models(&self) -> Vec<(Filter, usize)> {
        if !self.folder.list.can_compare() {
            return Vec::new();
        }
        let counts = self.folder.list.counts();
        vec![
            (Filter::RightAlone(Whose::First), counts.first_right_alone),
            (Filter::RightAlone(Whose::Second), counts.second_right_alone),
        ]
    }
}

/// The label of a filter, with the class names of the model that predicts the folder.
pub fn filter_label(state: &State, filter: Filter) -> String {
    match filter {
        Filter::All => "All images".to_owned(),
        Filter::Mistakes => "Mistakes".to_owned(),
        Filter::NotPredicted => "Not predicted".to_owned(),
        Filter::Unreadable => "Unreadable".to_owned(),
        Filter::Class(class) => class_name(state, class),
        Filter::Confused { truth, predicted } => format!(
            "true {}, predicted {}",
            class_name(state, truth),
            class_name(state, predicted)
        ),
        Filter::RightAlone(whose) => {
            let [first, second] = model_names(state);
            match whose {
                Whose::First => format!("{first} right, {second} wrong"),
                Whose::Second => format!("{second} right, {first} wrong"),
            }
        }
    }
}

/// What the two open models are called.
pub fn model_names(state: &State) -> [String; 2] {
    let mut names = state.sides.iter().filter_map(|side| side.model.as_ref());
    match [names.next(), names.next()] {
        [Some(first), Some(second)] if first.name != second.name => {
            [first.name.clone(), second.name.clone()]
        }
        _ => ["first model".to_owned(), "second model".to_owned()],
    }
}

/// The name of a class of the model that predicts the folder.
pub fn class_name(state: &State, class: usize) -> String {
    let side = state.sides.iter().find(|side| side.model.is_some());
    side.unwrap_or(state.side()).class_name(class)
}
