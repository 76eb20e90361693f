//! The menu of colour maps, each with its colours.

use egui::{Atom, Button, RichText, Ui, vec2};

use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::ui::kit::colour_bar::bar;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets;
use crate::picture::map::colormap::Colormap;

const NAME: &str = "Colours";
/// The size of the bar before a name.
const SWATCH: egui::Vec2 = vec2(72.0, 10.0);

/// The menu of colour maps.
pub fn colours_ui(ui: &mut Ui, scene: Scene<'_>, compact: bool, commands: &mut Vec<Command>) {
    let chosen = scene.state.options.style.colormap;
    let text = (!compact).then(|| widgets::name(ui, NAME));
    let list = widgets::combo(NAME)
        .selected_text(chosen.name())
        .width(76.0)
        .height(320.0);
    let shown = list.show_ui(ui, |ui| {
        widgets::menu_spacing(ui);
        for map in Colormap::ALL {
            if swatch_ui(ui, map, map == chosen) && map != chosen {
                commands.push(scene.styled(|style| style.colormap = map));
            }
        }
    });
    let hint = match chosen.warning() {
        None => "The colours of the heat map".to_owned(),
        Some(warning) => format!("The colours of the heat map. {warning}"),
    };
    let response = shown.response.on_hover_text(hint);
    match text {
        Some(text) => response.labelled_by(text),
        None => response.accessible_name(NAME),
    };
}

/// Returns whether it was clicked.
fn swatch_ui(ui: &mut Ui, map: Colormap, is_chosen: bool) -> bool {
    let swatch = Atom::paint(SWATCH, move |ui, args| {
        ui.painter().add(bar(args.rect, map.table()));
    });
    let button = Button::selectable(is_chosen, (swatch, map.name())).gap(GRID);
    let Some(warning) = map.warning() else {
        return ui.add(button).clicked();
    };
    ui.horizontal(|ui| {
        let clicked = ui.add(button).clicked();
        let text = RichText::new(warning).font(theme::small());
        ui.label(text.color(palette(ui).weak));
        clicked
    })
    .inner
}
