//! Stepping from image to image by key: through the images shown, in their order, skipping those that
//! cannot be opened, whether that is known beforehand or found out on the way.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::engine::Error;
use crate::folder::Sort;

use super::Reveal;
use crate::app::App;
use crate::app::notices::Place;

/// A step from the open image to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    First,
    Previous,
    Next,
    Last,
}

impl Step {
    /// The direction in which to continue if the image cannot be opened.
    fn onward(self) -> Step {
        match self {
            Step::First | Step::Next => Step::Next,
            Step::Last | Step::Previous => Step::Previous,
        }
    }
}

/// How long the message about skipped images is shown.
const SHOWN_FOR: Duration = Duration::from_secs(8);

/// Images that a step has skipped because they could not be opened.
#[derive(Debug, Clone)]
pub struct Skipped {
    last: String,
    count: usize,
    at: Instant,
}

impl Skipped {
    /// A message about what was skipped, and for how long to show it.
    pub fn message(&self) -> Option<(String, Duration)> {
        let left = SHOWN_FOR.checked_sub(self.at.elapsed())?;
        Some((self.words(), left))
    }

    fn words(&self) -> String {
        match self.count {
            1 => format!("Skipped {}, which cannot be opened", self.last),
            count => format!("Skipped {count} images that cannot be opened"),
        }
    }
}

impl App {
    /// Opens the image that `step` leads to from the current one. If every image ahead is known
    /// not to open, a message says so and the current image stays.
    pub(crate) fn step(&mut self, step: Step) {
        if let Some(index) = self.target(step) {
            self.gallery.view.stop_opening();
            self.gallery.view.walking = Some(step);
            self.open_picture(index);
        } else if let Some(last) = self.ahead(step).last() {
            self.gallery.view.skipped = Some(Skipped {
                last: self.gallery.folder.list.entries()[*last].name.clone(),
                count: self.ahead(step).len(),
                at: Instant::now(),
            });
        }
    }

    /// The first image ahead that is not known to be unreadable.
    fn target(&self, step: Step) -> Option<usize> {
        let entries = self.gallery.folder.list.entries();
        let readable = |index: &usize| entries[*index].unreadable.is_none();
        self.ahead(step).into_iter().find(readable)
    }

    /// The images that `step` could lead to, in the order in which they are tried.
    fn ahead(&self, step: Step) -> Vec<usize> {
        let list = &self.gallery.folder.list;
        let order = list.order();
        let here = self.gallery.view.current;
        let position = here.and_then(|index| order.iter().position(|other| *other == index));
        // If the current image is not shown, start from where it would be among those shown.
        let after = here.map_or(0, |index| match list.sort() {
            Sort::Name => order.partition_point(|other| *other < index),
            Sort::Class | Sort::Surest | Sort::LeastSure | Sort::Mistakes => 0,
        });
        match step {
            Step::First => order.to_vec(),
            Step::Last => order.iter().rev().copied().collect(),
            Step::Next => order[position.map_or(after, |position| position + 1)..].to_vec(),
            Step::Previous => {
                let before = &order[..position.unwrap_or(after)];
                before.iter().rev().copied().collect()
            }
        }
    }

    /// Handles a photo that was opened.
    pub(crate) fn photo_opened(&mut self, path: &Path) {
        self.notices.clear(Place::Picture);
        if let Some(index) = self.gallery.folder.list.find(path) {
            self.gallery.folder.set_unreadable(index, None);
        }
    }

    /// Handles a photo that could not be opened: a step continues past it; otherwise the error is
    /// reported.
    pub(crate) fn photo_failed(&mut self, path: &Path, error: &Error) {
        let index = self.gallery.folder.list.find(path);
        if let (Some(index), Error::Picture(error)) = (index, error) {
            self.gallery
                .folder
                .set_unreadable(index, Some(error.to_string()));
        }
        match (index, self.gallery.view.walking) {
            (Some(index), Some(step)) => self.skip(index, step),
            _ => self.notices.not_opened(Place::Picture, error),
        }
    }

    fn skip(&mut self, index: usize, step: Step) {
        let before = self.gallery.view.skipped.take();
        self.gallery.view.skipped = Some(Skipped {
            last: self.gallery.folder.list.entries()[index].name.clone(),
            count: before.map_or(0, |before| before.count) + 1,
            at: Instant::now(),
        });
        if self.gallery.view.current != Some(index) {
            // A newer request is for another image, which comes next.
            return;
        }
        let onward = step.onward();
        match self.target(onward) {
            Some(next) => {
                self.gallery.view.walking = Some(onward);
                self.open_picture(next);
            }
            None => {
                self.gallery.view.walking = None;
                self.find_current();
                self.panels.gallery.reveal = self.gallery.view.current.map(Reveal::Picture);
            }
        }
    }
}
