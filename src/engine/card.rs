//! What the window and the command line know of the open model: everything but its tensors.

use std::path::PathBuf;

use crate::model::{LabelSource, LayerTree, Model, Preprocess};

/// The open model as plain data.
#[derive(Debug, Clone)]
pub struct ModelCard {
    /// Tells one opened model from the next in this process.
    pub id: u64,
    pub path: PathBuf,
    /// The file's stem: `squeezenet1_1`.
    pub name: String,
    pub parameters: usize,
    /// Input width and height in pixels.
    pub input_size: (u32, u32),
    /// One a class.
    pub labels: Vec<String>,
    pub preprocess: Preprocess,
    /// The file did not say how to prepare a picture, so torchvision's ImageNet way was taken.
    pub preprocess_assumed: bool,
    /// The file has weights alone, and this is the network they were recognised as.
    pub architecture: Option<String>,
    pub rectifiers: usize,
    pub layers: LayerTree,
    /// Things a person should know of this model, in words.
    pub notes: Vec<String>,
}

impl ModelCard {
    pub(super) fn new(model: &Model, id: u64) -> ModelCard {
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
        if model.graph.softmax_removed {
            notes.push(
                "The file ends in a softmax. It is stepped over, so that scores are logits.".into(),
            );
        }
        if model.preprocess_assumed {
            let (width, height) = (model.preprocess.width, model.preprocess.height);
            notes.push(format!(
                "Preprocessing assumed: the file does not say how to prepare a picture, so \
                 torchvision's ImageNet defaults at {width}×{height} were taken."
            ));
        }
        if rectifiers == 0 {
            notes.push(
                "This model has no rectifier (ReLU), so guided backprop is its plain gradient."
                    .into(),
            );
        }
        let stem = model
            .path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        ModelCard {
            id,
            path: model.path.clone(),
            name: stem.unwrap_or_else(|| "model".into()),
            parameters: model.graph.parameters(),
            input_size: (model.preprocess.width, model.preprocess.height),
            labels: model.labels.names.clone(),
            preprocess: model.preprocess.clone(),
            preprocess_assumed: model.preprocess_assumed,
            architecture: model.architecture.clone(),
            rectifiers,
            layers: model.layers.clone(),
            notes,
        }
    }
}
