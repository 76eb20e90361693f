//! What happens between two frames: finished work is taken in, new work is sent. It runs while the
//! window is hidden too, and draws nothing.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::Context;
use poll_promise::Promise;

use crate::engine::{Error, ModelInfo, resolve_layer};
use crate::explain::Channels;
use crate::model;
use crate::model::error::Fault;
use crate::picture::photo::decode::Photo;

use super::App;
use super::state::results::HeatKey;
use super::state::rows::RowId;
use super::state::viewport::View;
use super::state::{Side, with_class};
use super::ui::bars::notices::Place;
use super::ui::dialogs::architecture_ui::Choosing;
use super::ui::kit::widgets::BUSY_STEP;
use super::ui::side_panels::usage_ui::Draft;
use explain::Asked;

pub(crate) mod background;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod first_choice;
pub(crate) mod open;

pub type Answering<T> = Promise<Result<Arc<T>, Error>>;

/// A file being opened.
pub struct Opening<T: Send + Sync + 'static> {
    pub path: PathBuf,
    pub since: Instant,
    pub promise: Answering<T>,
}

/// A model being opened, and the side it is for.
pub struct OpeningModel {
    pub side: usize,
    /// It is the side's own model of this id, used otherwise: what is chosen of it stays.
    pub reopened: Option<u64>,
    /// How it is opened was not asked for in this window: where that does not fit, the file is opened
    /// as it is.
    pub remembered: bool,
    pub opening: Opening<ModelInfo>,
}

/// Everything under way.
#[derive(Default)]
pub struct Work {
    /// The newest photo asked for; an older one is forgotten.
    pub photo: Option<Opening<Photo>>,
    /// All of them in order.
    pub models: VecDeque<OpeningModel>,
    pub asked: Option<Asked>,
    pub channels: Option<(HeatKey, Answering<Channels>)>,
}

impl App {
    /// Takes in what is finished. Called before every frame, hidden or not.
    pub fn logic(&mut self, ctx: &Context) {
        open::drain(self);
        self.drain_photo();
        self.drain_models();
        self.drain_answers();
        self.drain_gallery(ctx);
        export::drain(self, ctx);
        self.drain_session(ctx);
        self.take_in_changes();
        self.remember(ctx);
        self.textures.update(ctx, &self.state);
        if self.busy().is_some() {
            // The elapsed time counts on while nothing else moves.
            ctx.request_repaint_after(BUSY_STEP);
        }
    }

    /// Chooses the next layer with a map, in the order of the network.
    pub fn walk_layers(&mut self, step: isize) {
        let side = self.state.side_mut();
        let Some(model) = &side.model else { return };
        let paths: Vec<&str> = model
            .layers
            .targets()
            .map(|layer| layer.path.as_str())
            .collect();
        let chosen = side.layers();
        let here = paths
            .iter()
            .position(|path| chosen.first().is_some_and(|first| first == path));
        if let Some(next) = neighbour(here, step, paths.len()) {
            side.layer = Some(paths[next].to_owned());
            side.reveal_layer = true;
            self.show_live_row();
            self.ask();
        }
    }

    /// Chooses the next class by rank.
    pub fn walk_classes(&mut self, step: isize) {
        let Some(answer) = self.state.answer().cloned() else {
            return;
        };
        let side = self.state.side_mut();
        let here = answer
            .ranking
            .iter()
            .position(|class| Some(*class) == side.class());
        if let Some(next) = neighbour(here, step, answer.ranking.len()) {
            side.score = Some(with_class(side.score, answer.ranking[next]));
            side.reveal_class = true;
            self.show_live_row();
            self.ask();
        }
    }

    /// Magnifies all panels about their middle.
    pub fn zoom_by(&mut self, factor: f32) {
        if let Some((panel, picture)) = self.frame {
            self.state
                .view
                .zoom_at(panel, picture, panel.center(), factor);
        }
    }

    /// Moves the picture in all panels by a fifth of a panel towards `direction`.
    pub fn pan_by(&mut self, direction: egui::Vec2) {
        if let Some((panel, picture)) = self.frame {
            let delta = direction * panel.size() * 0.2;
            self.state.view.pan(panel, picture, delta);
        }
    }

    /// The models that a row asks of, or soon will.
    pub fn open_models(&self) -> Vec<u64> {
        let state = &self.state;
        let sides = state.sides.iter().filter_map(|side| side.model.as_ref());
        let pins = state.pins.iter().map(|pin| &pin.subject.model);
        let coming = self.session.models();
        let now: Vec<(u64, u64)> = sides
            .chain(pins)
            .chain(coming)
            .map(|model| (model.id, model.weights))
            .collect();
        // What undo may take up again on weights that are in memory anyhow.
        let gone_by = self.models_gone_by();
        let gone_by =
            gone_by.filter(|model| now.iter().any(|(_, weights)| *weights == model.weights));
        let gone_by = gone_by.map(|model| model.id);
        gone_by.chain(now.iter().map(|(id, _)| *id)).collect()
    }

