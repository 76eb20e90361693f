//! The menus. Each lists commands; what a command does and why it is not possible now stands elsewhere.

use std::path::{Path, PathBuf};

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Button, Layout, PopupCloseBehavior, ThemePreference, Ui};

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::commands::entries::name_and_folder;
use crate::app::commands::shortcuts::keys_text;
use crate::app::scene::Scene;
use crate::app::tasks::export;
use crate::app::ui::gallery::memory_ui::memory_menu_ui;
use crate::app::ui::kit::theme::GRID;
use crate::app::ui::kit::widgets::{caption, menu_spacing};
use crate::app::ui::stage::panels_menu_ui;
use crate::figure::Panel;

/// All menus, from left to right.
pub fn menus_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let once = MenuConfig::new();
        let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let mut menu = |name: &str,
                        hint: &str,
                        width: f32,
                        config: &MenuConfig,
                        items: fn(&mut Ui, Scene<'_>, &mut Vec<Command>)| {
            let button = Button::new(name).frame_when_inactive(false);
            let button = MenuButton::from_button(button).config(config.clone());
            let (response, _) = button.ui(ui, |ui| {
                ui.set_width(width);
                menu_spacing(ui);
                items(ui, scene, commands);
            });
            response.on_hover_text(hint);
        };
        let hint = "Open and save, and recently opened files";
        menu("File", hint, 264.0, &once, file_menu_ui);
        menu(
            "Edit",
            "Undo, and figure settings",
            232.0,
            &once,
            edit_menu_ui,
        );
        let hint = "How the window looks";
        menu("View", hint, 232.0, &stays, view_menu_ui);
        let hint = "Several views side by side: pins, two classes, two models";
        menu("Compare", hint, 264.0, &once, compare_menu_ui);
        let hint = "Figures and arrays of what is shown";
        menu("Export", hint, 304.0, &once, export_menu_ui);
        let hint = "All commands with their keys, and the version";
        menu("Help", hint, 264.0, &once, help_menu_ui);
    });
}

fn file_menu_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    for action in [
        Action::OpenImage,
        Action::OpenFolder,
        Action::OpenModel,
        Action::OpenSession,
    ] {
        item(ui, action, commands);
    }
    let memory = &scene.persistence.memory;
    for (title, paths) in [
        ("Recent images and folders", memory.recent_images()),
        ("Recent models", memory.recent_models()),
        ("Recent sessions", memory.recent_sessions()),
    ] {
        recent_ui(ui, title, paths, commands);
    }
    ui.separator();
    for action in [Action::SaveSession, Action::SaveSessionAs] {
        available_item(ui, scene, action, commands);
    }
    ui.separator();
    available_item(ui, scene, Action::CloseFolder, commands);
}

/// A menu of recent files.
fn recent_ui(ui: &mut Ui, title: &str, paths: &[PathBuf], commands: &mut Vec<Command>) {
    ui.add_enabled_ui(!paths.is_empty(), |ui| {
        ui.menu_button(title, |ui| {
            ui.set_width(304.0);
            menu_spacing(ui);
            for path in paths {
                recent(ui, path, commands);
            }
        });
    });
}

fn edit_menu_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    for action in [Action::Undo, Action::Redo] {
        available_item(ui, scene, action, commands);
    }
    ui.separator();
    for action in [
        Action::CopyComposite,
        Action::PasteImage,
        Action::FindLayer,
        Action::FindClass,
    ] {
        available_item(ui, scene, action, commands);
    }
    ui.separator();
    for action in [Action::TrueClasses, Action::FigureSettings] {
        available_item(ui, scene, action, commands);
    }
}

fn view_menu_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
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
        (
            Action::SeenOnly,
            Action::SeenOnly.label(),
            options.style.panels.seen_only,
        ),
    ] {
        if check_ui(ui, action, label, on) {
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
}

/// An entry that is on or off, with its key. Returns whether it was clicked.
fn check_ui(ui: &mut Ui, action: Action, label: &str, mut on: bool) -> bool {
    let row = ui.horizontal(|ui| {
        ui.add_space(GRID);
        let check = ui.checkbox(&mut on, label);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(GRID);
            let keys = action.shortcut().map(keys_text).unwrap_or_default();
            ui.weak(keys);
        });
        check
    });
    row.inner.on_hover_text(action.tooltip()).clicked()
}

/// What can be compared with the view: pins, another class, another model.
fn compare_menu_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
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
}

fn export_menu_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let ready = export::is_ready(scene.state);
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
}

fn help_menu_ui(ui: &mut Ui, _: Scene<'_>, commands: &mut Vec<Command>) {
    for action in [Action::OpenPalette, Action::ShowKeys] {
        item(ui, action, commands);
    }
    ui.separator();
    item(ui, Action::About, commands);
}

/// A menu item for a command, disabled if the command is not available.
fn available_item(ui: &mut Ui, scene: Scene<'_>, action: Action, commands: &mut Vec<Command>) {
    let why_not = scene.why_not(&action.into());
    let shown = ui.add_enabled_ui(why_not.is_none(), |ui| item(ui, action, commands));
    if let Some(why) = why_not {
        shown.response.on_disabled_hover_text(why);
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
