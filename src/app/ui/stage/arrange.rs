//! The layout of the panels. A single view is laid out in one row, or two by two where that shows the
//! images larger. Several views are laid out as rows with aligned columns.

use egui::{Rect, Vec2, vec2};

use crate::app::state::view_options::Arrangement;
use crate::app::ui::kit::theme::GRID;

/// The gap between two panels.
const GAP: f32 = 2.0 * GRID;
/// The height of the head above each image: its title and a caption.
pub const HEAD: f32 = 42.0;
/// Panels are at least this large, however thin the image.
const MIN_SIDE: f32 = 96.0;

/// The rectangles of the four images.
pub fn layout(stage: Rect, picture: Vec2, arrangement: Arrangement) -> [Rect; 4] {
    let fitted = |columns: f32| {
        let rows = 4.0 / columns;
        let room = vec2(
            (stage.width() - GAP * (columns - 1.0)) / columns,
            (stage.height() - GAP * (rows - 1.0)) / rows - HEAD,
        );
        let scale = (room.x / picture.x).min(room.y / picture.y);
        (picture * scale)
            .max(Vec2::splat(MIN_SIDE))
            .min(room.max(Vec2::splat(1.0)))
            .floor()
    };
    let (row, square) = (fitted(4.0), fitted(2.0));
    let columns = match arrangement {
        Arrangement::Row => 4,
        Arrangement::Square => 2,
        // Side by side is best for comparing, so it wins if the areas are close.
        Arrangement::Automatic if square.x * square.y > row.x * row.y * 1.3 => 2,
        Arrangement::Automatic => 4,
    };
    let size = if columns == 4 { row } else { square };
    let rows = 4 / columns;
    let cell = size + vec2(GAP, HEAD + GAP);
    let block = cell * vec2(columns as f32, rows as f32) - Vec2::splat(GAP);
    let corner = stage.min + ((stage.size() - block) / 2.0).max(Vec2::ZERO).floor();
    std::array::from_fn(|i| {
        let offset = cell * vec2((i % columns) as f32, (i / columns) as f32);
        Rect::from_min_size(corner + offset + vec2(0.0, HEAD), size)
    })
}

/// The height of the head above each of several rows.
pub const ROW_HEAD: f32 = 32.0;
/// The gap between a row's images and the next row.
const ROW_GAP: f32 = GRID;
/// Images in rows are at least this high; if they do not fit, the rows scroll.
const MIN_ROW_PICTURE: f32 = 144.0;

/// The layout of several rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The left edges of the four columns, relative to the stage's left edge.
    pub columns: [f32; 4],
    pub width: f32,
    /// For each row: the top of its head, relative to the first row, and the height of its images.
    pub tops: Vec<(f32, f32)>,
    /// The total height of all rows.
    pub height: f32,
}

/// Lays out rows of images of the given sizes in a stage. The rows shrink to fit if their images stay
/// large enough; otherwise they are higher than the stage and scroll.
pub fn rows(stage: Vec2, pictures: &[Vec2]) -> Rows {
    let widest = ((stage.x - 3.0 * GAP) / 4.0).max(MIN_SIDE);
    let natural: Vec<f32> = pictures
        .iter()
        .map(|p| widest * p.y / p.x.max(1.0))
        .collect();
    let count = pictures.len() as f32;
    let room = stage.y - count * (ROW_HEAD + ROW_GAP) + ROW_GAP;
    let shrink = (room / natural.iter().sum::<f32>()).min(1.0);
    let heights: Vec<f32> = natural
        .iter()
        .map(|natural| {
            let min = natural.min(MIN_ROW_PICTURE);
            // A tall image must not push the others out of view.
            let max = (stage.y - ROW_HEAD).max(MIN_ROW_PICTURE);
            (natural * shrink).max(min).min(max).floor()
        })
        .collect();
    let shown = pictures.iter().zip(&heights);
    let width = shown
        .map(|(picture, height)| height * picture.x / picture.y.max(1.0))
        .fold(MIN_SIDE, f32::max)
        .min(widest)
        .floor();
    let block = 4.0 * width + 3.0 * GAP;
    let left = ((stage.x - block) / 2.0).max(0.0).floor();
    let mut top = 0.0;
    let tops = heights.into_iter().map(|height| {
        let row = (top, height);
        top += ROW_HEAD + height + ROW_GAP;
        row
    });
    let tops: Vec<(f32, f32)> = tops.collect();
    Rows {
        columns: std::array::from_fn(|i| left + (width + GAP) * i as f32),
        width,
        tops,
        height: (top - ROW_GAP).max(0.0),
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    const STAGE: Rect = Rect {
        min: pos2(280.0, 48.0),
        max: pos2(1160.0, 780.0),
    };

    #[test]
    fn panels_are_equal_in_size_apart_and_inside_the_stage() {
        for arrangement in Arrangement::ALL {
            for picture in [vec2(451.0, 300.0), vec2(300.0, 900.0), vec2(1.0, 1.0)] {
                let rects = layout(STAGE, picture, arrangement);
                for (i, a) in rects.iter().enumerate() {
                    assert_eq!(a.size(), rects[0].size());
                    assert!(
                        STAGE.expand(0.5).contains_rect(*a),
                        "{arrangement:?} {picture}: {a}"
                    );
                    for b in &rects[..i] {
                        assert!(!a.intersects(*b));
                    }
                }
            }
        }
    }

    #[test]
    fn wide_images_are_laid_out_two_by_two_and_tall_ones_in_a_row() {
        let columns = |picture| {
            let rects = layout(STAGE, picture, Arrangement::Automatic);
            rects.iter().filter(|r| r.top() == rects[0].top()).count()
        };
        assert_eq!(columns(vec2(600.0, 400.0)), 2);
        assert_eq!(columns(vec2(300.0, 900.0)), 4);
    }

    #[test]
    fn few_rows_fit_and_many_keep_the_minimum_height() {
        let stage = vec2(1000.0, 640.0);
        let wide = vec2(600.0, 400.0);
        let few = rows(stage, &[wide; 3]);
        assert!(few.height <= stage.y, "{}", few.height);
        let many = rows(stage, &[wide; 9]);
        assert!(many.height > stage.y);
        for rows in [few, many] {
            for pair in rows.tops.windows(2) {
                assert_eq!(pair[1].0, pair[0].0 + ROW_HEAD + pair[0].1 + ROW_GAP);
                assert!(pair[0].1 >= MIN_ROW_PICTURE);
            }
            assert!(rows.columns[3] + rows.width <= stage.x);
            assert!(rows.columns[0] >= 0.0);
        }
    }

    #[test]
    fn lays_out_extremely_thin_images_among_others() {
        let mixed = rows(vec2(880.0, 640.0), &[vec2(1.0, 5000.0), vec2(5000.0, 1.0)]);
        assert!(mixed.tops[0].1 <= 640.0);
        assert!(mixed.tops[1].1 >= 0.0);
        assert!(mixed.width >= MIN_SIDE);
    }
}
