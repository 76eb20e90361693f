//! How far the opening of a file has come, and whether it shall go on.
//!
//! Half a gigabyte takes seconds to read and to try out. Whoever waits sees how much is done, and
//! may change their mind: both go through one call.

use std::ops::ControlFlow;

use super::error::Fault;

pub(crate) mod allocator;
pub(crate) mod check;

/// The part of the work, roughly, that is reading; the rest is the trial run.
const READING: f32 = 0.6;

/// Told how much of the work is done, from 0 to 1; ends the opening where it breaks.
pub type Tell<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Goes with a file through its reader and the trial run.
pub struct Opening<'a> {
    tell: Tell<'a>,
    architecture: Option<&'a str>,
}

impl<'a> Opening<'a> {
    pub fn telling(tell: Tell<'a>) -> Opening<'a> {
        Opening {
            tell,
            architecture: None,
        }
    }

    /// A file of weights alone that fit several networks is taken for the one of this name.
    pub fn of(self, architecture: Option<&'a str>) -> Opening<'a> {
        Opening {
            architecture,
            ..self
        }
    }

    pub(super) fn architecture(&self) -> Option<&'a str> {
        self.architecture
    }

    /// # Errors
    /// [`Fault::Cancelled`] where it shall not go on.
    pub(super) fn has_read(&mut self, bytes: u64, of: u64) -> Result<(), Fault> {
        self.tell(READING * part(bytes, of))
    }

    /// # Errors
    /// [`Fault::Cancelled`] where it shall not go on.
    pub(super) fn has_run(&mut self, nodes: usize, of: usize) -> Result<(), Fault> {
        self.tell(READING + (1.0 - READING) * part(nodes as u64, of as u64))
    }

    fn tell(&mut self, done: f32) -> Result<(), Fault> {
        match (self.tell)(done) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Fault::Cancelled),
        }
    }
}

fn part(done: u64, of: u64) -> f32 {
    (done as f64 / of.max(1) as f64).min(1.0) as f32
}
