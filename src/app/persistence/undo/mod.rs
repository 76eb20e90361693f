//! Undo and redo of what was chosen. Every frame compares the choices before and after it, so that
//! no command and no gesture has to say that it can be undone.

use std::collections::HashMap;
use std::sync::Arc;

use egui::Context;

use crate::engine::ModelInfo;

use crate::app::App;
use choices::Choices;
use history::History;

pub(crate) mod choices;
pub(crate) mod history;

/// Memory that pictures may take which nothing but the history holds, in bytes.
const MAX_BYTES: usize = 512 << 20;

/// Changes that come by many small ones and are one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Opacity,
    View,
}

/// The history, and the choices as the last frame left them.
#[derive(Default)]
pub struct Undo {
    history: History<Choices, Kind>,
    present: Option<Choices>,
}

impl App {
    pub(crate) fn can_undo(&self) -> bool {
        self.undo.history.can_undo(&self.state.choices())
    }

    pub(crate) fn can_redo(&self) -> bool {
        self.undo.history.can_redo(&self.state.choices())
    }

    /// Takes the last choice back.
    pub(crate) fn step_back(&mut self) {
        self.walk_history(History::undo);
    }

    /// Takes up again what was taken back last.
    pub(crate) fn step_forward(&mut self) {
        self.walk_history(History::redo);
    }

    /// Walks until something is seen to change: of what was chosen before a model that is closed by
    /// now, nothing may be left.
    fn walk_history(&mut self, step: fn(&mut History<Choices, Kind>, &Choices) -> Option<Choices>) {
        let now = self.state.choices();
        while let Some(choices) = step(&mut self.undo.history, &now) {
            self.restore(choices);
            if self.state.choices() != now {
                break;
            }
        }
    }

    fn restore(&mut self, mut choices: Choices) {
        // A model that is closed cannot answer for its pins.
        let open = self.open_models();
        choices
            .pins
            .retain(|pin| open.contains(&pin.subject.model.id));
        self.state.restore(&choices);
        self.forget_channel_pictures();
        self.close_unused_models();
        self.ask();
        self.undo.present = Some(self.state.choices());
    }

    /// What changed by itself between two frames is no step: a file that was opened, the class that
    /// a model answers.
    pub(crate) fn take_in_changes(&mut self) {
        let now = self.state.choices();
        let undo = &mut self.undo;
        let photo = |choices: &Choices| choices.live.photo.as_ref().map(|photo| photo.id);
        if undo
            .present
            .as_ref()
            .is_some_and(|p| photo(p) != photo(&now))
        {
            for state in undo.history.states_mut() {
                state.live = now.live.clone();
            }
        }
        undo.present = Some(now);
    }

    /// What changed within a frame was asked for by a person.
    pub(crate) fn record_changes(&mut self, ctx: &Context) {
        let now = self.state.choices();
        let (time, pressed) = ctx.input(|i| (i.time, i.pointer.any_down()));
        let undo = &mut self.undo;
        if let Some(before) = undo.present.take() {
            let kind = kind(&before, &now);
            undo.history.record(&before, &now, kind, time);
            if before != now {
                undo.bound(&now);
            }
        }
        if pressed {
            undo.history.hold(time);
        } else if ctx.input(|i| i.pointer.any_released()) {
            undo.history.seal();
        }
        undo.present = Some(now);
    }

    /// A choice that took its time, as when a model is used otherwise: it is a step from `before`.
    pub(crate) fn record_step(&mut self, before: &Choices) {
        let now = self.state.choices();
        self.undo.history.record(before, &now, None, 0.0);
        self.undo.present = Some(now);
    }

    /// The models that the history speaks of, with what a choice in this very frame may leave.
    pub(crate) fn models_gone_by(&self) -> impl Iterator<Item = &Arc<ModelInfo>> {
        let states = self.undo.history.states().chain(&self.undo.present);
        states.flat_map(|state| {
            let sides = state.sides.iter().filter_map(|side| side.model.as_ref());
            sides.chain(state.pins.iter().map(|pin| &pin.subject.model))
        })
    }

    /// Nothing before this can be gone back to.
    pub(crate) fn forget_steps(&mut self) {
        self.undo = Undo::default();
    }
}

impl Undo {
    /// Forgets steps until the pictures that only they hold are few.
    fn bound(&mut self, now: &Choices) {
        while self.bytes_beside(now) > MAX_BYTES && self.history.forget_oldest() {}
    }

    fn bytes_beside(&self, now: &Choices) -> usize {
        let mut held = HashMap::new();
        for state in self.history.states() {
            held.extend(photos(state));
        }
        for (shown, _) in photos(now) {
            held.remove(&shown);
        }
        held.values().sum()
    }
}

/// Ids and sizes of the pictures that a state holds.
fn photos(choices: &Choices) -> impl Iterator<Item = (u64, usize)> {
    let pins = choices.pins.iter().map(|pin| &pin.subject.photo);
    let photos = pins.chain(&choices.live.photo);
    photos.map(|photo| (photo.id, photo.rgb.as_raw().len()))
}

/// What alone has changed, where that may go on in the next frame.
fn kind(before: &Choices, after: &Choices) -> Option<Kind> {
    let with_opacity = Choices {
        opacity: after.opacity,
        ..before.clone()
    };
    if with_opacity == *after {
        return Some(Kind::Opacity);
    }
    let with_view = Choices {
        zoom: after.zoom,
        centre: after.centre,
        ..before.clone()
    };
    (with_view == *after).then_some(Kind::View)
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use crate::picture::photo::decode::Photo;

    use super::*;
    use crate::app::state::{Opacity, State};

    #[test]
    fn a_slider_and_a_gesture_are_told_from_a_choice() {
        let before = State::default().choices();
        let change = |change: fn(&mut State)| {
            let mut state = State::default();
            change(&mut state);
            kind(&before, &state.choices())
        };
        assert_eq!(change(|s| s.opacity = Opacity(3)), Some(Kind::Opacity));
        assert_eq!(change(|s| s.view.zoom = 2.0), Some(Kind::View));
        assert_eq!(change(|s| s.common_scale = true), None);
    }

    #[test]
    fn pictures_that_only_the_history_holds_are_bounded() {
        let mut undo = Undo::default();
        let mut now = State::default().choices();
        for step in 0..20 {
            let before = now.clone();
            // 48 MB each, of which ten may be held besides the one that is shown.
            let picture = RgbImage::new(4000, 4000);
            now.live.photo = Some(Arc::new(Photo::from_rgb("p".into(), picture)));
            undo.history.record(&before, &now, None, f64::from(step));
            undo.bound(&now);
        }
        let held = undo.bytes_beside(&now);
        assert!(held <= MAX_BYTES, "{held} bytes");
        assert!(undo.history.states().count() > 5);
    }
}
