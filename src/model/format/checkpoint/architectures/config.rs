//! Whether a `config.json` is one of a known network: what it states may change the answer and no tensor.

use serde_json::{Map, Value};

use super::Shapes;
use super::template::Template;

/// The key of what timm's network was made with.
pub const GIVEN: &str = "model_args";

/// Arguments of timm's networks that tensors tell as well, or that only training needs.
const HARMLESS: [&str; 19] = [
    "attn_drop_rate",
    "depth",
    "depths",
    "dims",
    "drop_path_rate",
    "drop_rate",
    "embed_dim",
    "global_pool",
    "img_size",
    "in_chans",
    "input_size",
    "num_classes",
    "num_heads",
    "patch_drop_rate",
    "patch_size",
    "pos_drop_rate",
    "pretrained",
    "proj_drop_rate",
    "strict_img_size",
];

/// The key of the pooling of timm's networks.
const POOLING: &str = "global_pool";

/// Why a `config.json` beside these tensors is not one of this network.
pub fn contradiction(
    template: &Template,
    config: &Map<String, Value>,
    found: &Shapes,
) -> Option<String> {
    let other = template.config.iter().find_map(|(key, due)| {
        let stated = config.get(key)?;
        (!is_same(stated, due))
            .then(|| format!("config.json has {key} {stated}, and the known network has {due}"))
    });
    other
        .or_else(|| other_pooling(template, config))
        .or_else(|| unknown_argument(config))
        .or_else(|| other_depth(template, config, found))
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// A pooling of timm's, for a network of another library that has the same tensors.
fn other_pooling(template: &Template, config: &Map<String, Value>) -> Option<String> {
    let stated = config.get(POOLING)?;
    (!template.config.contains_key(POOLING) && stated != "avg")
        .then(|| format!("config.json has {POOLING} {stated}, and the known network has the mean"))
}

/// An argument that timm's network was made with, whose effect is not known.
fn unknown_argument(config: &Map<String, Value>) -> Option<String> {
    let given = config.get(GIVEN)?.as_object()?;
    let (key, value) = given
        .iter()
        .find(|(key, value)| !HARMLESS.contains(&key.as_str()) && !value.is_null())?;
    Some(format!(
        "config.json has {GIVEN} with {key} {value}, which may change what the network computes"
    ))
}

/// Another number of blocks than the file has, for a network with one run of them.
fn other_depth(template: &Template, config: &Map<String, Value>, found: &Shapes) -> Option<String> {
    let mut runs = template.runs();
    let (Some(run), None) = (runs.next(), runs.next()) else {
        return None;
    };
    let stated = config.get("num_hidden_layers")?.as_u64()?;
    let there = run.items(found.keys());
    (there > 0 && stated != there as u64).then(|| {
        format!("config.json has num_hidden_layers {stated}, and the file has {there} of them")
    })
}
