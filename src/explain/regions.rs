//! What a network that answers with a map predicts: for each class its region, its share of the area, and
//! its score there.
//!
//! The score that is explained is the mean logit of the class over its own region, as in SEG-GRAD-CAM
//! (Vinogradova et al., arXiv 2002.11434, equation 2, there as a sum: the mean has the same map up to
//! scale, and does not grow with the resolution).

use tch::{Kind, TchError, Tensor};

use super::arrays::{plain, sizes};
use crate::model::Reading;
use crate::picture::map::Regions;

/// What a network predicts that answers with a map.
#[derive(Debug, Clone)]
pub struct Segmentation {
    /// The region of each class.
    pub regions: Regions,
    /// The share of the map that each class covers, from 0 to 1.
    pub shares: Vec<f32>,
    /// The mean logit of each class over its region; over the whole map for a class that has none.
    pub scores: Vec<f32>,
}

/// Whether a network answers with a map, `[1, classes, height, width]`, rather than with a row.
pub fn is_map(logits: &Tensor) -> bool {
    logits.dim() == 4
}

/// Reads a map of logits, `[1, classes, height, width]`. With [`Reading::Softmax`] a position belongs to
/// the class with the largest logit, with [`Reading::Sigmoid`] to every class with a positive one, and
/// numbers are of no region. Probabilities that add up to 1 are read like logits of a softmax, and others
/// class by class.
///
/// # Errors
/// Errors from libtorch.
pub fn segmentation(logits: &Tensor, reading: Reading) -> Result<Segmentation, TchError> {
    let (classes, height, width) = sizes(logits)?;
    let logits = logits.f_detach()?.f_to_kind(Kind::Float)?;
    let plane = |class: usize| plain(&logits.f_select(1, class as i64)?);
    let regions = match reading {
        Reading::AsTheyAre if !add_up_to_one(&logits)? => above(&logits, 0.5)?,
        Reading::Softmax | Reading::AsTheyAre => {
            let largest = logits.f_argmax(1, false)?.f_reshape([-1])?;
            let largest: Vec<i64> = Vec::try_from(largest.f_contiguous()?)?;
            let largest = largest.into_iter().map(|class| class as u32).collect();
            let regions = Regions::of_one(width, height, largest);
            regions.ok_or_else(|| TchError::Shape("the map has another size".into()))?
        }
        Reading::Sigmoid => above(&logits, 0.0)?,
        Reading::Numbers => Regions::everywhere(width, height),
    };
    let (mut shares, mut scores) = (Vec::new(), Vec::new());
    for class in 0..classes {
        let values = plane(class)?;
        let inside = values.iter().enumerate();
        let inside = inside.filter(|(position, _)| regions.contains(class, *position));
        let (count, sum) = inside.fold((0usize, 0f64), |(count, sum), (_, value)| {
            (count + 1, sum + f64::from(*value))
        });
        shares.push(count as f32 / values.len() as f32);
        scores.push(if count > 0 {
            (sum / count as f64) as f32
        } else {
            (values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64) as f32
        });
    }
    Ok(Segmentation {
        regions,
        shares,
        scores,
    })
}

/// Whether the values of all classes add up to 1 at each position.
fn add_up_to_one(values: &Tensor) -> Result<bool, TchError> {
    let off = values
        .f_sum_dim_intlist([1i64].as_slice(), false, Kind::Float)?
        .f_sub_scalar(1.0)?
        .f_abs()?
        .f_max()?;
    Ok(off.f_double_value(&[])? < 1e-3)
}

/// The positions at which each class is above a threshold.
fn above(values: &Tensor, threshold: f64) -> Result<Regions, TchError> {
    let (classes, height, width) = sizes(values)?;
    let mut planes = Vec::with_capacity(classes);
    for class in 0..classes {
        let above = values.f_select(1, class as i64)?.f_gt(threshold)?;
        let above = above.f_to_kind(Kind::Uint8)?.f_reshape([-1])?;
        planes.push(Vec::<u8>::try_from(above.f_contiguous()?)?);
    }
    let planes = planes
        .iter()
        .map(|plane| Box::new(plane.iter().map(|above| *above != 0)) as Box<_>);
    Ok(Regions::of_any(width, height, planes))
}
