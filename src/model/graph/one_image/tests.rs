use super::*;

#[test]
fn divides_the_axis_that_the_batch_goes_into() {
    let new = |before: &[i64], of_one: &[i64], due: &[i64]| divided((before, of_one, 1), due, 2);
    // Flattened, split into windows, joined with heads.
    assert_eq!(
        new(&[2, 4, 3, 3], &[1, 4, 3, 3], &[2, 36]),
        Some(vec![1, 36])
    );
    let windows = new(&[2, 8, 8, 6], &[1, 8, 8, 6], &[2, 2, 4, 2, 4, 6]);
    assert_eq!(windows, Some(vec![1, 2, 4, 2, 4, 6]));
    assert_eq!(
        new(&[2, 4, 5, 6], &[1, 4, 5, 6], &[8, 5, 6]),
        Some(vec![4, 5, 6])
    );
    // Tokens first: the batch is part of the second axis.
    assert_eq!(new(&[6, 2, 8], &[6, 1, 8], &[6, 4, 4]), Some(vec![6, 2, 4]));
    assert_eq!(new(&[1, 2, 6], &[1, 1, 6], &[2, 6]), Some(vec![1, 6]));
    assert_eq!(new(&[6, 2, 8], &[6, 1, 8], &[12, 8]), Some(vec![6, 8]));
    // And apart again, where it was joined with four windows or interleaved with six tokens.
    let apart = divided((&[8, 5, 6], &[4, 5, 6], 4), &[2, 4, 5, 6], 2);
    assert_eq!(apart, Some(vec![1, 4, 5, 6]));
    let apart = divided((&[12, 8], &[6, 8], 1), &[6, 2, 8], 2);
    assert_eq!(apart, Some(vec![6, 1, 8]));
}

#[test]
fn does_not_divide_an_axis_that_images_share() {
    assert_eq!(divided((&[2, 9], &[1, 9], 1), &[3, 6], 2), None);
    assert_eq!(divided((&[2, 9], &[2, 9], 1), &[18], 2), None);
}
