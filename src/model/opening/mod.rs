//! Opening a model, and using an open one in another way: progress, cancelling, the trial run, and the
//! memory allocator's settings.
//!
//! Reading and trying out half a gigabyte takes seconds. One callback both reports progress to the
//! caller and lets them cancel.
//!
//! It has [`format`](super::format) read the file and knows no format itself; the readers see of it only
//! [`Opening`].

use std::ops::ControlFlow;

use super::error::{Fault, Result};
use super::format::SizeSource;

pub(crate) mod allocator;
mod batch;
mod blame;
pub(crate) mod check;
mod guard;
mod head_activation;
mod no_gradient;
pub(super) mod npy;
pub(super) mod open;
mod options;
mod reuse;
mod trial;

pub use head_activation::HeadActivation;
use options::Prepared;
pub use options::{InputValue, OpenOptions};

/// The share of the work, roughly, that is reading; the rest is the trial run.
const READING: f32 = 0.6;

/// Called with the share of the work that is done, from 0 to 1. If it breaks, opening is cancelled.
pub type Tell<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Accompanies a file through its reader and the trial run.
pub struct Opening<'a> {
    report: Tell<'a>,
    options: OpenOptions,
    /// How pictures for other inputs are prepared: as the one that is explained, once that is known.
    prepared: Option<Prepared>,
    /// The size of the image that a file beside the model states, and the name of that file.
    size_beside: Option<(&'static str, (u32, u32))>,
}

impl<'a> Opening<'a> {
    /// Reports to `report`. The architecture of a checkpoint is recognised by its weights.
    pub fn new(report: Tell<'a>) -> Opening<'a> {
        Opening {
            report,
            options: OpenOptions::default(),
            prepared: None,
            size_beside: None,
        }
    }

    /// With the caller's choices.
    #[must_use]
    pub fn with_options(self, options: OpenOptions) -> Opening<'a> {
        Opening { options, ..self }
    }

    /// With pictures for other inputs prepared in this way.
    #[must_use]
    pub(super) fn with_prepared(self, prepared: Option<Prepared>) -> Opening<'a> {
        Opening { prepared, ..self }
    }

    /// With the size of the image that a file beside the model states, and the name of that file.
    #[must_use]
    pub(super) fn with_size_beside(self, size: Option<(&'static str, (u32, u32))>) -> Opening<'a> {
        Opening {
            size_beside: size,
            ..self
        }
    }

    /// Width and height of the image, and where they come from: those that the file states, else those
    /// stated beside it.
    pub(super) fn stated_size(&self, own: Option<(u32, u32)>) -> Option<((u32, u32), SizeSource)> {
        let beside = self.size_beside;
        own.map(|size| (size, SizeSource::Stated))
            .or_else(|| beside.map(|(name, size)| (size, SizeSource::Beside(name))))
    }

    pub(super) fn options(&self) -> &OpenOptions {
        &self.options
    }

    /// How pictures for other inputs are prepared; `None` while that is not known.
    pub(super) fn prepared(&self) -> Option<&Prepared> {
        self.prepared.as_ref()
    }

    /// Reports that `bytes` of `total` have been read.
    ///
    /// # Errors
    /// [`Fault::Cancelled`].
    pub(super) fn has_read(&mut self, bytes: u64, total: u64) -> Result<()> {
        self.report(READING * share(bytes, total))
    }

    /// Reports that `nodes` of `total` have run.
    ///
    /// # Errors
    /// [`Fault::Cancelled`].
    pub(super) fn has_run(&mut self, nodes: usize, total: usize) -> Result<()> {
        self.report(READING + (1.0 - READING) * share(nodes as u64, total as u64))
    }

    fn report(&mut self, done: f32) -> Result<()> {
        match (self.report)(done) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Fault::Cancelled),
        }
    }
}

fn share(done: u64, total: u64) -> f32 {
    (done as f64 / total.max(1) as f64).min(1.0) as f32
}
