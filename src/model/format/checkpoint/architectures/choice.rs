//! Which of several networks is meant that all fit a file.

use super::expand::Expanded;
use super::recognise::{Head, Hints, Recognised};
use super::{Library, Network};
use crate::model::error::{Candidate, Fault, Result};

impl Library {
    /// The one of several that is meant.
    pub(super) fn choose(&self, mut fitting: Vec<Recognised>, hints: &Hints) -> Result<Recognised> {
        let rank = |fit: &Recognised| fit.head.rank(&fit.template);
        let least = fitting.iter().map(rank).min().unwrap_or_default();
        fitting.retain(|fit| rank(fit) == least);
        if let Some(chosen) = &hints.chosen {
            keep(&mut fitting, |fit| fit.is_called(chosen));
        }
        for name in &hints.names {
            keep(&mut fitting, |fit| fit.is_called(name));
        }
        // The size tells families of one network apart, but not networks that compute otherwise.
        if fitting.iter().all(Recognised::is_of_family) {
            keep(&mut fitting, |fit| {
                hints.side.is_none_or(|side| fit.side == side)
            });
        }
        keep(&mut fitting, |fit| fit.is_published);
        let of_averages = fitting.iter().filter(|fit| fit.is_average()).count();
        let has_averages = of_averages > 0 && of_averages < fitting.len();
        keep(&mut fitting, |fit| fit.is_average() == hints.averaged);
        let all: Vec<Candidate> = fitting
            .iter()
            .flat_map(|fit| &fit.networks)
            .map(Network::candidate)
            .collect();
        keep(&mut fitting, |fit| {
            fit.networks.iter().any(|network| !network.unusual)
        });
        let mut fitting = fitting.into_iter();
        let Some(mut chosen) = fitting.next() else {
            return Err(Fault::SeveralArchitectures(Vec::new()));
        };
        for other in fitting {
            if !chosen.computes_as(&other, hints) {
                return Err(Fault::SeveralArchitectures(all));
            }
            chosen.networks.extend(other.networks);
        }
        // Names decide between networks of one graph as well.
        for name in hints.chosen.iter().chain(&hints.names) {
            keep(&mut chosen.networks, |network| network.is_called(name));
        }
        let taken = |one: &Candidate| {
            chosen
                .networks
                .iter()
                .any(|network| network.candidate() == *one)
        };
        chosen.has_averages = has_averages;
        chosen.unlikely = all.into_iter().filter(|one| !taken(one)).collect();
        Ok(chosen)
    }
}

impl Recognised {
    fn is_called(&self, name: &str) -> bool {
        self.networks.iter().any(|network| network.is_called(name))
    }

    fn is_of_family(&self) -> bool {
        self.networks.iter().all(Network::is_family)
    }

    /// Whether the two graphs compute the same from the same tensors, whatever their modules are called.
    fn computes_as(&self, other: &Recognised, hints: &Hints) -> bool {
        let hints = Hints {
            side: Some(self.side),
            ..hints.clone()
        };
        let nodes = |of: &Recognised| {
            let lengths = of.lengths(&hints).ok()?;
            let expanded = Expanded::new(&of.template, &of.compared.units, &lengths).ok()?;
            Some(expanded.computed())
        };
        let is_same_head = match (&self.head, &other.head) {
            (Head::Own(_), Head::Own(_)) | (Head::None(_), Head::None(_)) => true,
            (Head::Rebuilt(_, a), Head::Rebuilt(_, b)) => a == b,
            (Head::Own(_) | Head::Rebuilt(..) | Head::None(_), _) => false,
        };
        is_same_head && nodes(self).is_some_and(|computed| Some(computed) == nodes(other))
    }
}

/// Leaves those for which `wanted` holds, if there are any.
fn keep<T>(items: &mut Vec<T>, wanted: impl Fn(&T) -> bool) {
    if items.iter().any(&wanted) {
        items.retain(wanted);
    }
}
