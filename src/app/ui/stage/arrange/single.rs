//! The panels of a single view: in one row, two by two, or one large panel with the others beside or below
//! it, whichever shows the images larger.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::{GAP, HEAD, MIN_SIDE};
use crate::app::state::rows::panels::Arrangement;
use crate::app::state::viewport::Port;

/// How many times as large as that of panels in a row the area of the images has to be for two rows, and
/// for one large panel, whose sizes differ.
const BETTER: [f32; 2] = [1.3, 1.35];

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
    // Of two panels, none is more than the other.
    let one = match panels.large {
        Some(_) if panels.all > 2 => of(Arrangement::OneLarge),
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
    let corner = centred(stage, block);
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

/// One large panel, and the others beside it or below it, whichever shows more.
fn one_large(stage: Rect, picture: Vec2, panels: (usize, usize)) -> Vec<Port> {
    let beside = one_beside(stage, picture, panels);
    let above = one_above(stage, picture, panels);
    if area(&above) > area(&beside) {
        above
    } else {
        beside
    }
}

/// One large panel at the left, and the others in a column beside it. If it is the last of them, it is at the
/// right: what follows from the others is read after them.
fn one_beside(stage: Rect, picture: Vec2, (count, which): (usize, usize)) -> Vec<Port> {
    let beside = (count - 1) as f32;
    let tall = stage.height() - HEAD;
    let small_height = (stage.height() - (beside - 1.0) * GAP) / beside - HEAD;
    // The widths are in the ratio of the heights, so that each image fills its room.
    let share = 1.0 / (1.0 + tall / small_height.max(1.0));
    let room = (stage.width() - GAP).max(0.0);
    let small_width = (room * share).max(MIN_SIDE.min(room / 3.0));
    let small = fitted(picture, vec2(small_width, small_height));
    let large = fitted(picture, vec2(room - small_width, tall));
    // Titles need some width, however small the images.
    let column = small.x.max(MIN_SIDE.min(room / 3.0));
    let size = vec2(
        large.x + GAP + column,
        (large.y + HEAD).max(beside * (small.y + HEAD) + (beside - 1.0) * GAP),
    );
    let corner = centred(stage, size);
    let is_last = which + 1 == count;
    let first = if is_last { column } else { large.x };
    // Each column may reach to the edge of the stage on its own side.
    let columns = [
        (corner.x, (stage.left(), corner.x + first)),
        (
            corner.x + first + GAP,
            (corner.x + first + GAP, stage.right()),
        ),
    ];
    let [of_large, of_small] = if is_last { [1, 0] } else { [0, 1] };
    let step = (size.y - small.y - HEAD) / (beside - 1.0).max(1.0);
    let mut below = 0;
    let place = |i: usize| {
        if i == which {
            let (left, (from, to)) = columns[of_large];
            let whole = Rect::from_min_size(pos2(left, corner.y + HEAD), large);
            let room = Rect::from_min_max(pos2(from, stage.top() + HEAD), pos2(to, stage.bottom()));
            return Port { whole, room };
        }
        let (left, (from, to)) = columns[of_small];
        let top = corner.y + (step * below as f32).floor() + HEAD;
        below += 1;
        let whole = Rect::from_min_size(pos2(left, top), small);
        let most = (step - HEAD - GAP).max(small.y);
        let room = Rect::from_min_max(pos2(from, top), pos2(to, (top + most).min(stage.bottom())));
        Port { whole, room }
    };
    (0..count).map(place).collect()
}

/// One large panel over the whole width, and the others in a row below it; above it, if it is the last of them.
fn one_above(stage: Rect, picture: Vec2, (count, which): (usize, usize)) -> Vec<Port> {
    let others = (count - 1) as f32;
    let small_width = (stage.width() - (others - 1.0) * GAP) / others;
    let tall = (stage.height() - 2.0 * HEAD - GAP).max(1.0);
    let share = small_width / (small_width + stage.width());
    let small = fitted(picture, vec2(small_width, tall * share));
    let large = fitted(picture, vec2(stage.width(), tall * (1.0 - share)));
    let size = vec2(
        large.x.max(others * small.x + (others - 1.0) * GAP),
        large.y + small.y + 2.0 * HEAD + GAP,
    );
    let corner = centred(stage, size);
    let is_last = which + 1 == count;
    let [of_large, of_small] = if is_last {
        [corner.y + small.y + HEAD + GAP, corner.y]
    } else {
        [corner.y, corner.y + large.y + HEAD + GAP]
    };
    let step = (size.x - small.x) / (others - 1.0).max(1.0);
    let mut beside = 0;
    let place = |i: usize| {
        if i == which {
            let left = corner.x + ((size.x - large.x) / 2.0).floor();
            let whole = Rect::from_min_size(pos2(left, of_large + HEAD), large);
            let room = whole.with_min_x(stage.left()).with_max_x(stage.right());
            return Port { whole, room };
        }
        let left = corner.x + (step * beside as f32).floor();
        beside += 1;
        let whole = Rect::from_min_size(pos2(left, of_small + HEAD), small);
        let most = (step - GAP).floor().max(small.x);
        let room = whole.with_max_x((left + most).min(stage.right()));
        Port { whole, room }
    };
    (0..count).map(place).collect()
}

/// The corner of a block of this size in the middle of the stage.
fn centred(stage: Rect, size: Vec2) -> Pos2 {
    stage.min + ((stage.size() - size) / 2.0).max(Vec2::ZERO).floor()
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
}
