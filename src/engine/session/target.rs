//! The layers and the scores that a request names, and whether Grad-CAM can be computed for them.

use crate::engine::{Error, ModelInfo, Prediction};
use crate::explain::{Objective, Score};
use crate::model::layers::split;
use crate::model::{AnswerKind, Layer, LayerTree, Model, SecondPicture, Tape, Target};
use crate::picture::map::Regions;
use crate::picture::photo::geometry::{PixelBox, Placement};

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
            .ok_or_else(|| {
                let why = info.layers.without_a_map();
                let said = why.map(|(layer, why)| format!(". Of layer “{}”: {why}", layer.path));
                Error::NoSpatialLayer(said.unwrap_or_default())
            });
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
fn check_score(model: &Model, tape: &Tape, score: Score) -> Result<(), Error> {
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

/// `score` of a recorded pass of `model` that predicts `answer`.
///
/// # Errors
/// Those of [`check_score`]; [`Error::NoRegions`] for a region in a model that answers with a row,
/// [`Error::RegionNotSeen`] for one outside of what the model sees.
pub(crate) fn objective(
    model: &Model,
    tape: &Tape,
    score: Score,
    answer: &Prediction,
) -> Result<Objective, Error> {
    check_score(model, tape, score)?;
    match (&answer.regions, score.region()) {
        (None, None) => Ok(Objective::new(tape, score)?),
        (None, Some(_)) => Err(Error::NoRegions),
        (Some(regions), None) => Ok(Objective::over(tape, score, regions, None)?),
        (Some(regions), Some(region)) => {
            let area = area(region, &answer.placement, regions).ok_or(Error::RegionNotSeen)?;
            Ok(Objective::over(tape, score, regions, Some(&area))?)
        }
    }
}

/// The positions of a map whose centres lie in a region of the image; the one position that holds the
/// region's centre where it is smaller than a position. `None` outside of what the network sees.
fn area(region: PixelBox, placement: &Placement, regions: &Regions) -> Option<Vec<bool>> {
    let (columns, rows) = (regions.width(), regions.height());
    let [left, top] = [f64::from(region.x), f64::from(region.y)];
    let (right, bottom) = (
        left + f64::from(region.width),
        top + f64::from(region.height),
    );
    let (left, top) = placement.to_input(left, top);
    let (right, bottom) = placement.to_input(right, bottom);
    let across = |x: f64| x / f64::from(placement.input.0);
    let down = |y: f64| y / f64::from(placement.input.1);
    let inside = |centre: f64, from: f64, to: f64| (from..to).contains(&centre);
    let mut area: Vec<bool> = (0..columns * rows)
        .map(|position| {
            let x = ((position % columns) as f64 + 0.5) / columns as f64;
            let y = ((position / columns) as f64 + 0.5) / rows as f64;
            inside(x, across(left), across(right)) && inside(y, down(top), down(bottom))
        })
        .collect();
    if !area.contains(&true) {
        let middle = (
            across(f64::midpoint(left, right)),
            down(f64::midpoint(top, bottom)),
        );
        let position = regions.position(middle.0, middle.1)?;
        area[position] = true;
    }
    Some(area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::geometry::{CropMode, Filter, Fit, Frame};

    #[test]
    fn a_region_covers_the_positions_whose_centres_it_holds() {
        let frame = Frame {
            width: 8,
            height: 8,
            crop_pct: 1.0,
            mode: CropMode::Centre,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        // The network sees columns 10 to 30 of a photo of 40 × 20 pixels; a position covers 5 × 5.
        let placement = Placement::new((40, 20), &frame, Fit::Crop);
        let regions = Regions::everywhere(4, 4);
        let at = |x, y, width, height| {
            let region = PixelBox {
                x,
                y,
                width,
                height,
            };
            let area = area(region, &placement, &regions)?;
            let held = area.iter().enumerate().filter(|(_, inside)| **inside);
            Some(held.map(|(position, _)| position).collect::<Vec<_>>())
        };
        assert_eq!(at(10, 0, 10, 5), Some(vec![0, 1]));
        assert_eq!(at(0, 0, 40, 3), Some(vec![0, 1, 2, 3]));
        assert_eq!(at(26, 16, 1, 1), Some(vec![15]));
        assert_eq!(at(0, 0, 5, 5), None);
        assert_eq!(at(35, 8, 4, 4), None);
    }
}
