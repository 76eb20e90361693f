//! Trying the usual preprocessings on the open photo, and taking one of them.

use std::sync::Arc;

use crate::app::App;
use crate::app::ui::dialogs::trials_ui::Trials;
use crate::engine::Error;
use crate::model::Usage;

impl App {
    /// Opens the comparison and sends the work.
    pub(crate) fn try_preprocessings(&mut self) {
        let state = &self.state;
        let Some((model, photo)) = state.model().cloned().zip(state.photo.clone()) else {
            return;
        };
        let promise = self
            .engine
            .try_preprocessings(model.id, photo, state.options.fit);
        self.tasks.trials = Some(promise);
        self.dialogs.trials = Some(Trials { model, rows: None });
    }

    pub(super) fn drain_trials(&mut self) {
        let Some(promise) = self.tasks.trials.take() else {
            return;
        };
        match promise.try_take() {
            Ok(Ok(rows)) => {
                if let Some(trials) = &mut self.dialogs.trials {
                    trials.rows = Some(rows);
                }
            }
            Ok(Err(error)) => {
                self.dialogs.trials = None;
                if !matches!(error, Error::Overtaken) {
                    self.notices
                        .error("The preprocessings cannot be compared", error);
                }
            }
            Err(promise) => self.tasks.trials = Some(promise),
        }
    }

    /// Uses the preprocessing of a row, and closes the comparison.
    pub(crate) fn take_trial(&mut self, row: Option<usize>) {
        self.tasks.trials = None;
        let Some(Trials { model, rows }) = self.dialogs.trials.take() else {
            return;
        };
        let now = self.state.model().map(|model| model.id);
        let trial = row.and_then(|row| rows.as_ref()?.get(row).cloned());
        if let Some(trial) = trial
            && now == Some(model.id)
            && trial.preprocess != model.preprocess
        {
            self.reopen_model(Usage {
                preprocess: trial.preprocess,
                ..Arc::unwrap_or_clone(model).usage()
            });
        }
    }
}
