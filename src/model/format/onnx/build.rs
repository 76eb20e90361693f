//! The graph of an ONNX file: names become values, and what does not depend on the image is computed at
//! once and becomes a constant.

use std::collections::{BTreeMap, HashMap, HashSet};

use tch::{Kind, Tensor};

use super::kinds;
use super::message::proto;
use super::nodes::Lost;
use super::signature::{Input, Returned};
use super::weights::Weights;
use crate::model::error::{Fault, Result, first_line};
use crate::model::format::build::finite::{self, Role};
use crate::model::format::build::graph_builder::GraphBuilder;
use crate::model::format::build::module_calls::{self, Stack, innermost};
use crate::model::format::build::refusal::{Answer, Refusal};
use crate::model::format::build::storage::{Content, floating, torch, wrong};
use crate::model::graph::budget::Budget;
use crate::model::graph::{Graph, Node, Output, ValueId};
use crate::model::op::shape::{self, OutputShapes};
use crate::model::op::{Copying, Indexing, Op, Operation, Reshaping, Splitting};

/// How many elements all computed constants of a file may have together.
const COMPUTED: f64 = (1u64 << 27) as f64;
/// How many more they may have for each element of a weight: weights that are standardised go through
/// several steps.
const FOR_EACH_WEIGHT: f64 = 16.0;

