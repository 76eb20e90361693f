//! One open model, with its choices and the state of its lists.

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::{ModelInfo, Prediction};
use crate::explain::Score;
use crate::model::{LayerTree, ModulePath, ReluRule, layers};

use crate::app::state::class_choice::{ClassChoice, Explained};
use crate::app::state::rows::subject::{HeatKey, PredictionKey};
use crate::app::state::signal::Signal;

/// Models with more rows than this open with their inner branches collapsed.
const MANY_ROWS: usize = 48;

#[derive(Debug, Default)]
pub struct Side {
    pub model: Option<Arc<ModelInfo>>,
    pub choice: ClassChoice,
    /// `None` if the model has no layer with a map. Several fused layers are joined in one path.
    pub layer: Option<ModulePath>,

    pub layer_filter: String,
    pub collapsed: HashSet<ModulePath>,
    /// The model that `collapsed` was set up for.
    tree_of: Option<u64>,
    /// Tiles of the strip that are expanded into the layers inside.
    pub expanded: HashSet<ModulePath>,
    pub class_search: String,
    /// Asks the lists to scroll to the chosen row.
    pub scroll_to_layer: Signal,
    pub scroll_to_class: Signal,
    /// The last scroll request for which the branches around the chosen layer were expanded.
    branches_expanded: Signal,

    /// The newest prediction, current or stale.
    pub newest_prediction: Option<(PredictionKey, Arc<Prediction>)>,
    /// What the row showed last, to go back to if a newer request is cancelled.
    pub newest_heat: Option<HeatKey>,
    pub newest_guided: Option<(HeatKey, ReluRule)>,
}

impl Side {
    /// A side for a model that has just been opened, with nothing chosen.
    pub fn of(model: Arc<ModelInfo>) -> Side {
        Side {
            model: Some(model),
            ..Side::default()
        }
    }

    /// Replaces the model by the same model with another usage. The choices are kept as far as its
    /// classes are the same.
    pub fn reuse(&mut self, model: Arc<ModelInfo>) {
        let scores = |model: &ModelInfo| (model.output, model.kind, model.labels.len());
        if self.model.as_deref().map(scores) != Some(scores(&model)) {
            self.choice = ClassChoice::default();
            self.class_search.clear();
        }
        self.tree_of = Some(model.id);
        self.model = Some(model);
    }

    /// The score of the first row; `None` until the model has predicted a class.
    pub fn score(&self) -> Option<Score> {
        self.choice.score()
    }

    /// The class that the chosen one is compared with.
    pub fn rival(&self) -> Option<usize> {
        self.choice.rival()
    }

    /// The explained class, or the first of two.
    pub fn class(&self) -> Option<usize> {
        self.choice.class()
    }

    /// Shows the map of `score` again, with the same rival.
    pub fn show_score(&mut self, score: Score) {
        self.choice = match (score, self.rival()) {
            (Score::For(class), Some(rival)) => {
                ClassChoice::Chosen(Explained::Two { class, rival })
            }
            (score, _) => ClassChoice::Chosen(score.into()),
        };
    }

    /// Explains another class in the same way, and asks the list to scroll to it. If a rival is being
    /// chosen, that continues.
    pub fn step_to_class(&mut self, class: usize) {
        let choosing = self.choice.is_choosing_rival();
        self.choice = self.choice.with_class(class).choosing_rival(choosing);
        self.scroll_to_class.send();
    }

    /// Drops the rows of a comparison that were kept from the previous photo.
    pub fn drop_kept_rows(&mut self) {
        if let ClassChoice::Pending { keep_rows } = &mut self.choice {
            *keep_rows = false;
        }
    }

    /// The name of a class, or its index if the model has no name for it.
    pub fn class_name(&self, class: usize) -> String {
        self.model
            .as_ref()
            .and_then(|model| model.labels.get(class).cloned())
            .unwrap_or_else(|| format!("class {class}"))
    }

    /// Adds a layer to the fused ones, or removes it. At least one layer always stays.
    pub fn toggle_layer(&mut self, path: &str) {
        let mut paths = self.layers();
        match paths.iter().position(|chosen| chosen == path) {
            Some(index) if paths.len() > 1 => drop(paths.remove(index)),
            Some(_) => return,
            None => paths.push(path.to_owned()),
        }
        // In the network's order, so that the same set of layers gives the same key.
        if let Some(model) = &self.model {
            let order = |path: &String| model.layers.layers.iter().position(|l| l.path == *path);
            paths.sort_by_key(order);
        }
        self.layer = Some(layers::join(paths.iter().map(String::as_str)));
    }

    /// The chosen layers: one, or several that are fused.
    pub fn layers(&self) -> Vec<ModulePath> {
        let layer = self.layer.as_deref();
        layer
            .map(|layer| layers::split(layer).map(str::to_owned).collect())
            .unwrap_or_default()
    }

    /// Whether a layer is chosen, alone or with others.
    pub fn has_layer(&self, path: &str) -> bool {
        self.layer
            .as_deref()
            .is_some_and(|layer| layers::split(layer).any(|chosen| chosen == path))
    }

    /// The tiles of the strip: indices into the layer tree, each with its depth inside expanded tiles.
    pub fn tiles(&self) -> Vec<(usize, usize)> {
        let mut tiles = Vec::new();
        if let Some(model) = &self.model {
            for row in model.layers.overview() {
                self.push_tile(&model.layers, row, 0, &mut tiles);
            }
        }
        tiles
    }

    fn push_tile(
        &self,
        tree: &LayerTree,
        row: usize,
        depth: usize,
        tiles: &mut Vec<(usize, usize)>,
    ) {
        let layer = &tree.layers[row];
        if layer.is_target() {
            tiles.push((row, depth));
        }
        if self.expanded.contains(&layer.path) {
            for &child in &layer.children {
                self.push_tile(tree, child, depth + 1, tiles);
            }
        }
    }

    /// Expands the branches around the chosen layer, once for each request to scroll to it.
    pub fn prepare_tree(&mut self) {
        if self.scroll_to_layer.is_new(&mut self.branches_expanded) {
            self.expand_branches();
        }
    }

    /// Collapses the inner branches of a newly opened large model, and expands those that contain the
    /// chosen layer.
    fn expand_branches(&mut self) {
        let Some(model) = &self.model else { return };
        let layers = &model.layers.layers;
        if self.tree_of != Some(model.id) && layers.len() > MANY_ROWS {
            let inner = layers
                .iter()
                .filter(|layer| layer.depth > 0 && !layer.children.is_empty());
            self.collapsed = inner.map(|layer| layer.path.clone()).collect();
        }
        self.tree_of = Some(model.id);
        for path in self.layers() {
            let mut above = model.layers.find(&path);
            while let Some(layer) = above.and_then(|layer| layer.parent).map(|i| &layers[i]) {
                self.collapsed.remove(&layer.path);
                above = Some(layer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Side;

    #[test]
    fn toggling_never_removes_the_last_layer() {
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
