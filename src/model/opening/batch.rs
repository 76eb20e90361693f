//! A file for a fixed batch of several images, taken as a network for one. That it is the same network is
//! seen by running both.

use tch::{TchError, Tensor};

use super::check::synthetic_image;
use super::guard::Guard;
use crate::model::error::{Fault, Result, first_line};
use crate::model::graph::{Graph, Output, ValueId, one_image};
use crate::model::tape::forward_to;

/// The largest difference between the two networks, relative to the largest magnitude.
const TOLERANCE: f64 = 1e-3;

/// Rewrites a network for one image, or has it given the picture as often as it takes images.
///
/// # Errors
/// [`Fault::Input`] where what comes out for one image depends on the others.
pub(super) fn take_one_image(graph: &mut Graph) -> Result<()> {
    let batch = graph.input_shape[0];
    if batch == 1 {
        return Ok(());
    }
    let torch = |error: TchError| Fault::Graph(first_line(&error));
    let images = synthetic_image(graph.input_shape).map_err(torch)?;
    let due = outputs(graph, &images)?;
    let same = |one: &Graph| {
        // Whether the others matter shows at either end.
        for place in [0, batch - 1] {
            let image = images.f_narrow(0, place, 1).map_err(torch)?;
            let Ok(made) = outputs(one, &image) else {
                return Ok(false);
            };
            for (made, due) in made.iter().zip(&due) {
                if !is_row(made, due, place, batch).map_err(torch)? {
                    return Ok(false);
                }
            }
        }
        Ok::<bool, Fault>(true)
    };
    if let Some(one) = one_image::rewritten(graph)
        && same(&one)?
    {
        *graph = one;
        return Ok(());
    }
    let repeated = one_image::repeated(graph).map_err(Fault::Graph)?;
    if same(&repeated)? {
        *graph = repeated;
        return Ok(());
    }
    Err(Fault::Input(format!(
        "it takes a batch of {batch}, and mixes the images of a batch; export with a batch of one"
    )))
}

/// All outputs that can be computed.
fn outputs(graph: &Graph, images: &Tensor) -> Result<Vec<Tensor>> {
    let known = |output: &Output| output.value.as_ref().ok().copied();
    let wanted: Vec<ValueId> = graph.outputs.iter().filter_map(known).collect();
    let mut guard = Guard::default();
    let made = forward_to(graph, images, &wanted, &mut |node, inputs| {
        guard.before(node, inputs, |_| Ok(()))
    });
    guard.outcome(made)
}

/// Whether `made` is what the batch gives for the image in this place.
fn is_row(
    made: &Tensor,
    of_batch: &Tensor,
    place: i64,
    batch: i64,
) -> std::result::Result<bool, TchError> {
    if of_batch.size().first() != Some(&batch) {
        return Ok(false);
    }
    let due = of_batch.f_narrow(0, place, 1)?;
    if made.size() != due.size() {
        return Ok(false);
    }
    let largest = due.f_abs()?.f_max()?.f_double_value(&[])?;
    let apart = (made.f_sub(&due)?).f_abs()?.f_max()?.f_double_value(&[])?;
    Ok(apart <= TOLERANCE * largest)
}
