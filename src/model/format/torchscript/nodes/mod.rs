//! The graph while the code is followed: each call of an operator becomes a node as the reader of `.pt2`
//! takes it, with the shape and the dtype of what comes out, which the code may ask for.

mod argument;
mod layers;
mod operators;
mod outcome;

use std::collections::HashMap;
use std::rc::Rc;

use tch::Kind;

use self::operators::{Overload, Returns};
use self::outcome::{outcome, stated};
use super::code::value::Value;
use crate::model::error::{Fault, Result};
use crate::model::format::build::refusal::Refusal;
use crate::model::format::pt2::aten;
use crate::model::format::pt2::program::schema::{
    Argument, GraphJson, Metadata, NamedArgument, NodeJson, Size, TensorMeta, kind,
};

/// More nodes than any network has.
const MAX_NODES: usize = 1 << 16;

/// Where a call is in the code.
pub struct Place<'a> {
    /// The modules around it, as `.pt2` writes them.
    pub stack: Rc<str>,
    pub entry: &'a str,
    pub line: usize,
}

impl Place<'_> {
    pub fn refuse(&self, what: impl Into<String>) -> Fault {
        Fault::Script {
            what: what.into(),
            entry: self.entry.to_owned(),
            line: self.line,
        }
    }

    /// Something that another size of the image may mend.
    pub fn unfit(&self, reason: &str) -> Fault {
        Fault::Graph(format!("{reason} ({}, line {})", self.entry, self.line))
    }
}

#[derive(Default)]
pub struct Nodes {
    all: Vec<NodeJson>,
    values: HashMap<String, TensorMeta>,
    /// Constants of a few integers.
    integers: HashMap<String, Vec<i64>>,
    /// Values that cannot be computed, and the one for which the reason is known.
    lost: HashMap<String, String>,
    /// How often each operator was called.
    calls: HashMap<&'static str, usize>,
}

impl Nodes {
    /// A tensor that is there before the first node.
    pub fn add_value(&mut self, name: &str, shape: &[i64], kind: Kind) {
        self.values.insert(name.to_owned(), meta(shape, kind));
    }

    /// Says what a constant of a few integers holds.
    pub fn add_integers(&mut self, name: &str, integers: &[i64]) {
        self.integers.insert(name.to_owned(), integers.to_vec());
    }

