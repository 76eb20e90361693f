//! The layers that a request names, and whether Grad-CAM can be computed there.

use crate::engine::{Error, ModelInfo};
use crate::explain::Score;
use crate::model::layers::split;
use crate::model::{Layer, LayerTree, Target};

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

pub(crate) fn check_classes(score: Score, classes: usize) -> Result<(), Error> {
    match score.classes().into_iter().find(|class| *class >= classes) {
        Some(class) => Err(Error::UnknownClass { class, classes }),
        None => Ok(()),
    }
}
