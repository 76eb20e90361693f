//! How many bytes of weights have been read.

use crate::model::error::Result;
use crate::model::opening::Opening;

/// Counts bytes and reports them to whoever waits for the model.
pub struct Progress<'r, 'o> {
    opening: &'r mut Opening<'o>,
    read: u64,
    total: u64,
}

impl<'r, 'o> Progress<'r, 'o> {
    /// Nothing has been read of `total` bytes.
    pub fn new(opening: &'r mut Opening<'o>, total: u64) -> Progress<'r, 'o> {
        Progress {
            opening,
            read: 0,
            total,
        }
    }

    pub fn opening(&self) -> &Opening<'o> {
        self.opening
    }

    /// # Errors
    /// [`Fault::Cancelled`](crate::model::error::Fault::Cancelled) if opening was cancelled.
    pub fn add(&mut self, bytes: u64) -> Result<()> {
        self.read += bytes;
        self.opening.has_read(self.read, self.total)
    }
}
