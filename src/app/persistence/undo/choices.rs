//! What the user has chosen to look at, and how. Undo restores this state.
//!
//! Opening a file is not part of it; changing a model's usage is. When choices are restored, those for
//! a model that is no longer open are skipped.

use std::sync::Arc;

use egui::Pos2;

use crate::engine::ModelInfo;
use crate::model::{ModulePath, ReluRule};
use crate::picture::photo::decode::{Decoding, Photo};
use crate::picture::photo::geometry::Fit;

use crate::app::state::State;
use crate::app::state::class_choice::{ClassChoice, Explained};
use crate::app::state::rows::Pin;
use crate::app::state::view_options::MapStyle;

/// All choices at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    pub live: LivePhoto,
    pub sides: Vec<SideChoices>,
    pub active: usize,
    pub pins: Vec<Pin>,
    pub style: MapStyle,
    pub fit: Fit,
    pub rule: ReluRule,
    pub decoding: Decoding,
    pub zoom: f32,
    pub centre: Pos2,
}

/// The photo of the live rows. Making a pin live replaces it with the pin's photo.
#[derive(Debug, Clone)]
pub struct LivePhoto {
    pub photo: Option<Arc<Photo>>,
    pub truth: Option<usize>,
}

impl PartialEq for LivePhoto {
    fn eq(&self, other: &LivePhoto) -> bool {
        let id = |live: &LivePhoto| live.photo.as_ref().map(|photo| photo.id);
        (id(self), self.truth) == (id(other), other.truth)
    }
}

/// The choices for one model.
#[derive(Debug, Clone)]
pub struct SideChoices {
    /// The model, to be restored if only its usage has changed since.
    pub model: Option<Arc<ModelInfo>>,
    /// The ids of the photo and the model that were open when the choice was made.
    open: (Option<u64>, Option<u64>),
    pub explained: Option<Explained>,
    pub layer: Option<ModulePath>,
}

impl PartialEq for SideChoices {
    fn eq(&self, other: &SideChoices) -> bool {
        (self.open, self.explained, &self.layer) == (other.open, other.explained, &other.layer)
    }
}

impl State {
    pub fn choices(&self) -> Choices {
        let photo = self.photo.as_ref().map(|photo| photo.id);
        let sides = self.sides.iter().map(|side| SideChoices {
            model: side.model.clone(),
            open: (photo, side.model.as_ref().map(|model| model.id)),
            explained: side.choice.explained(),
            layer: side.layer.clone(),
        });
        Choices {
            live: LivePhoto {
                photo: self.photo.clone(),
                truth: self.truth,
            },
            sides: sides.collect(),
            active: self.sides.active_index(),
            pins: self.pins.clone(),
            style: self.options.style,
            fit: self.options.fit,
            rule: self.options.rule,
            decoding: self.options.decoding,
            zoom: self.view.zoom,
            centre: self.view.centre,
        }
    }

    /// Restores choices. The caller must send new requests to the engine afterwards.
    pub fn restore(&mut self, choices: &Choices) {
        let before = self.photo.as_ref().map(|photo| photo.id);
        self.photo.clone_from(&choices.live.photo);
        self.truth = choices.live.truth;
        let photo = self.photo.as_ref().map(|photo| photo.id);
        if photo != before {
            for side in self.sides.iter_mut() {
                side.choice = ClassChoice::default();
            }
        }
        for (side, chosen) in self.sides.iter_mut().zip(&choices.sides) {
            if chosen.open.1 != side.model.as_ref().map(|model| model.id) {
                let weights = side.model.as_ref().map(|model| model.weights);
                let same = |model: &&Arc<ModelInfo>| Some(model.weights) == weights;
                let Some(model) = chosen.model.as_ref().filter(same) else {
                    continue;
                };
                side.reuse(Arc::clone(model));
            }
            side.layer.clone_from(&chosen.layer);
            side.scroll_to_layer.send();
            side.scroll_to_class.send();
            // A class chosen for another photo does not apply.
            if chosen.open.0 == photo {
                side.choice = match chosen.explained {
                    Some(explained) => ClassChoice::Chosen(explained),
                    None => ClassChoice::default(),
                };
            }
        }
        self.sides.activate(choices.active);
        self.pins.clone_from(&choices.pins);
        self.options.style = choices.style;
        (self.options.fit, self.options.rule) = (choices.fit, choices.rule);
        self.options.decoding = choices.decoding;
        (self.view.zoom, self.view.centre) = (choices.zoom, choices.centre);
    }
}
