//! What a network does to the levels of an image before its first layer, measured: it is run up to
//! there on images of one colour. So it does not matter how scaling, subtracting, swapping channels or
//! moving axes was written down.

use tch::{Kind, TchError, Tensor};

use crate::model::graph::{Graph, Node, ValueId};
use crate::model::op::{Activation, Normalisation, Op, Operation};

/// How many operations may come before the first layer.
const MAX_NODES: usize = 64;
/// The largest difference between the network and the map, in parts of a value.
const TOLERANCE: f64 = 1e-4;
/// A channel comes from one channel of the image if no other adds more than this share.
const SHARE: f64 = 1e-3;

/// `level · scale + shift` for each channel of the image, in the image's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    pub scale: Vec<f64>,
    pub shift: Vec<f64>,
    /// Mean and deviation of the image's levels while the network was trained, where a batch
    /// normalisation comes before the first layer.
    pub statistics: Option<(Vec<f64>, Vec<f64>)>,
}

/// The map from an image to what the first layer reads. `None` if it is not one number times each
/// level plus another, or if something else comes first.
pub fn affine(graph: &Graph) -> Option<Affine> {
    let before = Before::new(graph)?;
    let (scale, shift) = before.measured(graph, before.end)?;
    let statistics = before.batch.and_then(|batch| before.trained(graph, batch));
    Some(Affine {
        scale,
        shift,
        statistics,
    })
}

/// What comes before the first layer: a convolution, mostly.
struct Before<'a> {
    /// In the order they run.
    nodes: Vec<&'a Node>,
    /// What the layer reads.
    end: ValueId,
    /// The batch normalisation, if there is one.
    batch: Option<&'a Node>,
}

