//! Heads of one's own: what a script has put in the place of a network's last layer, rebuilt from its tensors.

use std::collections::BTreeMap;

use super::Shapes;
use super::naming::Naming;
use super::order;
use super::template::{Cut, Template};
use crate::model::opening::HeadActivation;

/// What the first part of the name of a head's module begins with, in lower case.
const HEADS: [&str; 23] = [
    "fc",
    "head",
    "classif",
    "linear",
    "last_linear",
    "output",
    "out",
    "logit",
    "dense",
    "top",
    "mlp",
    "cls",
    "clf",
    "final",
    "predict",
    "lin",
    "last",
    "new_",
    "my_",
    "custom",
    "label",
    "categor",
    "dropout",
];
/// What the names of modules have that only training needs, in lower case.
const FOREIGN: [&str; 9] = [
    "criterion",
    "loss",
    "metric",
    "accuracy",
    "_acc",
    "confmat",
    "optimizer",
    "auroc",
    "f1",
];

/// The layers of a head, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnHead {
    pub layers: Vec<Layer>,
    /// Whether it takes the largest value of each channel beside the mean.
    pub both_poolings: bool,
}

/// A layer of a head, with the name of its module in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub module: String,
    pub kind: LayerKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerKind {
    Linear {
        takes: i64,
        gives: i64,
        bias: bool,
    },
    /// By its statistics.
    BatchNorm {
        channels: i64,
        affine: bool,
    },
    /// A weight and a bias without statistics.
    LayerNorm {
        channels: i64,
    },
    /// Its place is between this module and the next one. Nothing tells which it is.
    Activation(HeadActivation),
}

impl LayerKind {
    /// How many values it takes and gives; `None` where it is as many as there are.
    pub fn ends(self) -> Option<(i64, i64)> {
        match self {
            LayerKind::Linear { takes, gives, .. } => Some((takes, gives)),
            LayerKind::BatchNorm { channels, .. } | LayerKind::LayerNorm { channels } => {
                Some((channels, channels))
            }
            LayerKind::Activation(_) => None,
        }
    }
}

impl OwnHead {
    pub fn classes(&self) -> Option<i64> {
        self.linears().last().map(|(_, gives)| gives)
    }

    /// Sets the activation between its linear layers. Returns it, if there is a place for one.
    pub fn activate(&mut self, activation: HeadActivation) -> Option<HeadActivation> {
        let mut has_any = false;
        for layer in &mut self.layers {
            if let LayerKind::Activation(kind) = &mut layer.kind {
                *kind = activation;
                has_any = true;
            }
        }
        has_any.then_some(activation)
    }

