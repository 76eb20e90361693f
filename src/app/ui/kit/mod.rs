//! The building blocks of all panels: the theme, elided text, fuzzy search, and a few widgets that
//! egui does not have.

pub(crate) mod colour_bar;
pub(crate) mod fuzzy;
pub(crate) mod icons;
pub(crate) mod list_width;
pub(crate) mod path_text;
pub(crate) mod text;
#[expect(clippy::disallowed_methods, reason = "the theme defines the colours")]
pub(crate) mod theme;
pub(crate) mod widgets;
