//! The open folder: its scan, decoder, thumbnails and predictions, kept consistent.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use crate::picture::photo::decode::{Decoding, Photo};
use crate::picture::photo::geometry::Fit;

use super::decoder::{Decoded, Decoder, Request};
use super::list::{Entry, ImageList};
use super::predictions::{Finished, Predictions, Predictor};
use super::scan::{Report, Scan, Tally};
use super::thumbnails::Thumbnails;
use super::truth::verdict::Outcome;
use super::{Error, Wake};

/// The model and the fit of the predictions. Other predictions belong to another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The id of the open model.
    pub model: u64,
    /// How each image is fitted to the model's input.
    pub fit: Fit,
    /// How each image is read.
    pub decoding: Decoding,
}

/// The images of the open folders and files; empty until something is opened.
pub struct Gallery {
    wake: Wake,
    /// What was opened.
    paths: Vec<PathBuf>,
    /// All images with what is known about each, and which of them are in view.
    pub list: ImageList,
    thumbnails: Thumbnails,
    /// Started with the first folder and kept, so that there is never more than one.
    decoder: Option<Decoder>,
    scan: Option<Scan>,
    /// What was opened last; it replaces everything as soon as an image is found in it.
    incoming: Option<(Vec<PathBuf>, Scan)>,
    /// Incremented when something is opened or closed.
    generation: u64,
    tally: Tally,
    predictions: Predictions,
    question: Option<Question>,
    /// How images are read.
    decoding: Decoding,
    paused: bool,
    /// The images on screen, in order and as a set.
    in_sight: Vec<usize>,
    in_sight_set: HashSet<usize>,
}

impl Gallery {
    /// An empty gallery. `wake` is called from other threads whenever [`Gallery::poll`] has something
    /// that is waited for. While [`Gallery::is_predicting`], call `poll` now and then anyway.
    pub fn new(wake: Wake) -> Gallery {
        Gallery {
            wake,
            paths: Vec::new(),
            list: ImageList::default(),
            thumbnails: Thumbnails::default(),
            decoder: None,
            scan: None,
            incoming: None,
            generation: 0,
            tally: Tally::default(),
            predictions: Predictions::default(),
            question: None,
            decoding: Decoding::default(),
            paused: false,
            in_sight: Vec::new(),
            in_sight_set: HashSet::new(),
        }
    }

