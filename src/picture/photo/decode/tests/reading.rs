//! Pictures that tools read differently, against Pillow; `tests/pictures/reading/make.py`.

use super::*;
use crate::picture::photo::decode::window::By;

fn folder() -> PathBuf {
    fixture("reading")
}

fn reference(name: &str) -> RgbImage {
    image::open(folder().join(name)).unwrap().into_rgb8()
}

fn read(name: &str, as_pillow: bool) -> Photo {
    let decoding = Decoding {
        as_pillow,
        ..Decoding::default()
    };
    Photo::open_as(&folder().join(name), decoding).unwrap()
}

#[test]
fn reads_as_pillow_does_to_the_pixel() {
    let mut tried = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(source) = name.strip_suffix(".rgb.png") else {
            continue;
        };
        assert_eq!(read(source, true).rgb, reference(&name), "{source}");
        tried += 1;
    }
    assert_eq!(tried, 38);
}

#[test]
fn turns_pictures_upright_and_says_so() {
    let upright = |turn: u8| {
        let mut stored = DynamicImage::from(reference("turned_2.png.rgb.png"));
        stored.apply_orientation(Orientation::from_exif(turn).unwrap());
        stored.into_rgb8()
    };
    for turn in 2..=8 {
        let photo = read(&format!("turned_{turn}.png"), false);
        assert_eq!(photo.rgb, upright(turn), "{turn}");
        assert_eq!(photo.notes, [Note::Turned]);
        assert_eq!(read(&format!("turned_{turn}.png"), true).notes, []);
    }
    assert_eq!(read("turned.webp", false).rgb, upright(6));
    // Pillow does the same here.
    let tiff = read("turned.tif", false);
    assert_eq!((tiff.rgb, tiff.notes), (upright(6), Vec::new()));
}

#[test]
fn lays_transparency_over_white_and_says_so() {
    for name in [
        "red.png",
        "kept.webp",
        "grey_alpha.png",
        "grey_trns.png",
        "indexed.gif",
    ] {
        let photo = read(name, false);
        assert!(photo.notes.contains(&Note::Transparent), "{name}");
        assert_ne!(photo.rgb, read(name, true).rgb, "{name}");
    }
    // Nothing is transparent, so nothing is said.
    assert_eq!(read("colours_16.png", false).notes, []);
}

#[test]
fn shows_the_scene_of_a_file_with_12_bits() {
    let scene = reference("scene.png");
    let largest = u32::from(scene.as_raw().iter().copied().max().unwrap());
    for name in ["twelve.png", "twelve.tif"] {
        let photo = read(name, false);
        assert_eq!(photo.rgb, scene, "{name}");
        let window = photo.window.unwrap();
        assert_eq!(window.largest.0, f64::from(largest * 4095 / 255));
        assert_eq!(
            (window.levels.to_string(), window.by),
            ("2047.5,4095".into(), By::Full)
        );
        assert_eq!(photo.notes, [Note::Scaled, Note::Window(window)], "{name}");
    }
    for name in ["full.png", "full.tif", "inverted.tif"] {
        let photo = read(name, false);
        assert_eq!(photo.rgb, scene, "{name}");
        assert_eq!(photo.notes, [Note::Scaled], "{name}");
    }
}

#[test]
fn takes_the_significant_bits_that_a_png_states() {
    let whole = fs::read(folder().join("twelve.png")).unwrap();
    let chunk = |bits: u8| {
        let mut encoded = Vec::new();
        let image =
            image::ImageBuffer::<image::Luma<u16>, _>::from_raw(1, 1, vec![900u16]).unwrap();
        let mut bytes = std::io::Cursor::new(&mut encoded);
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        // After the header, of 8 + 25 bytes.
        let mut data = b"sBIT".to_vec();
        data.push(bits);
        let sum = crc(&data);
        let mut chunk = 1u32.to_be_bytes().to_vec();
        chunk.extend(data);
        chunk.extend(sum.to_be_bytes());
        encoded.splice(33..33, chunk);
        encoded
    };
    assert_eq!(levels::stated_in_png(&whole), None);
    for (bits, level, by) in [(10, 224, By::File), (12, 56, By::File), (9, 224, By::Full)] {
        let (_folder, path) = file(&chunk(bits));
        let photo = Photo::open(&path).unwrap();
        // 900 of 1023, as stated, and as assumed where 9 bits are too few; of 4095.
        assert_eq!(photo.rgb.get_pixel(0, 0).0, [level; 3], "{bits}");
        assert_eq!(photo.window.unwrap().by, by, "{bits}");
    }
}

