//! One thread that decodes the pictures of a folder, one at a time.
//!
//! Each is decoded once for both ends: reduced to a thumbnail, and, where the model's answer is
//! wanted too, handed on whole. Pictures in sight come first, the newest wish before older ones;
//! then come those that only the model waits for.
//!
//! Memory: the picture being decoded (its file and at most [`Photo`]'s largest size) and the whole
//! pictures handed on and not released yet, which are either one or at most [`ON_THE_WAY`] of
//! [`HELD`] bytes together. All else that a decoded picture leaves behind is a thumbnail.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use image::RgbImage;

use crate::picture::photo::decode::Photo;
use crate::picture::photo::resample;
use crate::priority;

use super::thumbnails::MAX_PX;
use super::{Error, Wake};

/// Bytes of whole pictures that wait for the model, unless one alone is larger.
pub const HELD: usize = 128 << 20;

/// Whole pictures that wait for the model at once. The window looks for answers only twice a second
/// where none of them is on screen; meanwhile the model shall not run dry.
pub const ON_THE_WAY: usize = 64;

/// A picture to decode.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    pub index: usize,
    pub path: Arc<Path>,
    /// Whether it is wanted whole too.
    pub whole: bool,
}

/// What became of one.
#[derive(Debug)]
pub struct Decoded {
    pub index: usize,
    /// Its long side is at most [`MAX_PX`]; or why there is none, in words.
    pub thumbnail: Result<RgbImage, String>,
    /// Where it was wanted and there was room. To be released when it is dropped.
    pub photo: Option<Arc<Photo>>,
}

/// The thread's owner. Dropping it ends the thread after the picture it is at.
pub struct Decoder {
    shared: Arc<Shared>,
}

struct Shared {
    desk: Mutex<Desk>,
    /// Something changed on the desk.
    changed: Condvar,
    wake: Wake,
}

/// What lies between the window's thread and the decoding one.
#[derive(Default)]
struct Desk {
    /// Changed when all wishes are another folder's.
    folder: u64,
    in_sight: Vec<Wish>,
    ahead: Vec<Wish>,
    working_on: Option<usize>,
    /// Someone looks at the place where it will stand.
    awaited: bool,
    finished: Vec<Decoded>,
    /// Whole pictures given out, and their bytes.
    given: usize,
    held: usize,
    /// Bytes of the last picture: the next will be about as large.
    last: usize,
    closed: bool,
}

impl Decoder {
    /// Starts the thread. `wake` is called from it whenever a picture in sight is finished; those
    /// that only the model waits for are there to be taken without a call.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub fn start(wake: Wake) -> Result<Decoder, Error> {
        let shared = Arc::new(Shared {
            desk: Mutex::default(),
            changed: Condvar::new(),
            wake,
        });
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("gradcam-thumbnails".into())
            .spawn(move || theirs.work())
            .map_err(|error| Error::NoThread(error.to_string()))?;
        Ok(Decoder { shared })
    }

    /// Says what is wanted from now on: pictures in sight, foremost first, and pictures that only
    /// the model waits for. What is finished or being decoded is not begun again.
    pub fn wish(&self, in_sight: Vec<Wish>, ahead: Vec<Wish>) {
        let mut desk = self.shared.desk();
        let seen = |index: usize| in_sight.iter().any(|wish| wish.index == index);
        desk.awaited = desk.working_on.is_some_and(seen);
        let new = |wish: &Wish| {
            desk.working_on != Some(wish.index)
                && desk.finished.iter().all(|done| done.index != wish.index)
        };
        let in_sight: Vec<Wish> = in_sight.into_iter().filter(new).collect();
        let ahead: Vec<Wish> = ahead.into_iter().filter(new).collect();
        (desk.in_sight, desk.ahead) = (in_sight, ahead);
        self.shared.changed.notify_one();
    }

    /// What is finished since the last call.
    pub fn take(&self) -> Vec<Decoded> {
        std::mem::take(&mut self.shared.desk().finished)
    }

    /// Whether there is nothing left to do or to take.
    #[cfg(test)]
    fn is_idle(&self) -> bool {
        let desk = self.shared.desk();
        desk.working_on.is_none()
            && desk.in_sight.is_empty()
            && desk.ahead.is_empty()
            && desk.finished.is_empty()
    }

    /// A whole picture is not needed any more.
    pub fn release(&self, photo: &Photo) {
        let mut desk = self.shared.desk();
        desk.given = desk.given.saturating_sub(1);
        desk.held = desk.held.saturating_sub(bytes(photo));
        self.shared.changed.notify_one();
    }

    /// Bytes of whole pictures that wait for the model.
    pub fn held(&self) -> usize {
        self.shared.desk().held
    }

    /// Forgets all wishes and results; what is being decoded is thrown away when it is done.
    pub fn forget(&self) {
        let mut desk = self.shared.desk();
        *desk = Desk {
            folder: desk.folder + 1,
            // Those taken are still there.
            given: desk.given - desk.finished.iter().filter(|d| d.photo.is_some()).count(),
            held: desk.held - desk.finished.iter().map(whole_bytes).sum::<usize>(),
            ..Desk::default()
        };
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.shared.desk().closed = true;
        self.shared.changed.notify_one();
    }
}