    /// Opens folders, files, or both. The previous images stay until there are new ones.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub fn open(&mut self, paths: Vec<PathBuf>) -> Result<(), Error> {
        if self.decoder.is_none() {
            self.decoder = Some(Decoder::start(Arc::clone(&self.wake))?);
        }
        let scan = Scan::start(paths.clone(), Arc::clone(&self.wake))?;
        self.incoming = Some((paths, scan));
        Ok(())
    }

    /// Closes everything. True classes set by hand are kept.
    pub fn close(&mut self, predictor: &dyn Predictor) {
        self.forget_asked(predictor);
        if let Some(decoder) = &self.decoder {
            decoder.forget();
        }
        self.generation += 1;
        self.paths.clear();
        self.scan = None;
        self.tally = Tally::default();
        self.paused = false;
        self.list.clear();
        self.thumbnails.clear();
        self.see(&[]);
    }

    /// Whether anything is open.
    pub fn is_open(&self) -> bool {
        !self.paths.is_empty()
    }

    /// What was opened.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Changes whenever the images are replaced or closed.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether this folder, or the one opened last, is still being read.
    pub fn is_scanning(&self) -> bool {
        self.incoming.is_some() || self.scan.as_ref().is_some_and(Scan::is_under_way)
    }

    /// What was skipped, once the folder has been read.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// States which images are on screen, the most important first. They are decoded before all
    /// others, and their thumbnails are kept.
    pub fn see(&mut self, indices: &[usize]) {
        for &index in indices {
            self.thumbnails.see(index);
        }
        if self.in_sight != indices {
            self.in_sight = indices.to_vec();
            self.in_sight_set = indices.iter().copied().collect();
            self.request_images();
        }
    }

    /// The thumbnail of an image, if there is one.
    pub fn thumbnail(&self, index: usize) -> Option<&Arc<RgbImage>> {
        self.thumbnails.get(index)
    }

    /// Sets the model, with one label per class, or none. If the question changes, all predictions are
    /// dropped and computed again.
    pub fn ask(
        &mut self,
        question: Option<Question>,
        labels: &[String],
        predictor: &dyn Predictor,
    ) {
        if self.question == question {
            return;
        }
        self.question = question;
        self.forget_asked(predictor);
        self.list.set_labels(labels);
        self.request_images();
    }

    /// Sets how images are read. If that changes, thumbnails are made again.
    pub fn read_as(&mut self, decoding: Decoding, predictor: &dyn Predictor) {
        if self.decoding == decoding {
            return;
        }
        self.decoding = decoding;
        self.forget_asked(predictor);
        if let Some(decoder) = &self.decoder {
            decoder.forget();
        }
        self.thumbnails.clear();
        self.request_images();
    }

    /// Pauses or resumes the predictions. Finished ones are kept.
    pub fn pause(&mut self, paused: bool, predictor: &dyn Predictor) {
        self.paused = paused;
        if paused {
            self.forget_asked(predictor);
        }
        self.request_images();
    }

    /// Whether the predictions are paused.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether predictions are being computed, or will be as soon as the images are decoded.
    pub fn is_predicting(&self) -> bool {
        self.asks() && self.list.counts().waiting > 0
    }

    /// Whether any of these images still waits for its prediction.
    pub fn awaits_any(&self, pictures: &[usize]) -> bool {
        let entries = self.list.entries();
        let waits = |index: &usize| entries.get(*index).is_some_and(Entry::is_waiting);
        self.asks() && pictures.iter().any(waits)
    }

    /// Predictions per second, over the last few seconds.
    pub fn rate(&self, now: Instant) -> Option<f64> {
        self.predictions.rate.per_second(now)
    }

    /// Adds a prediction that was computed elsewhere.
    pub fn learn(&mut self, index: usize, outcome: &Outcome) {
        self.list.set_prediction(index, Ok(outcome));
    }

    /// Sets why an image cannot be opened, or `None` if it can.
    pub fn set_unreadable(&mut self, index: usize, why: Option<String>) {
        self.list.set_unreadable(index, why);
        self.request_images();
    }

    /// Sets the true class of an image; see [`ImageList::set_truth`].
    pub fn set_truth(&mut self, path: &Path, truth: Option<usize>, outcome: Option<&Outcome>) {
        self.list.set_truth(path, truth, outcome);
        self.request_images();
    }

    /// Bytes of all thumbnails, names, predictions and images that wait for the model.
    pub fn bytes(&self) -> usize {
        self.thumbnails.bytes() + self.list.bytes() + self.decoder.as_ref().map_or(0, Decoder::held)
    }

    /// Bytes of the thumbnails.
    pub fn thumbnail_bytes(&self) -> usize {
        self.thumbnails.bytes()
    }

    /// The maximum number of bytes for thumbnails.
    pub fn limit(&self) -> usize {
        self.thumbnails.limit()
    }

    /// Sets the maximum number of bytes for thumbnails. Those over the limit are dropped at once,
    /// the least recently seen first.
    pub fn set_limit(&mut self, bytes: usize) {
        self.thumbnails.set_limit(bytes);
        self.request_images();
    }

    /// Collects results and submits the next images. Returns whether anything on screen may have
    /// changed.
    ///
    /// # Errors
    /// If what was opened last contains no images; the previous images stay.
    pub fn poll(&mut self, predictor: &dyn Predictor, now: Instant) -> Result<bool, Error> {
        let replaced = self.take_incoming(predictor);
        let mut changed = self.take_found();
        for decoded in self.decoder.as_ref().map(Decoder::take).unwrap_or_default() {
            self.take_decoded(decoded, predictor);
            changed = true;
        }
        for finished in self.predictions.take(now) {
            self.take_finished(finished);
            changed = true;
        }
        if changed {
            self.request_images();
        }
        let refreshed = self.list.refresh(now);
        Ok(replaced? || changed || refreshed)
    }

    /// Returns whether the images have been replaced.
    fn take_incoming(&mut self, predictor: &dyn Predictor) -> Result<bool, Error> {
        let Some((paths, mut scan)) = self.incoming.take() else {
            return Ok(false);
        };
        match scan.poll() {
            None => {
                self.incoming = Some((paths, scan));
                Ok(false)
            }
            Some(Report::Failed(error)) => Err(error),
            Some(Report::Done(_)) => Ok(false),
            Some(Report::Found(found)) => {
                self.close(predictor);
                self.paths = paths;
                self.scan = Some(scan);
                self.list.add(found);
                self.request_images();
                Ok(true)
            }
        }
    }

    fn take_found(&mut self) -> bool {
        let mut changed = false;
        while let Some(report) = self.scan.as_mut().and_then(Scan::poll) {
            changed = true;
            match report {
                Report::Found(paths) => self.list.add(paths),
                Report::Done(tally) => self.tally = tally,
                // Cannot happen: images were found.
                Report::Failed(_) => {}
            }
        }
        changed
    }

    fn take_decoded(&mut self, decoded: Decoded, predictor: &dyn Predictor) {
        let Decoded {
            index,
            thumbnail,
            photo,
        } = decoded;
        match thumbnail {
            Ok(picture) if self.in_sight_set.contains(&index) => {
                self.thumbnails.keep(index, picture);
            }
            Ok(picture) => self.thumbnails.keep_if_room(index, picture),
            Err(why) => self.list.set_unreadable(index, Some(why)),
        }
        let Some(photo) = photo else { return };
        if self.asks() && self.is_to_ask(index) {
            self.predictions.ask(index, photo, predictor);
        } else {
            self.release(&photo);
        }
    }

    fn take_finished(&mut self, finished: Finished) {
        self.release(&finished.photo);
        if let Some(outcome) = finished.outcome {
            self.list
                .set_prediction(finished.index, outcome.as_ref().map_err(String::clone));
        }
    }

    /// Requests the images that are needed now from the decoder.
    fn request_images(&mut self) {
        let next = self.next_to_ask();
        let Some(decoder) = &self.decoder else { return };
        let entries = self.list.entries();
        let request = |index: usize, whole: bool| Request {
            index,
            path: Arc::clone(&entries[index].path),
            whole,
            decoding: self.decoding,
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

    /// The images to predict next: those on screen, then all others in order.
    fn next_to_ask(&mut self) -> Vec<usize> {
        let room = self.predictions.room();
        if !self.asks() || room == 0 {
            return Vec::new();
        }
        let seen = self.in_sight.iter().copied();
        let mut next: Vec<usize> = seen
            .filter(|index| self.is_to_ask(*index))
            .take(room)
            .collect();
        let skip = |index: usize| next.contains(&index) || self.predictions.is_asked(index);
        let others = self.list.waiting(room - next.len(), skip);
        next.extend(others);
        next
    }

    fn is_to_ask(&self, index: usize) -> bool {
        let waits = self
            .list
            .entries()
            .get(index)
            .is_some_and(Entry::is_waiting);
        waits && !self.predictions.is_asked(index)
    }

    fn asks(&self) -> bool {
        self.question.is_some() && !self.paused
    }

    fn forget_asked(&mut self, predictor: &dyn Predictor) {
        for photo in self.predictions.forget(predictor) {
            self.release(&photo);
        }
    }

    fn release(&self, photo: &Photo) {
        if let Some(decoder) = &self.decoder {
            decoder.release(photo);
        }
    }
}

#[cfg(test)]
mod tests;
