//! The files of a session while they are being opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::persistence::stored::{StoredModel, StoredUsage};
use crate::app::tasks::EnginePromise;
use crate::engine::{Engine, Error, ModelInfo};
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

/// A model, and how the pictures besides the one that is explained are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub model: StoredModel,
    /// The usual way where there are no such pictures.
    pub decoding: Decoding,
}

impl Network {
    pub fn new(model: &StoredModel, decoding: Decoding) -> Network {
        let has = model.has_second_pictures();
        Network {
            model: model.clone(),
            decoding: Decoding {
                as_pillow: has && decoding.as_pillow,
                window: if has {
                    decoding.window
                } else {
                    Default::default()
                },
                // Of those pictures, the usual bands are shown.
                shown: None,
            },
        }
    }

    /// Whether an open model is this one, used in the same way.
    pub fn is_open_as(&self, open: &ModelInfo) -> bool {
        is_file(&open.path, &self.model.path)
            && StoredModel::of(open).is_used_as(&self.model)
            && open
                .second_pictures()
                .all(|picture| picture.is_read_as(self.decoding))
    }

    /// Opens it with `engine`.
    pub fn open(&self, engine: &Engine) -> EnginePromise<ModelInfo> {
        let usage = self.model.usage.as_ref().map(StoredUsage::get);
        let usage = usage.map(|usage| usage.read_pictures_as(self.decoding));
        let options = self.model.options().read_pictures_as(self.decoding);
        engine.open_model_as(self.model.path.clone(), options, usage)
    }
}

impl Needed for Picture {
    fn path(&self) -> &Path {
        &self.path
    }

    fn needs(&self, path: &Path) -> bool {
        self.path == path
    }
}

impl Needed for Network {
    fn path(&self) -> &Path {
        &self.model.path
    }

    fn needs(&self, path: &Path) -> bool {
        self.model.needs(path)
    }
}

/// One file of a session.
pub struct Part<F, T: Send + Sync + 'static> {
    pub file: F,
    pub state: PartState<T>,
}

pub enum PartState<T: Send + Sync + 'static> {
    Pending(EnginePromise<T>),
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
