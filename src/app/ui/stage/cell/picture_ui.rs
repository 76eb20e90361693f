//! One image in its panel, at the zoom and pan that all panels share.

use egui::{
    Color32, CursorIcon, Painter, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::figure::Panel;
use crate::picture::map::compose::UNSEEN_SHADE;

use super::is_stale;
use super::region_ui;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::NO_SPATIAL_LAYER;
use crate::app::state::rows::Row;
use crate::app::state::rows::lines::{Cell, Place};
use crate::app::state::view_options::Opacity;
use crate::app::state::viewport::{Port, View};
use crate::app::textures::HeatTexture;
use crate::app::textures::input::InputTexture;
use crate::app::textures::photo::PhotoTexture;
use crate::app::ui::kit::text::lines;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::busy;
use crate::app::ui::stage::StageScratch;

/// The whole of a texture.
pub const WHOLE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// The zero grey of a signed image, shaded where the network did not see the photo.
#[expect(
    clippy::disallowed_methods,
    reason = "a pixel value, not a colour of the theme"
)]
const UNSEEN_ZERO: Color32 = Color32::from_gray(50);

/// Draws one cell at the zoom and pan of `view`.
pub fn picture_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    place: Place<'_>,
    port: &Port,
    view: &View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) {
    let Place { row, cell } = place;
    let rect = frame(scene, row, port, view);
    record_signed_size(ui, scene, row, cell, port, view, stage);
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0.0, colours.well);
    let painter = ui.painter_at(rect);
    let state = scene.state;
    let id = place.id();
    let own = scene.textures.row(id);
    let photo_rect = |size: (u32, u32)| view.picture_rect(port, vec2(size.0 as f32, size.1 as f32));
    let photo = |photo: &PhotoTexture| {
        let drawn_at = photo_rect(photo.size);
        let width = drawn_at.width() * ui.pixels_per_point();
        painter.image(photo.level(width).id(), drawn_at, WHOLE, Color32::WHITE);
        drawn_at
    };
    let style = state.options.style;
    let photo_alone = stage.photo_alone;
    let split = if scene.state.large.is_some() {
        stage.split
    } else {
        0.0
    };
    let over_photo = |heat: &HeatTexture, opacity: Opacity| {
        let photo_rect = photo(&heat.photo);
        if photo_alone {
            return;
        }
        let from = photo_rect.left() + photo_rect.width() * split;
        let overlaid = Rect::from_min_max(pos2(from, rect.top()), rect.max);
        draw_heat(
            &painter.with_clip_rect(painter.clip_rect().intersect(overlaid)),
            &heat.layer,
            photo_rect,
            opacity,
        );
    };
    let drawn = own.and_then(|own| match cell {
        Cell::Panel(Panel::GuidedBackprop | Panel::GuidedGradCam) if photo_alone => {
            own.photo.as_ref().map(|(_, p)| {
                photo(p);
            })
        }
        Cell::Panel(Panel::Original) => own.photo.as_ref().map(|(id, p)| {
            let photo_rect = photo(p);
            if let Some((_, region)) = own.region.as_ref().filter(|((of, _), _)| of.photo == *id) {
                let seen = part(photo_rect, region.seen);
                let texture = region.texture().id();
                painter.image(texture, seen, region.uv(), Color32::WHITE);
            }
        }),
        Cell::Panel(Panel::HeatMap) => {
            let drawn = own.heat.as_ref();
            drawn.map(|(_, heat)| over_photo(heat, style.opacity))
        }
        Cell::Difference => {
            let drawn = own.difference.as_ref();
            drawn.map(|(_, heat)| over_photo(heat, style.difference_opacity))
        }
        Cell::Panel(Panel::GuidedBackprop) => own.signed.as_ref().map(|(_, signed)| {
            draw_signed(&painter, &signed.backprop, photo_rect(signed.size));
        }),
        Cell::Panel(Panel::GuidedGradCam) => own.signed.as_ref().map(|(_, signed)| {
            draw_signed(&painter, &signed.grad_cam, photo_rect(signed.size));
        }),
    });
    let empty = drawn.is_none();
    let original = cell == Cell::Panel(Panel::Original);
    let nowhere = row.is_some_and(|row| row.subject.lacks_spatial_layer());
    if nowhere && !original {
        plate_ui(ui, rect, true, NO_SPATIAL_LAYER);
        return;
    }
    // Without a row there is only the photo.
    let stale = is_stale(scene, place) && (row.is_some() || original);
    let dim = ui.animate_bool_with_time(ui.scope_id().with((id, cell, "dim")), stale, 0.15);
    if stale && !empty {
        painter.rect_filled(rect, 0.0, colours.stage.gamma_multiply(0.6 * dim));
    }
    let waiting = scene.is_loading() || !scene.textures.are_ready();
    if empty && stale && waiting {
        busy(ui, rect.center(), GRID, colours.faint);
    }
    // Without a prediction there is no class, so nothing can be stale.
    let missing = stale || (empty && row.is_some());
    if missing && !waiting && !original && not_computed_ui(ui, rect, empty) {
        commands.push(Action::ComputeAgain.into());
    }
    let heat = own.and_then(|own| own.heat.as_ref()).map(|(_, heat)| heat);
    let words = heat.and_then(|heat| heat.empty);
    if let Some(words) = words.filter(|_| cell == Cell::Panel(Panel::HeatMap) && !stale) {
        plate_ui(ui, rect, false, words);
    }
    region_ui::drawn_ui(&painter, row, port, view, stage);
    crosshair_ui(&painter, scene, row, port, view);
}

