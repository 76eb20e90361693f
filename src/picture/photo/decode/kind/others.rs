//! Files that are not read, named for what they are.

use std::path::Path;

use crate::picture::Error;

/// What a file is, and the way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Other {
    /// As in “this is …”.
    pub name: &'static str,
    pub way_on: &'static str,
}

const PICTURE: &str = "save it as PNG or JPEG first";
const RAW: &str = "develop it, and save it as TIFF, PNG or JPEG first";
const PAGES: &str = "save the page as PNG first";
const VIDEO: &str = "save a frame of it as PNG first";
const VOLUME: &str = "save a slice of it as TIFF or PNG first";
const PACKED: &str = "unpack it first";
const MODEL: &str = "open it as the model";
const ARRAY: &str = "save it as TIFF first";
const GZIP: &[u8] = b"\x1f\x8b";
const ZIP: &[u8] = b"PK\x03\x04";
/// The extensions of models that are ZIP archives.
const MODELS: [&str; 5] = ["pt2", "pt", "pth", "ckpt", "bin"];
const TEXT: &str = "choose the image itself";

/// Bytes at a place that only files of one kind have, and what that is.
type Mark = (usize, &'static [u8], &'static str, &'static str);

const MARKS: &[Mark] = &[
    // Pictures.
    (0, b"\xff\xd8\xff\xf7", "JPEG-LS", PICTURE),
    (0, b"II\xbc", "JPEG XR", PICTURE),
    (0, b"DDS ", "DDS (a texture)", PICTURE),
    (0, b"8BPS", "a Photoshop file (PSD)", PICTURE),
    (0, b"gimp xcf", "a GIMP file (XCF)", PICTURE),
    (0, b"v/1\x01", "OpenEXR", PICTURE),
    (0, b"#?RADIANCE", "Radiance HDR", PICTURE),
    (0, b"#?RGBE", "Radiance HDR", PICTURE),
    (0, b"\0\0\x01\0", "an icon (ICO)", PICTURE),
    (0, b"\0\0\x02\0", "a cursor (CUR)", PICTURE),
    (0, b"icns", "an icon (ICNS)", PICTURE),
    (0, b"BPG\xfb", "BPG", PICTURE),
    (0, b"FLIF", "FLIF", PICTURE),
    (0, b"farbfeld", "farbfeld", PICTURE),
    (0, b"\x01\xda", "an SGI image", PICTURE),
    (0, b"\x59\xa6\x6a\x95", "a Sun raster", PICTURE),
    (0, b"/* XPM", "XPM", PICTURE),
    (0, b"AT&TFORM", "DjVu", PAGES),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows metafile (WMF)", PICTURE),
    (40, b" EMF", "a Windows metafile (EMF)", PICTURE),
    (0, b"PF\n", "PFM (a portable float map)", ARRAY),
    (0, b"Pf\n", "PFM (a portable float map)", ARRAY),
    // Raw photos.
    (8, b"CR\x02\0", "a raw photo (Canon CR2)", RAW),
    (0, b"FUJIFILMCCD-RAW", "a raw photo (Fujifilm RAF)", RAW),
    (0, b"IIRO", "a raw photo (Olympus ORF)", RAW),
    (0, b"IIRS", "a raw photo (Olympus ORF)", RAW),
    (0, b"MMOR", "a raw photo (Olympus ORF)", RAW),
    (0, b"IIU\0", "a raw photo (Panasonic RW2)", RAW),
    (0, b"FOVb", "a raw photo (Sigma X3F)", RAW),
    (0, b"\0MRM", "a raw photo (Minolta MRW)", RAW),
    (0, b"II\x1a\0\0\0HEAPCCDR", "a raw photo (Canon CRW)", RAW),
    // Pages.
    (0, b"%PDF-", "a PDF", PAGES),
    (0, b"%!PS", "PostScript", PAGES),
    (0, b"\xc5\xd0\xd3\xc6", "PostScript (EPS)", PAGES),
    (0, b"{\\rtf", "a text document (RTF)", PAGES),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Office document",
        PAGES,
    ),
    // Videos and sound.
    (0, b"\x1aE\xdf\xa3", "a video (Matroska or WebM)", VIDEO),
    (0, b"\0\0\x01\xba", "a video (MPEG)", VIDEO),
    (0, b"\0\0\x01\xb3", "a video (MPEG)", VIDEO),
    (0, b"FLV\x01", "a video (FLV)", VIDEO),
    (
        0,
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        "a video (Windows Media)",
        VIDEO,
    ),
    (0, b"OggS", "a video or sound (Ogg)", VIDEO),
    (0, b"\x8aMNG", "an animation (MNG)", VIDEO),
    (0, b"ID3", "sound (MP3)", TEXT),
    (0, b"fLaC", "sound (FLAC)", TEXT),
    // Volumes and measurements.
    (344, b"n+1\0", "NIfTI", VOLUME),
    (344, b"ni1\0", "NIfTI (a header)", VOLUME),
    (4, b"n+2\0\r\n\x1a\n", "NIfTI", VOLUME),
    (0, b"NRRD", "NRRD", VOLUME),
    (0, b"ObjectType = Image", "MetaImage (a header)", VOLUME),
    (208, b"MAP ", "MRC (electron microscopy)", VOLUME),
    (0, b"SIMPLE  =", "FITS (astronomy)", VOLUME),
    (0, b"ZISRAWFILE", "Zeiss CZI (microscopy)", VOLUME),
    (0, b"\xda\xce\xbe\x0a", "Nikon ND2 (microscopy)", VOLUME),
    (0, b"\x70\0\0\0", "Leica LIF (microscopy)", VOLUME),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5", ARRAY),
    (0, b"\x0e\x03\x13\x01", "HDF4", ARRAY),
    (0, b"CDF\x01", "NetCDF", ARRAY),
    (0, b"CDF\x02", "NetCDF", ARRAY),
    (0, b"GRIB", "GRIB (weather)", ARRAY),
    (0, b"MATLAB 5.0", "a MATLAB file", ARRAY),
    (0, b"\x93NUMPY", "a NumPy array", ARRAY),
    // Packed.
    (
        0,
        b"PK\x03\x04",
        "a ZIP archive, as models (.pt2, .pth), documents and NumPy archives are",
        PACKED,
    ),
    (0, GZIP, "a gzip archive", PACKED),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", PACKED),
    (0, b"Rar!\x1a\x07", "a RAR archive", PACKED),
    (0, b"\xfd7zXZ\0", "an XZ archive", PACKED),
    (0, b"BZh", "a bzip2 archive", PACKED),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", PACKED),
    (257, b"ustar", "a TAR archive", PACKED),
    // Programs.
    (0, b"\x7fELF", "a program", TEXT),
    (
        0,
        b"version https://git-lfs",
        "a Git LFS pointer, not the file itself",
        "run `git lfs pull` first",
    ),
];

