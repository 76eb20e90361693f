//! The open models, one session each, and the bound on the memory of their recordings.

use std::path::Path;
use std::sync::Arc;

use crate::engine::session::{Checkpoint, Session};
use crate::engine::{Error, ModelInfo, Prediction, Request};
use crate::model::opening::Tell;
use crate::model::{OpenOptions, Usage};

/// A recording takes the memory of all activations of its model. Two are enough for the picture on
/// screen and the one it is compared with.
const MAX_RECORDINGS: usize = 2;

/// Every open model.
#[derive(Default)]
pub(crate) struct Models {
    sessions: Vec<(u64, Session)>,
}

impl Models {
    /// Opens another model, with `usage` in place of the one in the file. If that fails, the others
    /// stay as they are.
    pub(crate) fn open(
        &mut self,
        path: &Path,
        options: &OpenOptions,
        usage: Option<Usage>,
        tell: Tell,
    ) -> Result<Arc<ModelInfo>, Error> {
        let mut session = Session::keeping(MAX_RECORDINGS - 1);
        session.open_model_as(path, options, tell)?;
        if let Some(usage) = usage {
            session = session.used(usage, tell)?;
        }
        let info = Arc::clone(session.info()?);
        self.sessions.push((info.id, session));
        Ok(info)
    }

    /// Opens another model on the weights of an open one, with another usage.
    pub(crate) fn reopen(
        &mut self,
        id: u64,
        usage: Usage,
        tell: Tell,
    ) -> Result<Arc<ModelInfo>, Error> {
        let session = self.get(id)?.used(usage, tell)?;
        let info = Arc::clone(session.info()?);
        self.sessions.push((info.id, session));
        Ok(info)
    }

    pub(crate) fn close(&mut self, ids: &[u64]) {
        self.sessions.retain(|(id, _)| !ids.contains(id));
    }

    /// The session of an open model.
    pub(crate) fn get(&mut self, id: u64) -> Result<&mut Session, Error> {
        let none = self.sessions.is_empty();
        let mut sessions = self.sessions.iter_mut();
        let found = sessions
            .find(|(of, _)| *of == id)
            .map(|(_, session)| session);
        found.ok_or(if none {
            Error::NoModel
        } else {
            Error::ModelClosed
        })
    }

    /// The session of a request, with the recording of its picture as the newest, and the prediction.
    /// A new recording replaces those least recently used.
    pub(crate) fn recorded(
        &mut self,
        request: &Request,
        checkpoint: Checkpoint,
    ) -> Result<(&Session, Arc<Prediction>), Error> {
        let (photo, fit) = (&request.photo, request.fit);
        let recordings = self.get(request.model)?.recordings();
        if recordings.recall(photo.id, fit).is_none() {
            self.make_room();
        }
        let session = self.get(request.model)?;
        let answer = session.predict(photo, fit, checkpoint)?;
        Ok((session, answer))
    }

    /// Marks the recording of a request, if there is one, as just used.
    pub(crate) fn touch(&mut self, request: &Request) {
        if let Ok(session) = self.get(request.model) {
            let recordings = session.recordings();
            recordings.recall(request.photo.id, request.fit);
        }
    }

    pub(crate) fn forget_recordings(&mut self) {
        for (_, session) in &mut self.sessions {
            session.forget_recordings();
        }
    }

    fn make_room(&mut self) {
        let all = |models: &mut Models| -> usize {
            let sessions = models.sessions.iter_mut();
            sessions.map(|(_, s)| s.recordings().count()).sum()
        };
        while all(self) >= MAX_RECORDINGS {
            let recordings = self.sessions.iter_mut().map(|(_, s)| s.recordings());
            let oldest = recordings
                .filter(|recordings| recordings.count() > 0)
                .min_by_key(|recordings| recordings.oldest_use());
            if let Some(recordings) = oldest {
                recordings.forget_oldest();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::path::PathBuf;

    use super::*;
    use crate::model::ReluRule;
    use crate::picture::photo::decode::Photo;
    use crate::picture::photo::geometry::Fit;

    fn root(path: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    #[test]
    fn keeps_two_recordings_across_all_models() {
        let mut models = Models::default();
        let [first, second] = [(), ()].map(|()| {
            let path = root("models/squeezenet1_1.pt2");
            let go_on = &mut |_| ControlFlow::Continue(());
            let info = models
                .open(&path, &OpenOptions::default(), None, go_on)
                .unwrap();
            info.id
        });
        let photo = Arc::new(Photo::open(&root("assets/chelsea_224.png")).unwrap());
        let request = |model, fit| Request {
            model,
            photo: Arc::clone(&photo),
            fit,
            score: None,
            layer: None,
            rule: ReluRule::Guided,
        };
        let (a, b, c) = (
            request(first, Fit::Crop),
            request(first, Fit::Stretch),
            request(second, Fit::Pad),
        );
        // Whether a forward pass was needed.
        let mut recorded = |request: &Request| {
            let mut passes = 0;
            let mut count = |_| {
                passes += 1;
                Ok(())
            };
            models.recorded(request, &mut count).unwrap();
            let sessions = models.sessions.iter_mut();
            let kept: usize = sessions.map(|(_, s)| s.recordings().count()).sum();
            assert!(kept <= MAX_RECORDINGS);
            passes > 0
        };
        assert!(recorded(&a) && recorded(&b));
        assert!(!recorded(&a) && !recorded(&b) && !recorded(&a));
        // The most recently used one stays.
        assert!(recorded(&c));
        assert!(!recorded(&a) && !recorded(&c));
        assert!(recorded(&b));
        assert!(!recorded(&c) && recorded(&a));
    }
}
