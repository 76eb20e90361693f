//! From a template to the exported program of one network.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::lengths::Lengths;
use super::template::{Expression, Item, Repeat, Template, shift};

/// What the names of weights begin with in a graph.
pub const WEIGHT: &str = "w:";
/// Most nodes that a network may have.
const MAX_NODES: usize = 100_000;

/// An exported program whose every number is known.
pub struct Expanded {
    pub nodes: Vec<Map<String, Value>>,
    /// The declarations of the picture and the weights.
    pub inputs: Vec<Value>,
    pub outputs: Vec<Value>,
    /// What is known of the values that go in and come out.
    pub values: Map<String, Value>,
    /// What the names of the template's values behind a run of blocks stand for.
    current: HashMap<String, String>,
}

impl Expanded {
    /// The program of `template` with as many units in each of its runs.
    ///
    /// # Errors
    /// In words, where a number is not known or the network would be too large.
    pub fn new(
        template: &Template,
        units: &[usize],
        lengths: &Lengths,
    ) -> Result<Expanded, String> {
        let module = &template.program.graph_module;
        let mut expanded = Expanded {
            nodes: Vec::new(),
            inputs: module.signature.input_specs.clone(),
            outputs: Vec::new(),
            values: Map::new(),
            current: HashMap::new(),
        };
        let mut units = units.iter();
        for item in &module.graph.nodes {
            match item {
                Item::Node(node) => {
                    let node = expanded.node(node, &|name| expanded.called(name), lengths, None)?;
                    expanded.nodes.push(node);
                }
                Item::Run { repeat } => {
                    let units = units.next().copied().unwrap_or_default();
                    expanded.run(template, repeat, units, lengths)?;
                }
            }
            if expanded.nodes.len() > MAX_NODES {
                return Err("it would be too large".into());
            }
        }
        for output in &module.signature.output_specs {
            let output = filled(output, &|name| expanded.called(name), lengths, None)?;
            expanded.outputs.push(output);
        }
        for (name, about) in &module.graph.tensor_values {
            let about = filled(about, &str::to_owned, lengths, None)?;
            expanded.values.insert(expanded.called(name), about);
        }
        Ok(expanded)
    }

    /// What a value of the template is called behind all runs.
    pub fn called(&self, name: &str) -> String {
        self.current
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    }

    fn node(
        &self,
        node: &Map<String, Value>,
        called: &dyn Fn(&str) -> String,
        lengths: &Lengths,
        moved: Option<(&Repeat, usize)>,
    ) -> Result<Map<String, Value>, String> {
        let mut new = Map::new();
        for (key, value) in node {
            let value = match (key.as_str(), moved) {
                ("metadata", Some((repeat, by))) => shifted_stack(value, &repeat.module, by),
                ("metadata" | "target", _) => value.clone(),
                _ => filled(value, called, lengths, moved)?,
            };
            new.insert(key.clone(), value);
        }
        Ok(new)
    }

    fn run(
        &mut self,
        template: &Template,
        repeat: &Repeat,
        units: usize,
        lengths: &Lengths,
    ) -> Result<(), String> {
        let own = outputs_of(&repeat.nodes);
        let mut inputs: HashMap<String, String> = repeat
            .carry
            .iter()
            .map(|(outside, _)| (outside.clone(), self.called(outside)))
            .collect();
        let at = |unit: usize, name: &str| match unit {
            0 => name.to_owned(),
            unit => format!("{name}@{unit}"),
        };
        for unit in 0..units {
            let by = unit * repeat.step;
            let called = |name: &str| {
                if own.contains(name) {
                    at(unit, name)
                } else if let Some(weight) = name.strip_prefix(WEIGHT) {
                    format!("{WEIGHT}{}", shifted_weight(template, repeat, weight, by))
                } else {
                    inputs
                        .get(name)
                        .cloned()
                        .unwrap_or_else(|| self.called(name))
                }
            };
            let mut nodes = Vec::with_capacity(repeat.nodes.len());
            for node in &repeat.nodes {
                nodes.push(self.node(node, &called, lengths, Some((repeat, by)))?);
            }
            self.nodes.append(&mut nodes);
            if self.nodes.len() > MAX_NODES {
                return Err("it would be too large".into());
            }
            for input in &repeat.inputs {
                self.inputs.push(shifted_input(template, repeat, input, by));
            }
            inputs = repeat
                .carry
                .iter()
                .map(|(outside, local)| (outside.clone(), at(unit, local)))
                .collect();
        }
        if units > 0 {
            let last = own.iter().map(|name| (name.clone(), at(units - 1, name)));
            self.current.extend(last);
        } else {
            for (outside, local) in &repeat.carry {
                let before = self.called(outside);
                self.current.insert(local.clone(), before);
            }
        }
        Ok(())
    }

    /// What is computed, with values called by their place and nothing said of modules.
    pub fn computed(&self) -> Vec<Value> {
        let mut places: HashMap<String, String> = HashMap::new();
        let mut computed = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let none = Value::Null;
            let inputs = renamed(node.get("inputs").unwrap_or(&none), &places);
            each_name(node.get("outputs").unwrap_or(&none), &mut |name| {
                places.insert(name.to_owned(), format!("value {}", places.len()));
            });
            let target = node
                .get("target")
                .and_then(Value::as_str)
                .unwrap_or_default();
            // An operation in place computes the same.
            let target = target.replace("_.", ".");
            computed.push(json!([target, inputs]));
        }
        computed
    }

    /// The JSON of the program.
    pub fn program(self, template: &Template) -> Value {
        json!({
            "schema_version": template.program.schema_version,
            "torch_version": template.program.torch_version,
            "graph_module": {
                "graph": {"nodes": self.nodes, "tensor_values": self.values},
                "signature": {"input_specs": self.inputs, "output_specs": self.outputs},
            },
        })
    }
}

