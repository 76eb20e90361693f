//! Thumbnails in bounded memory.
//!
//! The least recently seen thumbnail is dropped first. A general cache may reject an entry, and an
//! image on screen that is rejected would be decoded again with every frame; here the thumbnails seen
//! last are always kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use image::RgbImage;

/// The longest side of a thumbnail, in pixels.
pub const MAX_PX: u32 = 160;

/// The longest side of a large thumbnail, in pixels.
pub const LARGE_PX: u32 = 320;

/// The default limit in bytes.
pub const DEFAULT_LIMIT: usize = 64 << 20;

/// Bytes that a thumbnail takes besides its pixels.
const OVERHEAD: usize = 128;

/// Thumbnails by the index of their image.
#[derive(Debug)]
pub struct Thumbnails {
    held: HashMap<usize, Held>,
    /// Indices by the time they were last seen.
    seen: BTreeMap<u64, usize>,
    clock: u64,
    bytes: usize,
    limit: usize,
}

#[derive(Debug)]
struct Held {
    picture: Arc<RgbImage>,
    seen: u64,
}

impl Default for Thumbnails {
    fn default() -> Self {
        Thumbnails {
            held: HashMap::new(),
            seen: BTreeMap::new(),
            clock: 0,
            bytes: 0,
            limit: DEFAULT_LIMIT,
        }
    }
}

impl Thumbnails {
    /// The thumbnail of an image, if it is held.
    pub fn get(&self, index: usize) -> Option<&Arc<RgbImage>> {
        self.held.get(&index).map(|held| &held.picture)
    }

    /// Marks an image as seen, so that its thumbnail is kept longest.
    pub fn see(&mut self, index: usize) {
        if let Some(held) = self.held.get_mut(&index) {
            self.seen.remove(&held.seen);
            self.clock += 1;
            held.seen = self.clock;
            self.seen.insert(self.clock, index);
        }
    }

    /// Adds the thumbnail of an image on screen, and drops others to make room.
    pub fn keep(&mut self, index: usize, picture: RgbImage) {
        self.remove(index);
        self.clock += 1;
        self.bytes += cost(&picture);
        let held = Held {
            picture: Arc::new(picture),
            seen: self.clock,
        };
        self.held.insert(index, held);
        self.seen.insert(self.clock, index);
        self.shrink();
    }

    /// Adds the thumbnail of an image that is not on screen, if there is room.
    pub fn keep_if_room(&mut self, index: usize, picture: RgbImage) {
        if self.bytes + cost(&picture) <= self.limit {
            self.keep(index, picture);
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The maximum number of bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Sets the maximum number of bytes, and drops the least recently seen thumbnails until the
    /// rest fit.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.shrink();
    }

    /// Drops all thumbnails. The limit stays.
    pub fn clear(&mut self) {
        self.held.clear();
        self.seen.clear();
        self.bytes = 0;
    }

    fn shrink(&mut self) {
        while self.bytes > self.limit
            && let Some((_, index)) = self.seen.first_key_value().map(|(k, v)| (*k, *v))
        {
            self.remove(index);
        }
    }

    fn remove(&mut self, index: usize) {
        if let Some(held) = self.held.remove(&index) {
            self.bytes -= cost(&held.picture);
            self.seen.remove(&held.seen);
        }
    }
}

fn cost(picture: &RgbImage) -> usize {
    picture.as_raw().len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> RgbImage {
        RgbImage::new(160, 120)
    }

    #[test]
    fn keeps_what_was_seen_last() {
        let mut thumbnails = Thumbnails::default();
        thumbnails.set_limit(3 * cost(&picture()));
        for index in 0..3 {
            thumbnails.keep(index, picture());
        }
        thumbnails.see(0);
        thumbnails.keep(3, picture());
        let held: Vec<bool> = (0..4)
            .map(|index| thumbnails.get(index).is_some())
            .collect();
        assert_eq!(held, [true, false, true, true]);
        assert_eq!(thumbnails.bytes(), thumbnails.limit());
    }

    #[test]
    fn drops_nothing_for_an_image_that_is_not_on_screen() {
        let mut thumbnails = Thumbnails::default();
        thumbnails.set_limit(2 * cost(&picture()));
        thumbnails.keep_if_room(0, picture());
        thumbnails.keep(1, picture());
        thumbnails.keep_if_room(2, picture());
        assert!(thumbnails.get(0).is_some() && thumbnails.get(1).is_some());
        assert!(thumbnails.get(2).is_none());
    }

    #[test]
    fn counts_the_bytes_held() {
        let mut thumbnails = Thumbnails::default();
        thumbnails.keep(7, picture());
        thumbnails.keep(7, RgbImage::new(10, 10));
        assert_eq!(thumbnails.bytes(), 300 + OVERHEAD);
        thumbnails.set_limit(0);
        assert_eq!(thumbnails.bytes(), 0);
        assert!(thumbnails.get(7).is_none());
        thumbnails.set_limit(DEFAULT_LIMIT);
        thumbnails.keep(7, picture());
        thumbnails.clear();
        assert_eq!(thumbnails.bytes(), 0);
    }
}
