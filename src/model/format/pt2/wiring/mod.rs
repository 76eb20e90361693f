//! The graph of an exported program: names become values, and writing in place becomes a new value.
//!
//! An in-place operation is read as the one that is not in place. From there on, the name of what it
//! overwrote means the result. If the memory is shared with another value (a view) that is used
//! afterwards, this would be wrong, and the graph is refused.

use std::collections::HashMap;

use super::aten::{self, Call, Sharing, Source, Step};
use super::program::args::Refusal;
use super::program::inputs::Inputs;
use super::program::schema::{GraphModule, NodeJson};
use super::program::signature::Returned;
use crate::model::error::{Fault, Result};
use crate::model::format::build::graph_builder::GraphBuilder;
use crate::model::format::build::module_calls::{self, Stack, innermost};
use crate::model::graph::{Graph, ModulePath, Node, Output, ValueId};
use crate::model::op::{Op, Reshaping};
use aliasing::Memory;
use lost::Lost;
pub(super) use names::outputs;
use names::reads;

pub(crate) mod aliasing;
mod lost;
pub(crate) mod modules;
mod names;
pub(crate) mod sources;

pub struct Builder<'a> {
    module: &'a GraphModule,
    inputs: &'a Inputs,
    graph: GraphBuilder,
    memory: Memory,
    /// Values that are a part of another: the whole, and the operation that puts the part back.
    part_of: HashMap<ValueId, (ValueId, Op)>,
    names: HashMap<String, ValueId>,
    /// What each node returned, for `getitem`.
    made: HashMap<String, Vec<ValueId>>,
    lost: Lost,
    /// The line of source code that ran each module last.
    sources: HashMap<ModulePath, String>,
}

