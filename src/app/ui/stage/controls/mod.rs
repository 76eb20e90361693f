//! The controls below the panels.

pub(crate) mod controls_ui;
mod score_ui;
