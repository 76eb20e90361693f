//! One thread that decodes the images of a folder, one at a time.
//!
//! Each image is decoded once for both purposes: it is reduced to a thumbnail and, if the model needs
//! it, also passed on at full size. Images on screen come first, then those that only the model waits
//! for.
//!
//! Memory: the image being decoded (its file and at most [`Photo`]'s maximum size), and the full-size
//! images that have not been released. These are either a single one, or at most [`MAX_PENDING`] of
//! [`MAX_HELD`] bytes in total. Apart from that, a decoded image leaves only a thumbnail.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use image::RgbImage;

use crate::picture::photo::decode::{Decoding, Photo};
use crate::picture::photo::resample;
use crate::priority;

use super::{Error, Wake};

/// Bytes of full-size images that wait for the model, unless a single one is larger.
pub const MAX_HELD: usize = 128 << 20;

/// The number of full-size images that wait for the model at once. The window polls the predictions
/// only twice a second if none is on screen, and the model should not run out of images meanwhile.
pub const MAX_PENDING: usize = 64;

/// An image to decode.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub index: usize,
    pub path: Arc<Path>,
    /// Whether it is needed at full size too.
    pub whole: bool,
    /// How it is read.
    pub decoding: Decoding,
    /// The longest side of its thumbnail, in pixels.
    pub max_px: u32,
}

/// The result for one image.
#[derive(Debug)]
pub struct Decoded {
    pub index: usize,
    /// No larger than was requested. If there is none, says why.
    pub thumbnail: Result<RgbImage, String>,
    /// At full size, if that was requested and there was room. Must be released in the end.
    pub photo: Option<Arc<Photo>>,
}

/// Owns the thread. Dropping it ends the thread after the current image.
pub struct Decoder {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    /// Notified when the queue changes.
    changed: Condvar,
    wake: Wake,
}

/// The state shared by the window's thread and the decoding thread.
#[derive(Default)]
struct Queue {
    /// Incremented when the requests are for another folder.
    folder: u64,
    in_sight: Vec<Request>,
    ahead: Vec<Request>,
    working_on: Option<usize>,
    /// Whether the current image is on screen.
    awaited: bool,
    finished: Vec<Decoded>,
    /// The number of full-size images passed on, and their bytes.
    given: usize,
    held: usize,
    /// Bytes of the last image: the next one is probably about as large.
    last: usize,
    closed: bool,
}

impl Decoder {
    /// Starts the thread. `wake` is called from it whenever an image on screen is finished, but not
    /// for images that only the model waits for.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub fn start(wake: Wake) -> Result<Decoder, Error> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
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

    /// Replaces the requests: images on screen, the most important first, and images that only the
    /// model waits for. Images that are finished or being decoded are not decoded again.
    pub fn request(&self, in_sight: Vec<Request>, ahead: Vec<Request>) {
        let mut queue = self.shared.queue();
        let seen = |index: usize| in_sight.iter().any(|request| request.index == index);
        queue.awaited = queue.working_on.is_some_and(seen);
        let new = |request: &Request| {
            queue.working_on != Some(request.index)
                && queue
                    .finished
                    .iter()
                    .all(|done| done.index != request.index)
        };
        let in_sight: Vec<Request> = in_sight.into_iter().filter(new).collect();
        let ahead: Vec<Request> = ahead.into_iter().filter(new).collect();
        (queue.in_sight, queue.ahead) = (in_sight, ahead);
        self.shared.changed.notify_one();
    }

    /// Takes the results since the last call.
    pub fn take(&self) -> Vec<Decoded> {
        std::mem::take(&mut self.shared.queue().finished)
    }

    /// Whether there is nothing left to decode or to take.
    #[cfg(test)]
    fn is_idle(&self) -> bool {
        let queue = self.shared.queue();
        queue.working_on.is_none()
            && queue.in_sight.is_empty()
            && queue.ahead.is_empty()
            && queue.finished.is_empty()
    }

    /// Releases a full-size image that is no longer needed.
    pub fn release(&self, photo: &Photo) {
        let mut queue = self.shared.queue();
        queue.given = queue.given.saturating_sub(1);
        queue.held = queue.held.saturating_sub(bytes(photo));
        self.shared.changed.notify_one();
    }

    /// Bytes of full-size images that wait for the model.
    pub fn held(&self) -> usize {
        self.shared.queue().held
    }

    /// Drops all requests and results. The image being decoded is discarded when it is done.
    pub fn forget(&self) {
        let mut queue = self.shared.queue();
        *queue = Queue {
            folder: queue.folder + 1,
            // Images that have been taken are still held.
            given: queue.given - queue.finished.iter().filter(|d| d.photo.is_some()).count(),
            held: queue.held - queue.finished.iter().map(whole_bytes).sum::<usize>(),
            ..Queue::default()
        };
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.changed.notify_one();
    }
}

impl Shared {
    /// Each change under the lock is complete in itself, so a panic cannot leave it half done.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        priority::yield_to_others();
        let mut queue = self.queue();
        while !queue.closed {
            let Some(request) = queue.next() else {
                let waited = self.changed.wait(queue);
                queue = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let folder = queue.folder;
            queue.working_on = Some(request.index);
            drop(queue);
            let (thumbnail, photo) = decode(&request);
            queue = self.queue();
            if queue.folder != folder {
                continue;
            }
            queue.working_on = None;
            queue.last = photo.as_ref().map_or(0, bytes);
            let room = queue.has_room();
            let photo = photo.filter(|_| request.whole && room);
            let decoded = Decoded {
                index: request.index,
                thumbnail,
                photo: photo.map(Arc::new),
            };
            queue.given += usize::from(decoded.photo.is_some());
            queue.held += whole_bytes(&decoded);
            queue.finished.push(decoded);
            if std::mem::take(&mut queue.awaited) {
                drop(queue);
                (self.wake)();
                queue = self.queue();
            }
        }
    }
}

impl Queue {
    /// Takes the most urgent request.
    fn next(&mut self) -> Option<Request> {
        if !self.in_sight.is_empty() {
            let request = self.in_sight.remove(0);
            self.awaited = true;
            self.ahead.retain(|ahead| ahead.index != request.index);
            return Some(request);
        }
        if self.ahead.is_empty() || !self.has_room() {
            return None;
        }
        self.awaited = false;
        Some(self.ahead.remove(0))
    }

    /// Whether another full-size image, as large as the last one, may wait for the model.
    fn has_room(&self) -> bool {
        self.given < MAX_PENDING && (self.held == 0 || self.held + self.last <= MAX_HELD)
    }
}

fn decode(request: &Request) -> (Result<RgbImage, String>, Option<Photo>) {
    let path = &request.path;
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let photo =
            Photo::open_leniently(path, request.decoding).map_err(|error| error.to_string())?;
        let small = resample::reduced(&photo.rgb, request.max_px);
        Ok((small.unwrap_or_else(|| photo.rgb.clone()), photo))
    }));
    match decoded {
        Ok(Ok((thumbnail, photo))) => (Ok(thumbnail), Some(photo)),
        Ok(Err(why)) => (Err(why), None),
        Err(_) => {
            let why = format!("decoding failed unexpectedly: {}", path.display());
            (Err(why), None)
        }
    }
}

fn whole_bytes(decoded: &Decoded) -> usize {
    decoded.photo.as_ref().map_or(0, |photo| bytes(photo))
}

fn bytes(photo: &Photo) -> usize {
    photo.bytes()
}

#[cfg(test)]
mod tests;
