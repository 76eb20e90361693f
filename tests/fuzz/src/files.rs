//! Makes a model file from an input of the fuzzer.
//!
//! Wrong checksums or missing weights would make the readers refuse nearly every input early. So the
//! archive and the weights are written here, correctly, around the input.

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::model::{InputValue, Model, OpenOptions};

/// Largest weight that is written, in bytes: the weights of the smallest built-in architecture with two
/// classes are no larger.
const MAX_WEIGHT: usize = 589_824;

/// What may lie beside a model or come with it, in the order of the numbers that an input begins with.
const BESIDE: [&str; 8] = [
    "preprocess.json",
    "preprocessor_config.json",
    "config.json",
    "labels.txt",
    "class_indices.json",
    "class_to_idx.json",
    "meta.npy",
    "sample",
];
/// The graph of a network of two inputs, a picture of three channels and a row of two numbers.
const TWO_INPUTS: &[u8] = include_bytes!("two_inputs.json");

/// Opens what is made from `input` in a folder that is there for it alone: how many classes each model
/// has, or what is wrong.
pub fn open(folder: &Path, target: &str, input: &[u8]) -> Vec<Result<usize, String>> {
    let opened = |path: &Path, options: &OpenOptions| {
        let model = Model::open_as(path, options, &mut |_| ControlFlow::Continue(()));
        let model = model.map_err(|error| error.to_string())?;
        Ok(model.labels.names.len())
    };
    if target == "beside" {
        return vec![beside(folder, input, opened)];
    }
    let made = of(target, input).into_iter().map(|(ending, bytes)| {
        let path = folder.join(format!("m.{ending}"));
        std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
        opened(&path, &OpenOptions::default())
    });
    made.collect()
}

/// Opens a small network with a file beside it, or in it. The first byte of `input` says which.
fn beside(
    folder: &Path,
    input: &[u8],
    opened: impl Fn(&Path, &OpenOptions) -> Result<usize, String>,
) -> Result<usize, String> {
    let (first, contents) = input.split_first().ok_or("it is empty")?;
    let name = BESIDE[usize::from(*first) % BESIDE.len()];
    let sample = (name == "sample").then(|| archive(&zipped_entries(contents)));
    let path = folder.join("m.pt2");
    let other = folder.join(name);
    let write =
        |path: &Path, bytes: &[u8]| std::fs::write(path, bytes).map_err(|error| error.to_string());
    write(&path, &pt2(TWO_INPUTS, sample))?;
    write(&other, contents)?;
    let mut options = OpenOptions::default();
    if name == "meta.npy" {
        let value = InputValue::read(&other.to_string_lossy())?;
        options = options.input_at("meta", value);
    }
    let result = opened(&path, &options);
    std::fs::remove_file(&other).map_err(|error| error.to_string())?;
    result
}

/// The files made from `input`, with their extensions.
fn of(target: &str, input: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    match target {
        "pt2" => vec![("pt2", pt2(input, None))],
        "onnx" => vec![("onnx", input.to_vec())],
        "checkpoint" => vec![("pth", zipped(input)), ("pth", legacy(input))],
        "safetensors" => vec![
            ("safetensors", input.to_vec()),
            ("safetensors", with_data(input)),
        ],
        "torchscript" => vec![("pt", torchscript(input))],
        _ => vec![("bin", input.to_vec())],
    }
}

/// An archive of TorchScript whose code is the input: the class `__torch__.Net` has a `weight` of four filters for
/// three channels.
fn torchscript(code: &[u8]) -> Vec<u8> {
    const DATA: &[u8] = b"\x80\x02c__torch__\nNet\n)\x81}X\x06\x00\x00\x00weightctorch._utils\n_rebuild_tensor_v2\n((\
        X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x0ctQK\x00\
        (K\x04K\x03K\x01K\x01t(K\x03K\x01K\x01K\x01t\x89}tRsb.";
    archive(&[
        ("m/code/__torch__.py".to_owned(), code.to_vec()),
        ("m/data.pkl".to_owned(), DATA.to_vec()),
        ("m/data/0".to_owned(), values(7, 48)),
        ("m/constants.pkl".to_owned(), b"\x80\x02).".to_vec()),
    ])
}

/// An archive with `program` as its graph, and the weights that it names. If the program has a list of
/// them under `config`, that one is written. `sample` is the archive of its sample inputs.
fn pt2(program: &[u8], sample: Option<Vec<u8>>) -> Vec<u8> {
    let parsed: Value = serde_json::from_slice(program).unwrap_or_default();
    let (mut config, lengths) = weights(&parsed);
    if parsed["config"].is_object() {
        config = parsed["config"].clone();
    }
    let config = json!({ "config": config }).to_string();
    let mut entries = vec![
        ("m/models/model.json".to_owned(), program.to_vec()),
        (
            "m/data/weights/model_weights_config.json".to_owned(),
            config.into_bytes(),
        ),
        ("m/byteorder".to_owned(), b"little".to_vec()),
    ];
    if let Some(sample) = sample {
        entries.push(("m/data/sample_inputs/model.pt".to_owned(), sample));
    }
    for (dtype, length) in lengths {
        entries.push((format!("m/data/weights/{dtype}"), values(dtype, length)));
    }
    archive(&entries)
}