/// The brands of files in boxes of length and name, after the word `ftyp`.
const BRANDS: &[(&[u8], &str, &str)] = &[
    (b"avif", "AVIF", PICTURE),
    (b"avis", "AVIF (an animation)", PICTURE),
    (b"heic", "HEIC (a photo of a phone)", PICTURE),
    (b"heix", "HEIC (a photo of a phone)", PICTURE),
    (b"heim", "HEIC (a photo of a phone)", PICTURE),
    (b"heis", "HEIC (a photo of a phone)", PICTURE),
    (b"hevc", "HEIC (a photo of a phone)", PICTURE),
    (b"hevx", "HEIC (a photo of a phone)", PICTURE),
    (b"mif1", "HEIF", PICTURE),
    (b"msf1", "HEIF", PICTURE),
    (b"crx ", "a raw photo (Canon CR3)", RAW),
    (b"qt  ", "a video (QuickTime)", VIDEO),
    (b"M4A ", "sound (M4A)", TEXT),
];

/// The refusal of a raw photo.
pub(crate) fn raw(kind: &'static str, path: &Path) -> Error {
    Error::OtherKind {
        kind,
        way_on: RAW,
        path: path.to_owned(),
    }
}

/// What a file is that is not read here, by its first bytes. `path` counts only for archives.
pub(crate) fn named(start: &[u8], path: &Path) -> Option<Other> {
    let is = |name, way_on| Some(Other { name, way_on });
    if start.get(4..8) == Some(b"ftyp") {
        return boxed(start);
    }
    if start.starts_with(b"RIFF") {
        return match start.get(8..12)? {
            b"AVI " => is("a video (AVI)", VIDEO),
            b"WAVE" => is("sound (WAV)", TEXT),
            b"WEBP" => None,
            _ => is("a RIFF file", PICTURE),
        };
    }
    let found = |mark: &&Mark| {
        let (at, bytes, ..) = mark;
        let rest = start.get(*at..);
        rest.is_some_and(|rest| rest.starts_with(bytes))
    };
    if let Some((_, bytes, name, way_on)) = MARKS.iter().find(found) {
        let called = path.to_string_lossy().to_lowercase();
        let ends = |with: &str| called.ends_with(&format!(".{with}"));
        return match *bytes {
            GZIP if ends("nii.gz") => is("NIfTI, packed with gzip", VOLUME),
            GZIP if ends("svgz") => is("SVG, packed with gzip", PICTURE),
            ZIP if MODELS.into_iter().any(ends) => is("a model, not an image", MODEL),
            _ => is(name, way_on),
        };
    }
    text(start)
}

