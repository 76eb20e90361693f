//! Pictures besides the one that is explained, fitted as that is.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Session, Watch, opening_error};
use crate::engine::Error;
use crate::model::opening::Tell;
use crate::picture::photo::geometry::Fit;

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
        let (model, info) = self.model()?;
        if model.pictures_fit == fit || info.second_pictures().next().is_none() {
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
        let fitted = model.used_with(info.usage(), fit, tell);
        let info = Arc::clone(info);
        let fitted = fitted.map_err(|error| stopped.unwrap_or_else(|| opening_error(error)))?;
        self.open = Some((fitted, info));
        Ok(())
    }
}