/// The check sum of a PNG chunk.
fn crc(data: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    };
    !data.iter().fold(!0, step)
}

#[test]
fn keeps_the_channels_of_a_picture_with_transparency() {
    let count = |name: &str| match read(name, false).channels {
        OwnChannels::Bands(bands) => bands.count(),
        OwnChannels::Grey => 1,
        OwnChannels::Colour => 3,
        OwnChannels::Inks => panic!("{name}"),
    };
    assert_eq!(count("red.png"), 4);
    assert_eq!(count("alpha_16.png"), 4);
    assert_eq!(count("grey_alpha.png"), 2);
    assert_eq!(count("scene.png"), 3);
    assert_eq!(count("full.tif"), 1);
}

fn own(photo: Photo) -> Bands {
    match photo.channels {
        OwnChannels::Bands(bands) => Arc::unwrap_or_clone(bands),
        channels => panic!("{channels:?}"),
    }
}

#[test]
fn reads_the_opacity_of_a_tiff_as_pillow_does() {
    for name in ["associated.tif", "grey_alpha.tif", "grey_associated.tif"] {
        let (photo, expected) = (read(name, false), read(&format!("{name}.own.png"), false));
        assert_eq!(photo.rgb, expected.rgb, "{name}");
        assert_eq!(photo.notes, [Note::Transparent], "{name}");
        assert_eq!(own(photo), own(expected), "{name}");
        let alone = Photo::open_bands(&[folder().join(name)], Decoding::default()).unwrap();
        let planes = own(read(name, false)).planes;
        assert_eq!(own(alone).planes, planes, "{name}");
    }
}

/// Pillow has 8 bits of them.
#[test]
fn divides_16_bits_by_the_opacity() {
    let (photo, before) = (
        read("associated_16.tif", false),
        read("alpha_16.png", false),
    );
    let planes = |photo| match own(photo).planes {
        Planes::Words(planes) => planes,
        planes => panic!("{planes:?}"),
    };
    let (divided, before) = (planes(photo), planes(before));
    let opacity = &divided[3];
    for (plane, expected) in divided.iter().zip(&before) {
        for ((value, expected), opacity) in plane.iter().zip(expected).zip(opacity) {
            // Half a value was lost by rounding, and as much opacity is left as this.
            let tolerance = 32_768_u32.checked_div(u32::from(*opacity));
            let expected = tolerance.map_or(0, |_| *expected);
            let off = u32::from(value.abs_diff(expected));
            assert!(off <= tolerance.unwrap_or(0) + 1, "{value} {expected}");
        }
    }
}

#[test]
fn takes_numbers_through_a_window_or_as_they_are_and_says_that_pillow_clips_them() {
    for name in ["float.tif", "int16.tif", "int32.tif", "uint32.tif"] {
        let photo = read(name, false);
        assert!(photo.notes.contains(&Note::Scaled), "{name}");
        assert!(photo.window.is_some(), "{name}");
        let decoding = |as_pillow| Decoding {
            as_pillow,
            ..Decoding::default()
        };
        let numbers = Decoding {
            window: Window::Values,
            ..Decoding::default()
        };
        assert!(photo.would_differ(numbers), "{name}");
        let numbers = Photo::open_as(&folder().join(name), numbers).unwrap();
        assert!(numbers.notes.contains(&Note::Unclipped), "{name}");
        assert!(numbers.window.is_none() && numbers.is_deep(), "{name}");
        assert!(photo.would_differ(decoding(true)), "{name}");
        assert!(!photo.would_differ(decoding(false)), "{name}");
        let clipped = read(name, true);
        assert!(matches!(clipped.channels, OwnChannels::Grey), "{name}");
        assert!(clipped.would_differ(decoding(false)), "{name}");
        let most = own(photo).planes.floats(0).into_iter().fold(0.0, f32::max);
        assert!(most > 500.0, "{name}: {most}");
    }
}

