//! Several views: as rows with aligned columns, to be compared straight down, or each in a block of its own
//! where that shows the maps much larger.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::single::{self, PanelCount};
use super::{GAP, HEAD, MIN_SIDE};
use crate::app::state::rows::panels::Arrangement;
use crate::app::state::viewport::Port;
use crate::app::ui::kit::theme::GRID;

/// The height of the head above each of several lines.
pub const LINE_HEAD: f32 = 32.0;
/// The gap between a line's images and the next line, and between two lines side by side.
const LINE_GAP: Vec2 = vec2(3.0 * GRID, GRID);
/// Images in rows are at least this high; if they do not fit, the rows scroll.
const MIN_ROW_PICTURE: f32 = 144.0;
/// The longer side of images in blocks, at least.
const MIN_BLOCK_PICTURE: f32 = 72.0;
/// More lines than this are always rows.
const MOST_BLOCKS: usize = 3;
/// How many times as large the area of the maps has to be in blocks.
const BETTER: f32 = 1.5;

/// What a line shows: the size of its photo, the number of its columns, and which of its panels may be large
/// beside the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub picture: Vec2,
    pub columns: usize,
    pub large: Option<usize>,
}

/// How several lines are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Rows,
    /// Each line has a block for itself, this many of them side by side, with its panels in this arrangement.
    Blocks(usize, Arrangement),
}

/// The places of a line, relative to the corner of all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub head: Rect,
    /// The panels, one for each column.
    pub ports: Vec<Port>,
}

impl Placed {
    /// The line with its head.
    pub fn rect(&self) -> Rect {
        let ports = self.ports.iter().map(|port| port.whole);
        ports.fold(self.head, Rect::union)
    }
}

/// The layout of several lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub lines: Vec<Placed>,
    /// The left edges and the width of the columns that all rows share.
    pub columns: Option<(Vec<f32>, f32)>,
    /// The height of all lines.
    pub height: f32,
    /// Whether lines are side by side.
    pub is_wide: bool,
}

impl Plan {
    /// The right edge of the lines.
    pub fn right(&self) -> f32 {
        let heads = self.lines.iter().map(|line| line.head.right());
        heads.fold(0.0, f32::max)
    }

    /// Whether each panel has room for its title, and shows something.
    fn is_legible(&self) -> bool {
        let mut ports = self.lines.iter().flat_map(|line| &line.ports);
        ports.all(|port| {
            let title = port.room.right() - port.whole.left();
            title >= MIN_SIDE && port.whole.size().max_elem() >= MIN_BLOCK_PICTURE
        })
    }

    /// The area of the line's largest image that is smallest.
    fn least(&self, shapes: &[Shape]) -> f32 {
        let of_line = |(line, shape): (&Placed, &Shape)| {
            let areas = line.ports.iter().map(|port| {
                let scale = port.whole.size() / shape.picture;
                let size = shape.picture * scale.min_elem();
                size.x * size.y
            });
            areas.fold(0.0, f32::max)
        };
        let least = self.lines.iter().zip(shapes).map(of_line);
        least.fold(f32::INFINITY, f32::min)
    }
}

/// Which layout shows the maps largest, as far as `arrangement` leaves the choice.
pub fn choose(stage: Vec2, shapes: &[Shape], arrangement: Arrangement) -> Choice {
    let in_rows = lay_out(stage, shapes, Choice::Rows).least(shapes);
    let least = match arrangement {
        Arrangement::Row | Arrangement::Square => return Choice::Rows,
        // Asked for by hand, it is better than rows at any size.
        Arrangement::OneLarge => 0.0,
        Arrangement::Automatic => in_rows * BETTER,
    };
    let Some(first) = shapes.first().filter(|_| shapes.len() <= MOST_BLOCKS) else {
        return Choice::Rows;
    };
    let choices = (1..=shapes.len()).flat_map(|columns| {
        let room = below_head(block_rect(stage, shapes.len(), columns, 0));
        let largest = single::largest(room, first.picture, PanelCount::of(first));
        let inside = match arrangement {
            Arrangement::Automatic => [largest, Arrangement::OneLarge],
            chosen => [chosen; 2],
        };
        inside.map(|inside| Choice::Blocks(columns, inside))
    });
    let mut best = (least, Choice::Rows);
    for choice in choices {
        let plan = lay_out(stage, shapes, choice);
        let shown = plan.least(shapes);
        if shown > best.0 && plan.is_legible() {
            best = (shown, choice);
        }
    }
    best.1
}

