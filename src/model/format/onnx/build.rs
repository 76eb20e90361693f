//! Wires the nodes together: names become values, and what does not depend on the picture becomes a
//! constant there and then.

use std::collections::{HashMap, HashSet};

use tch::{Kind, Tensor};

use super::args::Args;
use super::message::proto;
use super::names::Stack;
use super::signature::{Input, Output};
use super::weights::Weights;
use super::{Result, names, ops};
use crate::model::error::{Fault, UnsupportedOp, first_line};
use crate::model::format::build::refusal::{Answer, Refusal};
use crate::model::format::build::storage::{floating, wrong};
use crate::model::graph::budget::Budget;
use crate::model::graph::{Graph, Module, Node, Value, ValueId};
use crate::model::op::shape::{self, OutputShapes};
use crate::model::op::{Copying, Indexing, Op, Operation, Reshaping, Splitting};

/// Elements that all constants may have which a file does not hold but has computed.
const COMPUTED: f64 = (1u64 << 27) as f64;
/// What is granted beyond it for each value that a file does hold: weights that are standardised
/// pass through some steps.
const FOR_EACH_WEIGHT: f64 = 16.0;

pub struct Builder<'a> {
    written: HashMap<&'a str, &'a proto::Tensor>,
    weights: Weights<'a>,
    opset: i64,
    values: Vec<Value>,
    shapes: Vec<Vec<i64>>,
    names: HashMap<String, ValueId>,
    nodes: Vec<Node>,
    /// What `nodes` read.
    read_by_nodes: HashSet<ValueId>,
    /// All that is read.
    asked_for: HashSet<&'a str>,
    /// Node by node the names that no later one reads.
    last_reads: Vec<Vec<&'a str>>,
    /// The modules around each of `nodes`.
    stacks: Vec<Stack>,
    /// Of constants that are computed.
    computed: Budget,
    /// Of what will run on each picture.
    running: Budget,
    image: ValueId,
    /// What is being read.
    label: String,
    stack: Stack,
}

/// What a node is called: by its own name, or by what it makes.
pub fn label(node: &proto::Node) -> String {
    let made = node.outputs.iter().find(|output| !output.is_empty());
    match (node.name.as_str(), made) {
        ("", Some(made)) => made.clone(),
        ("", None) => node.op_type.clone(),
        (name, _) => name.to_owned(),
    }
}

impl<'a> Builder<'a> {
    pub fn new(
        graph: &'a proto::Graph,
        opset: i64,
        weights: Weights<'a>,
        input: &Input,
        wanted: &[usize],
    ) -> Result<Builder<'a>> {
        let mut written = HashMap::new();
        for weight in &graph.initializers {
            if written.insert(weight.name.as_str(), weight).is_some() {
                return Err(Fault::Graph(format!(
                    "two weights are called {}",
                    weight.name
                )));
            }
        }
        let nodes = wanted.iter().map(|index| &graph.nodes[*index]);
        let asked_for = nodes.flat_map(|node| node.inputs.iter().map(String::as_str));
        let mut builder = Builder {
            written,
            weights,
            opset,
            values: Vec::new(),
            shapes: Vec::new(),
            names: HashMap::new(),
            nodes: Vec::new(),
            read_by_nodes: HashSet::new(),
            asked_for: asked_for.collect(),
            last_reads: last_reads(graph, wanted),
            stacks: Vec::new(),
            computed: Budget::of(COMPUTED),
            running: Budget::default(),
            image: ValueId(0),
            label: "the input".into(),
            stack: names::root(),
        };
        let image = builder.add(input.name.clone(), input.shape.to_vec(), None);
        builder.image = image;
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

