//! Recognises an architecture by the names and shapes of its tensors.

use std::collections::HashMap;

use super::{Architecture, Library};
use crate::model::error::{Candidate, Fault, Nearest, Result, short};

/// The shape of each tensor in a file, by its name.
pub type Shapes = HashMap<String, Vec<i64>>;

/// The counter of training batches in every batch norm; old files do not have it.
const COUNTER: &str = "num_batches_tracked";
/// The channels of the images that the architectures are for.
const RGB: i64 = 3;
/// Most channels that an image may have.
const MAX_CHANNELS: i64 = 64;
/// How many differences a message lists.
const NAMED: usize = 4;

/// The architecture of some tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    /// Its index in [`Library::architectures`].
    pub index: usize,
    pub classes: i64,
    /// The channels of the image that its first convolution takes.
    pub channels: i64,
}

impl Library {
    /// The one architecture whose tensors are exactly those found, by name and shape except for the
    /// number of classes. If there are several, the one called `chosen`.
    ///
    /// # Errors
    /// [`Fault::SeveralArchitectures`] where several fit and none of them is chosen,
    /// [`Fault::NoArchitecture`] where none fits, with the chosen one as the closest, and
    /// [`Fault::UnknownArchitecture`] where the chosen one does not exist.
    pub fn recognise(&self, found: &Shapes, chosen: Option<&str>) -> Result<Recognised> {
        let matters = |name: &str| {
            let mut prefixes = self.index.auxiliary.iter();
            !name.ends_with(COUNTER) && !prefixes.any(|prefix| name.starts_with(prefix.as_str()))
        };
        let found: Shapes = found
            .iter()
            .filter(|(name, _)| matters(name))
            .map(|(name, shape)| (name.clone(), shape.clone()))
            .collect();
        let all = self.architectures();
        let asked_for = |known: &&Architecture| chosen.is_none_or(|name| known.name == name);
        if !all.iter().any(|known| asked_for(&known)) {
            return Err(Fault::UnknownArchitecture {
                name: chosen.unwrap_or_default().to_owned(),
                known: all.iter().map(|known| known.name.clone()).collect(),
            });
        }
        let mut fitting = Vec::new();
        let mut nearest: Option<(f64, &Architecture, usize)> = None;
        for (index, known) in all.iter().enumerate() {
            let Compared {
                fits,
                classes,
                channels,
            } = compare(known, &found);
            if let (true, Some(classes)) =
                (fits == known.tensors.len() && fits == found.len(), classes)
            {
                fitting.push(Recognised {
                    index,
                    classes,
                    channels,
                });
            }
            let union = known.tensors.len() + found.len() - fits;
            let share = fits as f64 / union.max(1) as f64;
            if asked_for(&known) && nearest.is_none_or(|(most, ..)| share > most) {
                nearest = Some((share, known, fits));
            }
        }
        if let [_, _, ..] = fitting[..] {
            let chosen = |fit: &Recognised| chosen == Some(all[fit.index].name.as_str());
            if let Some(one) = fitting.iter().find(|fit| chosen(fit)) {
                return Ok(*one);
            }
        }
        match (fitting.as_slice(), nearest) {
            ([one], _) => Ok(*one),
            ([], Some((_, known, fits))) => Err(Fault::NoArchitecture(Box::new(Nearest {
                name: known.name.clone(),
                known: all.len(),
                fits,
                of: known.tensors.len(),
                differences: differences(known, &found),
                asked_for: chosen.is_some(),
            }))),
            (several, _) => Err(Fault::SeveralArchitectures(
                several
                    .iter()
                    .map(|fit| &all[fit.index])
                    .map(|known| Candidate {
                        name: known.name.clone(),
                        hint: known.hint.clone(),
                    })
                    .collect(),
            )),
        }
    }
}

/// How well the tensors of a file fit an architecture.
struct Compared {
    /// How many of the architecture's tensors were found.
    fits: usize,
    /// `None` where the tensors of its head do not agree.
    classes: Option<i64>,
    channels: i64,
}

fn compare(known: &Architecture, found: &Shapes) -> Compared {
    let stem = stem(known);
    let mut channels = RGB;
    let mut classes = None;
    let mut agree = true;
    let mut fits = 0;
    for (name, shape) in &known.tensors {
        let Some(there) = found.get(name) else {
            continue;
        };
        let is_head = known.head.contains(name);
        let is_stem = stem == Some(name.as_str());
        if is_stem && let Some(there) = other_channels(shape, there) {
            fits += 1;
            channels = there;
        } else if fit(shape, there, is_head) {
            fits += 1;
            if is_head {
                agree &= classes.is_none_or(|classes| classes == there[0]);
                classes = Some(there[0]);
            }
        }
    }
    Compared {
        fits,
        classes: classes.filter(|classes| agree && *classes > 0),
        channels,
    }
}

/// The weight of the one convolution that reads the image.
fn stem(known: &Architecture) -> Option<&str> {
    let mut stems = known.tensors.iter();
    let mut stems = stems
        .by_ref()
        .filter(|(_, shape)| matches!(shape[..], [_, RGB, _, _]));
    match (stems.next(), stems.next()) {
        (Some((name, _)), None) => Some(name),
        _ => None,
    }
}

/// How many channels the weight of the first convolution takes, where that is all it differs in.
fn other_channels(due: &[i64], there: &[i64]) -> Option<i64> {
    match (due, there) {
        ([kernels, _, due @ ..], [found, channels @ 1..=MAX_CHANNELS, there @ ..])
            if kernels == found && due == there =>
        {
            Some(*channels)
        }
        _ => None,
    }
}

fn fit(due: &[i64], there: &[i64], is_head: bool) -> bool {
    match (is_head, due, there) {
        (true, [_, due @ ..], [_, there @ ..]) => due == there,
        _ => due == there,
    }
}

/// The first few differences in names and shapes, in words.
fn differences(known: &Architecture, found: &Shapes) -> Vec<String> {
    let mut words = Vec::new();
    for (name, due) in &known.tensors {
        match found.get(name) {
            None => words.push(format!("{} {due:?} is missing", short(name))),
            Some(there) if !fit(due, there, known.head.contains(name)) => {
                words.push(format!("{} is {there:?}, not {due:?}", short(name)));
            }
            Some(_) => {}
        }
    }
    let mut besides: Vec<_> = found
        .iter()
        .filter(|(name, _)| !known.tensors.contains_key(*name))
        .collect();
    besides.sort();
    // Some of either kind, so that renamed tensors can be recognised as such.
    let room = NAMED - besides.len().min(NAMED / 2);
    let mut more = words.len().saturating_sub(room);
    words.truncate(room);
    let room = NAMED - words.len();
    more += besides.len().saturating_sub(room);
    let named = besides.iter().take(room);
    words.extend(
        named.map(|(name, shape)| format!("{} {shape:?} is not in the architecture", short(name))),
    );
    if words.is_empty() {
        words.push("the tensors of its head are for different numbers of classes".into());
    }
    if more > 0 {
        words.push(format!("and {more} more"));
    }
    words
}
