//! The window becomes what a session says, as far as its files are there and its models still have
//! what was chosen of them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{ModelCard, resolve_layer};
use crate::explain::Score;
use crate::model::ModulePath;
use crate::picture::decode::Photo;

use super::Opening;
use super::parts::{Part, PartState, failed, found};
use super::unread::Unread;
use crate::app::App;
use crate::app::commands::Command;
use crate::app::notices::Place;
use crate::app::rows::{MOST_PINS, Pin, Subject};
use crate::app::session_file::{Opened, Session, StoredPin, StoredSide};
use crate::app::state::Side;
use crate::app::stored::{StoredModel, StoredScore};

impl App {
    pub(super) fn take_up_session(&mut self, opening: Opening) {
        let Opening {
            path,
            opened: Opened { session, missing },
            photos,
            cards,
            ..
        } = opening;
        self.tell_failures(&photos, &cards);
        let mut lost = Lost::default();
        let mut unread = Vec::new();
        let state = &mut self.state;
        state.pins.clear();
        for (place, pin) in session.pins.iter().enumerate() {
            let subject = match place < MOST_PINS {
                true => lost.subject(pin, &photos, &cards),
                false => None,
            };
            if subject.is_none() {
                unread.push(pin.clone());
            }
            // A pin without a class or a layer would show nothing.
            if let Some(subject) = subject.filter(|s| s.heat_key().is_some()) {
                let id = state.next_pin;
                state.next_pin += 1;
                state.pins.push(Pin { id, subject });
            }
        }
        let live = session.live.image.as_ref();
        let live = live.and_then(|image| found(&photos, image));
        let is_there = live.is_some();
        let pinned = state.pins.first().map(|pin| Arc::clone(&pin.subject.photo));
        state.photo = live.or_else(|| state.photo.take()).or(pinned);
        self.take_up_sides(&session, &cards, is_there, &mut lost);
        self.state.take_look(&session.look);
        lost.tell(self);

        self.memory.forget_last();
        self.take_first_choice();
        if self.first.class.is_some() {
            let side = self.state.side_mut();
            (side.score, side.rival) = (None, None);
        }
        self.forget_steps();
        self.forget_channel_pictures();
        self.close_unused_models();
        self.ask();
        let pictures = session.pictures.iter();
        let pictures = pictures.filter(|path| !missing.contains(path));
        self.open_film_again(pictures.cloned().collect());
        let mut gone = missing;
        gone.extend(failed(&photos).chain(failed(&cards)));
        self.session.unread = Unread::new(session, unread, gone, &self.state);
        self.tell_unread();
        self.state.done = Some(format!("Opened {}", path.display()));
        self.session.path = Some(path);
    }

    /// The models side by side. Without the session's own photo its classes mean nothing.
    fn take_up_sides(
        &mut self,
        session: &Session,
        cards: &[Part<StoredModel, ModelCard>],
        with_photo: bool,
        lost: &mut Lost,
    ) {
        let (state, live) = (&mut self.state, &session.live);
        let mut sides = Vec::new();
        for stored in &live.sides {
            if let Some(card) = found(cards, &stored.model) {
                sides.push(lost.side(stored, card, with_photo));
            }
        }
        if !sides.is_empty() {
            state.active = live.active.min(sides.len() - 1);
            state.sides = sides;
        }
        let labels = state.truth_labels();
        let truth = live.truth.as_ref().filter(|_| with_photo);
        state.truth = truth.and_then(|truth| truth.find(labels, labels.len()));
        // What the session says goes before what the folder's name may say later.
        self.keep_truth();
        let state = &mut self.state;
        (state.fit, state.rule) = (live.fit.get(), live.rule.get());
    }

    /// Names what is missing, and offers to look for it.
    fn tell_unread(&mut self) {
        self.notices.is_taken(Place::Session);
        let unread = &self.session.unread;
        if let Some(text) = unread.words() {
            let locate = unread.first_gone().map(|path| {
                let name = path.file_name().unwrap_or(path.as_os_str());
                let label = format!("Locate {}…", name.to_string_lossy());
                (label, Command::Locate(path.clone()))
            });
            let title = "Parts of the session are missing";
            self.notices.offering(Place::Session, title, text, locate);
        }
    }

    fn tell_failures(
        &mut self,
        photos: &[Part<PathBuf, Photo>],
        cards: &[Part<StoredModel, ModelCard>],
    ) {
        for part in photos {
            if let PartState::Failed(error) = &part.state {
                self.notices.not_opened(Place::Picture, error);
            }
        }
        for part in cards {
            if let PartState::Failed(error) = &part.state {
                self.notices.not_opened(Place::Model, error);
            }
        }
    }
}

/// What a session's choices speak of and its models do not have.
#[derive(Default)]
struct Lost(Vec<String>);

impl Lost {
    fn side(&mut self, stored: &StoredSide, card: Arc<ModelCard>, with_score: bool) -> Side {
        let score = stored.score.as_ref().filter(|_| with_score);
        let rival = stored.rival.as_ref().filter(|_| with_score);
        let score = self.score(score, &card);
        let rival = rival.and_then(|rival| rival.find(&card.labels, card.labels.len()));
        Side {
            overview: card.layers.overview(),
            layer: self.layer(stored.layer.as_deref(), &card),
            rival: rival.filter(|rival| score.is_some_and(|s| s.class() != *rival)),
            score,
            card: Some(card),
            reveal_layer: true,
            reveal_class: true,
            ..Side::default()
        }
    }

    fn subject(
        &mut self,
        pin: &StoredPin,
        photos: &[Part<PathBuf, Photo>],
        cards: &[Part<StoredModel, ModelCard>],
    ) -> Option<Subject> {
        let card = found(cards, &pin.model)?;
        Some(Subject {
            photo: found(photos, &pin.image)?,
            fit: pin.fit.get(),
            score: self.score(pin.score.as_ref(), &card),
            layer: self.layer(pin.layer.as_deref(), &card),
            rule: pin.rule.get(),
            card,
        })
    }

    fn score(&mut self, stored: Option<&StoredScore>, card: &ModelCard) -> Option<Score> {
        let stored = stored?;
        let score = stored.find(&card.labels, card.labels.len());
        if score.is_none() {
            self.0.push(format!(
                "the class {} of {}",
                stored.class().words(),
                card.name
            ));
        }
        score
    }

    /// The layer, or the one to start at where it is gone.
    fn layer(&mut self, path: Option<&str>, card: &ModelCard) -> Option<ModulePath> {
        match resolve_layer(card, path) {
            Ok(layer) => Some(layer),
            Err(_) => {
                let path = path?;
                self.0.push(format!("the layer {path} of {}", card.name));
                resolve_layer(card, None).ok()
            }
        }
    }

    fn tell(mut self, app: &mut App) {
        self.0.dedup();
        if !self.0.is_empty() {
            let text = format!(
                "The models have changed since it was saved: there is no longer {}.",
                self.0.join(", nor ")
            );
            app.notices.error("A part of the session is gone", text);
        }
    }
}
