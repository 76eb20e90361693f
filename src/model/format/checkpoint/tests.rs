//! Opens checkpoints that PyTorch has written (`tests/checkpoints`) and files that are damaged here,
//! with architectures that the tests define.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use npyz::npz::NpzArchive;
use serde_json::{Value, json};
use tch::Tensor;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::architectures::Library;
use crate::model::error::Fault;
use crate::model::format::file::start::FileStart;
use crate::model::format::{self, Opened};
use crate::model::opening::{OpenOptions, Opening};
use crate::model::tape::forward;

use super::{StateDict, fill_architecture, safetensors as reader};
use crate::model::format::torch_save::pickle::{Dtype, Stored};
use crate::model::format::torch_save::source::{Part, Rows, Source};

/// Relative to the largest logit.
const TOLERANCE: f32 = 1e-5;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn file(name: &str) -> PathBuf {
    root("tests/checkpoints").join(name)
}

/// The JSON of an exported program.
fn program(path: &Path, entry: &str) -> Value {
    let mut zip = ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    serde_json::from_reader(zip.by_name(entry).unwrap()).unwrap()
}

/// The entry of a [`Library`] for an exported program.
fn network(name: &str, program: &Value, head: &[&str]) -> (Value, String) {
    let module = &program["graph_module"];
    let mut tensors = BTreeMap::new();
    for spec in module["signature"]["input_specs"].as_array().unwrap() {
        for (kind, called) in [("parameter", "parameter_name"), ("buffer", "buffer_name")] {
            let Some(spec) = spec.get(kind) else { continue };
            let called = spec[called].as_str().unwrap();
            if !called.ends_with("num_batches_tracked") {
                let about =
                    &module["graph"]["tensor_values"][spec["arg"]["name"].as_str().unwrap()];
                let sizes = about["sizes"].as_array().unwrap().iter();
                let sizes: Vec<i64> = sizes.map(|size| size["as_int"].as_i64().unwrap()).collect();
                tensors.insert(called.to_owned(), sizes);
            }
        }
    }
    let about = json!({
        "name": name, "tensors": tensors, "head": head, "preprocess": {"crop_pct": 0.5},
    });
    (about, program.to_string())
}

fn library(networks: &[(Value, String)]) -> Library {
    let about: Vec<&Value> = networks.iter().map(|(about, _)| about).collect();
    let index = json!({"auxiliary": ["aux."], "architectures": about}).to_string();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut entry = |name: &str, text: &str| {
        writer.start_file(name, deflated).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    };
    entry("index.json", &index);
    for (about, graph) in networks {
        entry(&format!("{}.json", about["name"].as_str().unwrap()), graph);
    }
    Library::of(writer.finish().unwrap().into_inner().leak()).unwrap()
}

fn resnet(name: &str) -> (Value, String) {
    let mini = root("tests/torchvision/tiny/resnet.pt2");
    let program = program(&mini, "resnet/models/model.json");
    network(name, &program, &["fc.weight", "fc.bias"])
}

/// A linear layer on the mean of each colour.
fn layer() -> (Value, String) {
    let mini = format::pt2_program();
    network("layer", &mini, &["fc.weight", "fc.bias"])
}

fn open(
    path: &Path,
    known: &[(Value, String)],
    architecture: Option<&str>,
) -> Result<Opened, Fault> {
    let mut report = |_| ControlFlow::Continue(());
    let options = OpenOptions::default();
    let options = match architecture {
        Some(name) => options.architecture(name),
        None => options,
    };
    let mut opening = Opening::new(&mut report).with_options(options);
    format::read(path, || Ok(library(known)), &mut opening)
}

fn fault(path: &Path, known: &[(Value, String)]) -> Fault {
    open(path, known, None).expect_err("it opened")
}

/// The largest difference from PyTorch's logits over their largest magnitude.
fn apart(opened: &Opened) -> f32 {
    let golden = root("tests/torchvision/tiny/resnet.npz");
    let mut golden = NpzArchive::open(golden).unwrap();
    let mut floats =
        |name: &str| -> Vec<f32> { golden.by_name(name).unwrap().unwrap().into_vec().unwrap() };
    let input = Tensor::from_slice(&floats("input")).reshape(opened.graph.input_shape);
    let logits: Vec<f32> =
        Vec::try_from(forward(&opened.graph, &input).unwrap().reshape(-1)).unwrap();
    let theirs = floats("logits");
    assert_eq!(logits.len(), theirs.len());
    let largest = theirs
        .iter()
        .fold(0f32, |most, value| most.max(value.abs()));
    let differences = logits.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
    differences.fold(0f32, f32::max) / largest
}

