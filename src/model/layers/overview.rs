//! Which layers stand for the whole network where there is room for a few.
//!
//! A person wants to see where in the network evidence gathers: stages in a deep one, every layer
//! in a small one. So containers give way to what is inside them, a level at a time, while that
//! leaves few enough rows.

use super::LayerTree;
use crate::model::graph::{Graph, Op, ValueId};

/// More rows than this are no overview.
const MOST: usize = 32;
/// Fewer than this say little: then the next level is thinned instead of left out.
const FEW: usize = 8;

impl LayerTree {
    /// Rows that stand for the network, as indices into [`LayerTree::layers`] in the order of the
    /// network: the top level's with a map, and containers replaced by their children, one level
    /// at a time, as long as there are at most 32 rows. A container whose output none of its
    /// children computes (a residual sum) stays after them. Rows that do nothing to the row before
    /// them, dropout for one, are left out.
    ///
    /// Where that leaves fewer than eight rows, of the next level only the last of each run of
    /// rows with one shape is taken, if that is few enough.
    pub fn overview(&self) -> Vec<usize> {
        let top = (0..self.layers.len()).filter(|row| self.layers[*row].parent.is_none());
        let mut open: Vec<Entry> = top.map(Entry::Whole).collect();
        open = self.opened_hollow(open);
        let mut rows = self.distinct(&open);
        loop {
            let next = self.opened_hollow(self.opened(&open));
            if next == open {
                return rows;
            }
            let all = self.distinct(&next);
            if all.len() > MOST {
                let thin = self.last_of_each_shape(&all);
                let better = rows.len() < FEW && (rows.len()..=MOST).contains(&thin.len());
                return if better { thin } else { rows };
            }
            (open, rows) = (next, all);
        }
    }

    /// Every container replaced by its children.
    fn opened(&self, entries: &[Entry]) -> Vec<Entry> {
        let mut opened = Vec::new();
        for &entry in entries {
            match entry {
                Entry::Whole(row) if !self.layers[row].children.is_empty() => {
                    let children = self.layers[row].children.iter();
                    opened.extend(children.map(|&child| Entry::Whole(child)));
                    opened.push(Entry::Output(row));
                }
                _ => opened.push(entry),
            }
        }
        opened
    }

    /// Containers without a map of their own replaced by what is inside them, at any depth.
    fn opened_hollow(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let hollow = |entry: &Entry| {
            matches!(entry, Entry::Whole(row)
                if !self.layers[*row].is_target() && !self.layers[*row].children.is_empty())
        };
        while let Some(at) = entries.iter().position(hollow) {
            let inside = self.opened(&entries[at..=at]);
            entries.splice(at..=at, inside);
        }
        entries
    }

    /// The rows with a map that differ from the row before them.
    fn distinct(&self, entries: &[Entry]) -> Vec<usize> {
        let mut rows: Vec<usize> = Vec::new();
        for entry in entries {
            let layer = &self.layers[entry.row()];
            let seen = match entry {
                Entry::Whole(_) => rows
                    .last()
                    .is_some_and(|last| self.layers[*last].origin == layer.origin),
                Entry::Output(_) => rows
                    .iter()
                    .any(|row| self.layers[*row].origin == layer.origin),
            };
            if layer.is_target() && !seen {
                rows.push(entry.row());
            }
        }
        rows
    }

    fn last_of_each_shape(&self, rows: &[usize]) -> Vec<usize> {
        let shape = |row: usize| &self.layers[row].shape;
        let last = |&(at, row): &(usize, &usize)| {
            rows.get(at + 1)
                .is_none_or(|next| shape(*next) != shape(*row))
        };
        rows.iter()
            .enumerate()
            .filter(last)
            .map(|(_, row)| *row)
            .collect()
    }
}

/// A row on its way into the overview.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry {
    /// A layer with all that is inside it.
    Whole(usize),
    /// What a container computes after its children, which stand before it.
    Output(usize),
}

impl Entry {
    fn row(self) -> usize {
        match self {
            Entry::Whole(row) | Entry::Output(row) => row,
        }
    }
}

/// The value that `value` is a copy of: through nodes that change nothing.
pub(super) fn origin(graph: &Graph, shapes: &[Vec<i64>], value: ValueId) -> ValueId {
    let mut origin = value;
    while let Some(node) = graph.producer(origin)
        && let Some(&input) = node.inputs.first()
        && does_nothing(&node.op, &shapes[input.0], &shapes[origin.0])
    {
        origin = input;
    }
    origin
}

