//! The rows under the pictures: how the heat map lies over the photo, and how it is computed.

use egui::{Mesh, Rect, Sense, Slider, Ui, WidgetInfo, pos2, vec2};

use crate::model::ReluRule;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::geometry::Fit;

use crate::picture::page::caption::significant;

use super::score_ui;
use crate::app::App;
use crate::app::commands::Command;
use crate::app::state::Opacity;
use crate::app::state::rows::RowId;
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};
use crate::app::ui::kit::widgets::{self, Choice, draw_left, draw_right, line, segments};

/// From this width on the controls stand in one row.
const ONE_ROW: f32 = 1200.0;
/// Below this width they give up what can be spared.
const COMPACT: f32 = 640.0;

/// Height of the controls in a stage of this width.
pub fn height(width: f32) -> f32 {
    if width >= ONE_ROW {
        ROW
    } else {
        2.0 * ROW + GRID
    }
}

impl App {
    /// Draws the rows in the middle below the pictures, as wide as they were in the last frame.
    pub(crate) fn controls_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        widgets::on_stage(ui);
        let room = ui.available_width();
        let compact = room < COMPACT;
        let indent = ((room - self.controls_width) / 2.0).max(0.0).floor();
        let mut end = 0.0_f32;
        let mut row = |ui: &mut Ui, contents: &mut dyn FnMut(&mut Ui)| {
            ui.horizontal(|ui| {
                ui.set_height(ROW);
                ui.add_space(indent);
                let start = ui.cursor().left();
                contents(ui);
                end = end.max(ui.min_rect().right() - start);
            });
        };
        row(ui, &mut |ui| {
            self.look_ui(ui, compact, commands);
            if room >= ONE_ROW {
                ui.add_space(GRID);
                self.method_ui(ui, compact, commands);
            }
        });
        if room < ONE_ROW {
            row(ui, &mut |ui| self.method_ui(ui, compact, commands));
        }
        if end != self.controls_width {
            self.controls_width = end;
            ui.request_repaint();
        }
    }

    /// Opacity, colours and overlay: drawing only, nothing is computed.
    fn look_ui(&self, ui: &mut Ui, compact: bool, commands: &mut Vec<Command>) {
        let state = &self.state;
        self.opacity_ui(ui, if compact { 64.0 } else { 144.0 }, commands);
        ui.add_space(if compact { 0.0 } else { GRID });

        ui.add_enabled_ui(state.overlay == Overlay::Blend, |ui| {
            let list = Choice {
                name: "Colours",
                hint: "The colours of the heat map",
                width: 76.0,
                named: !compact,
            };
            let picked = list.ui(ui, state.colormap, &Colormap::ALL, Colormap::name);
            commands.extend(picked.map(Command::SetColormap));
            self.legend_ui(ui, if compact { 40.0 } else { 112.0 });
        });
        ui.add_space(GRID);
        ui.scope(|ui| {
            let choices = Overlay::ALL.map(|overlay| (overlay, overlay.label(), hint(overlay)));
            commands.extend(segments(ui, state.overlay, &choices).map(Command::SetOverlay));
        });
    }

    fn opacity_ui(&self, ui: &mut Ui, width: f32, commands: &mut Vec<Command>) {
        let colours = palette(ui);
        let label = widgets::name(ui, "Opacity");
        let mut share = self.state.opacity.share();
        let slider = ui.scope(|ui| {
            ui.spacing_mut().slider_width = width;
            ui.spacing_mut().interact_size.y = 2.0 * GRID;
            // Grey, for it stands right below the pictures.
            ui.visuals_mut().selection.bg_fill = colours.bar;
            ui.add(Slider::new(&mut share, 0.0..=1.0).show_value(false))
        });
        let hint = "From the photo alone to the heat map alone";
        slider.inner.labelled_by(label).on_hover_text(hint);
        let opacity = Opacity::from_share(share);
        if opacity != self.state.opacity {
            commands.push(Command::SetOpacity(opacity));
        }
        let (rect, _) = ui.allocate_exact_size(vec2(34.0, ROW), Sense::hover());
        let text = format!("{:.0} %", share * 100.0);
        let galley = line(ui, &text, theme::body(), colours.weak, 40.0);
        draw_right(ui, rect.right(), rect.center().y, galley);
    }

    /// Fit, rule and score: what the engine is asked.
    fn method_ui(&self, ui: &mut Ui, compact: bool, commands: &mut Vec<Command>) {
        let state = &self.state;
        let gap = if compact { 0.0 } else { GRID };
        let fit = Choice {
            name: "Fit",
            hint: "How the photo is brought to the model's size",
            width: 72.0,
            named: true,
        };
        let picked = fit.ui(ui, state.fit, &Fit::ALL, Fit::label);
        commands.extend(picked.map(Command::SetFit));
        ui.add_space(gap);

        let rule = Choice {
            name: "Rule",
            hint: "What a rectifier lets through on the way back, in the last two panels",
            width: 120.0,
            named: true,
        };
        let picked = rule.ui(ui, state.rule, &ReluRule::ALL, ReluRule::label);
        commands.extend(picked.map(Command::SetRule));
        ui.add_space(gap);

        let label = widgets::name(ui, "Explain");
        score_ui::menu(ui, state, label, commands);
    }

    /// The colours from 0 to the map's own maximum.
    fn legend_ui(&self, ui: &mut Ui, width: f32) {
        let colours = palette(ui);
        let own = self.textures.row(RowId::Side(self.state.active));
        let shown = own.and_then(|own| own.heat.as_ref());
        let max = shown.map_or_else(String::new, |(_, heat)| significant(heat.end));
        let (rect, response) = ui.allocate_exact_size(vec2(width + 56.0, ROW), Sense::hover());
        let y = rect.center().y;
        let zero = line(ui, "0", theme::small(), colours.weak, 16.0);
        let left = draw_left(ui, rect.left(), y, zero) + 6.0;
        let strip = Rect::from_min_max(pos2(left, y - 5.0), pos2(left + width, y + 5.0));
        ui.painter().add(gradient(strip, self.state.colormap));
        draw_left(
            ui,
            strip.right() + 6.0,
            y,
            line(ui, &max, theme::small(), colours.weak, 48.0),
        );
        let text = format!("Legend: {} from 0 to {max}", self.state.colormap.name());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &text));
        response.on_hover_text("From 0 to the maximum of this heat map");
    }
}

fn hint(overlay: Overlay) -> &'static str {
    match overlay {
        Overlay::Blend => "The coloured heat map over the photo",
        Overlay::Spotlight => "Each pixel of the photo as bright as it is important",
    }
}

/// A strip of the whole colour map.
fn gradient(rect: Rect, colormap: Colormap) -> Mesh {
    let table = colormap.table();
    let mut mesh = Mesh::default();
    for (index, [r, g, b]) in table.iter().step_by(5).copied().enumerate() {
        let x = egui::lerp(rect.x_range(), index as f32 * 5.0 / 255.0);
        let colour = egui::Color32::from_rgb(r, g, b);
        mesh.colored_vertex(pos2(x, rect.top()), colour);
        mesh.colored_vertex(pos2(x, rect.bottom()), colour);
        if index > 0 {
            let v = 2 * index as u32;
            mesh.add_triangle(v - 2, v - 1, v);
            mesh.add_triangle(v - 1, v, v + 1);
        }
    }
    mesh
}
