//! What the window and the command line know of the open model: everything but its tensors.

use std::path::PathBuf;

use crate::model::layers::LayerTree;
use crate::model::preprocess::Preprocess;

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
    pub label_source: LabelSource,
    pub preprocess: Preprocess,
    /// The file did not say how to prepare a picture, so torchvision's ImageNet way was taken.
    pub preprocess_assumed: bool,
    pub rectifiers: usize,
    pub layers: LayerTree,
    /// Things a person should know of this model, in words.
    pub notes: Vec<String>,
}

/// Where the class names came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelSource {
    Archive,
    BesideModel,
    ImageNet,
    Numbered,
}
