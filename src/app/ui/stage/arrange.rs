//! The layout of the panels. A single view is laid out in one row, two by two, or with one large panel,
//! whichever shows the images larger. Several views are laid out as rows with aligned columns.

use egui::{Rect, Vec2, pos2, vec2};

use crate::app::state::view_options::Arrangement;
use crate::app::state::viewport::Port;
use crate::app::ui::kit::theme::GRID;

/// The gap between two panels.
const GAP: f32 = 2.0 * GRID;
/// The height of the head above each image: its title and a caption.
pub const HEAD: f32 = 42.0;
/// Panels are at least this large, however thin the image.
const MIN_SIDE: f32 = 96.0;

/// How many times as large as that of four in a row the area of the images has to be for two by two, and
/// for one large panel, whose sizes differ.
const BETTER: [f32; 2] = [1.3, 1.5];
/// The panel that is large beside three small ones: the heat map.
const LARGE: usize = 1;

/// The places of the four panels.
pub fn layout(stage: Rect, picture: Vec2, arrangement: Arrangement) -> [Port; 4] {
    match arrangement {
        Arrangement::Row => grid(stage, picture, 4),
        Arrangement::Square => grid(stage, picture, 2),
        Arrangement::OneLarge => one_large(stage, picture),
        Arrangement::Automatic => layout(stage, picture, largest(stage, picture)),
    }
}

/// The arrangement that shows images of this size largest.
pub fn largest(stage: Rect, picture: Vec2) -> Arrangement {
    let [row, square] = [4, 2].map(|columns| area(&grid(stage, picture, columns)));
    let large = area(&one_large(stage, picture));
    // Panels of one size side by side are best for comparing, so they win if the areas are close.
    if large > row * BETTER[1] && large > square * BETTER[1] / BETTER[0] {
        Arrangement::OneLarge
    } else if square > row * BETTER[0] {
        Arrangement::Square
    } else {
        Arrangement::Row
    }
}

/// What the images cover together.
fn area(places: &[Port; 4]) -> f32 {
    places.iter().map(|place| place.whole.area()).sum()
}

/// The size of an image in a room.
fn fitted(picture: Vec2, room: Vec2) -> Vec2 {
    let scale = (room.x / picture.x).min(room.y / picture.y);
    let room = room.max(Vec2::splat(1.0));
    let least = MIN_SIDE.min(room.x).min(room.y);
    (picture * scale).max(Vec2::splat(least)).min(room).floor()
}

/// Four panels of one size in two or four columns.
fn grid(stage: Rect, picture: Vec2, columns: usize) -> [Port; 4] {
    let rows = 4 / columns;
    let gaps = vec2(columns as f32 - 1.0, rows as f32 - 1.0) * GAP;
    let room = (stage.size() - gaps) / vec2(columns as f32, rows as f32) - vec2(0.0, HEAD);
    let size = fitted(picture, room);
    let cell = size + vec2(GAP, HEAD + GAP);
    let block = cell * vec2(columns as f32, rows as f32) - Vec2::splat(GAP);
    let corner = stage.min + ((stage.size() - block) / 2.0).max(Vec2::ZERO).floor();
    std::array::from_fn(|i| {
        let at = vec2((i % columns) as f32, (i / columns) as f32);
        let down = vec2(0.0, HEAD);
        let whole = Rect::from_min_size(corner + cell * at + down, size);
        let room_cell = room + vec2(GAP, HEAD + GAP);
        let room = Rect::from_min_size(stage.min + room_cell * at + down, room);
        Port { whole, room }
    })
}