    /// `fc.0 (linear, 512 to 128), ReLU, fc.3 (linear, 128 to 4)`
    pub fn words(&self) -> String {
        let words = self.layers.iter().map(|layer| match layer.kind {
            LayerKind::Linear { takes, gives, .. } => {
                format!("{} (linear, {takes} to {gives})", layer.module)
            }
            LayerKind::BatchNorm { channels, .. } => {
                format!("{} (batch norm of {channels})", layer.module)
            }
            LayerKind::LayerNorm { channels, .. } => {
                format!("{} (layer norm of {channels})", layer.module)
            }
            LayerKind::Activation(HeadActivation::None) => "no activation".to_owned(),
            LayerKind::Activation(kind) => kind.label().to_owned(),
        });
        let poolings = "the largest value and the mean of each channel".to_owned();
        let first = self.both_poolings.then_some(poolings);
        first
            .into_iter()
            .chain(words)
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub fn has_layer_norm(&self) -> bool {
        let mut layers = self.layers.iter();
        layers.any(|layer| matches!(layer.kind, LayerKind::LayerNorm { .. }))
    }

    fn linears(&self) -> impl Iterator<Item = (i64, i64)> {
        self.layers.iter().filter_map(|layer| match layer.kind {
            LayerKind::Linear { takes, gives, .. } => Some((takes, gives)),
            LayerKind::BatchNorm { .. }
            | LayerKind::LayerNorm { .. }
            | LayerKind::Activation(_) => None,
        })
    }
}

/// Whether a tensor beside a network is none of it: losses, metrics and the like.
pub fn is_foreign(name: &str) -> bool {
    let mut modules: Vec<&str> = name.split('.').collect();
    modules.pop();
    modules.iter().any(|module| {
        let module = module.to_lowercase();
        FOREIGN.iter().any(|word| module.contains(word))
    })
}

/// The head that some tensors are of, in the place of `cut`.
///
/// # Errors
/// In words, what is not understood.
pub fn rebuild(
    template: &Template,
    cut: &Cut,
    naming: &Naming,
    besides: &[String],
    shapes: &Shapes,
) -> Result<OwnHead, String> {
    let modules = modules(besides)?;
    for module in modules.keys() {
        if !may_be_head(&module.0, template, cut, naming) {
            return Err(format!(
                "{} is beside the network, and nothing tells what it is for",
                module.0
            ));
        }
    }
    let mut layers = Vec::new();
    for (module, tensors) in &modules {
        layers.push(Layer {
            module: module.0.clone(),
            kind: kind(&module.0, tensors, shapes)?,
        });
    }
    let layers = order::in_order(layers)?;
    let mut head = OwnHead {
        layers: with_activations(layers),
        both_poolings: false,
    };
    if head.linears().next().is_none() {
        return Err("there is no layer that gives the classes".into());
    }
    head.both_poolings = takes_both_poolings(&head, template, cut)?;
    Ok(head)
}

/// Whether a head takes the largest values and the means of a map: twice as many as it has channels.
///
/// # Errors
/// In words, where it takes another number of values than the network gives.
fn takes_both_poolings(head: &OwnHead, template: &Template, cut: &Cut) -> Result<bool, String> {
    let Some(first) = head.layers.first() else {
        return Ok(false);
    };
    let Some((takes, _)) = first.kind.ends() else {
        return Ok(false);
    };
    let mut weights = cut.drops.iter().filter(|name| name.ends_with("weight"));
    let width = weights.find_map(|name| match template.tensors.get(name)?.as_slice() {
        [_, width, ..] => Some(*width),
        _ => None,
    });
    match width.flatten() {
        Some(width) if takes == width => Ok(false),
        // Other networks put two poolings, or the features of two networks, together in an order of their own.
        Some(width) if takes == 2 * width && cut.map.is_some() && is_numbered(&first.module) => {
            Ok(true)
        }
        Some(width) => Err(format!(
            "{} takes {takes} values, and the network gives {width}",
            first.module
        )),
        // In a network of any width only fastai's heads begin like this.
        None => Ok(cut.map.is_some()
            && matches!(first.kind, LayerKind::BatchNorm { .. })
            && is_numbered(&first.module)),
    }
}

fn is_numbered(module: &str) -> bool {
    module.starts_with(|digit: char| digit.is_ascii_digit())
}

/// The tensors of each module, by modules in the order of their names, where 10 follows 9.
fn modules(names: &[String]) -> Result<BTreeMap<Ordered, Vec<String>>, String> {
    let mut modules: BTreeMap<Ordered, Vec<String>> = BTreeMap::new();
    for name in names {
        let (module, tensor) = name
            .rsplit_once('.')
            .ok_or_else(|| format!("{name} is in no layer"))?;
        modules
            .entry(Ordered::new(module))
            .or_default()
            .push(tensor.to_owned());
    }
    Ok(modules)
}

/// A path that is sorted with its numbers as numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ordered(String);

impl Ordered {
    fn new(path: &str) -> Ordered {
        Ordered(path.to_owned())
    }

