//! Contours of a map over its photo, as lines that stay sharp at any zoom.

use egui::{Painter, Rect, Shape, Stroke};

use crate::app::textures::OverPhoto;
use crate::app::ui::kit::theme;
use crate::app::ui::stage::cell::picture_ui::part;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::line_colours;

/// The width of a line, and of the edge around it, in points.
const WIDTH: f32 = 1.5;
const EDGE: f32 = 3.0;

/// Draws the lines of a map, if it is shown by lines, on what the model saw of the photo.
pub fn lines_ui(painter: &Painter, over: &OverPhoto, photo_rect: Rect, colormap: Colormap) {
    if over.contours.is_empty() {
        return;
    }
    let seen = part(photo_rect, over.layer.seen);
    let covered = part(photo_rect, over.layer.covers);
    let painter = painter.with_clip_rect(painter.clip_rect().intersect(seen));
    for contour in &over.contours {
        let at = |[x, y]: &[f32; 2]| covered.min + egui::vec2(*x, *y) * covered.size();
        let points: Vec<egui::Pos2> = contour.points.iter().map(at).collect();
        let (colour, [edge, .., alpha]) = line_colours(contour.level, colormap);
        let edge = if edge > 0 {
            theme::light(alpha)
        } else {
            theme::shade(alpha)
        };
        for (width, colour) in [(EDGE, edge), (WIDTH, theme::data_colour(colour))] {
            let stroke = Stroke::new(width, colour);
            painter.add(if contour.points.first() == contour.points.last() {
                Shape::closed_line(points[1..].to_vec(), stroke)
            } else {
                Shape::line(points.clone(), stroke)
            });
        }
    }
}
