//! The layout of the panels. A single view is laid out in one row, two by two, or with one large panel,
//! whichever shows the images larger. Several views are laid out as rows with aligned columns.

use egui::{Rect, Vec2, pos2, vec2};

use crate::app::state::rows::panels::Arrangement;
use crate::app::state::viewport::Port;
use crate::app::ui::kit::theme::GRID;

/// The gap between two panels.
const GAP: f32 = 2.0 * GRID;
/// The height of the head above each image: its title and a caption.
pub const HEAD: f32 = 42.0;
/// Panels are at least this large, however thin the image.
const MIN_SIDE: f32 = 96.0;

/// How many times as large as that of panels in a row the area of the images has to be for two rows, and
/// for one large panel, whose sizes differ.
const BETTER: [f32; 2] = [1.3, 1.5];

/// How many panels there are, and which of them may be large beside the others, counted from 0. None may where
/// all are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanelCount {
    pub all: usize,
    pub large: Option<usize>,
}

/// The places of the panels.
pub fn layout(
    stage: Rect,
    picture: Vec2,
    arrangement: Arrangement,
    panels: PanelCount,
) -> Vec<Port> {
    let count = panels.all.max(1);
    match (arrangement, panels.large) {
        (Arrangement::Row, _) => grid(stage, picture, count, count),
        (Arrangement::Square, _) => grid(stage, picture, count, count.div_ceil(2)),
        (Arrangement::OneLarge, Some(large)) if count > 1 => {
            one_large(stage, picture, (count, large))
        }
        (Arrangement::Automatic | Arrangement::OneLarge, _) => {
            let chosen = largest(stage, picture, panels);
            layout(stage, picture, chosen, panels)
        }
    }
}

/// The arrangement that shows images of this size largest.
pub fn largest(stage: Rect, picture: Vec2, panels: PanelCount) -> Arrangement {
    let of = |arrangement| area(&layout(stage, picture, arrangement, panels));
    let [row, square] = [Arrangement::Row, Arrangement::Square].map(of);
    // Of two or three panels, none is more than another.
    let one = match panels.large {
        Some(_) if panels.all > 3 => of(Arrangement::OneLarge),
        _ => 0.0,
    };
    // Panels of one size side by side are best for comparing, so they win if the areas are close.
    if one > row * BETTER[1] && one > square * BETTER[1] / BETTER[0] {
        Arrangement::OneLarge
    } else if square > row * BETTER[0] {
        Arrangement::Square
    } else {
        Arrangement::Row
    }
}

/// What the images cover together.
fn area(places: &[Port]) -> f32 {
    places.iter().map(|place| place.whole.area()).sum()
}

/// The size of an image in a room.
fn fitted(picture: Vec2, room: Vec2) -> Vec2 {
    let scale = (room.x / picture.x).min(room.y / picture.y);
    let room = room.max(Vec2::splat(1.0));
    let least = MIN_SIDE.min(room.x).min(room.y);
    (picture * scale).max(Vec2::splat(least)).min(room).floor()
}

/// Panels of one size in this many columns.
fn grid(stage: Rect, picture: Vec2, count: usize, columns: usize) -> Vec<Port> {
    let rows = count.div_ceil(columns);
    let gaps = vec2(columns as f32 - 1.0, rows as f32 - 1.0) * GAP;
    let room = (stage.size() - gaps) / vec2(columns as f32, rows as f32) - vec2(0.0, HEAD);
    let size = fitted(picture, room);
    let cell = size + vec2(GAP, HEAD + GAP);
    let block = cell * vec2(columns as f32, rows as f32) - Vec2::splat(GAP);
    let corner = stage.min + ((stage.size() - block) / 2.0).max(Vec2::ZERO).floor();
    let place = |i: usize| {
        let at = vec2((i % columns) as f32, (i / columns) as f32);
        let down = vec2(0.0, HEAD);
        let whole = Rect::from_min_size(corner + cell * at + down, size);
        let room_cell = room + vec2(GAP, HEAD + GAP);
        let room = Rect::from_min_size(stage.min + room_cell * at + down, room);
        Port { whole, room }
    };
    (0..count).map(place).collect()
}

