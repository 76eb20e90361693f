//! What the caller chooses about a file that is being opened, where the file leaves it open.

use std::path::Path;

use crate::model::usage::{Reading, SecondPicture};
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
    /// The output to explain, by its name, or by its number counted from 0. The most likely one where
    /// it is not given.
    pub output: Option<String>,
    /// How its values are read, if not as its ending suggests. Ignored where it makes no sense of them.
    pub reading: Option<Reading>,
    /// The second picture that the output is compared with: the answer is then their cosine similarity,
    /// in place of the values themselves.
    pub reference: Option<SecondPicture>,
    /// Preprocessing in place of the model's own.
    pub preprocess: Option<Box<GivenPreprocess>>,
    /// Values for the inputs that a file has besides the image, by their names. Those without one are
    /// held at the sample in the file, or at zeros.
    pub inputs: Vec<(String, InputValue)>,
}

/// The numbers that an input is held at: as many as it has, in rows, or one for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct InputValue {
    /// The numbers in the order of the axes, the last of which is the fastest.
    pub values: Vec<f64>,
}

impl InputValue {
    /// One number for all.
    pub fn number(value: f64) -> InputValue {
        InputValue {
            values: vec![value],
        }
    }

    /// What a person has typed: numbers separated by commas or blanks, or the path of a `.npy` file.
    ///
    /// # Errors
    /// Why it is neither, with the path last.
    pub fn read(text: &str) -> Result<InputValue, String> {
        if let Some(value) = InputValue::from_text(text) {
            return Ok(value);
        }
        let path = Path::new(text.trim());
        if path.extension().is_none_or(|ending| ending != "npy") {
            return Err(format!(
                "{text:?} is neither numbers nor the path of a .npy file"
            ));
        }
        let values = super::npy::read(path);
        let values = values.map_err(|reason| format!("{reason}: {}", path.display()))?;
        Ok(InputValue { values })
    }

    /// Numbers separated by commas or blanks; `None` if they are not.
    pub fn from_text(text: &str) -> Option<InputValue> {
        let parts = text.split([',', ' ', ';']).filter(|part| !part.is_empty());
        let number = |part: &str| part.parse::<f64>().ok().filter(|value| value.is_finite());
        let values: Vec<f64> = parts.map(number).collect::<Option<_>>()?;
        (!values.is_empty()).then_some(InputValue { values })
    }
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

    /// Holds the input called `name` at `value`.
    #[must_use]
    pub fn input_at(mut self, name: impl Into<String>, value: InputValue) -> Self {
        let name = name.into();
        self.inputs.retain(|(other, _)| *other != name);
        self.inputs.push((name, value));
        self
    }

    /// The value that is given for the input called `name`.
    pub fn input(&self, name: &str) -> Option<&InputValue> {
        let mut given = self.inputs.iter();
        given
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
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

    /// Sets [`OpenOptions::reference`].
    #[must_use]
    pub fn similar_to(mut self, reference: SecondPicture) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Sets [`OpenOptions::reading`].
    #[must_use]
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = Some(reading);
        self
    }
}
