//! The graph of an ONNX file: names become values, and what does not depend on the image is computed at
//! once and becomes a constant.
//!
//! A file may compute the shapes and even the weights of its network, so constants are bounded in how much
//! they may cost, and are freed after the last node that reads them.

mod constants;
mod emit;
mod node;
pub mod quantised;
mod text;

use std::collections::{BTreeMap, HashMap, HashSet};

use tch::{Kind, Tensor};

use self::quantised::Quantisation;
use super::branches;
use super::message::proto;
use super::nodes::Lost;
use super::signature::{Input, Returned};
use super::weights::Weights;
use crate::model::error::{Fault, Result, first_line};
use crate::model::format::build::finite::{self, Role};
use crate::model::format::build::graph_builder::GraphBuilder;
use crate::model::format::build::module_calls::{self, Stack, innermost};
use crate::model::format::build::refusal::Refusal;
use crate::model::format::build::storage::Content;
use crate::model::graph::budget::Budget;
use crate::model::graph::{Graph, Node, Output, ValueId};
use crate::model::op::{Reshaping, shape};
use crate::model::opening::Opening;

/// How many elements all computed constants of a file may have together.
const COMPUTED: f64 = (1u64 << 27) as f64;

pub struct Builder<'a, 'o> {
    initializers: HashMap<&'a str, &'a proto::Tensor>,
    weights: Weights<'a, 'o>,
    graph: GraphBuilder,
    names: HashMap<String, ValueId>,
    /// Values that cannot be computed.
    pub lost: Lost,
    /// The values that nodes of the graph read.
    read_by_nodes: HashSet<ValueId>,
    /// How many images the file takes at a time.
    batch: i64,
    /// The names that any node of the file reads.
    read_names: HashSet<&'a str>,
    /// The names of all outputs of the file.
    returned: HashSet<&'a str>,
    /// For each node of the file still to come, the last one first, the names that no later one reads.
    last_reads: Vec<Vec<&'a str>>,
    /// The dtypes of values that depend on the image and are no floats.
    kinds: HashMap<ValueId, Kind>,
    /// The texts of values that consist of texts, which the graph holds as their positions.
    texts: HashMap<ValueId, Vec<String>>,
    /// The names of classes that nodes have, the first ones first.
    class_names: Vec<Vec<String>>,
    /// The dtypes in `onnx.proto` of the tensors of the file that are whole numbers.
    stored: HashMap<ValueId, i32>,
    /// The values that are whole numbers standing for floats, by their names in the file.
    quantised: HashMap<String, Quantisation>,
    computes_with_integers: bool,
    /// The constants with infinities, and the tensors of the file these come from.
    infinite: BTreeMap<ValueId, String>,
    /// For constants that are computed here.
    computed: Budget,
    /// For what will run on each image.
    running: Budget,
    /// The node that is being read, and the modules around it.
    label: String,
    stack: Stack,
    /// How many values there were before that node.
    first_value: usize,
}

impl<'a, 'o> Builder<'a, 'o> {
    pub fn new(
        graph: &'a proto::Graph,
        weights: Weights<'a, 'o>,
        input: &Input,
        (height, width): (i64, i64),
        wanted: &[usize],
    ) -> Result<Builder<'a, 'o>> {
        let mut initializers = HashMap::new();
        for weight in &graph.initializers {
            if initializers.insert(weight.name.as_str(), weight).is_some() {
                return Err(Fault::Graph(format!(
                    "two weights are called {}",
                    weight.name
                )));
            }
        }
        let nodes = wanted.iter().map(|index| &graph.nodes[*index]);
        let read_names = nodes.flat_map(branches::reads);
        let returned = graph.outputs.iter().map(|output| output.name.as_str());
        let mut builder = Builder {
            initializers,
            weights,
            graph: GraphBuilder::new(&input.name, [input.batch, input.channels, height, width]),
            names: HashMap::new(),
            batch: input.batch,
            lost: Lost::new(),
            read_by_nodes: HashSet::new(),
            read_names: read_names.collect(),
            returned: returned.collect(),
            last_reads: node::last_reads(graph, wanted),
            kinds: HashMap::new(),
            texts: HashMap::new(),
            class_names: Vec::new(),
            stored: HashMap::new(),
            quantised: HashMap::new(),
            computes_with_integers: false,
            infinite: BTreeMap::new(),
            computed: Budget::of(COMPUTED),
            running: Budget::default(),
            label: "the input".into(),
            stack: module_calls::root(),
            first_value: 0,
        };
        let image = builder.graph.image();
        let mut read = if input.channels_last {
            let dims = vec![0, 2, 3, 1];
            let turned = builder.emit(Reshaping::Permute { dims }, &[image]);
            turned.map_err(|refusal| builder.refused("Transpose", refusal))?
        } else {
            image
        };
        if input.without_batch {
            let dim = Some(0);
            let alone = builder.emit(Reshaping::Squeeze { dim }, &[read]);
            read = alone.map_err(|refusal| builder.refused("Squeeze", refusal))?;
        }
        builder.names.insert(input.name.clone(), read);
        Ok(builder)
    }

