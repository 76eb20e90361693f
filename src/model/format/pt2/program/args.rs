//! The arguments of a node, by the names that the declaration of the operation gives them.
//!
//! The file leaves out arguments that have their default value, so the caller supplies the default that
//! ATen declares.

use tch::Kind;

use super::schema::{self, Argument, NodeJson};
use crate::model::error::Fault;
pub use crate::model::format::build::refusal::{Answer, Refusal, beyond};

#[derive(Clone, Copy)]
pub struct Args<'a> {
    node: &'a NodeJson,
}

impl<'a> Args<'a> {
    pub fn new(node: &'a NodeJson) -> Args<'a> {
        Args { node }
    }

    fn find(&self, name: &str) -> Option<&'a Argument> {
        self.node
            .inputs
            .iter()
            .find(|input| input.name == name)
            .map(|input| &input.arg)
    }

    /// The argument; `None` if it is absent or null.
    fn given(&self, name: &str) -> Option<&'a Argument> {
        self.find(name)
            .filter(|argument| **argument != Argument::None)
    }

    /// The operator without its overload: `add`.
    pub fn name(&self) -> &'a str {
        let target = self.node.target.strip_prefix("torch.ops.aten.");
        let target = target.unwrap_or(&self.node.target);
        target.split('.').next().unwrap_or(target)
    }

    fn label(&self) -> &'a str {
        self.node.name.as_deref().unwrap_or(&self.node.target)
    }

    fn wrong<T>(&self, name: &str, expected: &str, found: &Argument) -> Answer<T> {
        Err(match found {
            Argument::Symbol(_) | Argument::OpenInts(_) => Fault::Symbolic {
                name: format!("argument {name} of node {}", self.label()),
            },
            other => Fault::Graph(format!(
                "argument {name} of node {} should be {expected} and is {other:?}",
                self.label()
            )),
        }
        .into())
    }

    fn absent<T>(&self, name: &str) -> Answer<T> {
        Err(Fault::Graph(format!("node {} has no argument {name}", self.label())).into())
    }

    pub fn tensor(&self, name: &str) -> Answer<&'a str> {
        match self.optional_tensor(name)? {
            Some(tensor) => Ok(tensor),
            None => self.absent(name),
        }
    }

    pub fn optional_tensor(&self, name: &str) -> Answer<Option<&'a str>> {
        match self.given(name) {
            None => Ok(None),
            Some(Argument::Tensor(tensor)) => Ok(Some(tensor)),
            Some(other) => self.wrong(name, "a tensor", other),
        }
    }

    pub fn tensors(&self, name: &str) -> Answer<Vec<&'a str>> {
        match self.given(name) {
            Some(Argument::Tensors(list)) => Ok(list.iter().map(String::as_str).collect()),
            Some(Argument::Tensor(tensor)) => Ok(vec![tensor]),
            Some(other) => self.wrong(name, "a list of tensors", other),
            None => self.absent(name),
        }
    }

    /// Tensors, and `None` for those that are left out.
    pub fn optional_tensors(&self, name: &str) -> Answer<Vec<Option<&'a str>>> {
        match self.given(name) {
            Some(Argument::Optionals(list)) => Ok(list.iter().map(Option::as_deref).collect()),
            Some(_) => Ok(self.tensors(name)?.into_iter().map(Some).collect()),
            None => self.absent(name),
        }
    }

    /// An argument that may be a tensor or a number.
    pub fn operand(&self, name: &str) -> Answer<Operand<'a>> {
        match self.given(name) {
            Some(Argument::Tensor(tensor)) => Ok(Operand::Tensor(tensor)),
            Some(_) => self.number(name).map(Operand::Number),
            None => self.absent(name),
        }
    }

    pub fn optional_int(&self, name: &str) -> Answer<Option<i64>> {
        match self.given(name) {
            None => Ok(None),
            Some(Argument::Int(int)) => Ok(Some(*int)),
            Some(other) => self.wrong(name, "an integer", other),
        }
    }

    pub fn int(&self, name: &str) -> Answer<i64> {
        match self.optional_int(name)? {
            Some(int) => Ok(int),
            None => self.absent(name),
        }
    }

    pub fn int_or(&self, name: &str, default: i64) -> Answer<i64> {
        Ok(self.optional_int(name)?.unwrap_or(default))
    }

    pub fn optional_ints(&self, name: &str) -> Answer<Option<Vec<i64>>> {
        match self.given(name) {
            None => Ok(None),
            Some(Argument::Ints(ints)) => Ok(Some(ints.clone())),
            Some(Argument::Int(int)) => Ok(Some(vec![*int])),
            Some(other) => self.wrong(name, "a list of integers", other),
        }
    }

    pub fn ints(&self, name: &str) -> Answer<Vec<i64>> {
        match self.optional_ints(name)? {
            Some(ints) => Ok(ints),
            None => self.absent(name),
        }
    }

    /// Two integers for height and width; the file may have one for both.
    ///
    /// # Errors
    /// As [`Args::sizes`].
    pub fn pair(&self, name: &str, default: Option<i64>, at_least: i64) -> Answer<Vec<i64>> {
        self.sizes(name, 2, default, at_least)
    }

    /// An integer for each of `rank` axes; the file may have one for all.
    ///
    /// # Errors
    /// [`Fault::Graph`] where one is less than `at_least`: some kernels of ATen divide by them.
    pub fn sizes(
        &self,
        name: &str,
        rank: usize,
        default: Option<i64>,
        at_least: i64,
    ) -> Answer<Vec<i64>> {
        let sizes = match (self.optional_ints(name)?, default) {
            (Some(ints), _) if !ints.is_empty() => ints,
            (_, Some(default)) => vec![default],
            _ => return self.absent(name),
        };
        let sizes = match sizes[..] {
            [all] => vec![all; rank],
            _ if sizes.len() == rank => sizes,
            _ => return beyond(format!("{name} has {} numbers, not {rank}", sizes.len())),
        };
        self.bounded(name, &sizes, at_least)?;
        Ok(sizes)
    }

    /// # Errors
    /// [`Fault::Graph`] where a number is less than `at_least`.
    pub fn bounded(&self, name: &str, numbers: &[i64], at_least: i64) -> Answer<()> {
        match numbers.iter().find(|&&number| number < at_least) {
            None => Ok(()),
            Some(number) => Err(Fault::Graph(format!(
                "argument {name} of node {} is {number}, but has to be at least {at_least}",
                self.label()
            ))
            .into()),
        }
    }

    /// A number in the range of float32, in which everything is computed: beyond it, it is infinite.
    pub fn optional_number(&self, name: &str) -> Answer<Option<f64>> {
        match self.given(name) {
            None => Ok(None),
            Some(Argument::Float(float)) if float.abs() > f64::from(f32::MAX) => {
                Ok(Some(f64::INFINITY.copysign(*float)))
            }
            Some(Argument::Float(float)) => Ok(Some(*float)),
            Some(Argument::Int(int)) => Ok(Some(*int as f64)),
            Some(Argument::Bool(bool)) => Ok(Some(f64::from(u8::from(*bool)))),
            Some(other) => self.wrong(name, "a number", other),
        }
    }

    pub fn number(&self, name: &str) -> Answer<f64> {
        match self.optional_number(name)? {
            Some(number) => Ok(number),
            None => self.absent(name),
        }
    }

    pub fn number_or(&self, name: &str, default: f64) -> Answer<f64> {
        Ok(self.optional_number(name)?.unwrap_or(default))
    }

    pub fn floats(&self, name: &str) -> Answer<Vec<f64>> {
        match self.given(name) {
            None => Ok(Vec::new()),
            Some(Argument::Floats(floats)) => Ok(floats.clone()),
            Some(other) => self.wrong(name, "a list of numbers", other),
        }
    }

    pub fn bool_or(&self, name: &str, default: bool) -> Answer<bool> {
        match self.given(name) {
            None => Ok(default),
            Some(Argument::Bool(bool)) => Ok(*bool),
            Some(other) => self.wrong(name, "true or false", other),
        }
    }

    pub fn bool(&self, name: &str) -> Answer<bool> {
        match self.given(name) {
            Some(_) => self.bool_or(name, false),
            None => self.absent(name),
        }
    }

    pub fn text(&self, name: &str) -> Answer<String> {
        match self.given(name) {
            Some(_) => self.text_or(name, ""),
            None => self.absent(name),
        }
    }

    pub fn text_or(&self, name: &str, default: &str) -> Answer<String> {
        match self.given(name) {
            None => Ok(default.to_owned()),
            Some(Argument::String(text)) => Ok(text.clone()),
            Some(other) => self.wrong(name, "a word", other),
        }
    }

    pub fn is_text(&self, name: &str) -> bool {
        matches!(self.given(name), Some(Argument::String(_)))
    }

    /// Refuses a change of dtype: everything is computed in float32.
    pub fn float32_only(&self, name: &str) -> Answer<()> {
        const FLOAT: i64 = 7;
        match self.given(name) {
            None | Some(Argument::ScalarType(FLOAT)) => Ok(()),
            Some(_) => beyond(format!("{name} asks for another dtype than float32")),
        }
    }

    /// A dtype; `None` if none is given.
    pub fn optional_kind(&self, name: &str) -> Answer<Option<Kind>> {
        match self.given(name) {
            None => Ok(None),
            // Complex numbers of any width: two of float32.
            Some(Argument::ScalarType(9..=11)) => Ok(Some(Kind::ComplexFloat)),
            Some(Argument::ScalarType(number)) => match schema::kind(*number) {
                // Floats of any width are held as float32.
                Some(Kind::Half | Kind::BFloat16 | Kind::Double) => Ok(Some(Kind::Float)),
                Some(kind) => Ok(Some(kind)),
                None => beyond(format!("{name} asks for a dtype that is not supported")),
            },
            Some(other) => self.wrong(name, "a dtype", other),
        }
    }

    pub fn kind_or(&self, name: &str, default: Kind) -> Answer<Kind> {
        Ok(self.optional_kind(name)?.unwrap_or(default))
    }

    /// All arguments in order, for the few targets whose arguments have no names.
    pub fn positional(&self) -> impl Iterator<Item = &'a Argument> {
        self.node.inputs.iter().map(|input| &input.arg)
    }
}

pub enum Operand<'a> {
    Tensor(&'a str),
    Number(f64),
}
