//! Core ATen, into which every program can be decomposed: each operator is read, or left out for a reason.

use crate::model::format::pt2::aten;

/// Operators that are not read.
const LEFT_OUT: [(&str, &[&str]); 4] = [
    (
        "computes a gradient, which no exported classifier does",
        &[
            "_adaptive_avg_pool2d_backward.default",
            "avg_pool2d_backward.default",
            "convolution_backward.default",
            "embedding_dense_backward.default",
            "max_pool2d_with_indices_backward.default",
            "native_group_norm_backward.default",
            "native_layer_norm_backward.default",
        ],
    ),
    (
        "returns a number that is no tensor",
        &[
            "_local_scalar_dense.default",
            "sym_numel.default",
            "sym_size.int",
            "sym_storage_offset.default",
            "sym_stride.int",
        ],
    ),
    ("sums up words of a text", &["_embedding_bag.default"]),
    ("writes into a tensor that is given to it", &["atan2.out"]),
];

#[test]
fn every_operator_is_read_or_left_out_for_a_reason() {
    let list = include_str!("../../../../../tests/torchvision/lists/core_aten.txt");
    let left_out: Vec<&str> = LEFT_OUT
        .iter()
        .flat_map(|(_, names)| *names)
        .copied()
        .collect();
    let is_read = |operator: &&str| {
        let (name, overload) = operator.split_once('.').unwrap();
        aten::known(name, overload).is_some()
    };
    let (read, not_read): (Vec<&str>, Vec<&str>) = list.lines().partition(is_read);
    let missing: Vec<&&str> = not_read
        .iter()
        .filter(|name| !left_out.contains(name))
        .collect();
    assert!(missing.is_empty(), "neither read nor left out: {missing:?}");
    let both: Vec<&&str> = left_out
        .iter()
        .filter(|name| !not_read.contains(name))
        .collect();
    assert!(both.is_empty(), "left out, and read or unknown: {both:?}");
    assert!(read.len() > 150, "{}", read.len());
}
