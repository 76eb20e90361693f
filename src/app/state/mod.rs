//! What is open, what is chosen, and what has been computed so far, as plain data.
//!
//! The window is a list of rows. Each row has a subject: a photo, a model, a score, a layer. Every
//! result is stored under the key it was computed for. Whether a panel is stale is never stored: it is
//! stale if its key differs from that of its row.
//!
//! This module uses the engine's data, but draws nothing. Panels read it; commands and finished work
//! change it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{HeatMap, ModelInfo, Prediction};
use crate::explain::{Channels, Score};
use crate::picture::photo::decode::Photo;

use class_choice::Explained;
use done::Done;
use results::{ChannelView, LayerMapsOf, Results};
use rows::panels::TwoClasses;
use rows::subject::Subject;
use rows::{Large, Pin, Row, RowId};
use sides::Sides;
use sides::side::Side;
use signal::Signal;
use view_options::ViewOptions;
use viewport::View;

pub(crate) mod by_name;
pub(crate) mod class_choice;
pub(crate) mod done;
pub(crate) mod export_options;
pub(crate) mod range;
pub(crate) mod results;
pub(crate) mod rows;
pub(crate) mod sides;
pub(crate) mod signal;
pub(crate) mod view_options;
pub(crate) mod viewport;

/// Shown in place of the panels of a model that has no layer with a map.
pub const NO_SPATIAL_LAYER: &str = "This model has no layer with a spatial map";

/// What the left panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    #[default]
    Layers,
    /// Facts about the model.
    About,
}

/// What the list at the right shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum List {
    #[default]
    Classes,
    /// The channels behind the map that is shown.
    Channels,
}

/// How many classes the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopK(pub usize);

impl Default for TopK {
    fn default() -> Self {
        TopK(10)
    }
}

/// Everything the window shows.
#[derive(Debug, Default)]
pub struct State {
    pub photo: Option<Arc<Photo>>,
    /// A photo to try, which comes with the program.
    pub sample: Option<PathBuf>,
    /// The file of the photo that was open before this one.
    pub photo_before: Option<PathBuf>,
    /// The true class of the photo, if known, as an index into the classes of the first open model.
    pub truth: Option<usize>,
    pub sides: Sides,
    /// Views that stay the same while the live rows change.
    pub pins: Vec<Pin>,
    pub next_pin: u64,
    pub options: ViewOptions,
    pub results: Results,
    /// The active side's maps at all of its layers.
    pub layer_maps: Option<LayerMapsOf>,
    pub channels: ChannelView,
    pub view: View,
    /// The panel that fills the stage; `None` where all are shown.
    pub large: Option<Large>,
    /// Whether the next drag on a panel draws the region to explain.
    pub drawing_region: bool,

    pub pane: Pane,
    pub list: List,
    pub top_k: TopK,
    /// Asks the search fields for the keyboard focus.
    pub find_layer: Signal,
    pub find_class: Signal,
    /// A message about the last success, shown for some seconds or until the next request.
    pub done: Done,
}

impl State {
    /// The side whose layers and classes the lists show.
    pub fn side(&self) -> &Side {
        self.sides.active()
    }

    pub fn side_mut(&mut self) -> &mut Side {
        self.sides.active_mut()
    }

    /// The row of the active side.
    pub fn live_row(&self) -> RowId {
        RowId::Side(self.sides.active_index())
    }

    /// The model whose layers and classes the lists show.
    pub fn model(&self) -> Option<&Arc<ModelInfo>> {
        self.side().model.as_ref()
    }

    /// Whether the active model has no layer with a spatial map.
    pub fn lacks_spatial_layer(&self) -> bool {
        let model = self.model();
        model.is_some_and(|model| model.layers.recommended().is_none())
    }

    /// The side of the other open model, if there are two.
    pub fn other_side(&self) -> Option<usize> {
        let active = self.sides.active_index();
        let others = self.sides.iter().enumerate();
        let mut others = others.filter(|(index, side)| *index != active && side.model.is_some());
        self.model().and(others.next().map(|(index, _)| index))
    }

