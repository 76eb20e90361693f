//! What the figures have in common: their sizes, the words of a score and the legend of its map.

use crate::engine::{ModelInfo, Prediction};
use crate::explain::Score;
use crate::picture::map::colormap::diverging;
use crate::picture::map::compose::{Look, Scale};
use crate::picture::page::caption::{percent, significant};
use crate::picture::page::legend::Legend;
use crate::picture::page::sheet::SMALLEST_EM;
use crate::picture::page::text::{Style, Weight};
use crate::picture::page::{INK, Item, SECONDARY};

/// The most pixels a page may have: what a paper can use, in bearable memory.
const MAX_PIXELS: u64 = 100_000_000;
/// Below this, smaller panels do not make a smaller page: text has its smallest size.
const SMALLEST_PANEL: u32 = 64;

/// What words have to tell, in the three sizes of a figure. All lengths are in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub em: f32,
}

impl Type {
    /// As large as `share` of a panel's mean side, and never too small to be read.
    pub fn of(panel: (u32, u32), share: f32) -> Type {
        let (width, height) = (panel.0 as f32, panel.1 as f32);
        // A slender panel has little to say for the room it takes.
        let mean = (width * height).sqrt().min(1.6 * width.min(height));
        Type {
            em: (mean * share).max(SMALLEST_EM).round(),
        }
    }

    /// Names and titles.
    pub fn title(&self) -> Style {
        self.style(Weight::Medium, 1.0, INK)
    }

    /// Everything that is read second.
    pub fn detail(&self) -> Style {
        self.style(Weight::Regular, 0.9, SECONDARY)
    }

    pub fn style(&self, weight: Weight, size: f32, colour: [u8; 3]) -> Style {
        Style {
            weight,
            em: self.em * size,
            colour,
        }
    }

    pub fn margin(&self) -> f32 {
        (self.em * 1.5).round()
    }

    /// Between neighbours.
    pub fn gap(&self) -> f32 {
        self.em.round()
    }

    /// The least width in which a legend and a title have room.
    pub fn narrowest(&self) -> f32 {
        self.em * 10.0
    }
}

/// The longest panels, up to `max_px`, of which a page has a bearable size; `size` gives the page's
/// for panels of a length.
pub(super) fn bearable(max_px: u32, size: impl Fn(u32) -> (u32, u32)) -> u32 {
    let mut px = max_px.max(1);
    loop {
        let (width, height) = size(px);
        let pixels = u64::from(width) * u64::from(height);
        if pixels <= MAX_PIXELS || px <= SMALLEST_PANEL {
            return px;
        }
        // Once is enough where all of the page grows with the panels.
        let shrink = (MAX_PIXELS as f64 / pixels as f64).sqrt().min(0.95);
        px = ((f64::from(px) * shrink) as u32).max(SMALLEST_PANEL);
    }
}

/// "probability 39.3 %"; `None` for a score of two classes.
pub(super) fn probability(score: Score, answer: &Prediction) -> Option<String> {
    let class = match score {
        Score::For(class) | Score::Against(class) => class,
        Score::Versus { .. } => return None,
    };
    let probability = answer.probabilities.get(class)?;
    Some(format!("probability {}", percent(*probability)))
}

/// The class in the model's words.
pub(super) fn class(score: Score, model: &ModelInfo) -> String {
    score.describe(&model.labels)
}

/// "maximum 14.2", or that there is nothing.
pub(super) fn maximum(max: f32) -> String {
    if max > 0.0 {
        format!("maximum {}", significant(max))
    } else {
        "zero everywhere".to_owned()
    }
}

/// A legend with a small title above it and details below.
pub(super) struct Key {
    pub title: &'static str,
    pub table: &'static [[u8; 3]; 256],
    /// Below the left end, the middle and the right end.
    pub labels: [String; 3],
    pub details: String,
}

impl Key {
    /// What the colours of heat maps with these maxima mean.
    pub fn of_heat_maps(look: &Look, maxima: &[f32]) -> Key {
        let largest = maxima.iter().copied().fold(0.0, f32::max);
        let (start, end) = match look.scale {
            _ if largest <= 0.0 => ("zero everywhere", String::new()),
            Scale::UpTo(end) => ("0", significant(end)),
            Scale::Own if maxima.iter().all(|max| *max == largest) => ("0", significant(largest)),
            Scale::Own => ("0", "each map’s maximum".to_owned()),
        };
        let common = match look.scale {
            Scale::UpTo(_) => ", one scale",
            Scale::Own => "",
        };
        Key {
            title: "Heat map scale",
            table: look.table(),
            labels: [start.to_owned(), String::new(), end],
            details: format!("{}{common}", look.describe()),
        }
    }

    /// What the colours of differences with these largest magnitudes mean; `classes` are those
    /// whose maps were compared, where they are the same two for all.
    pub fn of_differences(
        scale: Scale,
        magnitudes: &[f32],
        classes: Option<(String, String)>,
    ) -> Key {
        let largest = magnitudes.iter().copied().fold(0.0, f32::max);
        let end = match scale {
            _ if largest <= 0.0 => None,
            Scale::UpTo(end) => Some(significant(end)),
            Scale::Own if magnitudes.iter().all(|m| *m == largest) => Some(significant(largest)),
            Scale::Own => Some("largest".to_owned()),
        };
        Key {
            title: "Difference scale",
            table: diverging(),
            labels: match end {
                Some(end) => [format!("−{end}"), "0".to_owned(), format!("+{end}")],
                None => [String::new(), "no difference".to_owned(), String::new()],
            },
            details: match classes {
                Some((a, b)) => format!("red: more for {a}, blue: more for {b}"),
                None => "red: more in the first map, blue: more in the second".to_owned(),
            },
        }
    }

    /// Adds it at (x, y), `width` wide; returns where it ends.
    pub fn set(&self, items: &mut Vec<Item>, face: Type, (x, y): (f32, f32), width: f32) -> f32 {
        let small = face.style(Weight::Regular, 0.8, SECONDARY);
        let y = small.set(items, self.title, (x, y), width, 1) + face.em * 0.6;
        let bar = Legend {
            table: self.table,
            em: face.em,
            width,
            labels: self.labels.clone(),
        };
        let y = bar.set(items, x, y) + face.em * 0.65;
        let detail = face.style(Weight::Regular, 0.85, SECONDARY);
        detail.set(items, &self.details, (x, y), width, 3)
    }
}
