//! The open folder: its scan, decoder, thumbnails and predictions, kept consistent.

use std::collections::HashSet;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use crate::picture::photo::decode::Decoding;
use crate::picture::photo::geometry::Fit;

use super::decoder::Decoder;
use super::list::{ImageList, SameClasses};
use super::predictions::{Predictions, Predictor};
use super::scan::{Scan, Tally};
use super::thumbnails::{LARGE_PX, MAX_PX, Thumbnails};
use super::truth::choices::{Choices, Given};
use super::truth::class_names::Classes;
use super::truth::labels_file::{LabelsFile, Unusable};
use super::truth::verdict::Outcome;
use super::{Error, Wake};

mod polling;
mod requests;

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

/// A second model, with which the first is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Second {
    /// What is asked of it.
    pub question: Question,
    /// For each class of the first model, the class of the second one that is the same.
    pub classes: SameClasses,
}

/// The images of the open folders and files; empty until something is opened.
pub struct Gallery {
    wake: Wake,
    /// What was opened.
    paths: Vec<PathBuf>,
    /// All images with what is known about each, and which of them are in view.
    pub list: ImageList,
    thumbnails: Thumbnails,
    /// The longest side of the thumbnails that are made from now on.
    thumbnail_px: u32,
    /// Started with the first folder and kept, so that there is never more than one.
    decoder: Option<Decoder>,
    scan: Option<Scan>,
    /// What was opened last; it replaces everything as soon as an image is found in it.
    incoming: Option<Incoming>,
    /// Incremented when something is opened or closed.
    generation: u64,
    tally: Tally,
    predictions: Predictions,
    question: Option<Question>,
    second: Option<Second>,
    /// How images are read.
    decoding: Decoding,
    paused: bool,
    /// The images on screen, in order and as a set.
    in_sight: Vec<usize>,
    in_sight_set: HashSet<usize>,
}

/// What is to replace the images.
struct Incoming {
    paths: Vec<PathBuf>,
    scan: Scan,
    labels: Vec<Result<LabelsFile, Unusable>>,
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
            thumbnail_px: MAX_PX,
            decoder: None,
            scan: None,
            incoming: None,
            generation: 0,
            tally: Tally::default(),
            predictions: Predictions::default(),
            question: None,
            second: None,
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
        let paths: Vec<PathBuf> = paths
            .into_iter()
            .map(|path| absolute(&path).unwrap_or(path))
            .collect();
        let scan = Scan::start(paths.clone(), Arc::clone(&self.wake))?;
        self.incoming = Some(Incoming {
            paths,
            scan,
            labels: Vec::new(),
        });
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

    /// Says how large thumbnails are drawn, in pixels. Small ones are made again where that is not enough, if
    /// all large ones on screen fit into the memory for thumbnails.
    pub fn draw_at(&mut self, px: u32) {
        let all = self.in_sight.len() * 3 * (LARGE_PX * LARGE_PX) as usize;
        let large = px > MAX_PX && all <= self.limit();
        let needed = if large { LARGE_PX } else { MAX_PX };
        if needed == self.thumbnail_px {
            return;
        }
        self.thumbnail_px = needed;
        if needed == LARGE_PX {
            if let Some(decoder) = &self.decoder {
                decoder.forget();
            }
            self.thumbnails.clear();
        }
        self.request_images();
    }

    /// Sets the model, with its classes, or none. If the question changes, all predictions are dropped and
    /// computed again.
    pub fn ask(
        &mut self,
        question: Option<Question>,
        classes: impl FnOnce() -> Classes,
        predictor: &dyn Predictor,
    ) {
        if self.question == question {
            return;
        }
        self.question = question;
        self.forget_asked(predictor);
        self.list.set_classes(classes());
        self.request_images();
    }

    /// Sets the second model, or none. It predicts the images that the first one has predicted, where a true class is
    /// known. If it changes, its predictions are dropped and computed again.
    pub fn compare_with(&mut self, second: Option<Second>, predictor: &dyn Predictor) {
        if self.second == second {
            return;
        }
        self.forget_asked(predictor);
        let classes = second.as_ref().map(|second| Arc::clone(&second.classes));
        self.list.set_second(classes);
        self.second = second;
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
        let counts = self.list.counts();
        self.asks() && counts.waiting + counts.to_compare > 0
    }

    /// Whether any of these images still waits for its prediction.
    pub fn awaits_any(&self, pictures: &[usize]) -> bool {
        let mut waiting = pictures
            .iter()
            .filter(|index| self.list.is_to_predict(**index) || self.list.is_to_compare(**index));
        self.asks() && waiting.next().is_some()
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

    /// Takes up the true classes that were set by hand before; see [`ImageList::recall_truths`].
    pub fn recall_truths(&mut self, pictures: Vec<(PathBuf, Option<Given>)>) {
        self.list.recall_truths(pictures);
        self.request_images();
    }

    /// Sets what a person has chosen about the names in the folder; see [`ImageList::set_choices`].
    pub fn set_choices(&mut self, choices: Choices) {
        self.list.set_choices(choices);
        self.request_images();
    }

    /// Chooses the split in view; see [`ImageList::set_split`].
    pub fn set_split(&mut self, split: Option<usize>) {
        self.list.set_split(split);
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
}

#[cfg(test)]
mod tests;
