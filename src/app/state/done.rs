//! What the status bar says of the last thing done, for some seconds.

use std::time::Duration;

/// How long a message is shown and how long it fades, in seconds.
const SHOWN_FOR: f64 = 8.0;
const FADES_FOR: f64 = 0.4;

/// The message, if there is one.
#[derive(Debug, Default)]
pub struct Done {
    text: String,
    /// When it disappears, in seconds of the window's time, once it has been shown.
    ends: Option<f64>,
}

impl Done {
    /// Says this in place of what was said before.
    pub fn say(&mut self, text: impl Into<String>) {
        *self = Done {
            text: text.into(),
            ends: None,
        };
    }

    pub fn clear(&mut self) {
        *self = Done::default();
    }

    /// The message, and its opacity: 1, or less while it fades.
    pub fn message(&self, now: f64) -> Option<(&str, f32)> {
        let strength = self.ends.map_or(1.0, |ends| {
            ((ends - now) / FADES_FOR).clamp(0.0, 1.0) as f32
        });
        (!self.text.is_empty()).then_some((self.text.as_str(), strength))
    }

    /// Drops the message once its time is up, which starts when it is first shown. `now` is the window's time in
    /// seconds. Returns how long until it changes.
    pub fn expire(&mut self, now: f64) -> Option<Duration> {
        if self.text.is_empty() {
            return None;
        }
        let ends = *self.ends.get_or_insert(now + SHOWN_FOR);
        if ends <= now {
            self.clear();
            return None;
        }
        Some(Duration::from_secs_f64((ends - FADES_FOR - now).max(0.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_for_some_seconds_and_then_fades() {
        let mut done = Done::default();
        assert!(done.expire(1.0).is_none());
        done.say("Saved a.png");
        let left = done.expire(10.0).unwrap();
        assert!((left.as_secs_f64() - (SHOWN_FOR - FADES_FOR)).abs() < 1e-6);
        assert_eq!(done.message(10.0), Some(("Saved a.png", 1.0)));
        let fading = 10.0 + SHOWN_FOR - FADES_FOR / 2.0;
        assert_eq!(done.expire(fading), Some(Duration::ZERO));
        assert!(done.message(fading).unwrap().1 < 0.6);
        // Another message has its whole time.
        done.say("Copied b.png");
        assert!(done.expire(fading).is_some());
        assert_eq!(done.message(fading), Some(("Copied b.png", 1.0)));
        assert!(done.expire(fading + SHOWN_FOR).is_none());
        assert_eq!(done.message(fading + SHOWN_FOR), None);
    }
}
