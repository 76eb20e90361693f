//! What can be wrong with a model, sorted by cause and worded for the person who has to act.
//!
//! A [`Fault`] says what is wrong without naming a path, so that the parts of a reader do not have
//! to carry one around. [`Error`] adds the path of the file at the end of the message.

mod network;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::picture;
pub use network::{Candidate, Nearest};

/// What a reader returns until the path of its file is added.
pub(crate) type Result<T> = std::result::Result<T, Fault>;

/// The two lines of Python that write the format this program reads best.
pub const HOW_TO_EXPORT: &str = concat!(
    "    program = torch.export.export(model.eval(), (torch.rand(1, 3, 224, 224),))\n",
    "    torch.export.save(program, \"model.pt2\")"
);

/// How many different operations a message lists.
const NAMED: usize = 12;
/// Length at which a message cuts off a name, in characters.
const MAX_NAME: usize = 80;
/// How many names a message lists.
const MAX_LISTED: usize = 3;

/// What is wrong and with which file: what opening or using a model returns.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with one file.
    #[error("{fault}: {}", path.display())]
    File {
        /// What is wrong, without the path.
        fault: Fault,
        /// The model file, or a file beside it.
        path: PathBuf,
    },
    /// A picture that the model is to be used with cannot be read or prepared.
    #[error(transparent)]
    Picture(picture::Error),
}

/// What is wrong with a model file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message says what is wrong")]
pub enum Fault {
    #[error("the model cannot be read ({0})")]
    Unreadable(String),

    /// The caller cancelled it through its progress callback.
    #[error("opening the model was cancelled")]
    Cancelled,

    #[error("the model file is empty")]
    Empty,

