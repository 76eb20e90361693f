//! One frame: the bars and lists are drawn first, then their commands are executed, then the image
//! panels are drawn. This way, a slider takes effect in the same frame.

use egui::{CentralPanel, Context, Frame, InputState, Margin, Panel, Ui, ViewportCommand};

use crate::app::App;
use crate::app::commands::action::Action;
use crate::app::commands::shortcuts::Taken;
use crate::app::commands::{Command, shortcuts};
use crate::app::scene::Scene;
use crate::app::state::{List, Pane};
use crate::app::ui::bars::{notices_ui, status_ui, toolbar_ui};
use crate::app::ui::dialogs::{OpenDialogs, dialogs_ui, drop_ui};
use crate::app::ui::gallery::{grid_ui, strip_ui as gallery_ui};
use crate::app::ui::kit::list_width::Contents;
use crate::app::ui::kit::theme::{GRID, palette};
use crate::app::ui::side_panels::{layers_ui, lists_ui};
use crate::app::ui::stage::controls::controls_ui;
use crate::app::ui::stage::strip::strip_ui;
use crate::app::ui::stage::{invitation_ui, panels_ui};
use crate::app::ui::{Panels, stage};

impl App {
    /// Draws the window, and executes the user's commands.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.engine.set_interacting(ctx.input(is_dragging));
        let input = &self.panels.input;
        let in_grid = self.gallery.shows_grid();
        let taken = Taken {
            typing: input.typing,
            elsewhere: input.in_menu || in_grid || self.dialogs.any_open(),
            focused: input.focused,
            arrows: input.takes_arrows,
        };
        let mut pressed = shortcuts::from_keys(&ctx, taken);
        if self.panels.input.pasted_nothing(&ctx) && !taken.typing {
            pressed.push(Action::PasteImage);
        }
        if self.panels.input.in_menu && !pressed.is_empty() {
            // What was pressed is not of the menu, which would stay over what comes.
            egui::Popup::close_all(&ctx);
        }
        let mut commands: Vec<Command> = pressed.into_iter().map(Command::Do).collect();
        drop_ui::drop_ui(ui, &mut commands);
        self.state.side_mut().prepare_tree();
        let now = ui.input(|i| i.time);
        let fades = [self.notices.expire(now), self.state.done.expire(now)];
        for fade in fades.into_iter().flatten() {
            ctx.request_repaint_after(fade);
        }

