//! Recognises a network by the names and shapes of its tensors.
//!
//! A file may call them otherwise, have others beside them, and another head: of all the graphs whose trunk is in
//! the file, those are taken that leave least unexplained.

use serde_json::{Map, Value};

use super::fits::{self, Compared};
use super::head::{self, OwnHead};
use super::lengths::Lengths;
use super::naming::{self, Named, Naming};
use super::sides::Sides;
use super::template::{Cut, Template};
use super::{Library, Network, Shapes};
use super::{averages, config};
use crate::model::error::{Candidate, Fault, Result};
use crate::model::format::build::opened::SizeSource;

/// The side of images in pixels, for a network that takes any size.
const DEFAULT_SIDE: u32 = 224;
/// How many graphs are compared tensor by tensor.
const MOST_COMPARED: usize = 48;

/// What is known of a file besides its tensors.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The network that the caller has chosen.
    pub chosen: Option<String>,
    /// Names that the file or what lies beside it has for its network: they decide where the tensors do not.
    pub names: Vec<String>,
    /// The `config.json` of its folder.
    pub config: Option<Map<String, Value>>,
    /// The side of the images that the caller or a file beside it states, in pixels, if they are squares.
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
    pub fn rank(&self, template: &Template) -> (u8, usize) {
        let of = |cut: &Cut| {
            template
                .cuts
                .iter()
                .position(|known| known.value == cut.value)
        };
        match self {
            Head::Own(_) => (0, 0),
            Head::Rebuilt(cut, _) => (1, of(cut).unwrap_or_default()),
            Head::None(cut) => (2, of(cut).unwrap_or_default()),
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
        let named = Named::new(found, naming, &template);
        if let Some(reason) = hints
            .config
            .as_ref()
            .and_then(|config| config::contradiction(&template, config, &named.network))
        {
            return Ok(Err(Some(reason)));
        }
        let compared = fits::compare(&template, &named.network, None);
        let in_file = |name: &String| named.in_file.get(name).unwrap_or(name).clone();
        let old = self.index.foreign.clone();
        let is_old = |name: &String| old.iter().any(|ending| name.ends_with(ending.as_str()));
        let beside = |compared: &Compared| -> (Vec<String>, Vec<String>) {
            let names = compared.besides.iter().map(in_file);
            names.partition(|name| {
                head::is_foreign(name)
                    || averages::is_average_beside(name, &naming.prefix, found)
                    || is_old(name)
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
            if let Some(name) = rest.iter().find(|name| compared.due.contains_key(*name)) {
                reason = Some(format!(
                    "{name} is in the file twice, under several prefixes"
                ));
                continue;
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
}

impl Recognised {
    /// What the numbers of its graph are.
    ///
    /// # Errors
    /// In words, where the tensors do not tell all that the graph needs.
    pub(super) fn lengths(&self, hints: &Hints) -> std::result::Result<Lengths<'_>, String> {
        let side = match self.template.sides() {
            Sides::One => self.template.input_sides().map(|(height, _)| height),
            Sides::Any => hints.side.or_else(|| self.usual_side()),
            Sides::Square { multiple } => {
                let whole = |side: u32| side / multiple * multiple;
                let stated = hints.side.filter(|side| *side > 0 && whole(*side) == *side);
                stated.or_else(|| self.usual_side().map(whole))
            }
        };
        let side = side.unwrap_or(DEFAULT_SIDE);
        let config = hints.config.as_ref();
        Lengths::new(&self.template, &self.named.network, config, side)
    }

    /// The side of the images that such networks are usually given, in pixels.
    fn usual_side(&self) -> Option<u32> {
        let (_, usual) = self.networks.first()?.preprocess.first()?;
        let side = usual.get("input_size")?.get(1)?.as_u64()?;
        u32::try_from(side).ok()
    }

    /// Where the size comes from if nothing states it.
    pub fn usual_source(&self) -> SizeSource {
        match self.usual_side() {
            Some(_) => SizeSource::Usual,
            None => SizeSource::Assumed,
        }
    }
}
