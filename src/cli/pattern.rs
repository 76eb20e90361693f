//! The layers that `all`, `spatial` or a pattern stands for.

use anyhow::{Result, bail};
use gradcam::engine::ModelInfo;

use super::options::resolve_layer;
use super::terminal;

/// The paths of the matching layers that have a map, in the order of the network.
///
/// # Errors
/// If no layer of the model has a map, or none of them matches.
pub fn layers(text: &str, model: &ModelInfo) -> Result<Vec<String>> {
    // Fails if no layer has a map.
    resolve_layer(model, None)?;
    let pattern = match text {
        "all" | "spatial" => "*",
        pattern => pattern,
    };
    let found: Vec<String> = model
        .layers
        .targets()
        .map(|layer| layer.path.clone())
        .filter(|path| matches(pattern, path))
        .collect();
    if found.is_empty() {
        bail!("no layer with a map matches “{text}”; `gradcam layers` lists them");
    }
    let (all, without) = (
        model.layers.layers.len(),
        model.layers.layers.len() - model.layers.targets().count(),
    );
    if text == "all" && without > 0 {
        terminal::aside(&format!(
            "{without} of {all} layers have no map and are left out; `gradcam layers` says why"
        ));
    }
    Ok(found)
}

/// Whether `path` matches `pattern`, in which each `*` stands for any characters or none.
fn matches(pattern: &str, path: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == path;
    };
    let Some(mut path) = path.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    // The earliest match leaves the most for the rest.
    for part in parts {
        let Some(at) = path.find(part) else {
            return false;
        };
        path = &path[at + part.len()..];
    }
    path.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_anything_for_a_star() {
        for (pattern, path) in [
            ("*", ""),
            ("*", "features.3"),
            ("features.*", "features.3"),
            ("features.*", "features.3.squeeze"),
            ("*.squeeze", "features.3.squeeze"),
            ("f*.3.*e", "features.3.squeeze"),
            ("features.3", "features.3"),
            ("a*b*b", "abb"),
            ("a**b", "ab"),
        ] {
            assert!(matches(pattern, path), "{pattern} matches {path}");
        }
        for (pattern, path) in [
            ("", "features"),
            ("features", "features.3"),
            ("features.*", "features"),
            ("*.squeeze", "features.3.squeeze_activation"),
            ("a*a", "a"),
            ("a*b*b", "ab"),
            ("x*", "features"),
        ] {
            assert!(!matches(pattern, path), "{pattern} does not match {path}");
        }
    }
}
