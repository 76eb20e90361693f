//! The toolbar: the menus, the two commands that everything starts with, and the names of the open files.

use egui::{Align, Layout, Rangef, Rect, Role, Sense, Ui, WidgetInfo};

use super::menus_ui::menus_ui;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::ui::kit::text::{draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::wording::in_short;

/// The height of the bar.
pub const HEIGHT: f32 = 48.0;

pub fn toolbar_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    ui.horizontal_centered(|ui| {
        menus_ui(ui, scene, commands);
        ui.add_space(GRID);
        for action in [Action::OpenImage, Action::OpenModel] {
            if ui
                .button(action.label())
                .on_hover_text(action.hint(ui.ctx()))
                .clicked()
            {
                commands.push(action.into());
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            open_files_ui(ui, scene);
        });
    });
}

/// The names of the open models and photo, at the right.
fn open_files_ui(ui: &mut Ui, scene: Scene<'_>) {
    let colours = palette(ui);
    let bar = ui.available_rect_before_wrap();
    let mut right = bar.right();
    let models = scene.state.sides.iter();
    let models = models.filter(|side| side.model.is_some()).count();
    let mut files = models + usize::from(scene.state.photo.is_some());
    let mut draw = |what: &str, name: &str, detail: &str| {
        // A long name leaves room for the others, and a short one leaves the rest of its share.
        let left = right - (right - bar.left()) / files.max(1) as f32;
        files = files.saturating_sub(1);
        for (text, colour) in [(detail, colours.weak), (name, colours.text)] {
            let room = right - left;
            if room > 5.0 * GRID {
                let galley = line(ui, text, theme::body(), colour, room);
                let (cut, end) = (galley.elided, right);
                let start = draw_right(ui, right, bar.center().y, galley);
                let x = Rangef::new(start, end);
                let rect = Rect::from_x_y_ranges(x, bar.y_range());
                let id = ui.scope_id().with((what, text));
                let response = ui.interact(rect, id, Sense::hover());
                if text == name {
                    response.widget_info(|| {
                        let mut info = WidgetInfo::labeled(Role::Status, true, what);
                        info.current_text_value = Some(name.to_owned());
                        info
                    });
                }
                if cut {
                    response.on_hover_text(text);
                }
                right = start - GRID;
            }
        }
        right -= 2.0 * GRID;
    };
    for model in scene
        .state
        .sides
        .iter()
        .rev()
        .filter_map(|side| side.model.as_ref())
    {
        let (width, height) = model.input_size();
        let size = if width == height {
            format!("{width}²")
        } else {
            format!("{width}×{height}")
        };
        draw(
            "Model in use",
            &model.name,
            &format!("{} · {size}", in_short(model.parameters)),
        );
    }
    if let Some(photo) = &scene.state.photo {
        let (width, height) = photo.whole_size();
        draw("Photo shown", &photo.name(), &format!("{width}×{height}"));
    }
}
