use std::fs;
use std::io::Write;

use super::file::MAX_FILE;
use super::*;

use image::ImageFormat;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, Rgb};

mod dicom;
mod formats;
mod reading;
mod tiffs;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pictures")
        .join(name)
}

fn open(name: &str) -> Result<Photo, Error> {
    Photo::open(&fixture(name))
}

fn pixels(name: &str) -> Vec<[u8; 3]> {
    open(name)
        .unwrap()
        .rgb
        .pixels()
        .map(|pixel| pixel.0)
        .collect()
}

/// Writes `bytes` to a file in a folder that is removed on drop.
fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture");
    fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    (folder, path)
}

#[test]
fn converts_every_pixel_type_to_rgb() {
    assert_eq!(pixels("grey.png"), [[0; 3], [128; 3], [255; 3]]);
    assert_eq!(
        pixels("grey16.png"),
        [[0; 3], [128; 3], [255; 3], [64; 3], [65; 3], [192; 3]]
    );
    assert_eq!(
        pixels("palette.png"),
        [[0, 0, 255], [255, 0, 0], [0, 255, 0]]
    );
}

#[test]
fn shows_transparency_over_white() {
    assert_eq!(
        pixels("alpha.png"),
        [[255, 0, 0], [255, 127, 127], [255; 3]]
    );
}

#[test]
fn opens_every_format() {
    for name in ["plain.bmp", "plain.tiff", "plain.webp"] {
        let photo = open(name).unwrap();
        assert_eq!((photo.width(), photo.height()), (16, 16), "{name}");
        assert_eq!(photo.rgb.get_pixel(8, 8).0, [200, 100, 50], "{name}");
        assert_eq!(photo.name(), name);
    }
    let [red, green, blue] = open("cmyk.jpg").unwrap().rgb.get_pixel(8, 8).0;
    assert!(red.abs_diff(200) < 6 && green.abs_diff(100) < 6 && blue.abs_diff(50) < 6);
}

#[test]
fn takes_the_first_frame_of_an_animation() {
    assert!(
        pixels("two_frames.gif")
            .iter()
            .all(|pixel| *pixel == [255, 0, 0])
    );
}

#[test]
fn detects_the_format_from_the_content() {
    assert_eq!(open("jpeg_named.png").unwrap().width(), 48);
}

#[test]
fn opens_a_single_pixel() {
    assert_eq!(pixels("one_pixel.png"), [[10, 20, 30]]);
}

#[test]
fn numbers_photos() {
    let ids = [(); 3].map(|()| open("one_pixel.png").unwrap().id);
    assert!(ids[0] < ids[1] && ids[1] < ids[2]);
}

/// A JPEG of 3 × 2 blocks of 16 pixels in different greys, with an EXIF orientation.
fn oriented(orientation: u8) -> Vec<u8> {
    let raster = RgbImage::from_fn(
        48,
        32,
        |x, y| Rgb([(40 * (x / 16 + 3 * (y / 16))) as u8; 3]),
    );
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 100)
        .encode(raster.as_raw(), 48, 32, ExtendedColorType::Rgb8)
        .unwrap();
    let mut exif =
        b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    jpeg.splice(2..2, exif);
    jpeg
}

/// EXIF states on which visible side the first stored row and column are.
#[test]
fn applies_all_eight_orientations() {
    // orientation, then the visible blocks row by row, numbered as stored.
    let expected: [(u8, u32, [u8; 6]); 8] = [
        (1, 3, [0, 1, 2, 3, 4, 5]), // first row at the top, first column on the left
        (2, 3, [2, 1, 0, 5, 4, 3]), // top, right
        (3, 3, [5, 4, 3, 2, 1, 0]), // bottom, right
        (4, 3, [3, 4, 5, 0, 1, 2]), // bottom, left
        (5, 2, [0, 3, 1, 4, 2, 5]), // left, top
        (6, 2, [3, 0, 4, 1, 5, 2]), // right, top
        (7, 2, [5, 2, 4, 1, 3, 0]), // right, bottom
        (8, 2, [2, 5, 1, 4, 0, 3]), // left, bottom
    ];
    for (orientation, across, blocks) in expected {
        let (_folder, path) = file(&oriented(orientation));
        let photo = Photo::open(&path).unwrap();
        assert_eq!(photo.width(), 16 * across, "orientation {orientation}");
        for (i, block) in (0..).zip(blocks) {
            let (x, y) = (i % across * 16 + 8, i / across * 16 + 8);
            let [grey, ..] = photo.rgb.get_pixel(x, y).0;
            assert!(
                grey.abs_diff(40 * block) < 5,
                "orientation {orientation}, block {i}"
            );
        }
    }
}

#[test]
fn turns_a_sideways_photo_upright() {
    let photo = open("orientation_6.jpg").unwrap();
    assert_eq!((photo.width(), photo.height()), (32, 48));
    let [red, green, blue] = photo.rgb.get_pixel(24, 8).0;
    assert!(red > 240 && green < 15 && blue < 15);
}

