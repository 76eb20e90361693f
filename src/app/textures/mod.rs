//! What the panels draw: pictures on the graphics card, with the question that each answers, so
//! that a panel can tell a stale picture from a fresh one.
//!
//! Only photos are large; their display copies are made once, off the window's thread. Maps go to
//! the card at their own grid ([`cells`]), which is so little that it is done in the frame that asks.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, Context, Vec2};
use image::{RgbImage, RgbaImage};

use crate::picture::map::Map;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::colour;
use crate::picture::map::compose::Overlay;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Placement;

use super::state::State;
use super::state::results::{GuidedKey, HeatKey};
use super::state::rows::{Row, RowId};
use input::InputTexture;
use photo::{PhotoTexture, photo_texture};

use slot::Slot;
use tiles::Tiles;

pub(crate) mod input;
pub(crate) mod photo;
pub(crate) mod scale;
pub(crate) mod slot;
pub(crate) mod tiles;

/// What of the map is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Map,
    /// One channel's activation.
    Channel(usize),
    /// The map made of these channels alone, in rising order.
    Channels(Vec<usize>),
}

/// What lies over the photo in the second panel.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerKey {
    pub heat: HeatKey,
    pub shown: Shown,
    pub colormap: Colormap,
    pub overlay: Overlay,
    /// The value at the end of the colours, where it is not the map's own maximum.
    pub common_max: Option<f32>,
}

/// The photo and what lies over it.
pub struct HeatTexture {
    pub photo: Arc<PhotoTexture>,
    pub layer: InputTexture,
    /// What it is of, in the words of the model it came from.
    pub caption: String,
    /// Why there is nothing to see, where the map has no positive value.
    pub empty: Option<&'static str>,
    /// The value at the end of the colours.
    pub end: f32,
    /// All rows have that end.
    pub common_scale: bool,
    /// The largest value of what is shown: of the map, or of the part of it that was chosen.
    pub max: f32,
}

/// The third and the fourth panel.
pub struct SignedTextures {
    pub size: (u32, u32),
    pub backprop: InputTexture,
    pub grad_cam: InputTexture,
    /// Rectifiers the rule acted at, and rectifiers there are.
    pub rectifiers: (usize, usize),
}

/// What one row draws; each with the question it answers.
#[derive(Default)]
pub struct RowTextures {
    pub photo: Option<(u64, Arc<PhotoTexture>)>,
    pub heat: Option<(LayerKey, HeatTexture)>,
    pub signed: Option<(GuidedKey, SignedTextures)>,
    pub difference: Option<((HeatKey, Option<f32>), HeatTexture)>,
}

/// Everything on the graphics card.
#[derive(Default)]
pub struct Textures {
    photos: HashMap<u64, Slot<u64, Arc<PhotoTexture>>>,
    rows: HashMap<RowId, RowTextures>,
    pub tiles: Tiles,
    /// The end of the colours of all rows, where they share one.
    pub common_max: Option<f32>,
}

impl Textures {
    /// Takes what is finished and makes what `state` asks for.
    pub fn update(&mut self, ctx: &Context, state: &State) {
        let rows = state.rows();
        self.rows.retain(|id, _| {
            // The live row keeps its old picture while a new photo or model is being opened.
            *id == RowId::Side(0) || rows.iter().any(|row| row.id == *id)
        });
        let open = state.photo.iter();
        let wanted: HashMap<u64, &Arc<Photo>> = rows
            .iter()
            .map(|row| &row.subject.photo)
            .chain(open)
            .map(|photo| (photo.id, photo))
            .collect();
        self.photos.retain(|id, _| wanted.contains_key(id));
        for (id, photo) in wanted {
            let slot = self.photos.entry(id).or_default();
            slot.drain(Some(&id));
            if slot.lacks(&id) {
                let (ctx2, photo) = (ctx.clone(), Arc::clone(photo));
                slot.make(ctx, id, move || Arc::new(photo_texture(&ctx2, &photo)));
            }
        }
        if rows.is_empty() {
            self.want_photo_alone(state);
        }
        self.common_max = state.common_scale.then(|| scale::common_max(state, &rows));
        for row in &rows {
            self.want_row(ctx, state, row);
        }
        self.tiles.update(ctx, state);
    }

