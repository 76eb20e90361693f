//! The gradient of a score at the normalised input, under a rule for rectifiers: Guided
//! Backpropagation (Springenberg et al., arXiv 1412.6806, §3.4), Deconvnet (Zeiler and Fergus,
//! arXiv 1311.2901) or the plain gradient.

use tch::TchError;

use super::Objective;
use super::arrays::{plain, sizes};
use crate::model::{Detail, Graph, ReluRule, Tape};
use crate::picture::map::SignedImage;

/// A gradient at the input.
#[derive(Debug, Clone)]
pub struct InputGradient {
    /// `[channels, height, width]`, raw and signed.
    pub image: SignedImage,
    /// The number of rectifiers the rule acted at.
    pub rectifiers: usize,
}

/// One backward pass down to the input.
///
/// For a network without rectifiers, all rules give the plain gradient.
///
/// # Errors
/// Errors from libtorch.
pub fn guided_backprop(
    tape: &Tape,
    graph: &Graph,
    objective: &Objective,
    rule: ReluRule,
) -> Result<InputGradient, TchError> {
    guided_backprop_watched(tape, graph, objective, rule, &mut || Ok(()))
}

/// Like [`guided_backprop`]; `watch` is called many times, and an error from it ends the pass.
///
/// # Errors
/// As [`guided_backprop`], and what `watch` returns.
pub fn guided_backprop_watched<E: From<TchError>>(
    tape: &Tape,
    graph: &Graph,
    objective: &Objective,
    rule: ReluRule,
    watch: &mut dyn FnMut() -> Result<(), E>,
) -> Result<InputGradient, E> {
    let mut image = None;
    let wanted = (&[graph.input][..], Detail::Positions);
    let rectifiers = tape.walk(objective.seed(), rule, wanted, watch, &mut |_, gradient| {
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
