//! How a figure is set on its page: how large it is, and what is around its panels.

use crate::picture::map::compose::Unseen;
use crate::picture::page::{Ground, MM_PER_INCH};

/// How a figure is set on its page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// How large it is.
    pub extent: Extent,
    /// What is behind it.
    pub ground: Ground,
    /// What becomes of the part of the photo that the model did not see.
    pub unseen: Unseen,
    /// Whether the panels are numbered (a), (b), (c).
    pub letters: bool,
    /// Whether the class, the files and the numbers stand below each row.
    pub captions: bool,
    /// The most panels in a line; longer rows are broken. `None` keeps each row in one line.
    pub columns: Option<usize>,
}

/// The size of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// The longest side of a panel in pixels, no more than the photo has. Text and margins are in proportion.
    Pixels(u32),
    /// A width on paper, with text of one size.
    Print(Print),
}

/// A size on paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Print {
    /// The width of the whole figure in millimetres.
    pub width_mm: f32,
    /// The size of all text in points.
    pub text_pt: f32,
    /// The pixels of the panels in an inch; of everything in a PNG.
    pub dpi: f32,
}

/// Points in an inch.
const POINTS: f32 = 72.0;

impl Print {
    /// The width of one column of a two-column journal.
    pub const ONE_COLUMN_MM: f32 = 85.0;
    /// The width of both columns.
    pub const TWO_COLUMNS_MM: f32 = 180.0;

    /// A width with the usual text and resolution.
    pub fn of_width(width_mm: f32) -> Print {
        Print {
            width_mm,
            text_pt: 8.0,
            dpi: 300.0,
        }
    }

    /// The width in pixels.
    pub fn width_px(&self) -> u32 {
        let px = f64::from(self.width_mm) / MM_PER_INCH * f64::from(self.dpi);
        (px.round() as u32).max(1)
    }

    /// The size of text in pixels.
    pub(super) fn em(&self) -> f32 {
        self.text_pt / POINTS * self.dpi
    }

    /// The pixels in an inch at which a page of whole pixels has exactly this width.
    fn per_inch(&self) -> f64 {
        f64::from(self.width_px()) / f64::from(self.width_mm) * MM_PER_INCH
    }
}

impl Setting {
    /// Panels of at most so many pixels, on white.
    pub fn within(max_px: u32) -> Setting {
        Setting {
            extent: Extent::Pixels(max_px),
            ground: Ground::default(),
            unseen: Unseen::default(),
            letters: false,
            captions: true,
            columns: None,
        }
    }

    /// The same page with fewer pixels: about so many in its width, in which there are so many panels.
    #[must_use]
    pub fn small(&self, width_px: u32, panels: usize) -> Setting {
        let extent = match self.extent {
            Extent::Pixels(max_px) => Extent::Pixels((width_px / panels.max(1) as u32).min(max_px)),
            Extent::Print(print) => {
                let dpi = (f64::from(width_px) * MM_PER_INCH / f64::from(print.width_mm)) as f32;
                Extent::Print(Print {
                    dpi: dpi.min(print.dpi),
                    ..print
                })
            }
        };
        Setting { extent, ..*self }
    }

    /// The pixels of the page in an inch of paper, if it has a size on paper.
    pub(super) fn per_inch(&self) -> Option<f64> {
        match self.extent {
            Extent::Pixels(_) => None,
            Extent::Print(print) => Some(print.per_inch()),
        }
    }

    /// No panel is longer than this many pixels, so no larger photo is needed to draw it.
    pub fn longest_panel(&self) -> u32 {
        match self.extent {
            Extent::Pixels(max_px) => max_px,
            // A tall photo is higher than the figure is wide.
            Extent::Print(print) => print.width_px().saturating_mul(TALLEST),
        }
    }
}

/// How much higher a panel may be on paper than the figure is wide.
const TALLEST: u32 = 2;
