//! One photo run through one model, and every explanation that can be read off that pass.

use std::sync::{Arc, Mutex};

use image::RgbImage;

use super::{ClassOrScore, ClassScore, Error, OverlayOptions, lock};
use crate::engine::{self, ModelInfo, Prediction, Session, resolve_layer};
use crate::explain::{Channels, Score};
use crate::model::ReluRule;
use crate::picture::map::compose::{self, Look};
use crate::picture::map::{Map, SignedImage};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::Fit;

/// What a model predicts for a photo, and why.
///
/// Each method below costs one backward pass at most. The forward pass is recorded once and kept by
/// the [`Explainer`](super::Explainer); if another photo has taken its place meanwhile (see
/// [`ExplainerOptions::cached_passes`](super::ExplainerOptions::cached_passes)), it is run again.
/// The numbers are the same either way. An explanation stays usable after its explainer is dropped.
///
/// Equations are those of Selvaraju et al., *Grad-CAM*, arXiv 1610.02391 v4. `yᶜ` is the logit of
/// class `c`, `Aᵏ` channel `k` of the chosen layer's activation, `Z` the number of its positions.
pub struct Explanation {
    pub(super) session: Arc<Mutex<Session>>,
    pub(super) model: Arc<ModelInfo>,
    pub(super) photo: Photo,
    pub(super) fit: Fit,
    pub(super) prediction: Arc<Prediction>,
}

impl Explanation {
    /// The `k` classes with the highest logits, best first; fewer if the model has fewer.
    pub fn top(&self, k: usize) -> Vec<ClassScore> {
        let best = self.prediction.ranking.iter().take(k);
        best.map(|&class| ClassScore {
            class,
            label: self.model.labels[class].clone(),
            probability: self.prediction.probabilities[class],
            logit: self.prediction.logits[class],
        })
        .collect()
    }

    /// All logits and probabilities, and where the photo lies in the model's input.
    pub fn prediction(&self) -> &Prediction {
        &self.prediction
    }

    /// What is known of the model.
    pub fn model(&self) -> &ModelInfo {
        &self.model
    }

    /// The decoded photo: upright, 8 bits a channel.
    pub fn photo(&self) -> &RgbImage {
        &self.photo.rgb
    }

