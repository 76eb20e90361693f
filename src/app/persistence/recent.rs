//! The recently opened files, newest first.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The maximum number of files: one for each digit key that opens one.
pub const MAX_FILES: usize = 9;

/// Recent files, newest first, without duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recent(Vec<PathBuf>);

impl Recent {
    /// Puts a file first, under its canonical path. Returns that path.
    pub fn add(&mut self, path: &Path) -> PathBuf {
        let path = canonical_path(path);
        self.0.retain(|known| *known != path);
        self.0.insert(0, path.clone());
        self.0.truncate(MAX_FILES);
        path
    }

    pub fn paths(&self) -> &[PathBuf] {
        &self.0
    }

    /// Removes these files.
    pub fn remove(&mut self, gone: &[PathBuf]) {
        self.0.retain(|path| !gone.contains(path));
    }

    /// The files that no longer exist. Accesses the file system, which may be slow.
    pub fn missing(&self) -> Vec<PathBuf> {
        let missing = self.0.iter().filter(|path| !path.exists());
        missing.cloned().collect()
    }
}

/// The canonical path of a file, or `path` itself if it has none.
pub fn canonical_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Paths that are not Unicode cannot be written as JSON; they are left out.
impl Serialize for Recent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(|path| path.to_str()))
    }
}

/// Tolerates edited files: drops duplicates, empty paths, and all after [`MAX_FILES`].
impl<'de> Deserialize<'de> for Recent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut recent = Recent::default();
        for path in Vec::<PathBuf>::deserialize(deserializer)? {
            if recent.0.len() < MAX_FILES
                && !path.as_os_str().is_empty()
                && !recent.0.contains(&path)
            {
                recent.0.push(path);
            }
        }
        Ok(recent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path, count: usize) -> Vec<PathBuf> {
        let folder = folder.canonicalize().unwrap();
        let paths = (0..count).map(|i| folder.join(format!("{i}.png")));
        paths.inspect(|p| std::fs::write(p, "x").unwrap()).collect()
    }

    #[test]
    fn lists_the_newest_first_and_no_file_twice() {
        let folder = tempfile::tempdir().unwrap();
        let paths = files(folder.path(), 12);
        let mut recent = Recent::default();
        for path in &paths {
            recent.add(path);
        }
        assert_eq!(recent.paths().len(), MAX_FILES);
        assert_eq!(recent.paths()[0], paths[11]);
        // The same file by a roundabout path.
        let name = folder.path().file_name().unwrap();
        recent.add(&folder.path().join("..").join(name).join("9.png"));
        assert_eq!(recent.paths()[..2], [paths[9].clone(), paths[11].clone()]);
        assert_eq!(recent.paths().len(), MAX_FILES);
    }

    #[test]
    fn what_is_gone_is_found_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let paths = files(folder.path(), 3);
        let mut recent = Recent::default();
        for path in &paths {
            recent.add(path);
        }
        std::fs::remove_file(&paths[1]).unwrap();
        let missing = recent.missing();
        assert_eq!(missing, [paths[1].clone()]);
        recent.remove(&missing);
        assert_eq!(recent.paths(), [paths[2].clone(), paths[0].clone()]);
    }

    #[test]
    fn drops_duplicates_and_excess_files_when_reading() {
        let paths: Vec<String> = (0..40).map(|i| format!("/{}.png", i / 2)).collect();
        let recent: Recent = serde_json::from_value(paths.into()).unwrap();
        assert_eq!(recent.paths().len(), MAX_FILES);
        assert_eq!(recent.paths()[8], Path::new("/8.png"));
    }

    #[cfg(unix)]
    #[test]
    fn leaves_out_paths_that_are_not_unicode() {
        use std::os::unix::ffi::OsStrExt;
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"/\xff.png"));
        let recent = Recent(vec![odd.to_owned(), "/a.png".into()]);
        assert_eq!(serde_json::to_string(&recent).unwrap(), "[\"/a.png\"]");
    }
}
