//! A page of images and text, laid out once and drawn as pixels, SVG or PDF.
//!
//! A figure for a paper must be sharp and its text searchable, while a screen needs pixels. Separate
//! layouts would drift apart. So a page has images at integer positions, and text as text with the
//! metrics of the font it was laid out with.
//!
//! This may use `map` for looks and scales, `photo` for resampling, and `write`.

pub mod caption;
mod file;
mod ground;
pub(crate) mod legend;
mod pdf;
mod raster;
mod svg;
pub(crate) mod text;

use image::RgbImage;

use text::Style;

pub use file::Format;
pub use ground::Ground;

/// Images, text and rectangles. The origin is the top left corner, and one unit is one pixel of the images.
#[derive(Debug, Clone)]
pub struct Page {
    /// In units of the page.
    pub width: u32,
    /// In units of the page.
    pub height: u32,
    /// The title in the metadata of the file, if the format has one.
    pub title: String,
    /// What is behind the items.
    pub ground: Ground,
    /// Units in an inch of paper; `None` for a page without a size in print.
    pub per_inch: Option<f64>,
    /// What had to be reduced because the page would have been too large, in words.
    pub reduced: Option<String>,
    /// Drawn in this order.
    pub(crate) items: Vec<Item>,
}

/// Millimetres in an inch.
pub(crate) const MM_PER_INCH: f64 = 25.4;

/// The colour of primary text.
pub(crate) const INK: [u8; 3] = [32; 3];
/// The colour of secondary text.
pub(crate) const SECONDARY: [u8; 3] = [104; 3];

/// An element of a page.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// Drawn pixel by pixel with its top left corner at (x, y).
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
    /// The position of the run's [`Anchor`].
    pub x: f32,
    /// The top of its capitals.
    pub y: f32,
    pub text: String,
    pub style: Style,
    pub anchor: Anchor,
}

/// The point of a run that `x` refers to.
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
            ground: Ground::default(),
            per_inch: None,
            reduced: None,
            items,
        }
    }

    /// The size on paper (width, height) in millimetres, if it has one.
    pub fn millimetres(&self) -> Option<(f64, f64)> {
        let per_inch = self.per_inch?;
        let side = |units: u32| f64::from(units) / per_inch * MM_PER_INCH;
        Some((side(self.width), side(self.height)))
    }
}

impl Run {
    /// A run that starts at `x`. Unprintable characters become spaces, because no format allows them.
    pub fn new(x: f32, y: f32, text: &str, style: Style) -> Run {
        Run {
            x,
            y,
            text: printable(text),
            style,
            anchor: Anchor::Start,
        }
    }

    /// The run with another anchor at `x`.
    pub fn anchored(self, anchor: Anchor) -> Run {
        Run { anchor, ..self }
    }

    /// Its width in pixels, as laid out.
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

    /// Its baseline, rounded to a pixel so that the letters are sharp.
    pub fn baseline(&self) -> f32 {
        (self.y + self.style.ascent()).round()
    }
}

impl Style {
    /// From one line to the next, in pixels.
    pub(crate) fn pitch(&self) -> f32 {
        self.em * 1.3
    }

    /// Adds `text` in at most `max_lines` lines of `width` pixels. (x, y) is the start of the first line, at
    /// the top of its capitals. Returns the baseline of the last line.
    pub(crate) fn set(
        &self,
        items: &mut Vec<Item>,
        text: &str,
        (x, y): (f32, f32),
        width: f32,
        max_lines: usize,
    ) -> f32 {
        let pitch = self.pitch();
        let mut bottom = y + self.ascent();
        for (i, line) in self.wrap(text, width, max_lines).iter().enumerate() {
            let y = y + pitch * i as f32;
            items.push(Item::Text(Run::new(x, y, line, *self)));
            bottom = y + self.ascent();
        }
        bottom
    }
}

/// The text without characters that fonts and XML do not support.
fn printable(text: &str) -> String {
    text.replace(
        |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'),
        " ",
    )
}

#[cfg(test)]
pub(crate) mod tests;
