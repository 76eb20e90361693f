//! What a reader returns.

use std::collections::HashMap;

use crate::model::graph::{Graph, ModulePath};

/// The contents of a model file.
#[derive(Debug)]
pub struct Opened {
    pub graph: Graph,
    /// The text of the file's own `labels.txt`, one class per line.
    pub labels: Option<String>,
    /// The text of the file's own `preprocess.json`.
    pub preprocess: Option<String>,
    /// The architecture that was recognised, if the file has only weights.
    pub architecture: Option<String>,
    pub about: About,
    /// Whether the graph holds for this image size alone, because padding and shapes were computed
    /// while it was read.
    pub one_size: bool,
}

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct About {
    /// `PyTorch export (.pt2), schema 8.20`
    pub format: String,
    /// The program that wrote it: `PyTorch 2.13.0`.
    pub written_by: Option<String>,
    /// The line of source code that ran a module, by the path of the module:
    /// `resnet.py, line 147: out = self.bn1(out)`.
    pub sources: HashMap<ModulePath, String>,
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
