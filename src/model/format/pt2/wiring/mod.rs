//! Wires the nodes together: names become values, and writing in place becomes a new value.
//!
//! An in-place operation is read as its out-of-place twin. From there on the name of what it
//! overwrote means the result. Where memory is shared with another value (a view) that stands for
//! something else and is used later, that reading would be wrong, and the graph is refused.

use std::collections::{HashMap, HashSet};

use super::Result;
use super::aten::{self, Call, Sharing, Source, Step};
use super::program::args::Refusal;
use super::program::schema::{Argument, GraphModule, NodeJson};
use super::program::signature::Inputs;
use crate::model::error::{Fault, UnsupportedOp};
use crate::model::graph::{Graph, Head, Module, ModulePath, Node, Value, ValueId};
use crate::model::op::{Activation, Copying, Op, Reshaping};
use aliasing::Memory;

pub(crate) mod aliasing;
pub(crate) mod modules;
pub(crate) mod sources;

pub struct Builder<'a> {
    module: &'a GraphModule,
    inputs: &'a Inputs,
    image: ValueId,
    values: Vec<Value>,
    memory: Memory,
    /// A value that is a part of another: which, and the operation that puts it back.
    part_of: HashMap<ValueId, (ValueId, Op)>,
    names: HashMap<String, ValueId>,
    /// What each node handed back, for `getitem`.
    made: HashMap<String, Vec<ValueId>>,
    nodes: Vec<Node>,
    /// The modules around each of `nodes`.
    stacks: Vec<Vec<Module>>,
    unsupported: Vec<UnsupportedOp>,
    /// The line of source that ran each module last.
    sources: HashMap<ModulePath, String>,
}

