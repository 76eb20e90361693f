use super::*;
use crate::model::op::Joining;

const GRID: Axis = Axis::Grid {
    before: 0,
    height: 4,
    width: 6,
};

fn grid(before: i64) -> Axis {
    Axis::Grid {
        before,
        height: 4,
        width: 6,
    }
}

#[test]
fn an_image_flattens_into_a_row_of_positions_and_back() {
    use Axis::{Batch, Channel, Column, Row};
    let flat = regrouped(&IMAGE, &[1, 8, 4, 6], &[1, 8, 24]).unwrap();
    assert_eq!(flat, [Batch, Channel, GRID]);
    let tokens = [Batch, GRID, Channel];
    let back = regrouped(&tokens, &[1, 24, 8], &[1, 4, 6, 8]).unwrap();
    assert_eq!(back, [Batch, Row, Column, Channel]);
    // The other way round it would be another image.
    let turned = regrouped(&tokens, &[1, 24, 8], &[1, 6, 4, 8]).unwrap();
    assert_eq!(turned[1..3], [Axis::Other, Axis::Other]);
}

#[test]
fn channels_split_and_merge_again() {
    use Axis::{Batch, Channel, Column, Row};
    let apart = regrouped(&IMAGE, &[1, 8, 4, 6], &[1, 2, 4, 4, 6]).unwrap();
    assert_eq!(apart, [Batch, Channel, Channel, Row, Column]);
    let together = regrouped(&apart, &[1, 4, 2, 4, 6], &[1, 8, 4, 6]).unwrap();
    assert_eq!(together, IMAGE);
    let mixed = regrouped(&IMAGE, &[1, 8, 4, 6], &[1, 4, 8, 6]).unwrap();
    assert_eq!(mixed, [Batch, Axis::Other, Axis::Other, Column]);
}

#[test]
fn patches_that_become_one_position_leave_a_coarser_image() {
    use Axis::{Batch, Channel, Column, Row};
    let last = [Batch, Row, Column, Channel];
    let apart = regrouped(&last, &[1, 4, 6, 8], &[1, 2, 2, 3, 2, 8]).unwrap();
    assert_eq!(apart, [Batch, Row, Channel, Column, Channel, Channel]);
    let turned = [Batch, Row, Column, Channel, Channel, Channel];
    let merged = regrouped(&turned, &[1, 2, 3, 2, 2, 8], &[1, 2, 3, 32]).unwrap();
    assert_eq!(merged, last);
    // Windows whose positions are kept together are no image.
    let windows = [Batch, Row, Column, Channel, Channel, Channel];
    let tokens = regrouped(&windows, &[1, 2, 3, 2, 2, 8], &[6, 4, 8]).unwrap();
    assert_eq!(layout(&tokens, &[6, 4, 8]), None);
}

#[test]
fn axes_of_size_one_appear_and_vanish() {
    use Axis::{Batch, Channel};
    let gone = regrouped(&IMAGE, &[1, 8, 1, 1], &[1, 8]).unwrap();
    assert_eq!(gone, [Batch, Channel]);
    let come = regrouped(&gone, &[1, 8], &[1, 8, 1, 1]).unwrap();
    assert_eq!(come, [Batch, Channel, Axis::Other, Axis::Other]);
    let rows = regrouped(&[Batch, GRID, Channel], &[1, 24, 8], &[24, 8]).unwrap();
    assert_eq!(rows, [GRID, Channel]);
    let again = regrouped(&rows, &[24, 8], &[1, 24, 8]).unwrap();
    assert_eq!(again[1..], [GRID, Channel]);
    assert_eq!(regrouped(&rows, &[24, 8], &[7]), None);
    assert_eq!(regrouped(&rows, &[24, 0], &[0]), None);
}

#[test]
fn a_part_of_the_tokens_is_the_image_while_it_holds_every_position() {
    assert_eq!(sliced(grid(1), 1, 1, 24), grid(0));
    assert_eq!(sliced(grid(2), 1, 1, 25), grid(1));
    assert_eq!(sliced(grid(1), 0, 1, 20), Axis::Other);
    assert_eq!(sliced(grid(0), 0, 2, 12), Axis::Other);
    // Every second row is a coarser image.
    assert_eq!(sliced(Axis::Row, 1, 2, 2), Axis::Row);
}

