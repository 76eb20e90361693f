//! Adapts the engine to the folder's interface: predicting the classes of images, one at a time.

use std::sync::Arc;
use std::time::Duration;

use egui::Context;

use crate::engine::{Engine, Error, Prediction};
use crate::folder::{Outcome, Pending, Predictor, Question, Reply, Wake, Whose};
use crate::picture::photo::decode::Photo;

/// How often the gallery is redrawn while predictions stream in. Drawing the window for each of them
/// would take CPU time away from the predictions.
const STEP: Duration = Duration::from_millis(100);

/// A function that wakes the window for the next redraw.
pub fn wake(ctx: &Context) -> Wake {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint_after(STEP))
}

/// Predicts with the models of the engine, or refuses if none is open.
pub struct Asker<'a> {
    engine: &'a Engine,
    questions: [Option<Question>; 2],
}

impl Predictor for Asker<'_> {
    fn predict(&self, whose: Whose, photo: Arc<Photo>) -> Pending {
        let [first, second] = self.questions;
        let question = match whose {
            Whose::First => first,
            Whose::Second => second,
        };
        // Images come as they were read.
        let Some(Question { model, fit, .. }) = question else {
            return Box::new(|| Some(Reply::Overtaken));
        };
        let mut promise = Some(self.engine.predict_later(model, fit, photo));
        Box::new(move || match promise.take()?.try_take() {
            Ok(Ok(prediction)) => Some(Reply::Prediction(outcome(&prediction))),
            Ok(Err(Error::Overtaken)) => Some(Reply::Overtaken),
            Ok(Err(error)) => Some(Reply::Failed(error.to_string())),
            Err(pending) => {
                promise = Some(pending);
                None
            }
        })
    }

    fn forget(&self) {
        self.engine.cancel_later();
    }
}

pub fn outcome(prediction: &Prediction) -> Outcome {
    Outcome {
        probabilities: prediction.probabilities.clone(),
        ranking: prediction.ranking.clone(),
    }
}

pub fn asker(engine: &Engine, questions: [Option<Question>; 2]) -> Asker<'_> {
    Asker { engine, questions }
}
