//! A folder of images: which images there are, their thumbnails, their true classes and the model's
//! predictions, for thousands of images in bounded memory.
//!
//! This is plain data and plain threads: nothing here knows a tensor or the window. The model is
//! behind [`Predictor`], and the window calls [`Gallery::poll`] between two frames. The folder may use
//! `picture` and nothing else.

use std::sync::Arc;

mod decoder;
mod error;
mod gallery;
pub mod list;
pub mod natural;
mod predictions;
pub mod scan;
pub mod thumbnails;
pub mod truth;

pub use error::Error;
pub use gallery::{Gallery, Question, Second};
pub use list::{Counts, Entry, Filter, ImageList, Predicted, SameClasses, Sort, Split};
pub use predictions::{Pending, Predictor, Reply, Whose};
pub use scan::Tally;
pub use truth::choices::{Assignment, Choices, Given, Numbering};
pub use truth::class_names::{Classes, Naming};
pub use truth::names::{Meaning, Name, Source};
pub use truth::verdict::{OfTruth, Outcome, Verdict};

/// Called from other threads whenever there is something new that someone waits for.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
