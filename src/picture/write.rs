//! Writes files atomically: a file is either complete or not there.
//!
//! The content is written to a temporary file in the same folder, which is then renamed. So a full disk
//! or a crash leaves the previous file.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use image::{ImageBuffer, Pixel, RgbImage};
use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};

use super::Error;

/// The temporary file: `Write` and `Seek`.
pub type Draft<'a> = BufWriter<&'a mut File>;

/// Calls `write` with a temporary file in `path`'s folder, and renames the file to `path`.
///
/// # Errors
/// If the folder is missing or cannot be written to, if `path` is a folder, or if `write` fails. The
/// previous file at `path` is then unchanged.
pub fn atomically(
    path: &Path,
    write: impl FnOnce(&mut Draft<'_>) -> io::Result<()>,
) -> Result<(), Error> {
    check_destination(path)?;
    let folder = folder_of(path);
    let mut file = draft_in(folder).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Error::FolderNotWritable {
            path: folder.to_owned(),
        },
        _ => not_written(&error, path),
    })?;
    let mut draft = BufWriter::new(file.as_file_mut());
    write(&mut draft)
        .and_then(|()| draft.flush())
        .map_err(|error| not_written(&error, path))?;
    drop(draft);
    file.persist(path)
        .map_err(|failure| not_written(&failure.error, path))?;
    Ok(())
}

/// Checks that the folder of `path` exists and that `path` itself is not a folder. Call this before the
/// work that produces the content.
///
/// # Errors
/// [`Error::FolderMissing`], [`Error::NotWritten`].
pub fn check_destination(path: &Path) -> Result<(), Error> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(Error::FolderMissing {
            path: folder.to_owned(),
        });
    }
    if path.is_dir() {
        return Err(Error::NotWritten {
            reason: "there is a folder with that name".to_owned(),
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Writes `picture` as a PNG, [`atomically`].
///
/// # Errors
/// As [`atomically`].
pub fn png(path: &Path, picture: &RgbImage) -> Result<(), Error> {
    atomically(path, |draft| encode_png(picture, draft))
}

/// Writes `picture` as a PNG to `out`.
pub(super) fn encode_png(picture: &RgbImage, out: &mut impl Write) -> io::Result<()> {
    encode_png_at(picture, None, out)
}

/// Writes `picture` as a PNG to `out`, with the number of its pixels in an inch, if they have a size on paper.
pub(super) fn encode_png_at<P>(
    picture: &ImageBuffer<P, Vec<u8>>,
    per_inch: Option<f64>,
    out: &mut impl Write,
) -> io::Result<()>
where
    P: Pixel<Subpixel = u8>,
{
    let (width, height) = picture.dimensions();
    let mut encoder = Encoder::new(out, width, height);
    encoder.set_color(match P::CHANNEL_COUNT {
        4 => ColorType::Rgba,
        _ => ColorType::Rgb,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Adaptive);
    encoder.set_pixel_dims(per_inch.map(|per_inch| {
        let per_metre = (per_inch / 0.0254).round() as u32;
        PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: Unit::Meter,
        }
    }));
    encoder.write_header()?.write_image_data(picture.as_raw())?;
    Ok(())
}

/// A temporary file with the permissions of any new file.
fn draft_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gradcam-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn not_written(error: &io::Error, path: &Path) -> Error {
    Error::NotWritten {
        reason: match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        },
        path: path.to_owned(),
    }
}

/// Writes `content` to `path`, [`atomically`].
///
/// # Errors
/// As [`atomically`].
pub fn bytes(path: &Path, content: &[u8]) -> Result<(), Error> {
    atomically(path, |draft| draft.write_all(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files_in(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn writes_a_png_that_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        let picture = RgbImage::from_fn(5, 3, |x, y| image::Rgb([x as u8, y as u8, 200]));
        png(&path, &picture).unwrap();
        assert_eq!(image::open(&path).unwrap().into_rgb8(), picture);
        assert_eq!(files_in(folder.path()), 1);
    }

    #[test]
    fn keeps_the_old_file_on_failure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.json");
        fs::write(&path, "old").unwrap();
        let error = atomically(&path, |draft| {
            draft.write_all(b"half of the n")?;
            Err(io::Error::other("out of ink"))
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("nothing was written (out of ink): {}", path.display())
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(files_in(folder.path()), 1);
    }

    #[test]
    fn reports_a_missing_folder_and_a_folder_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/such");
        let error = png(&missing.join("a.png"), &RgbImage::new(1, 1)).unwrap_err();
        assert_eq!(error, Error::FolderMissing { path: missing });

        let taken = folder.path().join("taken.png");
        fs::create_dir(&taken).unwrap();
        let error = png(&taken, &RgbImage::new(1, 1)).unwrap_err().to_string();
        assert!(error.contains("folder with that name"), "{error}");
    }

    /// `/proc` refuses new files even for root, who ignores permissions.
    #[cfg(target_os = "linux")]
    #[test]
    fn reports_a_folder_that_cannot_be_written() {
        let error = png(Path::new("/proc/picture.png"), &RgbImage::new(1, 1)).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("nothing was written"), "{text}");
        assert!(text.contains("/proc"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn gives_the_default_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        atomically(&ours, |draft| draft.write_all(b"x")).unwrap();
        fs::write(&plain, "x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
