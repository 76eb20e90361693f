//! Contours as pixels.

use image::{Rgba, RgbaImage};

use super::{Map, Scale};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::contours::{Contour, contours, contours_on};
use crate::picture::photo::geometry::Placement;

/// How wide a line is as a share of the long side of its picture, and at least in pixels.
const WIDTH: (f32, f32) = (1.0 / 350.0, 1.2);
/// How wide a line is with its edge, as a multiple of its width.
const EDGED: f32 = 2.0;
/// The alpha of the edge.
const EDGE_ALPHA: u8 = 150;

/// The colour of a line at a share of the scale, and that of the edge that sets it off from any photo.
pub fn line_colours(level: f32, colormap: Colormap) -> ([u8; 3], [u8; 4]) {
    let colour = colormap.table()[(level * 255.0) as usize];
    let [red, green, blue] = colour.map(f32::from);
    let is_dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 110.0;
    let edge = if is_dark { 255 } else { 0 };
    (colour, [edge, edge, edge, EDGE_ALPHA])
}

/// The contours of a map over nothing, the size of [`Placement::seen`].
pub fn contour_layer(
    map: &Map,
    placement: &Placement,
    colormap: Colormap,
    scale: Scale,
) -> RgbaImage {
    let (seen, source) = (placement.seen(), placement.source);
    let mut layer = RgbaImage::new(seen.width, seen.height);
    let long = placement.image.0.max(placement.image.1);
    let at = |[x, y]: [f32; 2]| {
        [
            (source.x + f64::from(x) * source.width - f64::from(seen.x)) as f32,
            (source.y + f64::from(y) * source.height - f64::from(seen.y)) as f32,
        ]
    };
    let lines = contours(map, scale.end(map.max()));
    draw(&mut layer, &lines, at, long, colormap);
    layer
}

/// The contours of a map over nothing, at any size (width, height) of the whole map.
pub fn small_contours(
    map: &Map,
    (width, height): (usize, usize),
    colormap: Colormap,
    end: f32,
) -> RgbaImage {
    let mut layer = RgbaImage::new(width as u32, height as u32);
    let at = |[x, y]: [f32; 2]| [x * width as f32, y * height as f32];
    let long = width.max(height) as u32;
    // No finer than can be seen: there are hundreds of them.
    let lines = contours_on(width.max(height) / 2, map, end);
    draw(&mut layer, &lines, at, long, colormap);
    layer
}

fn draw(
    layer: &mut RgbaImage,
    lines: &[Contour],
    at: impl Fn([f32; 2]) -> [f32; 2],
    long: u32,
    colormap: Colormap,
) {
    let width = (long as f32 * WIDTH.0).max(WIDTH.1);
    for Contour { level, points } in lines {
        let points: Vec<[f32; 2]> = points.iter().copied().map(&at).collect();
        let ([red, green, blue], edge) = line_colours(*level, colormap);
        stroke(layer, &points, width * EDGED, edge);
        stroke(layer, &points, width, [red, green, blue, 255]);
    }
}

/// Draws a line with smooth edges. It covers no pixel twice, however it bends.
fn stroke(layer: &mut RgbaImage, points: &[[f32; 2]], width: f32, ink: [u8; 4]) {
    let reach = width / 2.0 + 1.0;
    let (columns, rows) = (layer.width() as usize, layer.height() as usize);
    let span = |axis: usize, points: &[[f32; 2]], cells: usize| {
        let of = |pick: fn(f32, f32) -> f32| points.iter().map(|p| p[axis]).reduce(pick);
        let (least, most) = (of(f32::min).unwrap_or(0.0), of(f32::max).unwrap_or(0.0));
        let first = ((least - reach).max(0.0) as usize).min(cells);
        first
            ..((most + reach).max(0.0).ceil() as usize)
                .min(cells)
                .max(first)
    };
    let (across, down) = (span(0, points, columns), span(1, points, rows));
    let mut covered = vec![0_u8; across.len() * down.len()];
    for ends in points.windows(2) {
        for y in span(1, ends, rows) {
            for x in span(0, ends, columns) {
                let centre = [x as f32 + 0.5, y as f32 + 0.5];
                let far = distance(centre, ends[0], ends[1]) - width / 2.0;
                let share = (0.5 - far).clamp(0.0, 1.0);
                let at = (y - down.start) * across.len() + x - across.start;
                covered[at] = covered[at].max((share * 255.0).round() as u8);
            }
        }
    }
    for (index, share) in covered.iter().enumerate().filter(|(_, share)| **share > 0) {
        let x = across.start + index % across.len();
        let y = down.start + index / across.len();
        let pixel = layer.get_pixel_mut(x as u32, y as u32);
        *pixel = over(ink, f32::from(*share) / 255.0, *pixel);
    }
}

