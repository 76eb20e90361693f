//! Weights in files beside the model.

use std::path::Path;

use super::super::support::open_at;
use super::super::writer::{Onnx, entry, floats, ints};
use crate::model::format::onnx::message::proto::Tensor;

/// A model with a weight of 48 values in another file.
fn model(entries: &[(&str, &str)]) -> Onnx {
    let mut model = Onnx::new();
    model.graph().nodes.clear();
    let tensor = Tensor {
        sizes: vec![1, 3, 4, 4],
        location: 1,
        external: entries
            .iter()
            .map(|(key, value)| entry(key, value))
            .collect(),
        ..floats("w", &[], &[])
    };
    model.graph().initializers.push(tensor);
    model.node("Add", &["x", "w"], &["a"], vec![]);
    model.node("GlobalAveragePool", &["a"], &["b"], vec![]);
    model.node("Flatten", &["b"], &["y"], vec![]);
    model
}

fn in_folder(folder: &Path, entries: &[(&str, &str)]) -> Result<Vec<f32>, String> {
    let path = folder.join("m.onnx");
    std::fs::write(&path, model(entries).bytes()).unwrap();
    let graph = open_at(&path).map_err(|fault| fault.to_string())?.graph;
    let weight = graph.weight(graph.nodes[0].inputs[1]).unwrap();
    Ok(Vec::try_from(weight.flatten(0, -1)).unwrap())
}

fn values() -> Vec<u8> {
    (0..50).flat_map(|n| (n as f32).to_le_bytes()).collect()
}

#[test]
fn reads_weights_from_a_file_beside_the_model() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.onnx.data"), values()).unwrap();
    let entries = [
        ("location", "m.onnx.data"),
        ("offset", "8"),
        ("length", "192"),
    ];
    let read = in_folder(folder.path(), &entries).unwrap();
    assert_eq!(read[..3], [2.0, 3.0, 4.0]);
    let read = in_folder(folder.path(), &entries[..1]).unwrap();
    assert_eq!(read[..3], [0.0, 1.0, 2.0]);

    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/w"), values()).unwrap();
    in_folder(folder.path(), &[("location", "./data/w")]).unwrap();
}

#[test]
fn names_weights_whose_file_is_short_or_missing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w"), values()).unwrap();
    std::fs::create_dir(folder.path().join("d")).unwrap();
    for (entries, word) in [
        (
            vec![("location", "w"), ("offset", "9")],
            "that file has 200",
        ),
        (
            vec![("location", "w"), ("offset", "18446744073709551615")],
            "that file has 200",
        ),
        (vec![("location", "w"), ("length", "4")], "needs 192 bytes"),
        (vec![("location", "w"), ("offset", "-1")], "not a number"),
        (vec![("location", "gone")], "gone beside the model"),
        (vec![("location", "d")], "a folder"),
        (vec![], "not named"),
    ] {
        let why = in_folder(folder.path(), &entries).unwrap_err();
        assert!(why.contains(word) && why.contains("weight w"), "{why}");
    }
}

#[test]
fn says_what_lies_in_place_of_a_missing_file() {
    let folder = tempfile::tempdir().unwrap();
    let entries = [("location", "net.onnx.data"), ("offset", "8")];
    let says = || in_folder(folder.path(), &entries).unwrap_err();
    let nothing = says();
    for words in [
        "weight w should be in net.onnx.data beside the model, and there is no such file",
        "No file there has the 200 bytes that it needs",
    ] {
        assert!(nothing.contains(words), "{nothing}");
    }
    std::fs::write(folder.path().join("notes.txt"), "not these").unwrap();
    std::fs::write(folder.path().join("larger.bin"), vec![0; 300]).unwrap();
    let larger = says();
    assert!(larger.contains("these have more: larger.bin"), "{larger}");
    // Its size is right, but it may be of another training: it is not taken.
    std::fs::write(folder.path().join("best.onnx.data"), values()).unwrap();
    let found = says();
    assert!(
        found.contains("best.onnx.data there has exactly the 200 bytes")
            && found.contains("rename it to net.onnx.data"),
        "{found}"
    );
    std::fs::write(folder.path().join("last.onnx.data"), values()).unwrap();
    let both = says();
    assert!(
        both.contains("best.onnx.data, last.onnx.data there have exactly the 200 bytes"),
        "{both}"
    );
    std::fs::rename(
        folder.path().join("best.onnx.data"),
        folder.path().join("net.onnx.data"),
    )
    .unwrap();
    assert_eq!(in_folder(folder.path(), &entries).unwrap()[..2], [2.0, 3.0]);
}

