//! The toolbar: commands to open and export, the menus, and the names of the open files.

use std::path::Path;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{
    Align, Button, Layout, PopupCloseBehavior, Rangef, Rect, Role, Sense, ThemePreference, Ui,
    WidgetInfo,
};

use crate::figure::Panel;

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::commands::entries::name_and_folder;
use crate::app::commands::shortcuts::keys_text;
use crate::app::scene::Scene;
use crate::app::tasks::export;
use crate::app::ui::gallery::memory_ui::memory_menu_ui;
use crate::app::ui::kit::text::{draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{caption, menu_spacing};
use crate::app::ui::stage::panels_menu_ui;
use crate::app::wording::in_short;

/// The height of the bar.
pub const HEIGHT: f32 = 48.0;

pub fn toolbar_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    ui.horizontal_centered(|ui| {
        for action in [Action::OpenImage, Action::OpenModel] {
            if ui
                .button(action.label())
                .on_hover_text(action.hint(ui.ctx()))
                .clicked()
            {
                commands.push(action.into());
            }
        }
        file_menu(ui, scene, commands);
        export_menu(ui, scene, commands);
        compare_menu(ui, scene, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            view_menu(ui, scene, commands);
            ui.add_space(GRID);
            open_files_ui(ui, scene);
        });
    });
}

/// Folders, sessions, and recent files.
fn file_menu(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let (response, _) = MenuButton::new("File").ui(ui, |ui| {
        ui.set_width(264.0);
        menu_spacing(ui);
        for action in [Action::OpenFolder, Action::CloseFolder] {
            available_item(ui, scene, action, commands);
        }
        ui.separator();
        for action in [Action::OpenSession, Action::SaveSession] {
            available_item(ui, scene, action, commands);
        }
        let memory = &scene.persistence.memory;
        for (title, paths) in [
            ("Recent images and folders", memory.recent_images()),
            ("Recent models", memory.recent_models()),
        ] {
            if !paths.is_empty() {
                ui.separator();
                caption(ui, title);
            }
            for path in paths {
                recent(ui, path, commands);
            }
        }
    });
    response.on_hover_text("Folders, sessions, and recently opened files");
}

/// A menu item for a command, disabled if the command is not available.
fn available_item(ui: &mut Ui, scene: Scene<'_>, action: Action, commands: &mut Vec<Command>) {
    let why_not = scene.why_not(&action.into());
    let shown = ui.add_enabled_ui(why_not.is_none(), |ui| item(ui, action, commands));
    if let Some(why) = why_not {
        shown.response.on_disabled_hover_text(why);
    }
}

fn export_menu(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let ready = export::is_ready(scene.state);
    let (response, _) = MenuButton::new("Export").ui(ui, |ui| {
        ui.set_width(304.0);
        menu_spacing(ui);
        ui.add_enabled_ui(ready, |ui| {
            for action in [
                Action::ExportComposite,
                Action::CopyComposite,
                Action::ExportStrip,
                Action::ExportArrays,
            ] {
                item(ui, action, commands);
            }
            ui.separator();
            caption(ui, "One panel");
            for panel in Panel::ALL {
                let label = format!("{}…", panel.title(scene.state.options.rule));
                let button = ui.add(Button::new(label));
                if button
                    .on_hover_text("Save this panel alone as a PNG")
                    .clicked()
                {
                    commands.push(Command::ExportPanel(panel));
                    ui.close();
                }
            }
        });
        ui.separator();
        item(ui, Action::FigureSettings, commands);
    });
    response.on_hover_text(Action::ExportComposite.hint(ui.ctx()));
}

/// What can be compared with the view: pins, another class, another model.
fn compare_menu(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    let (response, _) = MenuButton::new("Compare").ui(ui, |ui| {
        ui.set_width(264.0);
        menu_spacing(ui);
        for pair in [
            [Action::PinView, Action::UnpinAll],
            [Action::SwapClasses, Action::StopComparing],
            [Action::OpenSecondModel, Action::CloseSecondModel],
        ] {
            for action in pair {
                available_item(ui, scene, action, commands);
            }
            ui.separator();
        }
        let mut one_scale = state.options.style.common_scale;
        let hint = "Draw the heat maps of all rows against the largest maximum";
        let check = ui.checkbox(&mut one_scale, "Shared scale for all rows");
        if check.on_hover_text(hint).clicked() {
            commands.push(scene.styled(|style| style.common_scale = one_scale));
        }
        ui.separator();
        if state
            .model()
            .is_none_or(|model| model.kind.directions().is_none())
        {
            let hint = "Or hold Shift and click the other class in the list";
            let button = Button::new("Compare with another class…");
            let button = ui.add_enabled(state.class().is_some(), button);
            if button.on_hover_text(hint).clicked() {
                commands.push(Command::ChooseRival(true));
            }
        }
        available_item(ui, scene, Action::CompareWithPicture, commands);
    });
    response.on_hover_text("Several views side by side: pins, two classes, two models");
}

/// Undo, arrangement, theme, and the lists of commands.
fn view_menu(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let stay = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = MenuButton::new("View").config(stay).ui(ui, |ui| {
        ui.set_width(232.0);
        menu_spacing(ui);
        for action in [Action::Undo, Action::Redo] {
            available_item(ui, scene, action, commands);
        }
        ui.separator();
        ui.menu_button("Panels", |ui| {
            ui.set_width(200.0);
            menu_spacing(ui);
            panels_menu_ui::choices_ui(ui, scene, commands);
        });
        memory_menu_ui(ui, scene, commands);
        ui.separator();
        let options = scene.state.options;
        for (action, label, on) in [
            (Action::LeftList, "Left list", options.left_list),
            (Action::RightList, "Right list", options.right_list),
            (Action::LayerStrip, "Strip of layers", options.layer_strip),
        ] {
            let keys = action.shortcut().map(keys_text).unwrap_or_default();
            let button = Button::selectable(on, label).shortcut_text(keys);
            if ui.add(button).on_hover_text(action.tooltip()).clicked() {
                commands.push(action.into());
            }
        }
        for action in [Action::LargePanel, Action::FullScreen] {
            available_item(ui, scene, action, commands);
        }
        ui.separator();
        caption(ui, "Appearance");
        let now = ui.options(|o| o.theme_preference);
        for (theme, label) in [
            (ThemePreference::System, "Follow system"),
            (ThemePreference::Light, "Light"),
            (ThemePreference::Dark, "Dark"),
        ] {
            if ui.selectable_label(now == theme, label).clicked() {
                commands.push(Command::SetTheme(theme));
            }
        }
        ui.separator();
        for action in [Action::OpenPalette, Action::ShowKeys] {
            item(ui, action, commands);
        }
    });
    response.on_hover_text("How the window looks, and all its commands");
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
        draw(
            "Photo shown",
            &photo.name(),
            &format!("{}×{}", photo.width(), photo.height()),
        );
    }
}

/// A menu item for a recent file.
fn recent(ui: &mut Ui, path: &Path, commands: &mut Vec<Command>) {
    let (name, folder) = name_and_folder(path);
    let button = Button::new(name).shortcut_text(folder).truncate();
    let button = ui.add(button).on_hover_text(path.display().to_string());
    if button.clicked() {
        commands.push(Command::OpenPath(path.to_owned()));
        ui.close();
    }
}

/// A menu item for a command, with its shortcut.
fn item(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) {
    let mut button = Button::new(action.label());
    if let Some(keys) = action.shortcut() {
        button = button.shortcut_text(keys_text(keys));
    }
    if ui.add(button).on_hover_text(action.tooltip()).clicked() {
        commands.push(action.into());
        ui.close();
    }
}
