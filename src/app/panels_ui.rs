//! The four pictures: one zoom, one crosshair, and each picture with its own question, so that an
//! old one is dimmed until the new one is there.

use egui::{
    Color32, Pos2, Rect, Role, Sense, Spinner, Stroke, TextureId, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::explain::Score;
use crate::figure::Panel;
use crate::model::ReluRule;
use crate::picture::compose::{Overlay, UNSEEN_SHADE};

use super::App;
use super::commands::Command;
use super::state::{Arrangement, Opacity};
use super::textures::{HeatTexture, layer_key};
use super::theme::{self, GRID, palette};
use super::widgets::{draw_left, line, lines};

/// Between two panels, and around them.
const GAP: f32 = 2.0 * GRID;
/// Above each picture: its title and a line that says more.
const HEAD: f32 = 42.0;
/// No panel is smaller than this, however thin the picture.
const SMALLEST: f32 = 96.0;
const WHOLE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// How large each panel's picture is and where it stands.
fn layout(stage: Rect, picture: Vec2, arrangement: Arrangement) -> [Rect; 4] {
    let fitted = |columns: f32| {
        let rows = 4.0 / columns;
        let room = vec2(
            (stage.width() - GAP * (columns - 1.0)) / columns,
            (stage.height() - GAP * (rows - 1.0)) / rows - HEAD,
        );
        let scale = (room.x / picture.x).min(room.y / picture.y);
        (picture * scale)
            .max(Vec2::splat(SMALLEST))
            .min(room.max(Vec2::splat(1.0)))
            .floor()
    };
    let (row, square) = (fitted(4.0), fitted(2.0));
    let columns = match arrangement {
        Arrangement::Row => 4,
        Arrangement::Square => 2,
        // Side by side compares best, so it wins a near draw.
        Arrangement::Automatic if square.x * square.y > row.x * row.y * 1.3 => 2,
        Arrangement::Automatic => 4,
    };
    let size = if columns == 4 { row } else { square };
    let rows = 4 / columns;
    let cell = size + vec2(GAP, HEAD + GAP);
    let block = cell * vec2(columns as f32, rows as f32) - Vec2::splat(GAP);
    let corner = stage.min + ((stage.size() - block) / 2.0).max(Vec2::ZERO).floor();
    std::array::from_fn(|i| {
        let offset = cell * vec2((i % columns) as f32, (i / columns) as f32);
        Rect::from_min_size(corner + offset + vec2(0.0, HEAD), size)
    })
}

/// Whether the picture in `panel` answers something else than what is asked now.
fn is_stale(app: &App, panel: Panel) -> bool {
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

/// Whether any panel still waits for its picture.
pub fn any_stale(app: &App) -> bool {
    app.state.answer_key().is_some() && Panel::ALL.into_iter().any(|panel| is_stale(app, panel))
}

impl App {
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
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(Role::Image, true, title);
                info.current_text_value = Some(if stale { "updating" } else { "" }.to_owned());
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

    /// The line under a panel's title: what the picture is of.
    fn caption(&self, panel: Panel) -> String {
        let state = &self.state;
        match panel {
            Panel::Original => state.photo.as_ref().map(|p| p.name()).unwrap_or_default(),
            Panel::HeatMap => state
                .results
                .heat
                .as_ref()
                .map_or_else(String::new, |heat| {
                    format!("{} at {}", state.score_name(heat.key.score), heat.key.layer)
                }),
            Panel::GuidedBackprop => match &state.results.guided {
                Some(guided) => rectifiers(guided.key.rule, guided.value.rectifiers),
                None => String::new(),
            },
            Panel::GuidedGradCam => match state.results.guided.as_ref().map(|g| g.key.heat.score) {
                Some(Score::Versus { .. }) => "of the difference of two logits".to_owned(),
                Some(_) => "multiplied with the heat map".to_owned(),
                None => String::new(),
            },
        }
    }

    fn picture_ui(&self, ui: &mut Ui, panel: Panel, rect: Rect) {
        let colours = palette(ui);
        ui.painter().rect_filled(rect, 0.0, colours.well);
        let painter = ui.painter_at(rect);
        let state = &self.state;
        let place = |size: (u32, u32)| {
            state
                .view
                .picture_rect(rect, vec2(size.0 as f32, size.1 as f32))
        };
        let draw = |id: TextureId, at: Rect, tint: Color32| {
            painter.image(id, at, WHOLE, tint);
        };
        let mut empty = false;
        match panel {
            Panel::Original => match self.textures.photo.shown() {
                Some((_, photo)) => {
                    let at = place(photo.size);
                    let width = at.width() * ui.pixels_per_point();
                    draw(photo.level(width).id(), at, Color32::WHITE);
                }
                None => empty = true,
            },
            Panel::HeatMap => match self.textures.heat.shown() {
                Some((key, heat)) => {
                    let at = place(heat.photo.size);
                    let width = at.width() * ui.pixels_per_point();
                    draw(heat.photo.level(width).id(), at, Color32::WHITE);
                    draw_heat(&painter, heat, at, state.opacity, key.overlay);
                }
                None => empty = true,
            },
            Panel::GuidedBackprop | Panel::GuidedGradCam => match self.textures.signed.shown() {
                Some((_, signed)) => {
                    let texture = if panel == Panel::GuidedBackprop {
                        &signed.backprop
                    } else {
                        &signed.grad_cam
                    };
                    draw(texture.id(), place(signed.size), Color32::WHITE);
                }
                None => empty = true,
            },
        }
        let stale = is_stale(self, panel) && state.card.is_some();
        let dim = ui.animate_bool_with_time(ui.scope_id().with((panel, "dim")), stale, 0.15);
        if stale && !empty {
            painter.rect_filled(rect, 0.0, colours.stage.gamma_multiply(0.6 * dim));
        }
        if empty && stale && self.is_loading() {
            Spinner::new().color(colours.faint).paint_at(
                ui,
                Rect::from_center_size(rect.center(), Vec2::splat(3.0 * GRID)),
            );
        }
        if panel == Panel::HeatMap
            && !stale
            && self
                .textures
                .heat
                .shown()
                .is_some_and(|(_, heat)| heat.zero)
        {
            zero_ui(ui, rect);
        }
        self.crosshair_ui(&painter, rect);
    }

    fn crosshair_ui(&self, painter: &egui::Painter, rect: Rect) {
        let (Some(place), Some((_, picture))) = (self.state.view.pointer, self.frame) else {
            return;
        };
        let at = self.state.view.picture_rect(rect, picture);
        let point = at.min + place.to_vec2() * at.size();
        // Dark beside light, so that it shows on any picture.
        for (width, colour) in [
            (3.0, Color32::from_black_alpha(70)),
            (1.0, Color32::from_white_alpha(150)),
        ] {
            let stroke = Stroke::new(width, colour);
            for side in [-1.0, 1.0] {
                let near = 6.0 * side;
                let x = if side < 0.0 { at.left() } else { at.right() };
                let y = if side < 0.0 { at.top() } else { at.bottom() };
                painter.line_segment([point + vec2(near, 0.0), pos2(x, point.y)], stroke);
                painter.line_segment([point + vec2(0.0, near), pos2(point.x, y)], stroke);
            }
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
                    ui.add(Spinner::new().size(3.0 * GRID).color(colours.weak));
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

/// The layer with the opacity as its tint, and a shade over what the network did not see.
fn draw_heat(
    painter: &egui::Painter,
    heat: &HeatTexture,
    at: Rect,
    opacity: Opacity,
    _overlay: Overlay,
) {
    let seen = Rect::from_min_max(
        at.min + heat.seen.min.to_vec2() * at.size(),
        at.min + heat.seen.max.to_vec2() * at.size(),
    );
    painter.image(
        heat.layer.id(),
        seen,
        WHOLE,
        Color32::from_white_alpha(opacity.0),
    );
    let shade = Color32::from_black_alpha((UNSEEN_SHADE * 255.0).round() as u8);
    let bars = [
        Rect::from_min_max(at.min, pos2(at.right(), seen.top())),
        Rect::from_min_max(pos2(at.left(), seen.bottom()), at.max),
        Rect::from_min_max(
            pos2(at.left(), seen.top()),
            pos2(seen.left(), seen.bottom()),
        ),
        Rect::from_min_max(
            pos2(seen.right(), seen.top()),
            pos2(at.right(), seen.bottom()),
        ),
    ];
    for bar in bars
        .into_iter()
        .filter(|bar| bar.width() > 0.0 && bar.height() > 0.0)
    {
        painter.rect_filled(bar, 0.0, shade);
    }
}

/// An all-zero map is not a dark map.
fn zero_ui(ui: &Ui, rect: Rect) {
    let text = "All zero: this layer has no evidence for this class";
    let width = rect.width() - 4.0 * GRID;
    let galley = lines(ui, text, theme::small(), Color32::WHITE, width, 3);
    let size = galley.size() + vec2(2.0 * GRID, GRID);
    let plate = Rect::from_center_size(rect.center(), size);
    ui.painter()
        .rect_filled(plate, 4.0, Color32::from_black_alpha(190));
    ui.painter()
        .galley(plate.min + vec2(GRID, GRID / 2.0), galley, Color32::WHITE);
    let response = ui.interact(plate, ui.scope_id().with("all zero"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
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

    const STAGE: Rect = Rect {
        min: pos2(280.0, 48.0),
        max: pos2(1160.0, 780.0),
    };

    #[test]
    fn panels_are_equal_apart_and_inside_the_stage() {
        for arrangement in Arrangement::ALL {
            for picture in [vec2(451.0, 300.0), vec2(300.0, 900.0), vec2(1.0, 1.0)] {
                let rects = layout(STAGE, picture, arrangement);
                for (i, a) in rects.iter().enumerate() {
                    assert_eq!(a.size(), rects[0].size());
                    assert!(
                        STAGE.expand(0.5).contains_rect(*a),
                        "{arrangement:?} {picture}: {a}"
                    );
                    for b in &rects[..i] {
                        assert!(!a.intersects(*b));
                    }
                }
            }
        }
    }

    #[test]
    fn a_wide_picture_stands_two_by_two_and_a_tall_one_in_a_row() {
        let columns = |picture| {
            let rects = layout(STAGE, picture, Arrangement::Automatic);
            rects.iter().filter(|r| r.top() == rects[0].top()).count()
        };
        assert_eq!(columns(vec2(600.0, 400.0)), 2);
        assert_eq!(columns(vec2(300.0, 900.0)), 4);
    }

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