    #[error(
        "{what}, not an exported model (.pt2 or .onnx). In Python, with the model loaded:\n{HOW_TO_EXPORT}\nThe file"
    )]
    NotAModel { what: String },

    #[error(
        "this is an ONNX model written as text. In Python, onnx.save(onnx.load(\"FILE\", format=\"{format}\"), \
         \"model.onnx\") writes the one that opens. The file"
    )]
    OnnxText { format: &'static str },

    #[error("{what}. The file")]
    Unfit { what: &'static str },

    #[error(
        "{what}, which this program does not read. From Keras, with the model loaded, write \
         model.export(\"model.onnx\", format=\"onnx\"), and open that; from TensorFlow, use tf2onnx. \
         The file"
    )]
    TensorFlow { what: String },

    /// The file has only weights, and they fit each of these networks.
    #[error(
        "the file has weights but no graph, and the weights fit {} architectures; choose one of \
         them:{}\nThe file",
        .0.len(),
        lines(.0.iter().map(Candidate::words))
    )]
    SeveralArchitectures(Vec<Candidate>),

    /// The file has only weights, and they fit none of the networks whose graph is built in.
    #[error("{0}")]
    NoArchitecture(Box<Nearest>),

    /// The network is known, and the file does not tell all that its graph needs.
    #[error("the file has the weights of {name}, but {reason}. The file")]
    Unfilled { name: String, reason: String },

    /// A folder has several models.
    #[error("the folder has several models ({}); open one of them. The folder", listed(.0))]
    SeveralFiles(Vec<String>),

    /// The weights are in several files.
    #[error(
        "the weights are in {of} {}, of which {missing} cannot be found beside the index", if *of == 1 { "file" } else { "files" }
    )]
    Parts { missing: String, of: usize },

    #[error("no architecture called {name} is known; the nearest names are {}", like.join(", "))]
    UnknownArchitecture { name: String, like: Vec<String> },

    #[error("the model file is truncated or damaged ({0}); download or export it again")]
    Damaged(String),

    #[error(
        "the archive's entry {entry} is compressed, which exported models never are, so it is not \
         unpacked. Store the entries uncompressed (zip -0)"
    )]
    Compressed { entry: String },

    #[error("the archive's entry {entry} is encrypted")]
    Encrypted { entry: String },

    #[error("the archive's entry {entry} has a path outside the archive, so it is not opened")]
    Escapes { entry: String },

    #[error("the archive's entry {entry} claims to have {claimed} bytes, more than {limit}")]
    Oversized {
        entry: String,
        claimed: u64,
        limit: String,
    },

    #[error("the archive has no entry {entry}; export the model again")]
    Missing { entry: String },

    #[error("the archive's entry {entry} is not what torch.export.save writes ({reason})")]
    Entry { entry: String, reason: String },

    #[error(
        "the model uses schema {major}, and this program reads schemas 7 and 8 \
         (PyTorch 2.5 and later){}",
        wrote(torch.as_deref())
    )]
    Schema { major: i64, torch: Option<String> },

    #[error(
        "the model uses ONNX opset {version}, and this program reads opset 7 and later; \
         export it again, or convert it with onnx.version_converter"
    )]
    Opset { version: i64 },

    #[error(
        "the size of {name} is dynamic, and cannot be computed from that of the image; export with a fixed height and width"
    )]
    Symbolic { name: String },

    #[error(
        "the model was exported in training mode ({node}); call model.eval() first and export again"
    )]
    Training { node: String },

    #[error("the graph is not consistent: {0}")]
    Graph(String),

    /// A part of TorchScript's code that cannot be followed without running Python.
    #[error(
        "{what} ({entry}, line {line}), which cannot be followed in TorchScript. In Python, with the model that it \
         was made from:\n{HOW_TO_EXPORT}\nThe file"
    )]
    Script {
        /// What it is.
        what: String,
        /// The file of code in the archive.
        entry: String,
        /// Counted from 1.
        line: usize,
    },

    #[error(
        "{node} changes {value} in place, and {other}, which shares its memory, is used afterwards; \
         use the version that is not in place (inplace=False) and export again"
    )]
    SharedInPlace {
        node: String,
        value: String,
        other: String,
    },

    #[error("{}", list(.0))]
    Unsupported(Vec<UnsupportedOp>),

    #[error("the model's input cannot be made from an image: {0}")]
    Input(String),

    /// The caller gave a value for an input, and the model cannot be used with it.
    #[error("the value given for the input {input} cannot be used: {reason}")]
    Value {
        /// The name of the input.
        input: String,
        reason: String,
    },

    /// Several inputs look like the picture: their names.
    #[error("the model takes {} images ({}); give all but one of them a value, such as a second picture", .0.len(), .0.join(", "))]
    SeveralPictures(Vec<String>),

    #[error("the model has no output that can be explained: {0}")]
    NoLogits(String),

    /// The caller chose an output that the file does not have.
    #[error("the model has no output “{wanted}” that can be explained; there are: {known}")]
    UnknownOutput {
        /// The name or number that the caller gave.
        wanted: String,
        /// The outputs that there are, in words.
        known: String,
    },

    /// A weight is not what the network needs.
    #[error("weight {name} {reason}")]
    Weight { name: String, reason: String },

    #[error("expected {expected} labels, one per line and class, but found {found}")]
    Labels { expected: usize, found: usize },

    #[error("this network does not take images of {width}×{height} pixels ({reason})")]
    Size {
        width: u32,
        height: u32,
        reason: String,
    },

    /// It has to be read again for another size.
    #[error("the model file has changed since it was opened; open it again")]
    Changed,

    /// The file's own preprocessing is wrong.
    #[error("preprocess.json {0}")]
    Preprocess(String),

    /// The preprocessing that the caller gave does not fit.
    #[error("the preprocessing that was given {0}")]
    Given(String),

    /// A picture that the model is to be used with cannot be read or prepared.
    #[error(transparent)]
    Picture(picture::Error),

    /// What it answers cannot be compared with that for a second picture.
    #[error("the model's answer cannot be compared with that for a second picture: {0}")]
    NotComparable(String),

    /// A file beside the model is wrong, and ignored.
    #[error("{name} is ignored: it {reason}")]
    Beside {
        /// The name of the file.
        name: String,
        /// What is wrong, as the rest of a sentence.
        reason: String,
    },
}

/// An operation that has no counterpart in [`super::graph::Op`], and where it occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedOp {
    /// `aten.upsample_nearest2d.vec`
    pub op: String,
    /// The name of the node that uses it.
    pub node: String,
    /// Empty for the model itself.
    pub module: String,
    /// The argument that is not supported, where it is not the operation as a whole.
    pub reason: Option<String>,
}

