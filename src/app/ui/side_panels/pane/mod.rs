//! The pane of the model: its facts, and how it is used.

pub(crate) mod about_ui;
mod answer_ui;
pub(super) mod fact_rows;
mod inputs_ui;
mod reading_ui;
pub(crate) mod usage_ui;
mod weights_ui;
mod window_ui;
