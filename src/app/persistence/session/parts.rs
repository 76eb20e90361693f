//! The files of a session on their way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use poll_promise::Promise;

use crate::engine::Error;

use crate::app::persistence::stored::StoredModel;

/// What a session says of a file that it needs.
pub trait Needed: Clone + PartialEq {
    fn path(&self) -> &Path;
}

impl Needed for PathBuf {
    fn path(&self) -> &Path {
        self
    }
}

impl Needed for StoredModel {
    fn path(&self) -> &Path {
        &self.path
    }
}

/// One file of a session.
pub struct Part<F, T: Send + Sync + 'static> {
    pub file: F,
    pub state: PartState<T>,
}

pub enum PartState<T: Send + Sync + 'static> {
    Coming(Promise<Result<Arc<T>, Error>>),
    Open(Arc<T>),
    Failed(Error),
}

impl<F, T: Send + Sync + 'static> Part<F, T> {
    /// Takes in what has come; tells whether it has.
    pub fn drain(&mut self) -> bool {
        if let PartState::Coming(promise) = &self.state
            && let Some(result) = promise.ready()
        {
            self.state = match result {
                Ok(value) => PartState::Open(Arc::clone(value)),
                Err(error) => PartState::Failed(error.clone()),
            };
        }
        !matches!(self.state, PartState::Coming(_))
    }
}

/// What `file` became, if it could be opened.
pub fn found<F: Needed, T: Send + Sync>(parts: &[Part<F, T>], file: &F) -> Option<Arc<T>> {
    parts.iter().find_map(|part| match &part.state {
        PartState::Open(value) if part.file == *file => Some(Arc::clone(value)),
        _ => None,
    })
}

/// The files that are there and could not be opened.
pub fn failed<F: Needed, T: Send + Sync>(parts: &[Part<F, T>]) -> impl Iterator<Item = PathBuf> {
    let failed = |part: &&Part<_, _>| matches!(part.state, PartState::Failed(_));
    parts
        .iter()
        .filter(failed)
        .map(|part| part.file.path().to_owned())
}

/// Each file once, without those that are missing.
pub fn distinct<'a, F: Needed + 'a>(
    files: impl Iterator<Item = &'a F>,
    missing: &[PathBuf],
) -> impl Iterator<Item = F> {
    let mut distinct: Vec<F> = Vec::new();
    for file in files {
        let gone = missing.iter().any(|missing| missing == file.path());
        if !gone && !distinct.contains(file) {
            distinct.push(file.clone());
        }
    }
    distinct.into_iter()
}

/// Whether an open file is the one of that path.
pub fn is_file(open: &Path, path: &Path) -> bool {
    match (open.canonicalize(), path.canonicalize()) {
        (Ok(open), Ok(path)) => open == path,
        _ => open == path,
    }
}
