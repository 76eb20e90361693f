//! The four pictures: one zoom, one crosshair, and each picture with its own question, so that an
//! old one is dimmed until the new one is there.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::explain::Score;
use crate::figure::Panel;
use crate::model::ReluRule;

use super::App;
use super::arrange::{HEAD, layout};
use super::commands::Command;
use super::textures::layer_key;
use super::theme::{self, GRID, palette};
use super::widgets::{busy, draw_left, line, lines};

/// Whether the picture in `panel` answers something else than what is asked now.
pub fn is_stale(app: &App, panel: Panel) -> bool {
    let (state, textures) = (&app.state, &app.textures);
    match panel {
        Panel::Original => {
            app.work.photo.is_some()
                || textures.photo.shown().map(|(id, _)| *id)
                    != state.photo.as_ref().map(|photo| photo.id)
        }
        Panel::HeatMap => textures.heat.shown().map(|(key, _)| key) != layer_key(state).as_ref(),
        Panel::GuidedBackprop | Panel::GuidedGradCam => {
            textures.signed.shown().map(|(key, _)| key) != state.guided_key().as_ref()
        }
    }
}

/// What stands in the panels of a model without a layer to explain at.
pub const NOWHERE_TO_LOOK: &str = "This model has no layer with a spatial map";

/// Whether any panel still waits for its picture.
pub fn any_stale(app: &App) -> bool {
    app.state.answer_key().is_some() && Panel::ALL.into_iter().any(|panel| is_stale(app, panel))
}

impl App {
    /// Whether a model is open whose answers cannot be explained by a map.
    pub(super) fn has_nowhere_to_look(&self) -> bool {
        let card = self.state.card.as_ref();
        card.is_some_and(|card| card.layers.recommended().is_none())
    }

    pub(super) fn panels_ui(&mut self, ui: &mut Ui) {
        let stage = ui.available_rect_before_wrap();
        let Some(photo) = &self.state.photo else {
            return;
        };
        let picture = vec2(photo.width() as f32, photo.height() as f32);
        let rects = layout(stage, picture, self.state.arrangement);
        self.frame = Some((rects[0], picture));

        // All panels listen before any is drawn, so that the crosshair is in step in each.
        self.state.view.pointer = None;
        for (panel, rect) in Panel::ALL.into_iter().zip(rects) {
            let response = ui.interact(rect, ui.scope_id().with(panel), Sense::click_and_drag());
            self.state.view.interact(ui, &response, rect, picture);
            let stale = is_stale(self, panel);
            let title = panel.title(self.state.rule);
            let caption = if stale {
                "updating".to_owned()
            } else {
                self.caption(panel)
            };
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(Role::Image, true, title);
                info.current_text_value = Some(caption.clone());
                info
            });
            if self.state.view.pointer.is_some() && response.hovered() {
                ui.set_cursor_icon(egui::CursorIcon::Crosshair);
            }
        }
        for (panel, rect) in Panel::ALL.into_iter().zip(rects) {
            self.head_ui(ui, panel, rect);
            self.picture_ui(ui, panel, rect);
        }
    }

    fn head_ui(&self, ui: &Ui, panel: Panel, rect: Rect) {
        let colours = palette(ui);
        let top = rect.top() - HEAD;
        let title = line(
            ui,
            panel.title(self.state.rule),
            theme::title(),
            colours.text,
            rect.width(),
        );
        draw_left(ui, rect.left(), top + 9.0, title);
        let text = self.caption(panel);
        let caption = lines(ui, &text, theme::small(), colours.weak, rect.width(), 1);
        draw_left(ui, rect.left(), top + 27.0, caption.clone());
        if caption.elided {
            let area = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), HEAD - 4.0));
            ui.interact(area, ui.scope_id().with((panel, "head")), Sense::hover())
                .on_hover_text(text);
        }
    }

    /// The line under a panel's title: what the picture there is of, old or new.
    fn caption(&self, panel: Panel) -> String {
        let (state, textures) = (&self.state, &self.textures);
        match panel {
            Panel::Original => state.photo.as_ref().map(|p| p.name()).unwrap_or_default(),
            Panel::HeatMap => textures
                .heat
                .shown()
                .map_or_else(String::new, |(_, heat)| heat.caption.clone()),
            Panel::GuidedBackprop => match textures.signed.shown() {
                Some((key, signed)) => rectifiers(key.rule, signed.rectifiers),
                None => String::new(),
            },
            Panel::GuidedGradCam => match textures.signed.shown().map(|(key, _)| key.heat.score) {
                Some(Score::Versus { .. }) => "of the difference of two logits".to_owned(),
                Some(_) => "multiplied with the heat map".to_owned(),
                None => String::new(),
            },
        }
    }

    /// What stands where the pictures will be.
    pub(super) fn invitation_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let colours = palette(ui);
        let stage = ui.available_rect_before_wrap();
        let opening = self.work.photo.is_some();
        let centre = Rect::from_center_size(stage.center(), vec2(stage.width(), 96.0));
        ui.scope_builder(egui::UiBuilder::new().max_rect(centre), |ui| {
            ui.vertical_centered(|ui| {
                if opening {
                    let (mark, _) = ui.allocate_exact_size(vec2(48.0, 48.0), Sense::hover());
                    busy(ui, mark.center(), GRID, colours.weak);
                    return;
                }
                let text = egui::RichText::new("Open or drop a photo").font(theme::display());
                ui.label(text.color(colours.text));
                ui.add_space(GRID);
                let command = Command::OpenImage;
                let button = egui::Button::new("Choose a photo…").min_size(vec2(128.0, 32.0));
                if ui
                    .add(button)
                    .on_hover_text(command.hint(ui.ctx()))
                    .clicked()
                {
                    commands.push(command);
                }
            });
        });
    }
}

/// How far the rule reached.
fn rectifiers(rule: ReluRule, (acted, all): (usize, usize)) -> String {
    match rule {
        _ if all == 0 => "0 of 0 rectifiers guided: this is the plain gradient".to_owned(),
        ReluRule::Guided => format!("{acted} of {all} rectifiers guided"),
        ReluRule::Deconvnet => format!("{acted} of {all} rectifiers by the deconvnet rule"),
        ReluRule::Gradient => "The plain gradient".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_without_rectifiers_is_told_as_such() {
        let text = rectifiers(ReluRule::Guided, (0, 0));
        assert_eq!(text, "0 of 0 rectifiers guided: this is the plain gradient");
        assert_eq!(
            rectifiers(ReluRule::Guided, (26, 26)),
            "26 of 26 rectifiers guided"
        );
    }
}