/// One large panel at the left, and the other three in a column beside it.
fn one_large(stage: Rect, picture: Vec2) -> [Port; 4] {
    let tall = stage.height() - HEAD;
    let small_height = (stage.height() - 2.0 * GAP) / 3.0 - HEAD;
    // The widths are in the ratio of the heights, so that each image fills its room.
    let share = 1.0 / (1.0 + tall / small_height.max(1.0));
    let small_width = (stage.width() - GAP) * share;
    let small = fitted(picture, vec2(small_width, small_height));
    let large = fitted(picture, vec2(stage.width() - GAP - small_width, tall));
    let width = large.x + GAP + small.x;
    let height = (large.y + HEAD).max(3.0 * (small.y + HEAD) + 2.0 * GAP);
    let corner = stage.min
        + ((stage.size() - vec2(width, height)) / 2.0)
            .max(Vec2::ZERO)
            .floor();
    let right = corner.x + large.x + GAP;
    let step = (height - small.y - HEAD) / 2.0;
    let mut below = 0;
    std::array::from_fn(|i| {
        if i == LARGE {
            let whole = Rect::from_min_size(corner + vec2(0.0, HEAD), large);
            let room = Rect::from_min_max(
                pos2(stage.left(), stage.top() + HEAD),
                pos2(right - GAP, stage.bottom()),
            );
            return Port { whole, room };
        }
        let top = corner.y + (step * below as f32).floor() + HEAD;
        below += 1;
        let whole = Rect::from_min_size(pos2(right, top), small);
        let most = (step - HEAD - GAP).max(small.y);
        let room = Rect::from_min_max(
            pos2(right, top),
            pos2(stage.right(), (top + most).min(stage.bottom())),
        );
        Port { whole, room }
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
    fn panels_are_apart_and_inside_their_room_and_the_stage() {
        for arrangement in Arrangement::ALL {
            for picture in [vec2(451.0, 300.0), vec2(300.0, 900.0), vec2(1.0, 1.0)] {
                let places = layout(STAGE, picture, arrangement);
                let rects = places.map(|place| place.whole);
                for (i, a) in rects.iter().enumerate() {
                    if arrangement == Arrangement::Row || arrangement == Arrangement::Square {
                        assert_eq!(a.size(), rects[0].size());
                    }
                    assert!(
                        places[i].room.expand(0.5).contains_rect(*a),
                        "{arrangement:?} {picture}"
                    );
                    assert!(
                        STAGE.expand(0.5).contains_rect(*a),
                        "{arrangement:?} {picture}: {a}"
                    );
                    for (b, place) in rects[..i].iter().zip(&places) {
                        assert!(!a.intersects(*b));
                        assert!(!places[i].room.intersects(place.room), "{arrangement:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_arrangement_is_the_one_that_shows_the_images_largest() {
        let stage = |width, height| Rect::from_min_size(STAGE.min, vec2(width, height));
        let chosen = |stage, picture| {
            let taken = layout(stage, picture, Arrangement::Automatic);
            let all = [Arrangement::Row, Arrangement::Square, Arrangement::OneLarge];
            let found = all
                .into_iter()
                .find(|all| layout(stage, picture, *all) == taken);
            (found.unwrap(), area(&taken))
        };
        let square = vec2(448.0, 448.0);
        let (one, _) = chosen(stage(800.0, 560.0), square);
        assert_eq!(one, Arrangement::OneLarge);
        assert_eq!(chosen(STAGE, vec2(600.0, 400.0)).0, Arrangement::Square);
        assert_eq!(chosen(STAGE, vec2(300.0, 900.0)).0, Arrangement::Row);
        for size in [vec2(470.0, 340.0), vec2(800.0, 560.0), vec2(1900.0, 1100.0)] {
            for picture in [
                square,
                vec2(600.0, 400.0),
                vec2(400.0, 600.0),
                vec2(1600.0, 300.0),
            ] {
                let stage = stage(size.x, size.y);
                let (taken, shown) = chosen(stage, picture);
                for other in [Arrangement::Row, Arrangement::Square, Arrangement::OneLarge] {
                    let most = area(&layout(stage, picture, other));
                    assert!(
                        shown * BETTER[1] >= most,
                        "{size} {picture}: {taken:?}, not {other:?}"
                    );
                }
            }
        }
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