    /// The subject of one side, if it has a model and there is a photo.
    pub fn subject_of(&self, side: &Side) -> Option<Subject> {
        Some(Subject {
            photo: self.photo.clone()?,
            model: side.model.clone()?,
            fit: self.options.fit,
            score: side.score(),
            layer: side.layer.clone(),
            rule: self.options.rule,
        })
    }

    /// The subject of the active side.
    pub fn subject(&self) -> Option<Subject> {
        self.subject_of(self.side())
    }

    /// All rows, from top to bottom.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, side) in self.sides.iter().enumerate() {
            let Some(subject) = self.subject_of(side) else {
                continue;
            };
            let [rival, versus] = match side.choice.explained() {
                Some(Explained::Two { class: a, rival: b }) => {
                    [Score::For(b), Score::Versus { a, b }].map(Some)
                }
                Some(Explained::One(_)) | None => [None; 2],
            };
            let with = |score| Subject {
                score,
                ..subject.clone()
            };
            let extra = side.choice.is_comparing().then(|| {
                [
                    Row::new(RowId::Rival(index), with(rival)),
                    Row::new(RowId::Versus(index), with(versus)),
                ]
            });
            rows.push(Row::new(RowId::Side(index), subject));
            rows.extend(extra.into_iter().flatten());
        }
        let pins = self.pins.iter();
        rows.extend(pins.map(|pin| Row::new(RowId::Pin(pin.id), pin.subject.clone())));
        rows
    }

    /// The letter of a row of two compared classes in figures.
    pub fn letter(&self, row: RowId) -> Option<&'static str> {
        match row {
            RowId::Side(side) => self.sides.get(side)?.choice.is_comparing().then_some("A"),
            RowId::Rival(_) => Some("B"),
            RowId::Versus(_) => Some("A − B"),
            RowId::Pin(_) => None,
        }
    }

    /// The letter of a row of two classes whose maps are in one line.
    pub fn letter_in_line(&self, row: RowId) -> Option<&'static str> {
        match self.options.style.panels.two_classes {
            TwoClasses::Maps | TwoClasses::PhotoAndMaps => self.letter(row),
            TwoClasses::Rows => None,
        }
    }

    /// The active model's prediction for the current photo.
    pub fn prediction(&self) -> Option<&Arc<Prediction>> {
        self.results.prediction(&self.subject()?)
    }

    /// The active side's heat map for the current choices.
    pub fn heat(&self) -> Option<&Arc<HeatMap>> {
        self.results.heat(&self.subject()?)
    }

    /// The active side's maps at all of its layers, if they match the current choices.
    pub fn fresh_layer_maps(&self) -> Option<&LayerMapsOf> {
        let subject = self.subject()?;
        let maps = self.layer_maps.as_ref()?;
        let fresh =
            maps.prediction == subject.prediction_key() && Some(maps.score) == subject.score;
        fresh.then_some(maps)
    }

    /// The channels of the current heat map.
    pub fn fresh_channels(&self) -> Option<&Arc<Channels>> {
        let (key, channels) = self.channels.known.as_ref()?;
        (Some(key) == self.subject()?.heat_key().as_ref()).then_some(channels)
    }

    /// The title of the window: the photo and the models, then the program.
    pub fn window_title(&self) -> String {
        let photo = self.photo.as_ref().map(|photo| photo.name());
        let models = self.sides.iter().filter_map(|side| side.model.as_ref());
        let models: Vec<&str> = models.map(|model| model.name.as_str()).collect();
        let models = (!models.is_empty()).then(|| models.join(" and "));
        let parts = [photo, models, Some("gradcam".to_owned())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" – ")
    }

    /// The name of a class of the active model.
    pub fn class_name(&self, class: usize) -> String {
        self.side().class_name(class)
    }

    /// A score of the active model in words.
    pub fn score_name(&self, score: Score) -> String {
        score.describe(self.model().map_or(&[], |model| &model.labels))
    }

    /// The explained class of the active side, or the first of two.
    pub fn class(&self) -> Option<usize> {
        self.side().class()
    }
}
