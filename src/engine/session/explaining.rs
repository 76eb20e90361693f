//! The explanations of the photo last predicted.

use std::collections::HashMap;
use std::time::Instant;

use super::target::{find_target, objective};
use super::{Session, Watch, ms_since};
use crate::engine::{Error, HeatMap};
use crate::explain::{self, Channels, InputGradient, Objective, Score, SelfCheck};
use crate::model::layers::split;
use crate::model::{InputChannels, Model, ReluRule, Tape, ValueId};
use crate::picture::map::{Map, SignedImage, fuse};

impl Session {
    /// The newest recording, with the model that it is of.
    fn recorded(&self) -> Result<(&Model, &Tape), Error> {
        let newest = self.recordings.newest().ok_or(Error::NoModel)?;
        Ok((self.model(newest.fit)?, &newest.tape))
    }

    /// `score` of the newest recording, ready to be differentiated.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::Alike`], [`Error::NoRegions`], [`Error::RegionNotSeen`],
    /// [`Error::Torch`].
    fn objective(&self, score: Score) -> Result<Objective, Error> {
        let newest = self.recordings.newest().ok_or(Error::NoModel)?;
        objective(self.model(newest.fit)?, &newest.tape, score, &newest.answer)
    }

    /// Grad-CAM of `score` at several layers from one backward pass, for the photo last predicted.
    /// Several layers joined by [`JOIN`](crate::model::layers::JOIN) give one map, see [`fuse`].
    ///
    /// # Errors
    /// [`Error::UnknownLayer`], [`Error::LayerWithoutMap`], [`Error::UnknownClass`],
    /// [`Error::Torch`].
    pub fn heat_maps(&self, score: Score, layers: &[&str]) -> Result<Vec<HeatMap>, Error> {
        let start = Instant::now();
        let parts: Vec<&str> = layers.iter().flat_map(|layer| split(layer)).collect();
        let mut found: HashMap<String, Map> = HashMap::new();
        self.each_heat_map(score, &parts, &mut || Ok(()), &mut |heat_map| {
            found.insert(heat_map.layer, heat_map.map);
            Ok(())
        })?;
        let ms = ms_since(start) / layers.len().max(1) as f64;
        layers
            .iter()
            .map(|&layer| {
                let unknown = || Error::UnknownLayer(layer.to_owned());
                let parts: Vec<&Map> = split(layer)
                    .map(|path| found.get(path).ok_or_else(unknown))
                    .collect::<Result<_, _>>()?;
                Ok(HeatMap {
                    score,
                    layer: layer.to_owned(),
                    map: match parts.as_slice() {
                        [only] => (*only).clone(),
                        several => fuse(several),
                    },
                    ms,
                })
            })
            .collect()
    }

    /// The maps of single layers, each as soon as the backward pass has reached its layer: the last
    /// layer of the network first. `watch` is called many times; an error from it or from `found`
    /// ends the pass.
    ///
    /// # Errors
    /// As [`Session::heat_maps`], and what `watch` and `found` return.
    pub fn each_heat_map(
        &self,
        score: Score,
        layers: &[&str],
        watch: Watch,
        found: &mut dyn FnMut(HeatMap) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (model, tape) = self.recorded()?;
        let objective = self.objective(score)?;
        let start = Instant::now();
        // A block and the last layer inside it are often the same value.
        let mut at: HashMap<ValueId, Vec<&str>> = HashMap::new();
        let mut values = Vec::new();
        for &path in layers {
            let value = find_target(&model.layers, path)?.activation;
            let paths = at.entry(value).or_default();
            if paths.is_empty() {
                values.push(value);
            }
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let mut count = 0;
        explain::grad_cam_each(tape, &objective, &values, watch, &mut |value, map| {
            let paths = at.get(&value).map(Vec::as_slice).unwrap_or_default();
            count += paths.len();
            for &path in paths {
                found(HeatMap {
                    score,
                    layer: path.to_owned(),
                    map: map.clone(),
                    ms: ms_since(start) / count as f64,
                })?;
            }
            Ok(())
        })
    }

    /// The map at one layer, or the fused map of several joined layers.
    ///
    /// # Errors
    /// As [`Session::heat_maps`], and [`Error::MapNotFinite`].
    pub fn heat_map(&self, score: Score, layer: &str) -> Result<HeatMap, Error> {
        let map = self.heat_maps(score, &[layer])?.pop();
        let map = map.ok_or_else(|| Error::UnknownLayer(layer.to_owned()))?;
        if map.is_finite() {
            Ok(map)
        } else {
            Err(Error::MapNotFinite(layer.to_owned()))
        }
    }

    /// The channels behind the map of `score` at one layer, for the photo last predicted.
    ///
    /// # Errors
    /// As [`Session::heat_map`], and [`Error::ChannelsOfSeveral`] for joined layers.
    pub fn channels(&self, score: Score, layer: &str) -> Result<Channels, Error> {
        let (model, tape) = self.recorded()?;
        let objective = self.objective(score)?;
        if split(layer).nth(1).is_some() {
            return Err(Error::ChannelsOfSeveral(layer.to_owned()));
        }
        let value = find_target(&model.layers, layer)?.activation;
        let channels = explain::channels(tape, &objective, value, layer)?;
        if channels.is_finite() {
            Ok(channels)
        } else {
            Err(Error::MapNotFinite(layer.to_owned()))
        }
    }

    /// Measures the gradient of `score` with forward passes, and whether Grad-CAM is CAM at `layer`, for
    /// the photo last predicted.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::UnknownLayer`], [`Error::LayerWithoutMap`], [`Error::Torch`].
    pub fn self_check(&self, score: Score, layer: Option<&str>) -> Result<SelfCheck, Error> {
        let (model, tape) = self.recorded()?;
        let objective = self.objective(score)?;
        let layer = layer.map(|path| find_target(&model.layers, path));
        let layer = layer.transpose()?.map(|layer| layer.activation);
        Ok(explain::self_check(&model.graph, tape, &objective, layer)?)
    }

    /// The gradient of `score` at the normalised input under `rule`, for the photo last predicted.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::MapNotFinite`], [`Error::Torch`].
    pub fn input_gradient(&self, score: Score, rule: ReluRule) -> Result<InputGradient, Error> {
        self.input_gradient_watched(score, rule, &mut || Ok(()))
    }

    /// Like [`Session::input_gradient`]; `watch` is called many times, and an error from it ends the
    /// pass.
    ///
    /// # Errors
    /// As [`Session::input_gradient`], and what `watch` returns.
    pub fn input_gradient_watched(
        &self,
        score: Score,
        rule: ReluRule,
        watch: Watch,
    ) -> Result<InputGradient, Error> {
        let (model, tape) = self.recorded()?;
        let objective = self.objective(score)?;
        let mut found =
            explain::guided_backprop_watched(tape, &model.graph, &objective, rule, watch)?;
        found.image.blue_first = model.preprocess.channels == InputChannels::Bgr;
        if found.image.values.iter().all(|value| value.is_finite()) {
            Ok(found)
        } else {
            Err(Error::MapNotFinite("the input".into()))
        }
    }

    /// `gradient` times the upsampled `map`: Guided Grad-CAM if the gradient is guided.
    pub fn guided_grad_cam(&self, gradient: &SignedImage, map: &Map) -> SignedImage {
        explain::guided_grad_cam(gradient, map)
    }
}
