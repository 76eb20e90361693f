//! What is open and chosen now, as a session.

use std::path::PathBuf;

use super::file::{Live, Session, StoredLook, StoredPin, StoredSide};
use crate::app::persistence::stored::{StoredClass, StoredModel, StoredScore};
use crate::app::state::{Opacity, State};

impl State {
    /// What is open and chosen now, if anything is open. `pictures`: the folder that is walked
    /// through, or the files.
    pub fn to_session(&self, pictures: &[PathBuf]) -> Option<Session> {
        let open = self.sides.iter().filter_map(|side| {
            let model = side.model.as_ref()?;
            Some(StoredSide {
                model: StoredModel::of(model),
                layer: side.layer.clone(),
                score: side
                    .score
                    .map(|score| StoredScore::new(score, &model.labels)),
                rival: side
                    .rival
                    .map(|class| StoredClass::new(class, &model.labels)),
            })
        });
        let sides: Vec<StoredSide> = open.collect();
        if self.photo.is_none() && sides.is_empty() && pictures.is_empty() {
            return None;
        }
        let labels = self.truth_labels();
        let pins = self.pins.iter().map(|pin| &pin.subject);
        let pins = pins.map(|subject| StoredPin {
            image: subject.photo.path.clone(),
            model: StoredModel::of(&subject.model),
            layer: subject.layer.clone(),
            score: subject
                .score
                .map(|s| StoredScore::new(s, &subject.model.labels)),
            fit: subject.fit.into(),
            rule: subject.rule.into(),
        });
        Some(Session {
            pictures: pictures.to_vec(),
            live: Live {
                image: self.photo.as_ref().map(|photo| photo.path.clone()),
                active: self.active.min(sides.len().saturating_sub(1)),
                sides,
                fit: self.fit.into(),
                rule: self.rule.into(),
                truth: self.truth.map(|class| StoredClass::new(class, labels)),
            },
            pins: pins.collect(),
            look: StoredLook {
                opacity: f64::from((self.opacity.share() * 1e4).round()) / 1e4,
                colours: self.colormap.into(),
                overlay: self.overlay.into(),
                common_scale: self.common_scale,
                arrangement: self.arrangement.into(),
                zoom: self.view.zoom.into(),
                centre: [self.view.centre.x.into(), self.view.centre.y.into()],
            },
        })
    }

    pub fn take_look(&mut self, look: &StoredLook) {
        self.opacity = Opacity::from_share(look.opacity as f32);
        self.colormap = look.colours.get();
        self.overlay = look.overlay.get();
        self.common_scale = look.common_scale;
        self.arrangement = look.arrangement.get();
        self.view.zoom = look.zoom as f32;
        self.view.centre = egui::pos2(look.centre[0] as f32, look.centre[1] as f32);
    }

    /// What a session is called that was not saved before.
    pub fn session_name(&self) -> String {
        let photo = self.photo.as_ref();
        let stem = photo.and_then(|photo| photo.path.file_stem());
        stem.map_or_else(
            || "session".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }
}