    /// Grad-CAM at one layer: `ReLU(Σₖ αₖ Aᵏ)` (equation 2) with `αₖ = 1/Z Σᵢⱼ ∂yᶜ/∂Aᵏᵢⱼ`
    /// (equation 1).
    ///
    /// `layer` is the path of a layer, or `None` for the
    /// [recommended one](super::Explainer::recommended_layer). The map has the layer's own
    /// resolution, `height × width`, and covers the model's input. Values are raw: in units of the
    /// logit, not scaled to 1 and not upsampled. [`Explanation::overlay`] draws it on the photo.
    ///
    /// # Errors
    /// [`Error::Class`] for a label the model does not have. [`Error::Computation`] for a class
    /// index or a layer it does not have, a layer without a spatial map, or a map with NaN or
    /// infinity.
    pub fn heat_map<'a>(
        &self,
        class: impl Into<ClassOrScore<'a>>,
        layer: impl Into<Option<&'a str>>,
    ) -> Result<Map, Error> {
        let (score, layer) = (self.score(class)?, self.layer(layer.into())?);
        self.recorded(|session| Ok(session.heat_map(score, &layer)?.map))
    }

    /// Grad-CAM at several layers from one backward pass, in the order of `layers`.
    ///
    /// # Errors
    /// As [`Explanation::heat_map`].
    pub fn heat_maps<'a>(
        &self,
        class: impl Into<ClassOrScore<'a>>,
        layers: &[&str],
    ) -> Result<Vec<Map>, Error> {
        let score = self.score(class)?;
        self.recorded(|session| {
            let maps = session.heat_maps(score, layers)?;
            match maps.iter().find(|map| !map.is_finite()) {
                Some(map) => Err(engine::Error::MapNotFinite(map.layer.clone())),
                None => Ok(maps.into_iter().map(|map| map.map).collect()),
            }
        })
    }

    /// Guided Backpropagation (Springenberg et al., arXiv 1412.6806, section 3.4): the gradient of
    /// the logit at the normalised input, passing only positive gradients of positive activations at
    /// each rectifier.
    ///
    /// Three planes of the input's size, `3 × height × width`, signed and raw. In a network without
    /// rectifiers this is the plain gradient.
    ///
    /// # Errors
    /// [`Error::Class`] for a label the model does not have. [`Error::Computation`] for a class
    /// index it does not have, or a gradient with NaN or infinity.
    pub fn guided_backprop<'a>(
        &self,
        class: impl Into<ClassOrScore<'a>>,
    ) -> Result<SignedImage, Error> {
        self.input_gradient(class, ReluRule::Guided)
    }

    /// The gradient at the normalised input under any rule for rectifiers: plain, guided, or
    /// Deconvnet (Zeiler and Fergus, arXiv 1311.2901). Shape and units as
    /// [`Explanation::guided_backprop`].
    ///
    /// # Errors
    /// As [`Explanation::guided_backprop`].
    pub fn input_gradient<'a>(
        &self,
        class: impl Into<ClassOrScore<'a>>,
        rule: ReluRule,
    ) -> Result<SignedImage, Error> {
        let score = self.score(class)?;
        self.recorded(|session| Ok(session.input_gradient(score, rule)?.image))
    }

    /// Guided Grad-CAM (section 3.2): [`Explanation::guided_backprop`] times
    /// [`Explanation::heat_map`], which is first upsampled bilinearly to the input's size.
    ///
    /// `3 × height × width`, signed and raw. `layer` is chosen as in [`Explanation::heat_map`].
    ///
    /// # Errors
    /// As [`Explanation::heat_map`].
    pub fn guided_grad_cam<'a>(
        &self,
        class: impl Into<ClassOrScore<'a>>,
        layer: impl Into<Option<&'a str>>,
    ) -> Result<SignedImage, Error> {
        let (score, layer) = (self.score(class)?, self.layer(layer.into())?);
        self.recorded(|session| {
            let map = session.heat_map(score, &layer)?.map;
            let gradient = session.input_gradient(score, ReluRule::Guided)?.image;
            Ok(session.guided_grad_cam(&gradient, &map))
        })
    }

    /// The channels behind a heat map: their weights `αₖ` (equation 1), activations, and the share
    /// of the map that each contributes.
    ///
    /// # Errors
    /// As [`Explanation::heat_map`].
    pub fn channels<'a>(
        &self,
        class: impl Into<ClassOrScore<'a>>,
        layer: impl Into<Option<&'a str>>,
    ) -> Result<Channels, Error> {
        let (score, layer) = (self.score(class)?, self.layer(layer.into())?);
        self.recorded(|session| session.channels(score, &layer))
    }

    /// A heat map drawn over the photo, at the photo's size. Pixels that the model did not see,
    /// such as those a centre crop cuts off, are darkened, as by `--unseen shaded` on the command line, which
    /// hatches them if nothing else is said.
    pub fn overlay(&self, map: &Map, options: &OverlayOptions) -> RgbImage {
        let look = Look::from(*options);
        compose::overlay(&self.photo.rgb, map, &self.prediction.placement, &look)
    }

    /// A gradient drawn as an image of the photo's size: grey for zero, brighter for positive,
    /// darker for negative. White and black stand for the 99.5th percentile of the magnitudes.
    pub fn signed_image(&self, values: &SignedImage) -> RgbImage {
        compose::signed(values, &self.prediction.placement)
    }

    fn score<'a>(&self, class: impl Into<ClassOrScore<'a>>) -> Result<Score, Error> {
        class.into().resolve(&self.model.labels, &self.prediction)
    }

    fn layer(&self, layer: Option<&str>) -> Result<String, Error> {
        Ok(resolve_layer(&self.model, layer)?)
    }

    /// Computes on the recorded pass of this photo.
    fn recorded<T>(
        &self,
        compute: impl FnOnce(&Session) -> Result<T, engine::Error>,
    ) -> Result<T, Error> {
        let mut session = lock(&self.session);
        // Returns at once while the pass is still kept; from here on the session speaks of it.
        session.predict(&self.photo, self.fit, &mut |_| Ok(()))?;
        Ok(compute(&session)?)
    }
}