    /// Reads one node of the file.
    pub fn node(&mut self, node: &'a proto::Node, stack: Stack) -> Result<()> {
        self.weights.tell()?;
        self.label = label(node);
        self.stack = stack;
        let first = self.values.len();
        let result = self.read(node);
        let made = result.map_err(|refusal| self.refused(&ops::full_name(node), refusal))?;
        let asked = node.outputs.iter().enumerate();
        for (index, output) in asked.filter(|(_, output)| !output.is_empty()) {
            let Some(value) = made.get(index).copied() else {
                // Old files name the mask of a dropout and leave it at that.
                if !self.asked_for.contains(output.as_str()) {
                    continue;
                }
                let reason = format!("its output {} is used", index + 1);
                let refusal = Refusal::Unsupported(Some(reason));
                return Err(self.refused(&ops::full_name(node), refusal));
            };
            // By its other name it may be read later.
            if value.0 < first {
                self.read_by_nodes.insert(value);
            }
            if self.written.contains_key(output.as_str())
                || self.names.insert(output.clone(), value).is_some()
            {
                return Err(Fault::Graph(format!("two values are called {output}")));
            }
        }
        // What has a name may be read again.
        for step in (first..self.values.len()).map(ValueId) {
            let named = self.names.get(&self.values[step.0].name) == Some(&step);
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

    /// Frees what was computed on the way to a constant.
    fn forget(&mut self, value: ValueId) {
        let known = &mut self.values[value.0];
        if known.folded && !self.read_by_nodes.contains(&value) {
            known.weight = None;
        }
    }

    fn read(&mut self, node: &'a proto::Node) -> Answer<Vec<ValueId>> {
        let inputs = node.inputs.iter().map(|name| match name.as_str() {
            "" => Ok(None),
            name => self.find(name).map(Some),
        });
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let args = Args {
            node,
            inputs,
            opset: self.opset,
            label: self.label.clone(),
        };
        let reader = ops::reader(node).ok_or(Refusal::Unsupported(None))?;
        reader(&args, self)
    }

    fn refused(&self, op: &str, refusal: Refusal) -> Fault {
        match refusal {
            Refusal::Fault(fault) => fault,
            Refusal::Unsupported(reason) => Fault::Unsupported(vec![UnsupportedOp {
                op: op.to_owned(),
                node: self.label.clone(),
                module: names::innermost(&self.stack),
                reason,
            }]),
        }
    }

    /// What `name` means. A weight is read when it is first asked for.
    fn find(&mut self, name: &str) -> Result<ValueId> {
        if let Some(value) = self.names.get(name) {
            return Ok(*value);
        }
        let weight = self.written.get(name).copied().ok_or_else(|| {
            Fault::Graph(format!(
                "{} uses {name}, which nothing before it computes",
                self.label
            ))
        })?;
        let tensor = self.weights.tensor(weight, name)?;
        // Shapes and places are no parameters.
        let trained = floating(tensor.kind());
        let value = self.weight(name, tensor, trained)?;
        self.names.insert(name.to_owned(), value);
        Ok(value)
    }

    /// A tensor that the file holds.
    fn weight(&mut self, name: &str, tensor: Tensor, trained: bool) -> Result<ValueId> {
        let shape = tensor.size();
        if shape::count(&shape).is_none() {
            let absurd = shape::implausible(&shape);
            return Err(wrong(name, format!("has {absurd}")));
        }
        self.computed.grant(FOR_EACH_WEIGHT * tensor.numel() as f64);
        let value = self.add(name.to_owned(), shape, Some(tensor));
        self.values[value.0].folded = !trained;
        Ok(value)
    }

    fn add(&mut self, name: String, shape: Vec<i64>, weight: Option<Tensor>) -> ValueId {
        self.values.push(Value {
            name,
            stated_shape: Some(shape.clone()),
            weight,
            folded: false,
        });
        self.shapes.push(shape);
        ValueId(self.values.len() - 1)
    }

    /// A tensor that an attribute holds. Some files keep their weights in this way.
    pub fn written(&mut self, tensor: &proto::Tensor) -> Answer<ValueId> {
        let name = self.label.clone();
        let tensor = self.weights.tensor(tensor, &name)?;
        // A single number is one of the architecture.
        let trained = floating(tensor.kind()) && tensor.numel() > 1;
        Ok(self.weight(&name, tensor, trained)?)
    }

    /// Refuses what would make constants too large, before it is computed.
    pub fn afford(&mut self, elements: f64) -> Answer<()> {
        if self.computed.take(elements) {
            Ok(())
        } else {
            Err(self.too_large())
        }
    }

    fn too_large(&self) -> Refusal {
        Fault::Graph(format!(
            "at node {} it computes constants larger than any image classifier's",
            self.label
        ))
        .into()
    }

    /// A constant that was worked out, as far as [`afford`](Self::afford) allows.
    pub fn constant(&mut self, tensor: Tensor) -> ValueId {
        let value = self.add(self.label.clone(), tensor.size(), Some(tensor));
        self.values[value.0].folded = true;
        value
    }

    pub fn shape(&self, value: ValueId) -> &[i64] {
        &self.shapes[value.0]
    }

    /// The tensor of a value that does not depend on the picture.
    pub fn tensor(&self, value: ValueId) -> Option<&Tensor> {
        self.values[value.0].weight.as_ref()
    }

    /// Whole numbers that do not depend on the picture, however many.
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

    /// The numbers of a constant, few enough to be factors.
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

    /// The one number of a constant.
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

    /// What libtorch says, at the node that is being read.
    pub fn torch(&self, error: &tch::TchError) -> Refusal {
        Fault::Graph(format!("at node {}: {}", self.label, first_line(error))).into()
    }

    /// Adds an operation with one result.
    pub fn emit(&mut self, op: impl Into<Op>, inputs: &[ValueId]) -> Answer<ValueId> {
        let results = self.emit_parts(op.into(), inputs)?;
        let result = results.first().copied();
        result.ok_or_else(|| Fault::Graph(format!("at node {}: no result", self.label)).into())
    }

    /// Adds an operation; or computes it, where no input depends on the picture.
    pub fn emit_parts(&mut self, op: Op, inputs: &[ValueId]) -> Answer<Vec<ValueId>> {
        let mut node = Node {
            op,
            inputs: inputs.to_vec(),
            outputs: Vec::new(),
            module: names::innermost(&self.stack),
            name: self.label.clone(),
        };
        let shapes: Vec<Vec<i64>> = inputs.iter().map(|id| self.shapes[id.0].clone()).collect();
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
            return Ok(results
                .into_iter()
                .map(|result| self.constant(result))
                .collect());
        }
        let spent = self.running.spend(&node, &given, &results);
        spent.map_err(Fault::Graph)?;
        for shape in results {
            let result = self.add(self.label.clone(), shape, None);
            node.outputs.push(result);
        }
        let outputs = node.outputs.clone();
        self.read_by_nodes.extend(inputs);
        self.nodes.push(node);
        self.stacks.push(self.stack.clone());
        Ok(outputs)
    }

    /// The graph up to the logits, `[1, classes]`, and how many classes there are.
    pub fn finish(mut self, output: &Output, input_shape: [i64; 4]) -> Result<(Graph, usize)> {
        self.label = "the output".into();
        let mut logits = self.find(&output.logits)?;
        if logits == self.image {
            return Err(Fault::NoLogits("it hands back what went in".into()));
        }
        if self.tensor(logits).is_some() {
            return Err(Fault::NoLogits(
                "what it hands back does not depend on the image".into(),
            ));
        }
        let shape = self.shape(logits).to_vec();
        let classes = shape::count(&shape).unwrap_or(0);
        let long = shape.iter().filter(|size| **size != 1).count();
        if long > 1 || classes < 1 {
            return Err(Fault::NoLogits(format!(
                "it answers with shape {shape:?}, not [1, classes]"
            )));
        }
        if shape != [1, classes] {
            self.stack = names::root();
            let flat = vec![1, classes];
            let flat = self.emit(Reshaping::Reshape { shape: flat }, &[logits]);
            logits = flat.map_err(|refusal| self.refused("Reshape", refusal))?;
        }
        let (nodes, modules) = self.reaching(logits);
        let graph = Graph {
            values: self.values,
            nodes,
            modules,
            input: self.image,
            input_shape,
            logits,
            head: output.head,
            layouts: Default::default(),
        };
        Ok((graph, usize::try_from(classes).unwrap_or(0)))
    }

    /// The nodes that the logits depend on, with their modules in the order first met.
    fn reaching(&mut self, logits: ValueId) -> (Vec<Node>, Vec<Module>) {
        let mut wanted = vec![false; self.values.len()];
        wanted[logits.0] = true;
        let mut kept = Vec::with_capacity(self.nodes.len());
        for (node, stack) in self.nodes.drain(..).zip(self.stacks.drain(..)).rev() {
            if node.outputs.iter().any(|output| wanted[output.0]) {
                node.inputs.iter().for_each(|input| wanted[input.0] = true);
                kept.push((node, stack));
            }
        }
        kept.reverse();
        let modules = names::met(kept.iter().map(|(_, stack)| stack));
        (kept.into_iter().map(|(node, _)| node).collect(), modules)
    }
}

/// For each wanted node, the last first, the names that are read there for the last time.
fn last_reads<'a>(graph: &'a proto::Graph, wanted: &[usize]) -> Vec<Vec<&'a str>> {
    let mut seen: HashSet<&str> = graph.outputs.iter().map(|o| o.name.as_str()).collect();
    let mut last = |index: &usize| {
        let inputs = graph.nodes[*index].inputs.iter().map(String::as_str);
        inputs.filter(|name| seen.insert(name)).collect()
    };
    wanted.iter().rev().map(&mut last).collect()
}

/// Whether the result shares its input's memory, so that it costs nothing.
fn is_view(op: &Op) -> bool {
    matches!(
        op,
        Op::Reshaping(Reshaping::Permute { .. })
            | Op::Indexing(Indexing::Slice { .. } | Indexing::Select { .. })
            | Op::Splitting(Splitting::Split { .. })
            | Op::Copying(Copying::Identity)
    )
}