impl PanelCount {
    fn of(shape: &Shape) -> PanelCount {
        PanelCount {
            all: shape.columns,
            large: shape.large,
        }
    }
}

/// Lays out lines in a stage.
pub fn lay_out(stage: Vec2, shapes: &[Shape], choice: Choice) -> Plan {
    match choice {
        Choice::Rows => rows(stage, shapes),
        Choice::Blocks(columns, arrangement) => blocks(stage, shapes, columns, arrangement),
    }
}

/// Rows shrink to fit if their images stay large enough; otherwise they are higher than the stage and scroll.
fn rows(stage: Vec2, shapes: &[Shape]) -> Plan {
    let columns = shapes.iter().map(|shape| shape.columns).max();
    let columns = columns.unwrap_or_default().max(1);
    let gaps = (columns as f32 - 1.0) * GAP;
    let widest = ((stage.x - gaps) / columns as f32).max(MIN_SIDE);
    let natural: Vec<f32> = shapes
        .iter()
        .map(|shape| widest * shape.picture.y / shape.picture.x.max(1.0))
        .collect();
    let count = shapes.len() as f32;
    let room = stage.y - count * (LINE_HEAD + LINE_GAP.y) + LINE_GAP.y;
    let shrink = (room / natural.iter().sum::<f32>()).min(1.0);
    let heights: Vec<f32> = natural
        .iter()
        .map(|natural| {
            let min = natural.min(MIN_ROW_PICTURE);
            // A tall image must not push the others out of view.
            let max = (stage.y - LINE_HEAD).max(MIN_ROW_PICTURE);
            (natural * shrink).max(min).min(max).floor()
        })
        .collect();
    let width = shapes
        .iter()
        .zip(&heights)
        .map(|(shape, height)| height * shape.picture.x / shape.picture.y.max(1.0))
        .fold(MIN_SIDE, f32::max)
        .min(widest)
        .floor();
    let block = columns as f32 * width + gaps;
    let left = ((stage.x - block) / 2.0).max(0.0).floor();
    let lefts: Vec<f32> = (0..columns)
        .map(|i| left + (width + GAP) * i as f32)
        .collect();
    let mut top = 0.0;
    let lines = heights.iter().map(|height| {
        let head = Rect::from_min_size(pos2(left, top), vec2(block, LINE_HEAD));
        let port = |left: &f32| {
            let corner = pos2(*left, top + LINE_HEAD);
            Port::fixed(Rect::from_min_size(corner, vec2(width, *height)))
        };
        let ports = lefts.iter().map(port).collect();
        top += LINE_HEAD + height + LINE_GAP.y;
        Placed { head, ports }
    });
    let lines: Vec<Placed> = lines.collect();
    Plan {
        lines,
        columns: Some((lefts, width)),
        height: (top - LINE_GAP.y).max(0.0),
        is_wide: false,
    }
}

/// The room of one of `count` blocks, `columns` of them side by side.
fn block_rect(stage: Vec2, count: usize, columns: usize, index: usize) -> Rect {
    let rows = count.div_ceil(columns);
    let all = vec2(columns as f32, rows as f32);
    let size = (stage - (all - Vec2::splat(1.0)) * LINE_GAP) / all;
    let at = vec2((index % columns) as f32, (index / columns) as f32);
    Rect::from_min_size(Pos2::ZERO + (size + LINE_GAP) * at, size)
}

/// The room of the panels in a block.
fn below_head(block: Rect) -> Rect {
    block.with_min_y(block.top() + LINE_HEAD)
}

