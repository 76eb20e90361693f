//! What stands under exported panels: which class, where, how sure, and what the colours mean.
//!
//! A picture leaves the program and travels alone; its caption must say enough to make it again.

use image::{Rgb, RgbImage};

use super::colormap::Colormap;
use super::compose::{Overlay, Scale};
use super::text::{Style, Weight};

/// What the panels show, as plain words and numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// The model's name: `squeezenet1_1`.
    pub model: String,
    /// The layer's path: `features.12`.
    pub layer: String,
    /// The class, or the score in words: `tabby rather than lynx`.
    pub class: String,
    /// Softmax of the class, in [0, 1]; `None` where the score is not of one class.
    pub probability: Option<f32>,
    /// In [0, 1].
    pub opacity: f32,
    pub overlay: Overlay,
    pub colormap: Colormap,
    /// The raw map's maximum: what the legend's right end stands for under [`Scale::Own`].
    pub map_max: f32,
    pub scale: Scale,
    /// Things to be said below, a line each.
    pub notes: Vec<String>,
}

/// A caption with its sizes, ready to be measured and drawn.
pub(super) struct Block<'a> {
    pub caption: &'a Caption,
    /// The em of the values, in pixels.
    pub em: f32,
    /// Left edges, from the block's own left edge, and width of its columns.
    pub columns: Vec<f32>,
    pub column_width: f32,
    /// The width of all columns together.
    pub width: f32,
}

/// One thing the caption tells: a small label, a value, and details below it.
struct Field {
    label: &'static str,
    value: String,
    details: Vec<String>,
    /// Draw the colour bar in the value's place.
    legend: bool,
}

const INK: [u8; 3] = [32; 3];
const SECONDARY: [u8; 3] = [104; 3];
const HAIRLINE: [u8; 3] = [176; 3];

/// Lines that a name may fill before it is cut short.
const MOST_LINES: usize = 4;

impl Block<'_> {
    /// Its height in pixels.
    pub fn height(&self) -> f32 {
        self.walk(None, 0.0, 0.0)
    }

    /// Draws it with its top left corner at (x, y).
    pub fn draw(&self, canvas: &mut RgbImage, x: f32, y: f32) {
        self.walk(Some(canvas), x, y);
    }

    /// Goes over all fields, drawing them where there is a canvas, and returns the height: one walk
    /// for both, so they cannot disagree.
    fn walk(&self, mut canvas: Option<&mut RgbImage>, x: f32, y: f32) -> f32 {
        let mut bottom = y;
        let fields = self.caption.fields();
        for row in fields.chunks(self.columns.len().max(1)) {
            let top = if bottom > y {
                bottom + self.em * 1.5
            } else {
                y
            };
            for (field, left) in row.iter().zip(&self.columns) {
                let end = self.field(canvas.as_deref_mut(), field, x + left, top);
                bottom = bottom.max(end);
            }
        }
        let style = self.style(Weight::Regular, 0.85, SECONDARY);
        for (i, note) in self.caption.notes.iter().enumerate() {
            bottom += self.em * if i == 0 { 1.5 } else { 0.65 };
            let lines = style.wrap(note, self.width, MOST_LINES);
            bottom = self.lines(canvas.as_deref_mut(), &lines, &style, x, bottom);
        }
        bottom - y
    }

    /// One field from `top` on; returns where it ends.
    fn field(&self, mut canvas: Option<&mut RgbImage>, field: &Field, x: f32, top: f32) -> f32 {
        let small = self.style(Weight::Regular, 0.8, SECONDARY);
        let label = [small.elide(field.label, self.column_width)];
        let mut y = self.lines(canvas.as_deref_mut(), &label, &small, x, top);
        y += self.em * 0.6;
        if field.legend {
            y = self.legend(canvas.as_deref_mut(), x, y);
        } else {
            let style = self.style(Weight::Medium, 1.0, INK);
            let lines = style.wrap(&field.value, self.column_width, MOST_LINES);
            y = self.lines(canvas.as_deref_mut(), &lines, &style, x, y);
        }
        let style = self.style(Weight::Regular, 0.85, SECONDARY);
        for detail in &field.details {
            let lines = style.wrap(detail, self.column_width, MOST_LINES);
            y += self.em * 0.65;
            y = self.lines(canvas.as_deref_mut(), &lines, &style, x, y);
        }
        y
    }

    /// The colours from left to right, with the values of both ends below; returns where it ends.
    fn legend(&self, mut canvas: Option<&mut RgbImage>, x: f32, y: f32) -> f32 {
        let (left, top) = (x.round() as u32, y.round() as u32);
        let right = (x + self.column_width).round() as u32;
        // As high as the capitals beside it, so that the row keeps its line.
        let bottom = (y + self.style(Weight::Medium, 1.0, INK).ascent()).round() as u32;
        if let Some(canvas) = canvas.as_deref_mut() {
            let table = self.caption.legend_colours();
            let hairline = ((self.em / 16.0).round() as u32).max(1);
            let steps = right.saturating_sub(left + 1).max(1);
            for column in left..right {
                for row in top..bottom {
                    let inside = column >= left + hairline
                        && column + hairline < right
                        && row >= top + hairline
                        && row + hairline < bottom;
                    let entry = 255 * u64::from(column - left) / u64::from(steps);
                    let colour = if inside {
                        table[entry as usize]
                    } else {
                        HAIRLINE
                    };
                    if let Some(pixel) = canvas.get_pixel_mut_checked(column, row) {
                        *pixel = Rgb(colour);
                    }
                }
            }
        }
        let style = self.style(Weight::Regular, 0.85, INK);
        let y = bottom as f32 + self.em * 0.45;
        let end = self.caption.scale.end(self.caption.map_max);
        let (zero, max) = ("0", significant(end));
        let room = self.column_width - style.width(zero) - self.em * 0.5;
        let bottom = y + style.ascent();
        if self.caption.map_max <= 0.0 {
            let lines = style.wrap("the map is zero everywhere", self.column_width, MOST_LINES);
            return self.lines(canvas, &lines, &style, x, y);
        }
        if let Some(canvas) = canvas {
            let max = style.elide(&max, room);
            style.draw(canvas, x, y, zero);
            style.draw(canvas, x + self.column_width - style.width(&max), y, &max);
        }
        bottom
    }

    /// Lines of text from `y` on; returns where the last one ends.
    fn lines(
        &self,
        mut canvas: Option<&mut RgbImage>,
        lines: &[String],
        style: &Style,
        x: f32,
        y: f32,
    ) -> f32 {
        let pitch = style.em * 1.3;
        for (i, line) in lines.iter().enumerate() {
            if let Some(canvas) = canvas.as_deref_mut() {
                style.draw(canvas, x, y + pitch * i as f32, line);
            }
        }
        y + pitch * lines.len().saturating_sub(1) as f32 + style.ascent()
    }

    fn style(&self, weight: Weight, size: f32, colour: [u8; 3]) -> Style {
        Style {
            weight,
            em: self.em * size,
            colour,
        }
    }
}

