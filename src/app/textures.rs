//! What the panels draw: copies of the pictures on the graphics card, made off the window's thread.
//!
//! A slot keeps its old picture until the new one is there, and remembers which question each
//! answers, so that a panel can tell a stale picture from a fresh one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use egui::{ColorImage, Context, Rect, TextureFilter, TextureHandle, TextureOptions, pos2};
use image::{RgbImage, RgbaImage};
use poll_promise::Promise;

use crate::engine::ModelCard;
use crate::picture::colormap::Colormap;
use crate::picture::compose::{self, Overlay, Scale};
use crate::picture::decode::Photo;
use crate::picture::geometry::Placement;
use crate::picture::resample;

use super::state::{GuidedKey, HeatKey, State};

/// Longest side of a display copy; the file written by an export is always made from the original.
const LONGEST_SIDE: u32 = 4096;

/// One pixel of the picture stays one square of the screen when magnified.
const SAMPLING: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    minification: TextureFilter::Linear,
    wrap_mode: egui::TextureWrapMode::ClampToEdge,
    mipmap_mode: None,
};

/// A photo ready to be drawn.
pub struct PhotoTexture {
    /// Of the original, in pixels.
    pub size: (u32, u32),
    /// From the largest copy to the smallest, each half the one before or less: drawn small, a
    /// large copy would flicker.
    levels: Vec<(TextureHandle, f32)>,
}

impl PhotoTexture {
    /// The smallest copy that still has a pixel for each pixel of the screen.
    pub fn level(&self, width_on_screen: f32) -> &TextureHandle {
        let enough = self
            .levels
            .iter()
            .rev()
            .find(|(_, width)| *width >= width_on_screen);
        &enough.unwrap_or(&self.levels[0]).0
    }

    /// The size of the largest copy, in pixels.
    fn display_size(&self) -> (u32, u32) {
        let [width, height] = self.levels[0].0.size();
        (width as u32, height as u32)
    }
}

/// What lies over the photo in the second panel.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerKey {
    pub heat: HeatKey,
    pub colormap: Colormap,
    pub overlay: Overlay,
}

/// The photo and what lies over it.
pub struct HeatTexture {
    pub photo: Arc<PhotoTexture>,
    pub layer: TextureHandle,
    /// The part of the picture that the network saw, from 0 to 1.
    pub seen: Rect,
    /// What it is of, in the words of the model it came from.
    pub caption: String,
    /// The map is zero everywhere.
    pub zero: bool,
    /// The map's own maximum.
    pub max: f32,
}

/// The third and the fourth panel.
pub struct SignedTextures {
    pub size: (u32, u32),
    pub backprop: TextureHandle,
    pub grad_cam: TextureHandle,
    /// Rectifiers the rule acted at, and rectifiers there are.
    pub rectifiers: (usize, usize),
}

/// What is shown, and what is being made to take its place. One thing is made at a time; the newest
/// wish is next.
pub struct Slot<K, T: Send + 'static> {
    shown: Option<(K, T)>,
    making: Option<(K, Promise<Option<T>>)>,
    /// What could not be made, so that it is not tried for ever.
    failed: Option<K>,
}

impl<K, T: Send + 'static> Default for Slot<K, T> {
    fn default() -> Self {
        Slot {
            shown: None,
            making: None,
            failed: None,
        }
    }
}

impl<K: PartialEq, T: Send + 'static> Slot<K, T> {
    pub fn shown(&self) -> Option<&(K, T)> {
        self.shown.as_ref()
    }

    fn shows(&self, key: &K) -> bool {
        self.shown.as_ref().is_some_and(|(k, _)| k == key)
    }

    fn lacks(&self, key: &K) -> bool {
        self.making.is_none() && self.failed.as_ref() != Some(key) && !self.shows(key)
    }

    /// Starts making what answers `key`.
    fn make(&mut self, ctx: &Context, key: K, work: impl FnOnce() -> T + Send + 'static) {
        let ctx = ctx.clone();
        let (sender, promise) = Promise::new();
        let started = thread::Builder::new()
            .name("display copy".into())
            .spawn(move || {
                // A promise must be kept: whoever polls a broken one is brought down with it.
                sender.send(catch_unwind(AssertUnwindSafe(work)).ok());
                ctx.request_repaint();
            });
        match started {
            Ok(_) => self.making = Some((key, promise)),
            Err(_) => self.failed = Some(key),
        }
    }

    fn is_making(&self) -> bool {
        self.making.is_some()
    }

    /// Takes what is finished, unless what is shown already answers `wanted` and this does not.
    fn drain(&mut self, wanted: Option<&K>) {
        let Some((key, promise)) = self.making.take() else {
            return;
        };
        match promise.try_take() {
            Ok(Some(made)) => {
                let fresh = wanted.is_some_and(|wanted| self.shows(wanted));
                if !fresh || Some(&key) == wanted {
                    self.shown = Some((key, made));
                }
            }
            Ok(None) => self.failed = Some(key),
            Err(promise) => self.making = Some((key, promise)),
        }
    }
}

/// Everything on the graphics card.
#[derive(Default)]
pub struct Textures {
    pub photo: Slot<u64, Arc<PhotoTexture>>,
    pub heat: Slot<LayerKey, HeatTexture>,
    pub signed: Slot<GuidedKey, SignedTextures>,
}

