//! What is said of a network that was recognised by its weights.

use super::architectures::{Head, Network, Recognised};
use crate::model::error::listed;
use crate::model::opening::HeadActivation;

/// The name of the network, which also chooses it: `resnet50`.
pub fn name(recognised: &Recognised) -> String {
    let network = recognised.networks.first();
    network
        .map(|network| network.name.clone())
        .unwrap_or_default()
}

/// `torchvision's resnet50`, or `a network like timm's vit_base_patch16_224, of another size`
pub fn network(recognised: &Recognised) -> String {
    let mut libraries: Vec<&str> = Vec::new();
    let name = name(recognised);
    for network in &recognised.networks {
        if network.name == name && !libraries.contains(&network.library.as_str()) {
            libraries.push(&network.library);
        }
    }
    let owners: Vec<String> = libraries.iter().map(|library| genitive(library)).collect();
    let whose = format!("{} {name}", owners.join(" and "));
    if recognised.is_published || recognised.networks.iter().all(Network::is_family) {
        whose
    } else {
        format!("a network like {whose}, of another size")
    }
}

fn genitive(library: &str) -> String {
    if library.ends_with('s') {
        format!("{library}'")
    } else {
        format!("{library}'s")
    }
}

/// How images are prepared for such networks, in timm's keys, each with a name; the usual way first.
pub fn preprocessings(recognised: &Recognised) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for network in &recognised.networks {
        for (name, keys) in &network.preprocess {
            let keys = keys.to_string();
            if !all.iter().any(|(_, known)| *known == keys) {
                all.push((name.clone(), keys));
            }
        }
    }
    all
}

/// What the user should know, in full sentences. `assumed` is what was assumed for the graph, in a few words each.
pub fn notes(
    recognised: &Recognised,
    assumed: &[String],
    head_activation: Option<HeadActivation>,
    averaged: Option<bool>,
) -> Vec<String> {
    let mut notes = vec![format!(
        "The file has weights only. Their names and shapes are those of {}. What weights do not tell, such as activations \
         and pooling, is assumed to be the same.",
        network(recognised)
    )];
    match averaged {
        Some(false) => {
            notes
                .push("The file has averaged weights (EMA) too. The trained ones are used.".into());
        }
        Some(true) => {
            notes.push("The averaged weights (EMA) are used, in place of the trained ones.".into());
        }
        None => {}
    }
    if recognised.compared.channels != super::RGB {
        notes.push(format!(
            "Its input has another number of channels: {}.",
            recognised.compared.channels
        ));
    }
    match &recognised.head {
        Head::Own(_) => {}
        Head::Rebuilt(_, head) => {
            let mut note = format!(
                "The last layers are not the network's own. They were rebuilt from the file: {}.",
                head.words()
            );
            if head_activation == Some(HeadActivation::default()) {
                note.push_str(" The ReLU between linear layers is assumed: weights do not tell the activation.");
            }
            if head.has_layer_norm() {
                note.push_str(" A weight and a bias without statistics are taken for a layer norm.");
            }
            notes.push(note);
        }
        Head::None(_) => notes.push(
            "The file has no last layer that gives classes, so the answer is the network's features, an embedding."
                .into(),
        ),
    }
    for assumption in assumed {
        notes.push(format!(
            "Assumed: {assumption}. Nothing in the file says so."
        ));
    }
    if !recognised.unlikely.is_empty() {
        let others: Vec<&str> = recognised
            .unlikely
            .iter()
            .map(|other| other.name.as_str())
            .collect();
        notes.push(format!(
            "{} has tensors of the same names and shapes. If it is that, choose it as the architecture.",
            others.join(" or ")
        ));
    }
    if !recognised.ignored.is_empty() {
        notes.push(format!(
            "Not part of the network, and ignored: {}.",
            listed(&recognised.ignored)
        ));
    }
    notes
}