/// The list of a program's weights as the program describes them, and the bytes of one storage per dtype,
/// which all weights of that dtype share.
fn weights(program: &Value) -> (Value, HashMap<i64, usize>) {
    let mut config = Map::new();
    let mut lengths: HashMap<i64, usize> = HashMap::new();
    let module = &program["graph_module"];
    let specs = module["signature"]["input_specs"].as_array();
    for spec in specs.into_iter().flatten() {
        for (kind, called) in [
            ("parameter", "parameter_name"),
            ("buffer", "buffer_name"),
            ("tensor_constant", "tensor_constant_name"),
        ] {
            let spec = &spec[kind];
            let Some((arg, name)) = spec["arg"]["name"].as_str().zip(spec[called].as_str()) else {
                continue;
            };
            let about = &module["graph"]["tensor_values"][arg];
            let dtype = about["dtype"].as_i64().unwrap_or(7);
            let sizes: Option<Vec<i64>> = about["sizes"].as_array().and_then(|sizes| {
                let size = |size: &Value| size["as_int"].as_i64();
                sizes.iter().map(size).collect()
            });
            let sizes = sizes.unwrap_or_default();
            let count = sizes.iter().try_fold(1i64, |n, size| n.checked_mul(*size));
            let bytes = count.and_then(|n| usize::try_from(n).ok());
            let bytes = bytes.and_then(|n| n.checked_mul(width(dtype)));
            let Some(bytes) = bytes.filter(|bytes| *bytes <= MAX_WEIGHT) else {
                continue;
            };
            let mut strides = vec![1i64; sizes.len()];
            for axis in (1..sizes.len()).rev() {
                strides[axis - 1] = strides[axis].saturating_mul(sizes[axis]);
            }
            let ints = |list: &[i64]| -> Value {
                list.iter().map(|int| json!({ "as_int": int })).collect()
            };
            let payload = json!({
                "path_name": dtype.to_string(), "is_param": true, "use_pickle": false,
                "tensor_meta": {"dtype": dtype, "sizes": ints(&sizes), "strides": ints(&strides)},
            });
            config.insert(name.to_owned(), payload);
            let length = lengths.entry(dtype).or_default();
            *length = bytes.max(*length);
        }
    }
    (Value::Object(config), lengths)
}

/// The bytes of one value; dtypes are numbered as in exported programs.
fn width(dtype: i64) -> usize {
    match dtype {
        1 | 2 | 12 => 1,
        3 | 6 | 13 => 2,
        5 | 8 => 8,
        _ => 4,
    }
}

/// Values above zero, since some are variances, and small, since some are indices.
fn values(dtype: i64, bytes: usize) -> Vec<u8> {
    let count = bytes / width(dtype);
    let numbers = 0..count;
    let float = |n: usize| 0.05 + (n % 7) as f64 * 0.02;
    let whole = |n: usize| (n % 3) as u8;
    match dtype {
        1 | 2 => numbers.map(whole).collect(),
        12 => numbers.map(|n| whole(n) % 2).collect(),
        3 => numbers.flat_map(|n| [whole(n), 0]).collect(),
        4 => numbers.flat_map(|n| [whole(n), 0, 0, 0]).collect(),
        5 => numbers
            .flat_map(|n| i64::from(whole(n)).to_le_bytes())
            .collect(),
        8 => numbers.flat_map(|n| float(n).to_le_bytes()).collect(),
        // bfloat16 is the upper half of a float32.
        13 => numbers
            .flat_map(|n| ((float(n) as f32).to_bits() >> 16).to_le_bytes()[..2].to_vec())
            .collect(),
        // 0.25 to 1.75
        6 => numbers.flat_map(|n| [0, 0x34 + whole(n) * 4]).collect(),
        _ => numbers
            .flat_map(|n| (float(n) as f32).to_le_bytes())
            .collect(),
    }
}

/// A file of `torch.save` with the object `pickle` and one storage, called 0.
fn zipped(pickle: &[u8]) -> Vec<u8> {
    archive(&zipped_entries(pickle))
}

fn zipped_entries(pickle: &[u8]) -> [(String, Vec<u8>); 3] {
    [
        ("m/data.pkl".to_owned(), pickle.to_vec()),
        ("m/byteorder".to_owned(), b"little".to_vec()),
        ("m/data/0".to_owned(), values(7, MAX_WEIGHT)),
    ]
}

/// The same in the format before PyTorch 1.6.
fn legacy(pickle: &[u8]) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.");
    file.extend(b"\x80\x02}(X\x0d\x00\x00\x00little_endian\x88u.");
    file.extend(pickle);
    file.extend(b"\x80\x02]X\x01\x00\x00\x000a.");
    file.extend((MAX_WEIGHT as u64 / 4).to_le_bytes());
    file.extend(values(7, MAX_WEIGHT));
    file
}

/// A safetensors file with `header` and enough bytes of values.
fn with_data(header: &[u8]) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(values(7, MAX_WEIGHT));
    file
}

/// An archive of uncompressed entries.
fn archive(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let write = || -> zip::result::ZipResult<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(name.as_str(), stored)?;
            writer.write_all(bytes)?;
        }
        writer.finish().map(Cursor::into_inner)
    };
    write().unwrap_or_default()
}