impl<'a> Builder<'a> {
    pub fn new(module: &'a GraphModule, inputs: &'a Inputs) -> Builder<'a> {
        let mut builder = Builder {
            module,
            inputs,
            graph: GraphBuilder::new(&inputs.image, inputs.shape),
            memory: Memory::default(),
            part_of: HashMap::new(),
            names: HashMap::new(),
            made: HashMap::new(),
            lost: Lost::default(),
            sources: HashMap::new(),
        };
        let image = builder.graph.image();
        builder.memory.add();
        let mut read = image;
        if inputs.channels_last {
            read = builder.channels_last(read);
        }
        if inputs.without_batch {
            read = builder.without_batch(read);
        }
        builder.names.insert(inputs.image.clone(), read);
        builder
    }

    /// The image as `[batch, height, width, channels]`.
    fn channels_last(&mut self, image: ValueId) -> ValueId {
        let [batch, channels, height, width] = self.inputs.shape;
        let shape = vec![batch, height, width, channels];
        let dims = vec![0, 2, 3, 1];
        self.arranged(image, "channels last", Reshaping::Permute { dims }, shape)
    }

    /// The image without the axis of the batch.
    fn without_batch(&mut self, image: ValueId) -> ValueId {
        let shape = self.graph.value(image).stated_shape.clone();
        let shape = shape.unwrap_or_default().split_off(1);
        let dim = Some(0);
        self.arranged(image, "no batch", Reshaping::Squeeze { dim }, shape)
    }

    /// The image in another arrangement, before the first node of the file.
    fn arranged(&mut self, image: ValueId, how: &str, op: Reshaping, shape: Vec<i64>) -> ValueId {
        let name = format!("{}, {how}", self.inputs.image);
        let turned = self.graph.add_value(name.clone(), Some(shape));
        self.memory.add();
        let node = Node {
            op: op.into(),
            inputs: vec![image],
            outputs: vec![turned],
            module: ModulePath::default(),
            name,
        };
        self.graph.add_node(node, module_calls::root());
        turned
    }

    /// Reads all nodes. Those that are not supported are left out, and so is what depends on them.
    ///
    /// # Errors
    /// The fault of the first node that has one.
    pub fn run(&mut self) -> Result<()> {
        let module = self.module;
        let written: Vec<Option<&str>> = module
            .graph
            .nodes
            .iter()
            .map(|node| node.metadata.nn_module_stack.as_deref())
            .collect();
        for (node, stack) in module.graph.nodes.iter().zip(modules::stacks(&written)) {
            // Only for the innermost module: a container runs on many lines.
            if let Some(line) = node.metadata.stack_trace.as_deref().and_then(sources::line)
                && let Some(module) = stack.last()
            {
                self.sources.insert(module.path.clone(), line);
            }
            self.node(node, stack)?;
        }
        Ok(())
    }

    /// Takes the line of source code behind each module, by its path.
    pub fn sources(&mut self) -> HashMap<ModulePath, String> {
        std::mem::take(&mut self.sources)
    }

    fn node(&mut self, node: &NodeJson, stack: Stack) -> Result<()> {
        let outputs = outputs(node);
        let name = node
            .name
            .as_deref()
            .or(outputs.first().copied())
            .unwrap_or("?")
            .to_owned();
        let reads = reads(node);
        match aten::read(node, &self.module.graph.tensor_values) {
            Ok(Step::Skip) => Ok(()),
            Ok(step @ (Step::Item { .. } | Step::Run(_))) if self.lost.has_any(&reads) => {
                self.lost.add(&name, &outputs, &reads, None);
                if let Step::Run(Call { in_place: true, .. }) = step {
                    self.lost.add_all();
                }
                Ok(())
            }
            Ok(Step::Item { of, index }) => self.item(&name, of, index, &outputs),
            Ok(Step::Run(call)) => self.call(&Position { name, stack }, call, &outputs),
            Err(Refusal::Fault(Fault::Training { node })) => Err(Fault::Training {
                node: match innermost(&stack).as_str() {
                    "" => format!("{node}, node {name}"),
                    module => format!("{node} in {module}, node {name}"),
                },
            }),
            Err(refusal) => {
                let op = node.target.strip_prefix("torch.ops.");
                let op = op.unwrap_or(&node.target).to_owned();
                // `aten.add_.Tensor`
                let in_place = op.rsplit('.').nth(1).is_some_and(|op| op.ends_with('_'));
                let unsupported = refusal.at(op, name.clone(), innermost(&stack))?;
                self.lost.add(&name, &outputs, &reads, Some(unsupported));
                if in_place {
                    self.lost.add_all();
                }
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
                "node {name} takes item {index} of a list that is shorter"
            ))
        })?;
        for output in outputs {
            self.unclaimed(output)?;
            self.names.insert((*output).to_owned(), value);
        }
        Ok(())
    }

    fn call(&mut self, at: &Position, call: Call, outputs: &[&str]) -> Result<()> {
        let name = &at.name;
        let inputs = call
            .inputs
            .iter()
            .map(|input| self.find(name, input))
            .collect::<Result<Vec<_>>>()?;
        let outputs = if call.first_output_only {
            &outputs[..outputs.len().min(1)]
        } else {
            outputs
        };
        if outputs.is_empty() {
            return Err(Fault::Graph(format!("node {name} returns nothing")));
        }
        let first = inputs.first().copied();
        let mut given = inputs;
        for (index, op) in call.before {
            let Some(before) = given.get(index).copied() else {
                return Err(Fault::Graph(format!(
                    "node {name} has no input {}",
                    index + 1
                )));
            };
            given[index] = self.step(op, before, at);
        }
        let mut results = Vec::with_capacity(outputs.len());
        for output in outputs {
            self.unclaimed(output)?;
            let stated = self.stated(output)?;
            results.push(self.add(output, stated));
        }
        // What the operation itself makes, before the last steps.
        let mut made = results.clone();
        if !call.after.is_empty() {
            let name = format!("{name}, first step {}", self.graph.value_count());
            made[0] = self.add(&name, None);
        }
        if let Some(first) = first {
            if call.in_place {
                let overwritten = &self.graph.value(first).name;
                if self.inputs.has(overwritten) {
                    return Err(Fault::Training {
                        node: format!("node {name} updates a weight"),
                    });
                }
                self.memory.overwrite(first, results[0], name);
            } else {
                for &value in &results {
                    self.memory.share(first, value, call.sharing);
                }
                if let (Some(back), true) = (put_back(&call.op), call.after.is_empty()) {
                    self.part_of.insert(results[0], (first, back));
                }
            }
        }
        self.made.insert(name.clone(), results.clone());
        let written = results[0];
        if call.also.is_empty() {
            self.add_node(call.op, given, made.clone(), at);
        } else {
            self.add_node(call.op, given.clone(), vec![made[0]], at);
            for (op, result) in call.also.into_iter().zip(&results[1..]) {
                self.add_node(op, given.clone(), vec![*result], at);
            }
        }
        let mut last = made[0];
        let steps = call.after.len();
        for (index, op) in call.after.into_iter().enumerate() {
            if index + 1 < steps {
                last = self.step(op, last, at);
            } else {
                self.add_node(op, vec![last], vec![written], at);
            }
        }
        if let (true, Some(into)) = (call.in_place, first) {
            self.write_through(into, written, at);
        }
        Ok(())
    }

    /// Adds a node on one value that the program does not name.
    fn step(&mut self, op: Op, before: ValueId, at: &Position) -> ValueId {
        let name = format!("{}, step {}", at.name, self.graph.value_count());
        let after = self.add(&name, None);
        self.add_node(op, vec![before], vec![after], at);
        after
    }

    fn add_node(&mut self, op: Op, inputs: Vec<ValueId>, outputs: Vec<ValueId>, at: &Position) {
        let node = Node {
            op,
            inputs,
            outputs,
            module: innermost(&at.stack),
            name: at.name.clone(),
        };
        self.graph.add_node(node, at.stack.clone());
    }

    /// What is written into a part is also written into the whole, which becomes a copy with the part
    /// replaced, and so on outwards.
    fn write_through(&mut self, into: ValueId, written: ValueId, at: &Position) {
        let (mut part, mut new_part) = (into, written);
        while let Some((whole, op)) = self.part_of.remove(&part) {
            let name = format!("{} of {}", self.graph.value(whole).name, at.name);
            let new_whole = self.add(&name, None);
            self.add_node(op.clone(), vec![whole, new_part], vec![new_whole], at);
            self.memory.replace(whole, new_whole);
            self.memory.share(new_whole, new_part, Sharing::View);
            self.part_of.insert(new_part, (new_whole, op));
            (part, new_part) = (whole, new_whole);
        }
    }

    fn add(&mut self, name: &str, stated_shape: Option<Vec<i64>>) -> ValueId {
        let id = self.graph.add_value(name.to_owned(), stated_shape);
        self.memory.add();
        self.names.insert(name.to_owned(), id);
        id
    }

    fn unclaimed(&self, name: &str) -> Result<()> {
        if self.names.contains_key(name) || self.inputs.has(name) {
            return Err(Fault::Graph(format!("two values are called {name}")));
        }
        Ok(())
    }

    /// The shape that the program states for a value.
    fn stated(&self, name: &str) -> Result<Option<Vec<i64>>> {
        match self.module.graph.tensor_values.get(name) {
            None => Ok(None),
            Some(about) => match about.shape() {
                Some(shape) => Ok(Some(shape)),
                // How many values a mask picks shows only when it runs.
                None if about.depends_on_values() => Ok(None),
                None => Err(Fault::Symbolic {
                    name: name.to_owned(),
                }),
            },
        }
    }

    /// The value that `name` stands for at this point. A weight becomes a value when it is first used.
    fn find(&mut self, node: &str, name: &str) -> Result<ValueId> {
        let id = match self.names.get(name) {
            Some(id) => *id,
            None if self.inputs.has(name) => self.add(name, None),
            None => {
                return Err(Fault::Graph(format!(
                    "{node} uses {name}, which nothing before it computes"
                )));
            }
        };
        self.memory.now(id).map_err(|stale| Fault::SharedInPlace {
            node: stale.by,
            value: self.graph.value(stale.into).name.clone(),
            other: self.graph.value(stale.value).name.clone(),
        })
    }

    /// The graph up to these outputs, without nodes that none depends on.
    ///
    /// # Errors
    /// As [`GraphBuilder::finish`].
    pub fn finish(mut self, outputs: Vec<Returned>) -> Result<Graph> {
        let outputs = outputs.into_iter().map(|returned| Output {
            value: self.output(&returned.tensor),
            name: returned.name,
            floats: returned.floats,
        });
        let outputs = outputs.collect();
        self.graph.finish(outputs)
    }

    fn output(&mut self, tensor: &str) -> Result<ValueId> {
        if let Some(fault) = self.lost.fault(tensor) {
            return Err(fault);
        }
        let value = self.find("the output", tensor)?;
        let shape = self.stated(tensor)?;
        let stated = &mut self.graph.value_mut(value).stated_shape;
        *stated = stated.take().or(shape);
        Ok(value)
    }
}

/// The name of a node and the modules around it.
struct Position {
    name: String,
    stack: Stack,
}

/// The operation that puts back a part which `op` has taken out of a tensor.
fn put_back(op: &Op) -> Option<Op> {
    match op {
        Op::Indexing(taken) => taken.put_back().map(Op::from),
        _ => None,
    }
}
