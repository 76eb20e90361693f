//! The panels. Each is a function of a [`Scene`](super::scene::Scene), of its own scratch, and of a
//! list that it pushes commands to; none of them holds the window or changes its state.
//!
//! Scratch is what a panel has to remember from frame to frame and nobody else needs: where it is
//! scrolled to, how wide it was, what is half typed.

use egui::Context;

pub(crate) mod bars;
pub(crate) mod dialogs;
pub(crate) mod gallery;
pub(crate) mod kit;
pub(crate) mod side_panels;
pub(crate) mod stage;

/// Frames for which a list is asked to scroll: the first ones do not know yet how far they can.
pub const SCROLLING_FRAMES: u8 = 3;

/// The scratch of all panels.
#[derive(Default)]
pub struct Panels {
    pub input: InputFocus,
    pub list_widths: kit::list_width::ListWidths,
    pub layers: side_panels::layers_ui::LayersScratch,
    pub model_usage: side_panels::usage_ui::Draft,
    pub classes: side_panels::classes_ui::ClassesScratch,
    pub channels: side_panels::channels_ui::ChannelPictures,
    pub gallery: gallery::gallery_ui::GalleryScratch,
    pub stage: stage::StageScratch,
    pub rows: stage::compare_ui::RowsScratch,
    pub strip: stage::strip_ui::StripScratch,
    pub controls: stage::controls_ui::ControlsScratch,
}

/// Who had the keyboard when the last frame ended: shortcuts must not take its keys.
#[derive(Debug, Default)]
pub struct InputFocus {
    /// A text field.
    pub typing: bool,
    /// Anything: Esc takes the focus from it, and does no more.
    pub focused: bool,
    /// An open menu.
    pub in_menu: bool,
}

impl InputFocus {
    /// Reads it at the end of a frame; returns whether a menu has just been opened.
    pub fn read(&mut self, ctx: &Context) -> bool {
        self.typing = ctx.text_edit_focused();
        self.focused = ctx.memory(|m| m.focused().is_some());
        let was_in_menu = std::mem::replace(&mut self.in_menu, ctx.any_popup_open());
        self.in_menu && !was_in_menu
    }
}
