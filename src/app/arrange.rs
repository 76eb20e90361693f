//! Where the four panels stand: side by side, or two by two where that shows the pictures larger.

use egui::{Rect, Vec2, vec2};

use super::state::Arrangement;
use super::theme::GRID;

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
}
