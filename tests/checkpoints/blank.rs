//! A checkpoint of one of the networks that are known, with nothing but noughts in it.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use zip::ZipArchive;

/// Writes `NAME.safetensors` into `folder`, in half precision, for so many classes.
pub fn blank_checkpoint(name: &str, classes: u64, folder: &Path) -> PathBuf {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/architectures.zip");
    let mut zip = ZipArchive::new(std::fs::File::open(library).unwrap()).unwrap();
    let index: Value = serde_json::from_reader(zip.by_name("index.json").unwrap()).unwrap();
    let mut known = index["architectures"].as_array().unwrap().iter();
    let known = known.find(|known| known["name"] == name).unwrap();
    let head = known["head"].as_array().unwrap();
    let (mut header, mut end) = (Map::new(), 0);
    for (tensor, shape) in known["tensors"].as_object().unwrap() {
        let mut shape: Vec<u64> = serde_json::from_value(shape.clone()).unwrap();
        if head.contains(&json!(tensor)) {
            shape[0] = classes;
        }
        let start = end;
        end += 2 * shape.iter().product::<u64>();
        let about = json!({"dtype": "BF16", "shape": shape, "data_offsets": [start, end]});
        header.insert(tensor.clone(), about);
    }
    let header = Value::Object(header).to_string();
    let path = folder.join(format!("{name}.safetensors"));
    let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(&(header.len() as u64).to_le_bytes())
        .unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.write_all(&vec![0; end as usize]).unwrap();
    file.flush().unwrap();
    path
}
