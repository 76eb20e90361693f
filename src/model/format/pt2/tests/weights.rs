//! Weights that are missing, wrong or damaged.

use serde_json::json;

use super::support::{masked, opened, refused};
use super::writer::Pt2;
use crate::model::error::Fault;

fn weight_fault(model: &Pt2) -> String {
    match refused(model) {
        Fault::Weight { name, reason } => {
            assert_eq!(name, "fc.weight");
            reason
        }
        other => panic!("{other}"),
    }
}

#[test]
fn names_a_missing_weight() {
    let mut model = Pt2::new();
    model.weights.remove(0);
    assert!(weight_fault(&model).contains("no weight_0"));

    let mut model = Pt2::new();
    model.config["config"]
        .as_object_mut()
        .unwrap()
        .remove("fc.weight");
    assert!(weight_fault(&model).contains("not in the archive"));

    let mut model = Pt2::new();
    model.config = json!(null);
    assert!(
        matches!(refused(&model), Fault::Missing { entry } if entry.ends_with("weights_config.json"))
    );
}

#[test]
fn names_a_weight_of_the_wrong_length() {
    for length in [0, 4, 23, 25, 48] {
        let mut model = Pt2::new();
        model.weights[0].resize(length, 0);
        let reason = weight_fault(&model);
        assert!(
            reason.contains("needs 24 bytes") && reason.contains(&format!("has {length}")),
            "{reason}"
        );
    }
}

#[test]
fn refuses_a_wrong_shape_before_allocating_memory() {
    let huge = i64::MAX;
    for (sizes, strides, offset) in [
        (vec![2, 3], vec![300, 1], 0),
        (vec![2, 3], vec![3, 1], 1),
        (vec![huge, huge], vec![huge, huge], huge),
        (vec![huge, huge, huge, huge], vec![1, 1, 1, 1], 0),
        (vec![1 << 40, 1 << 10], vec![0, 0], 5),
        (vec![-2, 3], vec![3, 1], 0),
        (vec![2, 3], vec![-3, 1], 3),
        (vec![2, 3], vec![3], 0),
        (vec![2, 3], vec![3, 1], -1),
    ] {
        let mut model = Pt2::new();
        let meta = &mut model.config["config"]["fc.weight"]["tensor_meta"];
        meta["sizes"] = sizes.iter().map(|size| json!({"as_int": size})).collect();
        meta["strides"] = strides
            .iter()
            .map(|stride| json!({"as_int": stride}))
            .collect();
        meta["storage_offset"] = json!({"as_int": offset});
        weight_fault(&model);
    }
}

#[test]
fn refuses_a_pickled_weight_and_an_unknown_dtype() {
    let mut model = Pt2::new();
    model.config["config"]["fc.weight"]["use_pickle"] = json!(true);
    assert!(weight_fault(&model).contains("export again"));

    let mut model = Pt2::new();
    model.config["config"]["fc.weight"]["tensor_meta"]["dtype"] = json!(10);
    assert!(weight_fault(&model).contains("(10)"));
}

#[test]
fn refuses_nan_and_infinities_in_a_parameter_by_its_name() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut model = Pt2::new();
        model.weights[0][8..12].copy_from_slice(&bad.to_le_bytes());
        assert!(weight_fault(&model).contains("NaN"));
    }
}

#[test]
fn reads_weights_as_views_of_a_shared_storage() {
    let mut model = Pt2::new();
    // The weight transposed, and the bias its first two values.
    let meta = &mut model.config["config"]["fc.weight"]["tensor_meta"];
    meta["strides"] = json!([{"as_int": 1}, {"as_int": 2}]);
    model.config["config"]["fc.bias"]["path_name"] = json!("weight_0");
    for name in ["fc.weight", "fc.bias"] {
        model.config["config"][name]["tensor_meta"]["dtype"] = json!(6);
    }
    model.weights[0] = (0..6)
        .flat_map(|i| half::f16::from_f32(i as f32).to_le_bytes())
        .collect();
    let graph = opened(&model).graph;
    let read = |input: usize| {
        let tensor = graph.weight(graph.nodes[1].inputs[input]).unwrap();
        assert_eq!(tensor.kind(), tch::Kind::Float);
        Vec::<f32>::try_from(tensor.contiguous().flatten(0, -1)).unwrap()
    };
    assert_eq!(read(1), [0., 2., 4., 1., 3., 5.]);
    assert_eq!(read(2), [0., 1.]);
}

#[test]
fn allows_infinities_in_a_mask() {
    let graph = opened(&masked()).graph;
    let ones = tch::Tensor::ones([1, 3, 2, 2], (tch::Kind::Float, tch::Device::Cpu));
    let logits = crate::model::forward(&graph, &ones).unwrap();
    assert_eq!(
        Vec::<f32>::try_from(logits.flatten(0, -1)).unwrap(),
        [3., 0.]
    );
}

#[test]
fn refuses_nan_in_a_mask() {
    let mut model = masked();
    model.extra[0].1[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let fault = refused(&model);
    assert!(
        matches!(&fault, Fault::Weight { name, reason } if name == "mask" && reason.contains("NaN")),
        "{fault}"
    );
}

#[test]
fn refuses_infinities_in_a_buffer_that_a_layer_uses() {
    let mut model = Pt2::new();
    model.inputs[1] = json!({
        "buffer": {"arg": {"name": "p_fc_bias"}, "buffer_name": "fc.bias", "persistent": true},
    });
    opened(&model);
    model.weights[1][..4].copy_from_slice(&f32::NEG_INFINITY.to_le_bytes());
    let fault = refused(&model);
    assert!(
        matches!(&fault, Fault::Weight { name, .. } if name == "fc.bias"),
        "{fault}"
    );
}
