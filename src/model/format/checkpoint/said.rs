//! What a training script has saved beside the weights: which network it is, and the names of its classes.

use crate::model::format::torch_save::pickle::{Node, Pickle, Ref};
use crate::model::usage::labels::OwnNames;

/// The keys of the network's name.
const NETWORKS: [&str; 7] = [
    "arch",
    "architecture",
    "model_name",
    "model_arch",
    "backbone",
    "encoder_name",
    "model",
];
/// The key of Lightning's version.
const LIGHTNING: &str = "pytorch-lightning_version";
/// The keys of the names of classes: lists, or dicts between names and numbers.
const CLASSES: [&str; 11] = [
    "classes",
    "class_names",
    "classnames",
    "class_labels",
    "labels",
    "names",
    "categories",
    "class_to_idx",
    "idx_to_class",
    "id2label",
    "label2id",
];
/// The keys of dicts or objects that have the settings of a training run.
const SETTINGS: [&str; 9] = [
    "hyper_parameters",
    "hparams",
    "args",
    "config",
    "cfg",
    "opt",
    "params",
    "meta",
    "metadata",
];
/// How deeply settings may be nested.
const MAX_DEPTH: usize = 3;
/// Most classes that are read.
const MAX_CLASSES: usize = 100_000;

/// What is said besides the weights.
#[derive(Debug, Default, PartialEq)]
pub struct Said {
    /// What the file calls its network.
    pub networks: Vec<String>,
    /// The names of the classes.
    pub names: OwnNames,
    /// Whether Lightning has saved it.
    pub is_lightning: bool,
}

/// What a pickle says in its outermost dict, and in the settings there.
pub fn said(pickle: &Pickle) -> Said {
    let mut said = Said::default();
    look(pickle, pickle.root(), 0, &mut said);
    said
}

fn look(pickle: &Pickle, at: Ref, depth: usize, said: &mut Said) {
    if depth > MAX_DEPTH {
        return;
    }
    let at = match pickle.at(at) {
        Node::Object {
            state: Some(state), ..
        } => *state,
        _ => at,
    };
    for (key, value) in pickle.entries_of(at) {
        let Some(key) = pickle.text(key) else {
            continue;
        };
        said.is_lightning |= key == LIGHTNING;
        if NETWORKS.contains(&key)
            && let Node::Text(name) = pickle.at(value)
        {
            said.networks.push(name.clone());
        }
        if CLASSES.contains(&key) {
            said.names.lists.extend(classes(pickle, value));
        }
        if SETTINGS.contains(&key) {
            look(pickle, value, depth + 1, said);
        }
    }
}

/// The names of classes in the order of their numbers.
fn classes(pickle: &Pickle, at: Ref) -> Option<Vec<String>> {
    let text = |at: Ref| match pickle.at(at) {
        Node::Text(text) => Some(text.clone()),
        _ => None,
    };
    let number = |at: Ref| match pickle.at(at) {
        Node::Int(number) => usize::try_from(*number).ok(),
        Node::Text(text) => text.parse().ok(),
        _ => None,
    };
    let mut named: Vec<(usize, String)> = match pickle.at(at) {
        Node::List(items) | Node::Tuple(items) => {
            let items = items.iter().take(MAX_CLASSES).enumerate();
            items
                .map(|(class, item)| Some((class, text(*item)?)))
                .collect::<Option<_>>()?
        }
        Node::Dict(entries) => {
            let entries = entries.iter().take(MAX_CLASSES);
            let pair = |(key, value): &(Ref, Ref)| match pickle.at(*value) {
                Node::Int(class) => Some((usize::try_from(*class).ok()?, text(*key)?)),
                _ => Some((number(*key)?, text(*value)?)),
            };
            entries.map(pair).collect::<Option<_>>()?
        }
        _ => return None,
    };
    named.sort();
    let in_order = named
        .iter()
        .enumerate()
        .all(|(at, (class, _))| at == *class);
    (in_order && !named.is_empty()).then(|| named.into_iter().map(|(_, name)| name).collect())
}
