//! The open folder: the engine predicts the classes of its images, the open photo is one of them, and
//! the view can compare a prediction with the true class of an image.
//!
//! This module connects [`folder`](crate::folder), which knows nothing about models, to the engine. It
//! may change the state, but draws nothing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

use crate::engine::Prediction;
use crate::folder::{Gallery, Wake};

use super::App;
use super::notices::Place;
use lent_names::LentNames;
use predictor::{asker, outcome};
use second::SharedClasses;

mod filters;
pub(crate) mod lent_names;
pub(crate) mod predictor;
mod report;
mod second;
mod truth;
mod view;
pub(crate) mod walk;

pub use filters::{class_name, filter_label, model_names};
pub use report::TruthReport;
pub use view::{DEFAULT_TILE, GalleryView, MAX_TILE, MIN_TILE, Reveal};

/// A folder of images, or several images that were opened together.
pub struct OpenFolder {
    pub folder: Gallery,
    pub view: GalleryView,
    pub lent: LentNames,
    shared: SharedClasses,
    /// What is to be said about the true classes.
    pub report: TruthReport,
}

impl OpenFolder {
    /// No open folder. `wake` is called from other threads whenever there is something new.
    pub fn new(wake: Wake) -> OpenFolder {
        OpenFolder {
            folder: Gallery::new(wake),
            view: GalleryView::default(),
            lent: LentNames::default(),
            shared: SharedClasses::default(),
            report: TruthReport::default(),
        }
    }

    /// Whether the gallery is shown. It is not shown for a single photo.
    pub fn is_shown(&self) -> bool {
        let several = self.folder.list.entries().len() > 1;
        self.folder.is_open() && (several || self.view.is_folder)
    }

    /// Whether the images fill the stage.
    pub fn shows_grid(&self) -> bool {
        self.view.grid && self.is_shown()
    }
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
        self.gallery.folder.draw_at(self.panels.gallery.drawn_px);
        let asker = asker(&self.engine, self.gallery_questions());
        if let Err(error) = self.gallery.folder.poll(&asker, now) {
            self.notices.not_opened(Place::Folder, error);
        }
        if self.gallery.folder.generation() != self.gallery.view.generation {
            self.panels.gallery.start_over();
            self.gallery.view = GalleryView {
                generation: self.gallery.folder.generation(),
                opens_first: self.gallery.folder.is_open() && !self.gallery.view.keep_photo,
                unfolded: self.gallery.view.unfolded,
                grid: self.gallery.view.grid && self.gallery.folder.is_open(),
                tile: self.gallery.view.tile,
                truth_of: self.gallery.view.truth_of,
                // Checked only once: a network drive may stop responding.
                is_folder: self.gallery.folder.paths().iter().any(|path| path.is_dir()),
                ..GalleryView::default()
            };
            self.notices.clear(Place::Folder);
            self.notices.clear(Place::Picture);
            self.recall_folder();
            ctx.request_repaint();
        }
        self.open_next();
        self.find_current();
        self.learn_current();
        self.lend_names();
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
            let found = photo.and_then(|photo| self.gallery.folder.list.find(&photo.path));
            // A photo that was opened by its path.
            if found.is_some() && found != self.gallery.view.current {
                self.panels.gallery.reveal = found.map(Reveal::Picture);
            }
            self.gallery.view.current = found;
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
        let asker = asker(&self.engine, self.gallery_questions());
        self.gallery.folder.pause(paused, &asker);
    }

    /// Shows the images in a grid, or the panels again. A search ends with the grid.
    pub(crate) fn show_grid(&mut self, on: bool) {
        self.gallery.view.grid = on;
        if !on {
            self.gallery.folder.list.set_search("");
            self.panels.gallery.reveal = self.gallery.view.current.map(Reveal::Picture);
        }
    }

    pub(crate) fn close_gallery(&mut self) {
        let asker = asker(&self.engine, self.gallery_questions());
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
