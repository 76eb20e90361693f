//! Which kind of file this is, by its first bytes.
//!
//! One table says what is read here: names, extensions and first bytes. `others` names what is not.

use std::path::Path;

use image::ImageFormat;

use super::format::dicom;

pub(crate) mod others;

/// The bytes at the beginning of a file by which its kind is known.
pub(crate) const START: usize = 512;

/// A kind of picture that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    WebP,
    Bmp,
    Gif,
    Tiff,
    Pnm,
    Tga,
    Qoi,
    Dicom,
    Jpeg2000,
    JpegXl,
}

/// What there is to know about a kind.
struct About {
    name: &'static str,
    /// In lower case.
    extensions: &'static [&'static str],
    /// How the picture library calls it, if that reads it.
    library: Option<ImageFormat>,
    begins: fn(&[u8]) -> bool,
}

impl Kind {
    pub const ALL: [Kind; 12] = [
        Kind::Png,
        Kind::Jpeg,
        Kind::WebP,
        Kind::Bmp,
        Kind::Gif,
        Kind::Tiff,
        Kind::Pnm,
        Kind::Qoi,
        Kind::Dicom,
        Kind::Jpeg2000,
        Kind::JpegXl,
        // It has no mark of its own, so the others go before it.
        Kind::Tga,
    ];

    const fn about(self) -> About {
        use ImageFormat as Format;
        let (name, extensions, library, begins): (_, &'static [_], _, fn(&[u8]) -> bool) =
            match self {
                Kind::Png => ("PNG", &["png"], Some(Format::Png), |b| {
                    b.starts_with(b"\x89PNG\r\n\x1a\n")
                }),
                Kind::Jpeg => (
                    "JPEG",
                    &["jpg", "jpeg", "jpe", "jfif"],
                    Some(Format::Jpeg),
                    |b| b.starts_with(b"\xff\xd8\xff"),
                ),
                Kind::WebP => ("WebP", &["webp"], Some(Format::WebP), |b| {
                    b.starts_with(b"RIFF") && b.get(8..12) == Some(b"WEBP")
                }),
                Kind::Bmp => ("BMP", &["bmp"], Some(Format::Bmp), |b| b.starts_with(b"BM")),
                Kind::Gif => ("GIF", &["gif"], Some(Format::Gif), |b| {
                    b.starts_with(b"GIF87a") || b.starts_with(b"GIF89a")
                }),
                Kind::Tiff => ("TIFF", &["tif", "tiff"], Some(Format::Tiff), |b| {
                    let marks = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
                    marks.into_iter().any(|mark| b.starts_with(mark))
                }),
                Kind::Pnm => (
                    "PNM",
                    &["ppm", "pgm", "pbm", "pnm", "pam"],
                    Some(Format::Pnm),
                    |b| matches!(b, [b'P', b'1'..=b'7', after, ..] if after.is_ascii_whitespace() || *after == b'#'),
                ),
                Kind::Tga => ("TGA", &["tga"], Some(Format::Tga), is_tga),
                Kind::Qoi => ("QOI", &["qoi"], Some(Format::Qoi), |b| {
                    b.starts_with(b"qoif")
                }),
                Kind::Dicom => ("DICOM", &["dcm", "dicom", "dic"], None, dicom::begins),
                Kind::Jpeg2000 => (
                    "JPEG 2000",
                    &["jp2", "j2k", "jpf", "j2c", "jpc"],
                    None,
                    |b| {
                        b.starts_with(b"\xff\x4f\xff\x51")
                            || b.starts_with(b"\0\0\0\x0cjP  \r\n\x87\n")
                    },
                ),
                Kind::JpegXl => ("JPEG XL", &["jxl"], None, |b| {
                    b.starts_with(b"\xff\x0a") || b.starts_with(b"\0\0\0\x0cJXL \r\n\x87\n")
                }),
            };
        About {
            name,
            extensions,
            library,
            begins,
        }
    }

    /// As in a sentence.
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// How the picture library calls it, if that reads it.
    pub fn library(self) -> Option<ImageFormat> {
        self.about().library
    }

    /// The kind of a file that begins with these bytes; `path` counts only where bytes do not tell.
    pub fn of(start: &[u8], path: &Path) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| {
            let about = kind.about();
            let named = *kind != Kind::Tga || has_extension(path, about.extensions);
            named && (about.begins)(start)
        })
    }
}

