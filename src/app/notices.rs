//! Notices about problems, shown until they are dismissed or no longer apply.

use std::collections::HashSet;
use std::fmt::Display;
use std::time::Duration;

use super::commands::Command;
use super::wording::sentence;

/// What a notice is about. It no longer applies once something else of this kind is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Picture,
    Model,
    Folder,
    Pins,
    Session,
}

/// One problem.
pub struct Notice {
    pub id: u64,
    place: Option<Place>,
    /// Whether it disappears by itself.
    pub passing: bool,
    /// When it disappears, in seconds of the window's time, once it has been shown.
    ends: Option<f64>,
    pub title: String,
    pub text: String,
    /// A remedy: the label of a button, and its command.
    pub offer: Option<(String, Command)>,
}

/// The notices that have not been dismissed, oldest first.
#[derive(Default)]
pub struct Notices {
    list: Vec<Notice>,
    next: u64,
    /// What has been said once, and will not be said again.
    said: HashSet<String>,
}

/// How long a passing notice is shown and how long it fades, in seconds.
const SHOWN_FOR: f64 = 6.0;
const FADES_FOR: f64 = 0.4;

impl Notices {
    /// Reports an error. The same error is shown only once, however often it occurs.
    pub fn error(&mut self, title: &str, text: impl Display) {
        self.add(None, false, title, text);
    }

    /// Explains why something was not done. Disappears by itself, because no action is needed.
    pub fn passing(&mut self, place: Place, title: &str, text: impl Display) {
        self.add(Some(place), true, title, text);
    }

    /// As [`Notices::passing`], and never again.
    pub fn once(&mut self, place: Place, title: &str, text: impl Display) {
        let text = text.to_string();
        if self.said.insert(text.clone()) {
            self.passing(place, title, text);
        }
    }

    /// Reports what could not be opened.
    pub fn not_opened(&mut self, place: Place, text: impl Display) {
        let title = match place {
            Place::Picture => "This image cannot be opened",
            Place::Model => "This model cannot be opened",
            Place::Folder => "This folder cannot be opened",
            Place::Pins => "This view cannot be pinned",
            Place::Session => "This session cannot be opened",
        };
        self.add(Some(place), false, title, text);
    }

    /// Reports what is wrong with something beside what was opened.
    pub fn not_used(&mut self, place: Place, title: &str, text: impl Display) {
        self.add(Some(place), false, title, text);
    }

    /// Removes the notices about `place`, because something else is open there now.
    pub fn clear(&mut self, place: Place) {
        self.list.retain(|notice| notice.place != Some(place));
    }

    fn add(&mut self, place: Option<Place>, passing: bool, title: &str, text: impl Display) {
        let text = sentence(&text.to_string());
        let mut notices = self.list.iter_mut();
        if let Some(existing) = notices.find(|n| n.title == title && n.text == text) {
            existing.ends = None;
            return;
        }
        self.list.push(Notice {
            id: self.next,
            place,
            passing,
            ends: None,
            title: title.to_owned(),
            text,
            offer: None,
        });
        self.next += 1;
    }

    /// Reports a problem with a button that offers a remedy.
    pub fn offering(
        &mut self,
        place: Place,
        title: &str,
        text: impl Display,
        offer: Option<(String, Command)>,
    ) {
        self.add(Some(place), false, title, text);
        if let Some(notice) = self.list.last_mut() {
            notice.offer = offer;
        }
    }

    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|notice| notice.id != id);
    }

    /// Removes the newest notice.
    pub fn dismiss_newest(&mut self) {
        self.list.pop();
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter()
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter().rev()
    }

    /// Drops passing notices whose time is up. Their time starts when they are first shown. `now` is
    /// the window's time in seconds. Returns how long until the next one starts to fade.
    pub fn expire(&mut self, now: f64) -> Option<Duration> {
        let mut next: Option<f64> = None;
        for notice in self.list.iter_mut().filter(|notice| notice.passing) {
            let ends = *notice.ends.get_or_insert(now + SHOWN_FOR);
            let left = (ends - FADES_FOR - now).max(0.0);
            next = Some(next.map_or(left, |next| next.min(left)));
        }
        self.list
            .retain(|notice| notice.ends.is_none_or(|ends| ends > now));
        next.map(Duration::from_secs_f64)
    }
}

impl Notice {
    /// The opacity: 1, or less while the notice fades.
    pub fn strength(&self, now: f64) -> f32 {
        self.ends
            .map_or(1.0, |ends| ((ends - now) / FADES_FOR).min(1.0) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::{Notices, Place};

    #[test]
    fn the_same_error_is_reported_once_until_dismissed() {
        let mut notices = Notices::default();
        notices.error("No", "a.png is empty");
        notices.error("No", "a.png is empty");
        notices.error("No", "b.png is empty");
        assert_eq!(notices.iter().count(), 2);
        let first = notices.list[0].id;
        notices.dismiss(first);
        assert_eq!(
            notices.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(),
            ["B.png is empty"]
        );
    }

    #[test]
    fn a_notice_is_removed_when_something_else_is_opened() {
        let mut notices = Notices::default();
        notices.not_opened(Place::Picture, "a.png is empty");
        notices.not_opened(Place::Model, "a.pt2 is empty");
        notices.error("No room", "Unpin one first");
        notices.clear(Place::Picture);
        let titles: Vec<&str> = notices.iter().map(|n| n.title.as_str()).collect();
        assert_eq!(titles, ["This model cannot be opened", "No room"]);
    }
}
