//! The usual preprocessings of a model on one photo, side by side. They are run one after another on the
//! same weights, without a recording, and only a newer call overtakes them.

use std::sync::Arc;
use std::time::Instant;

use super::models::Models;
use crate::engine::reply::{Reply, caught};
use crate::engine::shared::Shared;
use crate::engine::{Error, Stage, Trial};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

/// A request to try the usual preprocessings.
pub(crate) struct TrialsCall {
    /// The id of the model.
    pub model: u64,
    pub photo: Arc<Photo>,
    pub fit: Fit,
    pub reply: Reply<Arc<Vec<Trial>>>,
}

impl TrialsCall {
    pub(crate) fn answer(mut self, models: &mut Models, shared: &Shared) {
        let since = Instant::now();
        let found = caught(|| {
            let session = models.get(self.model)?;
            let wanted = &mut || {
                if self.reply.is_open() {
                    shared.begin(Stage::Forward, since);
                    Ok(())
                } else {
                    Err(Error::Overtaken)
                }
            };
            Ok(Arc::new(session.try_preprocessings(
                &self.photo,
                self.fit,
                wanted,
            )?))
        });
        self.reply.send(found);
        shared.wake();
    }
}
