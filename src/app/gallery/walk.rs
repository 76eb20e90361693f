//! Walking from picture to picture by key: through those in view, in their order, and past what
//! cannot be opened, whether that is known beforehand or only seen on the way.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::engine::Error;
use crate::folder::Sort;

use super::Reveal;
use crate::app::App;
use crate::app::notices::Place;

/// Where a key leads from the open picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    First,
    Previous,
    Next,
    Last,
}

impl Step {
    /// Where it goes on where the picture that it led to cannot be opened.
    fn onward(self) -> Step {
        match self {
            Step::First | Step::Next => Step::Next,
            Step::Last | Step::Previous => Step::Previous,
        }
    }
}

/// How long the message about skipped images is shown.
const SHOWN_FOR: Duration = Duration::from_secs(8);

/// Pictures that a step has passed over since they turned out to be none.
#[derive(Debug, Clone)]
pub struct PassedOver {
    last: String,
    count: usize,
    at: Instant,
}

impl PassedOver {
    /// What was skipped a moment ago, in words, and for how long that is still to be shown.
    pub fn message(&self) -> Option<(String, Duration)> {
        let left = SHOWN_FOR.checked_sub(self.at.elapsed())?;
        Some((self.words(), left))
    }

    fn words(&self) -> String {
        match self.count {
            1 => format!("Passed over {}, which cannot be opened", self.last),
            count => format!("Passed over {count} pictures that cannot be opened"),
        }
    }
}

impl App {
    /// Opens the picture that `step` leads to from the current one.
    pub(crate) fn step(&mut self, step: Step) {
        if let Some(index) = self.led_to(step) {
            self.gallery.view.stop_opening();
            self.gallery.view.walking = Some(step);
            self.open_picture(index);
        }
    }

    fn led_to(&self, step: Step) -> Option<usize> {
        let list = &self.gallery.folder.list;
        let order = list.order();
        let here = self.gallery.view.current;
        let place = here.and_then(|index| order.iter().position(|other| *other == index));
        // A picture that is not in view stands between those that are.
        let after = here.map_or(0, |index| match list.sort() {
            Sort::Name => order.partition_point(|other| *other < index),
            _ => 0,
        });
        let readable = |place: &usize| list.entries()[order[*place]].unreadable.is_none();
        let found = match step {
            Step::First => (0..order.len()).find(readable),
            Step::Last => (0..order.len()).rev().find(readable),
            Step::Next => (place.map_or(after, |place| place + 1)..order.len()).find(readable),
            Step::Previous => (0..place.unwrap_or(after)).rev().find(readable),
        };
        found.map(|place| order[place])
    }

    /// The photo that was to be opened is there.
    pub(crate) fn photo_opened(&mut self, path: &Path) {
        self.notices.clear(Place::Picture);
        if let Some(index) = self.gallery.folder.list.find(path) {
            self.gallery.folder.set_unreadable(index, None);
        }
    }

    /// It cannot be opened. Whoever walks goes on past it; who asked for this one is told.
    pub(crate) fn photo_failed(&mut self, path: &Path, error: &Error) {
        let index = self.gallery.folder.list.find(path);
        if let (Some(index), Error::Picture(error)) = (index, error) {
            self.gallery
                .folder
                .set_unreadable(index, Some(error.to_string()));
        }
        match (index, self.gallery.view.walking) {
            (Some(index), Some(step)) => self.pass_over(index, step),
            _ => self.notices.not_opened(Place::Picture, error),
        }
    }

    fn pass_over(&mut self, index: usize, step: Step) {
        let before = self.gallery.view.passed_over.take();
        self.gallery.view.passed_over = Some(PassedOver {
            last: self.gallery.folder.list.entries()[index].name.clone(),
            count: before.map_or(0, |before| before.count) + 1,
            at: Instant::now(),
        });
        if self.gallery.view.current != Some(index) {
            // The newest wish is another one, and comes next.
            return;
        }
        let onward = step.onward();
        match self.led_to(onward) {
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