/// The name of a weight in a later unit. Constants go by the path of the module, as they are in no file.
fn shifted_weight(template: &Template, repeat: &Repeat, name: &str, by: usize) -> String {
    let prefix = if template.tensors.contains_key(name) {
        &repeat.tensors
    } else {
        &repeat.module
    };
    shift(name, prefix, by)
}

fn shifted_input(template: &Template, repeat: &Repeat, input: &Value, by: usize) -> Value {
    let mut input = input.clone();
    for (kind, key) in [("parameter", "parameter_name"), ("buffer", "buffer_name")] {
        if let Some(about) = input.get_mut(kind)
            && let Some(name) = about.get(key).and_then(Value::as_str)
        {
            let name = shifted_weight(template, repeat, name, by);
            about["arg"]["name"] = json!(format!("{WEIGHT}{name}"));
            about[key] = json!(name);
        }
    }
    input
}

/// Each entry of a stack of modules, `key,path,class`, with its path moved on.
fn shifted_stack(metadata: &Value, prefix: &str, by: usize) -> Value {
    let Some(stack) = metadata.get("nn_module_stack").and_then(Value::as_str) else {
        return metadata.clone();
    };
    let entries = stack.split(';').map(|entry| {
        let mut parts = entry.splitn(3, ',');
        let (_, path, class) = (parts.next(), parts.next(), parts.next());
        let path = shift(path.unwrap_or_default(), prefix, by);
        format!("L__self__{path},{path},{}", class.unwrap_or_default())
    });
    json!({"nn_module_stack": entries.collect::<Vec<_>>().join(";")})
}

/// The names of the values that nodes write.
pub fn outputs_of(nodes: &[Map<String, Value>]) -> std::collections::HashSet<String> {
    let mut found = std::collections::HashSet::new();
    for node in nodes {
        each_name(node.get("outputs").unwrap_or(&Value::Null), &mut |name| {
            found.insert(name.to_owned());
        });
    }
    found
}

/// Calls `each` with the name of every value in some JSON.
pub fn each_name(part: &Value, each: &mut dyn FnMut(&str)) {
    match part {
        Value::Object(map) => match name_alone(map) {
            Some(name) => each(name),
            None => map.values().for_each(|value| each_name(value, each)),
        },
        Value::Array(items) => items.iter().for_each(|item| each_name(item, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Some JSON with other names of values.
fn renamed(part: &Value, names: &HashMap<String, String>) -> Value {
    match part {
        Value::Object(map) => match name_alone(map) {
            Some(name) => json!({"name": names.get(name).map_or(name, String::as_str)}),
            None => Value::Object(
                map.iter()
                    .map(|(key, value)| (key.clone(), renamed(value, names)))
                    .collect(),
            ),
        },
        Value::Array(items) => items.iter().map(|item| renamed(item, names)).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            plain.clone()
        }
    }
}

fn name_alone(map: &Map<String, Value>) -> Option<&str> {
    let name = map.get("name")?.as_str()?;
    (map.len() == 1).then_some(name)
}

/// Some JSON with `called` applied to the names of values, and a number in place of each expression. Those
/// of a unit are of its own tensors.
fn filled(
    part: &Value,
    called: &dyn Fn(&str) -> String,
    lengths: &Lengths,
    moved: Option<(&Repeat, usize)>,
) -> Result<Value, String> {
    match part {
        Value::Object(map) => {
            if let Some(name) = name_alone(map) {
                return Ok(json!({"name": called(name)}));
            }
            if let Some(expression) = map.get("=") {
                let expression: Expression = serde_json::from_value(expression.clone())
                    .map_err(|error| error.to_string())?;
                return lengths.number(&of_unit(expression, moved));
            }
            let mut new = Map::new();
            for (key, value) in map {
                let value = filled(value, called, lengths, moved)?;
                if key.starts_with("as_int") && !is_whole(&value) {
                    return Err(
                        "a size that its tensors and its config.json give is not a whole number"
                            .into(),
                    );
                }
                new.insert(key.clone(), value);
            }
            Ok(Value::Object(new))
        }
        Value::Array(items) => {
            let items = items
                .iter()
                .map(|item| filled(item, called, lengths, moved));
            Ok(Value::Array(items.collect::<Result<_, String>>()?))
        }
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            Ok(plain.clone())
        }
    }
}

/// Whether no number in a list, or the number itself, has a fraction.
fn is_whole(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_whole),
        Value::Number(number) => !number.is_f64(),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => true,
    }
}

/// An expression of the first unit as one of a later one.
fn of_unit(expression: Expression, moved: Option<(&Repeat, usize)>) -> Expression {
    let Some((repeat, by)) = moved.filter(|(_, by)| *by > 0) else {
        return expression;
    };
    let atom = |atom: String| match atom.strip_prefix("t:") {
        Some(tensor) => format!("t:{}", shift(tensor, &repeat.tensors, by)),
        None => atom,
    };
    let product = |(factor, powers): (f64, std::collections::BTreeMap<String, f64>)| {
        let powers = powers.into_iter().map(|(name, power)| (atom(name), power));
        (factor, powers.collect())
    };
    expression.into_iter().map(product).collect()
}
