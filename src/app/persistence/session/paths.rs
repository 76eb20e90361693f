//! Paths in sessions: relative to the session's folder if the file is nearby.

use std::path::{Component, Path, PathBuf, absolute};

/// The absolute folder of a session file.
pub fn folder_of(session: &Path) -> PathBuf {
    let session = absolute(session).unwrap_or_else(|_| session.to_owned());
    let folder = session.parent().unwrap_or(&session);
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// Canonicalises a file's folder but keeps the file's own name: the name of a link may describe an
/// image better than the name of its target.
fn with_canonical_folder(file: PathBuf) -> PathBuf {
    let parts = file.parent().zip(file.file_name());
    let canonical = parts.and_then(|(folder, name)| Some(folder.canonicalize().ok()?.join(name)));
    canonical.unwrap_or(file)
}

/// The path stored for `file` in a session in `folder`: relative if both share a folder other than the
/// root, with `/` on every system; absolute otherwise. `None` if the path is not Unicode.
pub fn stored(folder: &Path, file: &Path) -> Option<PathBuf> {
    let file = absolute(file).unwrap_or_else(|_| file.to_owned());
    let file = with_canonical_folder(file);
    let path = relative(folder, &file).unwrap_or(file);
    path.to_str().is_some().then_some(path)
}

/// The absolute path of a stored `file` for a session in `folder`, without `..` components.
pub fn resolved(folder: &Path, file: &Path) -> PathBuf {
    with_canonical_folder(folder.join(file))
}

fn relative(folder: &Path, file: &Path) -> Option<PathBuf> {
    let shared = folder.components().zip(file.components());
    let shared = shared.take_while(|(a, b)| a == b);
    let near = shared
        .into_iter()
        .any(|(part, _)| matches!(part, Component::Normal(_)));
    let relative = pathdiff::diff_paths(file, folder).filter(|_| near)?;
    let parts: Option<Vec<&str>> = relative
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(parts?.join("/").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn stores_nearby_files_as_relative_and_others_as_absolute_paths() {
        let named = |file: &str| relative(Path::new("/pictures/mine"), Path::new(file));
        let near = |file: &str| Some(PathBuf::from(file));
        assert_eq!(named("/pictures/mine/a/b.png"), near("a/b.png"));
        assert_eq!(named("/pictures/models/m.pt2"), near("../models/m.pt2"));
        assert_eq!(named("/data/m.pt2"), None);
    }

    #[test]
    fn resolves_a_stored_path() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (desk, shelf) = (root.join("desk"), root.join("shelf"));
        for folder in [&desk, &shelf] {
            std::fs::create_dir(folder).unwrap();
        }
        let file = shelf.join("photo.png");
        std::fs::write(&file, "x").unwrap();
        let name = stored(&folder_of(&desk.join("s.gradcam.json")), &file).unwrap();
        assert_eq!(name, Path::new("../shelf/photo.png"));
        assert_eq!(resolved(&desk, &name), file);
    }
}
