//! The size of the image where the file leaves it open. A graph holds for one size, because shapes are
//! computed while it is built: so it is built at one size after the other until one fits the weights.

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
    pub outputs: &'s [Returned],
    /// The outputs that depend on what is not supported.
    pub lost: &'s Lost,
    /// The indices of the nodes that are needed, and the modules around each.
    pub wanted: &'s [usize],
    pub stacks: &'s [Stack],
    pub opset: i64,
}

/// A graph of one size.
pub struct Built<'a, 'o> {
    pub builder: Builder<'a, 'o>,
    /// The inputs besides the image, in the order of the file.
    pub held: Vec<Held>,
    pub size: SizeSource,
}

/// The graph at the size that the file has, or that was `chosen`, or that was `stated` somewhere, or that
/// fits. `stated` is width and height.
///
/// # Errors
/// Those of the first size that was tried, where none fits; [`Fault::Size`] where the chosen one cannot
/// be.
pub fn built<'a, 'o>(
    source: &Source<'a, '_>,
    mut weights: Weights<'a, 'o>,
    stated: Option<((u32, u32), SizeSource)>,
) -> Result<Built<'a, 'o>> {
    let (height, width) = (source.input.height, source.input.width);
    let turned = |(width, height): (u32, u32)| (i64::from(height), i64::from(width));
    // What is fixed stays.
    let within = |(tall, wide): (i64, i64)| (height.unwrap_or(tall), width.unwrap_or(wide));
    if let (Some(height), Some(width)) = (height, width) {
        return at(source, weights, (height, width), SizeSource::Fixed);
    }
    if let Some(chosen) = weights.opening().options().size {
        let (tall, wide) = within(turned(chosen));
        if (tall, wide) != turned(chosen) {
            return Err(Fault::Size {
                width: chosen.0,
                height: chosen.1,
                reason: format!("of the sizes that the file allows, {wide}×{tall} is the closest"),
            });
        }
        return at(source, weights, (tall, wide), SizeSource::Chosen);
    }
    let side = height.or(width);
    let mut sizes: Vec<(i64, i64)> = side.map(|side| (side, side)).into_iter().collect();
    sizes.extend(USUAL.map(|side| within((side, side))));
    sizes.splice(0..0, stated.map(|(stated, _)| within(turned(stated))));
    weights.keep();
    let mut first = None;
    for (index, size) in sizes.iter().enumerate() {
        let tried = attempt(source, weights, *size).and_then(|built| built.of_the_image(source));
        weights = match tried {
            // Those before it do not fit.
            Ok(built) if index > 0 => return Ok(built.found(SizeSource::Weights)),
            Ok(built) => {
                return match stated {
                    Some((_, found)) => Ok(built.found(found)),
                    None => only_one(source, built, *size, &sizes[1..]),
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
    match first {
        // What its outputs are is then judged like those of any other file.
        Some(Fault::NoLogits(_)) => {
            let found = stated.map_or(SizeSource::Assumed, |(_, found)| found);
            at(source, weights, sizes[0], found)
        }
        Some(fault) => Err(fault),
        None => Err(Fault::Graph("no size fits it".into())),
    }
}

/// The graph of a size that fits, and whether it is the only one that does.
fn only_one<'a, 'o>(
    source: &Source<'a, '_>,
    built: Built<'a, 'o>,
    size: (i64, i64),
    others: &[(i64, i64)],
) -> Result<Built<'a, 'o>> {
    let other = others.iter().find(|other| **other != size);
    let mut weights = built.builder.into_weights();
    let mut found = SizeSource::Assumed;
    if let Some(other) = other {
        let tried = attempt(source, weights, *other).and_then(|built| built.of_the_image(source));
        weights = match tried {
            Ok(built) => built.builder.into_weights(),
            Err(Failed { fault, weights }) => {
                if may_fit_elsewhere(&fault) {
                    found = SizeSource::Weights;
                }
                *weights.ok_or(fault)?
            }
        };
    }
    at(source, weights, size, found)
}

/// Whether another size may do what this one could not. The values that are given for other inputs may
/// have another size too.
fn may_fit_elsewhere(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Graph(_) | Fault::NoLogits(_) | Fault::Input(_) | Fault::Value { .. }
    )
}

/// Why a size does not fit, and the weights for the next one.
struct Failed<'a, 'o> {
    fault: Fault,
    weights: Option<Box<Weights<'a, 'o>>>,
}

type Tried<'a, 'o> = std::result::Result<Built<'a, 'o>, Failed<'a, 'o>>;

impl<'a, 'o> Built<'a, 'o> {
    fn found(self, size: SizeSource) -> Built<'a, 'o> {
        Built { size, ..self }
    }

    /// Itself, if one of its outputs belongs to the image as a whole. At a size that the weights do not
    /// fit, a file that reshapes its features may get several rows.
    fn of_the_image(self, source: &Source<'a, '_>) -> Tried<'a, 'o> {
        match self.builder.several_rows(source.outputs) {
            None => Ok(self),
            Some(fault) => Err(Failed {
                fault,
                weights: Some(Box::new(self.builder.into_weights())),
            }),
        }
    }
}

/// The graph of this size, which comes from `found`.
fn at<'a, 'o>(
    source: &Source<'a, '_>,
    weights: Weights<'a, 'o>,
    size: (i64, i64),
    found: SizeSource,
) -> Result<Built<'a, 'o>> {
    let built = attempt(source, weights, size).map_err(|failed| failed.fault)?;
    Ok(built.found(found))
}

fn attempt<'a, 'o>(
    source: &Source<'a, '_>,
    weights: Weights<'a, 'o>,
    size: (i64, i64),
) -> Tried<'a, 'o> {
    let builder = Builder::new(source.graph, weights, source.input, size, source.wanted);
    let mut builder = builder.map_err(|fault| Failed {
        fault,
        weights: None,
    })?;
    match read(source, &mut builder, size) {
        Ok(held) => Ok(Built {
            builder,
            held,
            size: SizeSource::Assumed,
        }),
        Err(fault) => Err(Failed {
            fault,
            weights: Some(Box::new(builder.into_weights())),
        }),
    }
}

/// Reads all nodes, with the other inputs for this size.
fn read<'a>(
    source: &Source<'a, '_>,
    builder: &mut Builder<'a, '_>,
    size: (i64, i64),
) -> Result<Vec<Held>> {
    builder.lost.clone_from(source.lost);
    let mut all = Vec::new();
    for beside in &source.input.extras {
        let (tensor, held) = beside.at(size).held(builder.opening(), None)?;
        builder.hold(&held.name, tensor)?;
        all.push(held);
    }
    for (index, stack) in source.wanted.iter().zip(source.stacks) {
        let node = &source.graph.nodes[*index];
        nodes::read(builder, node, stack.clone(), source.opset)?;
    }
    Ok(all)
}
