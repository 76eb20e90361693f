//! A frame: bars and lists first, then what they asked for is carried out, then the pictures, so
//! that a slider moves its picture in the same frame.

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use super::App;
use super::commands::Command;
use super::gallery::thumbnails_ui;
use super::tasks::open;
use bars::{status_ui, toolbar_ui};
use dialogs::{architecture_ui, keys_ui};
use kit::theme::{GRID, palette};
use stage::{controls_ui, strip_ui};

pub(crate) mod bars;
pub(crate) mod dialogs;
pub(crate) mod kit;
pub(crate) mod side_panels;
pub(crate) mod stage;

impl App {
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let dragged = |input: &egui::InputState| {
            let pointer = &input.pointer;
            input.focused && pointer.any_down() && pointer.is_decidedly_dragging()
        };
        self.engine.set_interacting(ctx.input(dragged));
        let covered = self.state.in_menu || self.keys_shown || self.finder.is_open();
        let covered = covered || self.path_field.is_some() || !self.choosing.is_empty();
        let covered = covered || self.state.focused;
        let mut commands = Command::from_keys(&ctx, self.state.typing, covered);
        open::drop_ui(ui, &mut commands);

        let colours = palette(ui);
        let window = ui.available_width();
        let bar = Frame::new()
            .fill(colours.panel)
            .inner_margin(Margin::symmetric(16, 0));
        Panel::top("toolbar")
            .exact_size(toolbar_ui::HEIGHT)
            .frame(bar)
            .show(ui, |ui| self.toolbar_ui(ui, &mut commands));
        Panel::bottom("status")
            .exact_size(status_ui::HEIGHT)
            .frame(bar)
            .show(ui, |ui| self.status_ui(ui, &mut commands));
        if self.has_gallery() {
            Panel::bottom("film")
                .exact_size(thumbnails_ui::height(self.gallery_view.unfolded))
                .frame(bar)
                .show(ui, |ui| self.thumbnails_ui(ui, &mut commands));
        } else {
            self.gallery_view.in_sight.clear();
            self.gallery_view.on_screen = 0;
        }
        let list = Frame::new().fill(colours.panel);
        let panel = Panel::left("layers").frame(list);
        let panel = self.list_widths.layers.of(panel, window);
        let shown = panel.show(ui, |ui| self.layers_ui(ui, &mut commands));
        self.list_widths.layers.see(shown.response.rect.width());
        let panel = Panel::right("classes").frame(list);
        let panel = self.list_widths.classes.of(panel, window);
        let shown = panel.show(ui, |ui| self.list_ui(ui, &mut commands));
        self.list_widths.classes.see(shown.response.rect.width());
        CentralPanel::no_frame()
            .frame(Frame::new().fill(colours.stage))
            .show(ui, |ui| self.stage_ui(ui, &mut commands));
        self.notices.ui(ui, toolbar_ui::HEIGHT, &mut commands);
        self.over_ui(ui, &mut commands);
        self.carry_out(&ctx, commands);
        self.record_changes(&ctx);
        self.state.typing = ctx.text_edit_focused();
        self.state.focused = ctx.memory(|m| m.focused().is_some());
        let in_menu = ctx.any_popup_open();
        if in_menu && !self.state.in_menu {
            self.memory.look_for_recent(&ctx);
        }
        self.state.in_menu = in_menu;
    }

    /// What stands over the window when it is asked for.
    fn over_ui(&mut self, ui: &Ui, commands: &mut Vec<Command>) {
        if self.finder.is_open() {
            let entries = self.entries(ui.ctx());
            commands.extend(self.finder.ui(ui, &entries));
        }
        if let Some(field) = &mut self.path_field {
            commands.extend(field.ui(ui));
        }
        if let Some(choosing) = self.choosing.front() {
            architecture_ui::architecture_ui(ui, choosing, commands);
        }
        if self.keys_shown && keys_ui::keys_ui(ui) {
            commands.push(Command::ShowKeys);
        }
    }

    /// The pictures, with the controls under them.
    fn stage_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let empty = self.state.photo.is_none();
        if !empty && self.state.strip && !self.has_nowhere_to_look() && self.state.model().is_some()
        {
            let inset = Margin {
                left: 16,
                right: 16,
                top: GRID as i8,
                bottom: 0,
            };
            Panel::bottom("strip")
                .exact_size(strip_ui::HEIGHT + GRID)
                .frame(Frame::new().fill(palette(ui).stage).inner_margin(inset))
                .show(ui, |ui| self.strip_ui(ui, commands));
        }
        if !empty {
            let inset = Margin::symmetric(2 * GRID as i8, GRID as i8 + 4);
            let rows = controls_ui::height(ui.available_width() - 4.0 * GRID);
            Panel::bottom("controls")
                .exact_size(rows + 2.0 * (GRID + 4.0))
                .frame(Frame::new().fill(palette(ui).stage).inner_margin(inset))
                .show_separator_line(false)
                .show(ui, |ui| self.controls_ui(ui, commands));
        }
        let ctx = ui.ctx().clone();
        self.carry_out(&ctx, std::mem::take(commands));
        // Begun before the panels ask whether anything is under way.
        self.textures.update(&ctx, &self.state);
        let margin = Margin {
            left: 16,
            right: 16,
            top: 16,
            bottom: 4,
        };
        Frame::new().inner_margin(margin).show(ui, |ui| {
            if empty {
                self.invitation_ui(ui, commands);
            } else {
                let mut wishes = Vec::new();
                self.panels_ui(ui, &mut wishes);
                self.carry_out(&ctx, wishes);
            }
        });
    }

    fn carry_out(&mut self, ctx: &egui::Context, commands: Vec<Command>) {
        for command in commands {
            self.execute(ctx, command);
        }
    }
}