/// The part of the screen that a panel takes.
pub fn frame(scene: Scene<'_>, row: Option<&Row>, port: &Port, view: &View) -> Rect {
    let photo = row
        .map(|row| &row.subject.photo)
        .or(scene.state.photo.as_ref());
    match photo {
        Some(photo) => view.frame(port, vec2(photo.width() as f32, photo.height() as f32)),
        None => port.whole,
    }
}

/// Records the size at which a signed image is drawn, so that a copy of that size can be made.
fn record_signed_size(
    ui: &Ui,
    scene: Scene<'_>,
    row: Option<&Row>,
    cell: Cell,
    port: &Port,
    view: &View,
    stage: &mut StageScratch,
) {
    let (Some(row), Cell::Panel(Panel::GuidedBackprop)) = (row, cell) else {
        return;
    };
    let own = scene.textures.row(row.id);
    let Some((_, signed)) = own.and_then(|own| own.signed.as_ref()) else {
        return;
    };
    let size = vec2(signed.size.0 as f32, signed.size.1 as f32);
    let photo_rect = view.picture_rect(port, size);
    let pixels = photo_rect.size() * ui.pixels_per_point();
    stage.drawn_signed.push((row.id, pixels));
}

fn crosshair_ui(painter: &Painter, scene: Scene<'_>, row: Option<&Row>, port: &Port, view: &View) {
    let photo = row
        .map(|row| &row.subject.photo)
        .or(scene.state.photo.as_ref());
    let (Some(pointer), Some(photo)) = (view.pointer, photo) else {
        return;
    };
    let picture = vec2(photo.width() as f32, photo.height() as f32);
    let photo_rect = view.picture_rect(port, picture);
    let point = photo_rect.min + pointer.to_vec2() * photo_rect.size();
    // A dark line under a light one shows on any image.
    for (width, colour) in [(3.0, theme::shade(48)), (1.0, theme::light(110))] {
        let stroke = Stroke::new(width, colour);
        for side in [-1.0, 1.0] {
            let near = 6.0 * side;
            let x = if side < 0.0 {
                photo_rect.left()
            } else {
                photo_rect.right()
            };
            let y = if side < 0.0 {
                photo_rect.top()
            } else {
                photo_rect.bottom()
            };
            painter.line_segment([point + vec2(near, 0.0), pos2(x, point.y)], stroke);
            painter.line_segment([point + vec2(0.0, near), pos2(point.x, y)], stroke);
        }
    }
}

