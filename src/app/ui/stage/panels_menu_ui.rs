//! The menu of the stage: which panels it shows, and how they are arranged.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Button, Layout, PopupCloseBehavior, Pos2, Rect, Ui, UiBuilder, vec2};

use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::rows::panels::{Arrangement, Originals, Panels, TwoClasses};
use crate::app::ui::kit::theme::{GRID, ROW};
use crate::app::ui::kit::widgets::{caption, menu_spacing, on_stage};

/// Draws the menu left of `corner`; beside two classes in one line, a button that stops comparing them. Returns
/// what they cover.
pub fn panels_menu_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    corner: Pos2,
    is_pair: bool,
    commands: &mut Vec<Command>,
) -> Rect {
    let area = Rect::from_min_max(corner - vec2(240.0, 0.0), corner + vec2(0.0, ROW));
    let mut left = corner.x;
    ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            on_stage(ui);
            let stay = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            let button = Button::new("Panels");
            let (response, _) = MenuButton::from_button(button).config(stay).ui(ui, |ui| {
                ui.set_width(200.0);
                menu_spacing(ui);
                choices_ui(ui, scene, commands);
            });
            left = response.rect.left();
            response.on_hover_text("Which panels are shown, and how they are arranged");
            if is_pair {
                let action = Action::StopComparing;
                let button = ui.add(Button::new("Stop comparing"));
                left = button.rect.left();
                if button.on_hover_text(action.hint(ui.ctx())).clicked() {
                    commands.push(action.into());
                }
            }
        });
    });
    area.with_min_x(left)
}

/// The entries of the menu.
pub fn choices_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let now = scene.state.options.style.panels;
    let mut offer = |ui: &mut Ui, label: &str, wanted: Panels| {
        if ui.selectable_label(wanted == now, label).clicked() {
            commands.push(scene.styled(|style| style.panels = wanted));
        }
    };
    caption(ui, "Arrangement");
    for arrangement in Arrangement::ALL {
        offer(ui, arrangement.label(), Panels { arrangement, ..now });
    }
    ui.add_space(GRID / 2.0);
    caption(ui, "Original");
    for originals in Originals::ALL {
        offer(ui, originals.label(), Panels { originals, ..now });
    }
    ui.add_space(GRID / 2.0);
    caption(ui, "Each photo");
    for (seen_only, label) in [(false, "All of it"), (true, Action::SeenOnly.label())] {
        offer(ui, label, Panels { seen_only, ..now });
    }
    ui.add_space(GRID / 2.0);
    caption(ui, "Guided panels");
    for (guided_pair, label) in [(true, "Both shown"), (false, "Heat maps alone")] {
        offer(ui, label, Panels { guided_pair, ..now });
    }
    ui.add_space(GRID / 2.0);
    caption(ui, "Two classes");
    for two_classes in TwoClasses::ALL {
        offer(ui, two_classes.label(), Panels { two_classes, ..now });
    }
}
