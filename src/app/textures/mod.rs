//! The textures that the panels draw. Each is stored with the key it was made for, so that a panel
//! can tell a stale texture from a current one.
//!
//! Only photos are large; their display copies are made once, on a background thread. Maps are small
//! enough to be uploaded in the frame that needs them.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, Context, Vec2};
use image::{RgbImage, RgbaImage};

use crate::engine::{Guided, HeatMap, Prediction};
use crate::picture::map::SignedImage;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::colour;
use crate::picture::map::compose::{self, Overlay};
use crate::picture::map::contours::Contour;
use crate::picture::map::sample::Sampling;
use crate::picture::photo::decode::Photo;

use super::state::State;
use super::state::rows::lines::lines;
use super::state::rows::shown::{Shown, shown, shown_map};
use super::state::rows::subject::{GuidedKey, HeatKey, PredictionKey, Subject};
use super::state::rows::{Row, RowId};
use heat::{difference_texture, heat_texture};
use input::InputTexture;
use photo::{PhotoTexture, grey_texture, photo_texture};

use slot::Slot;
use tiles::Tiles;

mod heat;
pub(crate) mod input;
pub(crate) mod photo;
pub(crate) mod scale;
pub(crate) mod slot;
pub(crate) mod tiles;

/// Identifies the overlay in the second panel.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerKey {
    pub heat: HeatKey,
    pub shown: Shown,
    pub colormap: Colormap,
    pub overlay: Overlay,
    /// The value at the top of the colour scale, if it is not the map's own maximum.
    pub common_max: Option<f32>,
}

/// Identifies the difference of two maps: the shared end of the scales, and whether it is interpolated.
pub type DifferenceKey = (HeatKey, (Option<f32>, Sampling));

/// A photo and what is drawn over it.
pub struct OverPhoto {
    pub photo: Arc<PhotoTexture>,
    pub layer: InputTexture,
    /// Lines over it, if it is shown by lines.
    pub contours: Vec<Contour>,
    /// The value at the end of the colour scale.
    pub end: f32,
    /// Whether all rows share that scale.
    pub common_scale: bool,
    /// The largest magnitude of what is drawn: the whole map, or the chosen part of it.
    pub max: f32,
}

/// A heat map over its photo.
pub struct HeatTexture {
    pub over: OverPhoto,
    /// What the map shows, in the labels of the model it came from.
    pub caption: String,
    /// The score in those labels: usually a class.
    pub score_name: String,
    /// Why there is nothing to see, if the map has no positive value.
    pub empty: Option<String>,
}

/// The third and fourth panels.
pub struct SignedTextures {
    pub size: (u32, u32),
    pub backprop: InputTexture,
    pub grad_cam: InputTexture,
    /// The number of rectifiers that the rule changed, and the number in the model.
    pub rectifiers: (usize, usize),
    /// Why there is nothing to see in each of them, if it is zero everywhere.
    pub empty: [Option<&'static str>; 2],
}

/// The textures of one row, each with the key it was made for.
#[derive(Default)]
pub struct RowTextures {
    pub photo: Option<(u64, Arc<PhotoTexture>)>,
    /// The region that the model predicts for a class.
    pub region: Option<((PredictionKey, usize), InputTexture)>,
    pub heat: Option<(LayerKey, HeatTexture)>,
    pub signed: Option<(GuidedKey, SignedTextures)>,
    pub difference: Option<(DifferenceKey, OverPhoto)>,
}

/// All textures.
#[derive(Default)]
pub struct Textures {
    photos: HashMap<u64, Slot<u64, Arc<PhotoTexture>>>,
    /// The photos without their colours, for differences.
    greys: HashMap<u64, Slot<u64, Arc<PhotoTexture>>>,
    rows: HashMap<RowId, RowTextures>,
    pub tiles: Tiles,
    /// The end of the colour scale that all rows share, if they share one.
    pub common_max: Option<f32>,
}

impl Textures {
    /// Collects finished textures and makes those that `state` needs.
    pub fn update(&mut self, ctx: &Context, state: &State) {
        let rows = state.rows();
        self.rows.retain(|id, _| {
            // The live row keeps its old textures while a new photo or model is being opened.
            *id == RowId::Side(0) || rows.iter().any(|row| row.id == *id)
        });
        let open = state.photo.iter();
        let models = state.sides.iter().filter_map(|side| side.model.as_ref());
        let compared = models.filter_map(|model| model.reference.as_ref()?.opened());
        let shown = rows.iter().map(|row| &row.subject.photo);
        let wanted = shown.chain(open).chain(compared);
        keep_photos(ctx, &mut self.photos, wanted, photo_texture);
        let differences = rows
            .iter()
            .filter(|row| matches!(row.id, RowId::Versus(_)))
            .map(|row| &row.subject.photo);
        keep_photos(ctx, &mut self.greys, differences, grey_texture);
        if rows.is_empty() {
            self.update_photo_alone(state);
        }
        self.common_max =
            scale::shared(state, &lines(&rows, state.options.style.panels)).shared_end();
        for row in &rows {
            self.update_row(ctx, state, row);
        }
        self.tiles.update(ctx, state);
    }

    /// Fits a row's signed images to their size on the screen, where the whole photo measures `photo`
    /// pixels.
    pub fn fit_signed(&mut self, ctx: &Context, id: RowId, photo: Vec2) {
        let own = self.rows.get_mut(&id);
        if let Some((_, signed)) = own.and_then(|own| own.signed.as_mut()) {
            signed.backprop.fit(ctx, photo);
            signed.grad_cam.fit(ctx, photo);
        }
    }

    /// The textures of a row, current or stale.
    pub fn row(&self, id: RowId) -> Option<&RowTextures> {
        self.rows.get(&id)
    }

