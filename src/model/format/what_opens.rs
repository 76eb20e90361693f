//! The list of what opens in `docs/models.md` is made from the tables of operators, of libraries, and of the networks
//! that are known by their weights.

use std::fmt::Write;
use std::path::Path;

use super::checkpoint::architectures::Library;
use super::onnx::tests::operators::listed;
use super::pt2::aten;

const DOCUMENT: &str = "docs/models.md";
const BEGIN: &str =
    "<!-- what opens: begin. `UPDATE_SNAPSHOTS=1 cargo test --lib what_opens` writes it. -->\n";
const END: &str = "<!-- what opens: end -->\n";
const WIDTH: usize = 118;

const ONNX: &str = include_str!("../../../tests/torchvision/lists/onnx.txt");
const ML: &str = include_str!("../../../tests/torchvision/lists/ml.txt");
const MICROSOFT: &str = include_str!("../../../tests/torchvision/lists/microsoft.txt");

fn list() -> String {
    let mut text = String::new();
    let names = aten::all();
    let of_onnx = listed::read("", ONNX);
    let of_ml = listed::read("ai.onnx.ml", ML);
    let of_runtime = listed::read("com.microsoft", MICROSOFT);
    section(
        &mut text,
        "ATen's operators",
        "of `.pt2` and TorchScript, in all their overloads and in place",
        &names,
    );
    section(
        &mut text,
        "ONNX's operators",
        "of all opsets from 7 on",
        &of_onnx,
    );
    section(
        &mut text,
        "ONNX-ML's operators",
        "of `ai.onnx.ml`, behind a network",
        &of_ml,
    );
    section(
        &mut text,
        "onnxruntime's operators",
        "which its optimisers and its quantiser write",
        &of_runtime,
    );
    networks(&mut text);
    text
}

/// The networks that open by their weights alone, a library at a time.
fn networks(text: &mut String) {
    let library = Library::built_in().unwrap();
    let networks = library.networks();
    let mut libraries: Vec<&str> = networks.iter().map(|network| &*network.library).collect();
    libraries.dedup();
    for of in libraries {
        let own = networks.iter().filter(|network| network.library == of);
        let (families, published): (Vec<_>, Vec<_>) = own.partition(|network| network.is_family());
        for (title, which, networks) in [
            ("Networks", "by their weights alone", published),
            ("Families", "by their weights alone, in all sizes", families),
        ] {
            let mut names: Vec<&str> = networks.iter().map(|network| &*network.name).collect();
            names.sort_unstable();
            if !names.is_empty() {
                section(text, &format!("{title} of {of}"), which, &names);
            }
        }
    }
}

fn section(text: &mut String, title: &str, which: &str, names: &[&str]) {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let words = format!(
        "**{title}** ({}, {which}): {}.",
        names.len(),
        names.join(", ")
    );
    let mut length = 0;
    for word in words.split(' ') {
        let more = word.chars().count() + 1;
        if length > 0 && length + more > WIDTH {
            text.push('\n');
            length = 0;
        } else if length > 0 {
            text.push(' ');
        }
        text.push_str(word);
        length += more;
    }
    text.push_str("\n\n");
}

/// One row for each table in `tests/libraries`: its first line says how many models there are.
fn libraries() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/libraries");
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = path.extension().filter(|ending| *ending == "md");
        let text = text.map(|_| std::fs::read_to_string(&path).unwrap());
        let first = text.as_deref().and_then(|text| text.lines().next());
        let Some((name, counts)) = first.and_then(|line| line.strip_prefix("# ")?.split_once(": "))
        else {
            continue;
        };
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        rows.push(format!("- [{name}](../tests/libraries/{file}): {counts}\n"));
    }
    rows.sort();
    rows.concat()
}

#[test]
fn the_document_says_what_opens() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("it has no beginning");
    let (written, after) = rest.split_once(END).expect("it has no end");
    let mut due = String::from("\n");
    write!(due, "{}\n{}", libraries(), list()).unwrap();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        let whole = format!("{before}{BEGIN}{due}{END}{after}");
        std::fs::write(&path, whole).unwrap();
        return;
    }
    assert!(written == due, "{DOCUMENT} should say:\n{due}");
}
