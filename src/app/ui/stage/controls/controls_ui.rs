//! The controls below the panels: how the heat map is drawn over the photo, and how it is computed.

use egui::{Rect, Sense, Slider, Ui, WidgetInfo, pos2, vec2};

use crate::model::ReluRule;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::geometry::{CropMode, Fit};

use crate::picture::page::caption::significant;

use super::score_ui;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::State;
use crate::app::state::view_options::{MapStyle, Opacity, ViewOptions};
use crate::app::ui::kit::colour_bar::bar;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};
use crate::app::ui::kit::widgets::{self, Choice, segments};
use crate::app::wording::fit_label;

/// From this width on, the controls fit in one row.
const ONE_ROW: f32 = 1200.0;
/// Below this width, the controls drop what they can spare.
const COMPACT: f32 = 640.0;
/// The same with the opacity of a difference beside the others.
const COMPACT_WITH_DIFFERENCE: f32 = 800.0;

/// The height of the controls in a stage of this width.
pub fn height(width: f32) -> f32 {
    if width >= ONE_ROW {
        ROW
    } else {
        2.0 * ROW + GRID
    }
}

/// What the controls keep from frame to frame.
#[derive(Debug, Default)]
pub struct ControlsScratch {
    /// Their width in the last frame.
    width: f32,
}

/// Draws the controls, centred below the panels by their width in the last frame.
pub fn controls_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    scratch: &mut ControlsScratch,
    commands: &mut Vec<Command>,
) {
    widgets::on_stage(ui);
    let room = ui.available_width();
    let compact = if shows_difference(scene.state) {
        room < COMPACT_WITH_DIFFERENCE
    } else {
        room < COMPACT
    };
    let indent = ((room - scratch.width) / 2.0).max(0.0).floor();
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
        look_ui(ui, scene, compact, commands);
        if room >= ONE_ROW {
            ui.add_space(GRID);
            method_ui(ui, scene, compact, commands);
        }
    });
    if room < ONE_ROW {
        row(ui, &mut |ui| method_ui(ui, scene, compact, commands));
    }
    if end != scratch.width {
        scratch.width = end;
        ui.request_repaint();
    }
}

/// Opacity, colours and overlay. These change only the drawing; nothing is recomputed.
fn look_ui(ui: &mut Ui, scene: Scene<'_>, compact: bool, commands: &mut Vec<Command>) {
    let state = scene.state;
    let both = shows_difference(state);
    let opacity = Slide {
        name: "Opacity",
        hint: "From the photo alone to the heat map alone",
        width: match (compact, both) {
            (true, true) => 40.0,
            (true, false) => 64.0,
            (false, true) => 72.0,
            (false, false) => 144.0,
        },
        of: |style| &mut style.opacity,
    };
    opacity.ui(ui, scene, commands);
    if both {
        let difference = Slide {
            name: "Difference",
            hint: "The opacity of the difference, over the photo in grey",
            of: |style| &mut style.difference_opacity,
            ..opacity
        };
        difference.ui(ui, scene, commands);
    }
    ui.add_space(if compact { 0.0 } else { GRID });

    ui.add_enabled_ui(state.options.style.overlay == Overlay::Blend, |ui| {
        let list = Choice {
            name: "Colours",
            hint: "The colours of the heat map",
            width: 76.0,
            named: !compact,
            cut: false,
        };
        let picked = list.ui(
            ui,
            state.options.style.colormap,
            &Colormap::ALL,
            Colormap::name,
        );
        commands.extend(picked.map(|map| scene.styled(|style| style.colormap = map)));
        match (compact, both) {
            // The maximum of each map is above it.
            (true, true) => {}
            (true, false) => legend_ui(ui, scene, 40.0),
            (false, true) => legend_ui(ui, scene, 72.0),
            (false, false) => legend_ui(ui, scene, 112.0),
        }
    });
    ui.add_space(GRID);
    ui.scope(|ui| {
        let choices = Overlay::ALL.map(|overlay| (overlay, overlay.label(), hint(overlay)));
        let picked = segments(ui, state.options.style.overlay, &choices);
        commands.extend(picked.map(|overlay| scene.styled(|style| style.overlay = overlay)));
    });
}

/// A slider of opacity.
struct Slide {
    name: &'static str,
    hint: &'static str,
    width: f32,
    of: fn(&mut MapStyle) -> &mut Opacity,
}

