//! Recognises a network by the names and shapes of its tensors.
//!
//! A file may call them otherwise, have others beside them, and another head: of all the graphs whose trunk is in
//! the file, those are taken that leave least unexplained.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::expand::Expanded;
use super::fits::{self, Compared};
use super::head::{self, OwnHead};
use super::lengths::Lengths;
use super::naming::{self, Named, Naming};
use super::template::{Cut, Template};
use super::{Library, Network, Shapes};
use crate::model::error::{Candidate, Fault, Nearest, Result};

/// The counter of training batches in every batch norm; old files do not have it.
const COUNTER: &str = "num_batches_tracked";
/// The side of images in pixels, for a network that takes any size.
const DEFAULT_SIDE: u32 = 224;
/// How many names are listed where one is not known.
const MOST_NAMED: usize = 8;
/// How many graphs are compared tensor by tensor.
const MOST_COMPARED: usize = 48;
/// What the names of weights have that are an average of the network's, in lower case.
const AVERAGES: [&str; 5] = ["ema", "teacher", "momentum", "averag", "target"];

/// What is known of a file besides its tensors.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The network that the caller has chosen.
    pub chosen: Option<String>,
    /// Names that the file or what lies beside it has for its network: they decide where the tensors do not.
    pub names: Vec<String>,
    /// The `config.json` of its folder.
    pub config: Option<Map<String, Value>>,
    /// The side of the images that the caller or a file beside it states, in pixels.
    pub side: Option<u32>,
    /// Whether averaged weights are wanted, where the file has both.
    pub averaged: bool,
    /// The line of Python that loads such weights, where it is known from which library they are.
    pub load: Option<String>,
}

/// What a file's head is.
#[derive(Debug, Clone, PartialEq)]
pub enum Head {
    /// The network's own, for so many classes.
    Own(i64),
    /// Another one.
    Rebuilt(Cut, OwnHead),
    /// None: what goes into it comes out.
    None(Cut),
}

impl Head {
    /// The less of the network it replaces, the lower.
    fn rank(&self, template: &Template) -> usize {
        let of = |cut: &Cut| {
            template
                .cuts
                .iter()
                .position(|known| known.value == cut.value)
        };
        match self {
            Head::Own(_) => 0,
            Head::Rebuilt(cut, _) => 1 + of(cut).unwrap_or_default(),
            Head::None(cut) => 100 + of(cut).unwrap_or_default(),
        }
    }
}

/// The network of a file.
pub struct Recognised {
    pub template: Template,
    pub named: Named,
    pub compared: Compared,
    pub head: Head,
    /// The known networks with these very tensors; if there are none, those of the same graph.
    pub networks: Vec<Network>,
    /// Whether there are any with these very tensors.
    pub is_published: bool,
    /// Networks with the same tensors and another graph, which it is not taken for.
    pub unlikely: Vec<Candidate>,
    /// Tensors of the file that are not used.
    pub ignored: Vec<String>,
    /// Whether it has averaged tensors beside the trained ones.
    pub has_averages: bool,
    /// The side of the images in pixels.
    pub side: u32,
}

impl Library {
    /// The network whose tensors a file has. A choice that does not fit is ignored where another network does.
    ///
    /// # Errors
    /// [`Fault::SeveralArchitectures`] where several fit and nothing decides, [`Fault::NoArchitecture`] where none
    /// fits, with the chosen one as the closest, and [`Fault::UnknownArchitecture`] where the chosen one does not
    /// exist.
    pub fn recognise(&mut self, found: &Shapes, hints: &Hints) -> Result<Recognised> {
        let found: Shapes = found
            .iter()
            .filter(|(name, _)| self.matters(name))
            .map(|(name, shape)| (name.clone(), shape.clone()))
            .collect();
        let recognised = self.recognise_among(&found, hints);
        if hints.chosen.is_some() && matches!(recognised, Err(Fault::NoArchitecture(_))) {
            let free = Hints {
                chosen: None,
                ..hints.clone()
            };
            let other = self.recognise_among(&found, &free);
            return other.or(recognised);
        }
        recognised
    }