fn does_nothing(op: &Op, input: &[i64], output: &[i64]) -> bool {
    match op {
        Op::Identity => true,
        // To the size it has already.
        Op::AdaptiveAvgPool2d { .. } | Op::AdaptiveMaxPool2d { .. } => input == output,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Layer, Target};
    use super::*;
    use crate::model::Model;

    /// Rows from `(path, channels, value, origin)`; 0 channels is a row without a map.
    fn tree(rows: &[(&str, usize, usize, usize)]) -> LayerTree {
        let parent = |path: &str| {
            let (above, _) = path.rsplit_once('.')?;
            rows.iter().position(|(other, ..)| *other == above)
        };
        let children = |row: usize| {
            let paths = rows.iter().enumerate();
            let below = paths.filter(|(_, (path, ..))| parent(path) == Some(row));
            below.map(|(child, _)| child).collect()
        };
        let layer =
            |(row, &(path, channels, value, origin)): (usize, &(&str, usize, usize, usize))| {
                Layer {
                    path: path.into(),
                    name: path.into(),
                    kind: String::new(),
                    depth: path.matches('.').count(),
                    shape: vec![1, channels as i64, 7, 7],
                    target: match channels {
                        0 => Target::None("flat".into()),
                        _ => Target::Spatial {
                            channels,
                            height: 7,
                            width: 7,
                        },
                    },
                    activation: ValueId(value),
                    origin: ValueId(origin),
                    children: children(row),
                    parent: parent(path),
                }
            };
        LayerTree {
            layers: rows.iter().enumerate().map(layer).collect(),
            recommended: None,
        }
    }

    fn paths(tree: &LayerTree) -> Vec<&str> {
        let rows = tree.overview().into_iter();
        rows.map(|row| tree.layers[row].path.as_str()).collect()
    }

    #[test]
    fn a_small_network_shows_every_layer_that_does_something() {
        let tree = tree(&[
            ("body", 8, 5, 5),
            ("body.conv", 4, 1, 1),
            ("body.block", 8, 4, 4),
            ("body.block.a", 4, 2, 2),
            ("body.block.b", 4, 3, 3),
            ("body.relu", 8, 5, 5),
            ("dropout", 8, 6, 5),
            ("head", 0, 7, 7),
        ]);
        // The block's own output, which neither of its children computes, stays after them.
        let all = [
            "body.conv",
            "body.block.a",
            "body.block.b",
            "body.block",
            "body.relu",
        ];
        assert_eq!(paths(&tree), all);
    }

    #[test]
    fn a_container_without_a_map_gives_way_at_any_depth() {
        let tree = tree(&[
            ("net", 0, 3, 3),
            ("net.body", 0, 3, 3),
            ("net.body.conv", 4, 1, 1),
            ("net.body.pool", 0, 3, 3),
        ]);
        assert_eq!(paths(&tree), ["net.body.conv"]);
        assert!(LayerTree::default().overview().is_empty());
    }

    #[test]
    fn levels_open_only_as_far_as_there_is_room() {
        let mut rows = vec![("stem".to_owned(), 3, 1)];
        for block in 0..10 {
            let path = format!("block{block}");
            let value = 10 + 4 * block;
            rows.push((path.clone(), 8 + block, value + 3));
            for part in 0..4 {
                rows.push((format!("{path}.{part}"), 8 + block, value + part));
            }
        }
        let rows: Vec<(&str, usize, usize, usize)> = rows
            .iter()
            .map(|(path, channels, value)| (path.as_str(), *channels, *value, *value))
            .collect();
        let full = tree(&rows);
        assert_eq!(paths(&full).len(), 11);
        assert!(paths(&full).iter().all(|path| !path.contains('.')));
        // Six blocks of four are few enough, and so all are shown.
        let part = tree(&rows[..31]);
        assert_eq!(paths(&part).len(), 1 + 6 * 4);
    }

    #[test]
    fn where_one_container_holds_too_much_the_last_of_each_shape_stands_for_it() {
        let names: Vec<String> = (0..40).map(|row| format!("features.{row}")).collect();
        let mut rows = vec![("features", 10, 39, 39)];
        let inside = names.iter().enumerate();
        rows.extend(inside.map(|(row, name)| (name.as_str(), 1 + row / 4, row, row)));
        let tree = tree(&rows);
        let shown = paths(&tree);
        assert_eq!(shown.len(), 10);
        assert_eq!((shown[0], shown[9]), ("features.3", "features.39"));
    }

    #[test]
    fn the_models_at_hand_show_their_blocks() {
        let open = |name: &str| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            Model::open(&root.join("models").join(name)).unwrap().layers
        };
        let squeeze = open("squeezenet1_1.pt2");
        let shown = paths(&squeeze);
        assert!(shown.len() <= MOST);
        assert!(shown.contains(&"features.12") && !shown.contains(&"classifier.0"));
        let efficient = open("efficientnet_lite0.pt2");
        let shown = paths(&efficient);
        assert!(
            shown.contains(&"blocks.6.0") && shown.contains(&"bn2"),
            "{shown:?}"
        );
        assert!((16..=MOST).contains(&shown.len()), "{shown:?}");
    }
}