#[test]
fn reports_what_is_no_image() {
    let path = fixture("empty.png");
    assert_eq!(open("empty.png").unwrap_err(), Error::Empty { path });
    let path = fixture("words.jpg");
    let error = open("words.jpg").unwrap_err();
    assert!(error.to_string().ends_with(&path.display().to_string()));
    assert_eq!(error, Error::NotAPicture { path });
    assert!(error.to_string().contains(&kind::names()), "{error}");
    let (_folder, path) = file(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    let error = Photo::open(&path).unwrap_err();
    assert!(error.to_string().starts_with("this is HEIC"), "{error}");
    assert!(matches!(error, Error::OtherKind { .. }));
    let path = fixture("no_such.png");
    assert_eq!(open("no_such.png").unwrap_err(), Error::Missing { path });
    assert!(matches!(open(""), Err(Error::NotAFile { .. })));
}

#[test]
fn refuses_truncated_images() {
    for name in ["truncated.png", "truncated.jpg"] {
        let error = open(name).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{name}: {error}");
    }
    for name in [
        "plain.bmp",
        "plain.tiff",
        "plain.webp",
        "two_frames.gif",
        "grey16.png",
        "alpha.png",
    ] {
        let whole = fs::read(fixture(name)).unwrap();
        let (_folder, path) = file(&whole[..whole.len() / 2]);
        let error = Photo::open(&path).unwrap_err();
        assert!(
            matches!(error, Error::Truncated { .. } | Error::Corrupt { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn ignores_the_end_marker_of_a_thumbnail() {
    let mut jpeg = oriented(1);
    // After the EXIF segment, a comment that contains an end marker like an embedded thumbnail.
    jpeg.splice(38..38, *b"\xff\xfe\x00\x06\xff\xd8\xff\xd9");
    let (_folder, path) = file(&jpeg);
    assert!(Photo::open(&path).is_ok());
    let (_folder, path) = file(&jpeg[..jpeg.len() - 40]);
    assert!(matches!(Photo::open(&path), Err(Error::Truncated { .. })));
}

#[test]
fn refuses_a_damaged_image() {
    let error = open("corrupt.png").unwrap_err();
    assert!(
        matches!(error, Error::Corrupt { format: "PNG", .. }),
        "{error}"
    );
}

#[test]
fn refuses_an_implausible_size_from_the_header() {
    let error = open("claims_60000.png").unwrap_err();
    assert_eq!(
        error,
        Error::TooLarge {
            width: 60000,
            height: 60000,
            limit_megapixels: 150,
            path: fixture("claims_60000.png"),
        }
    );
    assert!(error.to_string().contains("60000 × 60000"));
}

/// With bytes changed at random, there is an error or an image, but never a panic.
#[test]
fn never_panics_on_damage() {
    let names = [
        "jpeg_named.png",
        "plain.bmp",
        "plain.tiff",
        "plain.webp",
        "two_frames.gif",
        "grey16.png",
        "alpha.png",
        "orientation_6.jpg",
        "cmyk.jpg",
        "../bands/six_8.tif",
        "../bands/six_16.tif",
        "../bands/six_f.tif",
        "../bands/infrared.tif",
        "reading/grey_associated.tif",
        "reading/float.tif",
        "reading/pages.tif",
        "reading/inks.tif",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut refused = 0;
    for name in names {
        let whole = fs::read(fixture(name)).unwrap();
        for _ in 0..100 {
            let mut bytes = whole.clone();
            // TIFFs have what describes them at the beginning, or so.
            let far = if random(2) == 0 {
                bytes.len()
            } else {
                bytes.len().min(400)
            };
            for _ in 0..=random(6) {
                let at = random(far);
                bytes[at] = random(256) as u8;
            }
            let (_folder, path) = file(&bytes);
            let as_pillow = random(2) == 0;
            let decoding = Decoding {
                as_pillow,
                ..Decoding::default()
            };
            refused += usize::from(Photo::open_as(&path, decoding).is_err());
        }
    }
    assert!(refused > 100, "{refused} refused");
}

/// 108 million pixels in a file of a few hundred kilobytes.
#[test]
fn opens_an_image_of_12000_by_9000() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.png");
    let grey = image::GrayImage::from_pixel(12000, 9000, image::Luma([77]));
    grey.save(&path).unwrap();
    drop(grey);
    let photo = Photo::open(&path).unwrap();
    assert_eq!((photo.width(), photo.height()), (12000, 9000));
    assert_eq!(photo.rgb.get_pixel(11999, 8999).0, [77; 3]);
}

#[test]
fn refuses_an_image_with_a_side_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sliver.png");
    for (width, height) in [(1, 65_536), (65_536, 1)] {
        image::GrayImage::new(width, height).save(&path).unwrap();
        let error = Photo::open(&path).unwrap_err();
        assert!(error.to_string().contains("65535"), "{error}");
        assert_eq!(
            error,
            Error::TooLong {
                width,
                height,
                longest: 65_535,
                path: path.clone(),
            }
        );
    }
    image::GrayImage::new(1, 65_535).save(&path).unwrap();
    assert_eq!(Photo::open(&path).unwrap().height(), 65_535);
}

/// A complete image followed by a hole that takes no space on the disk.
#[test]
fn refuses_a_file_of_gigabytes_without_reading_it() {
    let (_folder, path) = file(&fs::read(fixture("one_pixel.png")).unwrap());
    let length = |bytes| {
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_len(bytes).unwrap();
    };
    length(1_000_000);
    assert!(Photo::open(&path).is_ok());
    length(MAX_FILE + 1);
    let error = Photo::open(&path).unwrap_err();
    assert!(error.to_string().contains("2 GB"), "{error}");
    assert!(matches!(error, Error::FileTooLarge { .. }));
}
