//! What the folder's threads are to do next.

use std::sync::Arc;

use super::Gallery;
use crate::folder::decoder::Request;
use crate::folder::predictions::{Predictor, Whose};
use crate::picture::photo::decode::Photo;

impl Gallery {
    /// Requests the images that are needed now from the decoder.
    pub(super) fn request_images(&mut self) {
        let next = self.next_to_ask();
        let Some(decoder) = &self.decoder else { return };
        let entries = self.list.entries();
        let request = |index: usize, whole: bool| Request {
            index,
            path: Arc::clone(&entries[index].path),
            whole,
            decoding: self.decoding,
            max_px: self.thumbnail_px,
        };
        let lacking = self.in_sight.iter().copied().filter(|&index| {
            let readable = entries.get(index).is_some_and(|e| e.unreadable.is_none());
            readable && self.thumbnails.get(index).is_none()
        });
        let in_sight = lacking.map(|index| request(index, next.contains(&index)));
        decoder.request(
            in_sight.collect(),
            next.into_iter().map(|index| request(index, true)).collect(),
        );
    }

    /// The images to predict next: those on screen, then all others in order, and then the same with the second
    /// model.
    pub(super) fn next_to_ask(&mut self) -> Vec<usize> {
        let room = self.predictions.room();
        if !self.asks() || room == 0 {
            return Vec::new();
        }
        let seen = self.in_sight.iter().copied();
        let is_first = |index: &usize| self.turn(*index) == Some(Whose::First);
        let mut next: Vec<usize> = seen.clone().filter(is_first).take(room).collect();
        let skip = |index: usize| next.contains(&index) || self.predictions.is_asked(index);
        let others = self.list.waiting(room - next.len(), skip);
        next.extend(others);
        if next.len() < room {
            let is_second = |index: &usize| self.turn(*index) == Some(Whose::Second);
            let seconds = seen.filter(is_second).take(room - next.len());
            next.extend(seconds.collect::<Vec<_>>());
            let skip = |index: usize| next.contains(&index) || self.predictions.is_asked(index);
            let others = self.list.waiting_for_second(room - next.len(), skip);
            next.extend(others);
        }
        next
    }

    /// The model that is to predict this image next.
    pub(super) fn turn(&self, index: usize) -> Option<Whose> {
        if self.predictions.is_asked(index) {
            None
        } else if self.list.is_to_predict(index) {
            Some(Whose::First)
        } else if self.second.is_some() && self.list.is_to_compare(index) {
            Some(Whose::Second)
        } else {
            None
        }
    }

    pub(super) fn asks(&self) -> bool {
        self.question.is_some() && !self.paused
    }

    pub(super) fn forget_asked(&mut self, predictor: &dyn Predictor) {
        for photo in self.predictions.forget(predictor) {
            self.release(&photo);
        }
    }

    pub(super) fn release(&self, photo: &Photo) {
        if let Some(decoder) = &self.decoder {
            decoder.release(photo);
        }
    }
}
