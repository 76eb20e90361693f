//! Where the panels stand: of one view side by side, or two by two where that shows the pictures
//! larger; of several views in rows under each other, column under column.

use egui::{Rect, Vec2, vec2};

use crate::app::state::view_options::Arrangement;
use crate::app::ui::kit::theme::GRID;

/// Between two panels.
const GAP: f32 = 2.0 * GRID;
/// Above each picture: its title and a line that says more.
pub const HEAD: f32 = 42.0;
/// No panel is smaller than this, however thin the picture.
const SMALLEST: f32 = 96.0;

/// How large each panel's picture is and where it stands.
pub fn layout(stage: Rect, picture: Vec2, arrangement: Arrangement) -> [Rect; 4] {
    let fitted = |columns: f32| {
        let rows = 4.0 / columns;
        let room = vec2(
            (stage.width() - GAP * (columns - 1.0)) / columns,
            (stage.height() - GAP * (rows - 1.0)) / rows - HEAD,
        );
        let scale = (room.x / picture.x).min(room.y / picture.y);
        (picture * scale)
            .max(Vec2::splat(SMALLEST))
            .min(room.max(Vec2::splat(1.0)))
            .floor()
    };
    let (row, square) = (fitted(4.0), fitted(2.0));
    let columns = match arrangement {
        Arrangement::Row => 4,
        Arrangement::Square => 2,
        // Side by side compares best, so it wins a near draw.
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

/// Above each row of several: what it is of.
pub const ROW_HEAD: f32 = 32.0;
/// Between a row's pictures and the next row.
const ROW_GAP: f32 = GRID;
/// Rows with lower pictures than this are scrolled instead.
const LOWEST_PICTURE: f32 = 144.0;

/// Rows under each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Left edges of the four columns, from the stage's own.
    pub columns: [f32; 4],
    pub width: f32,
    /// Of each row, from the first one's top: where its head begins, and how high its pictures are.
    pub tops: Vec<(f32, f32)>,
    /// Of all rows together.
    pub height: f32,
}

/// Lays rows of pictures of these sizes into a stage: all whole where that is possible, else as low
/// as can still be looked at and higher than the stage.
pub fn rows(stage: Vec2, pictures: &[Vec2]) -> Rows {
    let widest = ((stage.x - 3.0 * GAP) / 4.0).max(SMALLEST);
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
            let least = natural.min(LOWEST_PICTURE);
            // A tall picture does not push the others out of sight.
            let most = (stage.y - ROW_HEAD).max(LOWEST_PICTURE);
            (natural * shrink).max(least).min(most).floor()
        })
        .collect();
    let shown = pictures.iter().zip(&heights);
    let width = shown
        .map(|(picture, height)| height * picture.x / picture.y.max(1.0))
        .fold(SMALLEST, f32::max)
        .min(widest)
        .floor();
    let block = 4.0 * width + 3.0 * GAP;
    let left = ((stage.x - block) / 2.0).max(0.0).floor();
    let mut top = 0.0;
    let tops = heights.into_iter().map(|height| {
        let this = (top, height);
        top += ROW_HEAD + height + ROW_GAP;
        this
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
    fn panels_are_equal_apart_and_inside_the_stage() {
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
    fn a_wide_picture_stands_two_by_two_and_a_tall_one_in_a_row() {
        let columns = |picture| {
            let rects = layout(STAGE, picture, Arrangement::Automatic);
            rects.iter().filter(|r| r.top() == rects[0].top()).count()
        };
        assert_eq!(columns(vec2(600.0, 400.0)), 2);
        assert_eq!(columns(vec2(300.0, 900.0)), 4);
    }

    #[test]
    fn few_rows_are_seen_whole_and_many_keep_a_height_to_look_at() {
        let stage = vec2(1000.0, 640.0);
        let wide = vec2(600.0, 400.0);
        let few = rows(stage, &[wide; 3]);
        assert!(few.height <= stage.y, "{}", few.height);
        let many = rows(stage, &[wide; 9]);
        assert!(many.height > stage.y);
        for rows in [few, many] {
            for pair in rows.tops.windows(2) {
                assert_eq!(pair[1].0, pair[0].0 + ROW_HEAD + pair[0].1 + ROW_GAP);
                assert!(pair[0].1 >= LOWEST_PICTURE);
            }
            assert!(rows.columns[3] + rows.width <= stage.x);
            assert!(rows.columns[0] >= 0.0);
        }
    }

    #[test]
    fn slender_pictures_have_their_place_among_others() {
        let mixed = rows(vec2(880.0, 640.0), &[vec2(1.0, 5000.0), vec2(5000.0, 1.0)]);
        assert!(mixed.tops[0].1 <= 640.0);
        assert!(mixed.tops[1].1 >= 0.0);
        assert!(mixed.width >= SMALLEST);
    }
}
