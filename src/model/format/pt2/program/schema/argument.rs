//! The arguments of nodes: a union with more variants than derived code can read, as an object whose one
//! key is its kind. Variants that no supported operation takes are kept by name, so that the message can say
//! which.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::GraphJson;

#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct TensorName {
    pub name: String,
}

/// An argument: a union, in JSON an object whose one key says which variant it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    None,
    Tensor(String),
    Tensors(Vec<String>),
    /// Tensors and gaps.
    Optionals(Vec<Option<String>>),
    Int(i64),
    Ints(Vec<i64>),
    Float(f64),
    Floats(Vec<f64>),
    Bool(bool),
    String(String),
    ScalarType(i64),
    /// A dynamic size.
    Symbol(String),
    /// Sizes of which at least one is dynamic.
    OpenInts(Vec<SymInt>),
    /// Another graph, which the node calls.
    Graph(Box<GraphJson>),
    /// The key of a variant that no supported operation takes.
    Other(String),
}

impl Argument {
    /// The names of the tensors in it.
    pub fn tensors(&self) -> Vec<&str> {
        match self {
            Argument::Tensor(name) => vec![name],
            Argument::Tensors(names) => names.iter().map(String::as_str).collect(),
            Argument::Optionals(names) => names.iter().flatten().map(String::as_str).collect(),
            Argument::None
            | Argument::Int(_)
            | Argument::Ints(_)
            | Argument::Float(_)
            | Argument::Floats(_)
            | Argument::Bool(_)
            | Argument::String(_)
            | Argument::ScalarType(_)
            | Argument::Symbol(_)
            | Argument::OpenInts(_)
            | Argument::Graph(_)
            | Argument::Other(_) => Vec::new(),
        }
    }

    /// The names of the tensors in it, to be changed.
    pub fn tensors_mut(&mut self) -> Vec<&mut String> {
        match self {
            Argument::Tensor(name) => vec![name],
            Argument::Tensors(names) => names.iter_mut().collect(),
            Argument::Optionals(names) => names.iter_mut().flatten().collect(),
            Argument::None
            | Argument::Int(_)
            | Argument::Ints(_)
            | Argument::Float(_)
            | Argument::Floats(_)
            | Argument::Bool(_)
            | Argument::String(_)
            | Argument::ScalarType(_)
            | Argument::Symbol(_)
            | Argument::OpenInts(_)
            | Argument::Graph(_)
            | Argument::Other(_) => Vec::new(),
        }
    }
}

impl<'de> Deserialize<'de> for Argument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Union;

        impl<'de> Visitor<'de> for Union {
            type Value = Argument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an argument, an object with one key")
            }

            fn visit_map<M: MapAccess<'de>>(
                self,
                mut map: M,
            ) -> std::result::Result<Argument, M::Error> {
                let key: String = map
                    .next_key()?
                    .ok_or_else(|| de::Error::custom("an argument without a kind"))?;
                let argument = match key.as_str() {
                    "as_none" => {
                        map.next_value::<IgnoredAny>()?;
                        Argument::None
                    }
                    "as_tensor" => Argument::Tensor(map.next_value::<TensorName>()?.name),
                    "as_tensors" => Argument::Tensors(
                        map.next_value::<Vec<TensorName>>()?
                            .into_iter()
                            .map(|t| t.name)
                            .collect(),
                    ),
                    "as_int" => Argument::Int(map.next_value()?),
                    "as_ints" => Argument::Ints(map.next_value()?),
                    "as_float" => Argument::Float(map.next_value::<Float>()?.0),
                    "as_floats" => {
                        let floats = map.next_value::<Vec<Float>>()?;
                        Argument::Floats(floats.into_iter().map(|float| float.0).collect())
                    }
                    "as_bool" => Argument::Bool(map.next_value()?),
                    "as_string" => Argument::String(map.next_value()?),
                    "as_scalar_type" => Argument::ScalarType(map.next_value()?),
                    "as_sym_int" => match map.next_value()? {
                        SymInt::AsInt(int) => Argument::Int(int),
                        SymInt::AsName(name) => Argument::Symbol(name),
                    },
                    "as_sym_ints" => sizes(map.next_value()?),
                    "as_sym_float" => match map.next_value()? {
                        SymFloat::AsFloat(float) => Argument::Float(float.0),
                        SymFloat::AsName(name) => Argument::Symbol(name),
                    },
                    "as_graph" => Argument::Graph(map.next_value::<Called>()?.graph),
                    "as_optional_tensor" => match map.next_value()? {
                        OptionalTensor::AsTensor(tensor) => Argument::Tensor(tensor.name),
                        OptionalTensor::AsNone(_) => Argument::None,
                    },
                    "as_optional_tensors" => {
                        let list = map.next_value::<Vec<OptionalTensor>>()?;
                        Argument::Optionals(list.into_iter().map(OptionalTensor::name).collect())
                    }
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                        Argument::Other(key)
                    }
                };
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(argument)
            }
        }

        deserializer.deserialize_map(Union)
    }
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum SymInt {
    AsInt(i64),
    AsName(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SymFloat {
    AsFloat(Float),
    AsName(String),
}

#[derive(Deserialize)]
struct Called {
    graph: Box<GraphJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OptionalTensor {
    AsTensor(TensorName),
    AsNone(IgnoredAny),
}

impl OptionalTensor {
    fn name(self) -> Option<String> {
        match self {
            OptionalTensor::AsTensor(tensor) => Some(tensor.name),
            OptionalTensor::AsNone(_) => None,
        }
    }
}

fn sizes(list: Vec<SymInt>) -> Argument {
    let int = |size: &SymInt| match size {
        SymInt::AsInt(int) => Some(*int),
        SymInt::AsName(_) => None,
    };
    match list.iter().map(int).collect() {
        Some(ints) => Argument::Ints(ints),
        None => Argument::OpenInts(list),
    }
}

/// A number, or the name of one that JSON cannot express.
struct Float(f64);

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Name(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(number) => Ok(Float(number)),
            Written::Name(name) => match name.as_str() {
                "Infinity" => Ok(Float(f64::INFINITY)),
                "-Infinity" => Ok(Float(f64::NEG_INFINITY)),
                "NaN" => Ok(Float(f64::NAN)),
                _ => Err(de::Error::custom(format!("{name:?} is not a number"))),
            },
        }
    }
}
