//! What the window and the command line know of the open model: everything but its tensors.

use std::path::PathBuf;

use crate::model::{About, Facts, Head, LabelSource, LayerTree, Model, Preprocess, Reading, Usage};

/// The open model as plain data.
#[derive(Debug, Clone)]
pub struct ModelInfo {
    /// Tells one opened model from the next in this process.
    pub id: u64,
    /// Tells one file's weights in memory from the next: the same for a model that was opened once
    /// more to be used otherwise.
    pub weights: u64,
    pub path: PathBuf,
    /// The file's stem, `squeezenet1_1`, and where it is used otherwise than the file says, how.
    pub name: String,
    pub parameters: usize,
    /// Input width and height in pixels.
    pub input_size: (u32, u32),
    /// One a class.
    pub labels: Vec<String>,
    pub label_source: LabelSource,
    pub preprocess: Preprocess,
    pub reading: Reading,
    /// How it was used when the file was opened.
    pub opened_as: Usage,
    /// The file did not say how to prepare a picture, so torchvision's ImageNet way was taken.
    pub preprocess_assumed: bool,
    /// The file answers with one logit, of which two classes were made.
    pub two_sided: bool,
    /// The file has weights alone, and this is the network they were recognised as.
    pub architecture: Option<String>,
    pub rectifiers: usize,
    pub layers: LayerTree,
    /// What the file tells of itself.
    pub about: About,
    pub facts: Facts,
    /// Things a person should know of this model, in words.
    pub notes: Vec<String>,
}

impl ModelInfo {
    pub(crate) fn new(model: &Model, id: u64, weights: u64) -> ModelInfo {
        let rectifiers = model.graph.rectifiers();
        let mut notes: Vec<String> = model.labels.note.iter().cloned().collect();
        if let Some(architecture) = &model.architecture {
            notes.push(format!(
                "The file has weights alone. Their names and shapes are those of torchvision's \
                 {architecture}, and pictures are prepared as for it."
            ));
        }
        if model.labels.source == LabelSource::ImageNet {
            notes.push(
                "Class names assumed: the model comes without, and its 1000 classes are taken for \
                 ImageNet's."
                    .into(),
            );
        }
        let head = match model.graph.head {
            Head::None => None,
            Head::Softmax => Some("softmax"),
            Head::Sigmoid => Some("sigmoid"),
        };
        notes.extend(head.map(|head| {
            format!("The file ends in a {head}. It is stepped over, so that scores are logits.")
        }));
        if model.two_sided {
            let yes = model.labels.names.last().map_or("yes", String::as_str);
            notes.push(format!(
                "The file answers with one logit. It is read as “{yes}”, and its negative as the \
                 other class."
            ));
        }
        if model.preprocess_assumed && model.preprocess == model.opened_as.preprocess {
            let (width, height) = (model.preprocess.width, model.preprocess.height);
            let (reason, taken) = if model.preprocess == Preprocess::whole_pixels(width, height) {
                (
                    ", and the network scales pixels itself",
                    "they go in from 0 to 255",
                )
            } else {
                ("", "torchvision's ImageNet defaults were taken")
            };
            notes.push(format!(
                "Preprocessing assumed: the file does not say how to prepare a picture{reason}, so \
                 {taken} at {width}×{height}."
            ));
        }
        if rectifiers == 0 {
            notes.push(
                "This model has no rectifier (ReLU), so guided backprop is its plain gradient."
                    .into(),
            );
        }
        ModelInfo {
            id,
            weights,
            path: model.path.clone(),
            name: name(model),
            parameters: model.graph.parameters(),
            input_size: (model.preprocess.width, model.preprocess.height),
            labels: model.labels.names.clone(),
            label_source: model.labels.source,
            preprocess: model.preprocess.clone(),
            reading: model.reading,
            opened_as: model.opened_as.clone(),
            preprocess_assumed: model.preprocess_assumed
                && model.preprocess == model.opened_as.preprocess,
            two_sided: model.two_sided,
            architecture: model.architecture.clone(),
            rectifiers,
            layers: model.layers.clone(),
            about: model.about.clone(),
            facts: model.facts.clone(),
            notes,
        }
    }
}

impl ModelInfo {
    /// How it is used now.
    pub fn usage(&self) -> Usage {
        let typed = self.label_source == LabelSource::Typed;
        Usage {
            preprocess: self.preprocess.clone(),
            reading: self.reading,
            names: typed.then(|| self.labels.clone()),
        }
    }
}

fn name(model: &Model) -> String {
    let stem = model.path.file_stem();
    let stem = stem.map_or_else(|| "model".into(), |stem| stem.to_string_lossy());
    let (now, first) = (&model.preprocess, &model.opened_as.preprocess);
    let mut changes = Vec::new();
    if (now.width, now.height) != (first.width, first.height) {
        changes.push(format!("{}×{}", now.width, now.height));
    }
    if now.bgr != first.bgr {
        changes.push(if now.bgr { "BGR" } else { "RGB" }.to_owned());
    }
    if now.interpolation != first.interpolation {
        changes.push(now.interpolation.label().to_lowercase());
    }
    if now.crop_pct != first.crop_pct {
        changes.push(format!("crop {:.0} %", now.crop_pct * 100.0));
    }
    if now.mean != first.mean {
        changes.push("other mean".to_owned());
    }
    if now.std != first.std {
        changes.push("other deviation".to_owned());
    }
    if model.reading != model.opened_as.reading {
        changes.push(model.reading.label().to_lowercase());
    }
    if changes.is_empty() {
        stem.into_owned()
    } else {
        format!("{stem} ({})", changes.join(", "))
    }
}
