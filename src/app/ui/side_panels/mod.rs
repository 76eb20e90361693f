//! The side panels: the model's layers and facts at the left, its classes and channels at the right.

pub(crate) mod channels_ui;
mod class_columns_ui;
mod class_row_ui;
pub(crate) mod classes_ui;
mod compared_ui;
mod layer_head_ui;
pub(crate) mod layers_ui;
pub(crate) mod lists_ui;
pub(crate) mod model_ui;
pub(crate) mod pane;
mod probability_chart_ui;