/// Whether the path ends in one of these.
fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| extensions.contains(&extension.as_str()))
}

/// Whether a header of 18 bytes makes sense.
fn is_tga(start: &[u8]) -> bool {
    let Some(header) = start.get(..18) else {
        return false;
    };
    let has_palette = matches!(header[2], 1 | 9);
    let is_known = has_palette || matches!(header[2], 2 | 3 | 10 | 11);
    is_known
        && header[1] == u8::from(has_palette)
        && header[12..14] != [0; 2]
        && header[14..16] != [0; 2]
        && matches!(header[16], 8 | 15 | 16 | 24 | 32)
}

const COUNT: usize = {
    let (mut count, mut at) = (0, 0);
    while at < Kind::ALL.len() {
        count += Kind::ALL[at].about().extensions.len();
        at += 1;
    }
    count
};

/// The file extensions of pictures that can be opened, in lower case.
pub const EXTENSIONS: [&str; COUNT] = {
    let mut all = [""; COUNT];
    let (mut filled, mut at) = (0, 0);
    while at < Kind::ALL.len() {
        let extensions = Kind::ALL[at].about().extensions;
        let mut next = 0;
        while next < extensions.len() {
            all[filled] = extensions[next];
            filled += 1;
            next += 1;
        }
        at += 1;
    }
    all
};

/// Whether a path has the extension of a picture that can be opened.
pub fn is_named_like_a_picture(path: &Path) -> bool {
    has_extension(path, &EXTENSIONS)
}

/// Whether a file with this name that begins with these bytes is a picture that can be opened.
pub(crate) fn is_picture(start: &[u8], path: &Path) -> bool {
    Kind::of(start, path).is_some()
}

/// The names of what is read, as in a sentence: `PNG, JPEG or TIFF`.
pub fn names() -> String {
    let names = Kind::ALL.map(Kind::name);
    match names.split_last() {
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_told_by_its_bytes_alone() {
        let tga: Vec<u8> = [0u8, 0, 2]
            .into_iter()
            .chain([0; 9])
            .chain([4, 0, 3, 0, 24, 0])
            .collect();
        for (start, kind) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Kind::Png),
            (b"\xff\xd8\xff\xe0", Kind::Jpeg),
            (b"RIFF\0\0\0\0WEBPVP8 ", Kind::WebP),
            (b"GIF89a", Kind::Gif),
            (b"II*\0", Kind::Tiff),
            (b"MM\0+", Kind::Tiff),
            (b"P5\n3 2\n255\n", Kind::Pnm),
            (b"qoif", Kind::Qoi),
        ] {
            assert_eq!(Kind::of(start, Path::new("x.tga")), Some(kind));
            assert_eq!(others::named(start, Path::new("x")), None, "{kind:?}");
        }
        assert_eq!(Kind::of(&tga, Path::new("x.TGA")), Some(Kind::Tga));
        assert_eq!(Kind::of(&tga, Path::new("x.raw")), None);
        for nothing in [&b""[..], b"P", b"P5", b"P8\n", b"RIFF\0\0\0\0WAVE"] {
            assert_eq!(Kind::of(nothing, Path::new("x.tga")), None);
        }
    }

    #[test]
    fn no_extension_is_there_twice() {
        let mut sorted = EXTENSIONS.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), EXTENSIONS.len());
        assert!(names().starts_with("PNG, JPEG, WebP") && names().ends_with(" or TGA"));
        assert!(is_named_like_a_picture(Path::new("a/B.JPEG")));
        assert!(!is_named_like_a_picture(Path::new("jpeg")));
    }
}
