//! Which images are in view, and in which order.

use std::cmp::Ordering;

use super::Entry;
use crate::folder::predictions::Whose;

/// The order of the images. Images without a prediction come last, and equal ones are in order of their
/// names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By folder, then by name.
    #[default]
    Name,
    /// By predicted class, the most confident of each first.
    Class,
    /// The most confident predictions first.
    Surest,
    /// The least confident predictions first.
    LeastSure,
    /// Mistakes first, the most confident of them first.
    Mistakes,
}

impl Sort {
    /// In the order in which the window offers them.
    pub const ALL: [Sort; 5] = [
        Sort::Name,
        Sort::Class,
        Sort::Surest,
        Sort::LeastSure,
        Sort::Mistakes,
    ];

    /// Its name in the window.
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

/// Which images are in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All images are in view.
    #[default]
    All,
    /// The predicted class is not the true one.
    Mistakes,
    /// This is the predicted or the true class.
    Class(usize),
    /// There is no prediction, for whatever reason.
    NotPredicted,
    /// It cannot be opened.
    Unreadable,
    /// It is of one class, and predicted as another.
    Confused {
        /// The true class.
        truth: usize,
        /// The predicted class.
        predicted: usize,
    },
    /// This model is right, and the other one is wrong.
    RightAlone(Whose),
}

impl Filter {
    /// All filters but those for certain classes and for two models.
    pub const WITHOUT_CLASS: [Filter; 4] = [
        Filter::All,
        Filter::Mistakes,
        Filter::NotPredicted,
        Filter::Unreadable,
    ];

    /// Whether it depends on the classes of the model.
    pub fn names_class(self) -> bool {
        match self {
            Filter::Class(_) | Filter::Confused { .. } => true,
            Filter::All
            | Filter::Mistakes
            | Filter::NotPredicted
            | Filter::Unreadable
            | Filter::RightAlone(_) => false,
        }
    }

    /// Whether an image is in view.
    pub fn passes(self, entry: &Entry) -> bool {
        match self {
            Filter::All => true,
            Filter::Mistakes => entry.is_mistake(),
            Filter::Class(class) => {
                entry.truth == Some(class) || entry.verdict().is_some_and(|v| v.class == class)
            }
            Filter::NotPredicted => entry.verdict().is_none(),
            Filter::Unreadable => entry.unreadable.is_some(),
            Filter::Confused { truth, predicted } => {
                entry.truth == Some(truth) && entry.verdict().is_some_and(|v| v.class == predicted)
            }
            Filter::RightAlone(model) => entry.right_alone() == Some(model),
        }
    }
}

/// The indices of the entries that pass, in order.
pub(crate) fn of(entries: &[Entry], sort: Sort, passes: impl Fn(&Entry) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len())
        .filter(|&index| passes(&entries[index]))
        .collect();
    // The sort is stable, and the entries are in order of their names.
    match sort {
        Sort::Name => {}
        Sort::Class => order.sort_by(|&a, &b| {
            let (a, b) = (&entries[a], &entries[b]);
            predicted_first(a, b)
                .then_with(|| class(a).cmp(&class(b)))
                .then_with(|| surest_first(a, b))
        }),
        Sort::Surest => order.sort_by(|&a, &b| {
            predicted_first(&entries[a], &entries[b])
                .then_with(|| surest_first(&entries[a], &entries[b]))
        }),
        Sort::LeastSure => order.sort_by(|&a, &b| {
            predicted_first(&entries[a], &entries[b])
                .then_with(|| surest_first(&entries[b], &entries[a]))
        }),
        Sort::Mistakes => order.sort_by(|&a, &b| {
            let (a, b) = (&entries[a], &entries[b]);
            b.is_mistake()
                .cmp(&a.is_mistake())
                .then_with(|| predicted_first(a, b))
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

fn predicted_first(a: &Entry, b: &Entry) -> Ordering {
    b.verdict().is_some().cmp(&a.verdict().is_some())
}

fn surest_first(a: &Entry, b: &Entry) -> Ordering {
    let probability = |entry: &Entry| entry.verdict().map_or(0.0, |v| v.probability);
    probability(b).total_cmp(&probability(a))
}

fn class(entry: &Entry) -> Option<usize> {
    entry.verdict().map(|verdict| verdict.class)
}
