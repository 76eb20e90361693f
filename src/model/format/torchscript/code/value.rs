//! What an expression of the code comes to: a tensor of the graph by its name, or anything that is known
//! without running it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::model::format::torch_save::pickle::Ref;

/// How deep lists, tuples and dicts may be nested.
const MAX_DEPTH: u8 = 8;

#[derive(Debug, Clone)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    /// A tensor, by the name of its value in the graph.
    Tensor(Rc<str>),
    /// A tensor without axes whose number is known: sizes become such tensors while a model is traced.
    Known(Number),
    List(Rc<Items<Value>>),
    Tuple(Rc<Fields>),
    Dict(Rc<Items<(Value, Value)>>),
    Object(Object),
    /// A function, a class or a part of their name: `torch.conv2d`.
    Name(Rc<str>),
    /// A variable that some path through the code does not set.
    Unset,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Bool(bool),
    Int(i64),
    Float(f64),
}

/// What a list or a dict holds.
#[derive(Debug)]
pub struct Items<T> {
    pub items: RefCell<Vec<T>>,
    depth: u8,
}

/// What a tuple holds; a named one has the names of its fields.
#[derive(Debug)]
pub struct Fields {
    pub items: Vec<Value>,
    pub names: Vec<String>,
    depth: u8,
}

/// An object of the pickle: a module of the network.
#[derive(Debug, Clone)]
pub struct Object {
    pub at: Ref,
    /// Where it is in the model: `features.0`.
    pub path: Rc<str>,
}

impl Number {
    pub fn float(self) -> f64 {
        match self {
            Number::Bool(bool) => f64::from(u8::from(bool)),
            Number::Int(int) => int as f64,
            Number::Float(float) => float,
        }
    }

    /// As Python's `int`; `None` where it has none.
    pub fn int(self) -> Option<i64> {
        match self {
            Number::Bool(bool) => Some(i64::from(bool)),
            Number::Int(int) => Some(int),
            Number::Float(float) => (float.abs() < 9e18).then_some(float as i64),
        }
    }

    pub fn is_true(self) -> bool {
        self.float() != 0.0
    }