    /// Frees all other models.
    pub fn close_unused_models(&mut self) {
        // One that has just been opened is in nobody's hands yet.
        if !self.work.models.is_empty() || self.session.is_opening() {
            return;
        }
        self.engine.keep_models(&self.open_models());
    }

    /// Opens the file of weights that is waiting as that network, or not at all.
    pub fn take_architecture(&mut self, name: Option<String>) {
        if let (Some(Choosing { side, path, .. }), Some(name)) = (self.choosing.pop_front(), name) {
            open::model_as(self, path, side, Some(name));
        }
    }

    fn drain_photo(&mut self) {
        let Some(opening) = self.work.photo.take() else {
            return;
        };
        match opening.promise.try_take() {
            Ok(Ok(photo)) => {
                self.photo_stands(&photo.path);
                self.state.photo = Some(photo);
                self.state.truth = None;
                self.state.view = View::default();
                for side in &mut self.state.sides {
                    side.rows_stay = side.is_comparing();
                    (side.score, side.rival) = (None, None);
                    side.choosing_rival = false;
                }
                self.take_first_choice();
                self.ask();
            }
            Ok(Err(Error::Overtaken)) => {}
            Ok(Err(error)) => self.photo_failed(&opening.path, &error),
            Err(promise) => self.work.photo = Some(Opening { promise, ..opening }),
        }
    }

    fn drain_models(&mut self) {
        while let Some(OpeningModel {
            side,
            reopened,
            remembered,
            opening,
        }) = self.work.models.pop_front()
        {
            match opening.promise.try_take() {
                Ok(Ok(model)) => {
                    self.notices.clear(Place::Model);
                    let state = &mut self.state;
                    let side = side.min(state.sides.len());
                    let there = state.sides.get(side).and_then(|side| side.model.as_ref());
                    if reopened.is_some() && there.map(|model| model.id) != reopened {
                        // Another stands there by now.
                        self.close_unused_models();
                        continue;
                    }
                    if side == state.sides.len() {
                        state.sides.push(Side::default());
                    }
                    let choices = state.choices();
                    let mut before = match reopened {
                        Some(_) => std::mem::take(&mut state.sides[side]),
                        None => Side {
                            reveal_layer: true,
                            ..Side::default()
                        },
                    };
                    // At another size a layer may have no map left.
                    if resolve_layer(&model, before.layer.as_deref()).is_err() {
                        before.layer = resolve_layer(&model, None).ok();
                    }
                    state.sides[side] = Side {
                        overview: model.layers.overview(),
                        tree_of: reopened.map(|_| model.id),
                        model: Some(model),
                        ..before
                    };
                    state.active = side;
                    if reopened.is_some() {
                        self.record_step(&choices);
                    }
                    if self.state.sides.len() > 1 {
                        self.reveal_row = Some(RowId::Side(side));
                    }
                    self.close_unused_models();
                    self.take_first_choice();
                    self.ask();
                }
                Ok(Err(error)) => {
                    if reopened.is_some() {
                        self.draft = Draft::default();
                    }
                    match error {
                        Error::Overtaken => {}
                        _ if remembered => open::model_as(self, opening.path, side, None),
                        Error::Model(model::Error::File {
                            fault: Fault::SeveralArchitectures(candidates),
                            path,
                        }) => {
                            // Another for the same place is what is wanted now.
                            self.choosing.retain(|other| other.side != side);
                            self.choosing.push_back(Choosing {
                                side,
                                path,
                                candidates,
                            });
                        }
                        error => self.notices.not_opened(Place::Model, error),
                    }
                    // Opening it broke off what was under way for the models that stay.
                    self.ask();
                }
                Err(promise) => {
                    let opening = Opening { promise, ..opening };
                    self.work.models.push_front(OpeningModel {
                        side,
                        reopened,
                        remembered,
                        opening,
                    });
                    return;
                }
            }
        }
    }
}

/// Where a step leads from `here`, or the first where nothing is chosen; `None` past either end.
fn neighbour(here: Option<usize>, step: isize, count: usize) -> Option<usize> {
    let next = match here {
        Some(here) => here.checked_add_signed(step)?,
        None => 0,
    };
    (next < count).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::neighbour;

    #[test]
    fn a_walk_stops_at_both_ends() {
        assert_eq!(neighbour(Some(1), 1, 3), Some(2));
        assert_eq!(neighbour(Some(2), 1, 3), None);
        assert_eq!(neighbour(Some(0), -1, 3), None);
        assert_eq!(neighbour(None, -1, 3), Some(0));
        assert_eq!(neighbour(None, 1, 0), None);
    }
}