/// A part of `whole`, given in fractions of it.
pub fn part(whole: Rect, part: Rect) -> Rect {
    Rect::from_min_max(
        whole.min + part.min.to_vec2() * whole.size(),
        whole.min + part.max.to_vec2() * whole.size(),
    )
}

/// Draws the map with the given opacity, and shades what the network did not see.
fn draw_heat(painter: &Painter, layer: &InputTexture, photo_rect: Rect, opacity: Opacity) {
    let seen = part(photo_rect, layer.seen);
    let tint = theme::light(opacity.0);
    painter.image(layer.texture().id(), seen, layer.uv(), tint);
    shade_unseen(painter, photo_rect, seen);
}

/// Darkens what the network did not see.
pub fn shade_unseen(painter: &Painter, photo_rect: Rect, seen: Rect) {
    let shade = theme::shade((UNSEEN_SHADE * 255.0).round() as u8);
    let bars = [
        Rect::from_min_max(photo_rect.min, pos2(photo_rect.right(), seen.top())),
        Rect::from_min_max(pos2(photo_rect.left(), seen.bottom()), photo_rect.max),
        Rect::from_min_max(
            pos2(photo_rect.left(), seen.top()),
            pos2(seen.left(), seen.bottom()),
        ),
        Rect::from_min_max(
            pos2(seen.right(), seen.top()),
            pos2(photo_rect.right(), seen.bottom()),
        ),
    ];
    for bar in bars
        .into_iter()
        .filter(|bar| bar.width() > 0.0 && bar.height() > 0.0)
    {
        painter.rect_filled(bar, 0.0, shade);
    }
}

/// Draws a signed image on what the network saw. The rest is zero and shaded.
fn draw_signed(painter: &Painter, picture: &InputTexture, photo_rect: Rect) {
    painter.rect_filled(photo_rect, 0.0, UNSEEN_ZERO);
    let seen = part(photo_rect, picture.seen);
    painter.image(picture.texture().id(), seen, picture.uv(), Color32::WHITE);
}

/// A message over a stale image that will not be recomputed by itself. Returns whether it was clicked.
fn not_computed_ui(ui: &Ui, rect: Rect, bare: bool) -> bool {
    let text = "Not computed. Click to compute again.";
    let plate = plate(ui, rect, bare, text);
    let id = ui
        .scope_id()
        .with(("again", rect.min.x as i32, rect.min.y as i32));
    let response = ui.interact(plate, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(Action::ComputeAgain.tooltip())
        .clicked()
}

/// A message over an image, or in place of one.
fn plate_ui(ui: &Ui, rect: Rect, bare: bool, text: &str) {
    let plate = plate(ui, rect, bare, text);
    let id = ui
        .scope_id()
        .with(("plate", rect.min.x as i32, rect.min.y as i32));
    let response = ui.interact(plate, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// Draws a message in the middle of a panel. Returns its rectangle.
fn plate(ui: &Ui, rect: Rect, bare: bool, text: &str) -> Rect {
    let (ink, background) = if bare {
        (palette(ui).weak, Color32::TRANSPARENT)
    } else {
        (Color32::WHITE, theme::shade(190))
    };
    // As many lines as fit in the panel.
    let room = rect.size() - vec2(2.0 * GRID + 4.0, GRID + 4.0);
    let max_lines = (room.y / ui.fonts_mut(|fonts| fonts.row_height(&theme::small()))) as usize;
    let galley = lines(ui, text, theme::small(), ink, room.x, max_lines.max(1));
    let size = galley.size() + vec2(2.0 * GRID, GRID);
    let plate = Rect::from_center_size(rect.center(), size);
    ui.painter().rect_filled(plate, 4.0, background);
    ui.painter()
        .galley(plate.min + vec2(GRID, GRID / 2.0), galley, ink);
    plate
}
