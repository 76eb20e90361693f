//! Recognises files by their first bytes or by the names of their entries. That includes those which
//! this program does not read: "not a zip archive" helps nobody who saved a checkpoint and wonders
//! what to do.

use std::path::Path;

/// How many bytes of the file the functions here expect, if it has as many.
pub const HEAD: usize = 64;

/// What kind of TensorFlow file this is, judging by its first bytes.
pub fn tensorflow(head: &[u8]) -> Option<&'static str> {
    match head {
        [0x89, b'H', b'D', b'F', ..] => Some("this is an HDF5 file, which Keras writes"),
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => Some("this is a TensorFlow Lite model"),
        _ => None,
    }
}

/// What kind of file this is, judging by its first bytes; `None` for a zip archive and for anything
/// unknown.
pub fn by_content(head: &[u8]) -> Option<&'static str> {
    let what = match head {
        [b'G', b'G', b'U', b'F', ..] => "this is a GGUF file",
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => "this is an image",
        _ => return None,
    };
    Some(what)
}

/// The format of an ONNX model that is written as text, as `onnx.load` calls it.
pub fn onnx_text(head: &[u8]) -> Option<&'static str> {
    let text = beginning(head)?;
    let begins = |with: &str| text.starts_with(with);
    let fields = [
        "\"irVersion\"",
        "\"ir_version\"",
        "\"producerName\"",
        "\"opsetImport\"",
    ];
    match text.strip_prefix('{').map(str::trim_start) {
        Some(inside) => fields
            .iter()
            .any(|field| inside.starts_with(field))
            .then_some("json"),
        None if begins("ir_version:") || begins("producer_name:") => Some("textproto"),
        None => {
            let inside = text.strip_prefix('<').map(str::trim_start);
            inside
                .filter(|text| text.starts_with("ir_version:"))
                .map(|_| "onnxtxt")
        }
    }
}

/// What a file is that stands for another one.
pub fn stands_for_another(head: &[u8]) -> Option<&'static str> {
    let text = beginning(head)?;
    let begins = |with: &str| {
        text.get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    if begins("version https://git-lfs") {
        Some("this is a note of Git LFS about a file, and not the file; `git lfs pull` fetches it")
    } else if ["<!doctype html", "<html"].into_iter().any(begins) {
        Some("this is a web page, and not the file that it is about; download that one again")
    } else {
        None
    }
}

/// The first characters of a file that consists of text.
fn beginning(head: &[u8]) -> Option<&str> {
    let bom = "\u{feff}".as_bytes();
    let head = head.strip_prefix(bom).unwrap_or(head);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let plain = |letter: char| !letter.is_control() || letter.is_ascii_whitespace();
    text.chars().all(plain).then(|| text.trim_start())
}

/// What is wrong with TorchScript that cannot be read at all, judging by its first bytes.
pub fn script_for_mobile(head: &[u8]) -> Option<&'static str> {
    matches!(head, [_, _, _, _, b'P', b'T', b'M', b'F', ..]).then_some(
        "this is TorchScript for mobile as a flatbuffer, which has no code to follow; save the script with \
         torch.jit.save instead",
    )
}

/// What is wrong with an archive of TorchScript that has no pickle, or no code, where they belong.
pub fn damaged_script<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let is_script = names.any(|name| {
        // Everything is in one root folder.
        let inner = name.split_once('/').map_or(name, |(_, inner)| inner);
        inner.starts_with("code/") || inner == "constants.pkl"
    });
    is_script.then_some(
        "this is a TorchScript archive without its code, data.pkl or constants.pkl, as before PyTorch 1.4; save it \
         again with torch.jit.save of a newer one",
    )
}

/// What a zip archive without an exported model is, judging by the names of its entries.
pub fn by_entries<'a>(names: impl Iterator<Item = &'a str>) -> &'static str {
    let mut pickle = false;
    let mut compiled = false;
    let mut numpy = false;
    for name in names {
        // Everything is in one root folder.
        let inner = name.split_once('/').map_or(name, |(_, inner)| inner);
        pickle |= inner == "data.pkl" || name == "data.pkl";
        compiled |= inner.starts_with("data/aotinductor/");
        numpy |= Path::new(name).extension().is_some_and(|end| end == "npy");
    }
    if pickle {
        "this has a pickle as torch.save writes it, but not where torch.save puts it"
    } else if compiled {
        "this is a compiled package (AOTInductor): machine code without a graph"
    } else if numpy {
        "this is a NumPy archive"
    } else {
        "this is a zip archive without a model in it"
    }
}

