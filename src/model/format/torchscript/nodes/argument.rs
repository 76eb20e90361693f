//! What a node is given: values of the code as arguments of `.pt2`.

use super::operators::{Kind, Parameter};
use super::{Nodes, Place};
use crate::model::error::Result;
use crate::model::format::pt2::program::schema::Argument;
use crate::model::format::torchscript::code::value::{Number, Value};

impl Nodes {
    /// A tensor without axes that holds a number.
    fn scalar(&mut self, number: Number, place: &Place) -> Result<String> {
        let (value, dtype) = match number {
            Number::Bool(bool) => (Value::Bool(bool), 11),
            Number::Int(int) => (Value::Int(int), 4),
            Number::Float(float) => (Value::Float(float), 6),
        };
        let dtype = [("dtype".to_owned(), Value::Int(dtype))];
        match self.call("scalar_tensor", &[value], &dtype, place)? {
            Value::Tensor(name) => Ok(name.to_string()),
            _ => Err(place.refuse("it has a number that cannot be made into a tensor")),
        }
    }

    /// An argument as a node has it; `None` for one that changes no values.
    pub fn argument(
        &mut self,
        parameter: &Parameter,
        value: &Value,
        place: &Place,
    ) -> Result<Option<Argument>> {
        let number = value.number();
        let wrong = || place.refuse(format!("it passes {} as {}", value.kind(), parameter.name));
        if matches!(value, Value::None) {
            return Ok(None);
        }
        let items = || value.items().ok_or_else(wrong);
        let int = |value: &Value| value.int().ok_or_else(wrong);
        Ok(Some(match parameter.kind {
            Kind::Place => return Ok(None),
            Kind::Tensor => Argument::Tensor(self.tensor(value, place)?.ok_or_else(wrong)?),
            Kind::Tensors | Kind::OptionalTensors => {
                let mut names = Vec::new();
                for item in items()? {
                    names.push(self.tensor(&item, place)?);
                }
                if names.iter().all(Option::is_some) {
                    Argument::Tensors(names.into_iter().flatten().collect())
                } else {
                    Argument::Optionals(names)
                }
            }
            Kind::Dtype => Argument::ScalarType(dtype(int(value)?).ok_or_else(wrong)?),
            // The older overloads of `to`.
            Kind::Int if parameter.name == "dtype" => {
                Argument::ScalarType(dtype(int(value)?).ok_or_else(wrong)?)
            }
            Kind::Int => Argument::Int(int(value)?),
            Kind::Ints { .. } => match value.items() {
                Some(items) => Argument::Ints(items.iter().map(int).collect::<Result<_>>()?),
                None => Argument::Int(int(value)?),
            },
            Kind::Float => Argument::Float(number.ok_or_else(wrong)?.float()),
            Kind::Floats => {
                let numbers = items()?
                    .iter()
                    .map(Value::number)
                    .collect::<Option<Vec<_>>>();
                let numbers = numbers.ok_or_else(wrong)?;
                Argument::Floats(numbers.into_iter().map(Number::float).collect())
            }
            Kind::Scalar => match number.ok_or_else(wrong)? {
                Number::Bool(bool) => Argument::Bool(bool),
                Number::Int(int) => Argument::Int(int),
                Number::Float(float) => Argument::Float(float),
            },
            Kind::Bool => Argument::Bool(number.ok_or_else(wrong)?.is_true()),
            Kind::Text => match value {
                Value::Text(text) => Argument::String(text.to_string()),
                _ => return Err(wrong()),
            },
        }))
    }

    /// The name of a tensor.
    fn tensor(&mut self, value: &Value, place: &Place) -> Result<Option<String>> {
        Ok(match value {
            Value::Tensor(name) => Some(name.to_string()),
            Value::Known(number) => Some(self.scalar(*number, place)?),
            _ => None,
        })
    }
}

/// A dtype of libtorch by its number in a `.pt2` file.
fn dtype(number: i64) -> Option<i64> {
    Some(match number {
        0..=11 => number + 1,
        15 => 13,
        _ => return None,
    })
}