    /// Brings the signed pictures of a row to the size that they have on the screen, where the whole
    /// photo is `photo` large, in pixels.
    pub fn fit_signed(&mut self, ctx: &Context, id: RowId, photo: Vec2) {
        let own = self.rows.get_mut(&id);
        if let Some((_, signed)) = own.and_then(|own| own.signed.as_mut()) {
            signed.backprop.fit(ctx, photo);
            signed.grad_cam.fit(ctx, photo);
        }
    }

    /// What a row draws, old or new.
    pub fn row(&self, id: RowId) -> Option<&RowTextures> {
        self.rows.get(&id)
    }

    /// Whether no photo's copy is still being made.
    pub fn are_made(&self) -> bool {
        !self.photos.values().any(Slot::is_making)
    }

    fn photo(&self, id: u64) -> Option<&Arc<PhotoTexture>> {
        let (_, texture) = self.photos.get(&id)?.shown()?;
        Some(texture)
    }

    /// A photo without a model to look at it.
    fn want_photo_alone(&mut self, state: &State) {
        let Some(photo) = &state.photo else { return };
        let Some(texture) = self.photo(photo.id).cloned() else {
            return;
        };
        let own = self.rows.entry(RowId::Side(0)).or_default();
        own.photo = Some((photo.id, texture));
    }

    fn want_row(&mut self, ctx: &Context, state: &State, row: &Row) {
        let common_max = self.common_max;
        let subject = &row.subject;
        let photo = self.photo(subject.photo.id).cloned();
        let own = self.rows.entry(row.id).or_default();
        if subject.has_nowhere_to_look() {
            (own.heat, own.signed) = (None, None);
        }
        // Nothing is laid over a photo that is not there yet.
        let Some(photo) = photo else { return };
        own.photo = Some((subject.photo.id, Arc::clone(&photo)));
        let Some(answer) = state.results.answer(subject) else {
            return;
        };
        let placement = &answer.placement;
        if let (Some(heat), Some(key)) = (
            state.results.heat(subject),
            layer_key(state, row, common_max),
        ) && own.heat.as_ref().is_none_or(|(shown, _)| *shown != key)
        {
            let shown = shown_map(state, row);
            let map = shown.as_ref().unwrap_or(&heat.map);
            let made = heat_texture(ctx, &photo, map, placement, &key, row);
            own.heat = Some((key, made));
        }
        if let (Some(guided), Some(key)) = (state.results.guided(subject), subject.guided_key())
            && own.signed.as_ref().is_none_or(|(shown, _)| *shown != key)
        {
            let picture = |name, image| {
                InputTexture::of_fine_lines(ctx, name, colour::signed(image), placement)
            };
            let made = SignedTextures {
                size: photo.size,
                backprop: picture("guided backprop", &guided.backprop),
                grad_cam: picture("guided grad-cam", &guided.grad_cam),
                rectifiers: guided.rectifiers,
            };
            own.signed = Some((key, made));
        }
        match (row.id, subject.heat_key()) {
            (RowId::Versus(_), Some(heat)) => {
                let key = (heat, common_max);
                let fresh = own
                    .difference
                    .as_ref()
                    .is_some_and(|(shown, _)| *shown == key);
                if !fresh && let Some(map) = scale::difference(state, row) {
                    let made = difference_texture(ctx, &photo, &map, placement, common_max);
                    own.difference = Some((key, made));
                }
            }
            (RowId::Versus(_), None) => {}
            _ => own.difference = None,
        }
    }
}

