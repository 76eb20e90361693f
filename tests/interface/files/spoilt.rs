//! Damaged models, each made from a small valid one by a single change.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::support::file;

/// The entries of an archive below its root folder, in order.
type Entries = Vec<(String, Vec<u8>)>;
type Spoil = fn(&mut Entries);

/// A small torchvision-style network, exported by PyTorch.
pub fn good() -> PathBuf {
    file("tests/torchvision/tiny/vgg_bn.pt2")
}

/// The same network with a smooth activation in place of each rectifier.
pub fn without_rectifiers(folder: &Path) -> PathBuf {
    let mut parts = entries();
    reworded(&mut parts, "aten.relu_.default", "aten.sigmoid.default");
    let path = folder.join("smooth.pt2");
    archive(&path, &parts);
    path
}

fn entries() -> Entries {
    let mut archive = ZipArchive::new(File::open(good()).unwrap()).unwrap();
    let mut entries = Entries::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.push((entry.name().unwrap().into_owned(), bytes));
    }
    entries
}

fn content<'a>(entries: &'a mut Entries, ending: &str) -> &'a mut Vec<u8> {
    let entry = entries.iter_mut().find(|(name, _)| name.ends_with(ending));
    &mut entry.unwrap_or_else(|| panic!("no entry {ending}")).1
}

fn reworded(entries: &mut Entries, from: &str, to: &str) {
    let graph = content(entries, "models/model.json");
    let text = String::from_utf8(graph.clone()).unwrap();
    assert!(text.contains(from), "{from} is not in the graph");
    *graph = text.replace(from, to).into_bytes();
}

fn archive(path: &Path, entries: &Entries) {
    let mut writer = ZipWriter::new(File::create(path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in entries {
        writer.start_file(name.as_str(), stored).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
}

/// Damaged model files, each with a part of the expected error message.
pub fn models(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let spoil: [(&str, &str, Spoil); 9] = [
        ("weight_missing", "weight_4", |e| {
            e.retain(|(name, _)| !name.ends_with("weights/weight_4"));
        }),
        ("weight_short", "features.4.weight", |e| {
            content(e, "weights/weight_4").truncate(1000);
        }),
        ("weight_nan", "features.4.weight", |e| {
            content(e, "weights/weight_4").fill(0xff);
        }),
        ("lies", "it states the shape", |e| {
            reworded(e, r#"{"as_int":12}"#, r#"{"as_int":13}"#);
        }),
        ("leaves", "has a path outside the archive", |e| {
            e.push(("vgg_bn/../../outside".into(), b"x".to_vec()));
        }),
        ("no_logits", "no output that can be explained", |e| {
            let answer = r#""user_output":{"arg":{"as_tensor":{"name":"linear_1"}}}"#;
            reworded(
                e,
                answer,
                &answer.replace("linear_1", "p_features_0_weight"),
            );
        }),
        ("unknown_op", "aten.warp", |e| {
            reworded(e, "aten.dropout.default", "aten.warp.default");
        }),
        ("labels", "Expected 4 labels", |e| {
            e.push(("vgg_bn/extra/labels.txt".into(), b"one\ntwo\n".to_vec()));
        }),
        ("torchscript", "the pickle", |e| {
            *e = [
                ("m/code/a.py", "x"),
                ("m/data.pkl", "x"),
                ("m/constants.pkl", "x"),
            ]
            .map(|(name, text)| (name.to_owned(), text.into()))
            .to_vec();
        }),
    ];
    let made = spoil.map(|(name, expected, spoil)| {
        let mut parts = entries();
        spoil(&mut parts);
        let path = folder.join(format!("{name}.pt2"));
        archive(&path, &parts);
        (path, expected)
    });
    let mut made = Vec::from(made);
    made.push((bomb(folder), "compressed"));
    made
}

/// An archive whose first entry claims to be deflated, like that of a zip bomb.
fn bomb(folder: &Path) -> PathBuf {
    let path = folder.join("bomb.pt2");
    archive(&path, &entries());
    let mut bytes = std::fs::read(&path).unwrap();
    // The compression method is at byte 8 of the local header and byte 10 of the directory entry.
    let directory = bytes
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    bytes[8] = 8;
    bytes[directory + 10] = 8;
    std::fs::write(&path, bytes).unwrap();
    path
}
