//! The way back through a recorded pass, piece by piece.
//!
//! Gradients are reported as soon as they are complete, the deepest first, and are then dropped. So a
//! walk to a hundred layers holds few of them at a time, and a caller who waits for the last layer
//! does not wait for the first.

use std::collections::{HashMap, HashSet};

use tch::{Kind, TchError, Tensor};

use super::step::Step;
use super::{ReluRule, Tape};
use crate::model::graph::ValueId;
use crate::model::graph::axes::Layout;
use crate::model::op::adjoint::scaled;

/// Gradients of one score.
#[derive(Debug)]
pub struct Gradients {
    /// At the requested values, in their order, each shaped like the activation.
    pub at: Vec<Tensor>,
    /// The number of rectifiers at which the rule acted.
    pub rectifiers: usize,
}

/// How much of a gradient the caller reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The gradient at each position.
    Positions,
    /// Only the mean of each channel over all positions, which is all that Grad-CAM reads. The last
    /// step of a walk, at the network's largest maps, may then pull back the mean alone, which it
    /// gives at every position.
    Means,
}

/// What a walk needs from the piece before a cut.
struct Piece<'a> {
    cut: usize,
    /// The cuts before it to which a gradient is passed on.
    feeds: Vec<usize>,
    /// The requested values inside it, in the order of the network.
    inside: &'a [ValueId],
    /// Values of which only the mean is read, and only by the caller.
    means: &'a HashSet<ValueId>,
}

/// The gradients at the cuts, each the sum of what has arrived so far.
struct Arrived(Vec<Option<Tensor>>);

impl Arrived {
    fn new(cuts: usize) -> Arrived {
        let mut none = Vec::new();
        none.resize_with(cuts, || None);
        Arrived(none)
    }

    fn add(&mut self, cut: usize, gradient: Tensor) -> Result<(), TchError> {
        self.0[cut] = Some(match self.0[cut].take() {
            Some(before) => before.f_add(&gradient)?,
            None => gradient,
        });
        Ok(())
    }

    fn take(&mut self, cut: usize) -> Option<Tensor> {
        self.0[cut].take()
    }
}

impl Tape {
    /// The gradients of a score at the values `wanted`, under `rule`. `seed` is the gradient of the score at
    /// the logits, shaped like them; see [`Tape::seed`].
    ///
    /// # Errors
    /// [`TchError::Shape`] for a value out of range, and what libtorch says.
    pub fn backward(
        &self,
        seed: &Tensor,
        rule: ReluRule,
        wanted: &[ValueId],
    ) -> Result<Gradients, TchError> {
        let mut found: HashMap<ValueId, Tensor> = HashMap::new();
        let rectifiers = self.walk::<TchError>(
            seed,
            rule,
            (wanted, Detail::Positions),
            &mut || Ok(()),
            &mut |value, gradient| {
                found.insert(value, gradient.shallow_clone());
                Ok(())
            },
        )?;
        let at = wanted.iter().map(|value| {
            let gradient = found.get(value).map(Tensor::shallow_clone);
            gradient.ok_or_else(|| TchError::Shape("no such value".into()))
        });
        Ok(Gradients {
            at: at.collect::<Result<_, _>>()?,
            rectifiers,
        })
    }

    /// The same, one gradient at a time: `found` is called once with each wanted value and its
    /// gradient in this detail, from the last of the network to the first. `watch` is called before
    /// each piece. An error from either ends the walk there.
    ///
    /// Returns the number of rectifiers at which the rule acted.
    ///
    /// # Errors
    /// As [`Tape::backward`], and what `watch` and `found` return.
    pub fn walk<E: From<TchError>>(
        &self,
        seed: &Tensor,
        rule: ReluRule,
        (wanted, detail): (&[ValueId], Detail),
        watch: &mut dyn FnMut() -> Result<(), E>,
        found: &mut dyn FnMut(ValueId, &Tensor) -> Result<(), E>,
    ) -> Result<usize, E> {
        let plan = &self.plan;
        let last = plan.cuts.len() - 1;
        let (inner, needed) = self.what_is_needed(wanted)?;
        let means = match detail {
            Detail::Positions => HashSet::new(),
            Detail::Means => self.ends(wanted, &inner, &needed),
        };
        let mut arrived = Arrived::new(plan.cuts.len());
        arrived.add(last, seed.shallow_clone())?;
        let mut rectifiers = 0;

        for cut in (0..=last).rev() {
            watch()?;
            let current = &plan.cuts[cut];
            let gradient = arrived.take(cut);
            if wanted.contains(&current.value) {
                match &gradient {
                    Some(gradient) => found(current.value, gradient)?,
                    None => found(current.value, &self.zeros(current.value)?)?,
                }
            }
            let piece = Piece {
                cut,
                feeds: current
                    .feeds
                    .iter()
                    .copied()
                    .filter(|feed| needed[*feed])
                    .collect(),
                inside: inner.get(&cut).map(Vec::as_slice).unwrap_or_default(),
                means: &means,
            };
            if piece.feeds.is_empty() && piece.inside.is_empty() {
                continue;
            }
            let Some(mut gradient) = gradient else {
                for &value in piece.inside {
                    found(value, &self.zeros(value)?)?;
                }
                continue;
            };
            if let Some(rectifier) = current.rectifier {
                gradient = rule.apply(rectifier, &self.roots[cut].f_detach()?, &gradient)?;
                rectifiers += 1;
            }
            match &plan.steps[cut] {
                Some(steps) => self.step_back(&piece, steps, gradient, &mut arrived, found)?,
                None => self.pull_back(&piece, &gradient, &mut arrived, found)?,
            }
        }
        Ok(rectifiers)
    }

