//! The size of the image where the file leaves it open. A graph holds for one size, because shapes are
//! computed while it is built: so it is built at one size after the other until one fits the weights.

use tch::Tensor;

use super::build::Builder;
use super::message::proto::Graph;
use super::nodes::{self, Lost};
use super::signature::{Input, Returned};
use super::weights::Weights;
use crate::model::error::{Fault, Result};
use crate::model::format::build::held::Held;
use crate::model::format::build::module_calls::Stack;
use crate::model::format::build::opened::SizeSource;

/// The sides that networks are made for, the most usual first.
const USUAL: [i64; 26] = [
    224, 299, 384, 256, 320, 288, 240, 260, 300, 380, 448, 512, 336, 192, 160, 128, 112, 100, 96,
    84, 80, 64, 48, 40, 32, 28,
];

/// What a graph is built from.
pub struct Source<'a, 's> {
    pub graph: &'a Graph,
    pub input: &'s Input,
    /// The inputs besides the image.
    pub inputs: &'s [(Tensor, Held)],
    pub outputs: &'s [Returned],
    /// The outputs that depend on what is not supported.
    pub lost: &'s Lost,
    /// The indices of the nodes that are needed, and the modules around each.
    pub wanted: &'s [usize],
    pub stacks: &'s [Stack],
    pub opset: i64,
}

/// The graph at the size that the file has, or that was `chosen`, or that was `stated` somewhere, or that
/// fits. The last two are width and height.
///
/// # Errors
/// Those of the first size that was tried, where none fits; [`Fault::Size`] where the chosen one cannot
/// be.
pub fn built<'a, 'o>(
    source: &Source<'a, '_>,
    mut weights: Weights<'a, 'o>,
    chosen: Option<(u32, u32)>,
    stated: Option<((u32, u32), SizeSource)>,
) -> Result<(Builder<'a, 'o>, SizeSource)> {
    let (height, width) = (source.input.height, source.input.width);
    let turned = |(width, height): (u32, u32)| (i64::from(height), i64::from(width));
    // What is fixed stays.
    let within = |(tall, wide): (i64, i64)| (height.unwrap_or(tall), width.unwrap_or(wide));
    if let (Some(height), Some(width)) = (height, width) {
        let builder = attempt(source, weights, (height, width)).map_err(|failed| failed.fault)?;
        return Ok((builder, SizeSource::Fixed));
    }
    if let Some(chosen) = chosen {
        let (tall, wide) = within(turned(chosen));
        if (tall, wide) != turned(chosen) {
            return Err(Fault::Size {
                width: chosen.0,
                height: chosen.1,
                reason: format!("of the sizes that the file allows, {wide}×{tall} is the closest"),
            });
        }
        let builder = attempt(source, weights, (tall, wide)).map_err(|failed| failed.fault)?;
        return Ok((builder, SizeSource::Chosen));
    }
    let side = height.or(width);
    let mut sizes: Vec<(i64, i64)> = side.map(|side| (side, side)).into_iter().collect();
    sizes.extend(USUAL.map(|side| within((side, side))));
    sizes.splice(0..0, stated.map(|(stated, _)| within(turned(stated))));
    weights.keep();
    let mut first = None;
    for (index, size) in sizes.iter().enumerate() {
        weights = match attempt(source, weights, *size) {
            // Those before it do not fit.
            Ok(builder) if index > 0 => return Ok((builder, SizeSource::Weights)),
            Ok(builder) => {
                return match stated {
                    Some((_, found)) => Ok((builder, found)),
                    None => only_one(source, builder, *size, &sizes[1..]),
                };
            }
            Err(Failed { fault, weights }) => match weights {
                Some(weights) if may_fit_elsewhere(&fault) => {
                    first.get_or_insert(fault);
                    *weights
                }
                _ => return Err(first.unwrap_or(fault)),
            },
        };
    }
    Err(first.unwrap_or_else(|| Fault::Graph("no size fits it".into())))
}

/// The graph of a size that fits, and whether it is the only one that does.
fn only_one<'a, 'o>(
    source: &Source<'a, '_>,
    builder: Builder<'a, 'o>,
    size: (i64, i64),
    others: &[(i64, i64)],
) -> Result<(Builder<'a, 'o>, SizeSource)> {
    let other = others.iter().find(|other| **other != size);
    let mut weights = builder.into_weights();
    let mut found = SizeSource::Assumed;
    if let Some(other) = other {
        weights = match attempt(source, weights, *other) {
            Ok(builder) => builder.into_weights(),
            Err(Failed { fault, weights }) => {
                if may_fit_elsewhere(&fault) {
                    found = SizeSource::Weights;
                }
                *weights.ok_or(fault)?
            }
        };
    }
    let builder = attempt(source, weights, size).map_err(|failed| failed.fault)?;
    Ok((builder, found))
}

/// Whether another size may do what this one could not.
fn may_fit_elsewhere(fault: &Fault) -> bool {
    matches!(fault, Fault::Graph(_) | Fault::NoLogits(_))
}

/// Why a size does not fit, and the weights for the next one.
struct Failed<'a, 'o> {
    fault: Fault,
    weights: Option<Box<Weights<'a, 'o>>>,
}

fn attempt<'a, 'o>(
    source: &Source<'a, '_>,
    weights: Weights<'a, 'o>,
    size: (i64, i64),
) -> std::result::Result<Builder<'a, 'o>, Failed<'a, 'o>> {
    let builder = Builder::new(source.graph, weights, source.input, size, source.wanted);
    let mut builder = builder.map_err(|fault| Failed {
        fault,
        weights: None,
    })?;
    match read(source, &mut builder) {
        Ok(()) => Ok(builder),
        Err(fault) => Err(Failed {
            fault,
            weights: Some(Box::new(builder.into_weights())),
        }),
    }
}

fn read<'a>(source: &Source<'a, '_>, builder: &mut Builder<'a, '_>) -> Result<()> {
    builder.lost.clone_from(source.lost);
    for (tensor, held) in source.inputs {
        builder.hold(&held.name, tensor.shallow_clone())?;
    }
    for (index, stack) in source.wanted.iter().zip(source.stacks) {
        let node = &source.graph.nodes[*index];
        nodes::read(builder, node, stack.clone(), source.opset)?;
    }
    builder.check_outputs(source.outputs)
}
