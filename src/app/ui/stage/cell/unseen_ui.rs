//! What the network did not see of a photo: dark or, in the light theme, pale as in figures, and hatched, so that it cannot be taken for a part without
//! importance, which the network did see.

use egui::{Painter, Rect, Stroke, Ui, pos2};

use crate::app::ui::kit::theme;
use crate::picture::map::compose::unseen_shade;
use crate::picture::map::look::Overlay;

/// The distance between two lines of the hatch, along the edge of a part.
const STEP: f32 = 9.0;
/// Parts narrower than this are not hatched: the lines would be dots.
const MIN_HATCHED: f32 = 4.0;

/// The share of white over what was not seen in the light theme, and of grey in the lines there, as in figures.
const PALE: u8 = 153;
const PALE_LINE: u8 = 72;

/// How what was not seen is drawn: as dark as the window, or as pale as a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    Dark,
    Pale,
}

impl Under {
    fn of(ui: &Ui, overlay: Option<Overlay>) -> Under {
        match overlay {
            // What was not seen is never brighter there than what was.
            Some(Overlay::Spotlight) => Under::Dark,
            Some(Overlay::Blend | Overlay::Contours | Overlay::Cells) | None
                if ui.visuals().dark_mode =>
            {
                Under::Dark
            }
            Some(Overlay::Blend | Overlay::Contours | Overlay::Cells) | None => Under::Pale,
        }
    }
}

/// Covers what is outside of `seen`: in a spotlight it is never brighter than what was seen.
pub fn shade_unseen(
    ui: &Ui,
    painter: &Painter,
    photo_rect: Rect,
    seen: Rect,
    (overlay, opacity): (Overlay, f32),
) {
    let shade = match Under::of(ui, Some(overlay)) {
        Under::Dark => theme::shade((unseen_shade(overlay, opacity) * 255.0).round() as u8),
        Under::Pale => theme::light(PALE),
    };
    for part in unseen_parts(photo_rect, seen) {
        painter.rect_filled(part, 0.0, shade);
    }
}

/// Draws lines over what is outside of `seen`, of a map in this overlay or of signed values.
pub fn hatch_unseen(
    ui: &Ui,
    painter: &Painter,
    photo_rect: Rect,
    seen: Rect,
    overlay: Option<Overlay>,
) {
    let stroke = match Under::of(ui, overlay) {
        Under::Dark => Stroke::new(1.0, theme::light(30)),
        Under::Pale => Stroke::new(1.0, theme::shade(PALE_LINE)),
    };
    for part in unseen_parts(photo_rect, seen) {
        let visible = part.intersect(painter.clip_rect());
        if visible.width() < MIN_HATCHED || visible.height() < MIN_HATCHED {
            continue;
        }
        let painter = painter.with_clip_rect(visible);
        // The lines of all parts are those of one grid, so that they meet at the corners.
        let sum = |corner: egui::Pos2| corner.x + corner.y;
        let first = (sum(visible.min) / STEP).floor() as i32;
        let last = (sum(visible.max) / STEP).ceil() as i32;
        for line in first..=last {
            let at = line as f32 * STEP;
            let from = pos2(at - visible.top(), visible.top());
            let to = pos2(at - visible.bottom(), visible.bottom());
            painter.line_segment([from, to], stroke);
        }
    }
}

/// The parts of the photo around `seen`, without those that are empty.
fn unseen_parts(photo: Rect, seen: Rect) -> impl Iterator<Item = Rect> {
    let bars = [
        Rect::from_min_max(photo.min, pos2(photo.right(), seen.top())),
        Rect::from_min_max(pos2(photo.left(), seen.bottom()), photo.max),
        Rect::from_min_max(
            pos2(photo.left(), seen.top()),
            pos2(seen.left(), seen.bottom()),
        ),
        Rect::from_min_max(
            pos2(seen.right(), seen.top()),
            pos2(photo.right(), seen.bottom()),
        ),
    ];
    bars.into_iter()
        .filter(|bar| bar.width() > 0.0 && bar.height() > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_around_what_was_seen_cover_the_rest_once() {
        let photo = Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 80.0));
        let seen = Rect::from_min_max(pos2(30.0, 25.0), pos2(90.0, 80.0));
        let parts: Vec<Rect> = unseen_parts(photo, seen).collect();
        let area: f32 = parts.iter().map(Rect::area).sum();
        assert!((area + seen.area() - photo.area()).abs() < 1e-3);
        for (i, part) in parts.iter().enumerate() {
            let apart = |other: &Rect| part.intersect(*other).area() <= 0.0;
            assert!(apart(&seen) && parts[..i].iter().all(apart));
        }
        assert_eq!(unseen_parts(photo, photo).count(), 0);
    }
}