#[test]
fn opens_every_form_of_checkpoint_with_pytorchs_numbers() {
    for (name, tolerance) in [
        ("plain.pth", TOLERANCE),
        ("legacy.pth", TOLERANCE),
        ("plain.safetensors", TOLERANCE),
        ("training.pth", TOLERANCE),
        // Its weights are float16.
        ("odd.pt", 5e-3),
    ] {
        let opened = open(&file(name), &[resnet("resnet"), layer()], None);
        let opened = opened.unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(opened.architecture.as_deref(), Some("resnet"));
        assert!(opened.preprocess.as_deref().unwrap().contains("0.5"));
        let apart = apart(&opened);
        assert!(apart <= tolerance, "{name} is {apart} apart");
    }
}

#[test]
fn asks_which_of_two_architectures_it_is() {
    let mut other = resnet("resnet_strided");
    other.0["hint"] = json!("with strides");
    let known = [resnet("resnet"), other];
    let Fault::SeveralArchitectures(candidates) = fault(&file("plain.pth"), &known) else {
        panic!("it did not ask");
    };
    let names: Vec<&str> = candidates.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["resnet", "resnet_strided"]);
    let message = Fault::SeveralArchitectures(candidates).to_string();
    assert!(message.contains("choose one") && message.contains("resnet_strided: with strides"));

    let chosen = open(&file("plain.pth"), &known, Some("resnet_strided")).unwrap();
    assert_eq!(chosen.architecture.as_deref(), Some("resnet_strided"));
    let none = open(&file("plain.pth"), &known, Some("vgg")).unwrap_err();
    assert!(matches!(none, Fault::UnknownArchitecture { .. }), "{none}");
}