impl Textures {
    /// Takes what is finished and starts what `state` asks for.
    pub fn update(&mut self, ctx: &Context, state: &State) {
        let nowhere_to_look = |card: &Arc<ModelCard>| card.layers.recommended().is_none();
        if state.card.as_ref().is_some_and(nowhere_to_look) {
            (self.heat, self.signed) = (Slot::default(), Slot::default());
        }
        self.photo
            .drain(state.photo.as_ref().map(|photo| &photo.id));
        self.heat.drain(layer_key(state).as_ref());
        self.signed.drain(state.guided_key().as_ref());
        self.want_photo(ctx, state);
        self.want_heat(ctx, state);
        self.want_signed(ctx, state);
    }

    /// Whether a picture is still being made.
    pub fn are_made(&self) -> bool {
        !(self.photo.is_making() || self.heat.is_making() || self.signed.is_making())
    }

    fn want_photo(&mut self, ctx: &Context, state: &State) {
        let Some(photo) = &state.photo else { return };
        if self.photo.lacks(&photo.id) {
            let (ctx2, photo) = (ctx.clone(), Arc::clone(photo));
            self.photo.make(ctx, photo.id, move || {
                Arc::new(photo_texture(&ctx2, &photo))
            });
        }
    }

    /// The display copy of the photo with this id, once it is there.
    fn photo_of(&self, id: u64) -> Option<&Arc<PhotoTexture>> {
        self.photo
            .shown()
            .filter(|(key, _)| *key == id)
            .map(|(_, texture)| texture)
    }

    fn want_heat(&mut self, ctx: &Context, state: &State) {
        let (Some(heat), Some(answer), Some(key)) =
            (state.heat(), state.answer(), layer_key(state))
        else {
            return;
        };
        let Some(photo) = self.photo_of(key.heat.answer.photo).cloned() else {
            return;
        };
        if self.heat.lacks(&key) {
            let (width, height) = photo.display_size();
            let placement = answer.placement.at_size(width, height);
            let (ctx2, heat) = (ctx.clone(), Arc::clone(heat));
            let (colormap, overlay) = (key.colormap, key.overlay);
            let caption = format!("{} at {}", state.score_name(key.heat.score), key.heat.layer);
            self.heat.make(ctx, key, move || {
                let layer = match overlay {
                    Overlay::Blend => rgb(&compose::heat_layer(
                        &heat.map,
                        &placement,
                        colormap,
                        Scale::Own,
                    )),
                    Overlay::Spotlight => {
                        rgba(&compose::spotlight_layer(&heat.map, &placement, Scale::Own))
                    }
                };
                HeatTexture {
                    photo,
                    caption,
                    layer: ctx2.load_texture("heat map", layer, SAMPLING),
                    seen: seen(&placement),
                    zero: heat.map.is_zero(),
                    max: heat.map.max(),
                }
            });
        }
    }

    fn want_signed(&mut self, ctx: &Context, state: &State) {
        let (Some(guided), Some(answer), Some(key)) =
            (state.guided(), state.answer(), state.guided_key())
        else {
            return;
        };
        let Some(photo) = self.photo_of(key.heat.answer.photo) else {
            return;
        };
        if self.signed.lacks(&key) {
            let size = photo.size;
            let (width, height) = photo.display_size();
            let placement = answer.placement.at_size(width, height);
            let (ctx2, guided) = (ctx.clone(), Arc::clone(guided));
            self.signed.make(ctx, key, move || {
                let picture = |name, image| {
                    ctx2.load_texture(name, rgb(&compose::signed(image, &placement)), SAMPLING)
                };
                SignedTextures {
                    size,
                    backprop: picture("guided backprop", &guided.backprop),
                    grad_cam: picture("guided grad-cam", &guided.grad_cam),
                    rectifiers: guided.rectifiers,
                }
            });
        }
    }
}

/// The question of the second panel as it is asked now.
pub fn layer_key(state: &State) -> Option<LayerKey> {
    Some(LayerKey {
        heat: state.heat_key()?,
        colormap: state.colormap,
        overlay: state.overlay,
    })
}

fn photo_texture(ctx: &Context, photo: &Photo) -> PhotoTexture {
    let longest = LONGEST_SIDE.min(ctx.input(|i| i.max_texture_side) as u32);
    let mut levels = Vec::new();
    let mut copy = resample::reduced(&photo.rgb, longest);
    loop {
        let picture = copy.as_ref().unwrap_or(&photo.rgb);
        let (width, height) = picture.dimensions();
        levels.push((
            ctx.load_texture("photo", rgb(picture), SAMPLING),
            width as f32,
        ));
        let half = width.max(height) / 2;
        if half < 256 {
            break;
        }
        match resample::reduced(picture, half) {
            Some(smaller) => copy = Some(smaller),
            None => break,
        }
    }
    PhotoTexture {
        size: (photo.rgb.width(), photo.rgb.height()),
        levels,
    }
}

fn seen(placement: &Placement) -> Rect {
    let (width, height) = (placement.image.0 as f32, placement.image.1 as f32);
    let seen = placement.seen();
    let (x, y) = (seen.x as f32, seen.y as f32);
    Rect::from_min_max(
        pos2(x / width, y / height),
        pos2(
            (x + seen.width as f32) / width,
            (y + seen.height as f32) / height,
        ),
    )
}

fn rgb(picture: &RgbImage) -> ColorImage {
    ColorImage::from_rgb(
        [picture.width() as usize, picture.height() as usize],
        picture,
    )
}

fn rgba(picture: &RgbaImage) -> ColorImage {
    let size = [picture.width() as usize, picture.height() as usize];
    ColorImage::from_rgba_unmultiplied(size, picture)
}
