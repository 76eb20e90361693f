//! The files of a session on their way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use poll_promise::Promise;

use crate::engine::Error;

/// One file of a session.
pub struct Part<T: Send + Sync + 'static> {
    pub path: PathBuf,
    pub state: PartState<T>,
}

pub enum PartState<T: Send + Sync + 'static> {
    Coming(Promise<Result<Arc<T>, Error>>),
    Open(Arc<T>),
    Failed(Error),
}

impl<T: Send + Sync + 'static> Part<T> {
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

/// The file of that path, if it could be opened.
pub fn found<T: Send + Sync + 'static>(parts: &[Part<T>], path: &Path) -> Option<Arc<T>> {
    parts.iter().find_map(|part| match &part.state {
        PartState::Open(value) if part.path == path => Some(Arc::clone(value)),
        _ => None,
    })
}

/// The files that are there and could not be opened.
pub fn failed<T: Send + Sync + 'static>(parts: &[Part<T>]) -> impl Iterator<Item = PathBuf> {
    let failed = |part: &&Part<T>| matches!(part.state, PartState::Failed(_));
    parts.iter().filter(failed).map(|part| part.path.clone())
}

/// Each path once, without those that are missing.
pub fn distinct<'a>(
    paths: impl Iterator<Item = &'a PathBuf>,
    missing: &[PathBuf],
) -> impl Iterator<Item = PathBuf> {
    let mut distinct: Vec<PathBuf> = Vec::new();
    for path in paths {
        if !missing.contains(path) && !distinct.contains(path) {
            distinct.push(path.clone());
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