/// One large panel at the left, and the others in a column beside it.
fn one_large(stage: Rect, picture: Vec2, (count, which): (usize, usize)) -> Vec<Port> {
    let beside = (count - 1) as f32;
    let tall = stage.height() - HEAD;
    let small_height = (stage.height() - (beside - 1.0) * GAP) / beside - HEAD;
    // The widths are in the ratio of the heights, so that each image fills its room.
    let share = 1.0 / (1.0 + tall / small_height.max(1.0));
    let small_width = (stage.width() - GAP) * share;
    let small = fitted(picture, vec2(small_width, small_height));
    let large = fitted(picture, vec2(stage.width() - GAP - small_width, tall));
    let width = large.x + GAP + small.x;
    let height = (large.y + HEAD).max(beside * (small.y + HEAD) + (beside - 1.0) * GAP);
    let corner = stage.min
        + ((stage.size() - vec2(width, height)) / 2.0)
            .max(Vec2::ZERO)
            .floor();
    let right = corner.x + large.x + GAP;
    let step = (height - small.y - HEAD) / (beside - 1.0).max(1.0);
    let mut below = 0;
    let place = |i: usize| {
        if i == which {
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
    };
    (0..count).map(place).collect()
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
    /// The left edges of the columns, relative to the stage's left edge.
    pub columns: Vec<f32>,
    pub width: f32,
    /// For each row: the top of its head, relative to the first row, and the height of its images.
    pub tops: Vec<(f32, f32)>,
    /// The total height of all rows.
    pub height: f32,
}

impl Rows {
    /// The right edge of the last column.
    pub fn right(&self) -> f32 {
        self.columns.last().map_or(0.0, |left| left + self.width)
    }
}

/// Lays out rows of `columns` images of the given sizes in a stage. The rows shrink to fit if their images stay
/// large enough; otherwise they are higher than the stage and scroll.
pub fn rows(stage: Vec2, columns: usize, pictures: &[Vec2]) -> Rows {
    let gaps = (columns as f32 - 1.0) * GAP;
    let widest = ((stage.x - gaps) / columns as f32).max(MIN_SIDE);
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
    let block = columns as f32 * width + gaps;
    let left = ((stage.x - block) / 2.0).max(0.0).floor();
    let mut top = 0.0;
    let tops = heights.into_iter().map(|height| {
        let row = (top, height);
        top += ROW_HEAD + height + ROW_GAP;
        row
    });
    let tops: Vec<(f32, f32)> = tops.collect();
    Rows {
        columns: (0..columns)
            .map(|i| left + (width + GAP) * i as f32)
            .collect(),
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

    const FOUR: PanelCount = PanelCount {
        all: 4,
        large: Some(1),
    };

    #[test]
    fn fewer_panels_are_larger() {
        let picture = vec2(451.0, 300.0);
        let width = |all| {
            let count = PanelCount { all, large: None };
            let places = layout(STAGE, picture, Arrangement::Automatic, count);
            assert_eq!(places.len(), all);
            for (i, one) in places.iter().enumerate() {
                assert!(STAGE.expand(0.5).contains_rect(one.room));
                assert!(
                    places[..i]
                        .iter()
                        .all(|other| !other.room.intersects(one.room))
                );
            }
            places[0].whole.width()
        };
        let widths = [1, 2, 3, 4].map(width);
        assert!(
            widths[0] > widths[1] && widths[1] >= widths[3],
            "{widths:?}"
        );
        // Of panels that are compared, none is large at the cost of the others.
        let count = PanelCount {
            all: 4,
            large: None,
        };
        let places = layout(STAGE, picture, Arrangement::OneLarge, count);
        assert!(
            places
                .iter()
                .all(|place| place.whole.size() == places[0].whole.size())
        );
    }

    #[test]
    fn panels_are_apart_and_inside_their_room_and_the_stage() {
        for arrangement in Arrangement::ALL {
            for picture in [vec2(451.0, 300.0), vec2(300.0, 900.0), vec2(1.0, 1.0)] {
                let places = layout(STAGE, picture, arrangement, FOUR);
                let rects: Vec<Rect> = places.iter().map(|place| place.whole).collect();
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
            let taken = layout(stage, picture, Arrangement::Automatic, FOUR);
            let all = [Arrangement::Row, Arrangement::Square, Arrangement::OneLarge];
            let found = all
                .into_iter()
                .find(|all| layout(stage, picture, *all, FOUR) == taken);
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
                    let most = area(&layout(stage, picture, other, FOUR));
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
        let few = rows(stage, 4, &[wide; 3]);
        assert!(few.height <= stage.y, "{}", few.height);
        let many = rows(stage, 4, &[wide; 9]);
        assert!(many.height > stage.y);
        for rows in [few, many] {
            for pair in rows.tops.windows(2) {
                assert_eq!(pair[1].0, pair[0].0 + ROW_HEAD + pair[0].1 + ROW_GAP);
                assert!(pair[0].1 >= MIN_ROW_PICTURE);
            }
            assert!(rows.right() <= stage.x);
            assert!(rows.columns[0] >= 0.0);
        }
    }

    #[test]
    fn lays_out_extremely_thin_images_among_others() {
        let mixed = rows(
            vec2(880.0, 640.0),
            4,
            &[vec2(1.0, 5000.0), vec2(5000.0, 1.0)],
        );
        assert!(mixed.tops[0].1 <= 640.0);
        assert!(mixed.tops[1].1 >= 0.0);
        assert!(mixed.width >= MIN_SIDE);
    }
}
