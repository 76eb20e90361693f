//! The declarations of PyTorch's operators, `operators.txt`, which `tests/torchscript/operators.py` writes:
//! the code passes most arguments by position and does not say which overload is meant.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::format::torchscript::code::value::{Number, Value};

static ALL: LazyLock<HashMap<&'static str, Vec<Overload>>> = LazyLock::new(|| {
    let mut all: HashMap<&str, Vec<Overload>> = HashMap::new();
    for line in include_str!("operators.txt").lines().skip(1) {
        if let Some((name, overload)) = Overload::read(line) {
            all.entry(name).or_default().push(overload);
        }
    }
    all
});

/// One overload of an operator.
pub struct Overload {
    /// `conv2d.default`
    pub name: &'static str,
    parameters: Vec<Parameter>,
    pub returns: Returns,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    Tensors(usize),
    /// As many as come out.
    List,
}

pub struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    optional: bool,
    has_default: bool,
    by_name_alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Tensor,
    Tensors,
    OptionalTensors,
    Int,
    /// The number of integers that one stands for, if it may.
    Ints {
        one: bool,
    },
    Float,
    Floats,
    Scalar,
    Bool,
    Text,
    Dtype,
    /// A device, a layout or the like, which change no values.
    Place,
}

impl Overload {
    /// `conv2d.default(Tensor input, int[2] stride=) 1`
    fn read(line: &'static str) -> Option<(&'static str, Overload)> {
        let (name, rest) = line.split_once('(')?;
        let (parameters, returns) = rest.rsplit_once(") ")?;
        let parameters = parameters.split(", ").filter(|one| !one.is_empty());
        let overload = Overload {
            name,
            parameters: parameters.map(Parameter::read).collect::<Option<_>>()?,
            returns: match returns {
                "[]" => Returns::List,
                count => Returns::Tensors(count.parse().ok()?),
            },
        };
        Some((name.split_once('.')?.0, overload))
    }

    /// The parameters with what they are given: by position, or by name. `None` where these do not fit.
    /// With `exact`, no number may stand for a tensor, nor an integer for a fraction.
    fn bind<'v>(
        &'static self,
        given: &'v [Value],
        named: &'v [(String, Value)],
        exact: bool,
    ) -> Option<Vec<(&'static Parameter, &'v Value)>> {
        let mut bound = Vec::new();
        let mut given = given.iter();
        let mut used = 0;
        for parameter in &self.parameters {
            let position = if parameter.by_name_alone {
                None
            } else {
                given.next()
            };
            let by_name = named.iter().find(|(name, _)| name == parameter.name);
            used += usize::from(by_name.is_some());
            let value = match (position, by_name) {
                (Some(value), None) | (None, Some((_, value))) => value,
                (None, None) if parameter.has_default => continue,
                (None, None) | (Some(_), Some(_)) => return None,
            };
            if !parameter.takes(value, exact) {
                return None;
            }
            bound.push((parameter, value));
        }
        (given.next().is_none() && used == named.len()).then_some(bound)
    }
}

impl Parameter {
    /// `int[2] stride=`
    fn read(text: &'static str) -> Option<Parameter> {
        let (by_name_alone, text) = match text.strip_prefix('*') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (kind, name) = text.split_once(' ')?;
        let (has_default, name) = match name.strip_suffix('=') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let (optional, kind) = match (kind, kind.strip_suffix('?')) {
            (_, Some(kind)) => (true, kind),
            (kind, None) => (false, kind),
        };
        let kind = match kind {
            "Tensor" => Kind::Tensor,
            "Tensor[]" => Kind::Tensors,
            "Tensor?[]" => Kind::OptionalTensors,
            "int" => Kind::Int,
            "int[]" => Kind::Ints { one: false },
            "float" => Kind::Float,
            "float[]" => Kind::Floats,
            "Scalar" => Kind::Scalar,
            "bool" => Kind::Bool,
            "str" => Kind::Text,
            "ScalarType" => Kind::Dtype,
            "place" => Kind::Place,
            kind if kind.starts_with("int[") => Kind::Ints { one: true },
            kind if kind.starts_with("Tensor[") => Kind::Tensors,
            _ => return None,
        };
        Some(Parameter {
            name,
            kind,
            optional,
            has_default,
            by_name_alone,
        })
    }

