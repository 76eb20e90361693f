//! TIFFs that are refused by name, before a library fails on them or reads the wrong page.

use std::io::Cursor;
use std::path::Path;

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use super::super::super::kind::others;
use super::photometric;
use crate::picture::Error;

/// Refuses what a camera has recorded: the first page is often a small copy, which would be taken for the photo.
pub(super) fn raw(decoder: &mut Decoder<Cursor<&[u8]>>, path: &Path) -> Result<(), Error> {
    const DNG_VERSION: Tag = Tag::Unknown(50_706);
    const SUB_PAGES: Tag = Tag::Unknown(330);
    const MAKE: Tag = Tag::Make;
    let number = |decoder: &mut Decoder<_>, tag| decoder.get_tag_unsigned::<u32>(tag).ok();
    let mut has = |tag| decoder.find_tag(tag).is_ok_and(|found| found.is_some());
    let is_dng = has(DNG_VERSION);
    let has_others = has(SUB_PAGES) && has(MAKE);
    let is_copy = number(decoder, Tag::NewSubfileType) == Some(1);
    let photometric = number(decoder, Tag::PhotometricInterpretation).unwrap_or(0);
    let is_of_sensor = photometric::SENSOR.map(u32::from).contains(&photometric);
    if is_dng || is_of_sensor || (has_others && is_copy) {
        let kind = if is_dng {
            "a raw photo (DNG)"
        } else {
            "a raw photo (such as NEF, ARW or PEF)"
        };
        return Err(others::raw(kind, path));
    }
    Ok(())
}

/// Refuses what nobody unpacks here, by the name that it goes by.
pub(super) fn packing(decoder: &mut Decoder<Cursor<&[u8]>>, path: &Path) -> Result<(), Error> {
    let Ok(number) = decoder.get_tag_unsigned::<u16>(Tag::Compression) else {
        return Ok(());
    };
    let name = match number {
        // None, the fourth fax, LZW, JPEG, Deflate, PackBits, Zstandard, WebP.
        1 | 4 | 5 | 7 | 8 | 32_946 | 32_773 | 50_000 | 50_001 => return Ok(()),
        2 | 3 => "fax (CCITT 1D or Group 3)",
        6 => "JPEG as it was done before 1995",
        32_809 => "ThunderScan",
        33_003 | 33_005 | 34_712 => "JPEG 2000",
        34_661 => "JBIG",
        34_676 | 34_677 => "SGI LogLuv",
        34_887 => "LERC",
        34_892 => "the lossy JPEG of a camera",
        34_925 => "LZMA",
        34_933 => "PNG",
        34_934 | 22_610 => "JPEG XR",
        50_002 | 52_546 => "JPEG XL",
        _ => "",
    };
    let reason = if name.is_empty() {
        format!("its compression has the unknown number {number}")
    } else {
        format!("its pixels are packed as {name}")
    };
    Err(Error::Unsupported {
        format: "TIFF",
        reason,
        path: path.to_owned(),
    })
}
