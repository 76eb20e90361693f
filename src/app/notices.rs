//! Messages about what went wrong, shown until they are dismissed or no longer apply.

use std::fmt::Display;
use std::time::Duration;

use super::commands::Command;
use super::wording::sentence;

/// What a message is about: it no longer applies once something else is opened there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Picture,
    Model,
    Folder,
    Pins,
    Session,
}

/// One thing that went wrong.
pub struct Notice {
    pub id: u64,
    place: Option<Place>,
    /// It disappears by itself.
    passing: bool,
    /// When, in seconds of the window's time, once it has been shown.
    ends: Option<f64>,
    pub title: String,
    pub text: String,
    /// What can be done about it: the label of a button, and its command.
    pub offer: Option<(String, Command)>,
}

/// The messages that are not dismissed, oldest first.
#[derive(Default)]
pub struct Notices {
    list: Vec<Notice>,
    next: u64,
}

/// How long a message is shown that disappears by itself, and how long it fades, in seconds.
const SHOWN_FOR: f64 = 6.0;
const FADES_FOR: f64 = 0.4;

impl Notices {
    /// Reports an error, once however often it happens.
    pub fn error(&mut self, title: &str, text: impl Display) {
        self.say(None, false, title, text);
    }

    /// Says why something was not done, where nothing has to be corrected.
    pub fn passing(&mut self, place: Place, title: &str, text: impl Display) {
        self.say(Some(place), true, title, text);
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
        self.say(Some(place), false, title, text);
    }

    /// Removes the messages about `place`: something else is open there now.
    pub fn clear(&mut self, place: Place) {
        self.list.retain(|notice| notice.place != Some(place));
    }

    fn say(&mut self, place: Option<Place>, passing: bool, title: &str, text: impl Display) {
        let text = sentence(&text.to_string());
        let mut said = self.list.iter_mut();
        if let Some(said) = said.find(|n| n.title == title && n.text == text) {
            said.ends = None;
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

    /// Reports something that a button can do something about.
    pub fn offering(
        &mut self,
        place: Place,
        title: &str,
        text: impl Display,
        offer: Option<(String, Command)>,
    ) {
        self.say(Some(place), false, title, text);
        if let Some(said) = self.list.last_mut() {
            said.offer = offer;
        }
    }

    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|notice| notice.id != id);
    }

    /// Removes the one on top.
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

    /// Drops those whose time is over; those that pass by themselves get theirs when they are first
    /// seen. `now` is the window's time in seconds. Returns when the next one begins to fade.
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
    /// 1, and less while it fades.
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
    fn a_message_goes_when_something_else_is_opened_there() {
        let mut notices = Notices::default();
        notices.not_opened(Place::Picture, "a.png is empty");
        notices.not_opened(Place::Model, "a.pt2 is empty");
        notices.error("No room", "Unpin one first");
        notices.clear(Place::Picture);
        let titles: Vec<&str> = notices.iter().map(|n| n.title.as_str()).collect();
        assert_eq!(titles, ["This model cannot be opened", "No room"]);
    }
}
