//! The open folder: the engine predicts the classes of its images, the open photo is one of them, and
//! the view can compare a prediction with the true class of an image.
//!
//! This module connects [`folder`](crate::folder), which knows nothing about models, to the engine. It
//! may change the state, but draws nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

use crate::engine::Prediction;
use crate::folder::{Filter, Gallery, Question, Wake};

use super::App;
use super::notices::Place;
use super::state::State;
use predictor::{asker, outcome};

pub(crate) mod predictor;
mod view;
pub(crate) mod walk;

pub use view::{GalleryView, Reveal};

/// A folder of images, or several images that were opened together.
pub struct OpenFolder {
    pub folder: Gallery,
    pub view: GalleryView,
}

impl OpenFolder {
    /// No open folder. `wake` is called from other threads whenever there is something new.
    pub fn new(wake: Wake) -> OpenFolder {
        OpenFolder {
            folder: Gallery::new(wake),
            view: GalleryView::default(),
        }
    }

    /// Whether the gallery is shown. It is not shown for a single photo.
    pub fn is_shown(&self) -> bool {
        let several = self.folder.list.entries().len() > 1;
        self.folder.is_open() && (several || self.view.is_folder)
    }

    /// The true and predicted classes of the images with their counts, the most frequent first.
    pub fn classes_by_count(&self) -> Vec<(usize, usize)> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for entry in self.folder.list.entries() {
            let predicted = entry.verdict().map(|verdict| verdict.class);
            if let Some(class) = predicted {
                *counts.entry(class).or_default() += 1;
            }
            if let Some(class) = entry.truth.filter(|truth| predicted != Some(*truth)) {
                *counts.entry(class).or_default() += 1;
            }
        }
        let mut classes: Vec<(usize, usize)> = counts.into_iter().collect();
        classes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        classes
    }
}

/// The label of a filter, with the class names of the model that predicts the folder.
pub fn filter_label(state: &State, filter: Filter) -> String {
    match filter {
        Filter::All => "All".to_owned(),
        Filter::Mistakes => "Mistakes".to_owned(),
        Filter::NotPredicted => "Not predicted".to_owned(),
        Filter::Class(class) => class_name(state, class),
    }
}

/// The name of a class of the model that predicts the folder.
pub fn class_name(state: &State, class: usize) -> String {
    let side = state.sides.iter().find(|side| side.model.is_some());
    side.unwrap_or(state.side()).class_name(class)
}

/// How often the window is redrawn while images on screen wait for predictions.
const STEP_ON_SCREEN: Duration = Duration::from_millis(200);

/// How often while only other images wait, and only the counts change.
const STEP_OFF_SCREEN: Duration = Duration::from_millis(500);

impl App {
    /// Takes in what the folder's threads have finished, and sends the next requests.
    pub(crate) fn drain_gallery(&mut self, ctx: &Context) {
        self.follow_gallery();
        let now = Instant::now();
        let mut in_sight = self.panels.gallery.in_sight.clone();
        in_sight.extend(self.first_candidate());
        self.gallery.folder.see(&in_sight);
        let asker = asker(&self.engine, self.gallery_question());
        if let Err(error) = self.gallery.folder.poll(&asker, now) {
            self.notices.not_opened(Place::Folder, error);
        }
        if self.gallery.folder.generation() != self.gallery.view.generation {
            self.panels.gallery.start_over();
            self.gallery.view = GalleryView {
                generation: self.gallery.folder.generation(),
                opens_first: self.gallery.folder.is_open() && !self.gallery.view.keep_photo,
                unfolded: self.gallery.view.unfolded,
                truth_of: self.gallery.view.truth_of,
                // Checked only once: a network drive may stop responding.
                is_folder: self.gallery.folder.paths().iter().any(|path| path.is_dir()),
                ..GalleryView::default()
            };
            self.notices.clear(Place::Folder);
            self.notices.clear(Place::Picture);
            ctx.request_repaint();
        }
        self.open_next();
        self.find_current();
        self.learn_current();
        self.learn_late_truth();
        if self.gallery.folder.is_predicting() || self.gallery.folder.is_scanning() {
            let on_screen = self.panels.gallery.on_screen();
            ctx.request_repaint_after(if self.gallery.folder.awaits_any(on_screen) {
                STEP_ON_SCREEN
            } else {
                STEP_OFF_SCREEN
            });
        }
        if let Some(due) = self.gallery.folder.list.is_due_at() {
            ctx.request_repaint_after(due.saturating_duration_since(now));
        }
    }

    /// Passes the model and fit of the view to the folder, and the true class of the open photo to the
    /// view.
    pub(crate) fn follow_gallery(&mut self) {
        let question = self.gallery_question();
        let model = self.state.sides.iter().find_map(|side| side.model.as_ref());
        let labels = model.map_or(&[] as &[String], |model| &model.labels);
        let asker = asker(&self.engine, question);
        let decoding = self.state.options.decoding;
        self.gallery.folder.read_as(decoding, &asker);
        self.gallery.folder.ask(question, labels, &asker);
        let Some(photo) = &self.state.photo else {
            return;
        };
        let key = Some((photo.id, question.map(|question| question.model)));
        if self.gallery.view.truth_of != key {
            self.gallery.view.truth_of = key;
            self.state.truth = self.gallery.folder.list.truth(&photo.path);
        }
    }

    /// Keeps the current true class for this photo, without looking it up in the folder.
    pub(crate) fn keep_truth(&mut self) {
        let Some(photo) = self
            .state
            .photo
            .as_ref()
            .filter(|_| self.state.truth.is_some())
        else {
            return;
        };
        let model = self.gallery_question().map(|question| question.model);
        self.gallery.view.truth_of = Some((photo.id, model));
    }

