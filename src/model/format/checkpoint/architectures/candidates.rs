//! Which graphs a file's tensors may be of, and which is the nearest where none fits.

use std::collections::{HashMap, HashSet};

use super::fits;
use super::naming::{self, Named, Naming};
use super::recognise::Hints;
use super::{Library, Shapes};
use crate::model::error::{Fault, Nearest, Result};

/// The counter of training batches in every batch norm; old files do not have it.
const COUNTER: &str = "num_batches_tracked";
/// How many candidates are compared where none fits.
const MOST_NEAR: usize = 12;
/// How many names are listed where one is not known.
const MOST_NAMED: usize = 8;

impl Library {
    /// Whether a tensor is one that answers need.
    pub(super) fn matters(&self, name: &str) -> bool {
        let is_auxiliary = |prefix: &String| {
            name.starts_with(prefix.as_str()) || name.contains(&format!(".{prefix}"))
        };
        !name.ends_with(COUNTER) && !self.index.auxiliary.iter().any(is_auxiliary)
    }

    /// The graphs that may be meant.
    pub(super) fn allowed(&self, hints: &Hints) -> Result<HashSet<String>> {
        let networks = self.index.networks.iter();
        let Some(chosen) = &hints.chosen else {
            return Ok(networks.map(|network| network.graph.clone()).collect());
        };
        let graphs: HashSet<String> = networks
            .filter(|network| network.is_called(chosen))
            .map(|network| network.graph.clone())
            .collect();
        if graphs.is_empty() {
            return Err(Fault::UnknownArchitecture {
                name: chosen.clone(),
                like: self.names_like(chosen),
            });
        }
        Ok(graphs)
    }

    /// The known names that begin most like `name`, without its library.
    fn names_like(&self, name: &str) -> Vec<String> {
        let name = name.rsplit('/').next().unwrap_or(name);
        let shared = |known: &str| {
            let pairs = known.chars().zip(name.chars());
            pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
        };
        let mut names: Vec<String> = Vec::new();
        for network in &self.index.networks {
            if !names.contains(&network.name) {
                names.push(network.name.clone());
            }
        }
        names.sort_by_key(|known| (std::cmp::Reverse(shared(known)), known.len()));
        names.truncate(MOST_NAMED);
        names
    }

    /// The graphs with the share of their trunk's tensors that the file has under some naming, the largest first.
    pub(super) fn candidates(
        &self,
        found: &Shapes,
        allowed: &HashSet<String>,
    ) -> Vec<(usize, Naming, f64)> {
        let mut candidates: Vec<(usize, Naming, f64)> = Vec::new();
        let graphs = || {
            let graphs = self.index.graphs.iter().enumerate();
            graphs.filter(|(_, graph)| allowed.contains(&graph.id))
        };
        for prefix in naming::prefixes(found) {
            let patterns = naming::patterns(found, &prefix);
            // Many graphs have the same base.
            let mut there: HashMap<&str, HashSet<u32>> = HashMap::new();
            let plain = naming::prints(&patterns, "");
            let is_numbered = found.keys().any(|name| {
                let rest = name.strip_prefix(&prefix);
                rest.is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
            });
            for (at, graph) in graphs() {
                let share = |prints: &[u32], there: &HashSet<u32>| {
                    // A network that is nothing but a head.
                    if prints.is_empty() {
                        return 1.0;
                    }
                    let hits = prints.iter().filter(|print| there.contains(print)).count();
                    hits as f64 / prints.len() as f64
                };
                let mut add = |base: &str, numbered: bool, share: f64| {
                    if share > 0.3 {
                        let (prefix, base) = (prefix.clone(), base.to_owned());
                        candidates.push((
                            at,
                            Naming {
                                prefix,
                                base,
                                numbered,
                            },
                            share,
                        ));
                    }
                };
                add("", false, share(&graph.prints, &plain));
                if is_numbered && !graph.numbered.is_empty() {
                    add("", true, share(&graph.numbered, &plain));
                }
                if let Some(base) = &graph.base {
                    let there = there
                        .entry(base)
                        .or_insert_with(|| naming::prints(&patterns, base));
                    add(base, false, share(&graph.prints, there));
                }
            }
        }
        let tensors = |at: usize| self.index.graphs[at].prints.len();
        candidates
            .sort_by(|(a, _, x), (b, _, y)| y.total_cmp(x).then(tensors(*b).cmp(&tensors(*a))));
        candidates
    }

    /// The one of the first candidates whose tensors differ least from the file's.
    fn closest(
        &mut self,
        found: &Shapes,
        candidates: &[(usize, Naming, f64)],
    ) -> Result<Option<(usize, Naming)>> {
        // One that is nothing but a head says little.
        let has_trunk = |graph: usize| !self.index.graphs[graph].prints.is_empty();
        let of_trunks = candidates.iter().filter(|(graph, ..)| has_trunk(*graph));
        let first: Vec<(usize, Naming)> = of_trunks
            .chain(candidates)
            .take(MOST_NEAR)
            .map(|(graph, naming, _)| (*graph, naming.clone()))
            .collect();
        let mut closest = None;
        for (graph, naming) in first {
            let template = self.template(graph)?;
            let named = Named::new(found, &naming, &template);
            let compared = fits::compare(&template, &named.network, None);
            let apart = compared.missing.len() + compared.besides.len();
            if closest.as_ref().is_none_or(|(least, _)| apart < *least) {
                closest = Some((apart, (graph, naming)));
            }
        }
        Ok(closest.map(|(_, closest)| closest))
    }

    /// Why no network fits.
    pub(super) fn nearest(
        &mut self,
        found: &Shapes,
        candidates: &[(usize, Naming, f64)],
        reasons: Vec<String>,
        hints: &Hints,
    ) -> Fault {
        let known = self.index.networks.len();
        let mut nearest = Nearest {
            name: hints.chosen.clone().unwrap_or_default(),
            known,
            fits: 0,
            of: 1,
            differences: Vec::new(),
            asked_for: hints.chosen.is_some(),
            load: hints.load.clone(),
        };
        let first = match self.closest(found, candidates) {
            Ok(first) => first,
            Err(fault) => return fault,
        };
        let asked = || {
            let chosen = hints.chosen.as_ref()?;
            let network = self
                .index
                .networks
                .iter()
                .find(|network| network.is_called(chosen))?;
            let graph = self
                .index
                .graphs
                .iter()
                .position(|graph| graph.id == network.graph)?;
            Some((graph, Naming::default()))
        };
        if let Some((graph, naming)) = first.or_else(asked) {
            let template = match self.template(graph) {
                Ok(template) => template,
                Err(fault) => return fault,
            };
            let named = Named::new(found, &naming, &template);
            let compared = fits::compare(&template, &named.network, None);
            if hints.chosen.is_none() {
                let id = &self.index.graphs[graph].id;
                let mut networks = self
                    .index
                    .networks
                    .iter()
                    .filter(|network| network.graph == *id);
                let alike = networks
                    .clone()
                    .find(|network| network.units == compared.units);
                let network = alike.or_else(|| networks.next());
                nearest.name = network
                    .map(|network| network.name.clone())
                    .unwrap_or_default();
            }
            nearest.of = compared.due.len();
            nearest.fits = compared.due.len() - compared.missing.len();
            nearest.differences = reasons;
            nearest.differences.truncate(1);
            nearest
                .differences
                .extend(compared.differences(&named.network));
        }
        Fault::NoArchitecture(Box::new(nearest))
    }
}