        self.bars_and_lists_ui(ui, &mut commands);
        let colours = palette(ui);
        CentralPanel::no_frame()
            .frame(Frame::new().fill(colours.stage))
            .show(ui, |ui| {
                if self.gallery.shows_grid() {
                    self.grid_ui(ui, &mut commands);
                } else {
                    self.panels.gallery.hide_grid();
                    self.stage_ui(ui, &mut commands);
                }
            });
        let (scene, _, dialogs) = self.parts();
        notices_ui::passing_ui(ui, scene.notices, status_ui::HEIGHT);
        dialogs_ui(ui, scene, dialogs, &mut commands);
        self.execute_all(&ctx, commands);
        let title = self.state.window_title();
        if title != self.panels.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.panels.title = title;
        }
        self.persistence.undo.record_changes(&ctx, &self.state);
        let in_dialog = in_grid || self.dialogs.any_open();
        if self.panels.input.read(&ctx, in_dialog) {
            self.persistence.memory.check_recent(&ctx);
        }
    }

    /// The bars, the gallery and the lists around the stage.
    fn bars_and_lists_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let (scene, panels, _) = self.parts();
        let colours = palette(ui);
        let window = ui.available_width();
        let bar = Frame::new()
            .fill(colours.panel)
            .inner_margin(Margin::symmetric(16, 0));
        Panel::top("toolbar")
            .exact_size(toolbar_ui::HEIGHT)
            .frame(bar)
            .show(ui, |ui| toolbar_ui::toolbar_ui(ui, scene, commands));
        notices_ui::notices_ui(ui, scene.notices, &mut panels.notices, commands);
        Panel::bottom("status")
            .exact_size(status_ui::HEIGHT)
            .frame(bar)
            .show(ui, |ui| {
                status_ui::status_ui(ui, scene, panels.stage.hovered, commands);
            });
        panels.gallery.in_sight.clear();
        panels.gallery.shown = 0;
        if scene.gallery.is_shown() {
            let height = gallery_ui::height(ui, scene, &panels.gallery);
            Panel::bottom("gallery")
                .exact_size(height)
                .frame(bar)
                .show(ui, |ui| {
                    gallery_ui::gallery_ui(ui, scene, &mut panels.gallery, commands);
                });
        }
        let list = Frame::new().fill(colours.panel);
        let widths = &mut panels.list_widths;
        if scene.state.options.left_list {
            let panel = Panel::left("layers").frame(list);
            let contents = match scene.state.pane {
                Pane::Layers => Contents::Rows,
                Pane::About => Contents::Facts,
            };
            let shown = widths.layers.apply(panel, window, contents).show(ui, |ui| {
                let usage = &mut panels.model_usage;
                layers_ui::layers_ui(ui, scene, &mut panels.layers, usage, commands);
            });
            widths.layers.record(shown.response.rect.width());
        }
        if scene.state.options.right_list {
            let panel = Panel::right("classes").frame(list);
            let contents = match scene.state.list {
                List::Classes => Contents::Rows,
                List::Channels => Contents::Facts,
            };
            let shown = widths
                .classes
                .apply(panel, window, contents)
                .show(ui, |ui| {
                    lists_ui::lists_ui(
                        ui,
                        scene,
                        &mut panels.classes,
                        &mut panels.channels,
                        commands,
                    );
                });
            widths.classes.record(shown.response.rect.width());
        }
    }

    /// The images of the folder in place of the panels.
    fn grid_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let ctx = ui.ctx().clone();
        self.execute_all(&ctx, std::mem::take(commands));
        self.textures.update(&ctx, &self.state);
        self.panels.stage.hovered = None;
        self.state.view.pointer = None;
        let (scene, panels, _) = self.parts();
        let margin = Frame::new().inner_margin(stage::PANELS_MARGIN);
        margin.show(ui, |ui| {
            grid_ui::grid_ui(ui, scene, &mut panels.gallery, commands);
        });
    }

    /// The panels of maps, with the strip and the controls below them.
    fn stage_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let (scene, panels, _) = self.parts();
        let empty = scene.state.photo.is_none();
        if strip_ui::is_shown(scene) {
            let room = ui.available_height();
            let fold = panels.strip.fold(room);
            Panel::bottom("strip")
                .exact_size(strip_ui::height(fold, room) + GRID)
                .frame(stage::frame(ui, stage::STRIP_MARGIN))
                .show(ui, |ui| {
                    strip_ui::strip_ui(ui, scene, &mut panels.strip, fold, commands);
                });
        }
        if !empty {
            let rows = controls_ui::height(ui.available_width() - 4.0 * GRID);
            Panel::bottom("controls")
                .exact_size(rows + 2.0 * (GRID + 4.0))
                .frame(stage::frame(ui, stage::CONTROLS_MARGIN))
                .show_separator_line(false)
                .show(ui, |ui| {
                    controls_ui::controls_ui(ui, scene, &mut panels.controls, commands);
                });
        }
        let ctx = ui.ctx().clone();
        self.execute_all(&ctx, std::mem::take(commands));
        // Before the panels are drawn, so that they know which textures are being made.
        self.textures.update(&ctx, &self.state);
        let margin = Frame::new().inner_margin(stage::PANELS_MARGIN);
        margin.show(ui, |ui| {
            let (scene, panels, _) = self.parts();
            if empty {
                invitation_ui::invitation_ui(ui, scene, commands);
                return;
            }
            let mut panel_commands = Vec::new();
            panels_ui::panels_ui(
                ui,
                scene,
                &mut panels.stage,
                &mut panels.rows,
                &mut panel_commands,
            );
            for (row, size) in self.panels.stage.drawn_signed.drain(..) {
                self.textures.fit_signed(&ctx, row, size);
            }
            self.execute_all(&ctx, panel_commands);
        });
    }

    /// What the panels read, and what they may change. The two never overlap.
    fn parts(&mut self) -> (Scene<'_>, &mut Panels, &mut OpenDialogs) {
        let scene = Scene {
            state: &self.state,
            tasks: &self.tasks,
            gallery: &self.gallery,
            textures: &self.textures,
            persistence: &self.persistence,
            notices: &self.notices,
            progress: self.engine.progress(),
        };
        (scene, &mut self.panels, &mut self.dialogs)
    }

    fn execute_all(&mut self, ctx: &Context, commands: Vec<Command>) {
        for command in commands {
            self.execute(ctx, command);
        }
    }
}

/// Whether something is dragged in the window while it is in front.
fn is_dragging(input: &InputState) -> bool {
    let pointer = &input.pointer;
    input.focused && pointer.any_down() && pointer.is_decidedly_dragging()
}
