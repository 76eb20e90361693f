//! What the files of the tests may not hold, however deep in an archive.

#![allow(clippy::unwrap_used, reason = "a failing step fails the test")]

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use zip::ZipArchive;

/// Where the folders of a machine begin.
const ROOTS: [&str; 4] = ["/tmp/", "/home/", "/root/", "/work/"];
/// Texts that name made-up folders on purpose.
const TEXTS: [&str; 5] = ["rs", "py", "sh", "md", "toml"];

/// The files below a folder, in any depth.
fn files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// The first path of a machine in a file, or in a file packed in it.
fn machine_path(name: &str, bytes: &[u8]) -> Option<String> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut inner = Vec::new();
        if GzDecoder::new(bytes).read_to_end(&mut inner).is_ok() {
            return machine_path(name, &inner);
        }
    }
    // Damaged archives are searched as they are.
    if let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) {
        for index in 0..archive.len() {
            let Ok(mut part) = archive.by_index(index) else {
                continue;
            };
            let inside = part
                .name()
                .map_or_else(|_| "?".to_owned(), |inside| inside.to_string());
            let name = format!("{name}: {inside}");
            let mut inner = Vec::new();
            if part.read_to_end(&mut inner).is_ok()
                && let Some(found) = machine_path(&name, &inner)
            {
                return Some(found);
            }
        }
    }
    let begins = |at: &usize| {
        let rest = &bytes[*at..];
        let after = |root: &&str| rest.strip_prefix(root.as_bytes())?.first().copied();
        ROOTS
            .iter()
            .filter_map(after)
            .any(|letter| letter.is_ascii_alphanumeric())
    };
    let slashes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let at = slashes.map(|(at, _)| at).find(begins)?;
    let end = bytes.len().min(at + 60);
    Some(format!(
        "{name}: {}",
        String::from_utf8_lossy(&bytes[at..end])
    ))
}

#[test]
fn no_fixture_holds_a_path_of_the_machine_that_made_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in ["tests", "assets"] {
        files(&root.join(folder), &mut all).unwrap();
    }
    let is_text = |path: &&PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| TEXTS.contains(&ending))
    };
    let found: Vec<String> = all
        .iter()
        .filter(|path| !is_text(path))
        .filter_map(|path| {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            machine_path(&name, &fs::read(path).unwrap())
        })
        .collect();
    assert!(all.len() > 100, "only {} files were searched", all.len());
    assert!(
        found.is_empty(),
        "run tests/without_paths.py on these:\n{}",
        found.join("\n")
    );
}

#[test]
fn paths_are_found_in_archives_within_archives() {
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    let packed = |name: &str, bytes: &[u8]| {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
        archive.finish().unwrap().into_inner()
    };
    let inner = packed("model.json", b"File \"/home/ann/net.py\", line 3");
    let outer = packed("net.pt2", &inner);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&outer).unwrap();
    let bytes = gzip.finish().unwrap();
    let found = machine_path("all.zip.gz", &bytes).unwrap();
    assert!(
        found.starts_with("all.zip.gz: net.pt2: model.json: /home/ann/net.py"),
        "{found}"
    );
    assert_eq!(machine_path("x", b"tests/answers.py and /homely"), None);
}
