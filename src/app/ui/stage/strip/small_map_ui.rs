//! The small map of a layer over the photo, as tiles and the tree show it.

use egui::{Color32, Painter, Rect, Ui, vec2};

use crate::app::scene::Scene;
use crate::app::state::view_options::Opacity;
use crate::app::textures::photo::PhotoTexture;
use crate::app::textures::tiles::{Atlas, Tile};
use crate::app::ui::kit::theme;
use crate::app::ui::stage::cell::picture_ui::{WHOLE, part};
use crate::app::ui::stage::cell::unseen_ui::shade_unseen;
use crate::picture::map::look::Overlay;

/// Draws a layer's small map over the photo, dimmed while it is stale.
pub fn small_map_ui(ui: &Ui, scene: Scene<'_>, rect: Rect, path: &str) -> Option<Tile> {
    let own = scene.textures.row(scene.state.live_row())?;
    let (drawn, photo) = own.photo.as_ref()?;
    let photo_now = scene.state.photo.as_ref().map(|photo| photo.id);
    if Some(*drawn) != photo_now {
        // The photo of what was open before.
        return None;
    }
    let (key, atlas) = scene.textures.tiles.shown()?;
    let model_now = scene.state.model().map(|model| model.id);
    let shown = (key.prediction.photo, Some(key.prediction.model));
    if shown != (*drawn, model_now) {
        // A map of another photo or model means nothing here, so the photo is there without a map until it has one.
        photo_alone(&ui.painter_at(rect), rect, photo, STALE);
        return None;
    }
    let stale = scene.textures.tiles.are_stale(scene.state);
    let tile = atlas.tile(path)?;
    let small = Small {
        photo,
        atlas,
        tile,
        opacity: scene.state.options.style.opacity,
        // Until the maps are drawn in another way, they lie over the photo as they were drawn.
        overlay: key.overlay,
        strength: if stale { STALE } else { 1.0 },
    };
    small.draw(ui, &ui.painter_at(rect), rect);
    Some(*tile)
}

/// How strong a stale map is.
const STALE: f32 = 0.35;

/// Draws the photo. Returns where.
fn photo_alone(painter: &Painter, rect: Rect, photo: &PhotoTexture, strength: f32) -> Rect {
    let size = vec2(photo.size.0 as f32, photo.size.1 as f32);
    let scale = (rect.width() / size.x).min(rect.height() / size.y);
    let photo_rect = Rect::from_center_size(rect.center(), size * scale);
    let texture = photo.level(photo_rect.width() * painter.pixels_per_point());
    let tint = Color32::WHITE.gamma_multiply(strength);
    painter.image(texture.id(), photo_rect, WHOLE, tint);
    photo_rect
}

/// A small map over its photo.
struct Small<'a> {
    photo: &'a PhotoTexture,
    atlas: &'a Atlas,
    tile: &'a Tile,
    opacity: Opacity,
    overlay: Overlay,
    /// Less than 1 if the map is stale.
    strength: f32,
}

impl Small<'_> {
    fn draw(&self, ui: &Ui, painter: &Painter, rect: Rect) {
        let photo_rect = photo_alone(painter, rect, self.photo, self.strength);
        let seen = part(photo_rect, self.atlas.seen);
        let opacity = Opacity::from_share(self.overlay.opacity(self.opacity.share()));
        let tint = theme::light(opacity.0).gamma_multiply(self.strength);
        painter.image(
            self.atlas.texture.id(),
            seen,
            self.atlas.uv(self.tile),
            tint,
        );
        let look = (self.overlay, self.opacity.share());
        shade_unseen(ui, painter, photo_rect, seen, look);
    }
}
