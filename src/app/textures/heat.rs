//! Textures of maps over their photos, with what is said about them.

use std::sync::Arc;

use egui::Context;
use image::RgbaImage;

use super::input::InputTexture;
use super::photo::PhotoTexture;
use super::{HeatTexture, LayerKey, OverPhoto, rgb, rgba};
use crate::app::state::rows::Row;
use crate::app::state::rows::shown::Shown;
use crate::explain::Score;
use crate::picture::map::Map;
use crate::picture::map::colour;
use crate::picture::map::compose::Overlay;
use crate::picture::map::contours::contours;
use crate::picture::map::sample::Sampling;
use crate::picture::photo::geometry::Placement;

/// A heat map, or the part of it that is shown, over its photo.
pub fn heat_texture(
    ctx: &Context,
    photo: &Arc<PhotoTexture>,
    map: &Map,
    placement: &Placement,
    key: &LayerKey,
    row: &Row,
) -> HeatTexture {
    let max = map.max();
    let end = key.common_max.unwrap_or(max);
    let (layer, contours) = match key.overlay {
        Overlay::Blend => {
            let layer = colour::heat(map, key.colormap, end, colour::MAX_SIDE);
            (rgb(&layer), Vec::new())
        }
        Overlay::Cells => (rgb(&colour::heat(map, key.colormap, end, 0)), Vec::new()),
        Overlay::Spotlight => {
            let layer = colour::spotlight(map, end, colour::MAX_SIDE);
            (rgba(&layer), Vec::new())
        }
        // Lines are drawn as lines, so that they stay sharp however far the photo is magnified.
        Overlay::Contours => (rgba(&RgbaImage::new(1, 1)), contours(map, end)),
    };
    let score_name = row.subject.score_name();
    let what = format!("{score_name} at {}", key.heat.layer);
    let caption = match &key.shown {
        Shown::Map => what,
        Shown::Channel(channel) => format!("Activation of channel {channel} at {}", key.heat.layer),
        Shown::Channels(ticked) => format!("{} of the channels: {what}", ticked.len()),
    };
    let empty_text = match (&key.shown, key.heat.score) {
        (Shown::Map, Score::Against(class)) => {
            let class = Score::For(class).describe(&row.subject.model.labels);
            format!("Nothing at this layer speaks against {class}")
        }
        (Shown::Map, Score::For(_) | Score::Within { .. }) => {
            format!("All zero: nothing at this layer speaks for {score_name}")
        }
        (Shown::Map, Score::Versus { .. }) => {
            "All zero: nothing at this layer speaks for one class rather than the other".to_owned()
        }
        (Shown::Channel(_), _) => "This channel has no positive activation here".to_owned(),
        (Shown::Channels(_), _) => {
            format!("All zero: these channels do not speak for {score_name}")
        }
    };
    HeatTexture {
        over: OverPhoto {
            photo: Arc::clone(photo),
            layer: InputTexture::new(ctx, "heat map", layer, placement, key.overlay.sampling()),
            contours,
            end,
            common_scale: key.common_max.is_some(),
            max,
        },
        caption,
        score_name,
        empty: (max <= 0.0).then_some(empty_text),
    }
}

/// The difference of two maps over the photo in grey.
pub fn difference_texture(
    ctx: &Context,
    photo: &Arc<PhotoTexture>,
    map: &Map,
    placement: &Placement,
    (common_max, sampling): (Option<f32>, Sampling),
) -> OverPhoto {
    let max = map.max_abs();
    let end = common_max.unwrap_or(max);
    let side = match sampling {
        Sampling::Bilinear => colour::MAX_SIDE,
        Sampling::Nearest => 0,
    };
    let layer = rgba(&colour::difference(map, end, side));
    OverPhoto {
        photo: Arc::clone(photo),
        layer: InputTexture::new(ctx, "difference", layer, placement, sampling),
        contours: Vec::new(),
        end,
        common_scale: common_max.is_some(),
        max,
    }
}
