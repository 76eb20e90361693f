//! A model, a picture and the recorded pass of one through the other: the engine without its
//! thread. The worker owns one, the command line another; both run the same code.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tch::{Device, Kind, Tensor};

use super::{Answer, Error, HeatMap, ModelCard, Stage};
use crate::explain::{self, InputGradient, Score};
use crate::model::{Layer, LayerTree, Model, Preprocess, ReluRule, Tape, Target, ValueId};
use crate::picture::decode::Photo;
use crate::picture::geometry::{Fit, Placement};
use crate::picture::map::{Map, SignedImage};
use crate::picture::resample::resample;

/// Told before each stage begins; an error from it ends the work there.
pub type Checkpoint<'a> = &'a mut dyn FnMut(Stage) -> Result<(), Error>;

/// The open model and the last recorded pass.
#[derive(Default)]
pub struct Session {
    open: Option<(Model, Arc<ModelCard>)>,
    recording: Option<Recording>,
}

struct Recording {
    photo: u64,
    fit: Fit,
    tape: Tape,
    answer: Arc<Answer>,
}

impl Session {
    /// Opens and checks a model file. Where that fails, the last model stays open.
    ///
    /// # Errors
    /// [`Error::Model`].
    pub fn open_model(&mut self, path: &Path) -> Result<Arc<ModelCard>, Error> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let model = Model::open(path)?;
        let card = Arc::new(ModelCard::new(
            &model,
            NEXT_ID.fetch_add(1, Ordering::Relaxed),
        ));
        self.recording = None;
        self.open = Some((model, Arc::clone(&card)));
        Ok(card)
    }

    /// Forgets the recorded pass, as after a panic in the middle of one.
    pub fn forget_recording(&mut self) {
        self.recording = None;
    }

    fn model(&self) -> Result<&(Model, Arc<ModelCard>), Error> {
        self.open.as_ref().ok_or(Error::NoModel)
    }

    /// The open model as plain data.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn card(&self) -> Result<&Arc<ModelCard>, Error> {
        Ok(&self.model()?.1)
    }

    /// Sends `photo` through the model, recording, unless the last recording is of just that.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::Picture`], [`Error::Torch`], [`Error::NotFinite`], and what
    /// `checkpoint` returns.
    pub fn answer(
        &mut self,
        photo: &Photo,
        fit: Fit,
        checkpoint: Checkpoint,
    ) -> Result<Arc<Answer>, Error> {
        if let Some(recording) = &self.recording
            && (recording.photo, recording.fit) == (photo.id, fit)
        {
            return Ok(Arc::clone(&recording.answer));
        }
        // Two recordings at once would take twice the memory.
        self.recording = None;
        let (model, _) = self.model()?;

        checkpoint(Stage::Resampling)?;
        let start = Instant::now();
        let frame = model.preprocess.frame();
        let placement = Placement::new(photo.rgb.dimensions(), &frame, fit);
        let input = normalised(
            &resample(&photo.rgb, &placement, &frame)?,
            &model.preprocess,
        )?;
        let resample_ms = ms_since(start);

        checkpoint(Stage::Forward)?;
        let start = Instant::now();
        let tape = Tape::record(&model.graph, Arc::clone(&model.plan), &input)?;
        let logits = explain::plain(tape.logits())?;
        if logits.iter().any(|logit| !logit.is_finite()) {
            return Err(Error::NotFinite);
        }
        let forward_ms = ms_since(start);

        let answer = Arc::new(Answer::new(logits, placement, resample_ms, forward_ms));
        self.recording = Some(Recording {
            photo: photo.id,
            fit,
            tape,
            answer: Arc::clone(&answer),
        });
        Ok(answer)
    }

    fn recorded(&self) -> Result<(&Model, &Tape), Error> {
        let tape = &self.recording.as_ref().ok_or(Error::NoModel)?.tape;
        Ok((&self.model()?.0, tape))
    }

    /// Grad-CAM of `score` at several layers from one backward pass, for the picture last answered.
    ///
    /// # Errors
    /// [`Error::UnknownLayer`], [`Error::LayerWithoutMap`], [`Error::UnknownClass`],
    /// [`Error::Torch`].
    pub fn heat_maps(&self, score: Score, layers: &[&str]) -> Result<Vec<HeatMap>, Error> {
        let (model, tape) = self.recorded()?;
        check_classes(score, model.labels.names.len())?;
        let start = Instant::now();
        let values = layers
            .iter()
            .map(|path| Ok(find_target(&model.layers, path)?.activation))
            .collect::<Result<Vec<ValueId>, Error>>()?;
        let maps = explain::grad_cam(tape, score, &values)?;
        let ms = ms_since(start) / layers.len().max(1) as f64;
        let of = |(map, layer): (Map, &&str)| HeatMap {
            score,
            layer: (*layer).to_owned(),
            map,
            ms,
        };
        Ok(maps.into_iter().zip(layers).map(of).collect())
    }

    /// The map at one layer.
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

    /// The gradient of `score` at the normalised input under `rule`, for the picture last answered.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::MapNotFinite`], [`Error::Torch`].
    pub fn input_gradient(&self, score: Score, rule: ReluRule) -> Result<InputGradient, Error> {
        let (model, tape) = self.recorded()?;
        check_classes(score, model.labels.names.len())?;
        let found = explain::guided_backprop(tape, &model.graph, score, rule)?;
        if found.image.values.iter().all(|value| value.is_finite()) {
            Ok(found)
        } else {
            Err(Error::MapNotFinite("the input".into()))
        }
    }

    /// `gradient` times the upsampled `map`: Guided Grad-CAM where the gradient is guided.
    ///
    /// # Errors
    /// [`Error::Torch`].
    pub fn guided_grad_cam(&self, gradient: &SignedImage, map: &Map) -> Result<SignedImage, Error> {
        Ok(explain::guided_grad_cam(gradient, map)?)
    }
}

