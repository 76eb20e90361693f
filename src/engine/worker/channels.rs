//! The channels behind one map. They are requested separately from the panels, and only a newer call
//! for channels overtakes them.

use std::sync::Arc;
use std::time::Instant;

use super::models::Models;
use crate::engine::reply::{Reply, caught};
use crate::engine::session::target::resolve_layer;
use crate::engine::shared::Shared;
use crate::engine::{Error, Request, Stage};
use crate::explain::{Channels, Score};

/// A request for the channels behind one map.
pub(crate) struct ChannelsCall {
    /// Counts the calls; the newest has the highest number.
    pub turn: u64,
    pub request: Request,
    pub reply: Reply<Arc<Channels>>,
}

impl ChannelsCall {
    pub(crate) fn answer(mut self, models: &mut Models, shared: &Shared) {
        let found = caught(|| self.find(models, shared));
        if let Err(Error::Panicked(_)) = found {
            models.forget_recordings();
        }
        self.reply.send(found);
        shared.wake();
    }

    fn find(&self, models: &mut Models, shared: &Shared) -> Result<Arc<Channels>, Error> {
        let since = Instant::now();
        let mut at = |stage| {
            if !shared.is_newest_turn(self.turn) {
                return Err(Error::Overtaken);
            }
            shared.begin(stage, since);
            Ok(())
        };
        at(Stage::Channels)?;
        let request = &self.request;
        let info = Arc::clone(models.get(request.model)?.info()?);
        let layer = resolve_layer(&info, request.layer.as_deref())?;
        let (session, answer) = models.recorded(request, &mut at)?;
        let score = request.score.or_else(|| answer.top().map(Score::For));
        at(Stage::Channels)?;
        let channels = session.channels(score.ok_or(Error::NoModel)?, &layer)?;
        Ok(Arc::new(channels))
    }
}