    /// As a tensor holds it: in 32 bits, where it is no integer.
    pub fn single(self) -> Number {
        match self {
            Number::Float(float) => Number::Float(f64::from(float as f32)),
            Number::Bool(_) | Number::Int(_) => self,
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Value {
        match number {
            Number::Bool(bool) => Value::Bool(bool),
            Number::Int(int) => Value::Int(int),
            Number::Float(float) => Value::Float(float),
        }
    }
}

impl Value {
    pub fn text(text: impl AsRef<str>) -> Value {
        Value::Text(text.as_ref().into())
    }

    pub fn tensor(name: &str) -> Value {
        Value::Tensor(name.into())
    }

    /// # Errors
    /// Where it is nested too deep.
    pub fn list(items: Vec<Value>) -> Result<Value, String> {
        let depth = around(&items)?;
        let items = RefCell::new(items);
        Ok(Value::List(Rc::new(Items { items, depth })))
    }

    pub fn ints(items: impl IntoIterator<Item = i64>) -> Value {
        let items = RefCell::new(items.into_iter().map(Value::Int).collect());
        Value::List(Rc::new(Items { items, depth: 1 }))
    }

    /// # Errors
    /// As [`Value::list`].
    pub fn tuple(items: Vec<Value>, names: Vec<String>) -> Result<Value, String> {
        let depth = around(&items)?;
        Ok(Value::Tuple(Rc::new(Fields {
            items,
            names,
            depth,
        })))
    }

    /// # Errors
    /// As [`Value::list`].
    pub fn dict(items: Vec<(Value, Value)>) -> Result<Value, String> {
        let depth = around(items.iter().map(|(_, value)| value))?;
        let items = RefCell::new(items);
        Ok(Value::Dict(Rc::new(Items { items, depth })))
    }

    /// How deep it is nested.
    fn depth(&self) -> u8 {
        match self {
            Value::List(list) => list.depth,
            Value::Tuple(tuple) => tuple.depth,
            Value::Dict(dict) => dict.depth,
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Tensor(_)
            | Value::Known(_)
            | Value::Object(_)
            | Value::Name(_)
            | Value::Unset => 0,
        }
    }

    /// Whether it may be put into a list that is there already: another list could contain that one.
    pub fn is_plain(&self) -> bool {
        self.depth() == 0
    }

    /// The number, of a tensor too.
    pub fn number(&self) -> Option<Number> {
        match self {
            Value::Bool(bool) => Some(Number::Bool(*bool)),
            Value::Int(int) => Some(Number::Int(*int)),
            Value::Float(float) => Some(Number::Float(*float)),
            Value::Known(number) => Some(*number),
            Value::None
            | Value::Text(_)
            | Value::Tensor(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Dict(_)
            | Value::Object(_)
            | Value::Name(_)
            | Value::Unset => None,
        }
    }

    pub fn int(&self) -> Option<i64> {
        match self.number()? {
            Number::Int(int) => Some(int),
            Number::Bool(bool) => Some(i64::from(bool)),
            Number::Float(_) => None,
        }
    }

    /// What a list or a tuple holds.
    pub fn items(&self) -> Option<Vec<Value>> {
        match self {
            Value::List(list) => Some(list.items.borrow().clone()),
            Value::Tuple(tuple) => Some(tuple.items.clone()),
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Tensor(_)
            | Value::Known(_)
            | Value::Dict(_)
            | Value::Object(_)
            | Value::Name(_)
            | Value::Unset => None,
        }
    }

    /// How many things it holds.
    pub fn len(&self) -> Option<usize> {
        match self {
            Value::List(list) => Some(list.items.borrow().len()),
            Value::Tuple(tuple) => Some(tuple.items.len()),
            Value::Dict(dict) => Some(dict.items.borrow().len()),
            Value::Text(text) => Some(text.chars().count()),
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Tensor(_)
            | Value::Known(_)
            | Value::Object(_)
            | Value::Name(_)
            | Value::Unset => None,
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Bool(_) => "a truth value",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Text(_) => "a string",
            Value::Tensor(_) | Value::Known(_) => "a tensor",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Dict(_) => "a dict",
            Value::Object(_) => "a module",
            Value::Name(_) => "a function or a class",
            Value::Unset => "nothing",
        }
    }
}

/// How deep something is nested that holds these.
fn around<'a>(items: impl IntoIterator<Item = &'a Value>) -> Result<u8, String> {
    let deepest = items
        .into_iter()
        .map(Value::depth)
        .max()
        .unwrap_or_default();
    if deepest < MAX_DEPTH {
        Ok(deepest + 1)
    } else {
        Err("lists are nested too deep".into())
    }
}

/// Whether two values that are no tensors are equal; `None` where that is not known.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    if let (Some(a), Some(b)) = (a.number(), b.number()) {
        return Some(match (a, b) {
            (Number::Int(a), Number::Int(b)) => a == b,
            (a, b) => a.float() == b.float(),
        });
    }
    match (a, b) {
        (Value::None, Value::None) => Some(true),
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        (Value::Tensor(_), _) | (_, Value::Tensor(_)) => None,
        (Value::List(_) | Value::Tuple(_), Value::List(_) | Value::Tuple(_)) => {
            let (a, b) = (a.items()?, b.items()?);
            if a.len() != b.len() {
                return Some(false);
            }
            let mut all = true;
            for (a, b) in a.iter().zip(&b) {
                // One level is all that the code compares.
                if !a.is_plain() || !b.is_plain() {
                    return None;
                }
                all &= equal(a, b)?;
            }
            Some(all)
        }
        (Value::None, _) | (_, Value::None) => Some(false),
        _ => None,
    }
}