impl Error {
    /// What is wrong, without the path of the model.
    pub(crate) fn fault(self) -> Fault {
        match self {
            Error::File { fault, .. } => fault,
            Error::Picture(error) => Fault::Picture(error),
        }
    }
}

impl Fault {
    /// Adds the file that the fault is in.
    pub fn at(self, path: &Path) -> Error {
        match self {
            // It names its own.
            Fault::Picture(error) => Error::Picture(error),
            fault => Error::File {
                fault,
                path: path.to_owned(),
            },
        }
    }
}

fn lines(lines: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str("\n    ");
        text.push_str(line.as_ref());
    }
    text
}

fn wrote(torch: Option<&str>) -> String {
    torch
        .map(|version| format!("; PyTorch {version} wrote the file"))
        .unwrap_or_default()
}

/// A name as a message shows it: names in a file can have any length.
pub(crate) fn short(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// The first few of some names, and how many more there are.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let shown = names.iter().take(MAX_LISTED);
    let mut text = shown
        .map(|name| short(name.as_ref()))
        .collect::<Vec<_>>()
        .join(", ");
    let more = names.len().saturating_sub(MAX_LISTED);
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// Lists each operation once, where it first occurs: a transformer repeats the same few dozens of
/// times.
fn list(ops: &[UnsupportedOp]) -> String {
    let mut kinds: Vec<(&UnsupportedOp, usize)> = Vec::new();
    let mut places = HashMap::new();
    for op in ops {
        let place = *places.entry((&op.op, &op.reason)).or_insert(kinds.len());
        match kinds.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => kinds.push((op, 1)),
        }
    }
    let count = match kinds.len() {
        1 => "1 operation".to_owned(),
        n => format!("{n} operations"),
    };
    let mut text = format!("the model uses {count} that this program does not support:");
    let more = kinds.len().saturating_sub(NAMED);
    for (op, count) in kinds.into_iter().take(NAMED) {
        let module = match op.module.as_str() {
            "" => "the model itself",
            module => &short(module),
        };
        let (name, node) = (short(&op.op), short(&op.node));
        text.push_str(&format!("\n    {name} (node {node}, in {module}"));
        match count - 1 {
            0 => text.push(')'),
            1 => text.push_str(", and at 1 other place)"),
            others => text.push_str(&format!(", and at {others} other places)")),
        }
        if let Some(reason) = &op.reason {
            text.push_str(&format!(": {reason}"));
        }
    }
    if more > 0 {
        text.push_str(&format!("\n    and {more} more"));
    }
    if ops.iter().any(|op| op.op.starts_with("aten.")) {
        text.push_str(
            "\nIn Python, torch.export with program = program.run_decompositions() before saving may replace \
             them; so may an export to ONNX.",
        );
    }
    text.push_str("\nThe file");
    text
}

/// The first line of a libtorch error; the rest is a C++ stack trace.
pub(crate) fn first_line(error: &tch::TchError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_a_repeated_operation_once() {
        let op = |name: &str, module: &str| UnsupportedOp {
            op: name.into(),
            node: "n".into(),
            module: module.into(),
            reason: None,
        };
        let ops = vec![op("aten.erf", "a"), op("aten.fft", ""), op("aten.erf", "b")];
        let text = Fault::Unsupported(ops).to_string();
        assert!(text.starts_with("the model uses 2 operations"), "{text}");
        assert!(
            text.contains("aten.erf (node n, in a, and at 1 other place)"),
            "{text}"
        );
        assert!(
            text.contains("aten.fft (node n, in the model itself)"),
            "{text}"
        );
    }

    #[test]
    fn keeps_the_message_short_for_many_unknown_operations() {
        let ops = (0..50_000).map(|kind| UnsupportedOp {
            op: format!("{}{kind}", "strange".repeat(100)),
            node: "ö".repeat(1000),
            module: "m".repeat(1000),
            reason: None,
        });
        let text = Fault::Unsupported(ops.collect()).to_string();
        assert!(text.contains("50000 operations") && text.contains("and 49988 more"));
        assert!(text.len() < 10_000, "{}", text.len());
    }
}
