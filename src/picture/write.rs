//! Files that are either whole or not there.
//!
//! A picture is written beside its destination and renamed onto it, so a full disk or a crash
//! leaves the file that was there before.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use super::Error;

/// The file being written: `Write` and `Seek`.
pub type Draft<'a> = BufWriter<&'a mut File>;

/// Lets `write` fill a temporary file in `path`'s folder, then renames it to `path`.
///
/// # Errors
/// The folder is missing or cannot be written to, `path` is a folder, or `write` failed. Whatever
/// was at `path` is untouched then.
pub fn atomically(
    path: &Path,
    write: impl FnOnce(&mut Draft<'_>) -> io::Result<()>,
) -> Result<(), Error> {
    has_a_place(path)?;
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

/// Whether there is a folder to write `path` to and no folder in its place: what can be known
/// before the work that gives its content.
///
/// # Errors
/// [`Error::FolderMissing`], [`Error::NotWritten`].
pub fn has_a_place(path: &Path) -> Result<(), Error> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(Error::FolderMissing {
            path: folder.to_owned(),
        });
    }
    if path.is_dir() {
        return Err(Error::NotWritten {
            reason: "there is a folder of that name".to_owned(),
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
    let (width, height) = picture.dimensions();
    PngEncoder::new(out)
        .write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .map_err(io::Error::other)
}

/// A temporary file that, once renamed, has the permissions any new file would have.
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

/// Writes `content` to `path`, whole or not at all.
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
    fn a_png_comes_back_as_it_went() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        let picture = RgbImage::from_fn(5, 3, |x, y| image::Rgb([x as u8, y as u8, 200]));
        png(&path, &picture).unwrap();
        assert_eq!(image::open(&path).unwrap().into_rgb8(), picture);
        assert_eq!(files_in(folder.path()), 1);
    }

    #[test]
    fn a_failure_keeps_the_old_file_and_leaves_nothing_behind() {
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
    fn a_missing_folder_and_a_folder_in_the_way_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/such");
        let error = png(&missing.join("a.png"), &RgbImage::new(1, 1)).unwrap_err();
        assert_eq!(error, Error::FolderMissing { path: missing });

        let taken = folder.path().join("taken.png");
        fs::create_dir(&taken).unwrap();
        let error = png(&taken, &RgbImage::new(1, 1)).unwrap_err().to_string();
        assert!(error.contains("folder of that name"), "{error}");
    }

    /// `/proc` refuses new files even to the superuser, whom permissions do not stop.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let error = png(Path::new("/proc/picture.png"), &RgbImage::new(1, 1)).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("nothing was written"), "{text}");
        assert!(text.contains("/proc"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_was_written() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        atomically(&ours, |draft| draft.write_all(b"x")).unwrap();
        fs::write(&plain, "x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
