//! The attributes and inputs of a node, by the names and positions that ONNX gives them.

use super::build::Builder;
use super::message::proto::{Attribute, Node, Tensor, attribute};
use crate::model::error::Fault;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::graph::ValueId;
use crate::model::op::shape;

/// Largest size, step and the like: larger ones would overflow where they are multiplied.
const MAX_NUMBER: i64 = 1 << 31;

pub struct Args<'a> {
    pub node: &'a Node,
    /// The values of its inputs; `None` for those left out.
    pub inputs: Vec<Option<ValueId>>,
    pub opset: i64,
    pub label: String,
}

impl<'a> Args<'a> {
    pub fn op(&self) -> &'a str {
        &self.node.op_type
    }

    /// The same node with other inputs.
    pub fn on(&self, inputs: Vec<Option<ValueId>>) -> Args<'a> {
        Args {
            node: self.node,
            inputs,
            opset: self.opset,
            label: self.label.clone(),
        }
    }

    pub fn optional(&self, index: usize) -> Option<ValueId> {
        self.inputs.get(index).copied().flatten()
    }

    pub fn input(&self, index: usize) -> Answer<ValueId> {
        match self.optional(index) {
            Some(value) => Ok(value),
            None => self.wrong(format!("has no input {}", index + 1)),
        }
    }

    /// Whether the node names its output number `index`.
    pub fn hands_back(&self, index: usize) -> bool {
        self.node
            .outputs
            .get(index)
            .is_some_and(|name| !name.is_empty())
    }

    /// Refuses the file because of this node.
    pub fn wrong<T>(&self, what: impl AsRef<str>) -> Answer<T> {
        Err(Fault::Graph(format!("node {} {}", self.label, what.as_ref())).into())
    }

    /// How many elements a shape has.
    pub fn count(&self, shape: &[i64]) -> Answer<i64> {
        match shape::count(shape) {
            Some(count) => Ok(count),
            None => self.wrong(format!("makes {}", shape::implausible(shape))),
        }
    }

    /// Adds the node to the reason why shapes do not fit.
    pub fn fits<T>(&self, result: Result<T, String>) -> Answer<T> {
        result.map_err(|reason| Fault::Graph(format!("at node {}: {reason}", self.label)).into())
    }

    fn given(&self, name: &str, kind: i32) -> Answer<Option<&'a Attribute>> {
        let found = self.node.attributes.iter().find(|a| a.name == name);
        match found {
            Some(attribute) if attribute.kind != kind && attribute.kind != 0 => {
                self.wrong(format!("has an attribute {name} of the wrong type"))
            }
            found => Ok(found),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.node.attributes.iter().any(|a| a.name == name)
    }

    pub fn optional_int(&self, name: &str) -> Answer<Option<i64>> {
        Ok(self
            .given(name, attribute::INT)?
            .map(|a| a.int.unwrap_or(0)))
    }

    pub fn int_or(&self, name: &str, default: i64) -> Answer<i64> {
        Ok(self.optional_int(name)?.unwrap_or(default))
    }

    pub fn flag(&self, name: &str, default: bool) -> Answer<bool> {
        Ok(self.int_or(name, default.into())? != 0)
    }

    pub fn float_or(&self, name: &str, default: f64) -> Answer<f64> {
        let given = self.given(name, attribute::FLOAT)?;
        Ok(given.map_or(default, |a| a.float.unwrap_or(0.0).into()))
    }

    pub fn floats(&self, name: &str) -> Answer<Option<Vec<f64>>> {
        let given = self.given(name, attribute::FLOATS)?;
        Ok(given.map(|a| a.floats.iter().map(|f| f64::from(*f)).collect()))
    }

    pub fn ints(&self, name: &str) -> Answer<Option<Vec<i64>>> {
        Ok(self.given(name, attribute::INTS)?.map(|a| a.ints.clone()))
    }

    pub fn text_or(&self, name: &str, default: &str) -> Answer<String> {
        let given = self.given(name, attribute::TEXT)?;
        let text = given.and_then(|a| a.text.as_ref());
        Ok(text.map_or(default.into(), |text| {
            String::from_utf8_lossy(text).into_owned()
        }))
    }

    pub fn texts(&self, name: &str) -> Answer<Option<Vec<String>>> {
        let given = self.given(name, attribute::TEXTS)?;
        Ok(given.map(|a| {
            let texts = a.texts.iter().map(|text| String::from_utf8_lossy(text));
            texts.map(std::borrow::Cow::into_owned).collect()
        }))
    }

    pub fn tensor(&self, name: &str) -> Answer<Option<&'a Tensor>> {
        Ok(self
            .given(name, attribute::TENSOR)?
            .and_then(|a| a.tensor.as_ref()))
    }

    /// Integers that are an attribute in older opsets and an input in newer ones.
    pub fn ints_at(&self, builder: &Builder, name: &str, index: usize) -> Answer<Option<Vec<i64>>> {
        if self.has(name) {
            return self.ints(name);
        }
        match self.optional(index) {
            None => Ok(None),
            Some(value) => self.numbers(builder, value, name).map(Some),
        }
    }

    /// The integers of a value that may not depend on the image: sizes, axes and the like.
    pub fn numbers(&self, builder: &Builder, value: ValueId, name: &str) -> Answer<Vec<i64>> {
        /// More than there are axes or parts of anything.
        const MAX_COUNT: i64 = 1 << 12;
        match builder.shape(value) {
            shape if shape::count(shape).is_none_or(|count| count > MAX_COUNT) => {
                self.wrong(format!("has a list of shape {shape:?} as its {name}"))
            }
            _ => self.fixed(builder.ints(value)?, name),
        }
    }

    /// The single number of a value that may not depend on the image.
    pub fn number(&self, builder: &Builder, value: ValueId, name: &str) -> Answer<f64> {
        match builder.shape(value) {
            shape if shape::count(shape) != Some(1) => {
                self.wrong(format!("has a tensor of shape {shape:?} as its {name}"))
            }
            _ => self.fixed(builder.number(value)?, name),
        }
    }

    /// Refuses something that is not known because it depends on the image.
    pub fn fixed<T>(&self, found: Option<T>, name: &str) -> Answer<T> {
        match found {
            Some(found) => Ok(found),
            None => beyond(format!("its {name} depends on the image")),
        }
    }

    /// An axis by its number, which counts from the end if it is negative.
    pub fn axis(&self, axis: i64, rank: usize) -> Answer<usize> {
        self.fits(shape::axis(axis, rank))
    }

    /// Axes by their numbers, all of them different.
    pub fn axes(&self, axes: &[i64], rank: usize) -> Answer<Vec<usize>> {
        if axes.len() > rank {
            return self.wrong(format!("names {} axes out of {rank}", axes.len()));
        }
        let found = axes.iter().map(|axis| self.axis(*axis, rank));
        let found = found.collect::<Answer<Vec<usize>>>()?;
        let mut sorted = found.clone();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => self.wrong(format!("names axis {} twice", pair[0])),
            None => Ok(found),
        }
    }

    /// Two integers for height and width, both `default` if they are not given.
    ///
    /// # Errors
    /// As [`Args::sizes`].
    pub fn pair(&self, name: &str, default: i64) -> Answer<[i64; 2]> {
        match self.sizes(name, 2, default)?[..] {
            [height, width] => Ok([height, width]),
            _ => beyond(format!("{name} does not have two numbers")),
        }
    }

    /// An integer for each of `rank` axes, all of them `default` if they are not given.
    ///
    /// # Errors
    /// [`Fault::Graph`] where one is less than 1: some kernels of libtorch divide by them.
    pub fn sizes(&self, name: &str, rank: usize, default: i64) -> Answer<Vec<i64>> {
        let sizes = match self.ints(name)? {
            Some(sizes) if sizes.len() == rank => sizes,
            Some(sizes) if !sizes.is_empty() => {
                return beyond(format!("{name} has {} numbers, not {rank}", sizes.len()));
            }
            Some(_) | None => vec![default; rank],
        };
        self.bounded(name, &sizes, 1)?;
        Ok(sizes)
    }

    /// # Errors
    /// [`Fault::Graph`] where a number is less than `at_least` or so large that products overflow.
    pub fn bounded(&self, name: &str, numbers: &[i64], at_least: i64) -> Answer<()> {
        let range = at_least..=MAX_NUMBER;
        match numbers.iter().find(|number| !range.contains(*number)) {
            None => Ok(()),
            Some(number) => self.wrong(format!(
                "has {number} in {name}, which has to be from {at_least} to {MAX_NUMBER}"
            )),
        }
    }
}
