//! TODO

pub(crate) mod notices;
pub(crate) mod readout_ui;
pub(crate) mod status_ui;
pub(crate) mod toolbar_ui;
