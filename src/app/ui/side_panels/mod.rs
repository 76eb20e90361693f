//! TODO

pub(crate) mod about_ui;
pub(crate) mod channels_ui;
pub(crate) mod classes_ui;
pub(crate) mod layers_ui;
pub(crate) mod model_ui;
pub(crate) mod usage_ui;