    /// What a constant of a few integers holds; `None` of all other tensors.
    pub fn integers(&self, name: &str) -> Option<&[i64]> {
        self.integers.get(name).map(Vec::as_slice)
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The shape of a tensor; `None` where it depends on values.
    pub fn shape(&self, name: &str) -> Option<Vec<i64>> {
        self.values.get(name)?.shape()
    }

    pub fn kind(&self, name: &str) -> Kind {
        let meta = self.values.get(name);
        meta.and_then(|meta| kind(meta.dtype))
            .unwrap_or(Kind::Float)
    }

    /// The value that stands for `name` among the outputs of the graph.
    pub fn returned<'a>(&'a self, name: &'a str) -> &'a str {
        self.lost.get(name).map_or(name, String::as_str)
    }

    /// The graph of all nodes.
    pub fn into_graph(mut self, image: &str) -> GraphJson {
        layers::one_each(&mut self.all, image);
        GraphJson {
            inputs: Vec::new(),
            outputs: Vec::new(),
            nodes: self.all,
            tensor_values: self.values,
            sym_int_values: HashMap::new(),
            sym_float_values: HashMap::new(),
        }
    }

    /// Calls the operator `name`.
    ///
    /// # Errors
    /// [`Fault::Script`] where there is none, [`Fault::Graph`] where the shapes do not fit.
    pub fn call(
        &mut self,
        name: &str,
        given: &[Value],
        named: &[(String, Value)],
        place: &Place,
    ) -> Result<Value> {
        let known = |overload: &str| aten::is_read(target(overload));
        let Some((overload, bound)) = operators::choose(name, given, named, known) else {
            return Err(place.refuse(if operators::is_one(name) {
                let kinds: Vec<&str> = given.iter().map(Value::kind).collect();
                format!("it calls torch.{name} with {}", kinds.join(", "))
            } else {
                format!("it calls the operation torch.{name}, which this program does not know")
            }));
        };
        let mut inputs = Vec::new();
        for (parameter, value) in bound {
            if let Some(arg) = self.argument(parameter, value, place)? {
                let name = parameter.name.to_owned();
                inputs.push(NamedArgument { name, arg });
            }
        }
        self.node(overload, inputs, place)
    }

    fn node(
        &mut self,
        overload: &'static Overload,
        inputs: Vec<NamedArgument>,
        place: &Place,
    ) -> Result<Value> {
        if self.all.len() >= MAX_NODES {
            return Err(place.refuse("it has too many operations"));
        }
        let base = overload.name.split('.').next().unwrap_or(overload.name);
        let name = self.fresh(base);
        let mut node = NodeJson {
            target: format!("torch.ops.aten.{}", target(overload.name)),
            inputs,
            outputs: vec![Argument::Tensor(name.clone())],
            metadata: Metadata {
                nn_module_stack: Some(place.stack.to_string()),
                stack_trace: None,
            },
            name: Some(name.clone()),
        };
        let before = node.inputs.iter().flat_map(|input| input.arg.tensors());
        let lost = before.into_iter().find_map(|input| self.lost.get(input));
        if let Some(root) = lost.cloned() {
            // Whatever it is written into is lost as well, because of the node that is in the graph.
            if base.ends_with('_') {
                for input in &mut node.inputs {
                    for name in input.arg.tensors_mut() {
                        self.put_root(name);
                    }
                }
                self.all.push(node);
            }
            return self.lost(&name, &root, overload, place);
        }
        if let Some(kind) = stated(base, &node, &self.values) {
            self.add_value(&name, &[], kind);
        }
        let outcome = match outcome(&node, &self.values, place) {
            Ok(outcome) => outcome,
            Err(Refusal::Unsupported(_)) => {
                self.values.remove(&name);
                let known = format!("{name}, line {} of {}", place.line, place.entry);
                node.name = Some(known);
                self.all.push(node);
                return self.lost(&name, &name, overload, place);
            }
            Err(Refusal::Fault(Fault::Training { node })) => {
                let node = format!("{node}, line {} of {}", place.line, place.entry);
                return Err(Fault::Training { node });
            }
            Err(Refusal::Fault(fault)) => return Err(fault),
        };
        if outcome.nothing {
            return Ok(Value::None);
        }
        let mut names = Vec::new();
        for (index, (shape, kind)) in outcome.results.into_iter().enumerate() {
            let name = if index == 0 {
                name.clone()
            } else {
                self.fresh(base)
            };
            match shape {
                Some(shape) => self.add_value(&name, &shape, kind),
                None => drop(self.values.remove(&name)),
            }
            names.push(name);
        }
        let mut values: Vec<Value> = names.iter().map(|name| Value::tensor(name)).collect();
        let value = match overload.returns {
            Returns::List => {
                node.outputs = vec![Argument::Tensors(names)];
                Value::list(values)
            }
            Returns::Tensors(1) => values.pop().ok_or_else(|| "it returns nothing".to_owned()),
            Returns::Tensors(count) => {
                node.outputs = names.into_iter().map(Argument::Tensor).collect();
                // Those that have no counterpart here.
                values.resize(count, Value::Unset);
                Value::tuple(values, Vec::new())
            }
        };
        self.all.push(node);
        value.map_err(|what| place.refuse(what))
    }

    /// Names the value because of which this one is lost, if it is.
    fn put_root(&self, name: &mut String) {
        if let Some(root) = self.lost.get(name) {
            name.clone_from(root);
        }
    }

    /// The results of a call that cannot be computed because of the value `root`.
    fn lost(
        &mut self,
        name: &str,
        root: &str,
        overload: &Overload,
        place: &Place,
    ) -> Result<Value> {
        self.lost.insert(name.to_owned(), root.to_owned());
        match overload.returns {
            Returns::Tensors(1) => Ok(Value::tensor(name)),
            Returns::Tensors(count) => {
                let mut values = vec![Value::tensor(name)];
                values.resize(count, Value::tensor(name));
                Value::tuple(values, Vec::new()).map_err(|what| place.refuse(what))
            }
            Returns::List => Err(place.refuse(format!(
                "it calls torch.{}, which this program does not have",
                overload.name
            ))),
        }
    }

    /// A name that no value has yet.
    fn fresh(&mut self, base: &'static str) -> String {
        loop {
            let count = self.calls.entry(base).or_insert(0);
            let name = match *count {
                0 => base.to_owned(),
                count => format!("{base}_{count}"),
            };
            *count += 1;
            if !self.has(&name) {
                return name;
            }
        }
    }
}

/// The overload that reads the same arguments, where the reader of `.pt2` has another.
fn target(overload: &str) -> &str {
    match overload {
        "_convolution.deprecated" => "_convolution.default",
        "index.Tensor_hacked_twin" => "index.Tensor",
        "index_put.hacked_twin" => "index_put.default",
        "index_put_.hacked_twin" => "index_put_.default",
        "split.default" => "split_with_sizes.default",
        "to.device" | "to.prim_Device" | "to.prim_dtype" | "to.prim_other" => "to.dtype",
        "to.other" => "type_as.default",
        same => same,
    }
}

/// As a program states it. Integers of any width count as one kind.
fn meta(shape: &[i64], kind: Kind) -> TensorMeta {
    TensorMeta {
        dtype: match kind {
            Kind::Bool => 12,
            Kind::Int64 | Kind::Int | Kind::Int16 | Kind::Int8 | Kind::Uint8 => 5,
            _ => 7,
        },
        sizes: shape.iter().map(|size| Size::AsInt(*size)).collect(),
        strides: Vec::new(),
        storage_offset: None,
    }
}
