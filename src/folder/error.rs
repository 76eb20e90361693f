//! Why a folder cannot be shown.

use std::path::PathBuf;

/// Why there are no images to show. Each message ends with the path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message says what is wrong")]
pub enum Error {
    #[error("the folder could not be read ({reason}): {}", path.display())]
    Unreadable { reason: String, path: PathBuf },

    #[error("there are no images in this folder or its subfolders: {}", path.display())]
    NoPictures { path: PathBuf },

    #[error("a thread could not be started: {0}")]
    NoThread(String),
}
