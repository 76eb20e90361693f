//! The window of an image of more than 8 bits: which of its values are black and white.

use egui::{DragValue, Ui};

use super::fact_rows::{choice_width, named, named_wide};
use super::usage_ui::is_settled;
use crate::app::ui::kit::widgets::Choice;
use crate::picture::photo::decode::window::{By, Levels, Number, Window, Windowed};
use crate::picture::photo::decode::{Decoding, OwnChannels, Photo};

/// The width of the combo box.
const CHOICE_WIDTH: f32 = 120.0;
/// The width of one of the two fields.
const FIELD_WIDTH: f32 = 60.0;
/// The width of both.
const FIELDS_WIDTH: f32 = 124.0;

/// The id of the open photo, and its window while it is being dragged or typed.
pub type WindowDraft = Option<(u64, Levels)>;

/// Draws the choice, and the level and the width. Returns another window, once it is chosen.
pub fn window_ui(
    ui: &mut Ui,
    photo: &Photo,
    decoding: Decoding,
    draft: &mut WindowDraft,
) -> Option<Window> {
    if decoding.as_pillow || !photo.is_deep() {
        *draft = None;
        return None;
    }
    let mut picked = None;
    let before = decoding.window;
    named(ui, "Window", |ui| {
        let list = Choice {
            name: "Window",
            hint: "Which values of an image of more than 8 bits are black and white",
            width: choice_width(ui, CHOICE_WIDTH),
            named: false,
            cut: true,
        };
        let all = ways(photo, before);
        picked = list.ui(ui, before, &all, |way| label(way, photo.window));
    });
    let Some(windowed) = photo.window else {
        return picked;
    };
    let now = windowed.levels;
    let own = draft.take_if(|(id, _)| *id == photo.id);
    let levels = own.map_or(now, |(_, levels)| levels);
    let (mut level, mut width) = (levels.level.0, levels.width.0);
    let mut settled = false;
    named_wide(ui, "Level, width", FIELDS_WIDTH, |ui| {
        ui.spacing_mut().interact_size.x = FIELD_WIDTH;
        ui.spacing_mut().item_spacing.x = 4.0;
        let speed = (windowed.largest.0 - windowed.smallest.0).max(f64::MIN_POSITIVE) / 500.0;
        let mut field = |ui: &mut Ui, value: &mut f64, lowest: f64, name: &str, hint: &str| {
            let field = DragValue::new(value)
                .speed(speed)
                .range(lowest..=f64::MAX)
                .custom_formatter(|value, _| Number(value).to_string())
                .update_while_editing(false);
            let field = ui.add(field).accessible_name(name).on_hover_text(hint);
            settled |= is_settled(&field);
        };
        let hint = "The value in the middle, half-way between black and white";
        field(ui, &mut level, f64::MIN, "Level of the window", hint);
        let hint = "From the value that is black to the one that is white";
        field(ui, &mut width, 0.0, "Width of the window", hint);
    });
    let levels = Levels::new(level, width).unwrap_or(now);
    if levels == now {
        return picked;
    }
    if settled {
        return Some(Window::Levels(levels));
    }
    *draft = Some((photo.id, levels));
    picked
}

/// The ways that make sense of an image.
fn ways(photo: &Photo, before: Window) -> Vec<Window> {
    let states = photo.window.is_some_and(|window| window.stated.is_some());
    let has_numbers = matches!(photo.channels, OwnChannels::Bands(_));
    let mut ways: Vec<_> = Window::NAMED.into_iter().collect();
    ways.retain(|way| match way {
        Window::File => states || before == Window::File,
        Window::Values => has_numbers || before == Window::Values,
        Window::Usual | Window::Full | Window::Automatic => true,
        Window::Levels(_) => false,
    });
    if let Window::Levels(_) = before {
        ways.push(before);
    }
    ways
}

fn label(way: Window, windowed: Option<Windowed>) -> String {
    match way {
        Window::Usual => match windowed.map(|windowed| windowed.by) {
            Some(By::File) => "Usual (the file's)",
            Some(By::Full) => "Usual (full range)",
            Some(By::Automatic) => "Usual (automatic)",
            Some(By::Choice) | None => "Usual",
        },
        Window::File => "The file's",
        Window::Full => "Full range",
        Window::Automatic => "Automatic",
        Window::Values => "Numbers as they are",
        Window::Levels(_) => "Level and width",
    }
    .into()
}
