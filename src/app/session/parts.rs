//! The files of a session on their way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use poll_promise::Promise;

use crate::engine::{Error, ModelCard};
use crate::picture::decode::Photo;

use super::super::stored::StoredUsage;

/// One file of a session.
pub struct Part<T: Send + Sync + 'static> {
    pub path: PathBuf,
    /// Of a model: how it is used, where that is not as its file says.
    pub usage: Option<StoredUsage>,
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

/// The photo of that path, if it could be opened.
pub fn found(photos: &[Part<Photo>], path: &Path) -> Option<Arc<Photo>> {
    open(photos, |part| part.path == path)
}

/// The model of that path and usage, if it could be opened.
pub fn found_model(
    models: &[Part<ModelCard>],
    path: &Path,
    usage: Option<&StoredUsage>,
) -> Option<Arc<ModelCard>> {
    let is_it = |part: &Part<_>| part.path == path && part.usage.as_ref() == usage;
    open(models, is_it)
}

fn open<T: Send + Sync + 'static>(
    parts: &[Part<T>],
    is_it: impl Fn(&Part<T>) -> bool,
) -> Option<Arc<T>> {
    parts.iter().find_map(|part| match &part.state {
        PartState::Open(value) if is_it(part) => Some(Arc::clone(value)),
        _ => None,
    })
}

/// The files that are there and could not be opened.
pub fn failed<T: Send + Sync + 'static>(parts: &[Part<T>]) -> impl Iterator<Item = PathBuf> {
    let failed = |part: &&Part<T>| matches!(part.state, PartState::Failed(_));
    parts.iter().filter(failed).map(|part| part.path.clone())
}

/// Each file once, without those that are missing; `path` tells a file's.
pub fn distinct<T: Clone + PartialEq>(
    files: impl Iterator<Item = T>,
    path: impl Fn(&T) -> &Path,
    missing: &[PathBuf],
) -> impl Iterator<Item = T> {
    let mut distinct: Vec<T> = Vec::new();
    for file in files {
        let gone = missing.iter().any(|missing| missing == path(&file));
        if !gone && !distinct.contains(&file) {
            distinct.push(file);
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