    fn recognise_among(&mut self, found: &Shapes, hints: &Hints) -> Result<Recognised> {
        let allowed = self.allowed(hints)?;
        let candidates = self.candidates(found, &allowed);
        let mut fitting = Vec::new();
        let mut reasons = Vec::new();
        let whole = candidates.iter().filter(|(.., share)| *share >= 1.0);
        for (graph, naming, _) in whole.take(MOST_COMPARED) {
            let fit = match self.fit(*graph, naming, found, hints)? {
                Ok(fit) => fit,
                Err(reason) => {
                    reasons.extend(reason);
                    continue;
                }
            };
            let side = fit.lengths(hints).map(|lengths| lengths.side());
            match side {
                Ok(side) => fitting.push(Recognised { side, ..fit }),
                Err(reason) => reasons.push(reason),
            }
        }
        if fitting.is_empty() {
            return Err(self.nearest(found, &candidates, reasons, hints));
        }
        self.choose(fitting, hints)
    }

    /// Whether a tensor is one that answers need.
    fn matters(&self, name: &str) -> bool {
        let is_auxiliary = |prefix: &String| {
            name.starts_with(prefix.as_str()) || name.contains(&format!(".{prefix}"))
        };
        !name.ends_with(COUNTER) && !self.index.auxiliary.iter().any(is_auxiliary)
    }