impl Slide {
    fn ui(&self, ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
        let colours = palette(ui);
        let label = widgets::name(ui, self.name);
        let mut style = scene.state.options.style;
        let before = *(self.of)(&mut style);
        let mut share = before.share();
        let slider = ui.scope(|ui| {
            ui.spacing_mut().slider_width = self.width;
            ui.spacing_mut().interact_size.y = 2.0 * GRID;
            // Grey, because it is right below the images.
            ui.visuals_mut().selection.bg_fill = colours.bar;
            ui.add(Slider::new(&mut share, 0.0..=1.0).show_value(false))
        });
        slider.inner.labelled_by(label).on_hover_text(self.hint);
        let opacity = Opacity::from_share(share);
        if opacity != before {
            commands.push(scene.styled(|style| *(self.of)(style) = opacity));
        }
        let (rect, _) = ui.allocate_exact_size(vec2(34.0, ROW), Sense::hover());
        let text = format!("{:.0} %", share * 100.0);
        let galley = line(ui, &text, theme::body(), colours.weak, 40.0);
        draw_right(ui, rect.right(), rect.center().y, galley);
    }
}

/// Fit, rule and score. These change what the engine computes.
fn method_ui(ui: &mut Ui, scene: Scene<'_>, compact: bool, commands: &mut Vec<Command>) {
    let state = scene.state;
    let gap = if compact { 0.0 } else { GRID };
    let mode = state.model().map(|model| model.preprocess.mode);
    let fit = Choice {
        name: "Resize",
        hint: about_fit(mode),
        width: 88.0,
        named: true,
        cut: false,
    };
    let picked = fit.ui(ui, state.options.fit, &Fit::ALL, |fit| fit_label(fit, mode));
    commands.extend(picked.map(|fit| {
        Command::SetOptions(ViewOptions {
            fit,
            ..state.options
        })
    }));
    ui.add_space(gap);

    let rule = Choice {
        name: "Backprop rule",
        hint: "How ReLUs pass gradients backwards, for the guided panels",
        width: 120.0,
        named: true,
        cut: false,
    };
    let picked = rule.ui(ui, state.options.rule, &ReluRule::ALL, ReluRule::label);
    commands.extend(picked.map(|rule| {
        Command::SetOptions(ViewOptions {
            rule,
            ..state.options
        })
    }));
    ui.add_space(gap);

    let label = widgets::name(ui, "Target");
    score_ui::score_ui(ui, state, label, commands);
}

fn about_fit(mode: Option<CropMode>) -> &'static str {
    match mode {
        None | Some(CropMode::Centre | CropMode::CentreFloor) => {
            "How the photo is fitted to the model's input size"
        }
        Some(CropMode::Squash) => {
            "How the photo is fitted to the model's input size; the model itself stretches it"
        }
        Some(CropMode::Border) => {
            "How the photo is fitted to the model's input size; the model itself pads it"
        }
    }
}

/// Whether the difference of two maps is on the stage.
fn shows_difference(state: &State) -> bool {
    state.sides.iter().any(|side| side.choice.is_comparing())
}

/// The colours from 0 to the top of the scale.
fn legend_ui(ui: &mut Ui, scene: Scene<'_>, width: f32) {
    let colours = palette(ui);
    let rows = scene.state.rows();
    let drawn = |id| scene.textures.row(id).and_then(|own| own.heat.as_ref());
    let (max, hint) = match drawn(scene.state.live_row()) {
        None => (String::new(), ""),
        Some((_, heat)) if heat.over.common_scale || rows.len() < 2 => {
            let hint = "From 0 to the maximum of this heat map";
            (significant(heat.over.end), hint)
        }
        Some(_) => {
            let hint = "From 0 to the maximum of each heat map, which is beside its name";
            ("own max".to_owned(), hint)
        }
    };
    let (rect, response) = ui.allocate_exact_size(vec2(width + 72.0, ROW), Sense::hover());
    let y = rect.center().y;
    let zero = line(ui, "0", theme::small(), colours.weak, 16.0);
    let left = draw_left(ui, rect.left(), y, zero) + 6.0;
    let strip = Rect::from_min_max(pos2(left, y - 5.0), pos2(left + width, y + 5.0));
    let table = scene.state.options.style.colormap.table();
    ui.painter().add(bar(strip, table));
    draw_left(
        ui,
        strip.right() + 6.0,
        y,
        line(ui, &max, theme::small(), colours.weak, 60.0),
    );
    let text = format!(
        "Legend: {} from 0 to {max}",
        scene.state.options.style.colormap.name()
    );
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &text));
    response.on_hover_text(hint);
}

fn hint(overlay: Overlay) -> &'static str {
    match overlay {
        Overlay::Blend => "The coloured heat map over the photo",
        Overlay::Spotlight => "Each pixel of the photo as bright as it is important",
    }
}
