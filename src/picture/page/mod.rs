//! A page of pictures and text, laid out once and drawn three ways: as pixels, as SVG and as PDF.
//!
//! A figure for a paper must stay sharp and its words searchable, while a screen wants pixels; a
//! layout of its own for each would drift apart. So a page holds what stands where, in whole pixels
//! for pictures, and text as text with the measures of the font it was laid out in.

pub mod caption;
mod file;
pub(crate) mod legend;
mod pdf;
mod raster;
pub(crate) mod sheet;
mod svg;
pub(crate) mod text;

use image::RgbImage;

use text::Style;

pub use file::Format;

/// Pictures, text and plain rectangles on a light ground. The origin is the top left corner
/// and one unit is a pixel of the pictures.
#[derive(Debug, Clone)]
pub struct Page {
    pub width: u32,
    pub height: u32,
    /// What the file calls itself where its format has a place for that.
    pub title: String,
    /// Drawn in their order.
    pub(crate) items: Vec<Item>,
}

/// The ground of every page: a light neutral grey, since colour beside a photograph changes how it
/// is seen.
pub(crate) const GROUND: [u8; 3] = [244; 3];
/// What is read first.
pub(crate) const INK: [u8; 3] = [32; 3];
/// What is read second.
pub(crate) const SECONDARY: [u8; 3] = [104; 3];

/// Something on a page.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// Shown pixel by pixel, its top left corner at (x, y).
    Picture {
        x: u32,
        y: u32,
        rgb: RgbImage,
    },
    /// Filled, without an outline.
    Rectangle {
        x: u32,
        y: u32,
        width: u32,
        height: u32,
        colour: [u8; 3],
    },
    Text(Run),
}

/// One line of text in one style.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Where the run's [`Anchor`] lies.
    pub x: f32,
    /// The tops of its capitals.
    pub y: f32,
    pub text: String,
    pub style: Style,
    pub anchor: Anchor,
}

/// Which point of a run `x` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Page {
    pub(crate) fn new((width, height): (u32, u32), title: &str, items: Vec<Item>) -> Page {
        Page {
            width,
            height,
            title: printable(title),
            items,
        }
    }
}

impl Run {
    /// A run from `x` on. What cannot be printed becomes a space: no format has a place for it.
    pub fn new(x: f32, y: f32, text: &str, style: Style) -> Run {
        Run {
            x,
            y,
            text: printable(text),
            style,
            anchor: Anchor::Start,
        }
    }

    /// The same run with its middle or its end at `x`.
    pub fn anchored(self, anchor: Anchor) -> Run {
        Run { anchor, ..self }
    }

    /// In pixels, as it was laid out.
    pub fn width(&self) -> f32 {
        self.style.width(&self.text)
    }

    /// Its left edge.
    pub fn left(&self) -> f32 {
        match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - self.width() / 2.0,
            Anchor::End => self.x - self.width(),
        }
    }

    /// Where its letters stand, on a whole pixel so that they are sharp.
    pub fn baseline(&self) -> f32 {
        (self.y + self.style.ascent()).round()
    }
}

impl Style {
    /// Adds `text` in at most `most` lines of `width` pixels from (x, y) on, the tops of the first
    /// line's capitals at `y`; returns where the last line's letters stand.
    pub(crate) fn set(
        &self,
        items: &mut Vec<Item>,
        text: &str,
        (x, y): (f32, f32),
        width: f32,
        most: usize,
    ) -> f32 {
        let pitch = self.em * 1.3;
        let mut bottom = y + self.ascent();
        for (i, line) in self.wrap(text, width, most).iter().enumerate() {
            let y = y + pitch * i as f32;
            items.push(Item::Text(Run::new(x, y, line, *self)));
            bottom = y + self.ascent();
        }
        bottom
    }
}

/// The text without what no font and no XML file has a place for.
fn printable(text: &str) -> String {
    text.replace(
        |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'),
        " ",
    )
}

#[cfg(test)]
pub(crate) mod tests;
