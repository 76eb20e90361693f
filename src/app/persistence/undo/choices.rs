//! What a person has chosen to look at, and how: what undo takes back.
//!
//! Opening a file is not part of it; using its model otherwise is. A choice that speaks of a model which is closed by now is
//! passed over when it is restored.

use std::sync::Arc;

use egui::Pos2;

use crate::engine::ModelInfo;
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

use crate::app::state::rows::Pin;
use crate::app::state::{Arrangement, Opacity, State};

/// One state of all choices.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    pub live: LivePhoto,
    pub sides: Vec<SideChoices>,
    pub active: usize,
    pub pins: Vec<Pin>,
    pub fit: Fit,
    pub rule: ReluRule,
    pub opacity: Opacity,
    pub colormap: Colormap,
    pub overlay: Overlay,
    pub common_scale: bool,
    pub strip_common_scale: bool,
    pub arrangement: Arrangement,
    pub zoom: f32,
    pub centre: Pos2,
}

/// The photo of the rows that follow the choices: a pin that is made live brings its own.
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

/// What is chosen of one model.
#[derive(Debug, Clone)]
pub struct SideChoices {
    /// The model, to be taken up again where only its usage has changed since.
    pub model: Option<Arc<ModelInfo>>,
    /// The photo and the model that the choice was made before.
    of: (Option<u64>, Option<u64>),
    pub score: Option<Score>,
    pub rival: Option<usize>,
    pub layer: Option<ModulePath>,
}

impl PartialEq for SideChoices {
    fn eq(&self, other: &SideChoices) -> bool {
        (self.of, self.score, self.rival, &self.layer)
            == (other.of, other.score, other.rival, &other.layer)
    }
}

impl State {
    pub fn choices(&self) -> Choices {
        let photo = self.photo.as_ref().map(|photo| photo.id);
        let sides = self.sides.iter().map(|side| SideChoices {
            model: side.model.clone(),
            of: (photo, side.model.as_ref().map(|model| model.id)),
            score: side.score,
            rival: side.rival,
            layer: side.layer.clone(),
        });
        Choices {
            live: LivePhoto {
                photo: self.photo.clone(),
                truth: self.truth,
            },
            sides: sides.collect(),
            active: self.active,
            pins: self.pins.clone(),
            fit: self.fit,
            rule: self.rule,
            opacity: self.opacity,
            colormap: self.colormap,
            overlay: self.overlay,
            common_scale: self.common_scale,
            strip_common_scale: self.strip_common_scale,
            arrangement: self.arrangement,
            zoom: self.view.zoom,
            centre: self.view.centre,
        }
    }

    /// Takes choices up again. The window asks the engine afterwards.
    pub fn restore(&mut self, choices: &Choices) {
        let before = self.photo.as_ref().map(|photo| photo.id);
        self.photo.clone_from(&choices.live.photo);
        self.truth = choices.live.truth;
        let photo = self.photo.as_ref().map(|photo| photo.id);
        if photo != before {
            for side in &mut self.sides {
                (side.score, side.rival) = (None, None);
            }
        }
        for (side, chosen) in self.sides.iter_mut().zip(&choices.sides) {
            if chosen.of.1 != side.model.as_ref().map(|model| model.id) {
                let weights = side.model.as_ref().map(|model| model.weights);
                let same = |model: &&Arc<ModelInfo>| Some(model.weights) == weights;
                let Some(model) = chosen.model.as_ref().filter(same) else {
                    continue;
                };
                side.overview = model.layers.overview();
                side.tree_of = Some(model.id);
                side.model = Some(Arc::clone(model));
            }
            side.layer.clone_from(&chosen.layer);
            (side.reveal_layer, side.reveal_class) = (true, true);
            // Another photo has an answer of its own.
            if chosen.of.0 == photo {
                (side.score, side.rival) = (chosen.score, chosen.rival);
            }
        }
        self.active = choices.active.min(self.sides.len() - 1);
        self.pins.clone_from(&choices.pins);
        (self.fit, self.rule) = (choices.fit, choices.rule);
        (self.opacity, self.colormap) = (choices.opacity, choices.colormap);
        (self.overlay, self.arrangement) = (choices.overlay, choices.arrangement);
        self.common_scale = choices.common_scale;
        self.strip_common_scale = choices.strip_common_scale;
        (self.view.zoom, self.view.centre) = (choices.zoom, choices.centre);
    }
}
