//! What is open, what is chosen, and what has come back so far.
//!
//! Every result is kept beside the question it answers. Whether a picture is stale is never stored:
//! it is stale when its question is not the one that the window asks now.

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::{Answer, Guided, HeatMap, ModelCard, Request};
use crate::explain::Score;
use crate::model::{ModulePath, ReluRule};
use crate::picture::colormap::Colormap;
use crate::picture::compose::Overlay;
use crate::picture::decode::Photo;
use crate::picture::geometry::Fit;

use super::view::View;

/// One picture before one model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnswerKey {
    pub photo: u64,
    pub model: u64,
    pub fit: Fit,
}

/// One score at one layer of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatKey {
    pub answer: AnswerKey,
    pub score: Score,
    pub layer: ModulePath,
}

/// The same under one rule of the rectifiers.
#[derive(Debug, Clone, PartialEq)]
pub struct GuidedKey {
    pub heat: HeatKey,
    pub rule: ReluRule,
}

/// A result and its question.
#[derive(Debug, Clone)]
pub struct Keyed<K, T> {
    pub key: K,
    pub value: Arc<T>,
}

/// The newest results there are, fresh or not.
#[derive(Debug, Clone, Default)]
pub struct Results {
    pub answer: Option<Keyed<AnswerKey, Answer>>,
    pub heat: Option<Keyed<HeatKey, HeatMap>>,
    pub guided: Option<Keyed<GuidedKey, Guided>>,
}

/// How the four panels stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrangement {
    /// Whichever shows the pictures larger.
    #[default]
    Automatic,
    Row,
    Square,
}

impl Arrangement {
    pub const ALL: [Arrangement; 3] = [
        Arrangement::Automatic,
        Arrangement::Row,
        Arrangement::Square,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Arrangement::Automatic => "Fit the window",
            Arrangement::Row => "Side by side",
            Arrangement::Square => "Two by two",
        }
    }
}

/// Everything the window shows, as plain data.
#[derive(Debug, Default)]
pub struct State {
    pub photo: Option<Arc<Photo>>,
    pub card: Option<Arc<ModelCard>>,
    /// `None` until the model has said which class it sees.
    pub score: Option<Score>,
    /// `None` where the model has no layer with a map.
    pub layer: Option<ModulePath>,
    pub fit: Fit,
    pub rule: ReluRule,
    pub results: Results,

    /// Share of the heat map in the blend, 0 to 1.
    pub opacity: Opacity,
    pub colormap: Colormap,
    pub overlay: Overlay,
    pub arrangement: Arrangement,
    pub view: View,

    pub layer_filter: String,
    pub collapsed: HashSet<ModulePath>,
    /// The model whose branches `collapsed` speaks of.
    pub tree_of: Option<u64>,
    pub class_search: String,
    pub top_k: TopK,
    /// The next class clicked becomes the one to compare with.
    pub choosing_rival: bool,
    /// A row to bring into sight, once.
    pub reveal_layer: bool,
    pub reveal_class: bool,
    /// A text field had the keyboard when the last frame ended.
    pub typing: bool,
    /// A menu was open when the last frame ended: plain keys are the menu's.
    pub in_menu: bool,
    /// A text field to give the keyboard to, once.
    pub focus: Option<SearchField>,
    /// The last thing that went well, in words, until the next request.
    pub done: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchField {
    Layers,
    Classes,
}

/// Opacity in the steps the screen has, so that a file and the screen agree to the last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opacity(pub u8);

impl Default for Opacity {
    fn default() -> Self {
        Opacity(128)
    }
}

impl Opacity {
    /// Of a share from 0 to 1.
    pub fn from_share(share: f32) -> Self {
        Opacity((share.clamp(0.0, 1.0) * 255.0).round() as u8)
    }

    /// From 0 to 1.
    pub fn share(self) -> f32 {
        f32::from(self.0) / 255.0
    }
}

/// How many classes the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopK(pub usize);

impl Default for TopK {
    fn default() -> Self {
        TopK(10)
    }
}

impl State {
    /// The picture and the model that are open, as a question.
    pub fn answer_key(&self) -> Option<AnswerKey> {
        Some(AnswerKey {
            photo: self.photo.as_ref()?.id,
            model: self.card.as_ref()?.id,
            fit: self.fit,
        })
    }

    pub fn heat_key(&self) -> Option<HeatKey> {
        Some(HeatKey {
            answer: self.answer_key()?,
            score: self.score?,
            layer: self.layer.clone()?,
        })
    }

    pub fn guided_key(&self) -> Option<GuidedKey> {
        Some(GuidedKey {
            heat: self.heat_key()?,
            rule: self.rule,
        })
    }

    /// The answer to what is open now.
    pub fn answer(&self) -> Option<&Arc<Answer>> {
        let held = self.results.answer.as_ref()?;
        (Some(held.key) == self.answer_key()).then_some(&held.value)
    }

    /// The heat map of what is chosen now.
    pub fn heat(&self) -> Option<&Arc<HeatMap>> {
        let held = self.results.heat.as_ref()?;
        (Some(&held.key) == self.heat_key().as_ref()).then_some(&held.value)
    }

    /// The guided pictures of what is chosen now.
    pub fn guided(&self) -> Option<&Arc<Guided>> {
        let held = self.results.guided.as_ref()?;
        (Some(&held.key) == self.guided_key().as_ref()).then_some(&held.value)
    }

    /// What to ask the engine for, where there is a picture and a model.
    pub fn request(&self) -> Option<Request> {
        Some(Request {
            model: self.card.as_ref()?.id,
            photo: self.photo.clone()?,
            fit: self.fit,
            score: self.score,
            layer: self.layer.clone(),
            rule: self.rule,
        })
    }

    /// The name of a class, its number where the model has no name for it.
    pub fn class_name(&self, class: usize) -> String {
        self.card
            .as_ref()
            .and_then(|card| card.labels.get(class).cloned())
            .unwrap_or_else(|| format!("class {class}"))
    }

    /// A score in words.
    pub fn score_name(&self, score: Score) -> String {
        score.describe(self.card.as_ref().map_or(&[], |card| &card.labels))
    }

    /// The class that stands first in the chosen score.
    pub fn class(&self) -> Option<usize> {
        self.score.map(Score::class)
    }
}

/// The same kind of score of another class.
pub fn with_class(score: Option<Score>, class: usize) -> Score {
    match score {
        Some(Score::Against(_)) => Score::Against(class),
        Some(Score::Versus { b, .. }) if b != class => Score::Versus { a: class, b },
        _ => Score::For(class),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_reads_back_what_was_set_to_a_step_of_the_screen() {
        for share in [0.0, 0.25, 0.5, 1.0] {
            assert!((Opacity::from_share(share).share() - share).abs() <= 0.5 / 255.0 + 1e-6);
        }
        assert_eq!(Opacity::from_share(7.0), Opacity(255));
        assert_eq!(Opacity::from_share(-1.0), Opacity(0));
    }

    #[test]
    fn another_class_keeps_the_kind_of_score() {
        assert_eq!(with_class(None, 3), Score::For(3));
        assert_eq!(with_class(Some(Score::Against(1)), 3), Score::Against(3));
        assert_eq!(
            with_class(Some(Score::Versus { a: 1, b: 2 }), 3),
            Score::Versus { a: 3, b: 2 }
        );
        assert_eq!(
            with_class(Some(Score::Versus { a: 1, b: 3 }), 3),
            Score::For(3)
        );
    }
}
