//! Captures what is open and chosen as a session.

use std::path::PathBuf;

use super::file::{Live, Session, StoredLook, StoredPin, StoredSide};
use super::parts::{Network, Picture};
use crate::app::persistence::stored::{StoredClass, StoredModel, StoredScore};
use crate::app::state::State;
use crate::app::state::rows::subject::Subject;

impl Session {
    /// The images that are shown, with as many pins as these.
    pub(super) fn pictures_shown(&self, pins: usize) -> Vec<Picture> {
        let live = self.live.image.iter().map(|image| Picture {
            path: image.clone(),
            decoding: self.live.decoding,
        });
        let pins = self.pins.iter().take(pins).map(StoredPin::picture);
        live.chain(pins).collect()
    }
}

impl StoredPin {
    /// A pin of this view.
    pub fn of(subject: &Subject) -> StoredPin {
        StoredPin {
            image: subject.photo.path.clone(),
            model: StoredModel::of(&subject.model),
            layer: subject.layer.clone(),
            score: subject
                .score
                .map(|score| StoredScore::new(score, subject.model.lasting_labels())),
            fit: subject.fit,
            rule: subject.rule,
            decoding: subject.photo.decoding,
        }
    }

    pub(super) fn picture(&self) -> Picture {
        Picture {
            path: self.image.clone(),
            decoding: self.decoding,
        }
    }

    pub(super) fn network(&self) -> Network {
        Network::new(&self.model, self.decoding)
    }
}

impl State {
    /// The current state as a session, if anything is open. `pictures` are the folders or files open
    /// in the gallery.
    pub fn to_session(&self, pictures: &[PathBuf]) -> Option<Session> {
        let open = self.sides.iter().filter_map(|side| {
            let model = side.model.as_ref()?;
            Some(StoredSide {
                model: StoredModel::of(model),
                layer: side.layer.clone(),
                score: side
                    .score()
                    .map(|score| StoredScore::new(score, model.lasting_labels())),
                rival: side
                    .rival()
                    .map(|class| StoredClass::new(class, model.lasting_labels())),
            })
        });
        let sides: Vec<StoredSide> = open.collect();
        if self.photo.is_none() && sides.is_empty() && pictures.is_empty() {
            return None;
        }
        let first = self.truth_model();
        let labels = first.map_or(&[] as &[String], |model| model.lasting_labels());
        let pins = self.pins.iter();
        let pins = pins.map(|pin| StoredPin::of(&pin.subject));
        Some(Session {
            pictures: pictures.to_vec(),
            live: Live {
                image: self.photo.as_ref().map(|photo| photo.path.clone()),
                active: self.sides.active_index().min(sides.len().saturating_sub(1)),
                sides,
                fit: self.options.fit,
                rule: self.options.rule,
                decoding: self.options.decoding,
                truth: self.truth.map(|class| StoredClass::new(class, labels)),
            },
            pins: pins.collect(),
            look: StoredLook {
                style: self.options.style,
                zoom: self.view.zoom.into(),
                centre: [self.view.centre.x.into(), self.view.centre.y.into()],
            },
        })
    }

    /// Restores how maps are drawn, the zoom and the pan.
    pub fn restore_look(&mut self, look: &StoredLook) {
        self.options.style = look.style;
        self.view.zoom = look.zoom as f32;
        self.view.centre = egui::pos2(look.centre[0] as f32, look.centre[1] as f32);
    }

    /// The suggested name for a session that has not been saved yet.
    pub fn session_name(&self) -> String {
        let photo = self.photo.as_ref();
        let stem = photo.and_then(|photo| photo.path.file_stem());
        stem.map_or_else(
            || "session".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }
}
