//! What the figures share: sizes, the wording of a score, and the legend of a map.

use crate::engine::{ModelInfo, Prediction};
use crate::explain::Score;
use crate::picture::map::colormap::diverging;
use crate::picture::map::compose::{Look, Scale};
use crate::picture::page::caption::significant;
use crate::picture::page::legend::Legend;
use crate::picture::page::sheet::MIN_EM;
use crate::picture::page::text::{Style, Weight};
use crate::picture::page::{INK, Item, SECONDARY};

/// The maximum number of pixels of a page: enough for print, and a moderate amount of memory.
const MAX_PIXELS: u64 = 100_000_000;
/// The minimum size of panels in pixels: below it, text has its minimum size and the page does not get
/// smaller.
const MIN_PANEL: u32 = 64;

/// The text styles and distances of a figure. All lengths are in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub em: f32,
}

impl Type {
    /// With an em of `share` of a panel's mean side, but large enough to be read.
    pub fn of(panel: (u32, u32), share: f32) -> Type {
        let (width, height) = (panel.0 as f32, panel.1 as f32);
        // Text on narrow panels should not be too large.
        let mean = (width * height).sqrt().min(1.6 * width.min(height));
        Type {
            em: (mean * share).max(MIN_EM).round(),
        }
    }

    /// Names and titles.
    pub fn title(&self) -> Style {
        self.style(Weight::Medium, 1.0, INK)
    }

    /// Secondary text.
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

    /// The distance between neighbours.
    pub fn gap(&self) -> f32 {
        self.em.round()
    }

    /// The minimum width for a legend and a title.
    pub fn narrowest(&self) -> f32 {
        self.em * 10.0
    }
}

/// The longest side of panels, up to `max_px`, at which the page is not too large. `size` gives the size of
/// the page for panels of a length.
pub(super) fn limited(max_px: u32, size: impl Fn(u32) -> (u32, u32)) -> u32 {
    let mut px = max_px.max(1);
    loop {
        let (width, height) = size(px);
        let pixels = u64::from(width) * u64::from(height);
        if pixels <= MAX_PIXELS || px <= MIN_PANEL {
            return px;
        }
        // Once is enough if all of the page scales with the panels.
        let shrink = (MAX_PIXELS as f64 / pixels as f64).sqrt().min(0.95);
        px = ((f64::from(px) * shrink) as u32).max(MIN_PANEL);
    }
}

/// "probability 39.3 %", "area 12 %" or "value 14.2"; `None` for a score of two classes.
pub(super) fn probability(score: Score, answer: &Prediction) -> Option<String> {
    let class = match score {
        Score::For(class) | Score::Against(class) | Score::Within { class, .. } => class,
        Score::Versus { .. } => return None,
    };
    answer.described(class)
}

/// The score with the model's labels.
pub(super) fn class(score: Score, model: &ModelInfo) -> String {
    score.describe(&model.labels)
}

/// "maximum 14.2" or "zero everywhere".
pub(super) fn maximum(max: f32) -> String {
    if max > 0.0 {
        format!("maximum {}", significant(max))
    } else {
        "zero everywhere".to_owned()
    }
}

/// A legend with a small title above and details below.
pub(super) struct Key {
    pub title: &'static str,
    pub table: &'static [[u8; 3]; 256],
    /// The labels below the left end, the middle and the right end.
    pub labels: [String; 3],
    pub details: String,
}

impl Key {
    /// The legend for heat maps with these maxima.
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

    /// The legend for differences with these largest magnitudes. `classes` are those whose maps were
    /// compared, if they are the same for all.
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
                Some((a, b)) => format!("orange: more for {a}, violet: more for {b}"),
                None => "orange: more in the first map, violet: more in the second".to_owned(),
            },
        }
    }

    /// Adds it at (x, y) with this width. Returns the bottom.
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