/// Files of the family of MP4 and HEIF.
fn boxed(start: &[u8]) -> Option<Other> {
    let length = start.get(..4)?.try_into().map(u32::from_be_bytes).ok()?;
    let end = (length as usize).clamp(12, start.len().max(12));
    // The brand itself, and then those that it is compatible with.
    let brands = start.get(8..end)?.chunks_exact(4);
    let mut brands = brands.enumerate().filter(|(at, _)| *at != 1);
    // A general brand is followed by a more exact one.
    let is_general = |name: &str| name == "HEIF";
    let known = |brand: &[u8]| BRANDS.iter().find(|(known, ..)| *known == brand);
    let all: Vec<_> = brands
        .by_ref()
        .filter_map(|(_, brand)| known(brand))
        .collect();
    let exact = all.iter().find(|(_, name, _)| !is_general(name));
    Some(match exact.or(all.first()) {
        Some((_, name, way_on)) => Other { name, way_on },
        None => Other {
            name: "a video (MP4)",
            way_on: VIDEO,
        },
    })
}

/// Files of text.
fn text(start: &[u8]) -> Option<Other> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let readable = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    if start.is_empty() || !start.iter().all(readable) {
        return None;
    }
    let words = String::from_utf8_lossy(start).trim_start().to_lowercase();
    let is = |name, way_on| Some(Other { name, way_on });
    if words.contains("<svg") {
        return is("SVG (a drawing)", PICTURE);
    }
    if words.starts_with("<!doctype html") || words.starts_with("<html") {
        return is("a web page", "download the image itself");
    }
    if words.starts_with("<?xml") {
        return is("XML", TEXT);
    }
    if words.starts_with(['{', '[']) {
        return is("JSON", TEXT);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(start: &[u8], path: &str) -> Option<&'static str> {
        named(start, Path::new(path)).map(|other| other.name)
    }

    fn at(place: usize, mark: &[u8]) -> Vec<u8> {
        let mut start = vec![1; place];
        start.extend(mark);
        start
    }

    #[test]
    fn names_what_is_not_read() {
        for (start, expected) in [
            (
                &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..],
                "HEIC (a photo of a phone)",
            ),
            (
                b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
                "HEIC (a photo of a phone)",
            ),
            (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miaf", "AVIF"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
            (b"\0\0\0\x10ftypmif1\0\0\0\0", "HEIF"),
            (b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", "a video (MP4)"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a video (QuickTime)"),
            (
                b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom",
                "a raw photo (Canon CR3)",
            ),
            (b"RIFF\0\0\0\0AVI LIST", "a video (AVI)"),
            (b"II*\0\x10\0\0\0CR\x02\0", "a raw photo (Canon CR2)"),
            (b"%PDF-1.7\n", "a PDF"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (
                b"<?xml version=\"1.0\"?>\n<svg xmlns=\"\">",
                "SVG (a drawing)",
            ),
            (b"<!DOCTYPE html><html>", "a web page"),
            (b"{\"a\": 1}", "JSON"),
            (b"8BPS\0\x01", "a Photoshop file (PSD)"),
        ] {
            assert_eq!(name(start, "x.jpg"), Some(expected));
        }
        assert_eq!(name(&at(344, b"n+1\0"), "x"), Some("NIfTI"));
        assert_eq!(name(&at(257, b"ustar"), "x"), Some("a TAR archive"));
        assert_eq!(
            name(b"\x1f\x8b\x08", "A.NII.GZ"),
            Some("NIfTI, packed with gzip")
        );
        assert_eq!(name(b"PK\x03\x04", "m.pt2"), Some("a model, not an image"));
        for nothing in [
            &b""[..],
            b"hello",
            b"\x01\x02\x03",
            b"ftyp",
            b"\0\0\0\0ftyp",
        ] {
            assert_eq!(
                name(nothing, "x.heic").filter(|name| !name.contains("video")),
                None
            );
        }
    }
}
