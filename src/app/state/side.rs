//! One open model, with what is chosen of it and how its lists are set up.

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::{ModelInfo, Prediction};
use crate::explain::Score;
use crate::model::{LayerTree, ModulePath, ReluRule, layers};

use super::class_choice::{ClassChoice, Explained};
use super::signal::Signal;
use super::subject::{HeatKey, PredictionKey};

/// A model with more rows than this opens with its inner branches collapsed.
const MANY_ROWS: usize = 48;

#[derive(Debug, Default)]
pub struct Side {
    pub model: Option<Arc<ModelInfo>>,
    pub choice: ClassChoice,
    /// `None` where the model has no layer with a map. Several joined are fused.
    pub layer: Option<ModulePath>,

    pub layer_filter: String,
    pub collapsed: HashSet<ModulePath>,
    /// The model that `collapsed` was set up for.
    tree_of: Option<u64>,
    /// Tiles of the strip that are opened into their children.
    pub expanded: HashSet<ModulePath>,
    pub class_search: String,
    /// Asks the lists to scroll to what is chosen.
    pub scroll_to_layer: Signal,
    pub scroll_to_class: Signal,
    /// The request for which the branches around the chosen layer were opened last.
    branches_opened: Signal,

    /// The newest prediction there is, up to date or not.
    pub newest_prediction: Option<(PredictionKey, Arc<Prediction>)>,
    /// What the chosen row showed last, to go back to where a newer request is cancelled.
    pub newest_heat: Option<HeatKey>,
    pub newest_guided: Option<(HeatKey, ReluRule)>,
}

impl Side {
    /// A model that has just been opened, with nothing chosen.
    pub fn of(model: Arc<ModelInfo>) -> Side {
        Side {
            model: Some(model),
            ..Side::default()
        }
    }

    /// The same side with `model` in place of its own, used in another way: what is chosen stays.
    pub fn reuse(&mut self, model: Arc<ModelInfo>) {
        self.tree_of = Some(model.id);
        self.model = Some(model);
    }

    /// The score of its first row; `None` until the model has predicted a class.
    pub fn score(&self) -> Option<Score> {
        self.choice.score()
    }

    /// The class that the chosen one is compared with.
    pub fn rival(&self) -> Option<usize> {
        self.choice.rival()
    }

    /// The class that is explained, the first of two.
    pub fn class(&self) -> Option<usize> {
        self.choice.class()
    }

    /// Shows the map of `score` again, compared with the same class as now.
    pub fn show_score(&mut self, score: Score) {
        self.choice = match (score, self.rival()) {
            (Score::For(class), Some(rival)) => {
                ClassChoice::Chosen(Explained::Two { class, rival })
            }
            (score, _) => ClassChoice::Chosen(score.into()),
        };
    }

    /// Explains another class in the same way, and asks the list to scroll to it. Whether the next
    /// class clicked becomes the rival stays as it is.
    pub fn step_to_class(&mut self, class: usize) {
        let choosing = self.choice.is_choosing_rival();
        self.choice = self.choice.with_class(class).choosing_rival(choosing);
        self.scroll_to_class.send();
    }

    /// The rows of a comparison on the photo before do not wait for this photo's prediction.
    pub fn drop_kept_rows(&mut self) {
        if let ClassChoice::Pending { keep_rows } = &mut self.choice {
            *keep_rows = false;
        }
    }

    /// The name of a class, or its number where the model has no name for it.
    pub fn class_name(&self, class: usize) -> String {
        self.model
            .as_ref()
            .and_then(|model| model.labels.get(class).cloned())
            .unwrap_or_else(|| format!("class {class}"))
    }

    /// Adds a layer to those that are fused, or removes it; one always stays.
    pub fn toggle_layer(&mut self, path: &str) {
        let mut paths = self.layers();
        match paths.iter().position(|chosen| chosen == path) {
            Some(at) if paths.len() > 1 => drop(paths.remove(at)),
            Some(_) => return,
            None => paths.push(path.to_owned()),
        }
        // In the network's order, so that the same choice is the same question.
        if let Some(model) = &self.model {
            let at = |path: &String| model.layers.layers.iter().position(|l| l.path == *path);
            paths.sort_by_key(at);
        }
        self.layer = Some(layers::join(paths.iter().map(String::as_str)));
    }

    /// The chosen layers: one, or those that are fused.
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

    /// The tiles of the strip, as rows of the layer tree, with how deep they lie inside opened ones.
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

    /// Opens the branches around the chosen layer once for each request to scroll to it.
    pub fn prepare_tree(&mut self) {
        if self.scroll_to_layer.is_new(&mut self.branches_opened) {
            self.open_branches();
        }
    }

    /// Collapses the inner branches of a large model that is new here, and opens those that the
    /// chosen layer lies in.
    fn open_branches(&mut self) {
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
