//! What the metadata of an ONNX file says of images: ONNX's own keys, and those of ultralytics.

use super::Stated;
use crate::model::usage::channels::InputChannels;
use crate::model::usage::pixels::Levels;
use crate::picture::photo::geometry::{CropMode, Filter};

fn of<'a>(metadata: &'a [(String, String)], key: &str) -> Option<&'a str> {
    let found = metadata.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value.trim())
}

/// ONNX's keys about images; `None` if there are none.
///
/// # Errors
/// What is wrong with them, as a clause that follows "the image metadata of the file".
pub(super) fn image(metadata: &[(String, String)]) -> Result<Option<Stated>, String> {
    let format = of(metadata, "Image.BitmapPixelFormat");
    let range = of(metadata, "Image.NominalPixelRange");
    if format.is_none() && range.is_none() {
        return Ok(None);
    }
    let channels = match format {
        None => None,
        Some("Rgb8" | "Rgba8") => Some(InputChannels::Rgb),
        Some("Bgr8" | "Bgra8") => Some(InputChannels::Bgr),
        Some("Gray8") => Some(InputChannels::Grey),
        Some(other) => return Err(format!("have the pixel format {other:?}, which is unknown")),
    };
    let (mean, std) = match range {
        None | Some("NominalRange_0_255") => Levels::Bytes.normalisation(),
        Some("Normalized_0_1") => Levels::Unit.normalisation(),
        Some("Normalized_1_1") => Levels::Signed.normalisation(),
        // Levels of video, from 16 to 235.
        Some("NominalRange_16_235") => (-16.0 / 219.0, 1.0 / 219.0),
        Some(other) => return Err(format!("have the pixel range {other:?}, which is unknown")),
    };
    if mean < 0.0 {
        return Err("have levels from 16 to 235, which are not supported".into());
    }
    Ok(Some(Stated {
        mean: Some(vec![mean]),
        std: Some(vec![std]),
        channels,
        ..Stated::default()
    }))
}

/// What to say where ONNX's keys state colours that are linear in light.
pub(super) fn linear_note(metadata: &[(String, String)]) -> Option<&'static str> {
    (of(metadata, "Image.ColorSpaceGamma") == Some("Linear")).then_some(
        "The file says that it takes colours that are linear in light (Image.ColorSpaceGamma). They go in as a \
         picture has them, so its predictions may differ from those of programs that convert them.",
    )
}

/// Whether ultralytics wrote the file.
pub(super) fn is_of_ultralytics(metadata: &[(String, String)]) -> bool {
    let author = of(metadata, "author");
    let by_name = author.is_some_and(|author| author.eq_ignore_ascii_case("ultralytics"));
    by_name || (of(metadata, "task").is_some() && of(metadata, "imgsz").is_some())
}

/// What ultralytics' classifiers take: levels from 0 to 1; a square input is cropped, another stretched.
pub(super) fn ultralytics(width: u32, height: u32) -> Stated {
    let (mean, std) = Levels::Unit.normalisation();
    Stated {
        interpolation: Some(Filter::Bilinear),
        crop_pct: Some(1.0),
        mode: Some(if width == height {
            CropMode::Centre
        } else {
            CropMode::Squash
        }),
        mean: Some(vec![mean]),
        std: Some(vec![std]),
        ..Stated::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(entries: &[(&str, &str)]) -> Vec<(String, String)> {
        let entry = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        entries.iter().map(entry).collect()
    }

    #[test]
    fn reads_onnx_keys_about_images() {
        let read = |format, range| {
            image(&metadata(&[
                ("Image.BitmapPixelFormat", format),
                ("Image.NominalPixelRange", range),
            ]))
        };
        let bytes = read("Bgr8", "NominalRange_0_255").unwrap().unwrap();
        assert_eq!(bytes.channels, Some(InputChannels::Bgr));
        assert_eq!(
            (bytes.mean, bytes.std),
            (Some(vec![0.0]), Some(vec![1.0 / 255.0]))
        );
        let unit = read("Rgb8", "Normalized_0_1").unwrap().unwrap();
        assert_eq!((unit.mean, unit.std), (Some(vec![0.0]), Some(vec![1.0])));
        let signed = read("Gray8", "Normalized_1_1").unwrap().unwrap();
        assert_eq!(signed.channels, Some(InputChannels::Grey));
        assert_eq!(
            (signed.mean, signed.std),
            (Some(vec![0.5]), Some(vec![0.5]))
        );
        assert!(read("Yuv", "Normalized_0_1").unwrap_err().contains("Yuv"));
        assert!(read("Rgb8", "Loud").unwrap_err().contains("Loud"));
        assert!(read("Rgb8", "NominalRange_16_235").is_err());
        assert_eq!(image(&[]), Ok(None));
        let gamma = |said| linear_note(&metadata(&[("Image.ColorSpaceGamma", said)]));
        assert!(gamma("Linear").is_some() && gamma("SRGB").is_none());
    }

    #[test]
    fn recognises_ultralytics() {
        assert!(is_of_ultralytics(&metadata(&[("author", "Ultralytics")])));
        let keys = [
            ("task", "classify"),
            ("imgsz", "[224, 224]"),
            ("names", "{}"),
        ];
        assert!(is_of_ultralytics(&metadata(&keys)));
        assert!(!is_of_ultralytics(&metadata(&[("task", "classify")])));
    }
}