/// Whether a file of `length` bytes is one of safetensors: it begins with the length of a header that
/// fits into it, and the header is a JSON object.
pub fn is_safetensors(head: &[u8], length: u64) -> bool {
    let Some((size, rest)) = head.split_first_chunk::<8>() else {
        return false;
    };
    let size = u64::from_le_bytes(*size);
    size >= 2 && size.checked_add(8).is_some_and(|end| end <= length) && rest.starts_with(b"{\"")
}

/// What is wrong with the beginning of a file that claims to be one of safetensors, by its ending if `named`
/// and otherwise by a header behind eight bytes.
pub fn damaged_safetensors(head: &[u8], length: u64, named: bool) -> Option<String> {
    let Some((size, rest)) = head.split_first_chunk::<8>() else {
        return named.then(|| {
            format!("it has {length} bytes, fewer than those that say how long its header is")
        });
    };
    if !named && !rest.starts_with(b"{\"") {
        return None;
    }
    let (size, there) = (u64::from_le_bytes(*size), length - 8);
    Some(if size > there {
        format!(
            "its header is said to have {size} bytes, and the file has {there} after the first eight"
        )
    } else {
        "its header does not begin as one".to_owned()
    })
}

/// Whether a file is an ONNX model: a protobuf message that begins with the IR version (field 1, a
/// small number), followed by the producer's name or version, a domain, the graph or the opset
/// (fields 2, 3, 4, 7, 8, all length-delimited).
pub fn is_onnx(head: &[u8]) -> bool {
    matches!(head, [0x08, 1..=32, 0x12 | 0x1a | 0x22 | 0x3a | 0x42, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safetensors_needs_a_header_that_fits_into_the_file() {
        let mut file = 20u64.to_le_bytes().to_vec();
        file.extend_from_slice(b"{\"__metadata__\":{}} ");
        assert!(is_safetensors(&file, 28));
        assert!(!is_safetensors(&file, 27));
        let why = damaged_safetensors(&file, 27, false).unwrap();
        assert!(why.contains("20 bytes, and the file has 19"), "{why}");
        assert_eq!(damaged_safetensors(b"12345678[]", 10, false), None);
        let why = damaged_safetensors(&[2, 0, 0, 0, 0, 0, 0, 0, b'[', b']'], 10, true).unwrap();
        assert!(why.contains("does not begin as one"), "{why}");
        let why = damaged_safetensors(b"123", 3, true).unwrap();
        assert!(why.contains("has 3 bytes"), "{why}");
    }

    #[test]
    fn does_not_guess_at_short_or_unknown_files() {
        assert_eq!(by_content(b""), None);
        assert_eq!(by_content(&[0x80]), None);
        assert_eq!(by_content(b"PK\x03\x04"), None);
        assert_eq!(by_content(b"hello, world"), None);
    }

    #[test]
    fn knows_onnx_models_that_are_written_as_text() {
        for (head, format) in [
            ("{\n  \"irVersion\": \"10\",\n  \"producerName", "json"),
            ("{\"ir_version\":8,", "json"),
            ("ir_version: 10\nproducer_name: \"pytorch\"\n", "textproto"),
            ("<\n   ir_version: 10,\n   opset_import: [", "onnxtxt"),
        ] {
            assert_eq!(onnx_text(head.as_bytes()), Some(format), "{head}");
        }
        for other in ["", "{\"names\": [", "<xml>", "ir_version", "\u{8}\u{7}"] {
            assert_eq!(onnx_text(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn knows_files_that_stand_for_another() {
        let says = |head: &str| stands_for_another(head.as_bytes()).unwrap_or_default();
        assert!(
            says("version https://git-lfs.github.com/spec/v1\noid sha256:")
                .contains("git lfs pull")
        );
        assert!(says("\u{feff}\n<!DOCTYPE html>\n<html lang=\"dé").contains("web page"));
        assert_eq!(says("version 2"), "");
        let cut = &"<html>é".as_bytes()[..7];
        assert!(stands_for_another(cut).is_some());
    }

    #[test]
    fn distinguishes_archives() {
        let says = |names: &[&str]| by_entries(names.iter().copied());
        assert!(says(&["m/data/aotinductor/model/x.so"]).contains("AOTInductor"));
        assert!(says(&["word/document.xml"]).contains("without a model"));
        let script = |names: &[&str]| damaged_script(names.iter().copied()).is_some();
        assert!(script(&["m/model.json", "m/code/__torch__.py"]));
        assert!(script(&["m/data.pkl", "m/constants.pkl"]));
        assert!(!script(&["word/document.xml"]));
        assert!(script_for_mobile(b"\x20\0\0\0PTMF").is_some());
    }
}