    /// Looks up the true class again when the folder has been read further: it may be read after its
    /// photo was opened.
    fn learn_late_truth(&mut self) {
        let count = self.gallery.folder.list.entries().len();
        if self.gallery.view.truth_looked_up_among == count || self.state.truth.is_some() {
            return;
        }
        self.gallery.view.truth_looked_up_among = count;
        let Some(photo) = &self.state.photo else {
            return;
        };
        self.state.truth = self.gallery.folder.list.truth(&photo.path);
        let mut compared = false;
        for side in 0..self.state.sides.count() {
            compared |= self
                .state
                .sides
                .get(side)
                .is_some_and(|s| s.rival().is_none())
                && self.compare_with_truth(side);
        }
        if compared {
            self.ask();
        }
    }

    /// Records the true class of the open photo.
    pub(crate) fn note_truth(&mut self, class: Option<usize>) {
        let Some(photo) = &self.state.photo else {
            return;
        };
        let prediction = self
            .first_prediction()
            .map(|prediction| outcome(prediction));
        self.gallery
            .folder
            .set_truth(&photo.path, class, prediction.as_ref());
    }

    /// How the folder is predicted: with the first model, because the second is only for comparison.
    fn gallery_question(&self) -> Option<Question> {
        let model = self
            .state
            .sides
            .iter()
            .find_map(|side| side.model.as_ref())?;
        Some(Question {
            model: model.id,
            fit: self.state.options.fit,
            decoding: self.state.options.decoding,
        })
    }

    /// The first model's prediction for the open photo.
    fn first_prediction(&self) -> Option<&Arc<Prediction>> {
        let side = self.state.sides.iter().find(|side| side.model.is_some())?;
        self.state.results.prediction(&self.state.subject_of(side)?)
    }

    /// The next candidate, while looking for the first image that can be opened.
    fn first_candidate(&self) -> Option<usize> {
        let order = self.gallery.folder.list.order().iter().copied();
        let mut readable = order.filter(|index| {
            self.gallery.folder.list.entries()[*index]
                .unreadable
                .is_none()
        });
        readable.next().filter(|_| self.gallery.view.opens_first)
    }

    fn open_next(&mut self) {
        if let Some(first) = self.first_candidate()
            && self.gallery.folder.thumbnail(first).is_some()
        {
            self.open_picture(first);
        }
        if self.tasks.photo.is_none()
            && let Some(next) = self.gallery.view.next.take()
        {
            self.open_picture(next);
        }
    }

    /// Opens one of the images. Only one is decoded at a time; the newest request comes next.
    pub(crate) fn open_picture(&mut self, index: usize) {
        let Some(entry) = self.gallery.folder.list.entries().get(index) else {
            return;
        };
        let path = PathBuf::from(&*entry.path);
        self.gallery.view.current = Some(index);
        self.panels.gallery.reveal = Some(Reveal::Picture(index));
        self.gallery.view.looked_up = None;
        if self.tasks.photo.is_some() {
            self.gallery.view.next = Some(index);
            return;
        }
        let (walking, skipped) = (self.gallery.view.walking, self.gallery.view.skipped.take());
        self.open_image(path);
        (self.gallery.view.walking, self.gallery.view.skipped) = (walking, skipped);
    }

    /// Finds the open photo among the images, once nothing is being opened.
    pub(crate) fn find_current(&mut self) {
        if self.tasks.photo.is_some() || self.gallery.view.next.is_some() {
            return;
        }
        let photo = self.state.photo.as_ref();
        let key = photo.map(|photo| (photo.id, self.gallery.folder.list.entries().len()));
        if self.gallery.view.looked_up != key || key.is_none() {
            self.gallery.view.looked_up = key;
            self.gallery.view.current =
                photo.and_then(|photo| self.gallery.folder.list.find(&photo.path));
        }
    }

    /// Passes the view's prediction for the open image to the folder.
    fn learn_current(&mut self) {
        let Some(index) = self.gallery.view.current else {
            return;
        };
        let (Some(entry), Some(photo)) = (
            self.gallery.folder.list.entries().get(index),
            &self.state.photo,
        ) else {
            return;
        };
        if entry.is_waiting()
            && *entry.path == *photo.path
            && let Some(prediction) = self
                .first_prediction()
                .map(|prediction| outcome(prediction))
        {
            self.gallery.folder.learn(index, &prediction);
        }
    }

    /// Stops or resumes predicting all images.
    pub(crate) fn pause_gallery(&mut self, paused: bool) {
        let asker = asker(&self.engine, self.gallery_question());
        self.gallery.folder.pause(paused, &asker);
    }

    pub(crate) fn close_gallery(&mut self) {
        let asker = asker(&self.engine, self.gallery_question());
        self.gallery.folder.close(&asker);
    }

    /// Opens folders, or several files.
    pub(crate) fn open_gallery(&mut self, paths: Vec<PathBuf>) {
        self.gallery.view.keep_photo = false;
        if let Err(error) = self.gallery.folder.open(paths) {
            self.notices.not_opened(Place::Folder, error);
        }
    }

    /// Opens the last folders or files, and keeps the photo that is open or being opened.
    pub(crate) fn reopen_gallery(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() && paths != self.gallery.folder.paths() {
            self.open_gallery(paths);
            self.gallery.view.keep_photo = self.state.photo.is_some() || self.tasks.photo.is_some();
        }
    }
}