    /// The graphs that may be meant.
    fn allowed(&self, hints: &Hints) -> Result<HashSet<String>> {
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
    fn candidates(&self, found: &Shapes, allowed: &HashSet<String>) -> Vec<(usize, Naming, f64)> {
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

    /// Compares a file with a graph. The inner error is why it does not fit, if there is more to say than that
    /// tensors are missing.
    fn fit(
        &mut self,
        graph: usize,
        naming: &Naming,
        found: &Shapes,
        hints: &Hints,
    ) -> Result<std::result::Result<Recognised, Option<String>>> {
        let template = self.template(graph)?;
        if let Some(reason) = hints
            .config
            .as_ref()
            .and_then(|config| contradiction(&template, config))
        {
            return Ok(Err(Some(reason)));
        }
        let named = Named::new(found, naming, &template);
        let compared = fits::compare(&template, &named.network, None);
        let in_file = |name: &String| named.in_file.get(name).unwrap_or(name).clone();
        let old = self.index.foreign.clone();
        let is_old = |name: &String| old.iter().any(|ending| name.ends_with(ending.as_str()));
        let beside = |compared: &Compared| -> (Vec<String>, Vec<String>) {
            let names = compared.besides.iter().map(in_file);
            names.partition(|name| {
                head::is_foreign(name) || is_copy(name, &compared.due) || is_old(name)
            })
        };
        let mut reason = None;
        let (ignored, rest) = beside(&compared);
        if compared.fits()
            && let Some(classes) = compared.classes.filter(|classes| *classes > 0)
        {
            if rest.is_empty() {
                return Ok(Ok(self.recognised(
                    graph,
                    (template, named, compared),
                    Head::Own(classes),
                    ignored,
                )));
            }
            reason = Some(format!("{} is not in the network", rest[0]));
        }
        for cut in template.cuts.clone() {
            let compared = fits::compare(&template, &named.network, Some(&cut));
            if !compared.fits() {
                continue;
            }
            let (ignored, rest) = beside(&compared);
            if rest.is_empty() {
                return Ok(Ok(self.recognised(
                    graph,
                    (template, named, compared),
                    Head::None(cut),
                    ignored,
                )));
            }
            match head::rebuild(&template, &cut, naming, &rest, found) {
                Ok(own) => {
                    let head = Head::Rebuilt(cut, own);
                    return Ok(Ok(self.recognised(
                        graph,
                        (template, named, compared),
                        head,
                        ignored,
                    )));
                }
                Err(why) => reason = Some(why),
            }
        }
        Ok(Err(reason))
    }

    fn recognised(
        &self,
        graph: usize,
        (template, named, compared): (Template, Named, Compared),
        head: Head,
        ignored: Vec<String>,
    ) -> Recognised {
        let id = &self.index.graphs[graph].id;
        let of_graph = || {
            self.index
                .networks
                .iter()
                .filter(|network| network.graph == *id)
        };
        let own: Shapes = compared
            .due
            .keys()
            .filter_map(|name| {
                let mut shape = named.network.get(name)?.clone();
                // The same network, but for the channels of the picture.
                if compared.channels != fits::RGB && shape.get(1) == Some(&compared.channels) {
                    shape[1] = compared.due[name][1].unwrap_or(shape[1]);
                }
                Some((name.clone(), shape))
            })
            .collect();
        let dropped: Vec<String> = template
            .cuts
            .iter()
            .flat_map(|cut| cut.drops.clone())
            .collect();
        let hash = naming::hash_of(&own, &template.head);
        let trunk = naming::hash_of(&own, &dropped);
        let is_same = |network: &&Network| match &head {
            Head::Own(_) => network.tensors.as_ref() == Some(&hash),
            Head::Rebuilt(..) | Head::None(_) => network.trunk.as_ref() == Some(&trunk),
        };
        let published: Vec<Network> = of_graph().filter(is_same).cloned().collect();
        let is_published = !published.is_empty();
        let alike = |network: &&Network| network.units == compared.units;
        let networks = if is_published {
            published
        } else {
            let alike: Vec<Network> = of_graph().filter(alike).cloned().collect();
            if alike.is_empty() {
                of_graph().cloned().collect()
            } else {
                alike
            }
        };
        Recognised {
            template,
            named,
            compared,
            head,
            networks,
            is_published,
            unlikely: Vec::new(),
            ignored,
            has_averages: false,
            side: 0,
        }
    }

    /// The one of several that is meant.
    fn choose(&self, mut fitting: Vec<Recognised>, hints: &Hints) -> Result<Recognised> {
        let rank = |fit: &Recognised| fit.head.rank(&fit.template);
        let least = fitting.iter().map(rank).min().unwrap_or_default();
        fitting.retain(|fit| rank(fit) == least);
        keep(&mut fitting, |fit| {
            hints.side.is_none_or(|side| fit.side == side)
        });
        keep(&mut fitting, |fit| fit.is_published);
        let of_averages = fitting.iter().filter(|fit| fit.is_average()).count();
        let has_averages = of_averages > 0 && of_averages < fitting.len();
        keep(&mut fitting, |fit| fit.is_average() == hints.averaged);
        let called = |fit: &Recognised, name: &str| {
            fit.networks.iter().any(|network| network.is_called(name))
        };
        if let Some(chosen) = &hints.chosen {
            keep(&mut fitting, |fit| called(fit, chosen));
        }
        for name in &hints.names {
            keep(&mut fitting, |fit| called(fit, name));
        }
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
            if !chosen.computes_as(&other) {
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

    /// Why no network fits.
    fn nearest(
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
        let first = candidates
            .first()
            .map(|(graph, naming, _)| (*graph, naming.clone()));
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

impl Recognised {
    /// What the numbers of its graph are.
    ///
    /// # Errors
    /// In words, where the tensors do not tell all that the graph needs.
    pub(super) fn lengths(&self, hints: &Hints) -> std::result::Result<Lengths<'_>, String> {
        let side = hints.side.or_else(|| self.usual_side());
        let side = side.unwrap_or(DEFAULT_SIDE);
        let config = hints.config.as_ref();
        Lengths::new(&self.template, &self.named.network, config, side)
    }

    /// Whether these tensors are an average of the network's, by what their names begin with.
    fn is_average(&self) -> bool {
        let first = self.compared.due.keys().next();
        let in_file = first.and_then(|name| self.named.in_file.get(name));
        let name = in_file.map(|name| name.to_lowercase()).unwrap_or_default();
        AVERAGES.iter().any(|word| name.starts_with(word))
    }

    /// The side of the images that such networks are usually given, in pixels.
    fn usual_side(&self) -> Option<u32> {
        let (_, usual) = self.networks.first()?.preprocess.first()?;
        let side = usual.get("input_size")?.get(1)?.as_u64()?;
        u32::try_from(side).ok()
    }

    /// Whether the two graphs compute the same from the same tensors, whatever their modules are called.
    fn computes_as(&self, other: &Recognised) -> bool {
        let nodes = |of: &Recognised| {
            let hints = Hints {
                side: Some(self.side),
                ..Hints::default()
            };
            let lengths = of.lengths(&hints).ok()?;
            let expanded = Expanded::new(&of.template, &of.compared.units, &lengths).ok()?;
            Some(expanded.computed())
        };
        let is_same_head = match (&self.head, &other.head) {
            (Head::Own(_), Head::Own(_)) | (Head::None(_), Head::None(_)) => true,
            (Head::Rebuilt(_, a), Head::Rebuilt(_, b)) => a == b,
            _ => false,
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

/// Why a `config.json` is not one of this network.
fn contradiction(template: &Template, config: &Map<String, Value>) -> Option<String> {
    let mut keys = template.config.iter();
    keys.find_map(|(key, due)| {
        let stated = config.get(key)?;
        (stated != due)
            .then(|| format!("config.json has {key} {stated}, and the known network has {due}"))
    })
}

/// Whether a tensor is one of a network's under another prefix, as averaged weights are.
fn is_copy<T>(name: &str, due: &std::collections::BTreeMap<String, T>) -> bool {
    let mut rests = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
    rests.any(|rest| rest.contains('.') && due.contains_key(rest))
}
