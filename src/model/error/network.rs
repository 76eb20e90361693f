//! The networks that the weights of a file fit, or come closest to.

use super::{HOW_TO_EXPORT, lines};

/// One of several architectures that the same weights fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// `googlenet`
    pub name: String,
    /// How it differs from the others; may be empty.
    pub hint: String,
}

impl Candidate {
    pub(super) fn words(&self) -> String {
        match self.hint.as_str() {
            "" => self.name.clone(),
            hint => format!("{}: {hint}", self.name),
        }
    }
}

/// The known architecture that comes closest to the weights of a file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "the file has weights but no graph, and they {}.{}\nIn Python, {}\n{HOW_TO_EXPORT}\nThe file",
    if *asked_for { format!("do not fit {name}") } else { format!("fit none of the {known} architectures whose graph is built in") },
    // Where hardly anything fits, a list of differences is no help.
    if 2 * fits >= *of || *asked_for { format!(
            " The closest is {name}: {fits} of its {of} tensors match.{}",
            lines(differences)
        ) } else { String::new() },
    match load {
        Some(load) => format!("load the model and export the graph as well:\n{load}"),
        None => "with the model loaded, export the graph as well:".to_owned(),
    }
)]
pub struct Nearest {
    /// Its name, which also chooses it: `resnet50`.
    pub name: String,
    /// How many architectures are known.
    pub known: usize,
    /// How many of its tensors the file has, with the same name and shape.
    pub fits: usize,
    /// How many tensors it has.
    pub of: usize,
    /// The first few differences, in words.
    pub differences: Vec<String>,
    /// Whether the caller asked for this architecture.
    pub asked_for: bool,
    /// The line of Python that loads the model, where it is known from which library it is.
    pub load: Option<String>,
}
