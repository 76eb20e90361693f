//! The bars of the window: the toolbar, the status bar with its read-out, and the notices.

pub(crate) mod notices_ui;
pub(crate) mod readout_ui;
pub(crate) mod status_ui;
pub(crate) mod toolbar_ui;
