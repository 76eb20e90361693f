//! The pickles of an archive: the modules of the network with their tensors and attributes, and the
//! constants of the code.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::code::value::{Number, Object, Value};
use super::nodes::Nodes;
use crate::model::error::short;
use crate::model::format::build::finite::Role;
use crate::model::format::build::skeleton::Declared;
use crate::model::format::torch_save::pickle::{Node, Pickle, Ref, Stored};

/// Longest path of a module, in bytes.
const MAX_PATH: usize = 400;
/// How deep lists may be nested in an attribute.
const MAX_DEPTH: usize = 8;
/// Most values of an attribute that is a list.
const MAX_ITEMS: usize = 1 << 16;

/// The pickles, and the numbers in small constants.
pub struct Objects {
    pub data: Pickle,
    pub constants: Pickle,
    small: Small,
    /// The attributes of objects that were asked for, by the dict that holds them.
    attributes: RefCell<HashMap<Ref, Rc<HashMap<String, Ref>>>>,
}

/// Those constants whose numbers the code may compute with, by their numbers in the code.
#[derive(Default)]
pub struct Small {
    /// Tensors without axes.
    pub numbers: HashMap<usize, Number>,
    /// A few integers along one axis.
    pub integers: HashMap<usize, Vec<i64>>,
}

/// A part of a pickle, and how many values it has in all.
pub struct Held {
    pub value: Value,
    pub count: usize,
}

/// The tensors of the pickles that the code has used.
#[derive(Default)]
pub struct Weights {
    /// Their names, by the pickle they are in, the constants' or not, and their place in it.
    names: HashMap<(bool, Ref), Rc<str>>,
    pub declared: HashMap<String, Declared>,
    pub stored: Vec<(String, Stored)>,
}

impl Objects {
    pub fn new(data: Pickle, constants: Pickle, small: Small) -> Objects {
        Objects {
            data,
            constants,
            small,
            attributes: RefCell::default(),
        }
    }

    /// The class of an object: `__torch__.torchvision.models.resnet.ResNet`.
    pub fn class(&self, at: Ref) -> Option<&str> {
        match self.data.at(at) {
            Node::Object { class, .. } => self.data.text(*class),
            _ => None,
        }
    }

    /// The attribute of an object; `None` if it has none of this name.
    ///
    /// # Errors
    /// In words, where it is nothing that the code could use.
    pub fn attribute(
        &self,
        object: &Object,
        name: &str,
        weights: &mut Weights,
        nodes: &mut Nodes,
    ) -> Result<Option<Held>, String> {
        let Node::Object {
            state: Some(state), ..
        } = self.data.at(object.at)
        else {
            return Ok(None);
        };
        let Some(at) = self.attributes_of(*state).get(name).copied() else {
            return Ok(None);
        };
        let path = match object.path.as_ref() {
            "" => name.to_owned(),
            around => format!("{around}.{name}"),
        };
        if path.len() > MAX_PATH {
            return Err(format!("the path of {} is too long", short(name)));
        }
        let reading = Reading {
            pickle: &self.data,
            is_constant: false,
            left: MAX_ITEMS,
            weights,
            nodes,
        };
        reading.held(at, &path).map(Some)
    }

    fn attributes_of(&self, state: Ref) -> Rc<HashMap<String, Ref>> {
        if let Some(known) = self.attributes.borrow().get(&state) {
            return Rc::clone(known);
        }
        let entries = self.data.entries_of(state);
        let named = entries.filter_map(|(key, value)| Some((self.data.text(key)?.into(), value)));
        let all = Rc::new(named.collect());
        self.attributes.borrow_mut().insert(state, Rc::clone(&all));
        all
    }

