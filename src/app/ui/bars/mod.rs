//! The bars of the window: the toolbar with its menus, the status bar with its read-out, and the notices.

mod menus_ui;
pub(crate) mod notices_ui;
pub(crate) mod readout_ui;
pub(crate) mod status_ui;
pub(crate) mod toolbar_ui;
