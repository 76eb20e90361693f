//! What people expect of any window.

mod context_menus;
mod messages;
