//! What is open, what is chosen, and what has come back so far.
//!
//! The window is a list of rows, and each row is a question: a picture, a model, a score, a layer.
//! Every result is kept under the question it answers. Whether a picture is stale is never stored:
//! it is stale when its question is not the one that its row asks now.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::engine::{HeatMap, ModelInfo, Prediction};
use crate::explain::{Channels, Score};
use crate::model::{ModulePath, ReluRule};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

pub use view_options::{Arrangement, ExportSize, Opacity};

use results::{HeatKey, PredictionKey, Results};
use rows::{Pin, Row, RowId, Subject};
use viewport::View;

pub(crate) mod path_prompt;
pub(crate) mod results;
pub(crate) mod rows;
pub(crate) mod view_options;
pub(crate) mod viewport;

/// One open model, with what is chosen of it and how its lists stand.
#[derive(Debug, Default)]
pub struct Side {
    pub model: Option<Arc<ModelInfo>>,
    /// `None` until the model has said which class it sees.
    pub score: Option<Score>,
    /// The class that the chosen one is compared with.
    pub rival: Option<usize>,
    /// Two classes were compared on the photo before: their rows stay until the answer to this one
    /// says whether two are again.
    pub rows_stay: bool,
    /// `None` where the model has no layer with a map. Several joined are fused.
    pub layer: Option<ModulePath>,

    pub layer_filter: String,
    pub collapsed: HashSet<ModulePath>,
    /// The model whose branches `collapsed` speaks of.
    pub tree_of: Option<u64>,
    /// Rows of the tree that have a tile in the strip.
    pub overview: Vec<usize>,
    /// Tiles of the strip that are opened into their children.
    pub expanded: HashSet<ModulePath>,
    pub class_search: String,
    /// The next class clicked becomes the one to compare with.
    pub choosing_rival: bool,
    /// A row to bring into sight, once.
    pub reveal_layer: bool,
    pub reveal_class: bool,

    /// The newest answer there is, fresh or not.
    pub newest_answer: Option<(PredictionKey, Arc<Prediction>)>,
    /// What the chosen row showed last, to go back to where a newer wish is cancelled.
    pub newest_heat: Option<HeatKey>,
    pub newest_guided: Option<(HeatKey, ReluRule)>,
}

/// One score's maps at the layers of a model.
#[derive(Debug, Clone)]
pub struct LayerMapsOf {
    pub answer: PredictionKey,
    pub score: Score,
    pub maps: HashMap<ModulePath, Arc<HeatMap>>,
    /// Counts up with every map that comes in.
    pub version: u64,
    /// Nothing more is to come.
    pub complete: bool,
}

/// What stands at the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    #[default]
    Layers,
    /// What there is to know of the model.
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

/// The channels behind one map, and which of them are looked at.
#[derive(Debug, Default)]
pub struct ChannelView {
    pub known: Option<(HeatKey, Arc<Channels>)>,
    /// Shown large in place of the heat map.
    pub looked_at: Option<usize>,
    /// The map is made of these alone, where there are any.
    pub ticked: HashSet<usize>,
    pub most_negative_first: bool,
}

/// Everything the window shows, as plain data.
#[derive(Debug)]
pub struct State {
    pub photo: Option<Arc<Photo>>,
    /// The class that the photo is really of, where that is known.
    pub truth: Option<usize>,
    /// One model, or two side by side; never empty.
    pub sides: Vec<Side>,
    /// The side whose layers and classes the lists show.
    pub active: usize,
    /// Views that stay while the live ones change.
    pub pins: Vec<Pin>,
    pub next_pin: u64,
    pub fit: Fit,
    pub rule: ReluRule,
    pub results: Results,
    /// The active side's maps at all its layers.
    pub layer_maps: Option<LayerMapsOf>,
    pub channels: ChannelView,

    /// Share of the heat map in the blend, 0 to 1.
    pub opacity: Opacity,
    pub colormap: Colormap,
    pub overlay: Overlay,
    /// All maps are drawn against the largest value of any, instead of each against its own.
    pub common_scale: bool,
    pub arrangement: Arrangement,
    /// Whether the strip of layers is there.
    pub strip: bool,
    /// Its maps are drawn against the largest value of any layer.
    pub strip_common_scale: bool,
    pub view: View,

