//! A folder of pictures before a model: which pictures there are, what each looks like in small,
//! what it really shows and what the model answers, for thousands of them in bounded memory.
//!
//! Plain data and plain threads: nothing here knows a tensor or the window. Whoever can answer a
//! picture stands behind [`Answerer`]; whoever shows them calls [`Gallery::poll`] between two frames.

use std::path::PathBuf;
use std::sync::Arc;

mod answers;
mod decoder;
mod gallery;
pub mod list;
pub mod natural;
pub mod scan;
pub mod thumbnails;
pub mod truth;

pub use answers::{Answerer, Pending, Reply};
pub use gallery::{Gallery, Question};
pub use list::{Answered, Counts, Entry, Filter, ImageList, Sort};
pub use scan::Tally;
pub use truth::verdict::{OfTruth, Outcome, Verdict};

/// Called from other threads whenever there is something to take that someone waits for.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Why there are no pictures to show. The path stands last in each message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the folder could not be read ({reason}): {}", path.display())]
    Unreadable { reason: String, path: PathBuf },

    #[error("there are no pictures in this folder or in the folders in it: {}", path.display())]
    NoPictures { path: PathBuf },

    #[error("a thread could not be started: {0}")]
    NoThread(String),
}
