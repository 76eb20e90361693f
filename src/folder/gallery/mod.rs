//! A folder that is open: its scan, its decoder, its thumbnails and its answers, kept in step.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

use super::answers::{Answerer, Answers, Finished};
use super::decoder::{Decoded, Decoder, Wish};
use super::list::{Entry, ImageList};
use super::scan::{Report, Scan, Tally};
use super::thumbnails::Thumbnails;
use super::truth::verdict::Outcome;
use super::{Error, Wake};

/// What the pictures are asked: answers to another question are other answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Tells one opened model from another.
    pub model: u64,
    pub fit: Fit,
}

/// Pictures of a folder, or several that were named; empty until something is opened.
pub struct Gallery {
    wake: Wake,
    /// What was opened.
    paths: Vec<PathBuf>,
    pub list: ImageList,
    thumbnails: Thumbnails,
    /// Started with the first folder, and then kept: so there is never more than one.
    decoder: Option<Decoder>,
    scan: Option<Scan>,
    /// What takes the place of all this as soon as a picture is found in it.
    incoming: Option<(Vec<PathBuf>, Scan)>,
    /// Counts what was opened and closed.
    generation: u64,
    tally: Tally,
    answers: Answers,
    question: Option<Question>,
    paused: bool,
    /// Pictures on screen, and the same for looking them up.
    in_sight: Vec<usize>,
    in_sight_set: HashSet<usize>,
}

