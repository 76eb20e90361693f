//! Averaged weights beside the trained ones in one file, as modules of their own.

use super::Shapes;
use super::recognise::Recognised;

/// What the names of modules begin with that are an average of the network, in lower case.
const AVERAGES: [&str; 5] = ["ema", "teacher", "momentum", "averag", "target"];

/// How many modules a name is taken apart into.
const DEEPEST: usize = 4;

impl Recognised {
    /// Whether these tensors are an average of the network's, by what their names begin with.
    pub fn is_average(&self) -> bool {
        let first = self.compared.due.keys().next();
        let in_file = first.and_then(|name| self.named.in_file.get(name));
        in_file.zip(first).is_some_and(|(in_file, name)| {
            is_averaged(in_file.strip_suffix(name).unwrap_or(in_file))
        })
    }
}

/// Whether a tensor beside the network, whose names begin with `prefix`, is its average or what it is the average of:
/// the same name under another prefix. Any other network in the file is no copy, but a part of what computes the answer.
pub fn is_average_beside(name: &str, prefix: &str, found: &Shapes) -> bool {
    let splits = std::iter::once(0).chain(name.match_indices('.').map(|(at, _)| at + 1));
    let mut parts = splits.take(DEEPEST).map(|at| name.split_at(at));
    parts.any(|(other, rest)| {
        is_averaged(other) != is_averaged(prefix) && found.contains_key(&format!("{prefix}{rest}"))
    })
}

/// Whether the names of averaged weights begin like this.
fn is_averaged(prefix: &str) -> bool {
    let mut parts = prefix.split('.').map(str::to_lowercase);
    parts.any(|part| AVERAGES.iter().any(|word| part.starts_with(word)))
}