#[test]
fn says_which_page_is_read_and_that_inks_are() {
    assert_eq!(read("pages.tif", false).notes, [Note::Pages]);
    assert_eq!(read("overview.tif", false).notes, []);
    let words = |photo: Photo| photo.channels.words();
    for photo in [read("inks.tif", false), open("cmyk.jpg").unwrap()] {
        assert!(words(photo).contains("cyan, magenta, yellow, black"));
    }
    let colours = read("turned_2.png", false);
    assert_eq!(words(colours), "3 channels (red, green, blue)");
    let (_folder, path) = file(&oriented(1));
    let colours = Photo::open(&path).unwrap();
    assert_eq!(words(colours), "3 channels (red, green, blue)");
}

#[test]
fn a_picture_of_16_bits_is_seen_through_the_window_that_is_chosen() {
    let values = |name: &str| image::open(folder().join(name)).unwrap().into_luma16();
    let seen = |name: &str, window: &str| {
        let decoding = Decoding {
            window: window.parse().unwrap(),
            ..Decoding::default()
        };
        Photo::open_as(&folder().join(name), decoding).unwrap()
    };
    let chosen = seen("twelve.png", "1500,1000");
    for (pixel, image::Luma([value])) in chosen.rgb.pixels().zip(values("twelve.png").pixels()) {
        let level = ((f64::from(*value) - 1000.0) / 1000.0 * 255.0).round();
        assert_eq!(pixel.0, [level.clamp(0.0, 255.0) as u8; 3], "{value}");
    }
    assert!(
        !chosen
            .notes
            .iter()
            .any(|note| matches!(note, Note::Window(_)))
    );
    assert_eq!(
        seen("twelve.png", "full").rgb,
        seen("twelve.png", "usual").rgb
    );
    let upper = seen("twelve.png", "none");
    let largest = values("twelve.png").iter().copied().max().unwrap();
    let level = (f64::from(largest) / 257.0).round() as u8;
    assert_eq!(upper.rgb.iter().copied().max(), Some(level));
    assert!(level < 16, "{level}");
    let automatic = seen("twelve.png", "auto");
    let black = automatic
        .rgb
        .pixels()
        .filter(|pixel| pixel.0 == [0; 3])
        .count();
    let white = automatic
        .rgb
        .pixels()
        .filter(|pixel| pixel.0 == [255; 3])
        .count();
    // A fiftieth of 126 pixels.
    assert!(
        (2..=5).contains(&black) && (2..=5).contains(&white),
        "{black} {white}"
    );
    assert!(
        seen("twelve.png", "file")
            .notes
            .iter()
            .any(|note| note.words().starts_with("The file states no window."))
    );
    // Pictures of 8 bits have none, whatever is chosen.
    let eight = seen("scene.png", "1500,1000");
    assert_eq!((eight.rgb, eight.window), (reference("scene.png"), None));
    // Colours share one.
    let colours = seen("colours_16.png", "10000,20000");
    let stored = image::open(folder().join("colours_16.png"))
        .unwrap()
        .into_rgb16();
    for (pixel, stored) in colours.rgb.pixels().zip(stored.pixels()) {
        let level = |value: u16| (f64::from(value) / 20_000.0 * 255.0).round().min(255.0) as u8;
        assert_eq!(pixel.0, stored.0.map(level));
    }
}
