//! The panels. Each is a function of a [`Scene`](super::scene::Scene), its own scratch, and a list of
//! commands to push to. None of them owns the window or changes its state.
//!
//! Scratch is what a panel keeps from frame to frame and nobody else needs: its scroll target, its
//! last width, half-typed text.

use egui::{Context, Event, EventFilter, Key};

use kit::widgets::are_arrows_taken;

pub(crate) mod bars;
pub(crate) mod context_menu;
pub(crate) mod dialogs;
pub(crate) mod gallery;
pub(crate) mod kit;
pub(crate) mod side_panels;
pub(crate) mod stage;

/// The number of frames in which a list is asked to scroll. In the first frames it does not know its
/// full extent yet.
pub const SCROLLING_FRAMES: u8 = 3;

/// The scratch of all panels.
#[derive(Default)]
pub struct Panels {
    /// The title that the window has been given.
    pub title: String,
    pub input: InputFocus,
    pub list_widths: kit::list_width::ListWidths,
    pub layers: side_panels::layers_ui::LayersScratch,
    pub model_usage: side_panels::pane::usage_ui::Draft,
    pub classes: side_panels::classes_ui::ClassesScratch,
    pub channels: side_panels::channels_ui::ChannelsScratch,
    pub gallery: gallery::scratch::GalleryScratch,
    pub stage: stage::StageScratch,
    pub rows: stage::compare_ui::RowsScratch,
    pub strip: stage::strip::strip_ui::StripScratch,
    pub controls: stage::controls::controls_ui::ControlsScratch,
    pub notices: bars::notices_ui::NoticesScratch,
}

/// What had the keyboard focus at the end of the last frame. Shortcuts must not take its keys.
#[derive(Debug, Default)]
pub struct InputFocus {
    /// A text field.
    pub typing: bool,
    /// Any widget: Esc only removes the focus from it.
    pub focused: bool,
    /// A widget that uses the arrow keys itself.
    pub takes_arrows: bool,
    /// An open menu.
    pub in_menu: bool,
    /// Whether something was delivered for the Ctrl+V that is held.
    pasted: bool,
    /// When Ctrl was last seen held, in seconds of the window's time.
    command_at: Option<f64>,
}

/// How long after Ctrl the V of a Ctrl+V may be let go, in seconds: many let go of Ctrl first.
const LET_GO_AFTER: f64 = 0.5;

impl InputFocus {
    /// Whether Ctrl+V was pressed while the clipboard was empty. The window system delivers what is on the clipboard
    /// in place of the key; of nothing it delivers nothing, so that the key is seen when it is let go.
    pub fn pasted_nothing(&mut self, ctx: &Context) -> bool {
        ctx.input(|input| {
            if input.modifiers.command {
                self.command_at = Some(input.time);
            }
            let held = |at: f64| input.time - at < LET_GO_AFTER;
            let was_held = self.command_at.is_some_and(held);
            let mut nothing = false;
            for event in &input.events {
                match event {
                    Event::Paste(_) | Event::PasteImage(_) => self.pasted = true,
                    Event::Key {
                        key: Key::V,
                        pressed,
                        modifiers,
                        ..
                    } => {
                        let before = std::mem::replace(&mut self.pasted, *pressed);
                        nothing |= !pressed && !before && (modifiers.command || was_held);
                    }
                    _ => {}
                }
            }
            nothing
        })
    }

    /// Updates the focus at the end of a frame. Returns whether a menu has just been opened. `in_dialog` is
    /// whether the arrow keys move the focus.
    pub fn read(&mut self, ctx: &Context, in_dialog: bool) -> bool {
        self.typing = ctx.text_edit_focused();
        let focused = ctx.memory(egui::Memory::focused);
        self.focused = focused.is_some();
        self.takes_arrows = are_arrows_taken(ctx);
        let was_in_menu = std::mem::replace(&mut self.in_menu, ctx.any_popup_open());
        if let Some(id) = focused
            && !(self.typing || self.takes_arrows || self.in_menu || in_dialog)
        {
            // They walk the layers and classes, whatever has the focus.
            let arrows = EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..EventFilter::default()
            };
            ctx.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
        }
        self.in_menu && !was_in_menu
    }
}