    fn takes(&self, value: &Value, exact: bool) -> bool {
        if matches!(value, Value::None) {
            return self.optional || self.kind == Kind::Place;
        }
        let all = |fits: &dyn Fn(&Value) -> bool| {
            value.items().is_some_and(|items| items.iter().all(fits))
        };
        let whole = |value: &Value| match value {
            Value::Int(_) => true,
            Value::Known(Number::Int(_)) => !exact,
            _ => false,
        };
        match self.kind {
            Kind::Tensor => match value {
                Value::Tensor(_) => true,
                Value::Known(_) => !exact,
                _ => false,
            },
            Kind::Tensors => all(&|one| matches!(one, Value::Tensor(_) | Value::Known(_))),
            Kind::OptionalTensors => {
                all(&|one| matches!(one, Value::Tensor(_) | Value::Known(_) | Value::None))
            }
            Kind::Int => whole(value),
            Kind::Dtype => matches!(value, Value::Int(_)),
            Kind::Ints { one } => (one && whole(value)) || all(&|one| one.int().is_some()),
            Kind::Float => match value {
                Value::Float(_) => true,
                Value::Int(_) | Value::Known(_) => !exact,
                _ => false,
            },
            Kind::Floats => all(&|one| one.number().is_some()),
            Kind::Scalar => value.number().is_some(),
            Kind::Bool => matches!(value, Value::Bool(_)),
            Kind::Text => matches!(value, Value::Text(_)),
            Kind::Place => matches!(value, Value::Text(_) | Value::Int(_)),
        }
    }
}

/// An overload and what each of its parameters is given.
pub type Chosen<'v> = (&'static Overload, Vec<(&'static Parameter, &'v Value)>);

/// The overload that these arguments are for; one of those that are `read` where several fit.
pub fn choose<'v>(
    name: &str,
    given: &'v [Value],
    named: &'v [(String, Value)],
    read: impl Fn(&str) -> bool,
) -> Option<Chosen<'v>> {
    let overloads = ALL.get(name)?;
    for (wanted, exact) in [(true, true), (true, false), (false, true), (false, false)] {
        for overload in overloads {
            if (!wanted || read(overload.name))
                && let Some(bound) = overload.bind(given, named, exact)
            {
                return Some((overload, bound));
            }
        }
    }
    None
}

/// Whether there is an operator of this name.
pub fn is_one(name: &str) -> bool {
    ALL.contains_key(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(name: &str, given: &[Value]) -> Option<(&'static str, Vec<&'static str>)> {
        let (overload, bound) = choose(name, given, &[], |_| true)?;
        let names = bound.iter().map(|(parameter, _)| parameter.name);
        Some((overload.name, names.collect()))
    }

    #[test]
    fn every_line_is_read() {
        let lines = include_str!("operators.txt").lines().skip(1);
        assert_eq!(lines.count(), ALL.values().map(Vec::len).sum::<usize>());
    }

    #[test]
    fn knows_what_the_reader_of_pt2_knows() {
        // Of graphics cards, and a name that TorchScript does not have.
        let others = [
            "_scaled_dot_product_cudnn_attention",
            "_scaled_dot_product_flash_attention",
            "_scaled_dot_product_fused_attention_overrideable",
            "truncated_divide",
        ];
        let names = crate::model::format::pt2::aten::all();
        let unknown = names.into_iter().filter(|name| !is_one(name));
        assert_eq!(unknown.collect::<Vec<_>>(), others);
    }

    #[test]
    fn chooses_by_the_types_of_the_arguments() {
        let x = Value::tensor("x");
        let two = Value::ints([2, 2]);
        assert_eq!(
            chosen("conv2d", &[x.clone(), x.clone(), Value::None, two.clone()]),
            Some(("conv2d.default", vec!["input", "weight", "bias", "stride"]))
        );
        assert_eq!(
            chosen("add", &[x.clone(), Value::Int(1)]),
            Some(("add.Scalar", vec!["self", "other"]))
        );
        assert_eq!(
            chosen("add", &[x.clone(), Value::Known(Number::Int(1))]).map(|found| found.0),
            Some("add.Scalar")
        );
        assert_eq!(
            chosen("mean", &[x.clone(), two]).map(|found| found.0),
            Some("mean.dim")
        );
        assert_eq!(chosen("relu", &[x.clone(), x]), None);
        assert_eq!(chosen("warp", &[]), None);
    }
}
