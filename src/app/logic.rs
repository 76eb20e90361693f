//! What happens between two frames: finished work is taken in, new work is sent. It runs while the
//! window is hidden too, and draws nothing.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;

use crate::engine::{Answer, Error, Guided, HeatMap, ModelCard};
use crate::picture::decode::Photo;

use super::state::{AnswerKey, GuidedKey, HeatKey, Keyed, with_class};
use super::view::View;
use super::{App, export, open};

type Answering<T> = Promise<Result<Arc<T>, Error>>;

/// A file being opened.
pub struct Opening<T: Send + Sync + 'static> {
    pub path: PathBuf,
    pub since: Instant,
    pub promise: Answering<T>,
}

/// Everything under way.
#[derive(Default)]
pub struct Work {
    /// The newest photo asked for; an older one is forgotten.
    pub photo: Option<Opening<Photo>>,
    /// All of them in order, since each that succeeds becomes the engine's model.
    pub models: VecDeque<Opening<ModelCard>>,
    asked: Option<Asked>,
}

/// The newest request, in its parts still to come.
struct Asked {
    key: AnswerKey,
    rule: crate::model::ReluRule,
    answer: Option<Answering<Answer>>,
    heat: Option<Answering<HeatMap>>,
    guided: Option<Answering<Guided>>,
}

impl Work {
    /// Whether the heat map of the newest request is still to come.
    fn awaits_heat(&self) -> bool {
        self.asked
            .as_ref()
            .is_some_and(|asked| asked.heat.is_some())
    }

    /// Whether anything of the newest request is still to come.
    pub fn awaits_answers(&self) -> bool {
        self.asked
            .as_ref()
            .is_some_and(|a| a.answer.is_some() || a.heat.is_some() || a.guided.is_some())
    }
}

impl App {
    /// Takes in what is finished. Called before every frame, hidden or not.
    pub fn logic(&mut self, ctx: &Context) {
        open::drain(self);
        self.drain_photo();
        self.drain_models();
        self.drain_answers();
        export::drain(self, ctx);
        self.textures.update(ctx, &self.state);
        if self.busy().is_some() {
            // The elapsed time counts on while nothing else moves.
            ctx.request_repaint_after(Duration::from_millis(100));
        }
    }

    /// Sends what is chosen now to the engine. What it knows already is shown in the same frame.
    pub fn ask(&mut self) {
        let state = &mut self.state;
        if state.layer.is_none() {
            let recommended = state
                .card
                .as_ref()
                .and_then(|card| card.layers.recommended());
            state.layer = recommended.map(|layer| layer.path.clone());
        }
        let (Some(key), Some(request)) = (state.answer_key(), state.request()) else {
            return;
        };
        state.done = None;
        let rule = request.rule;
        let Some(job) = self.engine.explain(vec![request]).jobs.pop() else {
            return;
        };
        self.work.asked = Some(Asked {
            key,
            rule,
            answer: Some(job.answer),
            heat: Some(job.heat_map),
            guided: Some(job.guided),
        });
        self.drain_answers();
    }

    /// Stops the newest request and goes back to what is shown, so that the lists and the pictures
    /// agree again.
    pub fn cancel(&mut self) {
        self.state.choosing_rival = false;
        self.work.photo = None;
        self.engine.cancel();
        let awaited_heat = self.work.awaits_heat();
        self.work.asked = None;
        let state = &mut self.state;
        let Some(key) = state.answer_key() else {
            return;
        };
        if awaited_heat
            && let Some(heat) = &state.results.heat
            && (heat.key.answer.photo, heat.key.answer.model) == (key.photo, key.model)
        {
            state.fit = heat.key.answer.fit;
            state.score = Some(heat.key.score);
            state.layer = Some(heat.key.layer.clone());
        }
        if let Some(guided) = &state.results.guided
            && Some(&guided.key.heat) == state.heat_key().as_ref()
        {
            state.rule = guided.key.rule;
        }
    }

