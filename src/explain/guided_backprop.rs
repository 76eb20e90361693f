//! The gradient of a score at the normalised input tensor, under a rule for rectifiers: Guided
//! Backpropagation (Springenberg et al., arXiv 1412.6806), Deconvnet (Zeiler and Fergus,
//! arXiv 1311.2901) or the plain gradient.

use tch::TchError;

use super::{Score, plain, sizes};
use crate::model::{Detail, Graph, ReluRule, Tape};
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
    guided_backprop_watched(tape, graph, score, rule, &mut || Ok(()))
}

/// The same; `watch` is called many times on the way, and an error from it ends the walk.
///
/// # Errors
/// As [`guided_backprop`], and what `watch` returns.
pub fn guided_backprop_watched<E: From<TchError>>(
    tape: &Tape,
    graph: &Graph,
    score: Score,
    rule: ReluRule,
    watch: &mut dyn FnMut() -> Result<(), E>,
) -> Result<InputGradient, E> {
    let mut image = None;
    let wanted = (&[graph.input][..], Detail::Positions);
    let rectifiers = tape.walk(&score.terms(), rule, wanted, watch, &mut |_, gradient| {
        let (_, height, width) = sizes(gradient)?;
        image = Some(SignedImage {
            width,
            height,
            values: plain(gradient)?,
            blue_first: false,
        });
        Ok(())
    })?;
    let image = image.ok_or_else(|| TchError::Shape("no gradient".into()))?;
    Ok(InputGradient { image, rectifiers })
}
