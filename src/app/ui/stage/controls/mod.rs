//! The controls below the panels.

mod colours_ui;
pub(crate) mod controls_ui;
mod look_ui;
mod maximum_ui;
mod score_ui;
