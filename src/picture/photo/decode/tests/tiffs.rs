//! TIFFs of all kinds, against tifffile and Pillow; `tests/pictures/tiffs.py`.

use super::*;

fn folder() -> PathBuf {
    fixture("tiffs")
}

#[test]
fn shows_what_other_readers_see() {
    let mut tried = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(source) = name.strip_suffix(".png") else {
            continue;
        };
        let photo = Photo::open(&folder().join(source)).unwrap();
        let expected = image::open(folder().join(&name)).unwrap().into_rgb8();
        assert_eq!(photo.rgb.dimensions(), expected.dimensions(), "{source}");
        let pairs = photo.rgb.iter().zip(expected.iter());
        let off = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        let tolerance = match source {
            // Lab has fewer levels than there are colours.
            "lab.tif" | "icc_lab.tif" => 4,
            // Decoders enlarge chrominances in their own ways, and round them.
            "jpeg.tif" => 16,
            "chrominance.tif" => 2,
            _ => 0,
        };
        assert!(off <= tolerance, "{source}: {off}");
        tried += 1;
    }
    assert_eq!(tried, 21);
}

#[test]
fn what_is_not_read_is_named() {
    for (name, words) in [
        ("lzma.tif", "packed as LZMA"),
        ("lerc.tif", "packed as LERC"),
        ("jpeg_2000.tif", "packed as JPEG 2000"),
        ("raw.tif", "this is a raw photo (DNG)"),
    ] {
        let error = Photo::open(&folder().join(name)).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

/// A page whose strips would be as many as there can be.
#[test]
fn a_tiff_of_billions_of_strips_is_refused_at_once() {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    let entries: [(u16, u16, u32, u32); 9] = [
        (256, 4, 1, 1),
        (257, 4, 1, 65_000),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 0x8000_0000, 8),
        (277, 3, 1, 1),
        (278, 4, 1, 1),
        (279, 4, 0x8000_0000, 8),
    ];
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    let (_folder, path) = file(&bytes);
    let error = Photo::open(&path).unwrap_err();
    assert!(
        matches!(
            error,
            Error::TooMuchMemory { .. } | Error::Corrupt { .. } | Error::Truncated { .. }
        ),
        "{error}"
    );
}
