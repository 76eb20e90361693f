//! TODO

pub(crate) mod architecture_ui;
pub(crate) mod keys_ui;
pub(crate) mod palette_ui;