#[test]
fn only_a_value_with_all_axes_is_a_map() {
    use Axis::{Batch, Channel, Column, Row};
    let tokens = Layout::Tokens {
        before: 1,
        height: 4,
        width: 6,
    };
    let of = |axes: &[Axis], shape: &[i64]| layout(axes, shape);
    assert_eq!(of(&[Batch, grid(1), Channel], &[1, 25, 8]), Some(tokens));
    assert_eq!(of(&IMAGE, &[1, 8, 4, 6]), Some(Layout::ChannelsFirst));
    let last = [Batch, Row, Column, Channel];
    assert_eq!(of(&last, &[1, 4, 6, 8]), Some(Layout::ChannelsLast));
    assert_eq!(of(&IMAGE, &[2, 8, 4, 6]), None);
    // The weights of attention have four axes, and none of them is an image's.
    assert_eq!(of(&[Batch, Axis::Other, GRID, GRID], &[1, 3, 24, 24]), None);
}

#[test]
fn skips_an_empty_part_of_another_rank() {
    let node = Node {
        op: Joining::Cat { dim: 1 }.into(),
        inputs: vec![ValueId(0), ValueId(1), ValueId(2)],
        outputs: vec![ValueId(3)],
        module: String::new(),
        name: String::new(),
    };
    let tokens = vec![Axis::Batch, GRID, Axis::Channel];
    let axes = [None, None, Some(tokens), None];
    // Nothing, a class token, the image's tokens.
    let shapes = [vec![0], vec![1, 1, 8], vec![1, 24, 8], vec![1, 25, 8]];
    let joined = follow(&node, 0, &axes, &shapes, ValueId(3)).unwrap();
    assert_eq!(joined, [Axis::Batch, grid(1), Axis::Channel]);
}

#[test]
fn attention_goes_along_its_queries() {
    use Axis::{Batch, Channel};
    // Two heads; every second row and column of the keys asks, as in LeViT's subsampling.
    let coarse = Axis::Grid {
        before: 0,
        height: 2,
        width: 3,
    };
    let queries = [Batch, Channel, coarse, Channel];
    let keys = [Batch, Channel, Channel, GRID];
    let weights = gathered(
        [&queries, &keys],
        [&[1, 2, 6, 4], &[1, 2, 4, 24]],
        &[1, 2, 6, 24],
    );
    let weights = weights.unwrap();
    assert_eq!(weights, [Batch, Channel, coarse, GRID]);
    assert_eq!(layout(&weights, &[1, 2, 6, 24]), None);
    let values = [Batch, Channel, GRID, Channel];
    let shapes: [&[i64]; 2] = [&[1, 2, 6, 24], &[1, 2, 24, 8]];
    let out = gathered([&weights, &values], shapes, &[1, 2, 6, 8]);
    assert_eq!(out.unwrap(), queries);
    // Keys of one head for all queries are broadcast: nothing is said of those.
    let shared: [&[i64]; 2] = [&[1, 2, 6, 24], &[1, 1, 24, 8]];
    assert_eq!(gathered([&weights, &values], shared, &[1, 2, 6, 8]), None);
}

#[test]
fn a_class_token_that_was_attended_to_joins_the_image_s_again() {
    use Axis::{Batch, Channel, Other};
    let node = Node {
        op: Joining::Cat { dim: 1 }.into(),
        inputs: vec![ValueId(0), ValueId(1)],
        outputs: vec![ValueId(2)],
        module: String::new(),
        name: String::new(),
    };
    let class = vec![Batch, Other, Channel];
    let tokens = vec![Batch, GRID, Channel];
    let axes = [Some(class), Some(tokens), None];
    let shapes = [vec![1, 1, 8], vec![1, 24, 8], vec![1, 25, 8]];
    let joined = follow(&node, 0, &axes, &shapes, ValueId(2)).unwrap();
    assert_eq!(joined, [Batch, grid(1), Channel]);
}
