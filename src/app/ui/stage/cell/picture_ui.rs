//! One image in its panel, at the zoom and pan that all panels share.

use egui::{
    Color32, CursorIcon, Id, Painter, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::is_stale;
use super::lines_ui::lines_ui;
use super::region_ui;
use super::unseen_ui::{hatch_unseen, shade_unseen};
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::NO_SPATIAL_LAYER;
use crate::app::state::rows::Row;
use crate::app::state::rows::lines::{Cell, Place};
use crate::app::state::view_options::Opacity;
use crate::app::state::viewport::{Port, View};
use crate::app::textures::input::InputTexture;
use crate::app::textures::photo::PhotoTexture;
use crate::app::textures::{OverPhoto, RowTextures};
use crate::app::ui::kit::text::lines;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::busy;
use crate::app::ui::stage::StageScratch;
use crate::figure::Panel;
use crate::picture::map::look::Overlay;

/// How long something may be stale before it is dimmed, and how long that takes, in seconds.
const DIM_AFTER: f64 = 0.15;

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
    let picture = scene.state.picture_of(row);
    record_signed_size(ui, scene, row, cell, port, view, stage);
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0.0, colours.well);
    let covered = picture.map_or(rect, |picture| view.covered(port, picture));
    let painter = ui.painter_at(covered);
    let state = scene.state;
    let id = place.id();
    let own = scene.textures.row(id);
    let photo_rect = |size: (u32, u32)| {
        let picture = picture.map(|picture| picture.at_size(size));
        picture.map_or(rect, |picture| view.picture_rect(port, picture))
    };
    let photo = |painter: &Painter, photo: &PhotoTexture| {
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
    let over_photo = |plain: &PhotoTexture, over: &OverPhoto, look: (Overlay, Opacity)| {
        let photo_rect = photo(&painter, plain);
        if photo_alone {
            return;
        }
        let from = photo_rect.left() + photo_rect.width() * split;
        let overlaid = Rect::from_min_max(pos2(from, rect.top()), rect.max);
        let painter = painter.with_clip_rect(painter.clip_rect().intersect(overlaid));
        // A difference lies over the photo in grey.
        if !std::ptr::eq(plain, &raw const *over.photo) {
            photo(&painter, &over.photo);
        }
        draw_heat(ui, &painter, over, photo_rect, look);
        lines_ui(&painter, over, photo_rect, style.colormap);
    };
    // A map of another photo would be taken for one of this photo.
    let is_other = of_other_photo(own, place);
    let drawn = own.filter(|_| !is_other).and_then(|own| match cell {
        Cell::Panel(Panel::GuidedBackprop | Panel::GuidedGradCam) if photo_alone => {
            own.photo.as_ref().map(|(_, p)| {
                photo(&painter, p);
            })
        }
        Cell::Panel(Panel::Original) => own.photo.as_ref().map(|(id, p)| {
            let photo_rect = photo(&painter, p);
            if let Some((_, region)) = own.region.as_ref().filter(|((of, _), _)| of.photo == *id) {
                let seen = part(photo_rect, region.seen);
                let texture = region.texture().id();
                painter.image(texture, seen, region.uv(), Color32::WHITE);
            }
        }),
        Cell::Panel(Panel::HeatMap) => {
            let drawn = own.heat.as_ref().map(|(_, heat)| &heat.over);
            drawn.map(|over| over_photo(&over.photo, over, (style.overlay, style.opacity)))
        }
        Cell::Difference => {
            let plain = own.photo.as_ref().map(|(_, photo)| photo);
            let drawn = plain.zip(own.difference.as_ref());
            let look = (Overlay::Blend, style.difference_opacity);
            drawn.map(|(plain, (_, over))| over_photo(plain, over, look))
        }
        Cell::Panel(Panel::GuidedBackprop) => own.signed.as_ref().map(|(_, signed)| {
            draw_signed(ui, &painter, &signed.backprop, photo_rect(signed.size));
        }),
        Cell::Panel(Panel::GuidedGradCam) => own.signed.as_ref().map(|(_, signed)| {
            draw_signed(ui, &painter, &signed.grad_cam, photo_rect(signed.size));
        }),
    });
    let empty = drawn.is_none();
    if is_other
        && let (Some((id, texture)), Some(row)) = (own.and_then(|own| own.photo.as_ref()), row)
        && *id == row.subject.photo.id
    {
        photo(&painter, texture);
    }
    if marks_ui(
        ui,
        scene,
        place,
        (rect, &painter),
        (empty, is_other),
        commands,
    ) {
        region_ui::drawn_ui(&painter, scene, row, (port, view), stage);
        crosshair_ui(&painter, scene, row, port, view);
    }
}