impl<'a> Builder<'a> {
    pub fn new(module: &'a GraphModule, inputs: &'a Inputs) -> Builder<'a> {
        let mut builder = Builder {
            module,
            inputs,
            image: ValueId(0),
            values: Vec::new(),
            memory: Memory::default(),
            part_of: HashMap::new(),
            names: HashMap::new(),
            made: HashMap::new(),
            nodes: Vec::with_capacity(module.graph.nodes.len()),
            stacks: Vec::new(),
            unsupported: Vec::new(),
            sources: HashMap::new(),
        };
        builder.image = builder.add(&inputs.image);
        builder.values[builder.image.0].stated_shape = Some(inputs.shape.to_vec());
        builder
    }

    /// Reads all nodes. Operations we do not have are told together, once all are seen.
    pub fn run(&mut self) -> Result<()> {
        let module = self.module;
        let written: Vec<Option<&str>> = module
            .graph
            .nodes
            .iter()
            .map(|node| node.metadata.nn_module_stack.as_deref())
            .collect();
        for (node, stack) in module.graph.nodes.iter().zip(modules::stacks(&written)) {
            // Of the innermost module alone: a container runs on many lines.
            if let Some(line) = node.metadata.stack_trace.as_deref().and_then(sources::line)
                && let Some(module) = stack.last()
            {
                self.sources.insert(module.path.clone(), line);
            }
            self.node(node, stack)?;
        }
        if self.unsupported.is_empty() {
            Ok(())
        } else {
            Err(Fault::Unsupported(std::mem::take(&mut self.unsupported)))
        }
    }

    /// The line of source behind each module, by its path; to be asked for once.
    pub fn sources(&mut self) -> HashMap<ModulePath, String> {
        std::mem::take(&mut self.sources)
    }

    fn node(&mut self, node: &NodeJson, stack: Vec<Module>) -> Result<()> {
        let outputs = outputs(node);
        let name = node
            .name
            .as_deref()
            .or(outputs.first().copied())
            .unwrap_or("?")
            .to_owned();
        let path = stack
            .last()
            .map(|module| module.path.clone())
            .unwrap_or_default();
        match aten::read(node) {
            Ok(Step::Skip) => Ok(()),
            // The wiring is unknown from the first such operation on.
            Ok(_) if !self.unsupported.is_empty() => Ok(()),
            Ok(Step::Item { of, index }) => self.item(&name, of, index, &outputs),
            Ok(Step::Run(call)) => self.call(name, path, stack, call, &outputs),
            Err(Refusal::Fault(Fault::Training { node })) => Err(Fault::Training {
                node: format!("{node} in {path}, node {name}"),
            }),
            Err(Refusal::Fault(fault)) => Err(fault),
            Err(Refusal::Unsupported(reason)) => {
                let op = node
                    .target
                    .strip_prefix("torch.ops.")
                    .unwrap_or(&node.target)
                    .to_owned();
                self.unsupported.push(UnsupportedOp {
                    op,
                    node: name,
                    module: path,
                    reason,
                });
                Ok(())
            }
        }
    }

    fn item(&mut self, name: &str, of: Source, index: usize, outputs: &[&str]) -> Result<()> {
        let value = match of {
            Source::Values(values) => values
                .get(index)
                .map(|value| self.find(name, value))
                .transpose()?,
            Source::Node(node) => self
                .made
                .get(node)
                .and_then(|made| made.get(index))
                .copied(),
        };
        let value = value.ok_or_else(|| {
            Fault::Graph(format!(
                "node {name} asks for item {index} of a list that is shorter"
            ))
        })?;
        for output in outputs {
            self.unclaimed(output)?;
            self.names.insert((*output).to_owned(), value);
        }
        Ok(())
    }

    fn call(
        &mut self,
        name: String,
        module: String,
        stack: Vec<Module>,
        call: Call,
        outputs: &[&str],
    ) -> Result<()> {
        let inputs = call
            .inputs
            .iter()
            .map(|input| self.find(&name, input))
            .collect::<Result<Vec<_>>>()?;
        let outputs = if call.first_output_only {
            &outputs[..outputs.len().min(1)]
        } else {
            outputs
        };
        if outputs.is_empty() {
            return Err(Fault::Graph(format!("node {name} hands nothing back")));
        }
        let mut made = Vec::with_capacity(outputs.len());
        for output in outputs {
            self.unclaimed(output)?;
            let value = self.add(output);
            self.values[value.0].stated_shape = self.stated(output)?;
            made.push(value);
        }
        let first = inputs.first().copied();
        if let Some(first) = first {
            if call.in_place {
                if self.inputs.weights.contains_key(&self.values[first.0].name) {
                    return Err(Fault::Training {
                        node: format!("node {name} updates a weight"),
                    });
                }
                self.memory.overwrite(first, made[0], &name);
            } else {
                made.iter()
                    .for_each(|&value| self.memory.share(first, value, call.sharing));
                if let Some(back) = put_back(&call.op) {
                    self.part_of.insert(made[0], (first, back));
                }
            }
        }
        self.made.insert(name.clone(), made.clone());
        let written = made[0];
        self.nodes.push(Node {
            op: call.op,
            inputs,
            outputs: made,
            module: module.clone(),
            name: name.clone(),
        });
        self.stacks.push(stack.clone());
        if let (true, Some(into)) = (call.in_place, first) {
            self.write_through(
                into,
                written,
                &Place {
                    name,
                    module,
                    stack,
                },
            );
        }
        Ok(())
    }

    /// What is written into a part is written into the whole: the whole becomes a copy with the
    /// part replaced, and so on outwards.
    fn write_through(&mut self, into: ValueId, written: ValueId, at: &Place) {
        let (mut part, mut new_part) = (into, written);
        while let Some((whole, op)) = self.part_of.remove(&part) {
            let new_whole = self.add(&format!("{} of {}", self.values[whole.0].name, at.name));
            self.nodes.push(Node {
                op: op.clone(),
                inputs: vec![whole, new_part],
                outputs: vec![new_whole],
                module: at.module.clone(),
                name: at.name.clone(),
            });
            self.stacks.push(at.stack.clone());
            self.memory.replace(whole, new_whole);
            self.memory.share(new_whole, new_part, Sharing::View);
            self.part_of.insert(new_part, (new_whole, op));
            (part, new_part) = (whole, new_whole);
        }
    }

    fn add(&mut self, name: &str) -> ValueId {
        let id = ValueId(self.values.len());
        self.values.push(Value {
            name: name.to_owned(),
            stated_shape: None,
            folded: false,
            weight: None,
        });
        self.memory.add();
        self.names.insert(name.to_owned(), id);
        id
    }

    fn unclaimed(&self, name: &str) -> Result<()> {
        if self.names.contains_key(name) || self.inputs.weights.contains_key(name) {
            return Err(Fault::Graph(format!("two values are called {name}")));
        }
        Ok(())
    }

    fn stated(&self, name: &str) -> Result<Option<Vec<i64>>> {
        match self.module.graph.tensor_values.get(name) {
            None => Ok(None),
            Some(about) => match about.shape() {
                Some(shape) => Ok(Some(shape)),
                None => Err(Fault::Symbolic {
                    name: name.to_owned(),
                }),
            },
        }
    }

    /// What `name` means by now. A weight becomes a value when it is first asked for.
    fn find(&mut self, node: &str, name: &str) -> Result<ValueId> {
        let id = match self.names.get(name) {
            Some(id) => *id,
            None if self.inputs.weights.contains_key(name) => self.add(name),
            None => {
                return Err(Fault::Graph(format!(
                    "{node} uses {name}, which nothing before it computes"
                )));
            }
        };
        self.memory.now(id).map_err(|stale| Fault::SharedInPlace {
            node: stale.by,
            value: self.values[stale.into.0].name.clone(),
            other: self.values[stale.value.0].name.clone(),
        })
    }

    /// The graph up to the logits: a softmax or sigmoid at the end is stepped over, and what bears
    /// on nothing is left out.
    pub fn finish(mut self, output: &str) -> Result<Graph> {
        let mut logits = self.find("the output", output)?;
        let shape = self.stated(output)?;
        let mut head = Head::None;
        // Walked back from the output: a new shape changes no score, and is stepped over too where
        // a head stands before it.
        let mut at = logits;
        while let Some(node) = self.nodes.iter().rfind(|node| node.outputs.contains(&at)) {
            let Some(&before) = node.inputs.first() else {
                break;
            };
            at = before;
            match node.op {
                Op::Activation(Activation::Softmax { dim: 1 | -1, .. }) if head == Head::None => {
                    (logits, head) = (at, Head::Softmax);
                }
                Op::Activation(Activation::Sigmoid) if head == Head::None => {
                    (logits, head) = (at, Head::Sigmoid);
                }
                Op::Copying(Copying::Identity) if node.outputs.contains(&logits) => logits = at,
                Op::Copying(Copying::Identity)
                | Op::Reshaping(
                    Reshaping::Flatten { .. }
                    | Reshaping::Reshape { .. }
                    | Reshaping::Squeeze { .. }
                    | Reshaping::Unsqueeze { .. },
                ) => {}
                _ => break,
            }
        }
        if head != Head::None && self.values[logits.0].stated_shape != shape {
            logits = self.reshaped(logits, shape.clone());
        }
        if !self.nodes.iter().any(|node| node.outputs.contains(&logits)) {
            return Err(Fault::NoLogits("it hands back what went in".into()));
        }
        let stated = &mut self.values[logits.0].stated_shape;
        *stated = stated.take().or(shape);

        let image = self.image;
        let (nodes, modules) = self.reaching(logits);
        if !nodes.iter().any(|node| node.inputs.contains(&image)) {
            return Err(Fault::NoLogits(
                "what it hands back does not depend on the image".into(),
            ));
        }
        Ok(Graph {
            input: image,
            input_shape: self.inputs.shape,
            values: self.values,
            nodes,
            modules,
            logits,
            head,
            layouts: Default::default(),
        })
    }

    /// `logits` in the shape that the output has, which came after the head.
    fn reshaped(&mut self, logits: ValueId, shape: Option<Vec<i64>>) -> ValueId {
        let Some(shape) = shape else {
            return logits;
        };
        let name = format!("{} as the output", self.values[logits.0].name);
        let id = self.add(&name);
        self.values[id.0].stated_shape = Some(shape.clone());
        self.nodes.push(Node {
            op: Reshaping::Reshape { shape }.into(),
            inputs: vec![logits],
            outputs: vec![id],
            module: String::new(),
            name,
        });
        self.stacks.push(Vec::new());
        id
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
        let mut modules: Vec<Module> = Vec::new();
        let mut known = HashSet::new();
        for module in kept.iter().flat_map(|(_, stack)| stack) {
            if known.insert(module.path.clone()) {
                modules.push(module.clone());
            }
        }
        (kept.into_iter().map(|(node, _)| node).collect(), modules)
    }
}

/// Where a node stands.
struct Place {
    name: String,
    module: String,
    stack: Vec<Module>,
}

/// How what was taken out of a tensor is put back into it.
fn put_back(op: &Op) -> Option<Op> {
    match op {
        Op::Indexing(taken) => taken.put_back().map(Op::from),
        _ => None,
    }
}

/// The names of the tensors a node hands back.
fn outputs(node: &NodeJson) -> Vec<&str> {
    let mut names = Vec::new();
    for output in &node.outputs {
        match output {
            Argument::Tensor(name) => names.push(name.as_str()),
            Argument::Tensors(list) => names.extend(list.iter().map(String::as_str)),
            _ => {}
        }
    }
    names
}
