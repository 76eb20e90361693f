//! Finds a network's tensors in what was saved: training scripts wrap a state dict in others, and
//! wrap the network in modules that put a prefix before every name.

use std::collections::{BTreeMap, HashSet};

use super::{Checkpoint, Result};
use crate::model::error::Fault;
use crate::model::format::torch_save::pickle::{Node, Pickle, Ref, Stored};
use crate::model::format::torch_save::source::Source;

/// What scripts call a network's tensors among other things, the likeliest first.
const WRAPPERS: [&str; 13] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
    "state_dict_ema",
    "ema_state_dict",
    "model_ema",
    "ema",
];
/// How many such wrappers are looked into, one within the other.
const DEEPEST: usize = 4;
/// How many parts that all names share are taken off.
const MAX_PREFIXES: usize = 8;
/// Longest name of a tensor, in bytes.
const LONGEST: usize = 1000;
/// How many keys a message names.
const NAMED: usize = 6;

/// The network's tensors in what was pickled.
pub fn checkpoint(pickle: &Pickle, source: Source) -> Result<Checkpoint> {
    let Some(dict) = find(pickle, pickle.root(), 0, &mut HashSet::new())? else {
        return Err(none(pickle));
    };
    let Checkpoint {
        tensors: found,
        unreadable,
        source,
    } = self::dict(pickle, dict, source);
    tensors(found, unreadable, source)
}

/// The tensors of one dict.
pub fn dict(pickle: &Pickle, dict: Ref, source: Source) -> Checkpoint {
    let (mut tensors, mut unreadable) = (Vec::new(), Vec::new());
    // Of one key the last value counts, as in Python: a small file may name the same thing millions
    // of times.
    let named = pickle.entries_of(dict).filter_map(|(key, value)| {
        let name = pickle.text(key).filter(|name| name.len() <= LONGEST)?;
        Some((name, value))
    });
    for (name, value) in named.collect::<BTreeMap<&str, Ref>>() {
        match pickle.at(value) {
            Node::Tensor(stored) => tensors.push((name.to_owned(), (**stored).clone())),
            Node::Object { class, .. } => {
                let class = pickle.text(*class).unwrap_or_default();
                unreadable.push((name.to_owned(), class.to_owned()));
            }
            _ => {}
        }
    }
    Checkpoint {
        tensors,
        unreadable,
        source,
    }
}

/// The same tensors under the names they have in the network itself.
pub fn tensors(
    mut tensors: Vec<(String, Stored)>,
    mut unreadable: Vec<(String, String)>,
    source: Source,
) -> Result<Checkpoint> {
    // What averaging over training adds counts its steps.
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
        return Err(Fault::Foreign {
            what: "this file holds no weights".into(),
        });
    }
    Ok(Checkpoint {
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

/// The dict that has the tensors themselves.
fn find(pickle: &Pickle, at: Ref, depth: usize, seen: &mut HashSet<Ref>) -> Result<Option<Ref>> {
    // A thing may hold itself.
    if depth > DEEPEST || !seen.insert(at) {
        return Ok(None);
    }
    match pickle.at(at) {
        Node::Dict(entries) => {
            for wrapper in WRAPPERS {
                let mut named = entries
                    .iter()
                    .filter(|(key, _)| pickle.text(*key) == Some(wrapper));
                if let Some((_, value)) = named.next()
                    && matches!(pickle.at(*value), Node::Dict(_) | Node::Object { .. })
                    && let Some(found) = find(pickle, *value, depth + 1, seen)?
                {
                    return Ok(Some(found));
                }
            }
            let mut values = entries.iter().map(|(_, value)| pickle.at(*value));
            if values.any(|value| matches!(value, Node::Tensor(_))) {
                return Ok(Some(at));
            }
            inside(pickle, entries.iter().map(|(_, value)| *value), depth, seen)
        }
        Node::List(items) | Node::Tuple(items) => {
            inside(pickle, items.iter().copied(), depth, seen)
        }
        Node::Object { class, .. } if pickle.is_module(at) => {
            let class = pickle.text(*class).unwrap_or_default();
            Err(Fault::Foreign {
                what: format!(
                    "this is a whole pickled module ({class}), which only its own Python code can \
                     bring back"
                ),
            })
        }
        _ => Ok(None),
    }
}

/// In the first thing that has any.
fn inside(
    pickle: &Pickle,
    items: impl Iterator<Item = Ref>,
    depth: usize,
    seen: &mut HashSet<Ref>,
) -> Result<Option<Ref>> {
    for item in items {
        if let Some(found) = find(pickle, item, depth + 1, seen)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

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
                "this was written by torch.save and holds no weights under its keys ({keys}{more})"
            )
        }
        Node::Object { class, .. } => {
            let class = pickle.text(*class).unwrap_or_default();
            format!("this is a pickled object ({class})")
        }
        Node::Tensor(_) => "this is a single tensor".to_owned(),
        _ => "this was written by torch.save and holds no weights".to_owned(),
    };
    Fault::Foreign { what }
}

/// How long the first part of every name is, its dot included, where they all have the same one:
/// `module.`, `model.`, `_orig_mod.`.
fn shared_prefix(tensors: &[(String, Stored)]) -> Option<usize> {
    let (first, _) = tensors.first()?;
    let length = first.find('.')? + 1;
    let prefix = &first[..length];
    let mut inner = tensors.iter().map(|(name, _)| name.strip_prefix(prefix));
    // What is left has to be names within a network still, not those of one layer's own.
    let shared = inner.clone().all(|rest| rest.is_some())
        && inner.any(|rest| rest.is_some_and(|rest| rest.contains('.')));
    shared.then_some(length)
}

/// The name of today for one that torchvision's older files have: its own code renames them too.
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
    fn names_of_old_become_those_of_today() {
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
    fn one_tensor_that_is_named_a_million_times_takes_no_memory() {
        let tensor = b"ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nK\x01tQK\x00))tRq\x00";
        for length in [12, 1 << 16] {
            let mut bytes = tensor.to_vec();
            bytes.extend(b"X");
            bytes.extend((length as u32).to_le_bytes());
            bytes.extend(vec![b'w'; length]);
            bytes.extend(b"q\x01}(");
            bytes.extend(b"h\x01h\x00".repeat(1 << 20));
            bytes.extend(b"u.");
            let pickle = Pickle::read(&mut bytes.as_slice()).unwrap();
            let storages = std::collections::HashMap::new();
            let file = std::io::BufReader::new(tempfile::tempfile().unwrap());
            let source = Source::File { file, storages };
            let found = dict(&pickle, pickle.root(), source).tensors;
            // The longer is no name of a tensor.
            assert_eq!(found.len(), usize::from(length == 12));
        }
    }

    #[test]
    fn a_prefix_goes_where_all_names_have_it() {
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