/// Dims a cell that is no longer right, and says why it is empty. Returns whether it has a picture.
fn marks_ui(
    ui: &Ui,
    scene: Scene<'_>,
    place: Place<'_>,
    (rect, painter): (Rect, &Painter),
    (empty, is_other): (bool, bool),
    commands: &mut Vec<Command>,
) -> bool {
    let Place { row, cell } = place;
    let id = place.id();
    let colours = palette(ui);
    let original = cell == Cell::Panel(Panel::Original);
    let nowhere = row.is_some_and(|row| row.subject.lacks_spatial_layer());
    if nowhere && !original {
        plate_ui(ui, rect, true, NO_SPATIAL_LAYER);
        return false;
    }
    // Without a row there is only the photo.
    let stale = is_stale(scene, place) && (row.is_some() || original);
    let dim = late(ui, ui.scope_id().with((id, cell, "dim")), stale);
    if stale && (!empty || is_other) {
        painter.rect_filled(rect, 0.0, colours.stage.gamma_multiply(0.6 * dim));
    }
    let waiting = scene.is_loading() || !scene.textures.are_ready();
    if empty && stale && waiting && dim > 0.0 {
        busy(ui, rect.center(), GRID, colours.faint);
    }
    // Without a prediction there is no class, so nothing can be stale.
    let missing = stale || (empty && row.is_some());
    if missing && !waiting && !original && not_computed_ui(ui, rect, empty) {
        commands.push(Action::ComputeAgain.into());
    }
    if let Some(words) = why_empty(scene.textures.row(id), cell).filter(|_| !stale) {
        plate_ui(ui, rect, false, words);
    }
    true
}

/// Whether the newest picture of a cell is one of another photo.
fn of_other_photo(own: Option<&RowTextures>, place: Place<'_>) -> bool {
    let (Some(own), Some(row)) = (own, place.row) else {
        return false;
    };
    let of = match place.cell {
        Cell::Panel(Panel::Original) => None,
        Cell::Panel(Panel::HeatMap) => own.heat.as_ref().map(|(key, _)| &key.heat),
        Cell::Difference => own.difference.as_ref().map(|((heat, _), _)| heat),
        Cell::Panel(Panel::GuidedBackprop | Panel::GuidedGradCam) => {
            own.signed.as_ref().map(|(key, _)| &key.heat)
        }
    };
    of.is_some_and(|heat| heat.prediction.photo != row.subject.photo.id)
}

/// Why there is nothing to see in a cell that is complete.
fn why_empty(own: Option<&RowTextures>, cell: Cell) -> Option<&str> {
    let own = own?;
    match cell {
        Cell::Panel(Panel::Original) | Cell::Difference => None,
        Cell::Panel(Panel::HeatMap) => own.heat.as_ref()?.1.empty.as_deref(),
        Cell::Panel(Panel::GuidedBackprop) => own.signed.as_ref()?.1.empty[0],
        Cell::Panel(Panel::GuidedGradCam) => own.signed.as_ref()?.1.empty[1],
    }
}

/// How far what is no longer right is marked, from 0 to 1: not at all for a moment, so that fast answers do
/// not flicker.
fn late(ui: &Ui, id: Id, stale: bool) -> f32 {
    let now = ui.input(|input| input.time);
    let since: f64 = ui.data_mut(|data| {
        let since = data.get_temp_mut_or(id, now);
        if !stale {
            *since = now;
        }
        *since
    });
    let after = ((now - since - DIM_AFTER) / DIM_AFTER).clamp(0.0, 1.0) as f32;
    if stale && after < 1.0 {
        ui.request_repaint();
    }
    after
}

/// The part of the screen that a panel takes.
pub fn frame(scene: Scene<'_>, row: Option<&Row>, port: &Port, view: &View) -> Rect {
    let picture = scene.state.picture_of(row);
    picture.map_or(port.whole, |picture| view.frame(port, picture))
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
    let Some(picture) = scene.state.picture_of(Some(row)) else {
        return;
    };
    let photo_rect = view.picture_rect(port, picture.at_size(signed.size));
    let pixels = photo_rect.size() * ui.pixels_per_point();
    stage.drawn_signed.push((row.id, pixels));
}

fn crosshair_ui(painter: &Painter, scene: Scene<'_>, row: Option<&Row>, port: &Port, view: &View) {
    let (Some(pointer), Some(picture)) = (view.pointer, scene.state.picture_of(row)) else {
        return;
    };
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
fn draw_heat(
    ui: &Ui,
    painter: &Painter,
    over: &OverPhoto,
    photo_rect: Rect,
    (overlay, opacity): (Overlay, Opacity),
) {
    let layer = &over.layer;
    let seen = part(photo_rect, layer.seen);
    let tint = theme::light(opacity.0);
    painter.image(layer.texture().id(), seen, layer.uv(), tint);
    let look = (overlay, opacity.share());
    shade_unseen(ui, painter, photo_rect, seen, look);
    hatch_unseen(ui, painter, photo_rect, seen, Some(overlay));
}

/// Draws a signed image on what the network saw. The rest is zero and shaded, or in the light theme white as in
/// figures.
fn draw_signed(ui: &Ui, painter: &Painter, picture: &InputTexture, photo_rect: Rect) {
    let unseen = if ui.visuals().dark_mode {
        UNSEEN_ZERO
    } else {
        Color32::WHITE
    };
    painter.rect_filled(photo_rect, 0.0, unseen);
    let seen = part(photo_rect, picture.seen);
    painter.image(picture.texture().id(), seen, picture.uv(), Color32::WHITE);
    hatch_unseen(ui, painter, photo_rect, seen, None);
}

/// A message over a stale image that will not be recomputed by itself. Returns whether it was clicked.
fn not_computed_ui(ui: &Ui, rect: Rect, bare: bool) -> bool {
    let text = "Not computed. Click to recompute.";
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
