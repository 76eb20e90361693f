//! The files opened last, newest first.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many are remembered: as many as there are digits to choose them by.
pub const MOST: usize = 9;

/// Files opened before, newest first, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recent(Vec<PathBuf>);

impl Recent {
    /// Puts a file first, by the one path that it has whatever it was opened by, and gives that
    /// back.
    pub fn add(&mut self, path: &Path) -> PathBuf {
        let path = one_path(path);
        self.0.retain(|known| *known != path);
        self.0.insert(0, path.clone());
        self.0.truncate(MOST);
        path
    }

    pub fn paths(&self) -> &[PathBuf] {
        &self.0
    }

    /// Forgets these.
    pub fn remove(&mut self, gone: &[PathBuf]) {
        self.0.retain(|path| !gone.contains(path));
    }

    /// Those that are not there any more. Asks the file system, which may take its time.
    pub fn missing(&self) -> Vec<PathBuf> {
        let missing = self.0.iter().filter(|path| !path.exists());
        missing.cloned().collect()
    }
}

/// The one path that a file has whatever it is called by.
pub fn one_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// A path that is not Unicode cannot stand in JSON: it is left out rather than the file unwritten.
impl Serialize for Recent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(|path| path.to_str()))
    }
}

/// Whatever a hand has written into the file: no doubles, no more than [`MOST`].
impl<'de> Deserialize<'de> for Recent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut recent = Recent::default();
        for path in Vec::<PathBuf>::deserialize(deserializer)? {
            if recent.0.len() < MOST && !path.as_os_str().is_empty() && !recent.0.contains(&path) {
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
    fn the_newest_stands_first_and_no_file_stands_twice() {
        let folder = tempfile::tempdir().unwrap();
        let paths = files(folder.path(), 12);
        let mut recent = Recent::default();
        for path in &paths {
            recent.add(path);
        }
        assert_eq!(recent.paths().len(), MOST);
        assert_eq!(recent.paths()[0], paths[11]);
        // The same file by a roundabout path.
        let name = folder.path().file_name().unwrap();
        recent.add(&folder.path().join("..").join(name).join("9.png"));
        assert_eq!(recent.paths()[..2], [paths[9].clone(), paths[11].clone()]);
        assert_eq!(recent.paths().len(), MOST);
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
    fn a_list_of_too_many_and_doubles_is_cut() {
        let paths: Vec<String> = (0..40).map(|i| format!("/{}.png", i / 2)).collect();
        let recent: Recent = serde_json::from_value(paths.into()).unwrap();
        assert_eq!(recent.paths().len(), MOST);
        assert_eq!(recent.paths()[8], Path::new("/8.png"));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_unicode_does_not_spoil_the_others() {
        use std::os::unix::ffi::OsStrExt;
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"/\xff.png"));
        let recent = Recent(vec![odd.to_owned(), "/a.png".into()]);
        assert_eq!(serde_json::to_string(&recent).unwrap(), "[\"/a.png\"]");
    }
}
