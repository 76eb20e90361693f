//! How the heat map is drawn over the photo. These change only the drawing; nothing is recomputed.

use egui::{Rect, Sense, Slider, Ui, WidgetInfo, pos2, vec2};

use super::colours_ui::colours_ui;
use super::controls_ui::shows_difference;
use super::maximum_ui::{end_of_scale, maximum_ui};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::view_options::{MapStyle, Opacity};
use crate::app::ui::kit::colour_bar::bar;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};
use crate::app::ui::kit::widgets;
use crate::picture::map::compose::Overlay;

/// Opacity, colours, the end of their scale, and the overlay.
pub fn look_ui(ui: &mut Ui, scene: Scene<'_>, compact: bool, commands: &mut Vec<Command>) {
    let state = scene.state;
    let both = shows_difference(state);
    let overlay = state.options.style.overlay;
    let opacity = Slide {
        name: "Opacity",
        hint: "From the photo alone to the heat map alone",
        width: match (compact, both) {
            (true, true) => 40.0,
            (true, false) => 64.0,
            (false, true) => 56.0,
            (false, false) => 120.0,
        },
        // The colours need the room of the number.
        numbered: !(compact && both),
        of: |style| &mut style.opacity,
    };
    ui.add_enabled_ui(overlay.has_opacity(), |ui| opacity.ui(ui, scene, commands));
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
    ui.add_enabled_ui(overlay.has_colours(), |ui| {
        colours_ui(ui, scene, compact, commands);
    });
    let width = match (compact, both) {
        (true, true) => 32.0,
        (true, false) => 40.0,
        (false, true) => 56.0,
        (false, false) => 96.0,
    };
    legend_ui(ui, scene, width);
    maximum_ui(ui, scene, compact, commands);
    ui.add_space(if compact { 0.0 } else { GRID });
    overlay_ui(ui, scene, compact, commands);
}

/// The menu of overlays, with a word about each.
fn overlay_ui(ui: &mut Ui, scene: Scene<'_>, compact: bool, commands: &mut Vec<Command>) {
    const NAME: &str = "Overlay";
    let chosen = scene.state.options.style.overlay;
    let text = (!compact).then(|| widgets::name(ui, NAME));
    let list = widgets::combo(NAME)
        .selected_text(chosen.label())
        .width(96.0);
    let shown = list.show_ui(ui, |ui| {
        widgets::menu_spacing(ui);
        for overlay in Overlay::ALL {
            let entry = ui.selectable_label(overlay == chosen, overlay.label());
            if entry.on_hover_text(overlay.about()).clicked() && overlay != chosen {
                commands.push(scene.styled(|style| style.overlay = overlay));
            }
        }
    });
    let hint = format!("How the heat map lies over the photo. {}", chosen.about());
    let response = shown.response.on_hover_text(hint);
    match text {
        Some(text) => response.labelled_by(text),
        None => response.accessible_name(NAME),
    };
}

/// A slider of opacity.
struct Slide {
    name: &'static str,
    hint: &'static str,
    width: f32,
    /// Whether its value is beside it.
    numbered: bool,
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
            let slider = ui.add(Slider::new(&mut share, 0.0..=1.0).show_value(false));
            widgets::takes_arrows(&slider);
            slider
        });
        let percent = format!("{:.0} %", share * 100.0);
        let hint = format!("{}: {percent}", self.hint);
        slider.inner.labelled_by(label).on_hover_text(hint);
        let opacity = Opacity::from_share(share);
        if opacity != before {
            commands.push(scene.styled(|style| *(self.of)(style) = opacity));
        }
        if !self.numbered {
            return;
        }
        let (rect, _) = ui.allocate_exact_size(vec2(34.0, ROW), Sense::hover());
        let galley = line(ui, &percent, theme::body(), colours.weak, 40.0);
        draw_right(ui, rect.right(), rect.center().y, galley);
    }
}

/// The colours from 0 to the end of the scale, which is in the menu after them.
fn legend_ui(ui: &mut Ui, scene: Scene<'_>, width: f32) {
    let colours = palette(ui);
    let style = scene.state.options.style;
    let (rect, response) = ui.allocate_exact_size(vec2(width + 16.0, ROW), Sense::hover());
    let y = rect.center().y;
    let zero = line(ui, "0", theme::small(), colours.weak, 16.0);
    let left = draw_left(ui, rect.left(), y, zero) + 6.0;
    let strip = Rect::from_min_max(pos2(left, y - 5.0), pos2(rect.right(), y + 5.0));
    let table = style.overlay.legend(style.colormap);
    ui.painter().add(bar(strip, &table));
    let (end, hint) = end_of_scale(scene);
    let text = format!("Legend: {} from 0 to {end}", style.colormap.name());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &text));
    response.on_hover_text(hint);
}
