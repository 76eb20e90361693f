//! Which levels a network expects, where it normalises the image itself: a network that begins with
//! `(x − mean) / std` must not be given normalised pixels.

use affine::Affine;

use super::channels::InputChannels;
use crate::model::graph::Graph;

mod affine;
mod hints;
pub(crate) mod known;

pub use hints::hinted;

/// The range of levels that a network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Levels {
    /// From 0 to 1.
    Unit,
    /// From 0 to 255.
    Bytes,
    /// From −1 to 1.
    Signed,
}

impl Levels {
    /// Mean and deviation that turn levels from 0 to 1 into these.
    pub fn normalisation(self) -> (f64, f64) {
        match self {
            Levels::Unit => (0.0, 1.0),
            Levels::Bytes => (0.0, 1.0 / 255.0),
            Levels::Signed => (0.5, 0.5),
        }
    }

    /// The range of levels after this normalisation, if it is one of them.
    pub fn of(mean: &[f64], std: &[f64]) -> Option<Levels> {
        let same = |numbers: &[f64], number: f64| {
            let near = |n: &f64| (n - number).abs() <= 1e-3 * number.abs().max(1e-3);
            numbers.iter().all(near)
        };
        [Levels::Unit, Levels::Bytes, Levels::Signed]
            .into_iter()
            .find(|levels| {
                let (m, s) = levels.normalisation();
                same(mean, m) && same(std, s)
            })
    }

    /// As in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Levels::Unit => "from 0 to 1",
            Levels::Bytes => "from 0 to 255",
            Levels::Signed => "from −1 to 1",
        }
    }
}

/// What a network's first operations tell of the pixels that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    pub levels: Levels,
    /// Whether it is a guess, from the mean and deviation of images that a normalisation has learnt.
    pub is_learnt: bool,
    /// The order of the channels, where the numbers are known to be in one.
    pub channels: Option<InputChannels>,
    /// What it does with them: mean and deviation of levels from 0 to 1.
    pub own: (Vec<f64>, Vec<f64>),
}

/// What the first operations of the network tell; `None` where they tell nothing.
pub fn expected(graph: &Graph) -> Option<Expected> {
    of(&affine::affine(graph)?)
}

/// A first step larger than this makes sense for levels from 0 to 255 alone: others are within a few units
/// of zero.
const STEP: f64 = 16.0;

fn of(map: &Affine) -> Option<Expected> {
    let count = map.scale.len() as f64;
    // The network has 0 at the mean, and 1 a deviation away from it.
    let std: Vec<f64> = map.scale.iter().map(|scale| 1.0 / scale).collect();
    let means = map.scale.iter().zip(&map.shift);
    let mean: Vec<f64> = means.map(|(scale, shift)| -shift / scale).collect();
    if !mean.iter().chain(&std).all(|number| number.is_finite()) {
        return None;
    }
    let average = |numbers: &[f64]| numbers.iter().sum::<f64>() / count;
    let (m, s) = (average(&mean), average(&std));
    let plain = (mean.iter().all(|mean| mean.abs() < 1e-6))
        && std.iter().all(|std| (std - 1.0).abs() < 1e-6);
    let known = known::find(&mean, &std);
    let trained = || {
        let (mean, std) = map.statistics.as_ref()?;
        trained(average(mean), average(std))
    };
    let learnt = trained();
    let levels = if let Some(levels) = learnt {
        levels
    } else if let Some(known) = &known {
        known.levels
    } else if plain {
        return None;
    } else if s >= STEP || m >= STEP {
        Levels::Bytes
    } else if (m + 1.0).abs() < 1e-3 {
        Levels::Signed
    } else if (0.2..=0.8).contains(&m) && (0.05..=1.0 + 1e-6).contains(&s) {
        Levels::Unit
    } else if (-1e-6..=0.8).contains(&m) && (1.0 / s - 255.0).abs() < 1e-3 {
        // Scaled up to levels from 0 to 255, of which a mean may have been subtracted.
        Levels::Unit
    } else {
        return None;
    };
    let scale = match levels {
        Levels::Unit => 1.0,
        Levels::Bytes => 255.0,
        // Levels from −1 to 1 are those from 0 to 1, times 2, minus 1.
        Levels::Signed => 2.0,
    };
    let offset = if levels == Levels::Signed { 1.0 } else { 0.0 };
    Some(Expected {
        levels,
        is_learnt: learnt.is_some(),
        channels: known.and_then(|known| known.channels),
        own: (
            mean.iter().map(|mean| (mean + offset) / scale).collect(),
            std.iter().map(|std| std / scale).collect(),
        ),
    })
}

/// The levels of images whose mean and deviation a network has learnt; `None` for those of normalised
/// images, and of a network that was not trained.
fn trained(mean: f64, deviation: f64) -> Option<Levels> {
    let near = |m: std::ops::RangeInclusive<f64>, s: std::ops::RangeInclusive<f64>| {
        m.contains(&mean) && s.contains(&deviation)
    };
    if near(40.0..=220.0, 15.0..=120.0) {
        Some(Levels::Bytes)
    } else if near(0.15..=0.85, 0.06..=0.45) {
        Some(Levels::Unit)
    } else if near(-0.6..=0.15, 0.3..=0.75) {
        Some(Levels::Signed)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
