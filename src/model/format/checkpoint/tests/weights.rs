//! Weights that are missing, too large, or no numbers.

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use serde_json::Value;
use tch::Tensor;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::support::{file, library, network, open, other_resnet, resnet, safetensors, spoilt};
use crate::model::error::Fault;
use crate::model::format;
use crate::model::format::checkpoint::unwrap::Saved;
use crate::model::format::checkpoint::{StateDict, fill_architecture, safetensors as reader};
use crate::model::format::file::start::FileStart;
use crate::model::format::torch_save::pickle::{Dtype, Stored};
use crate::model::format::torch_save::source::{Part, Rows, Source};
use crate::model::opening::Opening;
use crate::model::tape::forward;

#[test]
fn blames_an_unreadable_object_only_where_a_weight_is_expected() {
    let read = || reader::read(FileStart::of(&file("plain.safetensors")).unwrap()).unwrap();
    let mut report = |_| ControlFlow::Continue(());
    let mut refused = |weights: StateDict, known: &[(Value, String)]| {
        let mut opening = Opening::new(&mut report);
        let (path, saved) = (std::path::Path::new("w"), Saved::of(weights));
        fill_architecture(path, saved, || Ok(library(known)), &mut opening).unwrap_err()
    };
    let mut noted = read();
    let settings = ("settings".to_owned(), "argparse.Namespace".to_owned());
    noted.unreadable.push(settings);
    let asked = refused(noted, &[resnet("resnet"), other_resnet()]);
    assert!(matches!(asked, Fault::SeveralArchitectures(_)), "{asked}");

    let mut packed = read();
    packed.tensors.retain(|(name, _)| name != "fc.weight");
    let weight = ("fc.weight".to_owned(), "PackedParams".to_owned());
    packed.unreadable.push(weight);
    let fault = refused(packed, &[resnet("resnet")]);
    assert!(
        matches!(&fault, Fault::Weight { name, reason } if name == "fc.weight" && reason.contains("a PackedParams")),
        "{fault}"
    );
}

#[test]
fn bounds_the_memory_of_many_views_of_one_storage() {
    let side = 1000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zeros");
    std::fs::write(&path, vec![0; 4 * side * side]).unwrap();
    let part = Part {
        start: 0,
        length: 4 * (side * side) as u64,
    };
    let source = Source::File {
        file: std::io::BufReader::new(std::fs::File::open(&path).unwrap()),
        storages: HashMap::from([("0".to_owned(), part)]),
    };
    let dtype = Dtype::named("float32");
    let mut turned = Stored::whole("0".into(), dtype, vec![side as i64; 2]);
    turned.strides.reverse();
    let mut report = |_| ControlFlow::Continue(());
    let mut opening = Opening::new(&mut report);
    let mut rows = Rows::new(source, std::iter::once(&turned), &mut opening).unwrap();
    let fault = (0..1000).find_map(|_| rows.tensor("fc.weight", &turned).err());
    assert!(matches!(fault, Some(Fault::Weight { reason, .. }) if reason.contains("many views")));
}

#[test]
fn refuses_weights_of_another_dtype_by_name() {
    for (dtype, bytes) in [("I64", 8), ("F8_E4M3", 1), ("BOOL", 1)] {
        let (weight, end) = (6 * bytes, 8 * bytes);
        let header = format!(
            r#"{{"fc.weight":{{"dtype":"{dtype}","shape":[2,3],"data_offsets":[0,{weight}]}},"fc.bias":{{"dtype":"{dtype}","shape":[2],"data_offsets":[{weight},{end}]}}}}"#
        );
        let bytes = safetensors(&header, end);
        let refused = spoilt("plain.safetensors", |held| *held = bytes).unwrap_err();
        let Fault::Weight { name, reason } = &refused else {
            panic!("{refused}")
        };
        assert!(
            name.starts_with("fc.") && reason.contains("has dtype"),
            "{refused}"
        );
    }
}

#[test]
fn refuses_nan_in_a_weight_by_name() {
    // The bias is last in the old format, and its second value is 1.
    let refused = spoilt("layer_legacy.pth", |bytes| {
        let one = 1f32.to_le_bytes();
        let at = bytes.windows(4).rposition(|window| window == one).unwrap();
        bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    assert!(matches!(refused, Err(Fault::Weight { reason, .. }) if reason.contains("NaN")));
}

/// A linear layer whose logits have a mask added.
fn masked() -> (Value, String) {
    let mini = format::pt2_masked_program();
    network("masked", &mini, &["fc.weight", "fc.bias"])
}

/// The values of the tensors of [`masked`], in the order weight, bias, mask.
fn masked_values(second_bias: f32, mask: f32) -> Vec<u8> {
    let values = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0, second_bias, 0.0, mask];
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn masked_safetensors(second_bias: f32, mask: f32) -> Vec<u8> {
    let header = r#"{"fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"fc.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]},"mask":{"dtype":"F32","shape":[1,2],"data_offsets":[32,40]}}"#;
    let mut bytes = safetensors(header, 0);
    bytes.extend(masked_values(second_bias, mask));
    bytes
}

/// The same as `torch.save` writes it, all tensors in one storage.
fn masked_pth(second_bias: f32, mask: f32) -> Vec<u8> {
    let mut pickle = b"}(".to_vec();
    let tensors: [(&str, u8, &[u8], &[u8]); 3] = [
        ("fc.weight", 0, b"K\x02K\x03\x86", b"K\x03K\x01\x86"),
        ("fc.bias", 6, b"K\x02\x85", b"K\x01\x85"),
        ("mask", 8, b"K\x01K\x02\x86", b"K\x02K\x01\x86"),
    ];
    for (name, offset, sizes, strides) in tensors {
        pickle.extend(format!("S'{name}'\n").bytes());
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nK\x0atQ");
        pickle.extend([b'K', offset]);
        pickle.extend([sizes, strides, b"\x89NtR"].concat());
    }
    pickle.extend(b"u.");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in [
        ("m/data.pkl", pickle),
        ("m/data/0", masked_values(second_bias, mask)),
    ] {
        writer.start_file(name, stored).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn allows_infinities_in_a_mask_and_refuses_them_in_a_parameter() {
    let folder = tempfile::tempdir().unwrap();
    for (name, write) in [
        ("m.pth", masked_pth as fn(f32, f32) -> Vec<u8>),
        ("m.safetensors", masked_safetensors),
    ] {
        let path = folder.path().join(name);
        let opened = |second_bias: f32, mask: f32| {
            std::fs::write(&path, write(second_bias, mask)).unwrap();
            open(&path, &[masked()], None)
        };
        let graph =
            opened(1.0, f32::NEG_INFINITY).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let ones = Tensor::ones([1, 3, 2, 2], (tch::Kind::Float, tch::Device::Cpu));
        let logits = forward(&graph.graph, &ones).unwrap();
        assert_eq!(
            Vec::<f32>::try_from(logits.flatten(0, -1)).unwrap(),
            [3., 0.]
        );
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let fault = opened(bad, f32::NEG_INFINITY).unwrap_err();
            assert!(
                matches!(&fault, Fault::Weight { name, reason } if name == "fc.bias" && reason.contains("NaN")),
                "{fault}"
            );
        }
        let fault = opened(1.0, f32::NAN).unwrap_err();
        assert!(
            matches!(&fault, Fault::Weight { name, .. } if name == "mask"),
            "{fault}"
        );
    }
}
