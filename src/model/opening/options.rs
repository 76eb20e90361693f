//! What the caller chooses about a file that is being opened, where the file leaves it open.

use std::path::{Path, PathBuf};

use super::HeadActivation;
use crate::model::usage::preprocess::{GivenPreprocess, Preprocess};
use crate::model::usage::{Reading, SecondPicture};
use crate::picture::photo::decode::Decoding;
use crate::picture::photo::geometry::Fit;

/// How a model file is opened. New options may be added in any release: begin with `default()` and
/// change what differs.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct OpenOptions {
    /// The network that a file of weights alone belongs to, if its tensors fit several: `resnet50`.
    /// Ignored where the file has a graph or fits one network only.
    pub architecture: Option<String>,
    /// The activation between the linear layers of a head that is rebuilt from its tensors. Ignored where there is
    /// no such head.
    pub head_activation: HeadActivation,
    /// Whether averaged weights are used in place of the trained ones, for a file that has both.
    pub averaged: bool,
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
    /// The name of the input that is the picture, where several look alike.
    pub picture: Option<String>,
    /// Whether the first of several inputs that look alike is taken as the picture where nothing says which
    /// is; otherwise the file is refused.
    pub first_of_alike: bool,
}

/// How the picture that is explained is prepared, and with it any other.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub preprocess: Preprocess,
    pub fit: Fit,
}

/// What an input besides the picture is held at.
#[derive(Debug, Clone, PartialEq)]
pub enum InputValue {
    /// As many numbers as the input has, in the order of the axes, the last of which is the fastest; or one
    /// for all of them.
    Numbers(Vec<f64>),
    /// The numbers in a `.npy` file, as `numpy.save` writes it.
    Array(PathBuf),
    /// A picture, prepared as the one that is explained.
    Picture(SecondPicture),
}

impl InputValue {
    /// One number for all.
    pub fn number(value: f64) -> InputValue {
        InputValue::Numbers(vec![value])
    }

    /// A `.npy` file or a picture, judged by the name; it is read when the model is opened.
    pub fn file(path: impl Into<PathBuf>) -> InputValue {
        let path = path.into();
        let ending = path.extension();
        if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("npy")) {
            InputValue::Array(path)
        } else {
            InputValue::Picture(SecondPicture::file(path))
        }
    }

    /// What a person has typed: numbers separated by commas or blanks, or the path of a `.npy` file or of a
    /// picture.
    ///
    /// # Errors
    /// Why it is none of these, with the path last.
    pub fn read(text: &str) -> Result<InputValue, String> {
        if let Some(value) = InputValue::from_text(text) {
            return Ok(value);
        }
        let path = Path::new(text.trim());
        if !path.is_file() {
            return Err(format!(
                "{text:?} is neither numbers nor the path of a .npy file or of a picture"
            ));
        }
        match InputValue::file(path) {
            InputValue::Array(path) => {
                super::npy::read(&path)
                    .map_err(|reason| format!("{reason}: {}", path.display()))?;
                Ok(InputValue::Array(path))
            }
            other @ (InputValue::Picture(_) | InputValue::Numbers(_)) => Ok(other),
        }
    }

    /// In words, in short: `0.5`, `8 numbers`, `meta.npy`, `right.png`.
    pub fn words(&self) -> String {
        match self {
            InputValue::Numbers(numbers) => match numbers.as_slice() {
                [number] => number.to_string(),
                numbers => format!("{} numbers", numbers.len()),
            },
            InputValue::Array(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                name.to_string_lossy().into_owned()
            }
            InputValue::Picture(picture) => picture.name(),
        }
    }

    /// Numbers separated by commas or blanks; `None` if they are not.
    pub fn from_text(text: &str) -> Option<InputValue> {
        let parts = text.split([',', ' ', ';']).filter(|part| !part.is_empty());
        let number = |part: &str| part.parse::<f64>().ok().filter(|value| value.is_finite());
        let values: Vec<f64> = parts.map(number).collect::<Option<_>>()?;
        (!values.is_empty()).then_some(InputValue::Numbers(values))
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

    /// Sets [`OpenOptions::head_activation`].
    #[must_use]
    pub fn head_activation(mut self, activation: HeadActivation) -> Self {
        self.head_activation = activation;
        self
    }

    /// Sets [`OpenOptions::averaged`].
    #[must_use]
    pub fn averaged(mut self, averaged: bool) -> Self {
        self.averaged = averaged;
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

    /// Leaves the input called `name` at the sample in the file, or at zeros.
    #[must_use]
    pub fn without_input(mut self, name: &str) -> Self {
        self.inputs.retain(|(other, _)| other != name);
        self
    }

    /// Sets [`OpenOptions::picture`]. That input is then held at nothing.
    #[must_use]
    pub fn picture(self, name: impl Into<String>) -> Self {
        let name = name.into();
        OpenOptions {
            picture: Some(name.clone()),
            ..self.without_input(&name)
        }
    }

    /// With the files of all second pictures read in this way.
    #[must_use]
    pub fn read_pictures_as(mut self, decoding: Decoding) -> Self {
        self.reference = self.reference.map(|picture| picture.read_as(decoding));
        for (_, value) in &mut self.inputs {
            if let InputValue::Picture(picture) = value {
                *picture = picture.clone().read_as(decoding);
            }
        }
        self
    }

    /// Whether an input is held at a picture.
    pub(crate) fn holds_pictures(&self) -> bool {
        let mut values = self.inputs.iter();
        values.any(|(_, value)| matches!(value, InputValue::Picture(_)))
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