#[test]
fn opens_nothing_outside_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let secret = outer.path().join("secret");
    std::fs::write(&secret, values()).unwrap();
    let folder = outer.path().join("models");
    std::fs::create_dir(&folder).unwrap();
    let absolute = secret.to_str().unwrap().to_owned();
    std::os::unix::fs::symlink(&secret, folder.join("link")).unwrap();
    std::os::unix::fs::symlink(outer.path(), folder.join("up")).unwrap();
    for location in [
        "../secret",
        "a/../../secret",
        &absolute,
        "link",
        "up/secret",
        "..\\secret",
        "C:secret",
    ] {
        let why = in_folder(&folder, &[("location", location)]).unwrap_err();
        let words = match location {
            "link" | "up/secret" => "a link to a file outside the model's folder",
            _ => "outside the model's folder",
        };
        assert!(why.contains(words), "{location}: {why}");
    }
}

#[test]
fn follows_links_of_a_model_and_its_weights_into_one_folder() {
    let outer = tempfile::tempdir().unwrap();
    let [blobs, names] = ["blobs", "names"].map(|name| outer.path().join(name));
    std::fs::create_dir(&blobs).unwrap();
    std::fs::create_dir(&names).unwrap();
    std::fs::write(blobs.join("1"), values()).unwrap();
    std::fs::write(blobs.join("2"), model(&[("location", "w")]).bytes()).unwrap();
    std::os::unix::fs::symlink(blobs.join("1"), names.join("w")).unwrap();
    std::os::unix::fs::symlink(blobs.join("2"), names.join("m.onnx")).unwrap();
    open_at(&names.join("m.onnx")).unwrap();
}

#[test]
fn bounds_the_memory_of_many_weights_in_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("w")).unwrap();
    file.set_len(4 << 20).unwrap();
    let mut model = Onnx::new();
    model.graph().nodes.clear();
    model.weight("one", &[1, 3, 1, 1], &[1.0; 3]);
    let mut before = "x".to_owned();
    for index in 0..40 {
        let [weight, scaled, sum] = ["w", "s", "a"].map(|name| format!("{name}{index}"));
        model.graph().initializers.push(Tensor {
            sizes: vec![1 << 20],
            location: 1,
            external: vec![entry("location", "w")],
            ..floats(&weight, &[], &[])
        });
        let axes = vec![ints("axes", &[0])];
        model.node("ReduceMean", &[&weight], &[&scaled], axes);
        model.node("Add", &[&before, &scaled], &[&sum], vec![]);
        before = sum;
    }
    model.node("GlobalAveragePool", &[&before], &["b"], vec![]);
    model.node("Flatten", &["b"], &["y"], vec![]);
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, model.bytes()).unwrap();
    let why = open_at(&path).unwrap_err().to_string();
    assert!(
        why.contains("together they would take more memory"),
        "{why}"
    );
}

#[test]
fn refuses_a_claim_of_gigabytes_in_another_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w"), values()).unwrap();
    let mut model = model(&[("location", "w")]);
    model.graph().initializers[0].sizes = vec![1 << 33];
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, model.bytes()).unwrap();
    let why = open_at(&path).unwrap_err().to_string();
    assert!(why.contains("that file has 200"), "{why}");
}