fn blocks(stage: Vec2, shapes: &[Shape], columns: usize, arrangement: Arrangement) -> Plan {
    let lines = shapes.iter().enumerate().map(|(index, shape)| {
        let block = block_rect(stage, shapes.len(), columns, index);
        let count = PanelCount::of(shape);
        let ports = single::layout(below_head(block), shape.picture, arrangement, count);
        // The head stands right above the panels.
        let top = ports.iter().map(|port| port.whole.top() - HEAD);
        let top = top.fold(block.bottom(), f32::min);
        let head = block.with_min_y(top - LINE_HEAD).with_max_y(top);
        Placed { head, ports }
    });
    Plan {
        lines: lines.collect(),
        columns: None,
        height: stage.y,
        is_wide: columns > 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(pictures: &[Vec2]) -> Vec<Shape> {
        let shape = |picture: &Vec2| Shape {
            picture: *picture,
            columns: 4,
            large: Some(1),
        };
        pictures.iter().map(shape).collect()
    }

    #[test]
    fn few_rows_fit_and_many_keep_the_minimum_height() {
        let stage = vec2(1000.0, 640.0);
        let wide = vec2(600.0, 400.0);
        let few = rows(stage, &shapes(&[wide; 3]));
        assert!(few.height <= stage.y, "{}", few.height);
        let many = rows(stage, &shapes(&[wide; 9]));
        assert!(many.height > stage.y);
        for rows in [few, many] {
            let height = |line: &Placed| line.ports[0].whole.height();
            for pair in rows.lines.windows(2) {
                let below = pair[0].head.top() + LINE_HEAD + height(&pair[0]) + LINE_GAP.y;
                assert_eq!(pair[1].head.top(), below);
                assert!(height(&pair[0]) >= MIN_ROW_PICTURE);
            }
            assert!(rows.right() <= stage.x);
            assert!(rows.lines[0].head.left() >= 0.0);
        }
    }

    #[test]
    fn lays_out_extremely_thin_images_among_others() {
        let thin = shapes(&[vec2(1.0, 5000.0), vec2(5000.0, 1.0)]);
        let mixed = rows(vec2(880.0, 640.0), &thin);
        assert!(mixed.lines[0].ports[0].whole.height() <= 640.0);
        assert!(mixed.lines[1].ports[0].whole.height() >= 0.0);
        assert!(mixed.columns.unwrap().1 >= MIN_SIDE);
    }

    #[test]
    fn few_lines_get_blocks_where_their_maps_are_much_larger() {
        let stages = [vec2(590.0, 420.0), vec2(900.0, 560.0), vec2(2000.0, 1000.0)];
        let pictures = [vec2(448.0, 448.0), vec2(1924.0, 541.0), vec2(300.0, 900.0)];
        for (stage, picture) in stages.into_iter().flat_map(|s| pictures.map(|p| (s, p))) {
            for count in [2, 3] {
                let shapes = shapes(&vec![picture; count]);
                let in_rows = lay_out(stage, &shapes, Choice::Rows).least(&shapes);
                let choice = choose(stage, &shapes, Arrangement::Automatic);
                let plan = lay_out(stage, &shapes, choice);
                let words = format!("{count} of {picture} in {stage}: {choice:?}");
                match choice {
                    Choice::Rows => {}
                    Choice::Blocks(..) => {
                        assert!(plan.least(&shapes) > BETTER * in_rows, "{words}");
                        let all = Rect::from_min_size(Pos2::ZERO, stage).expand(0.5);
                        for (i, line) in plan.lines.iter().enumerate() {
                            assert!(all.contains_rect(line.rect()), "{words}");
                            let others = &plan.lines[..i];
                            let apart = |other: &Placed| !other.rect().intersects(line.rect());
                            assert!(others.iter().all(apart), "{words}");
                        }
                    }
                }
                let by_hand = choose(stage, &shapes, Arrangement::Row);
                assert_eq!(by_hand, Choice::Rows);
            }
        }
        let many = shapes(&[pictures[0]; 4]);
        assert_eq!(
            choose(stages[1], &many, Arrangement::Automatic),
            Choice::Rows
        );
        // Two models at the usual size of the window.
        let two = shapes(&[pictures[0]; 2]);
        let choice = choose(stages[1], &two, Arrangement::Automatic);
        assert_eq!(choice, Choice::Blocks(2, Arrangement::OneLarge));
    }
}
