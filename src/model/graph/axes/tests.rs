use super::*;
use crate::model::op::Joining;

const P: Axis = Axis::Places {
    before: 0,
    height: 4,
    width: 6,
};

fn places(before: i64) -> Axis {
    Axis::Places {
        before,
        height: 4,
        width: 6,
    }
}

#[test]
fn a_picture_flattened_is_a_row_of_places_and_back() {
    use Axis::{Batch, Channel, Column, Row};
    let flat = regrouped(&IMAGE, &[1, 8, 4, 6], &[1, 8, 24]).unwrap();
    assert_eq!(flat, [Batch, Channel, P]);
    let tokens = [Batch, P, Channel];
    let back = regrouped(&tokens, &[1, 24, 8], &[1, 4, 6, 8]).unwrap();
    assert_eq!(back, [Batch, Row, Column, Channel]);
    // The other way round it would be another picture.
    let turned = regrouped(&tokens, &[1, 24, 8], &[1, 6, 4, 8]).unwrap();
    assert_eq!(turned[1..3], [Axis::Other, Axis::Other]);
}

#[test]
fn channels_may_be_taken_apart_and_put_together_again() {
    use Axis::{Batch, Channel, Column, Row};
    let apart = regrouped(&IMAGE, &[1, 8, 4, 6], &[1, 2, 4, 4, 6]).unwrap();
    assert_eq!(apart, [Batch, Channel, Channel, Row, Column]);
    let together = regrouped(&apart, &[1, 4, 2, 4, 6], &[1, 8, 4, 6]).unwrap();
    assert_eq!(together, IMAGE);
    let mixed = regrouped(&IMAGE, &[1, 8, 4, 6], &[1, 4, 8, 6]).unwrap();
    assert_eq!(mixed, [Batch, Axis::Other, Axis::Other, Column]);
}

#[test]
fn patches_that_become_one_place_leave_a_coarser_picture() {
    use Axis::{Batch, Channel, Column, Row};
    let last = [Batch, Row, Column, Channel];
    let apart = regrouped(&last, &[1, 4, 6, 8], &[1, 2, 2, 3, 2, 8]).unwrap();
    assert_eq!(apart, [Batch, Row, Channel, Column, Channel, Channel]);
    let turned = [Batch, Row, Column, Channel, Channel, Channel];
    let merged = regrouped(&turned, &[1, 2, 3, 2, 2, 8], &[1, 2, 3, 32]).unwrap();
    assert_eq!(merged, last);
    // Windows whose places are kept together are no picture.
    let windows = [Batch, Row, Column, Channel, Channel, Channel];
    let tokens = regrouped(&windows, &[1, 2, 3, 2, 2, 8], &[6, 4, 8]).unwrap();
    assert_eq!(layout(&tokens, &[6, 4, 8]), None);
}

#[test]
fn axes_of_size_one_come_and_go() {
    use Axis::{Batch, Channel};
    let gone = regrouped(&IMAGE, &[1, 8, 1, 1], &[1, 8]).unwrap();
    assert_eq!(gone, [Batch, Channel]);
    let come = regrouped(&gone, &[1, 8], &[1, 8, 1, 1]).unwrap();
    assert_eq!(come, [Batch, Channel, Axis::Other, Axis::Other]);
    let rows = regrouped(&[Batch, P, Channel], &[1, 24, 8], &[24, 8]).unwrap();
    assert_eq!(rows, [P, Channel]);
    let again = regrouped(&rows, &[24, 8], &[1, 24, 8]).unwrap();
    assert_eq!(again[1..], [P, Channel]);
    assert_eq!(regrouped(&rows, &[24, 8], &[7]), None);
    assert_eq!(regrouped(&rows, &[24, 0], &[0]), None);
}

#[test]
fn a_part_of_the_tokens_is_the_picture_while_it_holds_every_place() {
    assert_eq!(sliced(places(1), 1, 1, 24), places(0));
    assert_eq!(sliced(places(2), 1, 1, 25), places(1));
    assert_eq!(sliced(places(1), 0, 1, 20), Axis::Other);
    assert_eq!(sliced(places(0), 0, 2, 12), Axis::Other);
    // Every second row is a coarser picture.
    assert_eq!(sliced(Axis::Row, 1, 2, 2), Axis::Row);
}

#[test]
fn only_what_has_all_its_axes_is_a_map() {
    use Axis::{Batch, Channel, Column, Row};
    let tokens = Layout::Tokens {
        before: 1,
        height: 4,
        width: 6,
    };
    let of = |axes: &[Axis], shape: &[i64]| layout(axes, shape);
    assert_eq!(of(&[Batch, places(1), Channel], &[1, 25, 8]), Some(tokens));
    assert_eq!(of(&IMAGE, &[1, 8, 4, 6]), Some(Layout::ChannelsFirst));
    let last = [Batch, Row, Column, Channel];
    assert_eq!(of(&last, &[1, 4, 6, 8]), Some(Layout::ChannelsLast));
    assert_eq!(of(&IMAGE, &[2, 8, 4, 6]), None);
    // The weights of attention have four axes, and none of them is a picture's.
    assert_eq!(of(&[Batch, Axis::Other, P, P], &[1, 3, 24, 24]), None);
}

#[test]
fn an_empty_part_of_another_rank_moves_nothing() {
    let node = Node {
        op: Joining::Cat { dim: 1 }.into(),
        inputs: vec![ValueId(0), ValueId(1), ValueId(2)],
        outputs: vec![ValueId(3)],
        module: String::new(),
        name: String::new(),
    };
    let tokens = vec![Axis::Batch, P, Axis::Channel];
    let axes = [None, None, Some(tokens), None];
    // Nothing, a class token, the picture's tokens.
    let shapes = [vec![0], vec![1, 1, 8], vec![1, 24, 8], vec![1, 25, 8]];
    let joined = follow(&node, 0, &axes, &shapes, ValueId(3)).unwrap();
    assert_eq!(joined, [Axis::Batch, places(1), Axis::Channel]);
}
