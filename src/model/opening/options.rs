//! What the caller chooses about a file that is being opened, where the file leaves it open.

use crate::model::usage::Reading;

/// How a model file is opened. New options may be added in any release: begin with `default()` and
/// change what differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenOptions {
    /// The network that a file of weights alone belongs to, if its tensors fit several: `resnet50`.
    /// Ignored where the file has a graph or fits one network only.
    pub architecture: Option<String>,
    /// Width and height of the image in pixels, for a file that leaves them open. A file of one size
    /// keeps its own.
    pub size: Option<(u32, u32)>,
    /// The output to explain, by its name, or by its number counted from 0. The most likely one where
    /// it is not given.
    pub output: Option<String>,
    /// How its values are read, if not as its ending suggests. Ignored where it makes no sense of them.
    pub reading: Option<Reading>,
}

impl OpenOptions {
    /// Sets [`OpenOptions::architecture`].
    #[must_use]
    pub fn architecture(mut self, name: impl Into<String>) -> Self {
        self.architecture = Some(name.into());
        self
    }

    /// Sets [`OpenOptions::size`].
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((width, height));
        self
    }

    /// Sets [`OpenOptions::output`].
    #[must_use]
    pub fn output(mut self, name: impl Into<String>) -> Self {
        self.output = Some(name.into());
        self
    }

    /// Sets [`OpenOptions::reading`].
    #[must_use]
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = Some(reading);
        self
    }
}
