//! Text in Roboto, measured before it is drawn so that nothing is cut off.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, PxScale, PxScaleFont, ScaleFont, point};

/// Size, weight and colour of a run of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    pub weight: Weight,
    /// The em in pixels.
    pub em: f32,
    pub colour: [u8; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Medium,
}

impl Weight {
    pub const ALL: [Weight; 2] = [Weight::Regular, Weight::Medium];

    /// The font file.
    pub fn file(self) -> &'static [u8] {
        match self {
            Weight::Regular => include_bytes!("../../../assets/fonts/Roboto-Regular.ttf"),
            Weight::Medium => include_bytes!("../../../assets/fonts/Roboto-Medium.ttf"),
        }
    }

    pub fn font(self) -> &'static FontRef<'static> {
        match self {
            Weight::Regular => &REGULAR,
            Weight::Medium => &MEDIUM,
        }
    }
}

impl Style {
    /// The width of `text` in pixels.
    pub fn width(&self, text: &str) -> f32 {
        let mut right = 0.0;
        self.lay_out(text, |_, end| right = end);
        right
    }

    /// From the top of the capitals to the baseline, in pixels.
    pub fn ascent(&self) -> f32 {
        const CAP_HEIGHT: f32 = 0.711;
        self.em * CAP_HEIGHT
    }

    /// Draws one line with its left edge at `x` and the top of its capitals at `y`: calls `ink` with the position of
    /// a pixel, and with how much of it is covered.
    pub fn draw(&self, x: f32, y: f32, text: &str, mut ink: impl FnMut(u32, u32, f32)) {
        let baseline = (y + self.ascent()).round();
        let font = self.font();
        self.lay_out(text, |mut glyph, _| {
            glyph.position = point(x.round() + glyph.position.x, baseline);
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                let (left, top) = (bounds.min.x as i64, bounds.min.y as i64);
                outline.draw(|dx, dy, cover| {
                    let at = (left + i64::from(dx), top + i64::from(dy));
                    if let (Ok(x), Ok(y)) = (u32::try_from(at.0), u32::try_from(at.1)) {
                        ink(x, y, cover);
                    }
                });
            }
        });
    }

    /// Wraps `text` to at most `lines` lines of `width` pixels: at spaces, otherwise after the punctuation
    /// of paths, otherwise anywhere. The last line is elided.
    pub fn wrap(&self, text: &str, width: f32, lines: usize) -> Vec<String> {
        let mut wrapped = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && wrapped.len() < lines {
            if wrapped.len() + 1 == lines {
                wrapped.push(self.elide(rest, width));
                break;
            }
            let end = self.break_before(rest, width);
            wrapped.push(rest[..end].trim_end().to_owned());
            rest = rest[end..].trim_start();
        }
        wrapped
    }

    /// `text`, or as much of it as fits into `width` with an ellipsis.
    pub fn elide(&self, text: &str, width: f32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let room = width - self.width("…");
        let end = self.fitting(text, room);
        format!("{}…", text[..end].trim_end())
    }

    /// The byte at which a line of `width` pixels ends, after at least one character.
    fn break_before(&self, text: &str, width: f32) -> usize {
        let end = self.fitting(text, width);
        if end == text.len() {
            return end;
        }
        let after = |found: Option<(usize, char)>| found.map(|(at, c)| at + c.len_utf8());
        // A space right after the line is as good as one inside it.
        if text[end..].starts_with(' ') {
            return end;
        }
        let line = &text[..end];
        let space = line.char_indices().rfind(|(_, c)| *c == ' ');
        let joint = line.char_indices().rfind(|(_, c)| "._-/@,".contains(*c));
        let first = text.chars().next().map_or(0, char::len_utf8);
        after(space).or(after(joint)).unwrap_or(end).max(first)
    }

    /// The length in bytes of the longest prefix of `text` that fits into `width`.
    fn fitting(&self, text: &str, width: f32) -> usize {
        let mut ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let mut fits = 0;
        self.lay_out(text, |_, right| {
            if let Some(end) = ends.next()
                && right <= width
            {
                fits = end;
            }
        });
        fits
    }

    /// Calls `each` with every glyph, positioned on a line from 0, and the pen position after it.
    fn lay_out(&self, text: &str, mut each: impl FnMut(Glyph, f32)) {
        let font = self.font();
        let mut pen = 0.0;
        let mut before = None;
        for c in text.chars() {
            let id = font.glyph_id(if c.is_control() { ' ' } else { c });
            if let Some(before) = before {
                pen += font.kern(before, id);
            }
            let glyph = id.with_scale_and_position(font.scale(), point(pen, 0.0));
            pen += font.h_advance(id);
            before = Some(id);
            each(glyph, pen);
        }
    }

    fn font(&self) -> PxScaleFont<&'static FontRef<'static>> {
        let font = self.weight.font();
        // ab_glyph scales by the line height, not by the em.
        let height = font.height_unscaled() / font.units_per_em().unwrap_or(1000.0);
        font.into_scaled(PxScale::from(self.em * height))
    }
}

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| compiled_in(Weight::Regular));
static MEDIUM: LazyLock<FontRef<'static>> = LazyLock::new(|| compiled_in(Weight::Medium));

