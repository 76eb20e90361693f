//! DICOM, against pydicom; `tests/pictures/dicom/make.py`.

use super::*;
use crate::picture::photo::decode::window::{By, Levels};

fn folder() -> PathBuf {
    fixture("dicom")
}

fn opened(name: &str) -> Photo {
    Photo::open(&folder().join(name)).unwrap()
}

fn seen(name: &str) -> RgbImage {
    image::open(folder().join(name)).unwrap().into_rgb8()
}

/// The largest difference of a level.
#[track_caller]
fn off(photo: &RgbImage, expected: &RgbImage) -> u8 {
    assert_eq!(photo.dimensions(), expected.dimensions());
    let pairs = photo.iter().zip(expected.iter());
    pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

#[test]
fn is_seen_as_pydicom_shows_it() {
    let mut tried = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".png") else {
            continue;
        };
        let photo = opened(&format!("{name}.dcm"));
        // Decoders of JPEG round in their own ways, and so do chrominances.
        let tolerance = match name {
            "jpeg" => 3,
            "ybr" => 1,
            _ => 0,
        };
        let off = off(&photo.rgb, &seen(&format!("{name}.png")));
        assert!(off <= tolerance, "{name}: {off}");
        tried += 1;
    }
    assert_eq!(tried, 22);
}

#[test]
fn its_own_window_is_used_and_told_and_another_can_be_chosen() {
    let photo = opened("signed.dcm");
    let window = photo.window.unwrap();
    assert_eq!(
        (window.levels.to_string(), window.by),
        ("40,400".into(), By::File)
    );
    let said: Vec<_> = photo.notes.iter().map(|note| note.words()).collect();
    assert!(
        said.contains(&"Black is -160 and white is 240: the file says so".into()),
        "{said:?}"
    );
    let again = |window: &str| {
        let decoding = Decoding {
            window: window.parse().unwrap(),
            ..Decoding::default()
        };
        Photo::open_as(&folder().join("signed.dcm"), decoding).unwrap()
    };
    // The same numbers are the same window, whoever gives them.
    assert_eq!(again("40,400").rgb, photo.rgb);
    assert_ne!(again("80,80").rgb, photo.rgb);
    // All that 16 bits with a sign can have, times 2, minus 1024.
    let full = again("full").window.unwrap();
    assert_eq!(full.levels, Levels::new(-1025.0, 131_070.0).unwrap());
    let numbers = again("none");
    assert_eq!(numbers.window, None);
    let OwnChannels::Bands(bands) = &numbers.channels else {
        panic!("{:?}", numbers.channels);
    };
    let first = (0 - 1500_i32).div_euclid(3) * 2 - 1024;
    assert_eq!(bands.planes.floats(0)[0], first as f32);
}

#[test]
fn a_file_without_a_preamble_is_read() {
    assert_eq!(opened("bare.dcm").rgb, opened("implicit.dcm").rgb);
}

#[test]
fn the_first_frame_is_read_and_that_is_said() {
    for name in ["frames.dcm", "jpeg_2000_frames.dcm"] {
        let photo = opened(name);
        assert!(photo.notes.contains(&Note::Frames(2)), "{name}");
        assert_eq!(photo.rgb, opened("grey.dcm").rgb, "{name}");
    }
}

#[test]
fn what_is_not_read_is_named() {
    for (name, words) in [
        (
            "jpeg_ls.dcm",
            "JPEG-LS, transfer syntax 1.2.840.10008.1.2.4.80",
        ),
        ("report.dcm", "it has no image (its modality is SR)"),
    ] {
        let error = Photo::open(&folder().join(name)).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn wrong_lengths_end_in_a_message() {
    for name in [
        "grey.dcm",
        "implicit.dcm",
        "enhanced.dcm",
        "jpeg_2000.dcm",
        "run_length.dcm",
        "deflated.dcm",
    ] {
        let whole = fs::read(folder().join(name)).unwrap();
        for length in [133, 140, whole.len() / 2, whole.len() - 1] {
            let (_folder, path) = file(&whole[..length]);
            // An empty end may be missing.
            if length < whole.len() - 1 {
                assert!(Photo::open(&path).is_err(), "{name}, {length}");
            }
        }
        // Each length in turn as long as can be.
        for at in (132..whole.len() - 4).step_by(3) {
            let mut bytes = whole.clone();
            bytes[at..at + 4].fill(0xff);
            let (_folder, path) = file(&bytes);
            let _: Result<_, Error> = Photo::open(&path);
        }
    }
    let mut whole = fs::read(folder().join("grey.dcm")).unwrap();
    let pixels = whole
        .windows(4)
        .position(|tag| tag == [0xe0, 0x7f, 0x10, 0])
        .unwrap();
    whole[pixels + 8..pixels + 12].copy_from_slice(&0x7fff_fff0_u32.to_le_bytes());
    let (_folder, path) = file(&whole);
    assert!(matches!(
        Photo::open(&path),
        Err(Error::Truncated {
            format: "DICOM",
            ..
        })
    ));
    let named = whole
        .windows(4)
        .position(|tag| tag == [0x10, 0, 0x10, 0])
        .unwrap();
    whole[named + 6..named + 8].copy_from_slice(&0xfff0_u16.to_le_bytes());
    let (_folder, path) = file(&whole);
    let said = Photo::open(&path).unwrap_err().to_string();
    assert!(
        said.contains("(0010,0010) is said to have 65520 bytes"),
        "{said}"
    );
}