    /// Pulls a gradient back through a whole piece by libtorch's record.
    fn pull_back<E: From<TchError>>(
        &self,
        piece: &Piece,
        gradient: &Tensor,
        arrived: &mut Arrived,
        found: &mut dyn FnMut(ValueId, &Tensor) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut ends: Vec<&Tensor> = piece.feeds.iter().map(|feed| &self.leaves[*feed]).collect();
        ends.extend(piece.inside.iter().filter_map(|id| self.activation(*id)));
        let mut pulled = pull_back(&self.roots[piece.cut], gradient, &ends)?.into_iter();
        for (&feed, gradient) in piece.feeds.iter().zip(pulled.by_ref()) {
            arrived.add(feed, gradient)?;
        }
        for (&value, gradient) in piece.inside.iter().zip(pulled) {
            found(value, &gradient)?;
        }
        Ok(())
    }

    /// Pulls a gradient back through a piece node by node.
    fn step_back<E: From<TchError>>(
        &self,
        piece: &Piece,
        steps: &[Step],
        gradient: Tensor,
        arrived: &mut Arrived,
        found: &mut dyn FnMut(ValueId, &Tensor) -> Result<(), E>,
    ) -> Result<(), E> {
        let plan = &self.plan;
        // The values of the piece at which a gradient is needed, found from its beginning.
        let mut needed: HashSet<ValueId> = piece.inside.iter().copied().collect();
        needed.extend(piece.feeds.iter().map(|feed| plan.cuts[*feed].value));
        for step in steps.iter().rev() {
            if step.inputs.iter().any(|id| needed.contains(id)) {
                needed.insert(step.output);
            }
        }
        let Some(first) = steps.first() else {
            return Ok(());
        };
        // The gradients at values that are not passed on yet.
        let mut pending = HashMap::from([(first.output, gradient)]);
        // Factors for each channel with which the gradient at a value is yet to be multiplied.
        let mut scales: HashMap<ValueId, &Tensor> = HashMap::new();
        for (step, factor) in steps.iter().zip(&self.factors[piece.cut]) {
            let Some(mut gradient) = pending.remove(&step.output) else {
                continue;
            };
            if piece.inside.contains(&step.output) {
                found(step.output, &gradient)?;
            }
            let factor = factor.as_ref();
            let mut folded = None;
            if let Some(scale) = scales.remove(&step.output) {
                folded = step.adjoint.folded(factor, scale, &gradient)?;
                if folded.is_none() {
                    gradient = scaled(&gradient, scale)?;
                }
            }
            let missing = || TchError::Shape("no such value".into());
            let inputs = step.inputs.iter().map(|id| self.activation(*id));
            let tensors = inputs.collect::<Option<Vec<&Tensor>>>();
            let tensors = tensors.ok_or_else(missing)?;
            for (which, &input) in step.inputs.iter().enumerate() {
                if !needed.contains(&input) {
                    continue;
                }
                let product = folded.as_ref().or(factor);
                let mean = if piece.means.contains(&input) {
                    step.adjoint
                        .pull_mean_back(product, tensors[which], &gradient)?
                } else {
                    None
                };
                let unseen = plan.cut_at(input).is_none() && !piece.inside.contains(&input);
                let pulled = if let Some(mean) = mean {
                    mean
                } else if step.is_recorded() {
                    let output = self.computed(step.output, piece.cut).ok_or_else(missing)?;
                    let pulled = pull_back(output, &gradient, &[tensors[which]])?.pop();
                    pulled.ok_or_else(missing)?
                } else if let (true, true, Some(scale)) = (step.adjoint.is_scale(), unseen, factor)
                {
                    scales.insert(input, scale);
                    gradient.shallow_clone()
                } else {
                    step.adjoint
                        .pull_back(product, &tensors, which, &gradient)?
                };
                match plan.cut_at(input) {
                    Some(feed) => arrived.add(feed, pulled)?,
                    None => {
                        pending.insert(input, pulled);
                    }
                }
            }
        }
        Ok(())
    }

