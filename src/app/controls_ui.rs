//! The rows under the pictures: how the heat map lies over the photo, and how it is computed.

use egui::{Id, Label, Mesh, Rect, RichText, Sense, Slider, Ui, WidgetInfo, pos2, vec2};

use crate::model::ReluRule;
use crate::picture::colormap::Colormap;
use crate::picture::compose::Overlay;
use crate::picture::geometry::Fit;

use crate::picture::caption::significant;

use super::App;
use super::commands::Command;
use super::score_ui;
use super::state::Opacity;
use super::theme::{self, GRID, ROW, palette};
use super::widgets::{combo, draw_left, line, segments};

/// From this width on the controls stand in one row.
const ONE_ROW: f32 = 1240.0;

/// Height of the controls in a stage of this width.
pub fn height(width: f32) -> f32 {
    if width >= ONE_ROW {
        ROW
    } else {
        2.0 * ROW + GRID
    }
}

impl App {
    pub(super) fn controls_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let wide = ui.available_width() >= ONE_ROW;
        ui.horizontal(|ui| {
            ui.set_height(ROW);
            self.look_ui(ui, commands);
            if wide {
                self.method_ui(ui, commands);
            }
        });
        if !wide {
            ui.horizontal(|ui| {
                ui.set_height(ROW);
                self.method_ui(ui, commands);
            });
        }
    }

    /// Opacity, colours and overlay: drawing only, nothing is computed.
    fn look_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let state = &self.state;
        let narrow = ui.available_width() < 640.0;
        let label = name(ui, "Opacity");
        let mut share = state.opacity.share();
        let slider = ui.scope(|ui| {
            ui.spacing_mut().slider_width = if narrow { 72.0 } else { 144.0 };
            ui.spacing_mut().interact_size.y = 2.0 * GRID;
            ui.add(
                Slider::new(&mut share, 0.0..=1.0)
                    .show_value(false)
                    .step_by(0.01),
            )
        });
        let response = slider.inner.labelled_by(label);
        if response
            .on_hover_text("From the photo alone to the heat map alone")
            .changed()
        {
            commands.push(Command::SetOpacity(Opacity::from_share(share)));
        }
        let (rect, _) = ui.allocate_exact_size(vec2(36.0, ROW), Sense::hover());
        let text = format!("{:.0} %", state.opacity.share() * 100.0);
        let galley = line(ui, &text, theme::body(), palette(ui).weak, 40.0);
        draw_left(ui, rect.left(), rect.center().y, galley);
        ui.add_space(GRID);

        let blend = state.overlay == Overlay::Blend;
        let label = name(ui, "Colours");
        ui.add_enabled_ui(blend, |ui| {
            let response = combo("colour map")
                .selected_text(state.colormap.name())
                .width(80.0)
                .show_ui(ui, |ui| {
                    for colormap in Colormap::ALL {
                        let chosen = colormap == state.colormap;
                        if ui.selectable_label(chosen, colormap.name()).clicked() {
                            commands.push(Command::SetColormap(colormap));
                        }
                    }
                })
                .response;
            response
                .labelled_by(label)
                .on_hover_text("The colours of the heat map");
            self.legend_ui(ui, if narrow { 64.0 } else { 112.0 });
        });
        ui.add_space(GRID);
        let choices = Overlay::ALL.map(|overlay| (overlay, overlay.label(), hint(overlay)));
        if let Some(overlay) = segments(ui, state.overlay, &choices) {
            commands.push(Command::SetOverlay(overlay));
        }
        ui.spacing_mut().item_spacing.x = GRID;
        ui.add_space(GRID);
    }

    /// Fit, rule and score: what the engine is asked.
    fn method_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let state = &self.state;
        let label = name(ui, "Fit");
        let response = combo("fit")
            .selected_text(state.fit.label())
            .width(72.0)
            .show_ui(ui, |ui| {
                for fit in Fit::ALL {
                    if ui.selectable_label(fit == state.fit, fit.label()).clicked() {
                        commands.push(Command::SetFit(fit));
                    }
                }
            })
            .response;
        response
            .labelled_by(label)
            .on_hover_text("How the photo is brought to the model's size");
        ui.add_space(GRID);

        let label = name(ui, "Rule");
        let response = combo("rule")
            .selected_text(state.rule.label())
            .width(104.0)
            .show_ui(ui, |ui| {
                for rule in ReluRule::ALL {
                    if ui
                        .selectable_label(rule == state.rule, rule.label())
                        .clicked()
                    {
                        commands.push(Command::SetRule(rule));
                    }
                }
            })
            .response;
        let hint = "What a rectifier lets through on the way back, in the last two panels";
        response.labelled_by(label).on_hover_text(hint);
        ui.add_space(GRID);

        let label = name(ui, "Explain");
        score_ui::menu(ui, state, label, commands);
    }

    /// The colours from 0 to the map's own maximum.
    fn legend_ui(&self, ui: &mut Ui, width: f32) {
        let colours = palette(ui);
        let heat = self.state.results.heat.as_ref();
        let max = heat.map_or_else(String::new, |heat| significant(heat.value.map.max()));
        let (rect, response) = ui.allocate_exact_size(vec2(width + 58.0, ROW), Sense::hover());
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
        response.on_hover_text("From 0 to the largest value of this heat map");
    }
}

/// The text that names the next control; gives back its id for the control to be named by.
fn name(ui: &mut Ui, text: &str) -> Id {
    let colour = palette(ui).weak;
    ui.add(Label::new(RichText::new(text).color(colour)).extend())
        .id
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