/// The recommended layer's path where `layer` is `None`.
///
/// # Errors
/// [`Error::UnknownLayer`], [`Error::LayerWithoutMap`], [`Error::NoSpatialLayer`].
pub fn resolve_layer(card: &ModelCard, layer: Option<&str>) -> Result<String, Error> {
    let Some(path) = layer else {
        return card
            .layers
            .recommended()
            .map(|l| l.path.clone())
            .ok_or(Error::NoSpatialLayer);
    };
    find_target(&card.layers, path).map(|layer| layer.path.clone())
}

fn find_target<'a>(layers: &'a LayerTree, path: &str) -> Result<&'a Layer, Error> {
    let layer = layers
        .find(path)
        .ok_or_else(|| Error::UnknownLayer(path.to_owned()))?;
    match &layer.target {
        Target::Spatial { .. } => Ok(layer),
        Target::None(why) => Err(Error::LayerWithoutMap {
            layer: path.to_owned(),
            why: why.clone(),
        }),
    }
}

fn check_classes(score: Score, classes: usize) -> Result<(), Error> {
    match score.classes().into_iter().find(|class| *class >= classes) {
        Some(class) => Err(Error::UnknownClass { class, classes }),
        None => Ok(()),
    }
}

/// `[1, 3, height, width]`: each value to [0, 1], minus the mean, over the standard deviation.
fn normalised(picture: &image::RgbImage, preprocess: &Preprocess) -> Result<Tensor, Error> {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let pixels = Tensor::f_from_data_size(picture.as_raw(), &[1, height, width, 3], Kind::Uint8)?;
    let channel = |values: &[f64; 3]| -> Result<Tensor, tch::TchError> {
        Tensor::f_from_slice(values)?
            .f_to_kind(Kind::Float)?
            .f_reshape([1, 3, 1, 1])
    };
    let input = pixels
        .f_permute([0, 3, 1, 2])?
        .f_to_kind(Kind::Float)?
        .f_div_scalar(255.0)?
        .f_sub(&channel(&preprocess.mean)?)?
        .f_div(&channel(&preprocess.std)?)?
        .f_contiguous()?;
    Ok(input.f_to_device(Device::Cpu)?)
}

pub(super) fn ms_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