#[test]
fn names_the_closest_architecture_and_the_differences() {
    let mut near = resnet("resnet");
    near.0["tensors"]["conv1.weight"] = json!([8, 3, 5, 5]);
    near.0["tensors"]["stem.weight"] = json!([8]);
    near.0["tensors"]
        .as_object_mut()
        .unwrap()
        .remove("layer1.conv2.weight");
    let message = fault(&file("plain.pth"), &[layer(), near.clone()]).to_string();
    for part in [
        "none of the 2 architectures",
        "The closest is resnet",
        "conv1.weight is [8, 3, 7, 7], not [8, 3, 5, 5]",
        "stem.weight [8] is missing",
        "layer1.conv2.weight [8, 8, 3, 3] is not in the architecture",
        "torch.export.export(",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let message = open(&file("plain.pth"), &[layer(), near], Some("layer"))
        .unwrap_err()
        .to_string();
    assert!(message.contains("do not fit layer"), "{message}");
}

#[test]
fn takes_the_number_of_classes_from_the_head() {
    let mut of_thousand = resnet("resnet");
    of_thousand.0["tensors"]["fc.weight"][0] = json!(1000);
    of_thousand.0["tensors"]["fc.bias"][0] = json!(1000);
    let opened = open(&file("plain.pth"), &[of_thousand], None).unwrap();
    let logits = &opened.graph.values[opened.graph.logits.0];
    assert_eq!(logits.stated_shape.as_deref(), Some(&[1, 4][..]));
}

#[test]
fn blames_an_unreadable_object_only_where_a_weight_is_expected() {
    let mut other = resnet("resnet_strided");
    other.0["hint"] = json!("with strides");
    let read = || reader::read(FileStart::of(&file("plain.safetensors")).unwrap()).unwrap();
    let mut report = |_| ControlFlow::Continue(());
    let mut refused = |weights: StateDict, known: &[(Value, String)]| {
        let mut opening = Opening::new(&mut report);
        fill_architecture(weights, || Ok(library(known)), &mut opening).unwrap_err()
    };
    let mut noted = read();
    let settings = ("settings".to_owned(), "argparse.Namespace".to_owned());
    noted.unreadable.push(settings);
    let asked = refused(noted, &[resnet("resnet"), other]);
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
fn reads_a_header_whose_length_looks_like_a_pickle() {
    // Lengths whose first two bytes are those of a pickle.
    for length in [640, 896, 1152, 1408] {
        let mut header = String::from_utf8(small("layer.safetensors")[8..].to_vec()).unwrap();
        header.truncate(header.rfind('}').unwrap() + 1);
        header.extend(std::iter::repeat_n(' ', length - header.len()));
        let bytes = safetensors(&header, 32);
        assert!(matches!(bytes[..2], [0x80, 2..=5]));
        spoilt("plain.safetensors", |held| *held = bytes).unwrap();
    }
}

#[test]
fn refuses_a_tensor_with_an_endless_name() {
    let name = "a.".repeat(4 << 20);
    let header =
        format!(r#"{{"{name}weight":{{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}}}"#);
    let bytes = safetensors(&header, 8);
    let refused = spoilt("plain.safetensors", |held| *held = bytes).unwrap_err();
    assert!(matches!(refused, Fault::NoArchitecture(_)));
    assert!(refused.to_string().len() < 2000);
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
fn refuses_a_pickled_module_and_says_how_to_export_it() {
    for name in ["module.pth", "module_within.pth"] {
        let message = fault(&file(name), &[layer()]).to_string();
        assert!(
            message.contains("torch.nn.modules.container.Sequential"),
            "{message}"
        );
        assert!(message.contains("torch.export.export("), "{message}");
    }
}

/// Opens a file with the bytes of `name` after `spoil` has changed them.
fn spoilt(name: &str, spoil: impl FnOnce(&mut Vec<u8>)) -> Result<Opened, Fault> {
    let mut bytes = std::fs::read(file(name)).unwrap();
    spoil(&mut bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    open(&path, &[layer()], None)
}

fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

#[test]
fn refuses_safetensors_with_wrong_claims() {
    let about = |dtype: &str, shape: &str, offsets: &str| {
        format!(r#"{{"fc.weight":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    for (header, word) in [
        // 4 GB in a file of 100 bytes.
        (about("F32", "[1073741824]", "[0,4294967296]"), "4294967296"),
        (about("F32", "[2]", "[8,0]"), "from 8 to 0"),
        (
            about("F32", "[1]", "[0,4]"),
            "take 4 bytes, and the file has 8",
        ),
        (about("F32", "[18446744073709551615,2]", "[0,8]"), "header"),
        (r#"{"fc.weight":7}"#.to_owned(), "header"),
        (
            r#"{"fc.weight":{}}"#.to_owned(),
            "fc.weight is not a tensor",
        ),
        (r#"{"fc.weight""#.to_owned(), "header"),
    ] {
        let bytes = safetensors(&header, 8);
        let refused = spoilt("plain.safetensors", |held| *held = bytes).map(|_| ());
        let refused = refused.expect_err(&header);
        let message = refused.to_string();
        assert!(
            matches!(refused, Fault::Damaged(_)) && message.contains(word),
            "{header}: {message}"
        );
    }
    // The shape of the network, but larger than the file.
    let header = r#"{"fc.weight":{"dtype":"F32","shape":[268435456,3],"data_offsets":[0,8]},"fc.bias":{"dtype":"F32","shape":[268435456],"data_offsets":[0,8]}}"#;
    let bytes = safetensors(header, 8);
    let refused = spoilt("plain.safetensors", |held| *held = bytes);
    assert!(
        matches!(refused, Err(Fault::Weight { reason, .. }) if reason.contains("3221225472 bytes and has 8"))
    );
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

const SMALL: [&str; 3] = ["layer.pth", "layer_legacy.pth", "layer.safetensors"];

/// The bytes of one of the small files; the last is written here.
fn small(name: &str) -> Vec<u8> {
    match name {
        "layer.safetensors" => safetensors(
            r#"{"fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"fc.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}"#,
            32,
        ),
        name => std::fs::read(file(name)).unwrap(),
    }
}

#[test]
fn refuses_a_truncated_file() {
    let folder = tempfile::tempdir().unwrap();
    let known = [layer()];
    for name in SMALL {
        let bytes = small(name);
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        assert!(open(&path, &known, None).is_ok(), "{name}");
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let opened = open(&path, &known, None);
            assert!(opened.is_err(), "{name} opens with {length} bytes");
        }
    }
}

#[test]
fn opens_or_refuses_a_file_with_changed_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let known = [layer()];
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for name in SMALL {
        let honest = small(name);
        let path = folder.path().join(name);
        let mut refused = 0;
        for _ in 0..1500 {
            let mut bytes = honest.clone();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                bytes[at] = random(256) as u8;
            }
            std::fs::write(&path, &bytes).unwrap();
            if let Err(fault) = open(&path, &known, None) {
                refused += 1;
                assert!(!fault.to_string().is_empty());
            }
        }
        assert!(refused > 500, "{name}: only {refused} were refused");
    }
}