    /// The tensor that a node of the piece before `cut` computed, with its record. At the cut itself
    /// the value is a fresh leaf.
    fn computed(&self, value: ValueId, cut: usize) -> Option<&Tensor> {
        if self.plan.cuts[cut].value == value {
            Some(&self.roots[cut])
        } else {
            self.activation(value)
        }
    }

    /// The wanted values that lie inside a piece, by the cut that ends it, in the order of the
    /// network; and the cuts at which a gradient has to arrive.
    #[expect(clippy::type_complexity)]
    fn what_is_needed(
        &self,
        wanted: &[ValueId],
    ) -> Result<(HashMap<usize, Vec<ValueId>>, Vec<bool>), TchError> {
        let cuts = &self.plan.cuts;
        let mut inner: HashMap<usize, Vec<ValueId>> = HashMap::new();
        let mut needed = vec![false; cuts.len()];
        for &value in wanted {
            match (self.plan.cut_at(value), self.plan.piece_of(value)) {
                (Some(cut), _) => needed[cut] = true,
                (None, Some(piece)) => {
                    inner.entry(piece).or_default().push(value);
                    needed[piece] = true;
                }
                (None, None) => {
                    return Err(TchError::Shape(
                        "the score does not depend on this layer".into(),
                    ));
                }
            }
        }
        for values in inner.values_mut() {
            values.sort_unstable();
            values.dedup();
        }
        for cut in 0..cuts.len() {
            needed[cut] |= cuts[cut].feeds.iter().any(|feed| needed[*feed]);
        }
        Ok((inner, needed))
    }

    /// The wanted values at which a walk ends and that are laid out as maps.
    fn ends(
        &self,
        wanted: &[ValueId],
        inner: &HashMap<usize, Vec<ValueId>>,
        needed: &[bool],
    ) -> HashSet<ValueId> {
        let none_before = |cut: usize| self.plan.cuts[cut].feeds.iter().all(|feed| !needed[*feed]);
        let is_end = |value: &ValueId| {
            let layout = self.layouts.get(value.0).copied().flatten();
            let at_cut = self.plan.cut_at(*value);
            let nothing_before = match (at_cut, self.plan.piece_of(*value)) {
                (Some(cut), _) => none_before(cut) && !inner.contains_key(&cut),
                (None, Some(piece)) => none_before(piece) && inner[&piece].len() == 1,
                (None, None) => false,
            };
            nothing_before && layout.is_none_or(|layout| layout == Layout::ChannelsFirst)
        };
        wanted.iter().copied().filter(is_end).collect()
    }

    fn zeros(&self, value: ValueId) -> Result<Tensor, TchError> {
        self.activation(value)
            .ok_or_else(|| TchError::Shape("no such value".into()))?
            .f_zeros_like()
    }

    /// The gradient of `Σ weight · logit` over `(class, weight)` pairs at the logits, shaped like them. Where
    /// the logits are a map, each weight is spread evenly over it, so that the score is a mean.
    ///
    /// # Errors
    /// [`TchError::Shape`] for a class that does not exist.
    pub fn seed(&self, score: &[(usize, f64)]) -> Result<Tensor, TchError> {
        let size = self.logits.size();
        let classes = size.get(1).copied().unwrap_or(1).max(1);
        let positions = size.iter().skip(2).product::<i64>().max(1);
        let mut weights = vec![0f32; usize::try_from(classes).unwrap_or_default()];
        for &(class, weight) in score {
            let total = weights.get_mut(class).ok_or_else(|| {
                TchError::Shape(format!("there is no class {class} among {classes}"))
            })?;
            *total += (weight / positions as f64) as f32;
        }
        let mut shape = vec![1; size.len()];
        if let Some(axis) = shape.get_mut(1) {
            *axis = classes;
        }
        Tensor::f_from_slice(&weights)?
            .f_to_kind(Kind::Float)?
            .f_reshape(shape)?
            .f_expand(size, false)?
            .f_contiguous()
    }
}

/// The vector-Jacobian product of a piece. `run_backward` takes no upstream gradient, so this takes
/// the gradient of `dot(root, upstream)`, which is the same.
fn pull_back(root: &Tensor, upstream: &Tensor, ends: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
    // A complex number counts as two real ones.
    let real = |tensor: &Tensor| {
        if tensor.f_is_complex()? {
            tensor.f_resolve_conj()?.f_view_as_real()
        } else {
            Ok(tensor.shallow_clone())
        }
    };
    let (root, upstream) = (real(root)?, real(upstream)?);
    let score = root.f_reshape(-1)?.f_dot(&upstream.f_reshape(-1)?)?;
    let pulled = Tensor::f_run_backward(&[score], ends, true, false)?;
    // No gradient comes back to a tensor that was only compared or used for its shape.
    let whole = |(end, gradient): (&&Tensor, Tensor)| {
        if gradient.defined() {
            Ok(gradient)
        } else {
            end.f_zeros_like()
        }
    };
    ends.iter().zip(pulled).map(whole).collect()
}
