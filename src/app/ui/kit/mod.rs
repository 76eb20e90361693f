//! What all panels are built from: the theme, text that is cut to its room, and a few widgets that
//! egui does not have.

pub(crate) mod fuzzy;
pub(crate) mod list_width;
pub(crate) mod text;
pub(crate) mod theme;
pub(crate) mod widgets;
