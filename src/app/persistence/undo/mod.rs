//! Undo and redo of the user's choices.
//!
//! Every frame compares the choices before and after it, so that commands and gestures need no undo
//! code of their own.

use std::collections::HashMap;
use std::sync::Arc;

use egui::Context;

use crate::engine::ModelInfo;

use crate::app::App;
use crate::app::state::State;
use choices::Choices;
use history::History;

pub(crate) mod choices;
pub(crate) mod history;

/// The maximum memory for photos that only the history holds, in bytes.
const MAX_BYTES: usize = 512 << 20;

/// Changes that arrive in many small parts and count as one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Opacity,
    View,
}

/// The history, and the choices at the end of the last frame.
#[derive(Default)]
pub struct Undo {
    history: History<Choices, Kind>,
    present: Option<Choices>,
}

impl Undo {
    pub fn can_undo(&self, state: &State) -> bool {
        self.history.can_undo(&state.choices())
    }

    pub fn can_redo(&self, state: &State) -> bool {
        self.history.can_redo(&state.choices())
    }

    /// Takes in what changed between two frames, such as a file that was opened or a class that was
    /// predicted. This is not an undo step, because the user did not choose it.
    pub fn take_in_changes(&mut self, state: &State) {
        let now = state.choices();
        let photo = |choices: &Choices| choices.live.photo.as_ref().map(|photo| photo.id);
        let present = self.present.as_ref();
        if present.is_some_and(|present| photo(present) != photo(&now)) {
            for state in self.history.states_mut() {
                state.live = now.live.clone();
            }
        }
        self.present = Some(now);
    }

    /// Records what changed within a frame as an undo step, because the user chose it.
    pub fn record_changes(&mut self, ctx: &Context, state: &State) {
        let now = state.choices();
        let (time, pressed) = ctx.input(|i| (i.time, i.pointer.any_down()));
        if let Some(before) = self.present.take() {
            let kind = kind(&before, &now);
            self.history.record(&before, &now, kind, time);
            if before != now {
                self.limit_memory(&now);
            }
        }
        if pressed {
            self.history.hold(time);
        } else if ctx.input(|i| i.pointer.any_released()) {
            self.history.seal();
        }
        self.present = Some(now);
    }

    /// Records a choice that took more than one frame, such as a changed model usage.
    pub fn record_step(&mut self, before: &Choices, state: &State) {
        let now = state.choices();
        self.history.record(before, &now, None, 0.0);
        self.present = Some(now);
    }

    /// The models in the history, including those that a choice in the current frame may have
    /// removed.
    pub fn models(&self) -> impl Iterator<Item = &Arc<ModelInfo>> {
        let states = self.history.states().chain(&self.present);
        states.flat_map(|state| {
            let sides = state.sides.iter().filter_map(|side| side.model.as_ref());
            sides.chain(state.pins.iter().map(|pin| &pin.subject.model))
        })
    }
}

type Step = fn(&mut History<Choices, Kind>, &Choices) -> Option<Choices>;

impl App {
    /// Undoes the last choice.
    pub(crate) fn step_back(&mut self) {
        self.walk_history(History::undo);
    }

    /// Redoes the choice that was undone last.
    pub(crate) fn step_forward(&mut self) {
        self.walk_history(History::redo);
    }

    /// Steps until something visible changes. Choices for a model that is no longer open may change
    /// nothing.
    fn walk_history(&mut self, step: Step) {
        let now = self.state.choices();
        while let Some(choices) = step(&mut self.persistence.undo.history, &now) {
            self.restore(choices);
            if self.state.choices() != now {
                break;
            }
        }
    }

    fn restore(&mut self, mut choices: Choices) {
        // Pins of a closed model cannot be computed.
        let open = self.open_models();
        choices
            .pins
            .retain(|pin| open.contains(&pin.subject.model.id));
        let of = |state: &State| (state.photo.as_ref().map(|photo| photo.id), state.truth);
        let (photo, truth) = of(&self.state);
        self.state.restore(&choices);
        let now = of(&self.state);
        if now.0 == photo && now.1 != truth {
            // The folder, and what is remembered of it, follow.
            self.note_truth(now.1);
        }
        self.panels.channels.forget();
        self.close_unused_models();
        self.ask();
        self.persistence.undo.present = Some(self.state.choices());
    }

    pub(crate) fn record_step(&mut self, before: &Choices) {
        self.persistence.undo.record_step(before, &self.state);
    }
}

impl Undo {
    /// Drops the oldest steps until the photos that only the history holds fit in [`MAX_BYTES`].
    fn limit_memory(&mut self, now: &Choices) {
        while self.bytes_held_besides(now) > MAX_BYTES && self.history.forget_oldest() {}
    }

    fn bytes_held_besides(&self, now: &Choices) -> usize {
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

/// The ids and sizes in bytes of the photos that a state holds.
fn photos(choices: &Choices) -> impl Iterator<Item = (u64, usize)> {
    let pins = choices.pins.iter().map(|pin| &pin.subject.photo);
    let photos = pins.chain(&choices.live.photo);
    photos.map(|photo| (photo.id, photo.bytes()))
}

/// The kind of change, if only one thing changed that may go on changing in the next frame.
fn kind(before: &Choices, after: &Choices) -> Option<Kind> {
    let mut with_opacity = before.clone();
    with_opacity.style.opacity = after.style.opacity;
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
    use crate::app::state::view_options::Opacity;

    #[test]
    fn distinguishes_slider_and_zoom_from_other_choices() {
        let before = State::default().choices();
        let change = |change: fn(&mut State)| {
            let mut state = State::default();
            change(&mut state);
            kind(&before, &state.choices())
        };
        assert_eq!(
            change(|s| s.options.style.opacity = Opacity(3)),
            Some(Kind::Opacity)
        );
        assert_eq!(change(|s| s.view.zoom = 2.0), Some(Kind::View));
        assert_eq!(change(|s| s.options.style.common_scale = true), None);
    }

    #[test]
    fn limits_the_memory_of_photos_held_only_by_the_history() {
        let mut undo = Undo::default();
        let mut now = State::default().choices();
        for step in 0..20 {
            let before = now.clone();
            // 48 MB each: the history may hold ten of them besides the current one.
            let picture = RgbImage::new(4000, 4000);
            now.live.photo = Some(Arc::new(Photo::from_rgb("p".into(), picture)));
            undo.history.record(&before, &now, None, f64::from(step));
            undo.limit_memory(&now);
        }
        let held = undo.bytes_held_besides(&now);
        assert!(held <= MAX_BYTES, "{held} bytes");
        assert!(undo.history.states().count() > 5);
    }
}
