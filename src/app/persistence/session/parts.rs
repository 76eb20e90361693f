//! The files of a session while they are being opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use poll_promise::Promise;

use crate::engine::Error;

use crate::app::persistence::stored::StoredModel;
use crate::picture::photo::decode::Decoding;

/// A file that a session needs.
pub trait Needed: Clone + PartialEq {
    fn path(&self) -> &Path;
    /// Whether it cannot be opened without the file at `path`.
    fn needs(&self, path: &Path) -> bool;
}

/// An image, and how it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub path: PathBuf,
    pub decoding: Decoding,
}

impl Needed for Picture {
    fn path(&self) -> &Path {
        &self.path
    }

    fn needs(&self, path: &Path) -> bool {
        self.path == path
    }
}

impl Needed for StoredModel {
    fn path(&self) -> &Path {
        &self.path
    }

    fn needs(&self, path: &Path) -> bool {
        StoredModel::needs(self, path)
    }
}

/// One file of a session.
pub struct Part<F, T: Send + Sync + 'static> {
    pub file: F,
    pub state: PartState<T>,
}

pub enum PartState<T: Send + Sync + 'static> {
    Pending(Promise<Result<Arc<T>, Error>>),
    Open(Arc<T>),
    Failed(Error),
}

impl<F, T: Send + Sync + 'static> Part<F, T> {
    /// Takes in the result if it is ready. Returns whether it is.
    pub fn drain(&mut self) -> bool {
        if let PartState::Pending(promise) = &self.state
            && let Some(result) = promise.ready()
        {
            self.state = match result {
                Ok(value) => PartState::Open(Arc::clone(value)),
                Err(error) => PartState::Failed(error.clone()),
            };
        }
        !matches!(self.state, PartState::Pending(_))
    }
}

/// The result of opening `file`, if it could be opened.
pub fn found<F: Needed, T: Send + Sync>(parts: &[Part<F, T>], file: &F) -> Option<Arc<T>> {
    parts.iter().find_map(|part| match &part.state {
        PartState::Open(value) if part.file == *file => Some(Arc::clone(value)),
        _ => None,
    })
}

/// The files that exist but could not be opened.
pub fn failed<F: Needed, T: Send + Sync>(parts: &[Part<F, T>]) -> impl Iterator<Item = PathBuf> {
    let failed = |part: &&Part<_, _>| matches!(part.state, PartState::Failed(_));
    parts
        .iter()
        .filter(failed)
        .map(|part| part.file.path().to_owned())
}

/// The files without duplicates and without those that are missing.
pub fn distinct<'a, F: Needed + 'a>(
    files: impl Iterator<Item = &'a F>,
    missing: &[PathBuf],
) -> impl Iterator<Item = F> {
    let mut distinct: Vec<F> = Vec::new();
    for file in files {
        let gone = missing.iter().any(|missing| file.needs(missing));
        if !gone && !distinct.contains(file) {
            distinct.push(file.clone());
        }
    }
    distinct.into_iter()
}

/// Whether two paths are the same file.
pub fn is_file(open: &Path, path: &Path) -> bool {
    match (open.canonicalize(), path.canonicalize()) {
        (Ok(open), Ok(path)) => open == path,
        _ => open == path,
    }
}
