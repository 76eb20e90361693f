//! Takes in photos and models that have been opened, and frees models that are no longer needed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{Error, ModelInfo, resolve_layer};
use crate::model::error::Fault;
use crate::model::{self, OpenOptions};

use super::{ArchitectureQuestion, Opening, OpeningModel};
use crate::app::App;
use crate::app::notices::Place;
use crate::app::state::rows::RowId;
use crate::app::state::sides::side::Side;
use crate::app::state::viewport::View;

impl App {
    pub(super) fn drain_photo(&mut self) {
        let Some(opening) = self.tasks.photo.take() else {
            return;
        };
        match opening.promise.try_take() {
            Ok(Ok(photo)) => {
                self.photo_opened(&photo.path);
                let before = self.state.photo.as_ref();
                let same = before.filter(|before| {
                    before.path == photo.path && before.decoding != photo.decoding
                });
                let is_same = same.is_some();
                let is_turned = same.is_some_and(|before| !before.has_pixels_of(&photo));
                let other = before.filter(|before| before.path != photo.path);
                if let Some(path) = other.map(|before| before.path.clone()) {
                    self.state.photo_before = Some(path);
                }
                self.tell_of(&photo);
                self.state.photo = Some(photo);
                // What was chosen holds for the same photo read in another way.
                if !is_same {
                    self.state.truth = None;
                    self.state.view = View::default();
                    for side in self.state.sides.iter_mut() {
                        side.choice = side.choice.on_another_photo();
                    }
                } else if is_turned {
                    self.state.view = View::default();
                    for side in self.state.sides.iter_mut() {
                        side.choice = side.choice.without_region();
                    }
                }
                self.take_first_choice();
                self.ask();
            }
            Ok(Err(Error::Overtaken)) => {}
            Ok(Err(error)) => {
                // Read as it is now, it is at least there.
                if let Some(photo) = &self.state.photo
                    && photo.path == opening.path
                {
                    self.state.options.decoding = photo.decoding;
                }
                self.photo_failed(&opening.path, &error);
            }
            Err(promise) => self.tasks.photo = Some(Opening { promise, ..opening }),
        }
    }

    pub(super) fn drain_models(&mut self) {
        while let Some(task) = self.tasks.models.pop_front() {
            let OpeningModel {
                side,
                reopened,
                remembered,
                opening,
            } = task;
            match opening.promise.try_take() {
                Ok(Ok(model)) => self.model_opened(side, reopened, model),
                Ok(Err(error)) => {
                    if reopened.is_some() {
                        self.panels.model_usage = Default::default();
                    }
                    self.model_failed(side, remembered, opening.path, error);
                    // Opening it interrupted the computations for the models that stay open.
                    self.ask();
                }
                Err(promise) => {
                    let opening = Opening { promise, ..opening };
                    self.tasks.models.push_front(OpeningModel {
                        side,
                        reopened,
                        remembered,
                        opening,
                    });
                    return;
                }
            }
        }
    }

    /// Puts an opened model on its side.
    fn model_opened(&mut self, side: usize, reopened: Option<u64>, model: Arc<ModelInfo>) {
        self.notices.clear(Place::Model);
        let sides = &mut self.state.sides;
        let current = sides.get(side).and_then(|side| side.model.as_ref());
        if reopened.is_some() && current.map(|model| model.id) != reopened {
            // Another model has replaced it in the meantime.
            self.close_unused_models();
            return;
        }
        let choices = self.state.choices();
        let sides = &mut self.state.sides;
        let mut next = match sides.get_mut(side) {
            Some(current) if reopened.is_some() => {
                let mut same = std::mem::take(current);
                same.reuse(Arc::clone(&model));
                same
            }
            Some(_) | None => {
                let mut new = Side::of(Arc::clone(&model));
                new.scroll_to_layer.send();
                new
            }
        };
        // At another input size, the layer may no longer have a map.
        if resolve_layer(&model, next.layer.as_deref()).is_err() {
            next.layer = resolve_layer(&model, None).ok();
        }
        sides.put(side, next);
        if reopened.is_some() {
            self.record_step(&choices);
        }
        if self.state.sides.count() > 1 {
            let side = self.state.sides.active_index();
            self.panels.rows.reveal = Some(RowId::Side(side));
        }
        self.close_unused_models();
        self.take_first_choice();
        self.ask();
    }

    fn model_failed(&mut self, side: usize, remembered: bool, path: PathBuf, error: Error) {
        match error {
            Error::Overtaken => {}
            _ if remembered => self.open_model_as(path, side, OpenOptions::default()),
            Error::Model(model::Error::File {
                fault: Fault::SeveralArchitectures(candidates),
                path,
            }) => {
                // A newer file for the same side replaces an older question.
                let questions = &mut self.dialogs.architectures;
                questions.retain(|other| other.side != side);
                questions.push_back(ArchitectureQuestion {
                    side,
                    path,
                    candidates,
                });
            }
            error @ Error::Picture(_) => self.notices.not_opened(Place::Picture, error),
            error => self.notices.not_opened(Place::Model, error),
        }
    }

    /// Answers the oldest architecture question: opens the checkpoint as `name`, or not at all.
    pub(crate) fn answer_architecture(&mut self, name: Option<String>) {
        let question = self.dialogs.architectures.pop_front();
        if let (Some(ArchitectureQuestion { side, path, .. }), Some(name)) = (question, name) {
            self.open_model_as(path, side, OpenOptions::default().architecture(name));
        }
    }

    /// The ids of the models that rows need now or soon.
    pub(crate) fn open_models(&self) -> Vec<u64> {
        let state = &self.state;
        let sides = state.sides.iter().filter_map(|side| side.model.as_ref());
        let pins = state.pins.iter().map(|pin| &pin.subject.model);
        let opening = self.persistence.session.models();
        let now: Vec<(u64, u64)> = sides
            .chain(pins)
            .chain(opening)
            .map(|model| (model.id, model.weights))
            .collect();
        // Models that undo may restore are kept if their weights are in memory anyway.
        let undone = self.persistence.undo.models();
        let undone =
            undone.filter(|model| now.iter().any(|(_, weights)| *weights == model.weights));
        let undone = undone.map(|model| model.id);
        undone.chain(now.iter().map(|(id, _)| *id)).collect()
    }

    /// Frees all other models.
    pub(crate) fn close_unused_models(&mut self) {
        // Models being opened do not belong to a row yet.
        if !self.tasks.models.is_empty() || self.persistence.session.is_opening() {
            return;
        }
        self.engine.keep_models(&self.open_models());
    }
}