impl Gallery {
    /// An empty one. `wake` is called from other threads whenever [`Gallery::poll`] has something to
    /// take that someone waits for; while [`Gallery::is_answering`], it is to be called now and then
    /// all the same.
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
            answers: Answers::default(),
            question: None,
            paused: false,
            in_sight: Vec::new(),
            in_sight_set: HashSet::new(),
        }
    }

    /// Opens folders, files, or both. What was open before stays until there are pictures to take
    /// its place.
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

    /// Leaves nothing open. Truths given by hand stay.
    pub fn close(&mut self, answerer: &dyn Answerer) {
        self.forget_asked(answerer);
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

    /// Changes whenever other pictures take the place of these, or none do.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether the folder is still being read, or one that is to take its place.
    pub fn is_scanning(&self) -> bool {
        self.incoming.is_some() || self.scan.as_ref().is_some_and(Scan::is_under_way)
    }

    /// What was passed over, once the folder is read.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Says which pictures are on screen, foremost first: they are decoded before all others, and
    /// their thumbnails stay.
    pub fn see(&mut self, indices: &[usize]) {
        for &index in indices {
            self.thumbnails.see(index);
        }
        if self.in_sight != indices {
            self.in_sight = indices.to_vec();
            self.in_sight_set = indices.iter().copied().collect();
            self.make_wishes();
        }
    }

    /// The thumbnail of a picture, if there is one now.
    pub fn thumbnail(&self, index: usize) -> Option<&Arc<RgbImage>> {
        self.thumbnails.get(index)
    }

    /// Sets what the pictures are asked: a model, with one label a class, or none. Answers to
    /// another question are dropped, and asked for anew.
    pub fn ask(&mut self, question: Option<Question>, labels: &[String], answerer: &dyn Answerer) {
        if self.question == question {
            return;
        }
        self.question = question;
        self.forget_asked(answerer);
        self.list.set_labels(labels);
        self.make_wishes();
    }

    /// Stops asking, or goes on. What is answered stays.
    pub fn pause(&mut self, paused: bool, answerer: &dyn Answerer) {
        self.paused = paused;
        if paused {
            self.forget_asked(answerer);
        }
        self.make_wishes();
    }

    /// Whether asking was stopped.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether pictures are being answered, or will be as soon as they are decoded.
    pub fn is_answering(&self) -> bool {
        self.asks() && self.list.counts().waiting > 0
    }

    /// Whether any of these pictures is still to be answered, and will be.
    pub fn awaits_any(&self, pictures: &[usize]) -> bool {
        let entries = self.list.entries();
        let waits = |index: &usize| entries.get(*index).is_some_and(Entry::is_waiting);
        self.asks() && pictures.iter().any(waits)
    }

    /// Pictures answered a second, over the last few.
    pub fn rate(&self, now: Instant) -> Option<f64> {
        self.answers.rate.per_second(now)
    }

    /// Takes the model's answer to a picture in that came by another way.
    pub fn learn(&mut self, index: usize, outcome: &Outcome) {
        self.list.answer(index, Ok(outcome));
    }

    /// Notes why a picture cannot be opened, or that it can.
    pub fn set_unreadable(&mut self, index: usize, why: Option<String>) {
        self.list.set_unreadable(index, why);
        self.make_wishes();
    }

    /// Says what a picture really shows; see [`ImageList::set_truth`].
    pub fn set_truth(&mut self, path: &Path, truth: Option<usize>, outcome: Option<&Outcome>) {
        self.list.set_truth(path, truth, outcome);
        self.make_wishes();
    }

    /// Bytes that all thumbnails, names, answers and pictures on their way to the model take.
    pub fn bytes(&self) -> usize {
        self.thumbnails.bytes() + self.list.bytes() + self.decoder.as_ref().map_or(0, Decoder::held)
    }

    /// Bytes that thumbnails take.
    pub fn thumbnail_bytes(&self) -> usize {
        self.thumbnails.bytes()
    }

    /// The most bytes that thumbnails may take.
    pub fn limit(&self) -> usize {
        self.thumbnails.limit()
    }

    pub fn set_limit(&mut self, bytes: usize) {
        self.thumbnails.set_limit(bytes);
        self.make_wishes();
    }

    /// Takes in what is finished and sends what is next. Says whether anything on screen may have
    /// changed.
    ///
    /// # Errors
    /// Where what was opened last turns out to hold no pictures; what was open before stays.
    pub fn poll(&mut self, answerer: &dyn Answerer, now: Instant) -> Result<bool, Error> {
        let replaced = self.take_incoming(answerer);
        let mut changed = self.take_found();
        for decoded in self.decoder.as_ref().map(Decoder::take).unwrap_or_default() {
            self.take_decoded(decoded, answerer);
            changed = true;
        }
        for finished in self.answers.take(now) {
            self.take_finished(finished);
            changed = true;
        }
        if changed {
            self.make_wishes();
        }
        let refreshed = self.list.refresh(now);
        Ok(replaced? || changed || refreshed)
    }

    /// Says whether other pictures have taken the place of these.
    fn take_incoming(&mut self, answerer: &dyn Answerer) -> Result<bool, Error> {
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
                self.close(answerer);
                self.paths = paths;
                self.scan = Some(scan);
                self.list.add(found);
                self.make_wishes();
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
                // Something was found, so it has not failed.
                Report::Failed(_) => {}
            }
        }
        changed
    }

    fn take_decoded(&mut self, decoded: Decoded, answerer: &dyn Answerer) {
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
            self.answers.ask(index, photo, answerer);
        } else {
            self.release(&photo);
        }
    }

    fn take_finished(&mut self, finished: Finished) {
        self.release(&finished.photo);
        if let Some(outcome) = finished.outcome {
            self.list
                .answer(finished.index, outcome.as_ref().map_err(String::clone));
        }
    }

    /// Tells the decoder what is needed now.
    fn make_wishes(&mut self) {
        let next = self.next_to_ask();
        let Some(decoder) = &self.decoder else { return };
        let entries = self.list.entries();
        let wish = |index: usize, whole: bool| Wish {
            index,
            path: Arc::clone(&entries[index].path),
            whole,
        };
        let lacking = self.in_sight.iter().copied().filter(|&index| {
            let readable = entries.get(index).is_some_and(|e| e.unreadable.is_none());
            readable && self.thumbnails.get(index).is_none()
        });
        let in_sight = lacking.map(|index| wish(index, next.contains(&index)));
        decoder.wish(
            in_sight.collect(),
            next.into_iter().map(|index| wish(index, true)).collect(),
        );
    }

    /// The pictures to be answered next: those on screen, and then all others in their order.
    fn next_to_ask(&mut self) -> Vec<usize> {
        let room = self.answers.room();
        if !self.asks() || room == 0 {
            return Vec::new();
        }
        let seen = self.in_sight.iter().copied();
        let mut next: Vec<usize> = seen
            .filter(|index| self.is_to_ask(*index))
            .take(room)
            .collect();
        let skip = |index: usize| next.contains(&index) || self.answers.is_asked(index);
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
        waits && !self.answers.is_asked(index)
    }

    fn asks(&self) -> bool {
        self.question.is_some() && !self.paused
    }

    fn forget_asked(&mut self, answerer: &dyn Answerer) {
        for photo in self.answers.forget(answerer) {
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
