//! What a reader returns.

use std::collections::HashMap;

use super::held::Held;
use crate::model::graph::{Graph, ModulePath};
use crate::model::opening::HeadActivation;
use crate::model::usage::labels::OwnNames;

/// The contents of a model file.
#[derive(Debug)]
pub struct Opened {
    pub graph: Graph,
    /// The names of classes that the file has.
    pub(crate) names: OwnNames,
    /// The text of the file's own `preprocess.json`.
    pub preprocess: Option<String>,
    /// Keys and values that the file has beside the graph.
    pub metadata: Vec<(String, String)>,
    /// What was recognised, if the file has only weights.
    pub weights: Option<Recognition>,
    pub about: About,
    /// The inputs besides the image, and what they are held at.
    pub held: Vec<Held>,
    /// Whether the image consists of bytes, so that its levels go from 0 to 255.
    pub takes_bytes: bool,
    /// Where the size of the image comes from.
    pub size: SizeSource,
    /// How to get the graph for images of another size.
    pub other_sizes: OtherSizes,
}

/// What a file that has only weights was recognised as.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// The name of the network, which also chooses it: `resnet50`.
    pub architecture: String,
    /// What was recognised and assumed, in sentences for the user.
    pub notes: Vec<String>,
    /// How images are prepared for such networks, in timm's keys, each with a name; the usual way first.
    pub preprocess: Vec<(String, String)>,
    /// The activation between the linear layers of a rebuilt head, if it has several.
    pub head_activation: Option<HeadActivation>,
    /// Whether the averaged weights are used, if the file has those beside the trained ones.
    pub averaged: Option<bool>,
}

/// Where the size of the image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeSource {
    /// The file takes one size alone.
    Fixed,
    /// The file leaves it open, and the user has chosen it.
    Chosen,
    /// The file leaves it open, and its preprocessing states it.
    Stated,
    /// The file leaves it open, and the file of this name beside it states it.
    Beside(&'static str),
    /// The file leaves it open; this is the size of the image that it was exported with.
    Sample,
    /// The network takes several, and its library gives it images of this size.
    Usual,
    /// The file leaves it open, and the weights fit this one of the usual sizes.
    Weights,
    /// The file leaves it open, and nothing says which is meant.
    Assumed,
}

/// How to get the graph for images of another size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherSizes {
    /// Nothing in the graph was computed from the size, so it may run as it is.
    SameGraph,
    /// Padding and shapes were computed while it was read, so the file has to be read again.
    ReadAgain,
    /// The file is fixed to one size.
    None,
}

impl SizeSource {
    /// How to get another size, for a file whose nodes compute with sizes while it is read.
    pub fn other_sizes(self, fixed: OtherSizes) -> OtherSizes {
        match self {
            SizeSource::Fixed => fixed,
            SizeSource::Chosen
            | SizeSource::Stated
            | SizeSource::Beside(_)
            | SizeSource::Sample
            | SizeSource::Usual
            | SizeSource::Weights
            | SizeSource::Assumed => OtherSizes::ReadAgain,
        }
    }
}

/// How many classes of modules are kept.
pub const MAX_CLASSES: usize = 64;

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct About {
    /// `PyTorch export (.pt2), schema 8.20`
    pub format: String,
    /// The program that wrote it: `PyTorch 2.13.0`.
    pub written_by: Option<String>,
    /// The classes of its modules in full, `timm.models.resnet.ResNet`, each once, outermost first. At most
    /// [`MAX_CLASSES`].
    pub classes: Vec<String>,
    /// The line of source code that ran a module, by the path of the module:
    /// `resnet.py, line 147: out = self.bn1(out)`.
    pub sources: HashMap<ModulePath, String>,
    /// What its reader has changed, in full sentences for the user.
    pub notes: Vec<String>,
}

/// Programs that are known to have written wrong networks: how the format starts, the program, and what
/// is known.
const FAULTY_WRITERS: [(&str, &str, &str); 1] = [(
    "ONNX",
    "pytorch 2.9.1",
    "PyTorch 2.9.1 with onnxscript 0.5.6 is known to export wrong networks to ONNX. Compare the \
     predictions with those of the model in Python, or export it again with a newer version.",
)];

impl About {
    /// A warning if the program that wrote the file is known to write wrong ones.
    pub fn known_fault(&self) -> Option<&'static str> {
        let writer = self.written_by.as_deref()?;
        let is_it = |name: &str| {
            let rest = writer.strip_prefix(name);
            // `2.9.1+cpu` is this version, and `2.9.10` is another one.
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        };
        FAULTY_WRITERS
            .iter()
            .find(|(format, name, _)| self.format.starts_with(format) && is_it(name))
            .map(|(_, _, what)| *what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_of_a_faulty_writer_by_name_and_version() {
        let warned = |format: &str, writer: &str| {
            let about = About {
                format: format.to_owned(),
                written_by: Some(writer.to_owned()),
                ..About::default()
            };
            about.known_fault().is_some()
        };
        assert!(warned("ONNX, opset 18", "pytorch 2.9.1"));
        assert!(warned("ONNX, opset 18", "pytorch 2.9.1+cpu"));
        assert!(!warned("ONNX, opset 18", "pytorch 2.9.10"));
        assert!(!warned("ONNX, opset 18", "pytorch 2.13.0"));
        assert!(!warned(
            "PyTorch export (.pt2), schema 8.14",
            "pytorch 2.9.1"
        ));
        assert_eq!(About::default().known_fault(), None);
    }
}
