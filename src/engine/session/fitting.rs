//! Pictures besides the one that is explained, fitted as that is.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Session, Watch, opening_error};
use crate::engine::{Error, ModelInfo};
use crate::model::Model;
use crate::model::opening::Tell;
use crate::picture::photo::geometry::Fit;

/// An open model. With other pictures than the one that is explained it is another graph for each fit, and
/// those that have been used are kept.
pub(super) struct Open {
    first: Model,
    /// The same with its other pictures fitted in another way, at most one for each.
    others: Vec<Model>,
    pub info: Arc<ModelInfo>,
}

impl Open {
    pub fn new(model: Model, info: Arc<ModelInfo>) -> Open {
        Open {
            first: model,
            others: Vec::new(),
            info,
        }
    }

    /// With its other pictures fitted as they were first.
    pub fn model(&self) -> &Model {
        &self.first
    }

    /// With its other pictures, if it has any, fitted in this way.
    pub fn fitted(&self, fit: Fit) -> Option<&Model> {
        if self.info.second_pictures().next().is_none() {
            return Some(&self.first);
        }
        let mut all = std::iter::once(&self.first).chain(&self.others);
        all.find(|model| model.pictures_fit == fit)
    }
}

impl Session {
    /// Fits the pictures besides the one that is explained as that is. `watch` is called many times.
    ///
    /// # Errors
    /// [`Error::NoModel`], those of [`Session::used`], and what `watch` returns.
    pub(in crate::engine) fn fit_second_pictures(
        &mut self,
        fit: Fit,
        watch: Watch,
    ) -> Result<(), Error> {
        let open = self.open.as_mut().ok_or(Error::NoModel)?;
        if open.fitted(fit).is_some() {
            return Ok(());
        }
        let mut stopped = None;
        let tell: Tell = &mut |_| match watch() {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                stopped = Some(error);
                ControlFlow::Break(())
            }
        };
        let fitted = open.first.used_with(open.info.usage(), fit, tell);
        let fitted = fitted.map_err(|error| stopped.unwrap_or_else(|| opening_error(error)))?;
        open.others.push(fitted);
        Ok(())
    }
}