/// What of its map a row shows.
pub fn shown(state: &State, row: &Row) -> Shown {
    let lead = row.id == RowId::Side(state.active);
    match (state.channels.looked_at, state.channels.ticked.is_empty()) {
        _ if !lead || state.fresh_channels().is_none() => Shown::Map,
        (Some(channel), _) => Shown::Channel(channel),
        (None, true) => Shown::Map,
        (None, false) => {
            let mut channels: Vec<usize> = state.channels.ticked.iter().copied().collect();
            channels.sort_unstable();
            Shown::Channels(channels)
        }
    }
}

/// The question of a row's second panel as it is asked now.
pub fn layer_key(state: &State, row: &Row, common_max: Option<f32>) -> Option<LayerKey> {
    let shown = shown(state, row);
    // A channel's activation is no part of the scale of maps.
    let common_max = common_max.filter(|_| !matches!(shown, Shown::Channel(_)));
    Some(LayerKey {
        heat: row.subject.heat_key()?,
        shown,
        colormap: state.colormap,
        overlay: state.overlay,
        common_max,
    })
}

/// What a row shows in place of its whole map, if it does.
pub fn shown_map(state: &State, row: &Row) -> Option<Map> {
    let channels = state.fresh_channels()?;
    match shown(state, row) {
        Shown::Map => None,
        Shown::Channel(channel) => Some(channels.activation(channel)),
        Shown::Channels(ticked) => Some(channels.map_of(&ticked)),
    }
}

fn heat_texture(
    ctx: &Context,
    photo: &Arc<PhotoTexture>,
    map: &Map,
    placement: &Placement,
    key: &LayerKey,
    row: &Row,
) -> HeatTexture {
    let max = map.max();
    let end = key.common_max.unwrap_or(max);
    let layer = match key.overlay {
        Overlay::Blend => rgb(&colour::heat(map, key.colormap, end, colour::MAX_SIDE)),
        Overlay::Spotlight => rgba(&colour::spotlight(map, end, colour::MAX_SIDE)),
    };
    let of = format!("{} at {}", row.subject.score_name(), key.heat.layer);
    let caption = match &key.shown {
        Shown::Map => of,
        Shown::Channel(channel) => format!("Activation of channel {channel} at {}", key.heat.layer),
        Shown::Channels(ticked) => format!("{} of the channels: {of}", ticked.len()),
    };
    let nothing = match &key.shown {
        Shown::Map => "All zero: this layer has no evidence for this class",
        Shown::Channel(_) => "This channel has no positive activation here",
        Shown::Channels(_) => "All zero: these channels have no evidence for this class",
    };
    HeatTexture {
        photo: Arc::clone(photo),
        layer: InputTexture::new(ctx, "heat map", layer, placement),
        caption,
        empty: (max <= 0.0).then_some(nothing),
        end,
        common_scale: key.common_max.is_some(),
        max,
    }
}

fn difference_texture(
    ctx: &Context,
    photo: &Arc<PhotoTexture>,
    map: &Map,
    placement: &Placement,
    common_max: Option<f32>,
) -> HeatTexture {
    let max = map.max_abs();
    let end = common_max.unwrap_or(max);
    let layer = rgb(&colour::difference(map, end, colour::MAX_SIDE));
    HeatTexture {
        photo: Arc::clone(photo),
        layer: InputTexture::new(ctx, "difference", layer, placement),
        caption: "The first map minus the second".to_owned(),
        empty: None,
        end,
        common_scale: common_max.is_some(),
        max,
    }
}

pub fn rgb(picture: &RgbImage) -> ColorImage {
    ColorImage::from_rgb(
        [picture.width() as usize, picture.height() as usize],
        picture,
    )
}

pub fn rgba(picture: &RgbaImage) -> ColorImage {
    let size = [picture.width() as usize, picture.height() as usize];
    ColorImage::from_rgba_unmultiplied(size, picture)
}
