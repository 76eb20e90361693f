//! Paths in sessions: relative to the session's own folder where that is near.

use std::path::{Component, Path, PathBuf, absolute};

/// The folder of a session file, absolute.
pub fn folder_of(session: &Path) -> PathBuf {
    let session = absolute(session).unwrap_or_else(|_| session.to_owned());
    let folder = session.parent().unwrap_or(&session);
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// The one path of a file's folder, with the file's own name kept: a link names a picture, the
/// place it leads to may not.
fn settled(file: PathBuf) -> PathBuf {
    let parts = file.parent().zip(file.file_name());
    let settled = parts.and_then(|(folder, name)| Some(folder.canonicalize().ok()?.join(name)));
    settled.unwrap_or(file)
}

/// How a session in `folder` names `file`: relative where both lie under one folder other than the
/// root, with `/` on every system; absolute otherwise. `None` where the path is not Unicode.
pub fn stored(folder: &Path, file: &Path) -> Option<PathBuf> {
    let file = absolute(file).unwrap_or_else(|_| file.to_owned());
    let file = settled(file);
    let path = relative(folder, &file).unwrap_or(file);
    path.to_str().is_some().then_some(path)
}

/// What a session in `folder` means by `file`, without the way up and down again.
pub fn resolved(folder: &Path, file: &Path) -> PathBuf {
    settled(folder.join(file))
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
    fn names_near_files_from_the_folder_and_far_ones_from_the_root() {
        let named = |file: &str| relative(Path::new("/srv/ann/work"), Path::new(file));
        let near = |file: &str| Some(PathBuf::from(file));
        assert_eq!(named("/srv/ann/work/a/b.png"), near("a/b.png"));
        assert_eq!(named("/srv/ann/models/m.pt2"), near("../models/m.pt2"));
        assert_eq!(named("/data/m.pt2"), None);
    }

    #[test]
    fn finds_a_file_again_from_its_name() {
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
