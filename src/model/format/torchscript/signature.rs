//! What the network's `forward` takes and returns.

use ruff_python_ast::Expr;
use tch::Kind;

use super::code::syntax::Routine;
use super::code::value::Value;
use super::nodes::Nodes;
use crate::model::error::{Fault, Result};
use crate::model::format::build::held::Extra;
use crate::model::format::build::inputs::{self, Candidate};
use crate::model::format::build::storage::floating;
use crate::model::format::pt2::program::inputs::arrangement;
use crate::model::format::pt2::program::signature::Returned;
use crate::model::format::torch_save::pickle::Stored;
use crate::model::opening::OpenOptions;

/// Most tensors that a network may return.
const MAX_OUTPUTS: usize = 64;

/// The tensors that `forward` takes.
pub struct Taken {
    pub image: String,
    /// Of the image, where the model was traced: batch, channels, height and width.
    pub sample: Option<[i64; 4]>,
    pub channels_last: bool,
    pub without_batch: bool,
    /// The other tensors, by their positions.
    pub extras: Vec<(usize, Extra)>,
    /// All of them in order.
    names: Vec<String>,
}

impl Taken {
    /// # Errors
    /// [`Fault::Input`] where it takes no image, or something that is no tensor.
    pub fn new(
        routine: &Routine,
        samples: &[Option<Stored>],
        options: &OpenOptions,
    ) -> Result<Taken> {
        let mut names = Vec::new();
        // The first is the module itself.
        for parameter in routine.definition.parameters.args.iter().skip(1) {
            let name = parameter.parameter.name.to_string();
            match parameter.parameter.annotation.as_deref() {
                Some(Expr::Name(kind)) if kind.id.as_str() == "Tensor" => names.push(name),
                _ if parameter.default.is_some() => break,
                Some(kind) => {
                    let kind = routine.file.words(kind);
                    return Err(Fault::Input(format!(
                        "its input {name} is a {kind}, not a tensor"
                    )));
                }
                None => return Err(Fault::Input(format!("its input {name} has no type"))),
            }
        }
        let known = samples.len() == names.len();
        let of = |index: usize| samples.get(index).filter(|_| known)?.as_ref();
        let mut candidates = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let sizes = match of(index) {
                Some(sample) => sample.sizes.iter().map(|size| Some(*size)).collect(),
                None if names.len() == 1 => vec![None; 4],
                None => {
                    return Err(Fault::Input(format!(
                        "it takes {} tensors ({}), and the file does not say of which shapes",
                        names.len(),
                        names.join(", ")
                    )));
                }
            };
            candidates.push(Candidate { name, sizes });
        }
        let at = inputs::image(&candidates, options)?;
        let image = of(at);
        if image.is_some_and(|image| !image.dtype.kind().is_some_and(floating)) {
            let what =
                "it does not consist of floats; call .float() on it first and save the model again";
            return Err(Fault::Input(what.into()));
        }
        let (sample, channels_last, without_batch) = match image {
            None => (None, false, false),
            Some(image) => {
                let (shape, last, without_batch) = arrangement(image.sizes.clone())?;
                (Some(shape), last, without_batch)
            }
        };
        let batch = sample.map_or(1, |sample| sample[0]);
        let mut extras = Vec::new();
        for (index, name) in names.iter().enumerate() {
            if let (Some(sample), true) = (of(index), index != at) {
                let kind = sample.dtype.kind();
                let kind = kind.map(|kind| if floating(kind) { Kind::Float } else { kind });
                let kind = kind.ok_or_else(|| {
                    Fault::Input(format!(
                        "its input {name} has a dtype that is not supported"
                    ))
                })?;
                extras.push((index, Extra::new(name, sample.sizes.clone(), kind, batch)));
            }
        }
        Ok(Taken {
            image: names[at].clone(),
            sample,
            channels_last,
            without_batch,
            extras,
            names,
        })
    }

    /// Adds all tensors to a graph whose image has this shape, and returns them in order.
    pub fn add(&self, nodes: &mut Nodes, [batch, channels, height, width]: [i64; 4]) -> Vec<Value> {
        let mut shape = if self.channels_last {
            vec![batch, height, width, channels]
        } else {
            vec![batch, channels, height, width]
        };
        if self.without_batch {
            shape.remove(0);
        }
        nodes.add_value(&self.image, &shape, Kind::Float);
        for (_, extra) in &self.extras {
            let mut sizes = extra.sizes.clone();
            if let Some(first) = sizes.first_mut() {
                *first = first.saturating_mul(extra.repeats);
            }
            nodes.add_value(&extra.name, &sizes, extra.kind);
        }
        self.names.iter().map(|name| Value::tensor(name)).collect()
    }
}

/// The tensors in what `forward` returns, named by the fields and keys that they are in.
///
/// # Errors
/// [`Fault::NoLogits`] where there is none.
pub fn returned(value: &Value, nodes: &Nodes) -> Result<Vec<Returned>> {
    let mut found = Vec::new();
    collect(value, "", nodes, &mut found);
    if found.is_empty() {
        let kind = value.kind();
        return Err(Fault::NoLogits(format!(
            "it returns {kind}, and in it no tensor"
        )));
    }
    Ok(found)
}

fn collect(value: &Value, path: &str, nodes: &Nodes, found: &mut Vec<Returned>) {
    if found.len() >= MAX_OUTPUTS {
        return;
    }
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    match value {
        Value::Tensor(name) => found.push(Returned {
            name: if path.is_empty() {
                name.to_string()
            } else {
                path.to_owned()
            },
            tensor: nodes.returned(name).to_owned(),
            floats: nodes.kind(name) == Kind::Float,
        }),
        Value::Tuple(tuple) => {
            for (index, item) in tuple.items.iter().enumerate() {
                let path = match tuple.names.get(index) {
                    Some(name) => below(name),
                    None if path.is_empty() => String::new(),
                    None => below(&index.to_string()),
                };
                collect(item, &path, nodes, found);
            }
        }
        Value::List(list) => {
            for (index, item) in list.items.borrow().iter().enumerate() {
                let path = if path.is_empty() {
                    String::new()
                } else {
                    below(&index.to_string())
                };
                collect(item, &path, nodes, found);
            }
        }
        Value::Dict(dict) => {
            for (key, item) in dict.items.borrow().iter() {
                let key = match key {
                    Value::Text(text) => text.replace(char::is_control, " "),
                    Value::Int(int) => int.to_string(),
                    other => other.kind().to_owned(),
                };
                collect(item, &below(&key), nodes, found);
            }
        }
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Known(_)
        | Value::Object(_)
        | Value::Name(_)
        | Value::Unset => {}
    }
}
