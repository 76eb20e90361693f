//! The panes at both sides: the layers and facts of the model, its classes and channels.

pub(crate) mod about_ui;
pub(crate) mod channels_ui;
pub(crate) mod classes_ui;
pub(crate) mod layers_ui;
pub(crate) mod lists_ui;
pub(crate) mod model_ui;
pub(crate) mod usage_ui;