    /// Chooses the next layer with a map, in the order of the network.
    pub fn walk_layers(&mut self, step: isize) {
        let Some(card) = &self.state.card else { return };
        let paths: Vec<&str> = card
            .layers
            .targets()
            .map(|layer| layer.path.as_str())
            .collect();
        let here = paths
            .iter()
            .position(|path| Some(*path) == self.state.layer.as_deref());
        if let Some(next) = neighbour(here, step, paths.len()) {
            self.state.layer = Some(paths[next].to_owned());
            self.state.reveal_layer = true;
            self.ask();
        }
    }

    /// Chooses the next class by rank.
    pub fn walk_classes(&mut self, step: isize) {
        let Some(answer) = self.state.answer() else {
            return;
        };
        let here = answer
            .ranking
            .iter()
            .position(|class| Some(*class) == self.state.class());
        if let Some(next) = neighbour(here, step, answer.ranking.len()) {
            self.state.score = Some(with_class(self.state.score, answer.ranking[next]));
            self.state.reveal_class = true;
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

    fn drain_photo(&mut self) {
        let Some(opening) = self.work.photo.take() else {
            return;
        };
        match opening.promise.try_take() {
            Ok(Ok(photo)) => {
                self.state.photo = Some(photo);
                self.state.view = View::default();
                self.state.score = None;
                self.state.choosing_rival = false;
                self.take_first_choice();
                self.ask();
            }
            Ok(Err(Error::Overtaken)) => {}
            Ok(Err(error)) => self.notices.error("This image cannot be opened", error),
            Err(promise) => self.work.photo = Some(Opening { promise, ..opening }),
        }
    }

    fn drain_models(&mut self) {
        while let Some(opening) = self.work.models.pop_front() {
            match opening.promise.try_take() {
                Ok(Ok(card)) => {
                    self.engine.keep_models(&[card.id]);
                    let state = &mut self.state;
                    state.card = Some(card);
                    state.score = None;
                    state.layer = None;
                    state.choosing_rival = false;
                    state.collapsed.clear();
                    state.layer_filter.clear();
                    state.class_search.clear();
                    state.reveal_layer = true;
                    self.take_first_choice();
                    self.ask();
                }
                Ok(Err(error)) => {
                    if !matches!(error, Error::Overtaken) {
                        self.notices.error("This model cannot be opened", error);
                    }
                    // Opening it broke off what was under way for the model that stays.
                    self.ask();
                }
                Err(promise) => {
                    self.work.models.push_front(Opening { promise, ..opening });
                    return;
                }
            }
        }
    }

    fn drain_answers(&mut self) {
        let Some(mut asked) = self.work.asked.take() else {
            return;
        };
        let results = &mut self.state.results;
        if let Some(answer) = taken(&mut asked.answer, &mut self.notices) {
            results.answer = Some(Keyed {
                key: asked.key,
                value: answer,
            });
        }
        if let Some(heat) = taken(&mut asked.heat, &mut self.notices) {
            let key = HeatKey {
                answer: asked.key,
                score: heat.score,
                layer: heat.layer.clone(),
            };
            results.heat = Some(Keyed { key, value: heat });
        }
        if let Some(guided) = taken(&mut asked.guided, &mut self.notices) {
            let layer = guided.layer.clone();
            let heat = HeatKey {
                answer: asked.key,
                score: guided.score,
                layer,
            };
            let key = GuidedKey {
                heat,
                rule: asked.rule,
            };
            results.guided = Some(Keyed { key, value: guided });
        }
        self.work.asked = Some(asked);
        self.take_models_choice();
    }
}

/// The result, if it has come. What a newer request has overtaken ends without a word.
fn taken<T: Send + Sync + 'static>(
    slot: &mut Option<Answering<T>>,
    notices: &mut super::notices::Notices,
) -> Option<Arc<T>> {
    match slot.take()?.try_take() {
        Ok(Ok(value)) => Some(value),
        // The panels say the latter themselves.
        Ok(Err(Error::Overtaken | Error::NoSpatialLayer)) => None,
        Ok(Err(error)) => {
            notices.error("This could not be computed", error);
            None
        }
        Err(promise) => {
            *slot = Some(promise);
            None
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
