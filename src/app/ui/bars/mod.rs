//! The bars around the window: what can be opened, what is in progress, and what went wrong.

pub(crate) mod notices_ui;
pub(crate) mod readout_ui;
pub(crate) mod status_ui;
pub(crate) mod toolbar_ui;
