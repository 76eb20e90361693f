//! One picture in its panel, at the zoom and the pan that all share.

use egui::{
    Color32, Painter, Pos2, Rect, Role, Sense, Stroke, TextureId, Ui, WidgetInfo, pos2, vec2,
};

use crate::figure::Panel;
use crate::picture::compose::UNSEEN_SHADE;

use super::App;
use super::panels_ui::{NOWHERE_TO_LOOK, is_stale};
use super::state::Opacity;
use super::textures::HeatTexture;
use super::theme::{self, GRID, palette};
use super::widgets::{busy, lines};

const WHOLE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

impl App {
    pub(super) fn picture_ui(&self, ui: &mut Ui, panel: Panel, rect: Rect) {
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
                Some((_, heat)) => {
                    let at = place(heat.photo.size);
                    let width = at.width() * ui.pixels_per_point();
                    draw(heat.photo.level(width).id(), at, Color32::WHITE);
                    draw_heat(&painter, heat, at, state.opacity);
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
        if self.has_nowhere_to_look() && panel != Panel::Original {
            plate(ui, rect, true, NOWHERE_TO_LOOK);
            return;
        }
        let stale = is_stale(self, panel) && state.card.is_some();
        let dim = ui.animate_bool_with_time(ui.scope_id().with((panel, "dim")), stale, 0.15);
        if stale && !empty {
            painter.rect_filled(rect, 0.0, colours.stage.gamma_multiply(0.6 * dim));
        }
        let waiting = self.is_loading() || !self.textures.are_made();
        if empty && stale && waiting {
            busy(ui, rect.center(), GRID, colours.faint);
        }
        if stale && !waiting && panel != Panel::Original {
            plate(
                ui,
                rect,
                empty,
                "Not computed. Click the class to try again.",
            );
        }
        let zero = self
            .textures
            .heat
            .shown()
            .is_some_and(|(_, heat)| heat.zero);
        if panel == Panel::HeatMap && !stale && zero {
            plate(
                ui,
                rect,
                false,
                "All zero: this layer has no evidence for this class",
            );
        }
        self.crosshair_ui(&painter, rect);
    }

    fn crosshair_ui(&self, painter: &Painter, rect: Rect) {
        let (Some(place), Some((_, picture))) = (self.state.view.pointer, self.frame) else {
            return;
        };
        let at = self.state.view.picture_rect(rect, picture);
        let point = at.min + place.to_vec2() * at.size();
        // Dark beside light, so that it shows on any picture.
        for (width, colour) in [
            (3.0, Color32::from_black_alpha(48)),
            (1.0, Color32::from_white_alpha(110)),
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
}

/// The layer with the opacity as its tint, and a shade over what the network did not see.
fn draw_heat(painter: &Painter, heat: &HeatTexture, at: Rect, opacity: Opacity) {
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

/// Words over a picture that does not speak for itself, or in the place of one that is not there.
fn plate(ui: &Ui, rect: Rect, bare: bool, text: &str) {
    let (words, ground) = if bare {
        (palette(ui).weak, Color32::TRANSPARENT)
    } else {
        (Color32::WHITE, Color32::from_black_alpha(190))
    };
    let galley = lines(
        ui,
        text,
        theme::small(),
        words,
        rect.width() - 4.0 * GRID,
        3,
    );
    let size = galley.size() + vec2(2.0 * GRID, GRID);
    let plate = Rect::from_center_size(rect.center(), size);
    ui.painter().rect_filled(plate, 4.0, ground);
    ui.painter()
        .galley(plate.min + vec2(GRID, GRID / 2.0), galley, words);
    let id = ui
        .scope_id()
        .with(("plate", rect.min.x as i32, rect.min.y as i32));
    let response = ui.interact(plate, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}
