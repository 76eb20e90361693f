//! The layers that stand for the whole network where there is room for a few.
//!
//! They show where in the network evidence gathers: stages in a deep one, every layer in a small one.
//! So containers are replaced by what is inside them, one level at a time, while that leaves few
//! enough rows.

use super::LayerTree;
use crate::model::graph::links::Links;
use crate::model::graph::{Graph, Op, ValueId};
use crate::model::op::{Normalisation, Pooling};

/// More rows than this are no overview.
const MAX_ROWS: usize = 32;
/// Fewer rows than this say little: then a part of the next level is shown too.
const FEW: usize = 8;
/// More rows than this before the first stage are more than a stem.
const STEM: usize = 4;

impl LayerTree {
    /// Rows that stand for the network, as indices into [`LayerTree::layers`] in the order of the
    /// network. These are the rows of the top level that have a map, with containers replaced by
    /// their children, one level at a time, as long as there are at most 32 rows. A container whose output none of its
    /// children computes (a residual sum) stays after them. Rows that do nothing to the row before
    /// them, dropout for one, are left out, and so are convolutions that a normalisation follows,
    /// since it stands for both. A container that comes down to a single row with its own output
    /// stands for it. Where stages have given way to whole blocks, the stem before them, at most four
    /// rows, is left out: its maps are of edges, and the way back to it costs most.
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
            if all.len() > MAX_ROWS {
                let thin = self.last_of_each_shape(&all);
                let better = rows.len() < FEW && (rows.len()..=MAX_ROWS).contains(&thin.len());
                return if better {
                    thin
                } else {
                    self.without_stem(rows)
                };
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
            let raw = layer.normalised && layer.children.is_empty();
            if layer.is_target() && !seen && !raw {
                rows.push(entry.row());
            }
        }
        let outermost = |row: &usize| self.outermost(*row, &rows);
        rows.iter().map(outermost).collect()
    }

    /// The largest container that has the output of `row` and holds no other of `rows`.
    fn outermost(&self, row: usize, rows: &[usize]) -> usize {
        let holds = |container: usize, row: usize| {
            let up = |row: &usize| self.layers[*row].parent;
            std::iter::successors(Some(row), up).any(|above| above == container)
        };
        let mut outermost = row;
        while let Some(parent) = self.layers[outermost].parent
            && self.layers[parent].origin == self.layers[row].origin
            && rows.iter().filter(|other| holds(parent, **other)).count() == 1
        {
            outermost = parent;
        }
        outermost
    }

    fn without_stem(&self, rows: Vec<usize>) -> Vec<usize> {
        let depth = |row: &usize| self.layers[*row].depth;
        let first = rows.first().map_or(0, depth);
        let in_stage = |row: &usize| depth(row) > first && !self.layers[*row].children.is_empty();
        match rows.iter().position(in_stage) {
            Some(stem @ 1..=STEM) => rows[stem..].to_vec(),
            _ => rows,
        }
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
    /// What a container computes after its children, which come before it.
    Output(usize),
}

impl Entry {
    fn row(self) -> usize {
        match self {
            Entry::Whole(row) | Entry::Output(row) => row,
        }
    }
}

/// For each value the one of which it is a copy, through nodes that change nothing.
pub(super) fn origins(graph: &Graph, shapes: &[Vec<i64>]) -> Vec<ValueId> {
    let mut origins: Vec<ValueId> = (0..graph.values.len()).map(ValueId).collect();
    for node in &graph.nodes {
        let Some(&input) = node.inputs.first() else {
            continue;
        };
        for &output in &node.outputs {
            if does_nothing(&node.op, &shapes[input.0], &shapes[output.0]) {
                origins[output.0] = origins[input.0];
            }
        }
    }
    origins
}

/// Whether the network reads `value`, the output of the module at `path`, only to normalise it in
/// another module, which has a row of its own.
pub(super) fn is_only_normalised(links: &Links, path: &str, value: ValueId) -> bool {
    let elsewhere = |module: &str| {
        let inside = path.strip_prefix(module);
        !module.is_empty() && inside.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.'))
    };
    let readers = links.readers(value);
    !readers.is_empty()
        && readers.iter().all(|node| {
            matches!(node.op, Op::Normalisation(Normalisation::Batch { .. }))
                && elsewhere(&node.module)
        })
}

fn does_nothing(op: &Op, input: &[i64], output: &[i64]) -> bool {
    let adaptive = matches!(
        op,
        Op::Pooling(Pooling::AdaptiveAverage { .. } | Pooling::AdaptiveMax { .. })
    );
    // A pooling to the size that the map has already.
    op.is_identity() || (adaptive && input == output)
}

#[cfg(test)]
mod tests;