impl Before<'_> {
    fn new(graph: &Graph) -> Option<Before<'_>> {
        let mut seen = vec![false; graph.values.len()];
        *seen.get_mut(graph.input.0)? = true;
        let mut nodes = Vec::new();
        let mut end = None;
        for node in &graph.nodes {
            let from_image = node.inputs.iter().any(|input| seen[input.0]);
            if !from_image {
                continue;
            }
            if !keeps_pixels(&node.op) {
                end = node.inputs.iter().copied().find(|input| seen[input.0]);
                break;
            }
            if nodes.len() == MAX_NODES {
                return None;
            }
            node.outputs.iter().for_each(|output| seen[output.0] = true);
            nodes.push(node);
        }
        let end = end?;
        // Only what the layer reads.
        let mut wanted = vec![false; graph.values.len()];
        wanted[end.0] = true;
        nodes.reverse();
        nodes.retain(|node| {
            let read = node.outputs.iter().any(|output| wanted[output.0]);
            if read {
                node.inputs.iter().for_each(|input| wanted[input.0] = true);
            }
            read
        });
        nodes.reverse();
        let batch = |node: &&&Node| matches!(node.op, Op::Normalisation(_));
        let batch = nodes.iter().find(batch).copied();
        Some(Before { nodes, end, batch })
    }

    /// The colour of `value`, by its channel, at the centre of an image of one colour.
    fn run(&self, graph: &Graph, colour: &[f64], value: ValueId) -> Result<Vec<f64>, TchError> {
        let [batch, channels, height, width] = graph.input_shape;
        let colour = Tensor::f_from_slice(colour)?
            .f_to_kind(Kind::Float)?
            .f_reshape([1, channels, 1, 1])?;
        let image = colour.f_expand([batch, channels, height, width], false)?;
        let mut values: Vec<Option<Tensor>> = Vec::new();
        values.resize_with(graph.values.len(), || None);
        values[graph.input.0] = Some(image.f_contiguous()?);
        for node in &self.nodes {
            let missing = || TchError::Shape("not computed".into());
            let inputs = node.inputs.iter().map(|id| {
                let computed = values[id.0].as_ref();
                computed.or_else(|| graph.weight(*id)).ok_or_else(missing)
            });
            let outputs = node.op.run(&inputs.collect::<Result<Vec<_>, _>>()?)?;
            for (id, output) in node.outputs.iter().zip(outputs) {
                values[id.0] = Some(output);
            }
        }
        let missing = || TchError::Shape("not an image".into());
        let found = values[value.0].as_ref().ok_or_else(missing)?;
        let &[_, of, height, width] = found.size().as_slice() else {
            return Err(missing());
        };
        if of != channels {
            return Err(missing());
        }
        let centre = found
            .f_select(0, 0)?
            .f_select(2, width / 2)?
            .f_select(1, height / 2)?
            .f_to_kind(Kind::Double)?;
        Vec::try_from(centre)
    }

    /// Scale and shift by the channel of the image.
    fn measured(&self, graph: &Graph, value: ValueId) -> Option<(Vec<f64>, Vec<f64>)> {
        let count = usize::try_from(graph.input_shape[1]).ok()?;
        let run = |colour: &[f64]| {
            let found = tch::no_grad(|| self.run(graph, colour, value)).ok()?;
            found.iter().all(|level| level.is_finite()).then_some(found)
        };
        let black = run(&vec![0.0; count])?;
        // By the channel of the image, then by that of the value.
        let mut matrix = Vec::with_capacity(count);
        for channel in 0..count {
            let mut colour = vec![0.0; count];
            colour[channel] = 1.0;
            let found = run(&colour)?;
            let slope = found.iter().zip(&black).map(|(at, black)| at - black);
            matrix.push(slope.collect::<Vec<f64>>());
        }
        // It is affine where it takes other colours to where they should be.
        for tried in [[0.25, 0.75, 0.5], [0.875, 0.125, 0.625]] {
            let colour: Vec<f64> = tried.iter().copied().cycle().take(count).collect();
            let found = run(&colour)?;
            for (channel, at) in found.iter().enumerate() {
                let parts = matrix
                    .iter()
                    .zip(&colour)
                    .map(|(m, level)| m[channel] * level);
                let expected = black[channel] + parts.sum::<f64>();
                let size =
                    black[channel].abs() + matrix.iter().map(|m| m[channel].abs()).sum::<f64>();
                if (at - expected).abs() > TOLERANCE * size {
                    return None;
                }
            }
        }
        let (mut scale, mut shift) = (vec![0.0; count], vec![0.0; count]);
        let mut taken = vec![false; count];
        for channel in 0..count {
            let total: f64 = matrix.iter().map(|m| m[channel].abs()).sum();
            let from = (0..count).find(|from| {
                let own = matrix[*from][channel].abs();
                total > 0.0 && total - own <= SHARE * total
            })?;
            if std::mem::replace(&mut taken[from], true) {
                return None;
            }
            scale[from] = matrix[from][channel];
            shift[from] = black[channel];
        }
        Some((scale, shift))
    }

    /// The statistics that a batch normalisation has of what it reads, as statistics of the image.
    fn trained(&self, graph: &Graph, batch: &Node) -> Option<(Vec<f64>, Vec<f64>)> {
        let [read, .., mean, variance] = batch.inputs[..] else {
            return None;
        };
        let (scale, shift) = if read == graph.input {
            let count = usize::try_from(graph.input_shape[1]).ok()?;
            (vec![1.0; count], vec![0.0; count])
        } else {
            self.measured(graph, read)?
        };
        let numbers = |id: ValueId| {
            let tensor = graph.weight(id)?.f_to_kind(Kind::Double).ok()?;
            Vec::<f64>::try_from(tensor).ok()
        };
        let (mean, variance) = (numbers(mean)?, numbers(variance)?);
        if mean.len() != scale.len() || variance.len() != scale.len() {
            return None;
        }
        let scaled = || scale.iter().zip(&shift);
        let mean = mean
            .iter()
            .zip(scaled())
            .map(|(mean, (a, b))| (mean - b) / a);
        let deviation = variance.iter().zip(&scale).map(|(v, a)| v.sqrt() / a.abs());
        Some((mean.collect(), deviation.collect()))
    }
}

/// Whether each pixel of the output can be that of one pixel of the image. What is no map of levels after
/// all is found out by the measurement.
pub(super) fn keeps_pixels(op: &Op) -> bool {
    match op {
        Op::Arithmetic(_)
        | Op::Function(_)
        | Op::Pair(_)
        | Op::Masking(_)
        | Op::Copying(_)
        | Op::Pad(_)
        | Op::Resizing(_)
        | Op::Reshaping(_)
        | Op::Indexing(_)
        | Op::Rearranging(_)
        | Op::Scattering(_)
        | Op::Sorting(_)
        | Op::Splitting(_)
        | Op::Joining(_)
        | Op::Creation(_)
        | Op::Activation(Activation::Clamp { .. } | Activation::Hardtanh { .. })
        | Op::Normalisation(Normalisation::Batch { .. }) => true,
        Op::Activation(_)
        | Op::Normalisation(_)
        | Op::Convolution(_)
        | Op::TransposedConvolution(_)
        | Op::Pooling(_)
        | Op::Patches(_)
        | Op::SlidingWindows(_)
        | Op::Sampling(_)
        | Op::Shuffle(_)
        | Op::MatrixProduct(_)
        | Op::Einsum(_)
        | Op::Attention(_)
        | Op::Algebra(_)
        | Op::Recurrent(_)
        | Op::Fourier(_)
        | Op::ComplexParts(_)
        | Op::Reduction(_)
        | Op::Aggregation(_)
        | Op::Scan(_) => false,
    }
}
