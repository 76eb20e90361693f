//! Formats besides the most usual ones, against Pillow and imagecodecs; `tests/pictures/formats.py`.

use super::*;

fn folder() -> PathBuf {
    fixture("formats")
}

fn is_reference(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|ending| ending == "png")
}

/// What a file shows, with transparent parts over white.
fn seen(name: &str) -> RgbImage {
    let mut notes = Vec::new();
    let picture = image::open(folder().join(format!("{name}.png"))).unwrap();
    let (rgb, _) = pixels::over_white(picture, Window::Usual, None, &mut notes);
    rgb
}

#[test]
fn every_format_shows_what_other_readers_see() {
    let mut tried = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if is_reference(&name) {
            continue;
        }
        let photo = Photo::open(&folder().join(&name)).unwrap();
        let expected = seen(&name);
        assert_eq!(photo.rgb.dimensions(), expected.dimensions(), "{name}");
        let pairs = photo.rgb.iter().zip(expected.iter());
        let off = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        let tolerance = if name.starts_with("lossy") { 2 } else { 0 };
        assert!(off <= tolerance, "{name}: {off}");
        let is_grey = name.starts_with("grey") || name.starts_with("bits");
        assert!(
            !is_grey || matches!(photo.channels, OwnChannels::Grey),
            "{name}"
        );
        let has_opacity = name.starts_with("alpha");
        let count = match &photo.channels {
            OwnChannels::Bands(bands) => bands.count(),
            OwnChannels::Grey | OwnChannels::Colour | OwnChannels::Inks => 0,
        };
        assert_eq!(count, if has_opacity { 4 } else { 0 }, "{name}");
        tried += 1;
    }
    assert_eq!(tried, 21);
}

#[test]
fn what_ends_early_is_refused() {
    for entry in fs::read_dir(folder()).unwrap() {
        let source = entry.unwrap().path();
        let name = source.file_name().unwrap().to_string_lossy().into_owned();
        if is_reference(&name) || name == "plain.ppm" {
            continue;
        }
        let whole = fs::read(&source).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(&name);
        for length in [whole.len() / 2, whole.len() * 3 / 4] {
            fs::write(&path, &whole[..length]).unwrap();
            let error = Photo::open(&path).unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::Truncated { .. } | Error::Corrupt { .. } | Error::Unsupported { .. }
                ),
                "{name}: {error}"
            );
        }
    }
}