    /// The constant of this number.
    ///
    /// # Errors
    /// In words, where there is none.
    pub fn constant(
        &self,
        index: usize,
        weights: &mut Weights,
        nodes: &mut Nodes,
    ) -> Result<Held, String> {
        if let Some(number) = self.small.numbers.get(&index) {
            let value = Value::Known(*number);
            return Ok(Held { value, count: 1 });
        }
        let items = match self.constants.node() {
            Node::Tuple(items) | Node::List(items) => items.as_slice(),
            _ => &[],
        };
        let at = items.get(index).ok_or("it has no such constant")?;
        let reading = Reading {
            pickle: &self.constants,
            is_constant: true,
            left: MAX_ITEMS,
            weights,
            nodes,
        };
        let held = reading.held(*at, &format!("CONSTANTS.c{index}"))?;
        if let (Value::Tensor(name), Some(integers)) =
            (&held.value, self.small.integers.get(&index))
        {
            nodes.add_integers(name, integers);
        }
        Ok(held)
    }
}

/// Turns parts of a pickle into values.
struct Reading<'a> {
    pickle: &'a Pickle,
    is_constant: bool,
    /// How many values there may still be.
    left: usize,
    weights: &'a mut Weights,
    nodes: &'a mut Nodes,
}

impl Reading<'_> {
    fn held(mut self, at: Ref, path: &str) -> Result<Held, String> {
        let value = self.value(at, path, 0)?;
        let count = MAX_ITEMS - self.left;
        Ok(Held { value, count })
    }

    fn value(&mut self, at: Ref, path: &str, depth: usize) -> Result<Value, String> {
        self.left = self.left.checked_sub(1).ok_or("an attribute is too long")?;
        if depth > MAX_DEPTH {
            return Err("an attribute is nested too deep".into());
        }
        Ok(match self.pickle.at(at) {
            Node::None => Value::None,
            Node::Bool(bool) => Value::Bool(*bool),
            Node::Int(int) => Value::Int(i64::try_from(*int).map_err(|_| "a number is too large")?),
            Node::Float(float) => Value::Float(*float),
            Node::Text(text) => Value::text(text),
            Node::Tensor(stored) => self.tensor(at, stored, path),
            Node::List(items) => Value::list(self.values(items, path, depth)?)?,
            Node::Tuple(items) => Value::tuple(self.values(items, path, depth)?, Vec::new())?,
            Node::Dict(entries) => {
                let mut values = Vec::new();
                for (key, value) in entries {
                    let key = self.value(*key, path, depth + 1)?;
                    values.push((key, self.value(*value, path, depth + 1)?));
                }
                Value::dict(values)?
            }
            Node::Object { .. } => Value::Object(Object {
                at,
                path: path.into(),
            }),
            Node::Global(name) => Value::Name(name.as_str().into()),
            Node::Storage(_) | Node::Plain => return Err("an attribute of an unknown kind".into()),
        })
    }

    fn values(&mut self, items: &[Ref], path: &str, depth: usize) -> Result<Vec<Value>, String> {
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| self.value(*item, &format!("{path}.{index}"), depth + 1))
            .collect()
    }

    fn tensor(&mut self, at: Ref, stored: &Stored, path: &str) -> Value {
        let key = (self.is_constant, at);
        if let Some(name) = self.weights.names.get(&key) {
            return Value::Tensor(Rc::clone(name));
        }
        let mut name = path.to_owned();
        while self.nodes.has(&name) {
            name.push('\'');
        }
        let kind = stored.dtype.kind().unwrap_or(tch::Kind::Float);
        self.nodes.add_value(&name, &stored.sizes, kind);
        let folder = if self.is_constant {
            "constants"
        } else {
            "data"
        };
        let stored = Stored {
            storage: format!("{folder}/{}", stored.storage),
            ..stored.clone()
        };
        self.weights.stored.push((name.clone(), stored));
        let declared = Declared {
            name: name.clone(),
            role: Role::Constant,
        };
        self.weights.declared.insert(name.clone(), declared);
        let name: Rc<str> = name.into();
        self.weights.names.insert(key, Rc::clone(&name));
        Value::Tensor(name)
    }
}
