//! What the figures share: sizes, parts of photos, the wording of a score, and the legend of a map.

use std::borrow::Cow;
use std::sync::Arc;

use image::imageops;

use crate::engine::{ModelInfo, Prediction};
use crate::explain::Score;
use crate::picture::map::colormap::diverging;
use crate::picture::map::compose::{Look, Scale};
use crate::picture::page::caption::{scale_end, significant};
use crate::picture::page::legend::Legend;
use crate::picture::page::text::{Style, Weight};
use crate::picture::page::{INK, Item, SECONDARY};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::PixelBox;

use super::setting::{Extent, Print, Setting};

/// The maximum number of pixels of a page: enough for print, and a moderate amount of memory.
const MAX_PIXELS: u64 = 200_000_000;
/// The minimum size of panels in pixels: below it, text has its minimum size and the page does not get
/// smaller.
const MIN_PANEL: u32 = 64;
/// The least pixels in an inch.
const MIN_DPI: f32 = 36.0;
/// The smallest readable em, in pixels.
const MIN_EM: f32 = 13.0;

/// The text styles and distances of a figure. All lengths are in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub em: f32,
    /// On paper all text has one size, and margins are narrow.
    is_print: bool,
}

impl Type {
    /// With an em of `share` of a panel's mean side, but large enough to be read.
    pub fn of(panel: (u32, u32), share: f32) -> Type {
        let (width, height) = (panel.0 as f32, panel.1 as f32);
        // Text on narrow panels should not be too large.
        let mean = (width * height).sqrt().min(1.6 * width.min(height));
        Type {
            em: (mean * share).max(MIN_EM).round(),
            is_print: false,
        }
    }

    /// On paper.
    pub fn print(print: &Print) -> Type {
        Type {
            em: print.em(),
            is_print: true,
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

    /// A style of this share of the em, if sizes may differ.
    pub fn style(&self, weight: Weight, size: f32, colour: [u8; 3]) -> Style {
        Style {
            weight,
            em: self.em * if self.is_print { 1.0 } else { size },
            colour,
        }
    }

    pub fn margin(&self) -> f32 {
        let share = if self.is_print { 0.25 } else { 1.5 };
        (self.em * share).ceil()
    }

    /// The distance between neighbours.
    pub fn gap(&self) -> f32 {
        let share = if self.is_print { 0.6 } else { 1.0 };
        (self.em * share).round()
    }

    /// The distance between rows.
    pub fn row_gap(&self) -> f32 {
        let share = if self.is_print { 1.4 } else { 2.0 };
        (self.em * share).round()
    }

    /// The minimum width for a legend and a title, where the width is free.
    pub fn narrowest(&self) -> f32 {
        self.em * 10.0
    }
}

/// The setting at which the page is not too large: with panels no longer than `longest`, if they are measured in
/// pixels, or with fewer pixels in an inch; and what had to be reduced, in words. `size` gives the size of the page
/// in pixels.
pub(super) fn fitted(
    setting: &Setting,
    longest: u32,
    size: impl Fn(&Setting) -> (u32, u32),
) -> (Setting, Option<String>) {
    let at = |extent| Setting { extent, ..*setting };
    let mut fitted = at(match setting.extent {
        Extent::Pixels(px) => Extent::Pixels(px.min(longest).max(1)),
        Extent::Print(print) => Extent::Print(print),
    });
    let mut reduced = None;
    loop {
        let (width, height) = size(&fitted);
        let pixels = u64::from(width) * u64::from(height);
        let is_least = match fitted.extent {
            Extent::Pixels(px) => px <= MIN_PANEL,
            Extent::Print(print) => print.dpi <= MIN_DPI,
        };
        if pixels <= MAX_PIXELS || is_least {
            return (fitted, reduced);
        }
        // Once is enough if all of the page scales with the panels.
        let shrink = (MAX_PIXELS as f64 / pixels as f64).sqrt().min(0.95);
        fitted = at(match fitted.extent {
            Extent::Pixels(px) => Extent::Pixels(((f64::from(px) * shrink) as u32).max(MIN_PANEL)),
            Extent::Print(print) => Extent::Print(Print {
                dpi: (print.dpi * shrink as f32).max(MIN_DPI),
                ..print
            }),
        });
        let to = match fitted.extent {
            Extent::Pixels(px) => format!("panels of {px} pixels"),
            Extent::Print(print) => format!("{:.0} pixels in an inch", print.dpi),
        };
        let most = MAX_PIXELS / 1_000_000;
        reduced = Some(format!(
            "reduced to {to}, because a figure has at most {most} megapixels"
        ));
    }
}

/// A part of a photo (in its pixels, not empty, and within it).
pub(super) fn of_photo(photo: &Photo, part: PixelBox) -> Arc<Photo> {
    let PixelBox {
        x,
        y,
        width,
        height,
    } = part;
    let rgb = imageops::crop_imm(&photo.rgb, x, y, width, height).to_image();
    Arc::new(Photo::from_rgb(photo.path.clone(), rgb))
}

/// (a), (b), … (z), (aa), (ab), …
pub(super) fn letters() -> impl Iterator<Item = String> {
    let letter = |index: usize| char::from(b'a' + (index % 26) as u8);
    (0..).map(move |index: usize| match (index / 26).checked_sub(1) {
        None => format!("({})", letter(index)),
        Some(first) => format!("({}{})", letter(first), letter(index)),
    })
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
    pub table: Cow<'static, [[u8; 3]; 256]>,
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
            Scale::UpTo(end) => ("0", scale_end(end, largest)),
            Scale::Own if maxima.iter().all(|max| *max == largest) => ("0", significant(largest)),
            Scale::Own => ("0", "maximum".to_owned()),
        };
        let common = match look.scale {
            Scale::UpTo(_) if maxima.len() > 1 => ", one scale",
            Scale::Own if maxima.iter().any(|max| *max != largest) => ", each map on its own scale",
            Scale::UpTo(_) | Scale::Own => "",
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
            table: Cow::Borrowed(diverging()),
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

    /// Adds it at (x, y), with a bar of this width and words in `room`. Returns the bottom.
    pub fn set(
        &self,
        items: &mut Vec<Item>,
        face: Type,
        (x, y): (f32, f32),
        (width, room): (f32, f32),
    ) -> f32 {
        let small = face.style(Weight::Regular, 0.8, SECONDARY);
        let y = small.set(items, self.title, (x, y), room, 2) + face.em * 0.6;
        let bar = Legend {
            table: &self.table,
            em: face.em,
            text: face.style(Weight::Regular, 0.85, INK),
            width,
            labels: self.labels.clone(),
        };
        let y = bar.set(items, x, y) + face.em * 0.65;
        let detail = face.style(Weight::Regular, 0.85, SECONDARY);
        detail.set(items, &self.details, (x, y), room, MAX_DETAIL_LINES)
    }
}

/// The maximum number of lines of a legend's details.
const MAX_DETAIL_LINES: usize = 6;