    fn key(&self) -> Vec<(String, u64)> {
        let parts = self.0.split('.').map(|part| {
            let letters = part.trim_end_matches(|digit: char| digit.is_ascii_digit());
            let number = part[letters.len()..].parse().unwrap_or_default();
            (letters.to_owned(), number)
        });
        parts.collect()
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> std::cmp::Ordering {
        self.key()
            .cmp(&other.key())
            .then_with(|| self.0.cmp(&other.0))
    }
}

/// Whether a module may be a layer of the head: it lies where the old head was, or beside the network under a name
/// that heads have.
fn may_be_head(module: &str, template: &Template, cut: &Cut, naming: &Naming) -> bool {
    let old = cut.module.split('.').next().unwrap_or_default();
    let first = module.split('.').next().unwrap_or_default();
    if first == old {
        // Under the old head, but not in a part of it that stays.
        return true;
    }
    if template.children.iter().any(|child| child == first) && naming.prefix.is_empty() {
        return false;
    }
    if is_numbered(first) {
        // A Sequential of trunk and head.
        return naming.numbered || is_numbered(&naming.prefix);
    }
    let within = naming
        .prefix
        .split('.')
        .next()
        .filter(|prefix| *prefix == first);
    let named = match within {
        Some(wrapper) => module[wrapper.len()..]
            .trim_start_matches('.')
            .split('.')
            .next()
            .unwrap_or_default(),
        None => first,
    };
    let named = named.to_lowercase();
    HEADS.iter().any(|word| named.starts_with(word))
}

fn kind(module: &str, tensors: &[String], shapes: &Shapes) -> Result<LayerKind, String> {
    let shape = |tensor: &str| shapes.get(&format!("{module}.{tensor}"));
    let has = |tensor: &str| tensors.iter().any(|name| name == tensor);
    let known = ["weight", "bias", "running_mean", "running_var"];
    if let Some(odd) = tensors.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "{module}.{odd} belongs to no layer that a head usually has"
        ));
    }
    if let (true, Some([channels])) = (has("running_var"), shape("running_mean").map(Vec::as_slice))
    {
        return Ok(LayerKind::BatchNorm {
            channels: *channels,
            affine: has("weight"),
        });
    }
    match shape("weight").map(Vec::as_slice) {
        Some([gives, takes]) => Ok(LayerKind::Linear {
            takes: *takes,
            gives: *gives,
            bias: has("bias"),
        }),
        // Without a bias it may be a PReLU or an RMS norm.
        Some([channels]) if *channels > 1 && has("bias") => Ok(LayerKind::LayerNorm {
            channels: *channels,
        }),
        Some(other) => Err(format!(
            "{module}.weight is {other:?}, which no layer of a head usually has"
        )),
        None => Err(format!("{module} has no weight")),
    }
}

/// With an activation between each two linear layers: where the numbers of a Sequential leave room for it first, else
/// before the later one. Two linear layers that follow one another in a Sequential have none.
fn with_activations(layers: Vec<Layer>) -> Vec<Layer> {
    let mut all: Vec<Layer> = Vec::new();
    let mut last_linear = None;
    for layer in layers {
        if matches!(layer.kind, LayerKind::Linear { .. }) {
            if let Some(at) = last_linear {
                let between = all[at..].iter().chain([&layer]);
                let modules: Vec<&str> = between.map(|layer| layer.module.as_str()).collect();
                let gap = modules
                    .windows(2)
                    .position(|pair| room_between(pair[0], pair[1]));
                if let Some(gap) = gap {
                    let module = modules[gap].to_owned();
                    let kind = LayerKind::Activation(HeadActivation::default());
                    all.insert(at + gap + 1, Layer { module, kind });
                }
            }
            last_linear = Some(all.len());
        }
        all.push(layer);
    }
    all
}

/// Whether a module may lie between two: their numbers in one Sequential are not neighbours.
fn room_between(before: &str, after: &str) -> bool {
    let parts = |path: &str| {
        let (prefix, last) = path.rsplit_once('.').unwrap_or(("", path));
        last.parse::<u64>()
            .ok()
            .map(|number| (prefix.to_owned(), number))
    };
    match (parts(before), parts(after)) {
        (Some((a, first)), Some((b, second))) if a == b => second > first + 1,
        _ => true,
    }
}
