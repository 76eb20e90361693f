//! Restores a session, as far as its files exist and its models still have the chosen classes and
//! layers.

use std::sync::Arc;

use crate::engine::{ModelInfo, resolve_layer};
use crate::explain::Score;
use crate::model::ModulePath;
use crate::picture::photo::decode::Photo;

use super::Opening;
use super::file::{Opened, Session, StoredPin, StoredSide};
use super::missing::Missing;
use super::parts::{Network, Part, PartState, Picture, failed, found};
use crate::app::App;
use crate::app::commands::Command;
use crate::app::notices::Place;
use crate::app::persistence::stored::StoredScore;
use crate::app::persistence::undo::Undo;
use crate::app::state::class_choice::{ClassChoice, Explained};
use crate::app::state::rows::subject::Subject;
use crate::app::state::rows::{MAX_PINS, Pin};
use crate::app::state::sides::side::Side;

impl App {
    pub(super) fn restore_session(&mut self, opening: Opening) {
        let Opening {
            path,
            opened: Opened { session, missing },
            photos,
            models,
            ..
        } = opening;
        self.report_failures(&photos, &models);
        let mut lost = Lost::default();
        let mut missing_pins = Vec::new();
        let state = &mut self.state;
        state.pins.clear();
        for (index, pin) in session.pins.iter().enumerate() {
            let subject = if index < MAX_PINS {
                lost.subject(pin, &photos, &models)
            } else {
                None
            };
            if subject.is_none() {
                missing_pins.push(pin.clone());
            }
            // A pin without a class or a layer would show nothing.
            if let Some(subject) = subject.filter(|s| s.heat_key().is_some()) {
                let id = state.next_pin;
                state.next_pin += 1;
                state.pins.push(Pin { id, subject });
            }
        }
        let live = session.live.image.as_ref().map(|image| Picture {
            path: image.clone(),
            decoding: session.live.decoding,
        });
        let live = live.and_then(|picture| found(&photos, &picture));
        let has_photo = live.is_some();
        let pinned = state.pins.first().map(|pin| Arc::clone(&pin.subject.photo));
        state.photo = live.or_else(|| state.photo.take()).or(pinned);
        self.restore_sides(&session, &models, has_photo, &mut lost);
        self.state.restore_look(&session.look);
        lost.report(self);

        self.persistence.memory.forget_last();
        self.take_first_choice();
        if self.start.class.is_some() {
            self.state.side_mut().choice = ClassChoice::default();
        }
        self.persistence.undo = Undo::default();
        self.panels.channels.forget();
        self.close_unused_models();
        self.ask();
        let pictures = session.pictures.iter();
        let pictures = pictures.filter(|path| !missing.contains(path));
        let pictures: Vec<_> = pictures.cloned().collect();
        if pictures.is_empty() && path.is_some() {
            // The folder that was open is no part of the session.
            self.close_gallery();
        }
        self.reopen_gallery(pictures);
        let mut gone = missing;
        gone.extend(failed(&photos).chain(failed(&models)));
        self.persistence.session.missing = Missing::new(session, missing_pins, gone, &self.state);
        self.report_missing(path.is_some());
        if let Some(path) = &path {
            self.state.done.say(format!("Opened {}", path.display()));
            self.persistence.memory.used_session(path);
        }
        self.persistence.session.path = path;
    }

    /// Restores the models side by side. Without the session's photo, its classes do not apply.
    fn restore_sides(
        &mut self,
        session: &Session,
        models: &[Part<Network, ModelInfo>],
        with_photo: bool,
        lost: &mut Lost,
    ) {
        let (state, live) = (&mut self.state, &session.live);
        let mut sides = Vec::new();
        for stored in &live.sides {
            if let Some(model) = found(models, &Network::new(&stored.model, live.decoding)) {
                sides.push(lost.side(stored, model, with_photo));
            }
        }
        state.sides.replace_all(sides, live.active);
        let labels = state.truth_labels();
        let truth = live.truth.as_ref().filter(|_| with_photo);
        state.truth = truth.and_then(|truth| truth.find(labels, labels.len()));
        // The session takes precedence over the true class that the folder's name may give later.
        self.keep_truth();
        let state = &mut self.state;
        (state.options.fit, state.options.rule) = (live.fit, live.rule);
        state.options.decoding = live.decoding;
    }

