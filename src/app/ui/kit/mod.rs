//! TODO

pub(crate) mod fuzzy;
pub(crate) mod list_width;
pub(crate) mod theme;
pub(crate) mod widgets;
