//! What a file's name and its folder say about which network its weights are of.

use std::path::Path;

use serde_json::{Map, Value};

use super::architectures::{GIVEN, Hints};
use super::origin::Origin;
use super::said::Said;
use crate::model::usage::beside;

/// The file that transformers and timm write beside weights.
const CONFIG: &str = "config.json";

/// The hints for the file at `path`, whose contents say `said`; `side` is that of its images in pixels.
pub fn of(path: &Path, chosen: Option<String>, said: Said, side: Option<u32>) -> Hints {
    let config = config_beside(path);
    let origin = config.as_ref().and_then(Origin::of_config);
    let origin = origin.or(said.is_lightning.then_some(Origin::Lightning));
    let mut names = said.networks;
    let text = |key: &str| config.as_ref()?.get(key)?.as_str().map(str::to_owned);
    // timm's.
    names.extend(text("architecture"));
    names.extend(text("model_type"));
    names.extend(
        path.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned()),
    );
    // torchvision adds a hash: resnet50-0676ba61.
    let stem = names.last().and_then(|stem| stem.rsplit_once('-'));
    let stem = stem.map(|(name, _)| name.to_owned());
    names.extend(stem);
    Hints {
        chosen,
        names,
        config,
        side,
        averaged: false,
        load: origin.map(|origin| origin.how_to_load(path)),
    }
}

/// `None` also where it cannot be read: what is wrong with it is said where the preprocessing is looked for.
fn config_beside(path: &Path) -> Option<Map<String, Value>> {
    let text = beside::read(&path.with_file_name(CONFIG)).ok()??;
    let mut config: Map<String, Value> = serde_json::from_str(&text).ok()?;
    // What timm's network was made with.
    if let Some(Value::Object(given)) = config.get(GIVEN).cloned() {
        for (key, value) in given {
            config.entry(key).or_insert(value);
        }
    }
    Some(config)
}