    /// Reports what is missing, and offers to locate it.
    fn report_missing(&mut self, is_file: bool) {
        self.notices.clear(Place::Session);
        let missing = &self.persistence.session.missing;
        if let Some(text) = missing.words() {
            let locate = missing.first_file().map(|path| {
                let name = path.file_name().unwrap_or(path.as_os_str());
                let label = format!("Locate {}…", name.to_string_lossy());
                (label, Command::Locate(path.clone()))
            });
            let title = if is_file {
                "Parts of the session are missing"
            } else {
                "Parts of what was open last are missing"
            };
            self.notices.offering(Place::Session, title, text, locate);
        }
    }

    fn report_failures(
        &mut self,
        photos: &[Part<Picture, Photo>],
        models: &[Part<Network, ModelInfo>],
    ) {
        for part in photos {
            if let PartState::Failed(error) = &part.state {
                self.notices.not_opened(Place::Picture, error);
            }
        }
        for part in models {
            if let PartState::Failed(error) = &part.state {
                self.notices.not_opened(Place::Model, error);
            }
        }
    }
}

/// The chosen classes and layers that the models no longer have.
#[derive(Default)]
struct Lost(Vec<String>);

impl Lost {
    fn side(&mut self, stored: &StoredSide, model: Arc<ModelInfo>, with_score: bool) -> Side {
        let score = stored.score.as_ref().filter(|_| with_score);
        let rival = stored.rival.as_ref().filter(|_| with_score);
        let score = self.score(score, &model);
        let rival = rival.and_then(|rival| rival.find(&model.labels, model.labels.len()));
        let choice = score.map_or_else(ClassChoice::default, |score| {
            ClassChoice::Chosen(Explained::from(score))
        });
        let mut side = Side::of(Arc::clone(&model));
        side.layer = self.layer(stored.layer.as_deref(), &model);
        side.choice = match rival {
            Some(rival) => choice.with_rival(Some(rival)),
            None => choice,
        };
        side.scroll_to_layer.send();
        side.scroll_to_class.send();
        side
    }

    fn subject(
        &mut self,
        pin: &StoredPin,
        photos: &[Part<Picture, Photo>],
        models: &[Part<Network, ModelInfo>],
    ) -> Option<Subject> {
        let model = found(models, &pin.network())?;
        Some(Subject {
            photo: found(photos, &pin.picture())?,
            fit: pin.fit,
            score: self.score(pin.score.as_ref(), &model),
            layer: self.layer(pin.layer.as_deref(), &model),
            rule: pin.rule,
            model,
        })
    }

    fn score(&mut self, stored: Option<&StoredScore>, model: &ModelInfo) -> Option<Score> {
        let stored = stored?;
        let score = stored.find(&model.labels, model.labels.len());
        if score.is_none() {
            self.0.push(format!(
                "the class {} of {}",
                stored.class().words(),
                model.name
            ));
        }
        score
    }

    /// The stored layer, or the recommended one if it no longer exists.
    fn layer(&mut self, path: Option<&str>, model: &ModelInfo) -> Option<ModulePath> {
        match resolve_layer(model, path) {
            Ok(layer) => Some(layer),
            Err(_) => {
                let path = path?;
                self.0.push(format!("the layer {path} of {}", model.name));
                resolve_layer(model, None).ok()
            }
        }
    }

    fn report(mut self, app: &mut App) {
        self.0.dedup();
        if !self.0.is_empty() {
            let text = format!(
                "The models have changed since the session was saved. No longer available: {}.",
                self.0.join(", ")
            );
            app.notices
                .error("Part of the session could not be restored", text);
        }
    }
}
