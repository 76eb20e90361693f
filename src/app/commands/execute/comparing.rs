//! Adding and removing rows: compared classes, the second model, and pins.

use crate::explain::Score;

use crate::app::App;
use crate::app::notices::Place;
use crate::app::persistence::undo::Undo;
use crate::app::state::class_choice::ClassChoice;
use crate::app::state::rows::subject::Subject;
use crate::app::state::rows::{MAX_PINS, Pin, RowId};
use crate::app::state::sides::side::Side;

impl App {
    /// Closes models that no row needs any more, and requests the results of the new rows.
    pub(super) fn rows_changed(&mut self) {
        self.close_unused_models();
        self.ask();
    }

    /// Scrolls to the live row, if there are several rows.
    pub(crate) fn show_live_row(&mut self) {
        self.panels.rows.reveal = Some(self.state.live_row());
    }

    pub(super) fn pin(&mut self, row: RowId) {
        let state = &mut self.state;
        let rows = state.rows();
        let Some(row) = rows.into_iter().find(|r| r.id == row) else {
            self.notices
                .error("Nothing to pin yet", "Open an image and a model first.");
            return;
        };
        if row.subject.heat_key().is_none() {
            state.done.say("Not pinned: this view has no map yet");
            return;
        }
        let name = row.subject.score_name();
        let same = state.pins.iter().find(|pin| pin.subject == row.subject);
        if let Some(same) = same.map(|pin| pin.id) {
            self.panels.rows.reveal = Some(RowId::Pin(same));
            self.say_of_pin("This view is already pinned".to_owned());
            return;
        }
        if state.pins.len() >= MAX_PINS {
            let why = format!("{MAX_PINS} views are already pinned. Unpin one first.");
            self.notices
                .passing(Place::Pins, "No room for another pin", why);
            return;
        }
        let id = state.next_pin;
        state.next_pin += 1;
        state.pins.push(Pin {
            id,
            subject: row.subject,
        });
        self.panels.rows.reveal = Some(RowId::Pin(id));
        // What is said would end with the next request.
        self.rows_changed();
        self.say_of_pin(format!("Pinned {name}"));
    }

    /// Says what became of a pin; while one panel fills the stage, which shows none, also where the pins are.
    fn say_of_pin(&mut self, what: String) {
        let state = &mut self.state;
        state.done.say(if state.large.is_some() {
            format!("{what}. Pins are rows below all panels: press Esc")
        } else {
            what
        });
    }

    pub(super) fn unpin(&mut self, id: u64) {
        self.state.pins.retain(|pin| pin.id != id);
        self.notices.clear(Place::Pins);
        self.rows_changed();
    }

    pub(super) fn move_pin(&mut self, id: u64, position: usize) {
        let pins = &mut self.state.pins;
        if let Some(from) = pins.iter().position(|pin| pin.id == id) {
            let pin = pins.remove(from);
            pins.insert(position.min(pins.len()), pin);
        }
        self.panels.rows.reveal = Some(RowId::Pin(id));
        self.rows_changed();
    }

    /// Makes the view of a pin the active side's. The pin stays.
    pub(super) fn make_live(&mut self, id: u64) {
        let state = &mut self.state;
        let Some(pin) = state.pins.iter().find(|pin| pin.id == id) else {
            return;
        };
        let Subject {
            photo,
            model,
            fit,
            score,
            layer,
            rule,
        } = pin.subject.clone();
        state.options.decoding = photo.decoding;
        if state.photo.as_ref().map(|p| p.id) != Some(photo.id) {
            state.truth = None;
            for side in state.sides.iter_mut() {
                side.choice = ClassChoice::default();
            }
            state.photo = Some(photo);
        }
        (state.options.fit, state.options.rule) = (fit, rule);
        let open = |side: &Side| side.model.as_ref().map(|m| m.id) == Some(model.id);
        match state.sides.iter().position(open) {
            Some(side) => state.sides.activate(side),
            None => {
                let old = state.side().model.as_ref();
                if old.map(|old| old.weights) != Some(model.weights) {
                    // Earlier undo steps belong to a model that is closed now.
                    self.persistence.undo = Undo::default();
                }
                *state.side_mut() = Side::of(model);
            }
        }
        let side = state.side_mut();
        side.choice = match score {
            Some(score) => ClassChoice::Chosen(score.into()),
            None => ClassChoice::default(),
        };
        side.layer = layer;
        side.scroll_to_layer.send();
        side.scroll_to_class.send();
        self.show_live_row();
    }

    /// Sets the true class of the photo. If the model predicts another one, the two are compared.
    pub(crate) fn set_truth(&mut self, class: Option<usize>) {
        let before = self.state.truth_everywhere();
        let known = class.and_then(|class| self.state.as_truth(class));
        if class.is_some() && known.is_none() {
            let why =
                "The first model has no class with that name, so it cannot be the true class.";
            self.notices.error("Not a class of both models", why);
            return;
        }
        self.state.truth = known;
        self.note_truth(known);
        // A comparison with the old true class ends.
        let mut changed = false;
        for (side, before) in self.state.sides.iter_mut().zip(before) {
            if side.rival().is_some() && side.rival() == before {
                side.choice = side.choice.with_rival(None);
                changed = true;
            }
        }
        for side in 0..self.state.sides.count() {
            changed |= self.compare_with_truth(side);
        }
        if changed {
            self.ask();
        }
    }

    /// Compares the predicted class with the true one if they differ. Returns whether they do.
    pub(crate) fn compare_with_truth(&mut self, index: usize) -> bool {
        let state = &mut self.state;
        let truth = state.truth_everywhere().get(index).copied().flatten();
        let subject = state.sides.get(index).and_then(|s| state.subject_of(s));
        let prediction = subject.and_then(|s| state.results.prediction(&s).cloned());
        let top = prediction.and_then(|prediction| prediction.top());
        let (Some(truth), Some(top)) = (truth, top) else {
            return false;
        };
        let Some(side) = state.sides.get_mut(index).filter(|_| top != truth) else {
            return false;
        };
        let versus = Score::Versus { a: top, b: truth };
        side.choice = ClassChoice::Chosen(versus.into());
        side.scroll_to_class.send();
        true
    }
}
