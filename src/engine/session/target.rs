//! The layers that a request names, and whether Grad-CAM can be computed there.

use crate::engine::{Error, ModelInfo};
use crate::explain::Score;
use crate::model::layers::split;
use crate::model::{AnswerKind, Layer, LayerTree, Model, SecondPicture, Tape, Target};

/// The path of the recommended layer if `layer` is `None`, otherwise `layer` itself. Each of several
/// paths joined by [`JOIN`](crate::model::layers::JOIN) must have a map.
///
/// # Errors
/// [`Error::UnknownLayer`], [`Error::LayerWithoutMap`], [`Error::NoSpatialLayer`].
pub fn resolve_layer(info: &ModelInfo, layer: Option<&str>) -> Result<String, Error> {
    let Some(layer) = layer else {
        return info
            .layers
            .recommended()
            .map(|l| l.path.clone())
            .ok_or(Error::NoSpatialLayer);
    };
    for path in split(layer) {
        find_target(&info.layers, path)?;
    }
    Ok(layer.to_owned())
}

/// The layer with this path, if it has a map.
pub(crate) fn find_target<'a>(layers: &'a LayerTree, path: &str) -> Result<&'a Layer, Error> {
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

/// How near to 1 a similarity may be: nearer, its gradient is rounding errors.
const ALIKE: f64 = 1e-6;

/// Whether `score` of the recorded pass can be explained.
///
/// # Errors
/// [`Error::UnknownClass`], [`Error::Alike`], [`Error::Torch`].
pub(crate) fn check_score(model: &Model, tape: &Tape, score: Score) -> Result<(), Error> {
    let classes = model.labels.names.len();
    if let AnswerKind::Similarity = model.kind {
        let cosine = tape.logits().f_double_value(&[0, 0])?;
        if cosine.abs() >= 1.0 - ALIKE {
            let name = model.reference.as_ref().map(SecondPicture::name);
            return Err(Error::Alike(name.unwrap_or_default()));
        }
    }
    match score.classes().into_iter().find(|class| *class >= classes) {
        Some(class) => Err(Error::UnknownClass { class, classes }),
        None => Ok(()),
    }
}
