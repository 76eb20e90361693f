//! The size of the image and its channels. A file says neither, unless it keeps the input that it was traced
//! with; but many networks fit one size alone, and shapes are computed while the code is followed. So it is
//! followed for one size after the other until one fits.

use super::code::follow::Follower;
use super::code::syntax::{Code, Routine};
use super::nodes::Nodes;
use super::objects::Objects;
use super::signature::{self, Taken};
use crate::model::error::{Fault, Result};
use crate::model::format::build::opened::SizeSource;
use crate::model::format::build::skeleton::Skeleton;
use crate::model::format::pt2::program::inputs::Inputs;
use crate::model::format::pt2::program::schema::{GraphModule, Signature};
use crate::model::format::pt2::program::signature::Returned;
use crate::model::format::pt2::wiring::Builder;
use crate::model::format::torch_save::pickle::{Node, Stored};
use crate::model::opening::Opening;

/// The sides that networks are made for, the most usual first.
const USUAL: [i64; 26] = [
    224, 299, 384, 256, 320, 288, 240, 260, 300, 380, 448, 512, 336, 192, 160, 128, 112, 100, 96,
    84, 80, 64, 48, 40, 32, 28,
];

/// What is followed.
pub struct Source<'a> {
    pub code: &'a Code,
    pub objects: &'a Objects,
    pub routine: Routine<'a>,
    pub taken: &'a Taken,
}

/// The graph of one size, and the tensors that it needs from the file.
pub struct Built {
    pub skeleton: Skeleton,
    pub stored: Vec<(String, Stored)>,
}

/// The graph at the size that was chosen, or that is stated, or that the model was traced with, or that fits.
///
/// # Errors
/// Those of the first size that was tried, where none fits; [`Fault::Size`] where the chosen one cannot be.
pub fn built(
    source: &Source,
    opening: &mut Opening,
    stated: Option<((u32, u32), SizeSource)>,
) -> Result<Built> {
    let turned = |(width, height): (u32, u32)| (i64::from(height), i64::from(width));
    let sample = source.taken.sample;
    if let Some(chosen) = opening.options().size {
        let built = any(source, turned(chosen), SizeSource::Chosen);
        return built.map_err(|fault| match fault {
            fault @ (Fault::Graph(_) | Fault::NoLogits(_)) => Fault::Size {
                width: chosen.0,
                height: chosen.1,
                reason: fault.to_string(),
            },
            fault => fault,
        });
    }
    let mut sizes = Vec::new();
    sizes.extend(stated.map(|(size, found)| (turned(size), found)));
    sizes.extend(sample.map(|[_, _, height, width]| ((height, width), SizeSource::Sample)));
    let given = sizes.len();
    sizes.extend(USUAL.map(|side| ((side, side), SizeSource::Weights)));
    let mut first = None;
    for (index, (size, found)) in sizes.iter().enumerate() {
        opening.has_read(0, 1)?;
        match any(source, *size, *found) {
            Ok(mut built) => {
                // Where one of the usual sizes fits, another may fit as well.
                let mut others = sizes[index + 1..].iter();
                if index >= given && others.any(|(size, _)| any(source, *size, *found).is_ok()) {
                    built.skeleton.size = SizeSource::Assumed;
                }
                return Ok(built);
            }
            Err(fault @ (Fault::Graph(_) | Fault::NoLogits(_))) => drop(first.get_or_insert(fault)),
            Err(fault) => return Err(first.unwrap_or(fault)),
        }
    }
    Err(first.unwrap_or_else(|| Fault::Graph("no size fits it".into())))
}

/// The graph of this size, for as many images and channels as fit.
fn any(source: &Source, (height, width): (i64, i64), found: SizeSource) -> Result<Built> {
    let mut shapes = Vec::new();
    match source.taken.sample {
        Some([batch, channels, ..]) => {
            shapes.push([1, channels, height, width]);
            // The batch may have been written into shapes.
            if batch != 1 {
                shapes.push([batch, channels, height, width]);
            }
        }
        None => {
            let channels = channels(source.objects);
            shapes.extend(channels.map(|channels| [1, channels, height, width]));
        }
    }
    let mut first = None;
    for shape in shapes {
        match build(source, shape, found) {
            Ok(built) => return Ok(built),
            Err(fault @ (Fault::Graph(_) | Fault::NoLogits(_))) => drop(first.get_or_insert(fault)),
            Err(fault) => return Err(fault),
        }
    }
    Err(first.unwrap_or_else(|| Fault::Graph("no number of channels fits it".into())))
}

/// How many channels the image may have: three, or as many as the first convolution takes.
fn channels(objects: &Objects) -> impl Iterator<Item = i64> {
    let nodes = objects.data.nodes().chain(objects.constants.nodes());
    let mut filters = nodes.filter_map(|node| match node {
        Node::Tensor(stored) => match stored.sizes[..] {
            [_, channels @ 1..=64, _, _] => Some(channels),
            _ => None,
        },
        _ => None,
    });
    let first = filters.next().unwrap_or(3);
    // The first may also be that of a depthwise convolution, or a table of positions.
    let order = match first {
        1 | 2 | 4 => [first, 3],
        _ => [3, first],
    };
    let count = if first == 3 { 1 } else { 2 };
    order.into_iter().take(count)
}

fn build(source: &Source, shape: [i64; 4], found: SizeSource) -> Result<Built> {
    let Source {
        code,
        objects,
        routine,
        taken,
    } = source;
    let mut nodes = Nodes::default();
    let given = taken.add(&mut nodes, shape);
    let (follower, value) = Follower::run(code, objects, nodes, *routine, given)?;
    let outputs = signature::returned(&value, &follower.nodes)?;
    let rows = |returned: &Returned| {
        let made = follower.nodes.shape(&returned.tensor)?;
        // At a size that its weights do not fit, a network that reshapes its features gets several rows.
        let several = made.len() >= 2 && made[0] != shape[0];
        several.then(|| Fault::NoLogits(format!("its output has the shape {made:?}")))
    };
    // One output that belongs to the image as a whole is enough.
    let unfit: Option<Vec<Fault>> = outputs.iter().map(rows).collect();
    if let Some(fault) = unfit.and_then(|all| all.into_iter().next()) {
        return Err(fault);
    }
    let module = GraphModule {
        graph: follower.nodes.into_graph(&taken.image),
        signature: Signature {
            input_specs: Vec::new(),
            output_specs: Vec::new(),
        },
        module_call_graph: Default::default(),
    };
    let inputs = Inputs {
        image: taken.image.clone(),
        shape,
        channels_last: taken.channels_last,
        without_batch: taken.without_batch,
        takes_bytes: false,
        weights: follower.weights.declared,
        extras: taken.extras.clone(),
    };
    let mut builder = Builder::new(&module, &inputs);
    builder.run()?;
    let graph = builder.finish(outputs)?;
    Ok(Built {
        skeleton: Skeleton {
            graph,
            weights: inputs.weights,
            extras: inputs.extras,
            takes_bytes: false,
            size: found,
            sources: Default::default(),
            classes: follower.classes,
        },
        stored: follower.weights.stored,
    })
}
