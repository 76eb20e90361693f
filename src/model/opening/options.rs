//! What the caller chooses about a file that is being opened, where the file leaves it open.

use crate::model::usage::preprocess::GivenPreprocess;

/// How a model file is opened. New options may be added in any release: begin with `default()` and
/// change what differs.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct OpenOptions {
    /// The network that a file of weights alone belongs to, if its tensors fit several: `resnet50`.
    /// Ignored where the file has a graph or fits one network only.
    pub architecture: Option<String>,
    /// Width and height of the image in pixels, for a file that leaves them open. A file of one size
    /// keeps its own.
    pub size: Option<(u32, u32)>,
    /// Preprocessing in place of the model's own.
    pub preprocess: Option<Box<GivenPreprocess>>,
}

impl OpenOptions {
    /// Sets [`OpenOptions::preprocess`], and with it the size, if it has one.
    #[must_use]
    pub fn preprocess(mut self, given: GivenPreprocess) -> Self {
        self.size = given.size.or(self.size);
        self.preprocess = Some(Box::new(given));
        self
    }

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
}
