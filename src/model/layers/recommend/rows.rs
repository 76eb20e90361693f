//! The rows of the tree that have a map, by the value that holds it.

use std::collections::HashMap;

use crate::model::graph::ValueId;
use crate::model::layers::{GROUP, Layer, LayerTree};

pub(super) struct Rows(HashMap<ValueId, usize>);

impl Rows {
    /// Where several rows have one value, a block says more than the activation function that ends it.
    pub fn of(tree: &LayerTree) -> Rows {
        let mut rows: HashMap<ValueId, usize> = HashMap::new();
        // A list of modules is no block, where the file tells one from the other.
        let contains = |layer: &Layer| !layer.children.is_empty();
        let mut containers = tree.layers.iter().filter(|layer| contains(layer));
        let told = containers.any(|layer| layer.kind != GROUP);
        let rank = |row: usize| {
            let layer = &tree.layers[row];
            let is_block = contains(layer) && !(told && layer.kind == GROUP);
            (is_block, if is_block { layer.depth } else { 0 })
        };
        for (row, layer) in tree
            .layers
            .iter()
            .enumerate()
            .filter(|(_, l)| l.is_target())
        {
            let best = rows.entry(layer.activation).or_insert(row);
            if rank(row) >= rank(*best) {
                *best = row;
            }
        }
        Rows(rows)
    }

    pub fn at(&self, value: ValueId) -> Option<usize> {
        self.0.get(&value).copied()
    }
}
