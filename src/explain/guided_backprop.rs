//! The gradient of a score at the normalised input tensor, under a rule for rectifiers: Guided
//! Backpropagation (Springenberg et al., arXiv 1412.6806), Deconvnet (Zeiler and Fergus,
//! arXiv 1311.2901) or the plain gradient.

use tch::TchError;

use super::{Score, plain, sizes};
use crate::model::{Graph, ReluRule, Tape};
use crate::picture::map::SignedImage;

/// A gradient at the input, with the number of rectifiers the rule acted at.
#[derive(Debug, Clone)]
pub struct InputGradient {
    /// `[3, height, width]`, raw and signed.
    pub image: SignedImage,
    pub rectifiers: usize,
}

/// One walk of the tape down to the input.
///
/// Without any rectifier all rules give the plain gradient.
///
/// # Errors
/// What libtorch says.
pub fn guided_backprop(
    tape: &Tape,
    graph: &Graph,
    score: Score,
    rule: ReluRule,
) -> Result<InputGradient, TchError> {
    let gradients = tape.backward(&score.terms(), rule, &[graph.input])?;
    let gradient = gradients
        .at
        .first()
        .ok_or_else(|| TchError::Shape("no gradient".into()))?;
    let (_, height, width) = sizes(gradient)?;
    let image = SignedImage {
        width,
        height,
        values: plain(gradient)?,
    };
    Ok(InputGradient {
        image,
        rectifiers: gradients.rectifiers,
    })
}