impl Caption {
    /// In the order of the panels above: what was asked, what the colours mean, where it was asked.
    fn fields(&self) -> Vec<Field> {
        let text = |label, value: &str, details| Field {
            label,
            value: value.to_owned(),
            details,
            legend: false,
        };
        let probability = self.probability.map(percent);
        vec![
            text(
                "Class",
                &self.class,
                probability
                    .map(|p| format!("probability {p}"))
                    .into_iter()
                    .collect(),
            ),
            Field {
                label: "Heat map scale",
                value: String::new(),
                details: self.scale_details(),
                legend: true,
            },
            text("Layer", &self.layer, Vec::new()),
            text("Model", &self.model, Vec::new()),
        ]
    }

    /// How the map is shown; its maximum where the legend ends at another value.
    fn scale_details(&self) -> Vec<String> {
        let mut details = vec![self.look()];
        if self.scale != Scale::Own && self.map_max > 0.0 {
            details.push(format!("map maximum {}", significant(self.map_max)));
        }
        details
    }

    /// The colours and how they were laid over the photo, in words.
    fn look(&self) -> String {
        let opacity = format!("opacity {:.0} %", self.opacity * 100.0);
        match self.overlay {
            Overlay::Blend => format!("{}, {opacity}", self.colormap),
            Overlay::Spotlight => format!("spotlight, {opacity}"),
        }
    }

    /// A spotlight's legend runs from dark to light, whatever colour map is chosen for blending.
    fn legend_colours(&self) -> &'static [[u8; 3]; 256] {
        match self.overlay {
            Overlay::Blend => self.colormap.table(),
            Overlay::Spotlight => Colormap::Grey.table(),
        }
    }
}

/// A value in three significant digits: `14.2`, `0.00312`, `1.20e-5`.
pub fn significant(value: f32) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e5).contains(&magnitude) {
        return format!("{value:.2e}");
    }
    // 9.996 rounds to 10.0, not to 10.00.
    let digits = format!("{magnitude:.2e}");
    let exponent = digits
        .split_once('e')
        .and_then(|(_, e)| e.parse::<i32>().ok());
    let decimals = (2 - exponent.unwrap_or(0)).max(0) as usize;
    format!("{value:.decimals$}")
}

/// A probability in per cent: `39.3 %`, and `< 0.1 %` rather than a zero that it is not.
pub fn percent(probability: f32) -> String {
    let percent = probability * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "< 0.1 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        let said = [
            0.0, 14.236, 9.996, 999.7, 1234.5, 0.003_124, 0.25, 1.2e-5, 3e7,
        ]
        .map(significant);
        assert_eq!(
            said,
            [
                "0", "14.2", "10.0", "1000", "1234", "0.00312", "0.250", "1.20e-5", "3.00e7"
            ]
        );
    }

    #[test]
    fn a_small_probability_is_not_called_zero() {
        assert_eq!(percent(0.3928), "39.3 %");
        assert_eq!(percent(0.0002), "< 0.1 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(1.0), "100.0 %");
    }
}