    /// Whether all display copies of photos are finished.
    pub fn are_ready(&self) -> bool {
        let mut all = self.photos.values().chain(self.greys.values());
        !all.any(Slot::is_making)
    }

    /// The texture of a photo that is on screen, once it is made.
    pub fn photo(&self, id: u64) -> Option<&Arc<PhotoTexture>> {
        let (_, texture) = self.photos.get(&id)?.shown()?;
        Some(texture)
    }

    /// Shows the photo on its own while no model is open.
    fn update_photo_alone(&mut self, state: &State) {
        let Some(photo) = &state.photo else { return };
        let Some(texture) = self.photo(photo.id).cloned() else {
            return;
        };
        let own = self.rows.entry(RowId::Side(0)).or_default();
        own.photo = Some((photo.id, texture));
    }

    fn update_row(&mut self, ctx: &Context, state: &State, row: &Row) {
        let common_max = self.common_max;
        let subject = &row.subject;
        let photo = self.photo(subject.photo.id).cloned();
        let grey = self.greys.get(&subject.photo.id).and_then(Slot::shown);
        let grey = grey.map(|(_, texture)| Arc::clone(texture));
        let own = self.rows.entry(row.id).or_default();
        if subject.lacks_spatial_layer() {
            (own.heat, own.signed) = (None, None);
        }
        // Nothing can be drawn over a photo that is not ready yet.
        let Some(photo) = photo else { return };
        own.photo = Some((subject.photo.id, Arc::clone(&photo)));
        let Some(prediction) = state.results.prediction(subject) else {
            return;
        };
        let placement = &prediction.placement;
        let region = region_key(subject, prediction);
        if own.region.as_ref().map(|(shown, _)| shown) != region.as_ref() {
            own.region = region.and_then(|key| {
                let mask = prediction.regions.as_ref()?.map(key.1);
                let layer = rgba(&compose::region_layer(&mask, colour::MAX_SIDE));
                let region = InputTexture::new(ctx, "region", layer, placement, Sampling::Bilinear);
                Some((key, region))
            });
        }
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
                InputTexture::with_fine_detail(ctx, name, colour::signed(image), placement)
            };
            let made = SignedTextures {
                size: photo.size,
                backprop: picture("guided backprop", &guided.backprop),
                grad_cam: picture("guided grad-cam", &guided.grad_cam),
                rectifiers: guided.rectifiers,
                empty: why_zero(guided, state.results.heat(subject)),
            };
            own.signed = Some((key, made));
        }
        match (row.id, subject.heat_key()) {
            (RowId::Versus(_), Some(heat)) => {
                let how = (common_max, state.options.style.overlay.sampling());
                let key = (heat, how);
                let fresh = own
                    .difference
                    .as_ref()
                    .is_some_and(|(shown, _)| *shown == key);
                if !fresh && let (Some(grey), Some(map)) = (grey, scale::difference(state, row)) {
                    let made = difference_texture(ctx, &grey, &map, placement, how);
                    own.difference = Some((key, made));
                }
            }
            (RowId::Versus(_), None) => {}
            _ => own.difference = None,
        }
    }
}

/// Why guided backpropagation, and its product with the heat map, are zero everywhere.
fn why_zero(guided: &Guided, heat: Option<&Arc<HeatMap>>) -> [Option<&'static str>; 2] {
    let is_zero = |image: &SignedImage| image.values.iter().all(|value| *value == 0.0);
    let backprop = is_zero(&guided.backprop);
    let map = heat.is_some_and(|heat| heat.map.is_zero());
    let product = match (is_zero(&guided.grad_cam), backprop, map) {
        (false, _, _) => None,
        (true, true, _) => Some("All zero, as guided backpropagation is"),
        (true, false, true) => Some("All zero, because the heat map is"),
        (true, false, false) => {
            Some("All zero: where the heat map is positive, guided backpropagation is zero")
        }
    };
    let zero = "All zero: no gradient reaches the photo";
    [backprop.then_some(zero), product]
}

/// Keeps the textures of these photos, and starts to make those that are missing.
fn keep_photos<'a>(
    ctx: &Context,
    textures: &mut HashMap<u64, Slot<u64, Arc<PhotoTexture>>>,
    wanted: impl Iterator<Item = &'a Arc<Photo>>,
    make: fn(&Context, &Photo) -> PhotoTexture,
) {
    let wanted: HashMap<u64, &Arc<Photo>> = wanted.map(|photo| (photo.id, photo)).collect();
    textures.retain(|id, _| wanted.contains_key(id));
    for (id, photo) in wanted {
        let slot = textures.entry(id).or_default();
        slot.drain(Some(&id));
        if slot.lacks(&id) {
            let (ctx2, photo) = (ctx.clone(), Arc::clone(photo));
            slot.make(ctx, id, move || Arc::new(make(&ctx2, &photo)));
        }
    }
}

/// The class whose region a row shows; `None` where the model predicts no regions.
fn region_key(subject: &Subject, prediction: &Prediction) -> Option<(PredictionKey, usize)> {
    let regions = prediction.regions.as_ref()?;
    let class = subject.score?.class();
    regions
        .are_predicted()
        .then(|| (subject.prediction_key(), class))
}

/// The key of what a row's second panel should show now.
pub fn layer_key(state: &State, row: &Row, common_max: Option<f32>) -> Option<LayerKey> {
    let shown = shown(state, row);
    // A channel's activation is not on the maps' scale.
    let common_max = common_max.filter(|_| !matches!(shown, Shown::Channel(_)));
    Some(LayerKey {
        heat: row.subject.heat_key()?,
        shown,
        colormap: state.options.style.colormap,
        overlay: state.options.style.overlay,
        common_max,
    })
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
