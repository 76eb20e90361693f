//! What the expressions of a template are for a file: the lengths of its tensors, and parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Shapes;
use super::template::{Expression, Parameter, Template};

/// The parameter that is the side of the image in pixels.
pub const SIDE: &str = "S";
/// Largest number that an expression may have.
const MOST: f64 = 1e9;

/// What the parameters of a template are, by the letter that their names begin with.
fn words(name: &str) -> String {
    let (letter, place) = name.split_at(name.len().min(1));
    let what = match letter {
        "S" => "image side",
        "P" => "patch side",
        "G" => "number of patches along a side",
        "H" => "number of attention heads",
        "K" => "number of channels of a key",
        "W" => "window side",
        "E" => "map side",
        "N" => "number of position embeddings",
        _ => return name.to_owned(),
    };
    match place.parse::<usize>() {
        Ok(stage) => format!("{what} in stage {}", stage + 1),
        Err(_) => what.to_owned(),
    }
}

/// What is known of a network whose graph is filled in.
pub struct Lengths<'a> {
    template: &'a Template,
    /// By the names of the template.
    shapes: &'a Shapes,
    parameters: BTreeMap<String, f64>,
    /// Of the image in pixels, where no parameter is it.
    size: u32,
    /// What was assumed, in a few words each.
    pub assumed: Vec<String>,
}

impl<'a> Lengths<'a> {
    /// `size` is that of the picture in pixels.
    ///
    /// # Errors
    /// In words, where a parameter cannot be found or is none.
    pub fn new(
        template: &'a Template,
        shapes: &'a Shapes,
        config: Option<&Map<String, Value>>,
        size: u32,
    ) -> Result<Lengths<'a>, String> {
        let mut lengths = Lengths {
            template,
            shapes,
            parameters: BTreeMap::new(),
            size,
            assumed: Vec::new(),
        };
        let mut left: Vec<(&String, &Parameter)> = template.parameters.iter().collect();
        while !left.is_empty() {
            let before = left.len();
            left.retain(|(name, parameter)| {
                match lengths.parameter(parameter, config, size) {
                    Some(value) => drop(lengths.parameters.insert((*name).clone(), value)),
                    None => return true,
                }
                false
            });
            // Some are worked out from others.
            if left.len() == before {
                let (name, parameter) = left[0];
                return Err(match &parameter.said {
                    Some(usual) => format!(
                        "nothing tells whether it has {usual}, and its tensors do not fit that"
                    ),
                    None => format!("nothing tells its {}", words(name)),
                });
            }
        }
        for (name, value) in &lengths.parameters {
            if !(value.is_finite() && *value > 0.0 && *value < MOST) {
                return Err(format!("its {} would be {value}", words(name)));
            }
        }
        for (name, other) in &template.unequal {
            if lengths.parameters.get(name).copied() == lengths.value(other).ok() {
                return Err(format!(
                    "its graph is not known for this {}: {}",
                    words(name),
                    lengths.parameters.get(name).copied().unwrap_or_default()
                ));
            }
        }
        if !lengths.side().is_multiple_of(template.multiple) {
            return Err(format!(
                "its image has to have a side of a multiple of {} pixels",
                template.multiple
            ));
        }
        Ok(lengths)
    }

    /// The side of the image in pixels.
    pub fn side(&self) -> u32 {
        // Below the bound of all parameters.
        self.parameters
            .get(SIDE)
            .map_or(self.size, |side| *side as u32)
    }

    fn parameter(
        &mut self,
        parameter: &Parameter,
        config: Option<&Map<String, Value>>,
        size: u32,
    ) -> Option<f64> {
        if parameter.size {
            return Some(f64::from(size));
        }
        if let Some(value) = &parameter.value {
            let value = self.value(value).ok()?;
            return Some(if parameter.down { value.floor() } else { value });
        }
        if let Some((tensor, axis, [c, b, a])) = &parameter.solve {
            let length = self.length(tensor, *axis)?;
            let root = if *a == 0.0 {
                (length - c) / b
            } else {
                (-b + (b * b - 4.0 * a * (c - length)).sqrt()) / (2.0 * a)
            };
            return (root.fract() == 0.0).then_some(root);
        }
        let stated = parameter.config.as_ref().zip(config);
        if let Some(stated) = stated.and_then(|(key, config)| key.find(config)) {
            return stated.as_f64();
        }
        if let Some(published) = &parameter.known {
            let length = self.atom(&published.of).ok()?;
            if let Some(value) = published.values.get(&length.to_string()) {
                return Some(*value);
            }
        }
        let assumed = self.value(parameter.assume.as_ref()?).ok()?;
        if parameter.said.is_some() && assumed.fract() != 0.0 {
            return None;
        }
        self.assumed.extend(parameter.said.clone());
        Some(assumed)
    }

    fn length(&self, tensor: &str, axis: usize) -> Option<f64> {
        let stored = self.shapes.get(tensor).and_then(|shape| shape.get(axis));
        // The head may have been replaced by another one.
        let due = || *self.template.tensors.get(tensor)?.get(axis)?;
        stored.copied().or_else(due).map(|length| length as f64)
    }

    /// # Errors
    /// In words, where something in it is not known.
    fn value(&self, expression: &Expression) -> Result<f64, String> {
        let mut total = 0.0;
        for (factor, powers) in expression {
            let mut product = *factor;
            for (atom, power) in powers {
                product *= self.atom(atom)?.powf(*power);
            }
            total += product;
        }
        Ok(total)
    }

    fn atom(&self, atom: &str) -> Result<f64, String> {
        let unknown = || format!("nothing tells {atom}");
        let found = match atom.split_once(':') {
            Some(("p", name)) => self.parameters.get(name).copied(),
            Some(("t", rest)) => rest.rsplit_once(':').and_then(|(tensor, axis)| {
                let axis: usize = axis.parse().ok()?;
                self.length(tensor, axis)
            }),
            _ => None,
        };
        found.ok_or_else(unknown)
    }

    /// The number that an expression is, whole if it is one.
    ///
    /// # Errors
    /// In words, where something in it is not known, or it is out of bounds.
    pub fn number(&self, expression: &Expression) -> Result<Value, String> {
        let value = self.value(expression)?;
        if !value.is_finite() || value.abs() > MOST {
            return Err(format!("a size would be {value}"));
        }
        let whole = value.round();
        let is_whole = (value - whole).abs() < 1e-9 * value.abs().max(1.0);
        // A number near nothing, such as that of a norm, is no zero.
        if is_whole && (whole != 0.0 || value == 0.0) {
            return Ok(json!(whole as i64));
        }
        Ok(json!(value))
    }
}
