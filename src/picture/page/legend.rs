//! The colour bar that explains the colours of a map.

use image::{Rgb, RgbImage};

use super::text::{Style, Weight};
use super::{Anchor, INK, Item, Run};

const HAIRLINE: [u8; 3] = [176; 3];

/// A framed colour table from left to right, with labels below.
pub(crate) struct Legend<'a> {
    pub table: &'a [[u8; 3]; 256],
    /// The em of the text around it, in pixels.
    pub em: f32,
    /// The style of the labels.
    pub text: Style,
    /// The width in pixels.
    pub width: f32,
    /// The labels below the left end, the middle and the right end; the middle one only if there is room.
    pub labels: [String; 3],
}

impl Legend<'_> {
    /// Adds the bar with its top left corner at (x, y), and its labels. Returns the baseline of the labels.
    pub fn set(&self, items: &mut Vec<Item>, x: f32, y: f32) -> f32 {
        let y = self.bar(items, x, y) + self.em * 0.45;
        let style = self.text;
        let [left, middle, right] = &self.labels;
        let gap = self.em * 0.5;
        let room = |taken: f32| self.width - taken - if taken > 0.0 { gap } else { 0.0 };
        let left = style.elide(left, self.width);
        let right = style.elide(right, room(style.width(&left)));
        let (left_end, right_start) = (style.width(&left), self.width - style.width(&right));
        let half = style.width(middle) / 2.0 + gap;
        let centre = self.width / 2.0;
        let fits = centre - half >= left_end && centre + half <= right_start;
        let middle = if fits { middle.as_str() } else { "" };
        for (at, text, anchor) in [
            (0.0, left.as_str(), Anchor::Start),
            (centre, middle, Anchor::Middle),
            (self.width, right.as_str(), Anchor::End),
        ] {
            if !text.is_empty() {
                items.push(Item::Text(
                    Run::new(x + at, y, text, style).anchored(anchor),
                ));
            }
        }
        y + style.ascent()
    }

    /// Adds the framed bar, as high as the capitals beside it, so that they line up. Returns the bottom.
    fn bar(&self, items: &mut Vec<Item>, x: f32, y: f32) -> f32 {
        let capitals = Style {
            weight: Weight::Medium,
            em: self.em,
            colour: INK,
        };
        let (left, top) = (x.round() as u32, y.round() as u32);
        let right = (x + self.width).round() as u32;
        let bottom = (y + capitals.ascent()).round() as u32;
        let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
        items.push(Item::Rectangle {
            x: left,
            y: top,
            width,
            height,
            colour: HAIRLINE,
        });
        let frame = ((self.em / 16.0).round() as u32).max(1);
        let inside = (
            width.saturating_sub(2 * frame),
            height.saturating_sub(2 * frame),
        );
        if inside.0 > 0 && inside.1 > 0 {
            let steps = u64::from(width - 1);
            let entry = |column: u32| (255 * u64::from(column + frame) / steps) as usize;
            let rgb = RgbImage::from_fn(inside.0, inside.1, |column, _| {
                Rgb(self.table[entry(column)])
            });
            let (x, y) = (left + frame, top + frame);
            items.push(Item::Picture { x, y, rgb });
        }
        bottom as f32
    }
}