pub struct Builder<'a, 'o> {
    initializers: HashMap<&'a str, &'a proto::Tensor>,
    weights: Weights<'a, 'o>,
    graph: GraphBuilder,
    names: HashMap<String, ValueId>,
    /// Values that cannot be computed.
    pub lost: Lost,
    /// The values that nodes of the graph read.
    read_by_nodes: HashSet<ValueId>,
    /// The names that any node of the file reads.
    read_names: HashSet<&'a str>,
    /// For each node of the file still to come, the last one first, the names that no later one reads.
    last_reads: Vec<Vec<&'a str>>,
    /// The dtypes of values that depend on the image and are no floats.
    kinds: HashMap<ValueId, Kind>,
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
        let read_names = nodes.flat_map(|node| node.inputs.iter().map(String::as_str));
        let mut builder = Builder {
            initializers,
            weights,
            graph: GraphBuilder::new(&input.name, [input.batch, input.channels, height, width]),
            names: HashMap::new(),
            lost: Lost::new(),
            read_by_nodes: HashSet::new(),
            read_names: read_names.collect(),
            last_reads: last_reads(graph, wanted),
            kinds: HashMap::new(),
            infinite: BTreeMap::new(),
            computed: Budget::of(COMPUTED),
            running: Budget::default(),
            label: "the input".into(),
            stack: module_calls::root(),
            first_value: 0,
        };
        let image = builder.graph.image();
        let read = if input.channels_last {
            let dims = vec![0, 2, 3, 1];
            let turned = builder.emit(Reshaping::Permute { dims }, &[image]);
            turned.map_err(|refusal| builder.refused("Transpose", refusal))?
        } else {
            image
        };
        builder.names.insert(input.name.clone(), read);
        Ok(builder)
    }

    /// Begins a node of the file; what is emitted until [`end_node`](Self::end_node) belongs to it.
    ///
    /// # Errors
    /// [`Fault::Cancelled`].
    pub fn begin_node(&mut self, node: &proto::Node, stack: Stack) -> Result<()> {
        self.weights.report()?;
        self.label = node.label();
        self.stack = stack;
        self.first_value = self.graph.value_count();
        Ok(())
    }

    /// Names the values `made` after the node's outputs, and frees constants that are no longer needed.
    ///
    /// # Errors
    /// [`Fault::Graph`] where a name is taken, [`Fault::Unsupported`] where an output is used that was
    /// not made.
    pub fn end_node(&mut self, node: &'a proto::Node, made: &[ValueId]) -> Result<()> {
        let named = node.outputs.iter().enumerate();
        for (index, output) in named.filter(|(_, output)| !output.is_empty()) {
            let Some(value) = made.get(index).copied() else {
                // Old files name the mask of a dropout that nothing reads.
                if !self.read_names.contains(output.as_str()) {
                    continue;
                }
                let reason = format!("its output {} is used", index + 1);
                let refusal = Refusal::Unsupported(Some(reason));
                return Err(self.refused(&node.full_name(), refusal));
            };
            // It may be read later under its other name.
            if value.0 < self.first_value {
                self.read_by_nodes.insert(value);
            }
            if self.initializers.contains_key(output.as_str())
                || self.names.insert(output.clone(), value).is_some()
            {
                return Err(Fault::Graph(format!("two values are called {output}")));
            }
        }
        // Values with a name may still be read.
        for step in (self.first_value..self.graph.value_count()).map(ValueId) {
            let named = self.names.get(&self.graph.value(step).name) == Some(&step);
            if !named && !made.contains(&step) {
                self.forget(step);
            }
        }
        for name in self.last_reads.pop().unwrap_or_default() {
            if let Some(value) = self.names.get(name) {
                self.forget(*value);
            }
        }
        Ok(())
    }

    /// Ends a node that is left out.
    pub fn skip_node(&mut self) {
        for name in self.last_reads.pop().unwrap_or_default() {
            if let Some(value) = self.names.get(name) {
                self.forget(*value);
            }
        }
    }

    /// Frees a computed constant, unless a node of the graph reads it.
    fn forget(&mut self, value: ValueId) {
        let known = self.graph.value_mut(value);
        if known.folded && !self.read_by_nodes.contains(&value) {
            known.weight = None;
        }
    }

    /// Says at which node something is refused; `op` is the name of its operation.
    pub fn refused(&self, op: &str, refusal: Refusal) -> Fault {
        let at = refusal.at(op.to_owned(), self.label.clone(), innermost(&self.stack));
        match at {
            Ok(unsupported) => Fault::Unsupported(vec![unsupported]),
            Err(fault) => fault,
        }
    }

    /// The value called `name`. A weight is read when it is first used.
    pub fn find(&mut self, name: &str) -> Result<ValueId> {
        if let Some(value) = self.names.get(name) {
            return Ok(*value);
        }
        let weight = self.initializers.get(name).copied().ok_or_else(|| {
            Fault::Graph(format!(
                "{} uses {name}, which nothing before it computes",
                self.label
            ))
        })?;
        let (tensor, content) = self.weights.tensor(weight, name)?;
        // Shapes and indices are not parameters.
        let trained = floating(tensor.kind());
        let value = self.weight(name, tensor, trained, content)?;
        self.names.insert(name.to_owned(), value);
        Ok(value)
    }

    /// Adds an input besides the image, which is held at `tensor`.
    ///
    /// # Errors
    /// [`Fault::Graph`] where its name is taken.
    pub fn hold(&mut self, name: &str, tensor: Tensor) -> Result<()> {
        let shape = tensor.size();
        let value = self.add(name.to_owned(), Some(tensor), shape);
        self.graph.value_mut(value).folded = true;
        self.read_by_nodes.insert(value);
        match self.names.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(Fault::Graph(format!("two values are called {name}"))),
        }
    }

    /// The weights, for another builder.
    pub fn into_weights(self) -> Weights<'a, 'o> {
        self.weights
    }

    /// Adds a tensor that the file holds.
    fn weight(
        &mut self,
        name: &str,
        tensor: Tensor,
        trained: bool,
        content: Content,
    ) -> Result<ValueId> {
        let shape = tensor.size();
        if shape::count(&shape).is_none() {
            let shape = shape::implausible(&shape);
            return Err(wrong(name, format!("has {shape}")));
        }
        // Whether it is a parameter shows only when the graph is complete.
        finite::check(name, Role::Constant, content)?;
        self.computed.grant(FOR_EACH_WEIGHT * tensor.numel() as f64);
        let value = self.add(name.to_owned(), Some(tensor), shape);
        self.graph.value_mut(value).folded = !trained;
        if content == Content::Infinite {
            self.infinite.insert(value, name.to_owned());
        }
        Ok(value)
    }

    fn add(&mut self, name: String, weight: Option<Tensor>, shape: Vec<i64>) -> ValueId {
        let value = self.graph.add_value(name, Some(shape));
        self.graph.value_mut(value).weight = weight;
        value
    }

    /// Adds a tensor that an attribute holds. Some files have their weights there.
    pub fn written(&mut self, tensor: &proto::Tensor) -> Answer<ValueId> {
        let name = self.label.clone();
        let (tensor, content) = self.weights.tensor(tensor, &name)?;
        // A single number belongs to the architecture.
        let trained = floating(tensor.kind()) && tensor.numel() > 1;
        Ok(self.weight(&name, tensor, trained, content)?)
    }

    /// Refuses constants that are too large, before they are computed.
    pub fn afford(&mut self, elements: f64) -> Answer<()> {
        if self.computed.take(elements) {
            Ok(())
        } else {
            Err(self.too_large())
        }
    }

    fn too_large(&self) -> Refusal {
        Fault::Graph(format!(
            "at node {} it computes constants larger than those of any image classifier",
            self.label
        ))
        .into()
    }

    /// Adds a constant that was computed within what [`afford`](Self::afford) allows.
    pub fn constant(&mut self, tensor: Tensor) -> ValueId {
        let shape = tensor.size();
        let value = self.add(self.label.clone(), Some(tensor), shape);
        self.graph.value_mut(value).folded = true;
        value
    }

    pub fn shape(&self, value: ValueId) -> &[i64] {
        let stated = &self.graph.value(value).stated_shape;
        stated.as_deref().unwrap_or_default()
    }

    /// The tensor of a value that does not depend on the image.
    pub fn tensor(&self, value: ValueId) -> Option<&Tensor> {
        self.graph.value(value).weight.as_ref()
    }

    /// The dtype of a value.
    pub fn kind(&self, value: ValueId) -> Kind {
        match self.tensor(value) {
            Some(tensor) => tensor.kind(),
            None => self.kinds.get(&value).copied().unwrap_or(Kind::Float),
        }
    }

    /// The elements of a constant as integers, however many.
    pub fn ints(&self, value: ValueId) -> Answer<Option<Vec<i64>>> {
        let Some(tensor) = self.tensor(value) else {
            return Ok(None);
        };
        let row = tensor
            .f_to_kind(Kind::Int64)
            .and_then(|row| row.f_reshape([-1]));
        let row = row.map_err(|error| self.torch(&error))?;
        Ok(Vec::try_from(row).ok())
    }

    /// The elements of a constant, if there are few enough to be factors.
    pub fn floats(&self, value: ValueId) -> Answer<Option<Vec<f64>>> {
        let Some(tensor) = self.tensor(value).filter(|tensor| tensor.numel() <= 16) else {
            return Ok(None);
        };
        let row = tensor
            .f_to_kind(Kind::Double)
            .and_then(|row| row.f_reshape([-1]));
        let row = row.map_err(|error| self.torch(&error))?;
        Ok(Vec::try_from(row).ok())
    }

    /// The element of a constant that has only one.
    pub fn number(&self, value: ValueId) -> Answer<Option<f64>> {
        let Some(tensor) = self.tensor(value).filter(|tensor| tensor.numel() == 1) else {
            return Ok(None);
        };
        let number = tensor
            .f_to_kind(Kind::Double)
            .and_then(|one| one.f_reshape([1]))
            .and_then(|one| one.f_double_value(&[0]));
        number.map(Some).map_err(|error| self.torch(&error))
    }

    /// An error of libtorch at the node that is being read.
    pub fn torch(&self, error: &tch::TchError) -> Refusal {
        Fault::Graph(format!("at node {}: {}", self.label, first_line(error))).into()
    }

    /// Adds an operation with one result.
    pub fn emit(&mut self, op: impl Into<Op>, inputs: &[ValueId]) -> Answer<ValueId> {
        let results = self.emit_parts(op.into(), inputs)?;
        let result = results.first().copied();
        result.ok_or_else(|| Fault::Graph(format!("at node {}: no result", self.label)).into())
    }

    /// Adds an operation, or computes it if no input depends on the image.
    pub fn emit_parts(&mut self, op: Op, inputs: &[ValueId]) -> Answer<Vec<ValueId>> {
        let mut node = Node {
            op,
            inputs: inputs.to_vec(),
            outputs: Vec::new(),
            module: innermost(&self.stack),
            name: self.label.clone(),
        };
        let shapes: Vec<Vec<i64>> = inputs.iter().map(|id| self.shape(*id).to_vec()).collect();
        let known = inputs.iter().map(|id| self.tensor(*id));
        let known: Option<Vec<Tensor>> =
            known.map(|tensor| Some(tensor?.shallow_clone())).collect();
        let given: Vec<&[i64]> = shapes.iter().map(Vec::as_slice).collect();
        let results = node.op.output_shapes(&given);
        let results = results.and_then(OutputShapes::plausible);
        let results = results.map_err(|reason| {
            Refusal::from(Fault::Graph(format!("at node {}: {reason}", self.label)))
        })?;
        if let Some(known) = known {
            let affordable =
                is_view(&node.op) || self.computed.spend(&node, &given, &results).is_ok();
            if !affordable {
                return Err(self.too_large());
            }
            let known: Vec<&Tensor> = known.iter().collect();
            let results = tch::no_grad(|| node.op.run(&known));
            let results = results.map_err(|error| self.torch(&error))?;
            let results: Vec<ValueId> = results
                .into_iter()
                .map(|result| self.constant(result))
                .collect();
            self.follow_infinities(inputs, &results)?;
            return Ok(results);
        }
        let spent = self.running.spend(&node, &given, &results);
        spent.map_err(Fault::Graph)?;
        let kinds: Vec<Kind> = inputs.iter().map(|id| self.kind(*id)).collect();
        let kind = kinds::of_result(&node.op, &kinds);
        for shape in results {
            let result = self.add(self.label.clone(), None, shape);
            if kind != Kind::Float {
                self.kinds.insert(result, kind);
            }
            node.outputs.push(result);
        }
        let outputs = node.outputs.clone();
        self.read_by_nodes.extend(inputs);
        self.graph.add_node(node, self.stack.clone());
        Ok(outputs)
    }

    /// Notes which of the constants `results` still have the infinities of their inputs.
    fn follow_infinities(&mut self, inputs: &[ValueId], results: &[ValueId]) -> Result<()> {
        let Some(name) = inputs.iter().find_map(|input| self.infinite.get(input)) else {
            return Ok(());
        };
        let name = name.clone();
        for result in results {
            let content = self
                .tensor(*result)
                .map_or(Ok(Content::Finite), Content::of);
            if content.map_err(|error| torch(&name, error))? != Content::Finite {
                self.infinite.insert(*result, name.clone());
            }
        }
        Ok(())
    }

    /// Checks that one of the outputs can be scores.
    ///
    /// # Errors
    /// [`Fault::NoLogits`] where none can.
    pub fn check_outputs(&mut self, outputs: &[Returned]) -> Result<()> {
        self.label = "the output".into();
        let mut unfit = None;
        for output in outputs {
            if self.lost.contains_key(&output.value) {
                return Ok(());
            }
            let value = self.find(&output.value)?;
            let shape = self.shape(value);
            let long = shape.iter().filter(|size| **size != 1).count();
            if long <= 1 && shape::count(shape).is_some_and(|count| count > 0) {
                return Ok(());
            }
            let fault = || {
                Fault::NoLogits(format!(
                    "its output has the shape {shape:?}, not [1, classes]"
                ))
            };
            unfit.get_or_insert_with(fault);
        }
        unfit.map_or(Ok(()), Err)
    }

    /// The graph up to the outputs.
    ///
    /// # Errors
    /// As [`GraphBuilder::finish`], and [`Fault::Weight`] where a parameter is not finite.
    pub fn finish(mut self, outputs: &[Returned]) -> Result<Graph> {
        let lost = std::mem::take(&mut self.lost);
        self.label = "the output".into();
        let outputs = outputs.iter().map(|output| Output {
            value: match lost.get(&output.value) {
                Some(fault) => Err(fault.clone()),
                None => self.find(&output.value),
            },
            name: output.name.clone(),
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

/// For each wanted node, the last one first, the names that are read there for the last time.
fn last_reads<'a>(graph: &'a proto::Graph, wanted: &[usize]) -> Vec<Vec<&'a str>> {
    let mut seen: HashSet<&str> = graph.outputs.iter().map(|o| o.name.as_str()).collect();
    let mut last = |index: &usize| {
        let inputs = graph.nodes[*index].inputs.iter().map(String::as_str);
        inputs.filter(|name| seen.insert(name)).collect()
    };
    wanted.iter().rev().map(&mut last).collect()
}

/// Whether the result shares the memory of the input, so that it costs nothing.
fn is_view(op: &Op) -> bool {
    matches!(
        op,
        Op::Reshaping(Reshaping::Permute { .. })
            | Op::Indexing(Indexing::Slice { .. } | Indexing::Select { .. })
            | Op::Splitting(Splitting::Split { .. })
            | Op::Copying(Copying::Identity)
    )
}