    pub export_px: ExportSize,
    pub pane: Pane,
    pub list: List,
    pub top_k: TopK,
    /// A text field had the keyboard when the last frame ended.
    pub typing: bool,
    /// Something had the keyboard when the last frame ended: Esc takes it away, and no more.
    pub focused: bool,
    /// A menu was open when the last frame ended: plain keys are the menu's.
    pub in_menu: bool,
    /// A text field to give the keyboard to, once.
    pub focus: Option<SearchField>,
    /// The last thing that went well, in words, until the next request.
    pub done: Option<String>,
}

impl Default for State {
    fn default() -> Self {
        State {
            photo: None,
            truth: None,
            sides: vec![Side::default()],
            active: 0,
            pins: Vec::new(),
            next_pin: 0,
            fit: Fit::default(),
            rule: ReluRule::default(),
            results: Results::default(),
            layer_maps: None,
            channels: ChannelView::default(),
            opacity: Opacity::default(),
            colormap: Colormap::default(),
            overlay: Overlay::default(),
            common_scale: false,
            arrangement: Arrangement::default(),
            strip: true,
            strip_common_scale: false,
            view: View::default(),
            export_px: ExportSize::default(),
            pane: Pane::default(),
            list: List::default(),
            top_k: TopK::default(),
            typing: false,
            focused: false,
            in_menu: false,
            focus: None,
            done: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchField {
    Layers,
    Classes,
}

/// How many classes the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopK(pub usize);

impl Default for TopK {
    fn default() -> Self {
        TopK(10)
    }
}

impl Side {
    /// The class that stands first in the chosen score.
    pub fn class(&self) -> Option<usize> {
        self.score.map(Score::class)
    }

    /// Whether it has the rows of a comparison.
    pub fn is_comparing(&self) -> bool {
        match self.score {
            Some(Score::For(class)) => self.rival.is_some_and(|rival| rival != class),
            Some(_) => false,
            None => self.rows_stay,
        }
    }

    /// The name of a class, its number where the model has no name for it.
    pub fn class_name(&self, class: usize) -> String {
        self.model
            .as_ref()
            .and_then(|model| model.labels.get(class).cloned())
            .unwrap_or_else(|| format!("class {class}"))
    }

    /// The chosen layer joins those that are fused, or leaves them; one always stays.
    pub fn toggle_layer(&mut self, path: &str) {
        let mut paths = self.layers();
        match paths.iter().position(|chosen| chosen == path) {
            Some(place) if paths.len() > 1 => drop(paths.remove(place)),
            Some(_) => return,
            None => paths.push(path.to_owned()),
        }
        // In the network's order, so that the same choice is the same question.
        if let Some(model) = &self.model {
            let place = |path: &String| model.layers.layers.iter().position(|l| l.path == *path);
            paths.sort_by_key(place);
        }
        self.layer = Some(crate::model::layers::join(paths.iter().map(String::as_str)));
    }

    /// The chosen layers: one, or those that are fused.
    pub fn layers(&self) -> Vec<ModulePath> {
        self.layer
            .as_deref()
            .map(|layer| {
                crate::model::layers::split(layer)
                    .map(str::to_owned)
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Whether a layer is chosen, alone or with others.
    pub fn has_layer(&self, path: &str) -> bool {
        self.layer
            .as_deref()
            .is_some_and(|layer| crate::model::layers::split(layer).any(|chosen| chosen == path))
    }
}

impl State {
    /// The model that the lists show.
    pub fn side(&self) -> &Side {
        // `active` is set by `activate` alone and lowered where a side goes.
        &self.sides[self.active]
    }

    pub fn side_mut(&mut self) -> &mut Side {
        &mut self.sides[self.active]
    }

    pub fn model(&self) -> Option<&Arc<ModelInfo>> {
        self.side().model.as_ref()
    }

    /// What one side asks, where it has a model and there is a photo.
    pub fn subject_of(&self, side: &Side) -> Option<Subject> {
        Some(Subject {
            photo: self.photo.clone()?,
            model: side.model.clone()?,
            fit: self.fit,
            score: side.score,
            layer: side.layer.clone(),
            rule: self.rule,
        })
    }

    /// What the active side asks.
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
            let [rival, versus] = match (side.score, side.rival) {
                (Some(Score::For(a)), Some(b)) => [Score::For(b), Score::Versus { a, b }].map(Some),
                _ => [None; 2],
            };
            let with = |score| Subject {
                score,
                ..subject.clone()
            };
            let extra = side.is_comparing().then(|| {
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

    /// What figures call a row of two compared classes.
    pub fn letter(&self, row: RowId) -> Option<&'static str> {
        match row {
            RowId::Side(side) => self.sides.get(side)?.is_comparing().then_some("A"),
            RowId::Rival(_) => Some("B"),
            RowId::Versus(_) => Some("A − B"),
            RowId::Pin(_) => None,
        }
    }

    /// The answer to what is open now, on the active side.
    pub fn answer(&self) -> Option<&Arc<Prediction>> {
        self.results.answer(&self.subject()?)
    }

    /// The active side's map of what is chosen now.
    pub fn heat(&self) -> Option<&Arc<HeatMap>> {
        self.results.heat(&self.subject()?)
    }

    /// The maps of the active side at its other layers, where they are of what is chosen now.
    pub fn fresh_layer_maps(&self) -> Option<&LayerMapsOf> {
        let subject = self.subject()?;
        let maps = self.layer_maps.as_ref()?;
        (maps.answer == subject.answer_key() && Some(maps.score) == subject.score).then_some(maps)
    }

    /// The channels of the map that is shown now.
    pub fn fresh_channels(&self) -> Option<&Arc<Channels>> {
        let (key, channels) = self.channels.known.as_ref()?;
        (Some(key) == self.subject()?.heat_key().as_ref()).then_some(channels)
    }

    /// The side whose classes [`State::truth`] speaks of: the first that has a model.
    fn first_open(&self) -> Option<usize> {
        self.sides.iter().position(|side| side.model.is_some())
    }

    /// The labels of the model whose classes [`State::truth`] speaks of.
    pub fn truth_labels(&self) -> &[String] {
        let model = self
            .first_open()
            .and_then(|side| self.sides[side].model.as_ref());
        model.map_or(&[], |model| &model.labels)
    }

    /// The true class among those of the active side; another model may not know it.
    pub fn truth_here(&self) -> Option<usize> {
        self.truth_everywhere().get(self.active).copied().flatten()
    }

    /// The true class among those of each side.
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

    /// A class of the active side among those that [`State::truth`] speaks of.
    pub fn as_truth(&self, class: usize) -> Option<usize> {
        if self.first_open() == Some(self.active) {
            return Some(class);
        }
        let label = self.model()?.labels.get(class)?;
        self.truth_labels().iter().position(|name| name == label)
    }

    /// The name of a class of the active model.
    pub fn class_name(&self, class: usize) -> String {
        self.side().class_name(class)
    }

    /// A score of the active model in words.
    pub fn score_name(&self, score: Score) -> String {
        score.describe(self.model().map_or(&[], |model| &model.labels))
    }

    /// The class that stands first in the active side's score.
    pub fn class(&self) -> Option<usize> {
        self.side().class()
    }
}

/// The same kind of score of another class.
pub fn with_class(score: Option<Score>, class: usize) -> Score {
    match score {
        Some(Score::Against(_)) => Score::Against(class),
        _ => Score::For(class),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_class_keeps_the_kind_of_score() {
        assert_eq!(with_class(None, 3), Score::For(3));
        assert_eq!(with_class(Some(Score::Against(1)), 3), Score::Against(3));
        assert_eq!(with_class(Some(Score::For(1)), 3), Score::For(3));
    }

    #[test]
    fn the_last_of_the_fused_layers_stays() {
        let mut side = Side {
            layer: Some("a".into()),
            ..Side::default()
        };
        side.toggle_layer("a");
        assert_eq!(side.layers(), ["a"]);
        side.toggle_layer("b");
        assert!(side.has_layer("a") && side.has_layer("b"));
        side.toggle_layer("a");
        assert_eq!(side.layers(), ["b"]);
    }
}