    /// Adds the weights of a graph within the file's.
    ///
    /// # Errors
    /// [`Fault::Graph`] where a name is taken.
    pub fn add_weights(&mut self, graph: &'a proto::Graph) -> Result<()> {
        for weight in &graph.initializers {
            let name = weight.name.as_str();
            if self.names.contains_key(name) || self.initializers.insert(name, weight).is_some() {
                return Err(Fault::Graph(format!("two weights are called {name}")));
            }
        }
        Ok(())
    }

    /// How many values there are.
    pub fn value_count(&self) -> usize {
        self.graph.value_count()
    }

    /// Says at which node something is refused; `op` is the name of its operation.
    pub fn refused(&self, op: &str, refusal: Refusal) -> Fault {
        let at = refusal.at(op.to_owned(), self.label.clone(), innermost(&self.stack));
        match at {
            Ok(unsupported) => Fault::Unsupported(vec![unsupported]),
            Err(fault) => fault,
        }
    }

    pub fn opening(&self) -> &Opening<'o> {
        self.weights.opening()
    }

    /// The weights, for another builder.
    pub fn into_weights(self) -> Weights<'a, 'o> {
        self.weights
    }

    fn add(&mut self, name: String, weight: Option<Tensor>, shape: Vec<i64>) -> ValueId {
        let value = self.graph.add_value(name, Some(shape));
        self.graph.value_mut(value).weight = weight;
        value
    }

    /// Whether a node of the file reads the value called `name`, or the file returns it.
    pub fn is_read(&self, name: &str) -> bool {
        self.read_names.contains(name) || self.returned.contains(name)
    }

    pub fn shape(&self, value: ValueId) -> &[i64] {
        let stated = &self.graph.value(value).stated_shape;
        stated.as_deref().unwrap_or_default()
    }

    /// The tensor of a value that does not depend on the image.
    pub fn tensor(&self, value: ValueId) -> Option<&Tensor> {
        self.graph.value(value).weight.as_ref()
    }

    /// The node that computes a value from the image.
    pub fn maker(&self, value: ValueId) -> Option<&Node> {
        self.graph.maker(value)
    }

    /// The name of a value.
    pub fn name(&self, value: ValueId) -> &str {
        &self.graph.value(value).name
    }

    /// Whether a value is the image.
    pub fn is_image(&self, value: ValueId) -> bool {
        value == self.graph.image()
    }

    /// The dtype of a value.
    pub fn kind(&self, value: ValueId) -> Kind {
        match self.tensor(value) {
            Some(tensor) => tensor.kind(),
            None => self.kinds.get(&value).copied().unwrap_or(Kind::Float),
        }
    }

    /// An error of libtorch at the node that is being read.
    pub fn torch(&self, error: &tch::TchError) -> Refusal {
        Fault::Graph(format!("at node {}: {}", self.label, first_line(error))).into()
    }

    /// The fault where every output has several rows that are not those of the images.
    pub fn several_rows(&self, outputs: &[Returned]) -> Option<Fault> {
        let mut unfit = None;
        for output in outputs {
            // What cannot be computed is refused as such, and so is what does not exist.
            let value = self.names.get(&output.name)?;
            let shape = self.shape(*value);
            let each = match shape {
                [first, rest @ ..] if *first == self.batch => rest,
                whole => whole,
            };
            let long = each.iter().filter(|size| **size != 1).count();
            let may_be_map = each.len() < shape.len() && (2..=3).contains(&each.len());
            let is_some = shape::count(shape).is_some_and(|count| count > 0);
            // The numbers of the classes of several rows.
            let indices = !output.floats && each.len() == shape.len() && long > 0;
            if is_some && !indices && (long <= 1 || may_be_map) {
                return None;
            }
            let fault = || Fault::NoLogits(format!("its output has the shape {shape:?}"));
            unfit.get_or_insert_with(fault);
        }
        unfit
    }

    /// The graph up to the outputs.
    ///
    /// # Errors
    /// As [`GraphBuilder::finish`], and [`Fault::Weight`] where a parameter is not finite.
    pub fn finish(mut self, outputs: &[Returned]) -> Result<Graph> {
        let lost = std::mem::take(&mut self.lost);
        self.label = "the output".into();
        let outputs = outputs.iter().map(|output| Output {
            value: match lost.get(&output.name) {
                Some(fault) => Err(fault.clone()),
                None => self.find(&output.name),
            },
            name: output.name.clone(),
            floats: output.floats,
        });
        let outputs = outputs.collect();
        let graph = self.graph.finish(outputs)?;
        if !self.infinite.is_empty() {
            let parameters = finite::parameters(&graph);
            for (value, name) in &self.infinite {
                if parameters.contains(value) {
                    finite::check(name, Role::Parameter, Content::Infinite)?;
                }
            }
        }
        Ok(graph)
    }
}