impl Shared {
    /// Each change under the lock is complete in itself, so a panic leaves nothing half done.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        priority::yield_to_others();
        let mut desk = self.desk();
        while !desk.closed {
            let Some(wish) = desk.next() else {
                let waited = self.changed.wait(desk);
                desk = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let folder = desk.folder;
            desk.working_on = Some(wish.index);
            drop(desk);
            let (thumbnail, photo) = decode(&wish.path);
            desk = self.desk();
            if desk.folder != folder {
                continue;
            }
            desk.working_on = None;
            desk.last = photo.as_ref().map_or(0, bytes);
            let room = desk.has_room();
            let photo = photo.filter(|_| wish.whole && room);
            let decoded = Decoded {
                index: wish.index,
                thumbnail,
                photo: photo.map(Arc::new),
            };
            desk.given += usize::from(decoded.photo.is_some());
            desk.held += whole_bytes(&decoded);
            desk.finished.push(decoded);
            if std::mem::take(&mut desk.awaited) {
                drop(desk);
                (self.wake)();
                desk = self.desk();
            }
        }
    }
}

impl Desk {
    /// Takes the most urgent wish off the desk.
    fn next(&mut self) -> Option<Wish> {
        if !self.in_sight.is_empty() {
            let wish = self.in_sight.remove(0);
            self.awaited = true;
            self.ahead.retain(|ahead| ahead.index != wish.index);
            return Some(wish);
        }
        if self.ahead.is_empty() || !self.has_room() {
            return None;
        }
        self.awaited = false;
        Some(self.ahead.remove(0))
    }

    /// Whether one more whole picture, of the size of the last, may wait for the model.
    fn has_room(&self) -> bool {
        self.given < ON_THE_WAY && (self.held == 0 || self.held + self.last <= HELD)
    }
}

fn decode(path: &Path) -> (Result<RgbImage, String>, Option<Photo>) {
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let photo = Photo::open(path).map_err(|error| error.to_string())?;
        let small = resample::reduced(&photo.rgb, MAX_PX);
        Ok((small.unwrap_or_else(|| photo.rgb.clone()), photo))
    }));
    match decoded {
        Ok(Ok((thumbnail, photo))) => (Ok(thumbnail), Some(photo)),
        Ok(Err(why)) => (Err(why), None),
        Err(_) => {
            let why = format!("decoding it broke off unexpectedly: {}", path.display());
            (Err(why), None)
        }
    }
}

fn whole_bytes(decoded: &Decoded) -> usize {
    decoded.photo.as_ref().map_or(0, |photo| bytes(photo))
}

fn bytes(photo: &Photo) -> usize {
    photo.rgb.as_raw().len()
}

#[cfg(test)]
mod tests;