#[expect(
    clippy::expect_used,
    reason = "the bytes are fixed when the program is built, and the tests below read both fonts"
)]
fn compiled_in(weight: Weight) -> FontRef<'static> {
    FontRef::try_from_slice(weight.file()).expect("the fonts compiled into the program are valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style {
        weight: Weight::Regular,
        em: 20.0,
        colour: [0; 3],
    };

    #[test]
    fn measures_digits_alike_and_medium_wider() {
        let zero = STYLE.width("0");
        for digit in '1'..='9' {
            assert_eq!(STYLE.width(&digit.to_string()), zero);
        }
        let medium = Style {
            weight: Weight::Medium,
            ..STYLE
        };
        assert!(medium.width("Guided backprop") > STYLE.width("Guided backprop"));
    }

    #[test]
    fn draws_within_the_measured_width_and_cap_height() {
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        STYLE.draw(10.0, 20.0, "HEAT", |x, y, cover| {
            if cover > 0.5 {
                columns.push(x);
                rows.push(y);
            }
        });
        let (left, right) = (
            *columns.iter().min().unwrap(),
            *columns.iter().max().unwrap(),
        );
        assert!(left >= 10 && right as f32 <= 10.0 + STYLE.width("HEAT"));
        let (top, bottom) = (*rows.iter().min().unwrap(), *rows.iter().max().unwrap());
        assert!(
            (19..=21).contains(&top) && (33..=35).contains(&bottom),
            "{top}..{bottom}"
        );
    }

    #[test]
    fn wraps_at_spaces_then_at_punctuation() {
        let width = STYLE.width("Egyptian cat");
        assert_eq!(STYLE.wrap("Egyptian cat", width, 3), ["Egyptian cat"]);
        assert_eq!(
            STYLE.wrap("Egyptian cat", width - 1.0, 3),
            ["Egyptian", "cat"]
        );
        let path = "features.denseblock4.denselayer16.conv2";
        let lines = STYLE.wrap(path, STYLE.width("features.denseblock4.de"), 5);
        assert_eq!(lines, ["features.denseblock4.", "denselayer16.conv2"]);
        let lines = STYLE.wrap("supercalifragilistic", STYLE.width("super"), 9);
        assert_eq!(lines.concat(), "supercalifragilistic");
        assert!(lines.len() > 3);
    }

    #[test]
    fn elides_what_does_not_fit() {
        let width = STYLE.width("a long class");
        let lines = STYLE.wrap("a long class name that goes on and on", width, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(lines.iter().all(|line| STYLE.width(line) <= width));
        // Without any room it still ends.
        assert_eq!(STYLE.wrap("abc", 1.0, 2), ["a", "…"]);
    }
}
