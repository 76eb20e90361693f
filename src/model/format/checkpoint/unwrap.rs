//! Finds the tensors of the network in what was saved: training scripts put the state dict into other
//! dicts, and wrap the network in modules that add a prefix to every name.

use std::collections::HashSet;

use super::said::{self, Said};
use crate::model::error::{Fault, Result};
use crate::model::format::torch_save::StateDict;
use crate::model::format::torch_save::pickle::{Node, Pickle, Ref, Stored};
use crate::model::format::torch_save::source::Source;

/// The keys under which scripts save a state dict, the likeliest first.
const WRAPPERS: [&str; 9] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
];
/// The same for the average of the weights over the last steps of training.
const AVERAGED: [&str; 5] = [
    "state_dict_ema",
    "ema_state_dict",
    "model_ema",
    "ema_model",
    "ema",
];
/// How deeply a state dict may be nested in other containers.
const MAX_DEPTH: usize = 4;
/// How many prefixes that all names share are removed.
const MAX_PREFIXES: usize = 8;
/// How many keys a message lists.
const NAMED: usize = 6;

/// What a file of weights has.
pub struct Saved {
    pub weights: StateDict,
    /// What the file says besides.
    pub said: Said,
    /// Whether it has averaged weights beside the trained ones.
    pub has_averages: bool,
}

impl Saved {
    /// Weights about which the file says nothing else.
    pub fn of(weights: StateDict) -> Saved {
        Saved {
            weights,
            said: Said::default(),
            has_averages: false,
        }
    }
}

/// The tensors of the network in what was pickled, under the names that they have in the network; `averaged` prefers
/// the averaged ones.
pub fn pickled(pickle: &Pickle, source: Source, averaged: bool) -> Result<Saved> {
    let found = |averaged| Finder { pickle, averaged }.find(pickle.root(), 0, &mut HashSet::new());
    let Some(dict) = found(averaged)? else {
        return Err(none(pickle));
    };
    let has_averages = found(!averaged).is_ok_and(|other| other.is_some_and(|other| other != dict));
    Ok(Saved {
        weights: named_as_in_the_network(StateDict::of(pickle, dict, source))?,
        said: said::said(pickle),
        has_averages,
    })
}

/// The same tensors under the names that they have in the network.
pub fn named_as_in_the_network(dict: StateDict) -> Result<StateDict> {
    let StateDict {
        mut tensors,
        mut unreadable,
        source,
    } = dict;
    // A scalar outside all modules is a counter, such as that of averaged weights.
    tensors.retain(|(name, stored)| !stored.sizes.is_empty() || name.contains('.'));
    for _ in 0..MAX_PREFIXES {
        let Some(length) = shared_prefix(&tensors) else {
            break;
        };
        let prefix = tensors[0].0[..length].to_owned();
        for name in names(&mut tensors, &mut unreadable) {
            if name.starts_with(&prefix) {
                name.drain(..length);
            }
        }
    }
    for name in names(&mut tensors, &mut unreadable) {
        if let Some(newer) = renamed(name) {
            *name = newer;
        }
    }
    if tensors.is_empty() && unreadable.is_empty() {
        return Err(Fault::NotAModel {
            what: "this file has no weights".into(),
        });
    }
    Ok(StateDict {
        tensors,
        unreadable,
        source,
    })
}

fn names<'a>(
    tensors: &'a mut [(String, Stored)],
    unreadable: &'a mut [(String, String)],
) -> impl Iterator<Item = &'a mut String> {
    let tensors = tensors.iter_mut().map(|(name, _)| name);
    tensors.chain(unreadable.iter_mut().map(|(name, _)| name))
}

/// Looks for a state dict in what was pickled.
struct Finder<'a> {
    pickle: &'a Pickle,
    /// Whether averaged weights come first.
    averaged: bool,
}

