//! What the further inputs of a model are held at, as stored in files.

use std::path::{Path, PathBuf, absolute};

use serde::{Deserialize, Serialize};

use crate::model::{InputValue, OpenOptions};

/// The value of one input besides the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredInput {
    pub name: String,
    /// Numbers that were typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Vec<f64>>,
    /// A `.npy` file, or a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

impl StoredInput {
    /// All that were given.
    pub fn all(options: &OpenOptions) -> Vec<StoredInput> {
        let inputs = options.inputs.iter();
        inputs
            .map(|(name, value)| {
                let (numbers, file) = match value {
                    InputValue::Numbers(numbers) => (Some(numbers.clone()), None),
                    InputValue::Array(path) => (None, Some(whole(path))),
                    InputValue::Picture(picture) => (None, Some(whole(picture.path()))),
                };
                StoredInput {
                    name: name.clone(),
                    numbers,
                    file,
                }
            })
            .collect()
    }

    /// The options with this value.
    pub fn put_into(&self, options: OpenOptions) -> OpenOptions {
        let value = match (&self.numbers, &self.file) {
            (Some(numbers), _) => InputValue::Numbers(numbers.clone()),
            (None, Some(file)) => InputValue::file(file),
            (None, None) => return options,
        };
        options.input_at(&self.name, value)
    }
}

/// The absolute path, which holds in another folder too.
pub fn whole(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SecondPicture;

    #[test]
    fn every_kind_of_value_round_trips() {
        let picture = InputValue::Picture(SecondPicture::file("/a/right.png"));
        let options = OpenOptions::default()
            .input_at("scale", InputValue::number(0.5))
            .input_at("meta", InputValue::Array("/a/meta.npy".into()))
            .input_at("right", picture);
        let text = serde_json::to_string(&StoredInput::all(&options)).unwrap();
        let read: Vec<StoredInput> = serde_json::from_str(&text).unwrap();
        let start = OpenOptions::default();
        let back = read.iter().fold(start, |to, input| input.put_into(to));
        assert_eq!(back, options);
    }
}