/// Ink that covers a share of a pixel, over what is there.
fn over(ink: [u8; 4], share: f32, below: Rgba<u8>) -> Rgba<u8> {
    let top = share * f32::from(ink[3]) / 255.0;
    let left = f32::from(below.0[3]) / 255.0 * (1.0 - top);
    let alpha = top + left;
    let mut mixed = [0; 4];
    for channel in 0..3 {
        let sum = f32::from(ink[channel]) * top + f32::from(below.0[channel]) * left;
        mixed[channel] = (sum / alpha).round() as u8;
    }
    mixed[3] = (alpha * 255.0).round() as u8;
    Rgba(mixed)
}

/// The distance of a point from the line between two others.
fn distance(point: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let (along, off) = (
        [to[0] - from[0], to[1] - from[1]],
        [point[0] - from[0], point[1] - from[1]],
    );
    let length = along[0] * along[0] + along[1] * along[1];
    let share = if length > 0.0 {
        ((off[0] * along[0] + off[1] * along[1]) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (off[0] - along[0] * share).hypot(off[1] - along[1] * share)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;
    use crate::picture::map::compose::overlay;
    use crate::picture::map::look::{Look, Overlay};
    use crate::picture::photo::geometry::{CropMode, Filter, Fit, Frame};

    #[test]
    fn contours_are_over_the_photo_where_the_map_has_their_value() {
        // From 0 at a quarter of the width to 1 at three quarters: lines at 490, 630, 770 and 910 of 1400 pixels.
        let frame = Frame {
            width: 400,
            height: 400,
            crop_pct: 1.0,
            mode: CropMode::Centre,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        let p = Placement::new((1400, 40), &frame, Fit::Stretch);
        let ramp = Map {
            width: 2,
            height: 1,
            values: vec![0.0, 1.0],
        };
        let look = |opacity| Look {
            colormap: Colormap::Grey,
            opacity,
            overlay: Overlay::Contours,
            scale: Scale::Own,
            difference_opacity: 1.0,
        };
        let photo = RgbImage::from_pixel(1400, 40, Rgb([10, 90, 30]));
        let drawn = |look: &Look| overlay(&photo, &ramp, &p, look);
        let faint = drawn(&look(0.1));
        // Opacity is for surfaces.
        assert_eq!(faint, drawn(&look(1.0)));
        for level in [0.2, 0.4, 0.6, 0.8_f32] {
            let x = (1400.0 * (0.25 + 0.5 * level)).round() as u32;
            let grey = Colormap::Grey.table()[(level * 255.0) as usize];
            for y in [0, 20, 39] {
                let beside = [x - 1, x].map(|x| faint.get_pixel(x, y).0);
                assert_eq!(beside, [grey; 2], "at {x}, {y}");
            }
        }
        for x in [0, 300, 480, 500, 620, 640, 760, 780, 900, 920, 1399] {
            assert_eq!(faint.get_pixel(x, 7).0, [10, 90, 30], "{x}");
        }
        // On a scale that ends at 2, half of the lines are beyond the map.
        let wide = Look {
            scale: Scale::UpTo(2.0),
            ..look(1.0)
        };
        let drawn = drawn(&wide);
        assert_ne!(drawn.get_pixel(630, 7).0, [10, 90, 30]);
        assert_eq!(drawn.get_pixel(490, 7).0, [10, 90, 30]);
    }
}