impl Finder<'_> {
    /// The dict that has the tensors themselves.
    ///
    /// # Errors
    /// [`Fault::NotAModel`] where there is a whole module in its place.
    fn find(&self, at: Ref, depth: usize, seen: &mut HashSet<Ref>) -> Result<Option<Ref>> {
        let pickle = self.pickle;
        // A container may contain itself.
        if depth > MAX_DEPTH || !seen.insert(at) {
            return Ok(None);
        }
        match pickle.at(at) {
            Node::Dict(entries) => {
                for wrapper in self.wrappers() {
                    let mut named = entries
                        .iter()
                        .filter(|(key, _)| pickle.text(*key) == Some(wrapper));
                    if let Some((_, value)) = named.next()
                        && matches!(pickle.at(*value), Node::Dict(_) | Node::Object { .. })
                        && let Some(found) = self.find(*value, depth + 1, seen)?
                    {
                        return Ok(Some(found));
                    }
                }
                let mut values = entries.iter().map(|(_, value)| pickle.at(*value));
                if values.any(|value| matches!(value, Node::Tensor(_))) {
                    return Ok(Some(at));
                }
                self.inside(entries.iter().map(|(_, value)| *value), depth, seen)
            }
            Node::List(items) | Node::Tuple(items) => {
                self.inside(items.iter().copied(), depth, seen)
            }
            Node::Object { class, .. } if pickle.is_module(at) => {
                let class = pickle.text(*class).unwrap_or_default();
                Err(Fault::NotAModel {
                    what: format!(
                        "this is a whole pickled module ({class}), which only its own Python code can \
                         restore"
                    ),
                })
            }
            _ => Ok(None),
        }
    }

    fn wrappers(&self) -> impl Iterator<Item = &'static str> {
        let [first, second] = if self.averaged {
            [&AVERAGED[..], &WRAPPERS]
        } else {
            [&WRAPPERS[..], &AVERAGED]
        };
        first.iter().chain(second).copied()
    }

    /// The dict in the first of the items that has one.
    fn inside(
        &self,
        items: impl Iterator<Item = Ref>,
        depth: usize,
        seen: &mut HashSet<Ref>,
    ) -> Result<Option<Ref>> {
        for item in items {
            if let Some(found) = self.find(item, depth + 1, seen)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Why a pickle has no weights.
fn none(pickle: &Pickle) -> Fault {
    let what = match pickle.node() {
        Node::Dict(entries) => {
            let keys: Vec<&str> = entries
                .iter()
                .filter_map(|(key, _)| pickle.text(*key))
                .collect();
            let more = if keys.len() > NAMED { ", …" } else { "" };
            let keys = keys[..keys.len().min(NAMED)].join(", ");
            format!(
                "this was written by torch.save and has no weights under its keys ({keys}{more})"
            )
        }
        Node::Object { class, .. } => {
            let class = pickle.text(*class).unwrap_or_default();
            format!("this is a pickled object ({class})")
        }
        Node::Tensor(_) => "this is a single tensor".to_owned(),
        _ => "this was written by torch.save and has no weights".to_owned(),
    };
    Fault::NotAModel { what }
}

/// The length of the prefix that all names share, up to and including its first dot: `module.`,
/// `model.`, `_orig_mod.`.
fn shared_prefix(tensors: &[(String, Stored)]) -> Option<usize> {
    let (first, _) = tensors.first()?;
    let length = first.find('.')? + 1;
    let prefix = &first[..length];
    let mut inner = tensors.iter().map(|(name, _)| name.strip_prefix(prefix));
    // The rest has to be names of tensors in a network, not those of a single layer.
    let shared = inner.clone().all(|rest| rest.is_some())
        && inner.any(|rest| rest.is_some_and(|rest| rest.contains('.')));
    shared.then_some(length)
}

/// Today's name for one in torchvision's older files; torchvision renames them in the same way.
fn renamed(name: &str) -> Option<String> {
    if name.contains("denselayer") {
        let old = ["norm.1.", "norm.2.", "conv.1.", "conv.2."];
        let old = old
            .into_iter()
            .find(|old| name.contains(&format!(".{old}")))?;
        let newer = old.replacen('.', "", 1);
        return Some(name.replacen(&format!(".{old}"), &format!(".{newer}"), 1));
    }
    if name.contains(".encoder_layer_") {
        let newer = name.replacen(".mlp.linear_1.", ".mlp.0.", 1);
        let newer = newer.replacen(".mlp.linear_2.", ".mlp.3.", 1);
        return (newer != name).then_some(newer);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format::torch_save::pickle::Dtype;

    #[test]
    fn renames_tensors_of_older_files() {
        for (old, newer) in [
            (
                "features.denseblock1.denselayer2.norm.1.running_mean",
                Some("features.denseblock1.denselayer2.norm1.running_mean"),
            ),
            (
                "features.denseblock4.denselayer16.conv.2.weight",
                Some("features.denseblock4.denselayer16.conv2.weight"),
            ),
            ("features.denseblock1.denselayer2.norm1.weight", None),
            (
                "encoder.layers.encoder_layer_3.mlp.linear_2.bias",
                Some("encoder.layers.encoder_layer_3.mlp.3.bias"),
            ),
            ("encoder.layers.encoder_layer_3.mlp.0.bias", None),
            ("features.norm.1.weight", None),
        ] {
            assert_eq!(renamed(old).as_deref(), newer, "{old}");
        }
    }

    #[test]
    fn finds_a_prefix_that_all_names_share() {
        let prefix = |names: &[&str]| {
            let stored = Stored::whole("0".into(), Dtype::named("float32"), vec![1]);
            let named = names
                .iter()
                .map(|name| ((*name).to_owned(), stored.clone()));
            shared_prefix(&named.collect::<Vec<_>>())
        };
        assert_eq!(prefix(&["module.class_token", "module.fc.weight"]), Some(7));
        assert_eq!(prefix(&["module.fc.weight", "fc.bias"]), None);
        assert_eq!(prefix(&["fc.weight", "fc.bias"]), None);
        assert_eq!(prefix(&[]), None);
    }
}
