//! What can be done with a layer, in the tree and in the strip.

use super::Entries;
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::model::layers::{Layer, Target};

/// Adds the entries for a layer.
pub fn layer_entries(entries: &mut Entries, scene: Scene<'_>, layer: &Layer) {
    let why_not = match &layer.target {
        Target::None(why) => Some(why.clone()),
        Target::Spatial { .. } => None,
    };
    let path = || layer.path.clone();
    let chosen = scene.state.side().layers();
    let explain = Command::ChooseLayer(path());
    entries.add_unless("Explain this layer", explain, why_not.clone());
    let (label, why_not) = match (chosen.contains(&layer.path), chosen.len()) {
        (true, 2..) => ("Leave out of the average", None),
        (true, _) => (
            "Average with this layer",
            Some("This layer is explained".to_owned()),
        ),
        (false, _) => ("Average with this layer", why_not),
    };
    entries.add_unless(label, Command::ToggleLayer(path()), why_not);
    entries.separate();
    entries.add(scene, "Copy layer path", Command::CopyText(path()));
}
