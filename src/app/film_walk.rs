//! Walking from picture to picture by key: through those in view, in their order, and past what
//! cannot be opened, whether that is known beforehand or only seen on the way.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::engine::Error;
use crate::folder::Sort;

use super::App;
use super::film::Reveal;
use super::notices::Place;

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

/// How long a word about what was passed over stands.
const SAID_FOR: Duration = Duration::from_secs(8);

/// Pictures that a step has passed over since they turned out to be none.
#[derive(Debug, Clone)]
pub struct PassedOver {
    last: String,
    count: usize,
    at: Instant,
}

impl PassedOver {
    fn words(&self) -> String {
        match self.count {
            1 => format!("Passed over {}, which cannot be opened", self.last),
            count => format!("Passed over {count} pictures that cannot be opened"),
        }
    }
}

impl App {
    /// Opens the picture that `step` leads to from the current one.
    pub(super) fn step(&mut self, step: Step) {
        if let Some(index) = self.led_to(step) {
            self.film_view.stop_opening();
            self.film_view.walking = Some(step);
            self.open_picture(index);
        }
    }

    fn led_to(&self, step: Step) -> Option<usize> {
        let roll = &self.film.roll;
        let order = roll.order();
        let here = self.film_view.current;
        let place = here.and_then(|index| order.iter().position(|other| *other == index));
        // A picture that is not in view stands between those that are.
        let after = here.map_or(0, |index| match roll.sort() {
            Sort::Name => order.partition_point(|other| *other < index),
            _ => 0,
        });
        let readable = |place: &usize| roll.entries()[order[*place]].unreadable.is_none();
        let found = match step {
            Step::First => (0..order.len()).find(readable),
            Step::Last => (0..order.len()).rev().find(readable),
            Step::Next => (place.map_or(after, |place| place + 1)..order.len()).find(readable),
            Step::Previous => (0..place.unwrap_or(after)).rev().find(readable),
        };
        found.map(|place| order[place])
    }

    /// The photo that was to be opened is there.
    pub(super) fn photo_stands(&mut self, path: &Path) {
        self.notices.is_taken(Place::Picture);
        if let Some(index) = self.film.roll.find(path) {
            self.film.set_unreadable(index, None);
        }
    }

    /// It cannot be opened. Whoever walks goes on past it; who asked for this one is told.
    pub(super) fn photo_failed(&mut self, path: &Path, error: &Error) {
        let index = self.film.roll.find(path);
        if let (Some(index), Error::Picture(error)) = (index, error) {
            self.film.set_unreadable(index, Some(error.to_string()));
        }
        match (index, self.film_view.walking) {
            (Some(index), Some(step)) => self.pass_over(index, step),
            _ => self.notices.not_opened(Place::Picture, error),
        }
    }

    fn pass_over(&mut self, index: usize, step: Step) {
        let before = self.film_view.passed_over.take();
        self.film_view.passed_over = Some(PassedOver {
            last: self.film.roll.entries()[index].name.clone(),
            count: before.map_or(0, |before| before.count) + 1,
            at: Instant::now(),
        });
        if self.film_view.current != Some(index) {
            // The newest wish is another one, and comes next.
            return;
        }
        let onward = step.onward();
        match self.led_to(onward) {
            Some(next) => {
                self.film_view.walking = Some(onward);
                self.open_picture(next);
            }
            None => {
                self.film_view.walking = None;
                self.find_current();
                self.film_view.reveal = self.film_view.current.map(Reveal::Picture);
            }
        }
    }

    /// What was passed over a moment ago, in words, and for how long that is still to be said.
    pub(super) fn passed_over_words(&self) -> Option<(String, Duration)> {
        let passed = self.film_view.passed_over.as_ref()?;
        let left = SAID_FOR.checked_sub(passed.at.elapsed())?;
        Some((passed.words(), left))
    }
}
