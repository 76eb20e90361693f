//! Products by Einstein's convention.

use std::collections::BTreeMap;

use tch::{TchError, Tensor};

use crate::model::op::geometry::FieldRule;
use crate::model::op::operation::{Cost, Given, Operation, Traits};
use crate::model::op::shape::{OutputShapes, Shape, broadcast, elements};

/// The product of all inputs, summed over the letters that the output does not name.
#[derive(Debug, Clone, PartialEq)]
pub struct Einsum {
    /// As in NumPy: `bij,bjk->bik`.
    pub equation: String,
}

/// The sizes that an equation runs over.
struct Sizes {
    /// Of each letter, in the order that libtorch gives an output that is not stated: capitals
    /// first.
    letters: BTreeMap<char, i64>,
    /// Of the axes that the dots stand for.
    dots: Shape,
    output: Shape,
}

impl Einsum {
    /// # Errors
    /// In words, where the equation does not fit the inputs.
    fn sizes(&self, inputs: &[&[i64]]) -> Result<Sizes, String> {
        let unfit = || format!("{} does not fit {inputs:?}", self.equation);
        let equation: String = self.equation.split_whitespace().collect();
        let (terms, output) = match equation.split_once("->") {
            Some((terms, output)) => (terms, Some(output)),
            None => (equation.as_str(), None),
        };
        if terms.split(',').count() != inputs.len() {
            return Err(unfit());
        }
        let mut letters: BTreeMap<char, i64> = BTreeMap::new();
        let mut dots: Option<Shape> = None;
        for (term, shape) in terms.split(',').zip(inputs) {
            let (before, after) = term.split_once("...").unwrap_or((term, ""));
            let (first, last) = (before.chars().count(), after.chars().count());
            let has_dots = before.len() < term.len();
            if first + last > shape.len() || (!has_dots && first < shape.len()) {
                return Err(unfit());
            }
            let (named, rest) = shape.split_at(first);
            let (under, behind) = rest.split_at(rest.len() - last);
            let of_before = before.chars().zip(named);
            for (letter, &size) in of_before.chain(after.chars().zip(behind)) {
                let known = letters.entry(letter).or_insert(size);
                match (*known, size) {
                    (1, _) => *known = size,
                    (known, size) if known == size || size == 1 => {}
                    _ => return Err(unfit()),
                }
            }
            if has_dots {
                let before = dots.take().unwrap_or_default();
                dots = Some(broadcast(&before, under)?);
            }
        }
        let dots = dots.unwrap_or_default();
        let mut shape = Shape::new();
        match output {
            Some(output) => {
                let (before, after) = output.split_once("...").unwrap_or((output, ""));
                let size = |letter: char| letters.get(&letter).copied().ok_or_else(unfit);
                for letter in before.chars() {
                    shape.push(size(letter)?);
                }
                if before.len() < output.len() {
                    shape.extend(&dots);
                }
                for letter in after.chars() {
                    shape.push(size(letter)?);
                }
            }
            // Letters that appear once are not summed over.
            None => {
                let once = |letter: &char| terms.matches(*letter).count() == 1;
                let kept = letters.iter().filter(|(letter, _)| once(letter));
                shape.extend(&dots);
                shape.extend(kept.map(|(_, size)| *size));
            }
        }
        Ok(Sizes {
            letters,
            dots,
            output: shape,
        })
    }
}

impl Operation for Einsum {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let product = Tensor::f_einsum(&self.equation, inputs, None::<&[i64]>)?;
        Ok(vec![product])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        self.sizes(inputs)
            .map(|sizes| OutputShapes::one(sizes.output))
    }

    /// Every combination of all letters is multiplied once.
    fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
        let work = self.sizes(inputs).map(|sizes| {
            let letters: Shape = sizes.letters.into_values().collect();
            elements(&letters) * elements(&sizes.dots)
        });
        let least: f64 = outputs.iter().map(|output| elements(output)).sum();
        Cost::of_steps(work.unwrap_or(least))
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        Traits {
            field: FieldRule::Mixed,
            ..Traits::MIXES
        }
    }
}
