//! Which pictures stand in view, and in which order.

use std::cmp::Ordering;

use super::Entry;

/// In which order they stand. Pictures without an answer come last, and among equals the order of
/// the names holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Folder by folder, in each by name.
    #[default]
    Name,
    /// By the class that the model answers, the surest of each first.
    Class,
    /// The surest answers first.
    Surest,
    /// The least sure answers first.
    LeastSure,
    /// Mistakes first, the surest before all.
    Mistakes,
}

impl Sort {
    pub const ALL: [Sort; 5] = [
        Sort::Name,
        Sort::Class,
        Sort::Surest,
        Sort::LeastSure,
        Sort::Mistakes,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Sort::Name => "Folder and name",
            Sort::Class => "Class",
            Sort::Surest => "Surest first",
            Sort::LeastSure => "Least sure first",
            Sort::Mistakes => "Mistakes first",
        }
    }
}

/// Which of them stand in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    #[default]
    All,
    /// The model answers another class than the true one.
    Mistakes,
    /// The model answers this class, or it is the true one.
    Class(usize),
    /// Those without an answer, for whatever reason.
    Unanswered,
}

impl Filter {
    /// Those that speak of no class.
    pub const WITHOUT_CLASS: [Filter; 3] = [Filter::All, Filter::Mistakes, Filter::Unanswered];

    /// Whether a picture stands in view.
    pub fn passes(self, entry: &Entry) -> bool {
        match self {
            Filter::All => true,
            Filter::Mistakes => entry.is_mistake(),
            Filter::Class(class) => {
                entry.truth == Some(class) || entry.verdict().is_some_and(|v| v.class == class)
            }
            Filter::Unanswered => entry.verdict().is_none(),
        }
    }
}

/// Indices of the entries that pass, in order.
pub(crate) fn of(entries: &[Entry], sort: Sort, filter: Filter) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len())
        .filter(|&index| filter.passes(&entries[index]))
        .collect();
    // The sort is stable, and the entries lie in the order of their names.
    match sort {
        Sort::Name => {}
        Sort::Class => order.sort_by(|&a, &b| {
            let (a, b) = (&entries[a], &entries[b]);
            answered_first(a, b)
                .then_with(|| class(a).cmp(&class(b)))
                .then_with(|| surest_first(a, b))
        }),
        Sort::Surest => order.sort_by(|&a, &b| {
            answered_first(&entries[a], &entries[b])
                .then_with(|| surest_first(&entries[a], &entries[b]))
        }),
        Sort::LeastSure => order.sort_by(|&a, &b| {
            answered_first(&entries[a], &entries[b])
                .then_with(|| surest_first(&entries[b], &entries[a]))
        }),
        Sort::Mistakes => order.sort_by(|&a, &b| {
            let (a, b) = (&entries[a], &entries[b]);
            b.is_mistake()
                .cmp(&a.is_mistake())
                .then_with(|| answered_first(a, b))
                .then_with(|| {
                    if a.is_mistake() {
                        surest_first(a, b)
                    } else {
                        Ordering::Equal
                    }
                })
        }),
    }
    order
}

fn answered_first(a: &Entry, b: &Entry) -> Ordering {
    b.verdict().is_some().cmp(&a.verdict().is_some())
}

fn surest_first(a: &Entry, b: &Entry) -> Ordering {
    let probability = |entry: &Entry| entry.verdict().map_or(0.0, |v| v.probability);
    probability(b).total_cmp(&probability(a))
}

fn class(entry: &Entry) -> Option<usize> {
    entry.verdict().map(|verdict| verdict.class)
}
