//! Classes that are the same in each open model, by their names: the true class of the photo, and the class
//! that is explained. A model may not have that class.

use std::collections::HashMap;

use crate::app::state::State;
use crate::app::state::class_choice::{ClassChoice, Explained};
use crate::engine::ModelInfo;
use crate::explain::Score;
use crate::model::LabelSource;

impl State {
    /// The side whose classes [`State::truth`] refers to: the first with a model.
    fn first_open(&self) -> Option<usize> {
        self.sides.iter().position(|side| side.model.is_some())
    }

    /// The model whose classes [`State::truth`] refers to.
    pub fn truth_model(&self) -> Option<&ModelInfo> {
        self.sides.get(self.first_open()?)?.model.as_deref()
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

    /// The class of side `to` that has the same name as one of side `from`. `None` where there is none, or more
    /// than one.
    pub fn same_class(&self, from: usize, class: usize, to: usize) -> Option<usize> {
        let model = |side: usize| self.sides.get(side)?.model.as_deref();
        same_class(model(from)?, class, model(to)?)
    }

    /// [`State::same_class`] for each class of side `from`.
    pub fn same_classes(&self, from: usize, to: usize) -> Vec<Option<usize>> {
        let model = |side: usize| self.sides.get(side)?.model.as_deref();
        match (model(from), model(to)) {
            (Some(from), Some(to)) => same_classes(from, to),
            _ => Vec::new(),
        }
    }

    /// The choice of side `to` that asks what side `from` asks. `None` where `to` lacks a class of that name.
    pub fn same_choice(&self, from: usize, to: usize) -> Option<ClassChoice> {
        let same = |class| self.same_class(from, class, to);
        let explained = match self.sides.get(from)?.choice.explained()? {
            Explained::One(Score::For(class)) => Explained::One(Score::For(same(class)?)),
            Explained::One(Score::Against(class)) => Explained::One(Score::Against(same(class)?)),
            Explained::One(Score::Within { class, region }) => {
                let class = same(class)?;
                let answers_with_map = self.sides.get(to)?.model.as_ref()?.map_size().is_some();
                Explained::One(if answers_with_map {
                    Score::Within { class, region }
                } else {
                    Score::For(class)
                })
            }
            Explained::Two { class, rival }
            | Explained::One(Score::Versus { a: class, b: rival }) => {
                let class = same(class)?;
                // A model that lacks the rival is asked about the class alone.
                match same(rival) {
                    Some(rival) => Explained::Two { class, rival },
                    None => Explained::One(Score::For(class)),
                }
            }
        };
        Some(ClassChoice::Chosen(explained))
    }

    /// Makes the other models explain what the active one does, where classes are linked. Returns whether that
    /// changes anything.
    pub fn link_classes(&mut self) -> bool {
        if !self.options.linked_classes {
            return false;
        }
        let active = self.sides.active_index();
        let mut changed = false;
        for to in (0..self.sides.count()).filter(|side| *side != active) {
            let Some(choice) = self.same_choice(active, to) else {
                continue;
            };
            if let Some(side) = self.sides.get_mut(to)
                && side.choice.explained() != choice.explained()
            {
                side.choice = choice;
                side.scroll_to_class.send();
                changed = true;
            }
        }
        changed
    }
}

/// What tells that classes of two models are the same.
enum Shared {
    Names,
    /// Neither has names.
    Numbers,
    Nothing,
}

/// Classes of two models without names are the same by their numbers where there are as many.
fn shared(from: &ModelInfo, to: &ModelInfo) -> Shared {
    let are_numbered = |model: &ModelInfo| model.label_source == LabelSource::Numbered;
    if !from.has_classes() || !to.has_classes() {
        return Shared::Nothing;
    }
    match (are_numbered(from), are_numbered(to)) {
        (true, true) if from.labels.len() == to.labels.len() => Shared::Numbers,
        // The number of one model's class says nothing about the names of the other.
        (true, true | false) | (false, true) => Shared::Nothing,
        (false, false) => Shared::Names,
    }
}

/// The class of `to` with the name of a class of `from`.
fn same_class(from: &ModelInfo, class: usize, to: &ModelInfo) -> Option<usize> {
    match shared(from, to) {
        Shared::Nothing => return None,
        Shared::Numbers => return Some(class),
        Shared::Names => {}
    }
    let name = from.labels.get(class)?;
    let of_name = |labels: &[String]| labels.iter().filter(|label| *label == name).count();
    if of_name(&from.labels) != 1 || of_name(&to.labels) != 1 {
        return None;
    }
    to.labels.iter().position(|label| label == name)
}

/// [`same_class`] for each class of `from`.
fn same_classes(from: &ModelInfo, to: &ModelInfo) -> Vec<Option<usize>> {
    match shared(from, to) {
        Shared::Nothing => return vec![None; from.labels.len()],
        Shared::Numbers => return (0..from.labels.len()).map(Some).collect(),
        Shared::Names => {}
    }
    let (here, there) = (by_name(&from.labels), by_name(&to.labels));
    let same = |name: &String| {
        here.get(name.as_str()).copied().flatten()?;
        there.get(name.as_str()).copied().flatten()
    };
    from.labels.iter().map(same).collect()
}

/// The class with each name; none where there are several.
fn by_name(labels: &[String]) -> HashMap<&str, Option<usize>> {
    let mut found = HashMap::new();
    for (class, name) in labels.iter().enumerate() {
        let known = found.entry(name.as_str()).or_insert(Some(class));
        if *known != Some(class) {
            *known = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::fixture::view;

    fn model(labels: &[&str]) -> ModelInfo {
        let view = view((8, 8), false);
        ModelInfo {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..ModelInfo::clone(&view.model)
        }
    }

    #[test]
    fn classes_are_the_same_by_a_name_that_each_model_has_once() {
        let birds = model(&["crane", "wren", "hen"]);
        let more = model(&["hen", "crane", "crane", "owl"]);
        assert_eq!(same_class(&birds, 2, &more), Some(0));
        assert_eq!(same_class(&birds, 1, &more), None);
        assert_eq!(same_class(&birds, 0, &more), None, "two cranes");
        assert_eq!(same_class(&more, 1, &birds), None, "two cranes");
        assert_eq!(same_class(&birds, 7, &more), None);
        assert_eq!(same_classes(&birds, &more), [None, None, Some(0)]);
        assert_eq!(same_classes(&more, &birds), [Some(2), None, None, None]);
    }

    #[test]
    fn a_model_without_the_rival_is_asked_about_the_class_alone() {
        use crate::app::state::sides::side::Side;
        use std::sync::Arc;

        let mut state = State::default();
        let models = [&["crane", "wren", "hen"][..], &["hen", "owl"]];
        let sides = models.map(|labels| Side::of(Arc::new(model(labels))));
        state.sides.replace_all(sides.into(), 0);
        let asked = |state: &mut State, choice| {
            state.side_mut().choice = ClassChoice::Chosen(choice);
            state.same_choice(0, 1).and_then(ClassChoice::explained)
        };
        let hen = |rival| Explained::Two { class: 2, rival };
        let alone = Some(Explained::One(Score::For(0)));
        assert_eq!(asked(&mut state, hen(1)), alone);
        let against = Explained::One(Score::Against(2));
        let there = Some(Explained::One(Score::Against(0)));
        assert_eq!(asked(&mut state, against), there);
        let wren = Explained::Two { class: 1, rival: 2 };
        assert_eq!(asked(&mut state, wren), None);
    }

    #[test]
    fn classes_without_names_are_the_same_by_their_numbers() {
        let named = model(&["crane", "wren", "hen"]);
        let mut numbered = model(&["class 0", "class 1", "class 2"]);
        numbered.label_source = LabelSource::Numbered;
        let mut more = numbered.clone();
        assert_eq!(same_class(&numbered, 2, &more), Some(2));
        assert_eq!(same_class(&named, 2, &numbered), None);
        assert_eq!(same_classes(&named, &numbered), [None; 3]);
        assert_eq!(same_classes(&numbered, &more), [Some(0), Some(1), Some(2)]);
        more.labels.push("class 3".into());
        assert_eq!(same_class(&numbered, 2, &more), None);
    }
}
