//! A graph before its weights.

use std::collections::{BTreeSet, HashMap};

use tch::Tensor;

use super::finite::{self, Role};
use super::held::Extra;
use super::opened::SizeSource;
use super::storage::{Content, torch};
use crate::model::error::Result;
use crate::model::graph::{Graph, ModulePath, ValueId};

/// A graph whose weights are still to be read from a file.
pub struct Skeleton {
    pub graph: Graph,
    /// The tensors that the file has to supply, by the name of their value in the graph.
    pub weights: HashMap<String, Declared>,
    /// The inputs besides the image, each with its position among all arguments.
    pub extras: Vec<(usize, Extra)>,
    /// Whether the image consists of bytes.
    pub takes_bytes: bool,
    /// Where the size of the image comes from.
    pub size: SizeSource,
    /// The line of source code behind each module, by the path of the module.
    pub sources: HashMap<ModulePath, String>,
    /// The classes of its modules in full, each once.
    pub classes: Vec<String>,
}

/// A tensor as the graph declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Its name in the model: `features.0.weight`.
    pub name: String,
    pub role: Role,
}

impl Skeleton {
    /// The tensors that nodes read, in the order of their values.
    pub fn used(&self) -> Vec<(ValueId, Declared)> {
        let inputs = self.graph.nodes.iter().flat_map(|node| &node.inputs);
        let inputs: BTreeSet<ValueId> = inputs.copied().collect();
        let declared = |id: ValueId| {
            let declared = self.weights.get(&self.graph.values[id.0].name)?;
            Some((id, declared.clone()))
        };
        inputs.into_iter().filter_map(declared).collect()
    }

    /// The inputs besides the image that nodes read, with their positions among all arguments.
    pub fn extras_read(&self) -> Vec<(ValueId, usize, Extra)> {
        let inputs = self.graph.nodes.iter().flat_map(|node| &node.inputs);
        let inputs: BTreeSet<ValueId> = inputs.copied().collect();
        let extra = |id: ValueId| {
            let name = &self.graph.values[id.0].name;
            let (position, extra) = self.extras.iter().find(|(_, extra)| extra.name == *name)?;
            Some((id, *position, extra.clone()))
        };
        inputs.into_iter().filter_map(extra).collect()
    }

    /// Fills in one of the tensors that are [`used`](Self::used). `stored` is the worst that the
    /// storage holds which the tensor is a view of.
    ///
    /// # Errors
    /// [`Fault::Weight`](crate::model::error::Fault::Weight) where the tensor may not hold what it
    /// holds.
    pub fn fill(
        &mut self,
        id: ValueId,
        declared: &Declared,
        tensor: Tensor,
        stored: Content,
    ) -> Result<()> {
        let name = &declared.name;
        if stored != Content::Finite {
            let content = Content::of(&tensor).map_err(|error| torch(name, error))?;
            // A buffer is declared alike whether it is a mask or a statistic.
            let role = if finite::parameters(&self.graph).contains(&id) {
                Role::Parameter
            } else {
                declared.role
            };
            finite::check(name, role, content)?;
        }
        let value = &mut self.graph.values[id.0];
        value.stated_shape = Some(tensor.size());
        value.weight = Some(tensor);
        Ok(())
    }

    pub fn is_filled(&self, id: ValueId) -> bool {
        self.graph.values[id.0].weight.is_some()
    }
}
