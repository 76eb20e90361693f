//! TODO

pub(crate) mod arrange;
pub(crate) mod compare_ui;
pub(crate) mod controls_ui;
pub(crate) mod panels_ui;
pub(crate) mod picture_ui;
pub(crate) mod row_head_ui;
pub(crate) mod score_ui;
pub(crate) mod strip_ui;
