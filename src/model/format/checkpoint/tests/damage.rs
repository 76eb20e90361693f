//! Files that are truncated, changed, or claim what is not so.

use super::support::{layer, open, safetensors, small, spoilt};
use crate::model::error::Fault;

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
fn says_that_a_model_is_quantised() {
    let header = r#"{"a.scale":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a.zero_point":{"dtype":"I64","shape":[],"data_offsets":[4,12]}}"#;
    let bytes = safetensors(header, 12);
    let refused = spoilt("plain.safetensors", |held| *held = bytes).map(|_| ());
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("quantised model"), "{refused}");
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
        (
            about("F32", "[4294967296,4294967296]", "[0,8]"),
            "which takes more than any file has, and has 8 bytes",
        ),
        (
            about("F16", "[2,3]", "[0,8]"),
            "which takes 12 bytes, and has 8",
        ),
        (about("F32", "[-2]", "[0,8]"), "has the shape [-2]"),
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
        matches!(refused, Err(Fault::Damaged(reason)) if reason.contains("takes 1073741824 bytes, and has 8"))
    );
}

const SMALL: [&str; 3] = ["layer.pth", "layer_legacy.pth", "layer.safetensors"];

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
