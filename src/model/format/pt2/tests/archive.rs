//! Archives that are damaged, hostile or something else.

use serde_json::json;

use super::support::{fault, refused};
use super::writer::{self, Pt2};
use crate::model::error::Fault;
use crate::model::format;

#[test]
fn refuses_a_truncated_file() {
    let whole = Pt2::new().bytes();
    assert_eq!(fault(b""), Fault::Empty);
    for length in (1..whole.len())
        .step_by(7)
        .chain(whole.len() - 30..whole.len())
    {
        let fault = fault(&whole[..length]);
        assert!(
            matches!(fault, Fault::Damaged(_) | Fault::NotAModel { .. }),
            "{length}: {fault}"
        );
    }
}

#[test]
fn notices_a_changed_byte_in_a_weight() {
    let mut bytes = Pt2::new().bytes();
    let five = 5f32.to_le_bytes();
    let place = bytes.windows(4).position(|window| window == five).unwrap();
    bytes[place] ^= 1;
    assert!(matches!(fault(&bytes), Fault::Damaged(reason) if reason.contains("weight_0")));
}

#[test]
fn names_other_kinds_of_files() {
    for (bytes, what) in [
        (writer::zip(&[("m/data.txt", b"x")]), "without a model"),
        (b"hello".to_vec(), "not a zip archive"),
    ] {
        let fault = fault(&bytes);
        let message = fault.to_string();
        assert!(
            matches!(fault, Fault::NotAModel { .. }) && message.contains(what),
            "{message}"
        );
        assert!(message.contains("torch.export.export(") && message.contains("torch.export.save("));
    }
}

#[test]
fn refuses_a_folder_and_a_missing_file() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("none.pt2")] {
        let fault = format::open_silently(&path).unwrap_err().fault();
        assert!(matches!(fault, Fault::Unreadable(_)), "{fault}");
    }
}

#[test]
fn refuses_a_compressed_entry_by_name() {
    let mut bytes = Pt2::new().bytes();
    compress_first(&mut bytes);
    assert_eq!(
        fault(&bytes),
        Fault::Compressed {
            entry: "m/data/weights/weight_0".into()
        }
    );
}

/// Sets the method in both headers of the first entry to 8, deflate: this build of zip cannot compress.
fn compress_first(bytes: &mut [u8]) {
    let central = bytes
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    bytes[8] = 8;
    bytes[central + 10] = 8;
}

#[test]
fn refuses_a_path_outside_the_archive_by_name() {
    for name in [
        "../x",
        "/etc/x",
        "m/../../x",
        "m/data/../x",
        "C:\\x",
        "..\\x",
    ] {
        // The writer would clean up such a name, so one of the same length is overwritten.
        let honest = "Q".repeat(name.len());
        let mut model = Pt2::new();
        model.extra.push((honest.clone(), b"x".to_vec()));
        let mut bytes = model.bytes();
        for start in 0..bytes.len() - name.len() {
            if bytes[start..].starts_with(honest.as_bytes()) {
                bytes[start..start + name.len()].copy_from_slice(name.as_bytes());
            }
        }
        assert_eq!(fault(&bytes), Fault::Escapes { entry: name.into() });
    }
}

#[test]
fn refuses_an_entry_longer_than_the_file_by_name() {
    let mut bytes = Pt2::new().bytes();
    let central = bytes
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    for size in [central + 20, central + 24] {
        bytes[size..size + 4].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
    }
    assert!(matches!(
        fault(&bytes),
        Fault::Oversized { entry, claimed: 0x7fff_ffff, .. } if entry == "m/data/weights/weight_0"
    ));
}

#[test]
fn refuses_another_schema_by_its_number() {
    let mut model = Pt2::new();
    model.program["schema_version"] = json!({"major": 9, "minor": 1});
    // Everything else may have changed.
    model.program["graph_module"] = json!(17);
    let fault = refused(&model);
    assert_eq!(
        fault,
        Fault::Schema {
            major: 9,
            torch: Some("2.13.0".into())
        }
    );
    assert!(fault.to_string().contains("schema 9"));
}

#[test]
fn refuses_invalid_json() {
    for text in [
        "",
        "{",
        "[]",
        "{\"schema_version\": {\"major\": 8}}",
        &"[".repeat(100_000),
    ] {
        let mut model = Pt2::new();
        model.program_text = Some(text.to_owned());
        assert!(
            matches!(refused(&model), Fault::Entry { entry, .. } if entry == "models/model.json")
        );
    }
}
