//! What outlives a choice, a view or the window.

mod files;
mod lists;
mod sessions;
mod settings;
mod undo;

use std::path::Path;

use egui::{Key, Modifiers, Theme, pos2};
use egui_kittest::kittest::Queryable;
use gradcam::app::{Memory, Start};

use crate::support::{Window, cat_and_coffee, squeezenet};

pub fn both() -> Start {
    Start {
        image: Some(cat_and_coffee()),
        model: Some(squeezenet()),
        ..Start::default()
    }
}

/// A window that saves its settings in `folder`.
pub fn window_in(folder: &Path, start: Start) -> Window {
    let memory = Memory::in_folder(folder);
    Window::remembering(start, 1440.0, 900.0, Theme::Dark, memory)
}

pub fn drag_opacity(window: &mut Window, from: f32, to: f32) {
    let rect = window.harness.get_by_label("Opacity").rect();
    let at = |share: f32| pos2(rect.left() + share * rect.width(), rect.center().y);
    window.harness.hover_at(at(from));
    window.harness.drag_at(at(from));
    for step in 0..=10 {
        window
            .harness
            .hover_at(at(from + (to - from) * 0.1 * step as f32));
        // The whole drag takes longer than the time within which two changes are merged.
        window.harness.run_steps(12);
    }
    window.harness.drop_at(at(to));
    window.harness.run_steps(2);
}

pub fn shift(window: &mut Window, key: Key) {
    let modifiers = Modifiers::COMMAND | Modifiers::SHIFT;
    window.harness.key_press_modifiers(modifiers, key);
    window.harness.run_steps(2);
}

pub fn one_notice(window: &mut Window) -> String {
    window.until("the message", |w| !w.app().notices().is_empty());
    let notices = window.app().notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    notices[0].clone()
}
