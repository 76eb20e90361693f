//! A score of one recorded pass, ready to be differentiated: its gradient at the logits, with which every
//! walk back through the network begins.
//!
//! For a row of logits that is a weight for each class. For a map of them it is a weight for each class
//! at each position of a region.

use tch::{TchError, Tensor};

use super::Score;
use super::arrays::plain;
use crate::model::Tape;
use crate::picture::map::Regions;

/// What is differentiated.
#[derive(Debug)]
pub struct Objective {
    /// The score that it stands for.
    pub score: Score,
    /// Shaped like the logits.
    seed: Tensor,
}

impl Objective {
    /// The score of a row of logits; of a map of logits, the mean over all of it.
    ///
    /// # Errors
    /// [`TchError::Shape`] for a class that does not exist.
    pub fn new(tape: &Tape, score: Score) -> Result<Objective, TchError> {
        let seed = tape.seed(&score.terms())?;
        Ok(Objective { score, seed })
    }

    /// The mean score of a map over the positions of `area`; where that is `None`, over the region that
    /// `regions` has for the explained class, or over all of the map if it has none.
    ///
    /// # Errors
    /// [`TchError::Shape`] for a class that does not exist, or for regions of another size.
    pub fn over(
        tape: &Tape,
        score: Score,
        regions: &Regions,
        area: Option<&[bool]>,
    ) -> Result<Objective, TchError> {
        let own = regions.mask(score.class());
        let area = area.unwrap_or(&own);
        let count = area.iter().filter(|inside| **inside).count();
        if count == 0 {
            return Objective::new(tape, score);
        }
        let share = area.len() as f32 / count as f32;
        let weights: Vec<f32> = area
            .iter()
            .map(|inside| if *inside { share } else { 0.0 })
            .collect();
        let (height, width) = (regions.height() as i64, regions.width() as i64);
        let weights = Tensor::f_from_slice(&weights)?.f_reshape([1, 1, height, width])?;
        let seed = tape.seed(&score.terms())?.f_mul(&weights)?;
        Ok(Objective { score, seed })
    }

    /// Its gradient at the logits, shaped like them.
    pub fn seed(&self) -> &Tensor {
        &self.seed
    }

    /// Its value for these logits, which are shaped like those of the pass.
    ///
    /// # Errors
    /// Errors from libtorch, for logits of another shape.
    pub fn value(&self, logits: &Tensor) -> Result<f64, TchError> {
        let products = logits.f_detach()?.f_mul(&self.seed)?;
        Ok(plain(&products)?.into_iter().map(f64::from).sum())
    }
}
