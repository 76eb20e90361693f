//! What a trial run finds out about a network: its layers, what it costs, and how many classes it has.

use std::sync::Arc;

use super::{Opening, check};
use crate::model::error::Fault;
use crate::model::graph::{self, Graph};
use crate::model::layers::{self, LayerTree};
use crate::model::{About, Facts, Plan};

/// The results of a trial run at one image size.
pub(super) struct Tried {
    pub layers: LayerTree,
    pub facts: Facts,
    pub classes: usize,
}

impl Tried {
    /// Runs `graph` and sets its layouts.
    pub fn new(
        graph: &mut Graph,
        plan: &Arc<Plan>,
        about: &About,
        opening: &mut Opening,
    ) -> Result<Tried, Fault> {
        let checked = check::run(graph, plan, opening)?;
        graph.layouts = checked.layouts.into();
        let facts = graph::facts::facts(graph, &checked.shapes);
        let mut layers = layers::tree(graph, plan, &checked.shapes, &checked.blind);
        let fields = graph::receptive_field::fields(graph, &checked.shapes);
        for layer in &mut layers.layers {
            layer.field = fields[layer.activation.0];
            layer.source = about.sources.get(&layer.path).cloned();
        }
        let classes = checked.shapes[graph.logits.0].iter().product::<i64>();
        Ok(Tried {
            layers,
            facts,
            classes: usize::try_from(classes).unwrap_or_default(),
        })
    }
}
