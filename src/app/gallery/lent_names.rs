//! A model without class names is lent those of the open folder's subfolders, if it has as many classes as
//! there are folders: `ImageFolder` numbers classes by the sorted names of their folders.
//!
//! The names are the model's only as long as the folder is open. Its weights, its id and all results stay.

use std::sync::Arc;

use super::TruthReport;
use crate::app::App;
use crate::app::state::State;
use crate::engine::ModelInfo;
use crate::folder::{Classes, ImageList, Naming};
use crate::model::{AnswerKind, LabelSource};

/// The models that have been lent names, as they were before.
#[derive(Default)]
pub struct LentNames {
    before: Vec<Arc<ModelInfo>>,
    /// What was last looked at: the state of the folder's names, and the models.
    seen: Option<(u64, Vec<(u64, LabelSource)>)>,
}

impl LentNames {
    /// A model with its own names.
    pub fn own<'a>(&'a self, model: &'a Arc<ModelInfo>) -> &'a Arc<ModelInfo> {
        let mut before = self.before.iter();
        before.find(|own| own.id == model.id).unwrap_or(model)
    }

    /// The classes that true classes are looked up among.
    pub fn classes(&self, model: Option<&Arc<ModelInfo>>) -> Classes {
        let Some(model) = model.map(|model| self.own(model)) else {
            return Classes::default();
        };
        match model.kind {
            AnswerKind::Classes | AnswerKind::YesNo => Classes {
                labels: model.labels.clone(),
                naming: naming(model.label_source),
            },
            // The directions of a number are no classes.
            AnswerKind::Number | AnswerKind::Similarity => Classes::default(),
        }
    }
}

fn naming(source: LabelSource) -> Naming {
    match source {
        LabelSource::Archive | LabelSource::BesideModel(_) | LabelSource::Typed => Naming::Own,
        LabelSource::ImageNet => Naming::ImageNet,
        LabelSource::Numbered | LabelSource::Folders => Naming::Numbers,
    }
}

impl App {
    /// Lends the names of the folders to the models, or takes them back.
    pub(super) fn lend_names(&mut self) {
        let list = &self.gallery.folder.list;
        let seen = (list.truth_version(), models(&self.state));
        if self.gallery.lent.seen.as_ref() == Some(&seen) {
            return;
        }
        let names = names(list);
        for side in self.state.sides.iter_mut() {
            let Some(model) = &mut side.model else {
                continue;
            };
            let own = Arc::clone(self.gallery.lent.own(model));
            let names = names.as_ref().filter(|names| takes(&own, names.len()));
            let (now, wanted) = (&model.labels, names.unwrap_or(&own.labels));
            if now == wanted {
                continue;
            }
            self.gallery
                .lent
                .before
                .retain(|before| before.id != own.id);
            *model = match names {
                Some(names) => {
                    self.gallery.lent.before.push(Arc::clone(&own));
                    Arc::new(with_names(&own, names.clone()))
                }
                None => own,
            };
        }
        let open = models(&self.state);
        let is_open = |id: u64| open.iter().any(|(model, _)| *model == id);
        self.gallery.lent.before.retain(|before| is_open(before.id));
        self.gallery.lent.seen = Some((seen.0, open));
        self.gallery.report = TruthReport::new(&self.gallery.folder.list, &self.state);
    }
}

fn models(state: &State) -> Vec<(u64, LabelSource)> {
    let models = state.sides.iter().filter_map(|side| side.model.as_ref());
    models.map(|model| (model.id, model.label_source)).collect()
}

/// The names to lend: those of the folders, if the first model takes them as its classes.
fn names(list: &ImageList) -> Option<Vec<String>> {
    let sorted = list.truths().sorted_names()?;
    Some(sorted.iter().map(ToString::to_string).collect())
}

/// Whether a model has no names of its own, and as many classes as there are names.
fn takes(model: &ModelInfo, names: usize) -> bool {
    let classes = match model.kind {
        AnswerKind::Classes | AnswerKind::YesNo => model.labels.len(),
        AnswerKind::Number | AnswerKind::Similarity => 0,
    };
    match naming(model.label_source) {
        Naming::Own => false,
        Naming::ImageNet | Naming::Numbers => classes == names,
    }
}

fn with_names(model: &ModelInfo, names: Vec<String>) -> ModelInfo {
    let mut named = ModelInfo {
        labels: names,
        label_source: LabelSource::Folders,
        ..model.clone()
    };
    named.notes.push(
        "Class names assumed: the file has none, and the open folder has as many folders as there are \
         classes. They are taken in the order of their names as text (1, 10, 2), as ImageFolder does."
            .into(),
    );
    named
}
