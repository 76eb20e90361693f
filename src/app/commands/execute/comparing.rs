//! Rows that come and go: the class that another is compared with, the second model, and the pins.

use crate::explain::Score;

use crate::app::App;
use crate::app::commands::Command;
use crate::app::state::State;
use crate::app::state::rows::{MAX_PINS, Pin, RowId, Subject};
use crate::app::ui::bars::notices::Place;

impl App {
    /// Carries out a command that changes which rows there are.
    pub(crate) fn compare(&mut self, command: Command) {
        let state = &mut self.state;
        match command {
            Command::SetRival(side, rival) => {
                let Some(side) = state.sides.get_mut(side) else {
                    return;
                };
                side.rival = rival.filter(|rival| side.class() != Some(*rival));
                if let (Some(class), Some(_)) = (side.class(), side.rival) {
                    side.score = Some(Score::For(class));
                }
                (side.choosing_rival, side.rows_stay) = (false, false);
            }
            Command::SwapClasses => {
                let side = state.side_mut();
                if let (Some(a), Some(b)) = (side.class(), side.rival) {
                    (side.score, side.rival) = (Some(Score::For(b)), Some(a));
                }
            }
            Command::StopComparing => {
                let side = state.side_mut();
                (side.rival, side.rows_stay) = (None, false);
            }
            Command::ActivateSide(side) => {
                state.active = side.min(state.sides.len() - 1);
                state.side_mut().reveal_layer = true;
                self.show_live_row();
            }
            Command::CloseSecondModel => {
                if state.sides.len() > 1 && state.sides[0].model.is_none() {
                    state.sides.remove(0);
                }
                state.sides.truncate(1);
                state.active = 0;
            }
            Command::PinView => self.pin(RowId::Side(self.state.active)),
            Command::Pin(row) => self.pin(row),
            Command::Unpin(id) => {
                state.pins.retain(|pin| pin.id != id);
                self.notices.clear(Place::Pins);
            }
            Command::UnpinAll => {
                state.pins.clear();
                self.session.forget_missing_pins();
                self.notices.clear(Place::Pins);
            }
            Command::MovePin(id, place) => {
                move_pin(state, id, place);
                self.reveal_row = Some(RowId::Pin(id));
            }
            Command::MakeLive(id) => self.make_live(id),
            _ => return,
        }
        self.close_unused_models();
        self.ask();
    }

    /// Brings the row that follows the choices into sight, where there are several.
    pub(crate) fn show_live_row(&mut self) {
        self.reveal_row = Some(RowId::Side(self.state.active));
    }

    fn pin(&mut self, row: RowId) {
        let state = &mut self.state;
        let rows = state.rows();
        let Some(row) = rows.into_iter().find(|r| r.id == row) else {
            self.notices
                .error("Nothing to pin yet", "Open an image and a model first.");
            return;
        };
        if row.subject.heat_key().is_none() {
            return;
        }
        let same = state.pins.iter().find(|pin| pin.subject == row.subject);
        if let Some(same) = same.map(|pin| pin.id) {
            self.reveal_row = Some(RowId::Pin(same));
            self.state.done = Some("This view is pinned already".to_owned());
            return;
        }
        if state.pins.len() >= MAX_PINS {
            let why = format!("{MAX_PINS} views are pinned already. Unpin one first.");
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
        self.reveal_row = Some(RowId::Pin(id));
    }

    /// The view of a pin becomes the active side's; the pin stays.
    fn make_live(&mut self, id: u64) {
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
        if state.photo.as_ref().map(|p| p.id) != Some(photo.id) {
            state.truth = None;
            for side in &mut state.sides {
                (side.score, side.rival) = (None, None);
            }
            state.photo = Some(photo);
        }
        (state.fit, state.rule) = (fit, rule);
        let open =
            |side: &crate::app::state::Side| side.model.as_ref().map(|c| c.id) == Some(model.id);
        match state.sides.iter().position(open) {
            Some(side) => state.active = side,
            None => {
                let active = state.active;
                let there = state.sides[active].model.as_ref();
                if there.map(|there| there.weights) != Some(model.weights) {
                    // Steps before this one speak of a model that is closed now.
                    self.undo = crate::app::persistence::undo::Undo::default();
                }
                state.sides[active] = crate::app::state::Side {
                    overview: model.layers.overview(),
                    model: Some(model),
                    ..crate::app::state::Side::default()
                };
            }
        }
        let side = state.side_mut();
        (side.score, side.rival) = match score {
            Some(Score::Versus { a, b }) => (Some(Score::For(a)), Some(b)),
            score => (score, None),
        };
        side.layer = layer;
        (side.reveal_layer, side.reveal_class) = (true, true);
        self.reveal_row = Some(RowId::Side(self.state.active));
    }

    /// Says what the photo is really of; where the model answers another class, the two are
    /// compared.
    pub(crate) fn set_truth(&mut self, class: Option<usize>) {
        let before = self.state.truth_everywhere();
        let known = class.and_then(|class| self.state.as_truth(class));
        if class.is_some() && known.is_none() {
            let why = "The first model has no class of that name, so it cannot be the true one.";
            self.notices.error("Not a class of both models", why);
            return;
        }
        self.state.truth = known;
        self.note_truth(known);
        // What was set up for another truth goes with it.
        let mut changed = false;
        for (side, before) in self.state.sides.iter_mut().zip(before) {
            if side.rival.is_some() && side.rival == before {
                side.rival = None;
                changed = true;
            }
        }
        for side in 0..self.state.sides.len() {
            changed |= self.compare_with_truth(side);
        }
        if changed {
            self.ask();
        }
    }

    /// Sets up "predicted versus true" for a model where they differ. Tells whether it did.
    pub(crate) fn compare_with_truth(&mut self, side: usize) -> bool {
        let active = std::mem::replace(&mut self.state.active, side);
        let compared = self.compare_active_with_truth();
        self.state.active = active;
        compared
    }

    fn compare_active_with_truth(&mut self) -> bool {
        let state = &mut self.state;
        let Some(truth) = state.truth_here() else {
            return false;
        };
        let top = state.answer().and_then(|answer| answer.top());
        let Some(top) = top.filter(|top| *top != truth) else {
            return false;
        };
        let side = state.side_mut();
        (side.score, side.rival) = (Some(Score::For(top)), Some(truth));
        side.reveal_class = true;
        true
    }
}

fn move_pin(state: &mut State, id: u64, place: usize) {
    let Some(from) = state.pins.iter().position(|pin| pin.id == id) else {
        return;
    };
    let pin = state.pins.remove(from);
    let place = place.min(state.pins.len());
    state.pins.insert(place, pin);
}
