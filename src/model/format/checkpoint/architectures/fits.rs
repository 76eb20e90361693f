//! Whether the tensors of a file are those of a template, and of how many blocks.

use std::collections::BTreeMap;

use super::Shapes;
use super::naming::OUTSIDE;
use super::template::{Cut, Template, shift};
use crate::model::error::short;

/// The channels of the images that the architectures are for.
pub const RGB: i64 = 3;
/// Most channels that an image may have.
const MAX_CHANNELS: i64 = 64;
/// How many differences a message lists.
const NAMED: usize = 4;

/// The shape of a tensor, with `None` for any length.
type Due = BTreeMap<String, Vec<Option<i64>>>;

/// The tensors of a file beside those of a template.
pub struct Compared {
    /// How many units each run has.
    pub units: Vec<usize>,
    /// The shapes of the network with as many units.
    pub due: Due,
    /// The tensors of the trunk or the head that are missing or of another shape.
    pub missing: Vec<String>,
    /// The tensors that the network does not have.
    pub besides: Vec<String>,
    /// The channels of the image that its first convolution takes.
    pub channels: i64,
    /// Whether the tensors of the head are for one number of classes.
    pub agrees: bool,
    /// `None` where the tensors of the head are missing or do not agree.
    pub classes: Option<i64>,
}

/// Compares. `cut` is where the head is replaced: its tensors are not looked for.
pub fn compare(template: &Template, found: &Shapes, cut: Option<&Cut>) -> Compared {
    let (due, units) = due(template, found, cut);
    let stem = stem(&due);
    let mut compared = Compared {
        units,
        missing: Vec::new(),
        besides: Vec::new(),
        channels: RGB,
        agrees: true,
        classes: None,
        due: Due::new(),
    };
    for (name, shape) in &due {
        let Some(there) = found.get(name) else {
            compared.missing.push(name.clone());
            continue;
        };
        if stem.as_ref() == Some(name)
            && let Some(channels) = other_channels(shape, there)
        {
            compared.channels = channels;
        } else if !fits(shape, there) {
            compared.missing.push(name.clone());
        }
        if template.head.contains(name)
            && let Some(classes) = there.first()
        {
            compared.agrees &= compared.classes.is_none_or(|before| before == *classes);
            compared.classes = Some(*classes);
        }
    }
    if !compared.agrees {
        compared.classes = None;
    }
    let besides = found.keys().filter(|name| !due.contains_key(*name));
    compared.besides = besides.cloned().collect();
    compared.besides.sort();
    compared.due = due;
    compared
}

impl Compared {
    pub fn fits(&self) -> bool {
        self.missing.is_empty()
    }

    /// The first few differences in words.
    pub fn differences(&self, found: &Shapes) -> Vec<String> {
        let word = |name: &String| {
            let due = shape_words(&self.due[name]);
            match found.get(name) {
                None => format!("{} {due} is missing", short(name)),
                Some(there) => format!("{} is {there:?}, not {due}", short(name)),
            }
        };
        // Some of either kind, so that renamed tensors can be recognised as such.
        let room = NAMED - self.besides.len().min(NAMED / 2);
        let mut words: Vec<String> = self.missing.iter().take(room).map(word).collect();
        let room = NAMED - words.len();
        let besides = self.besides.iter().take(room);
        words.extend(besides.map(|name| {
            format!(
                "{} {:?} is not in the architecture",
                short(name.strip_prefix(OUTSIDE).unwrap_or(name)),
                found[name]
            )
        }));
        let more = (self.missing.len() + self.besides.len()).saturating_sub(words.len());
        if !self.agrees {
            words.push("the tensors of its head are for different numbers of classes".into());
        }
        if more > 0 {
            words.push(format!("and {more} more"));
        }
        words
    }
}

fn shape_words(shape: &[Option<i64>]) -> String {
    let axes = shape.iter().map(|axis| match axis {
        Some(length) => length.to_string(),
        None => "any".to_owned(),
    });
    format!("[{}]", axes.collect::<Vec<_>>().join(", "))
}

/// The tensors that the network has with as many units as there are in the file.
fn due(template: &Template, found: &Shapes, cut: Option<&Cut>) -> (Due, Vec<usize>) {
    let dropped = |name: &String| cut.is_some_and(|cut| cut.drops.contains(name));
    let tensors = template.tensors.iter().filter(|(name, _)| !dropped(name));
    let mut due: Due = tensors
        .map(|(name, shape)| (name.clone(), shape.clone()))
        .collect();
    let mut units = Vec::new();
    for repeat in template.runs() {
        // Where items are missing, the first unit is looked for, so that it is said what is not there.
        let there = repeat.units(found.keys()).unwrap_or(1);
        let own: Vec<&String> = template
            .tensors
            .keys()
            .filter(|name| repeat.has(name))
            .collect();
        if there == 0 {
            due.retain(|name, _| !own.contains(&name));
        }
        for unit in 1..there {
            let moved = own.iter().map(|name| {
                let moved = shift(name, &repeat.tensors, unit * repeat.step);
                (moved, template.tensors[*name].clone())
            });
            due.extend(moved);
        }
        units.push(there);
    }
    (due, units)
}

/// The weight of the one convolution that reads the image.
fn stem(due: &Due) -> Option<String> {
    let mut stems = due
        .iter()
        .filter(|(_, shape)| matches!(shape[..], [_, Some(RGB), _, _]));
    match (stems.next(), stems.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

/// How many channels the weight of the first convolution takes, where that is all it differs in.
fn other_channels(due: &[Option<i64>], there: &[i64]) -> Option<i64> {
    match (due, there) {
        ([kernels, _, due @ ..], [found, channels @ 1..=MAX_CHANNELS, there @ ..])
            if fits(&[*kernels], &[*found]) && fits(due, there) =>
        {
            Some(*channels)
        }
        _ => None,
    }
}

fn fits(due: &[Option<i64>], there: &[i64]) -> bool {
    due.len() == there.len()
        && due.iter().zip(there).all(|(due, there)| match due {
            Some(due) => due == there,
            None => *there > 0,
        })
}
