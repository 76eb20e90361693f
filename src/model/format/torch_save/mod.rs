//! What `torch.save` writes: a pickle that describes tensors, and their bytes.
//!
//! Both checkpoints and the older `.pt2` archives contain such files, so this stands below the two
//! and knows neither. It uses `format::build` and `format::file`.

pub(crate) mod legacy;
pub(crate) mod pickle;
pub(crate) mod source;
pub(crate) mod zip;

use std::collections::{BTreeMap, HashMap};

use self::pickle::{Node, Pickle, Ref, Stored};
use self::source::{Rows, Source};
use super::build::skeleton::Skeleton;
use super::build::storage::wrong;
use super::file::archive::Archive;
use crate::model::error::{Fault, Result};
use crate::model::opening::Opening;

/// Longest name of a tensor, in bytes.
const MAX_NAME: usize = 1000;

/// The tensors of a network by their names, and where their bytes are.
pub struct StateDict {
    pub tensors: Vec<(String, Stored)>,
    /// Objects in the place of a tensor that are none: their names and classes.
    pub unreadable: Vec<(String, String)>,
    pub source: Source,
}

impl StateDict {
    /// The tensors of one dict in a pickle.
    pub fn of(pickle: &Pickle, dict: Ref, source: Source) -> StateDict {
        let (mut tensors, mut unreadable) = (Vec::new(), Vec::new());
        // The last value of a key counts, as in Python. It matters for memory too: a small file can
        // name the same tensor millions of times.
        let named = pickle.entries_of(dict).filter_map(|(key, value)| {
            let name = pickle.text(key).filter(|name| name.len() <= MAX_NAME)?;
            Some((name, value))
        });
        for (name, value) in named.collect::<BTreeMap<&str, Ref>>() {
            match pickle.at(value) {
                Node::Tensor(stored) => tensors.push((name.to_owned(), (**stored).clone())),
                Node::Object { class, .. } => {
                    let class = pickle.text(*class).unwrap_or_default();
                    unreadable.push((name.to_owned(), class.to_owned()));
                }
                Node::None
                | Node::Bool(_)
                | Node::Int(_)
                | Node::Float(_)
                | Node::Text(_)
                | Node::List(_)
                | Node::Tuple(_)
                | Node::Dict(_)
                | Node::Global(_)
                | Node::Storage(_)
                | Node::Plain => {}
            }
        }
        StateDict {
            tensors,
            unreadable,
            source,
        }
    }

    /// Fills in those weights of a graph that are in this dict.
    ///
    /// # Errors
    /// [`Fault::Weight`] where one is damaged, or holds values it may not hold.
    pub fn fill(self, skeleton: &mut Skeleton, opening: &mut Opening) -> Result<()> {
        let tensors: HashMap<&str, &Stored> = self
            .tensors
            .iter()
            .map(|(name, stored)| (name.as_str(), stored))
            .collect();
        let mut wanted = Vec::new();
        for (id, declared) in skeleton.used() {
            if let Some(stored) = tensors.get(declared.name.as_str()) {
                wanted.push((id, declared, *stored));
            }
        }
        let stored = wanted.iter().map(|(_, _, stored)| *stored);
        let mut rows = Rows::new(self.source, stored, opening)?;
        for (id, declared, stored) in wanted {
            let (tensor, content) = rows.tensor(&declared.name, stored)?;
            skeleton.fill(id, &declared, tensor, content)?;
        }
        Ok(())
    }
}

/// Fills in the weights of a graph from archives that `torch.save` wrote, under the names they have
/// there.
///
/// # Errors
/// As [`StateDict::fill`], and [`Fault::Weight`] where a weight is in none of the archives.
pub fn fill_from(
    archives: Vec<Archive>,
    skeleton: &mut Skeleton,
    opening: &mut Opening,
) -> Result<()> {
    let mut unreadable = HashMap::new();
    for mut archive in archives {
        let root = zip::root(&archive).ok_or_else(|| Fault::Missing {
            entry: zip::PICKLE.into(),
        })?;
        archive.enter(root)?;
        let (pickle, source) = zip::read(archive)?;
        let mut dict = StateDict::of(&pickle, pickle.root(), source);
        unreadable.extend(std::mem::take(&mut dict.unreadable));
        dict.fill(skeleton, opening)?;
    }
    for (id, declared) in skeleton.used() {
        if !skeleton.is_filled(id) {
            let class = unreadable.get(&declared.name);
            let reason = class.map_or_else(|| "is missing".to_owned(), |class| not_a_tensor(class));
            return Err(wrong(&declared.name, reason));
        }
    }
    Ok(())
}

/// Why an object of this class cannot be a weight.
pub fn not_a_tensor(class: &str) -> String {
    format!(
        "is a {class}, which is not supported; turn the model's weights into plain tensors (remove \
         quantisation or other wrappers) and save them again"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_no_memory_for_a_tensor_that_is_named_a_million_times() {
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
            let file = std::io::BufReader::new(tempfile::tempfile().unwrap());
            let storages = HashMap::new();
            let source = Source::File { file, storages };
            let found = StateDict::of(&pickle, pickle.root(), source).tensors;
            // The longer name is too long for a tensor.
            assert_eq!(found.len(), usize::from(length == 12));
        }
    }
}
