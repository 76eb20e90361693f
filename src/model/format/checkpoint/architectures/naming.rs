//! What the tensors of a network may be called in a file: scripts wrap the network in others.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Shapes;
use super::template::Template;

/// How many tensors a prefix has to have to be that of a network.
const FEWEST: usize = 4;
/// How many prefixes are tried.
const MOST_PREFIXES: usize = 24;
/// The FNV-1a hash of nothing.
const FNV32: u32 = 2_166_136_261;
/// How many modules a network is wrapped in.
const DEEPEST: usize = 4;

/// What the names begin with of tensors that are not the network's.
pub const OUTSIDE: &str = "outside: ";

/// How the names in a file differ from those of a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Naming {
    /// What the names of the network begin with in the file.
    pub prefix: String,
    /// What they begin with in the network, and do not in the file: `vit.`
    pub base: String,
    /// Whether the modules at the top are called by their place, as in `Sequential(*model.children())`.
    pub numbered: bool,
}

impl Naming {
    /// The name of a file's tensor in the network; `None` where it is not the network's.
    pub fn in_network(&self, name: &str, children: &[String]) -> Option<String> {
        let rest = name.strip_prefix(&self.prefix)?;
        if !self.numbered {
            return Some(format!("{}{rest}", self.base));
        }
        let (place, rest) = rest.split_once('.')?;
        let child = children.get(place.parse::<usize>().ok()?)?;
        Some(format!("{child}.{rest}"))
    }
}

/// The tensors of a file by their names in a network, and by their names in the file where they are not its.
pub struct Named {
    pub network: Shapes,
    /// The name in the file of each tensor, by its name in `network`. Those of tensors that are not the network's
    /// begin with [`OUTSIDE`] there.
    pub in_file: BTreeMap<String, String>,
}

impl Named {
    /// A tensor that is not the network's gets a name that no network has, so that it never stands for one of the
    /// same name.
    pub fn new(found: &Shapes, naming: &Naming, template: &Template) -> Named {
        let mut named = Named {
            network: Shapes::new(),
            in_file: BTreeMap::new(),
        };
        for (name, shape) in found {
            let new = naming.in_network(name, &template.children);
            let new = new.unwrap_or_else(|| format!("{OUTSIDE}{name}"));
            named.network.insert(new.clone(), shape.clone());
            named.in_file.insert(new, name.clone());
        }
        named
    }
}

/// The prefixes that may be those of a network, the one of most tensors first.
pub fn prefixes(found: &Shapes) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in found.keys() {
        for (at, _) in name.match_indices('.').take(DEEPEST) {
            *counts.entry(&name[..=at]).or_default() += 1;
        }
    }
    let mut prefixes: Vec<(&str, usize)> = counts
        .into_iter()
        .filter(|(_, count)| *count >= FEWEST)
        .collect();
    prefixes.sort_by_key(|(prefix, count)| (std::cmp::Reverse(*count), prefix.len()));
    let prefixes = prefixes.into_iter().take(MOST_PREFIXES);
    let mut all = vec![String::new()];
    all.extend(prefixes.map(|(prefix, _)| prefix.to_owned()));
    all
}

/// The names below `prefix`, each with `#` for every number.
pub fn patterns(found: &Shapes, prefix: &str) -> BTreeSet<String> {
    let names = found.keys().filter_map(|name| name.strip_prefix(prefix));
    names.map(pattern).collect()
}

/// The hashes of some patterns behind `base`, which has no number at its end.
pub fn prints(patterns: &BTreeSet<String>, base: &str) -> HashSet<u32> {
    let begun = fnv32(FNV32, &pattern(base));
    patterns
        .iter()
        .map(|pattern| fnv32(begun, pattern))
        .collect()
}

/// A name with `#` for every number.
fn pattern(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for letter in name.chars() {
        if !letter.is_ascii_digit() {
            pattern.push(letter);
        } else if !pattern.ends_with('#') {
            pattern.push('#');
        }
    }
    pattern
}

/// FNV-1a, going on from the hash of what stands before.
fn fnv32(begun: u32, text: &str) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    text.bytes().fold(begun, step)
}

/// The hash of the names and shapes of a network's tensors without those of its head, as the index has it.
pub fn hash_of(tensors: &Shapes, head: &[String]) -> String {
    let tensors = tensors.iter().filter(|(name, _)| !head.contains(name));
    let lines: BTreeSet<String> = tensors
        .map(|(name, shape)| format!("{name} {shape:?}\n"))
        .collect();
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
    let bytes = lines.iter().flat_map(|line| line.bytes());
    format!("{:016x}", bytes.fold(14_695_981_039_346_656_037, step))
}
