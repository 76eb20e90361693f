//! Lays out the fields of a caption in columns, as text and a legend.

use super::{Caption, Field, significant};
use crate::picture::page::legend::Legend;
use crate::picture::page::text::{Style, Weight};
use crate::picture::page::{INK, Item, SECONDARY};

/// The maximum number of lines of a value.
const MAX_LINES: usize = 4;

/// A caption with the sizes of its layout.
pub(crate) struct Block<'a> {
    pub caption: &'a Caption,
    /// The em of the values, in pixels.
    pub em: f32,
    /// The left edges of the columns, relative to the block.
    pub columns: Vec<f32>,
    pub column_width: f32,
    /// The total width of all columns.
    pub width: f32,
}

impl Block<'_> {
    /// Adds all fields with the top left corner of the block at (x, y). Returns the bottom.
    pub fn set(&self, items: &mut Vec<Item>, x: f32, y: f32) -> f32 {
        let mut bottom = y;
        let fields = self.caption.fields();
        for row in fields.chunks(self.columns.len().max(1)) {
            let top = if bottom > y {
                bottom + self.em * 1.5
            } else {
                y
            };
            for (field, left) in row.iter().zip(&self.columns) {
                bottom = bottom.max(self.field(items, field, x + left, top));
            }
        }
        let style = self.style(Weight::Regular, 0.85, SECONDARY);
        for (i, note) in self.caption.notes.iter().enumerate() {
            bottom += self.em * if i == 0 { 1.5 } else { 0.65 };
            bottom = style.set(items, note, (x, bottom), self.width, MAX_LINES);
        }
        bottom
    }

    /// Adds one field from `top` on. Returns the bottom.
    fn field(&self, items: &mut Vec<Item>, field: &Field, x: f32, top: f32) -> f32 {
        let small = self.style(Weight::Regular, 0.8, SECONDARY);
        let mut y = small.set(items, field.label, (x, top), self.column_width, 1);
        y += self.em * 0.6;
        if field.legend {
            y = self.legend(items, x, y);
        } else {
            let style = self.style(Weight::Medium, 1.0, INK);
            y = style.set(items, &field.value, (x, y), self.column_width, MAX_LINES);
        }
        let style = self.style(Weight::Regular, 0.85, SECONDARY);
        for detail in &field.details {
            y += self.em * 0.65;
            y = style.set(items, detail, (x, y), self.column_width, MAX_LINES);
        }
        y
    }

    /// Adds the legend, with the values of both ends below. Returns the bottom.
    fn legend(&self, items: &mut Vec<Item>, x: f32, y: f32) -> f32 {
        let caption = self.caption;
        let end = caption.look.scale.end(caption.map_max);
        let zero = caption.map_max <= 0.0;
        let label = |text: String| if zero { String::new() } else { text };
        let legend = Legend {
            table: caption.look.table(),
            em: self.em,
            width: self.column_width,
            labels: [
                label("0".to_owned()),
                String::new(),
                label(significant(end)),
            ],
        };
        let bottom = legend.set(items, x, y);
        if !zero {
            return bottom;
        }
        let style = self.style(Weight::Regular, 0.85, INK);
        let (words, y) = ("the map is zero everywhere", bottom - style.ascent());
        style.set(items, words, (x, y), self.column_width, MAX_LINES)
    }

    fn style(&self, weight: Weight, size: f32, colour: [u8; 3]) -> Style {
        Style {
            weight,
            em: self.em * size,
            colour,
        }
    }
}
