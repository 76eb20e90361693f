//! The inputs of a file: which one is the image, and what the others are held at.

use tch::{Device, Kind, Tensor};

use super::storage::floating;
use crate::model::error::{Fault, Result, first_line};
use crate::model::op::shape;
use crate::model::opening::{InputValue, OpenOptions, npy};
use crate::model::usage::SecondPicture;
use crate::model::usage::input::Input;
use crate::picture::photo::geometry::Fit;

/// Most channels that an image may have. Other inputs with four axes have more, as a rule.
const MAX_CHANNELS: i64 = 64;
/// Most images that a file may take at a time.
const MAX_BATCH: i64 = 256;
/// Most values that an input beside the image may have.
const MAX_VALUES: i64 = 1 << 24;

/// An input that may be the image.
pub struct Candidate<'a> {
    pub name: &'a str,
    /// `None` for those that are dynamic.
    pub sizes: Vec<Option<i64>>,
    /// Whether the channels may be the last axis.
    pub channels_last: bool,
}

impl Candidate<'_> {
    /// How much it looks like an image, the less the more; `None` if it does not.
    fn rank(&self) -> Option<i64> {
        let [_, first, second, third] = self.sizes[..] else {
            return None;
        };
        let of = |channels: Option<i64>, sides: [Option<i64>; 2]| {
            // A row of numbers has four axes in some files.
            let wide = sides.iter().all(|side| side.is_none_or(|side| side > 1));
            match channels {
                Some(3) if wide => Some(0),
                Some(1) if wide => Some(1),
                None if wide => Some(2),
                Some(channels @ 2..=MAX_CHANNELS) if wide => Some(2 + channels),
                _ => None,
            }
        };
        let first_axis = of(first, [second, third]);
        let last_axis = of(third, [first, second]).filter(|_| self.channels_last);
        match (first_axis, last_axis) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// The index of the image among the inputs of a file.
///
/// # Errors
/// [`Fault::Input`] where there is none, or more than one.
pub fn image(inputs: &[Candidate], options: &OpenOptions) -> Result<usize> {
    let named = options.inputs.iter().map(|(name, _)| name);
    for name in named.chain(&options.picture) {
        if !inputs.iter().any(|input| input.name == name) {
            let names: Vec<&str> = inputs.iter().map(|input| input.name).collect();
            return Err(Fault::Input(format!(
                "it has no input called {name}; its inputs are {}",
                names.join(", ")
            )));
        }
    }
    match inputs.len() {
        0 => return Err(Fault::Input("it takes no tensor".into())),
        1 if options.inputs.is_empty() => return Ok(0),
        1 => {
            return Err(Fault::Input(format!(
                "{} is its only input, and so the picture, which cannot be given a value",
                inputs[0].name
            )));
        }
        _ => {}
    }
    if let Some(name) = &options.picture
        && let Some(index) = inputs.iter().position(|input| input.name == name)
    {
        return Ok(index);
    }
    let free = inputs.iter().enumerate();
    let free = free.filter(|(_, input)| options.input(input.name).is_none());
    let mut ranked: Vec<(i64, usize)> = free
        .filter_map(|(index, input)| Some((input.rank()?, index)))
        .collect();
    ranked.sort_unstable();
    match ranked[..] {
        [] => Err(Fault::Input(format!(
            "it takes {} tensors, and none of them looks like an image, [1, channels, height, width]",
            inputs.len()
        ))),
        [(first, _), (second, _), ..] if first == second && !options.first_of_alike => {
            let names = ranked.iter().filter(|(rank, _)| *rank == first);
            let names = names.map(|(_, index)| inputs[*index].name.to_owned());
            Err(Fault::SeveralPictures(names.collect()))
        }
        [(_, index), ..] => Ok(index),
    }
}

/// The shape of an image, as `[batch, channels, height, width]`; `expected` is how the format writes it.
///
/// # Errors
/// [`Fault::Input`] where it is another.
pub fn shape_of_image(shape: &[i64], expected: &str) -> Result<[i64; 4]> {
    match *shape {
        [batch, _, _, _] if batch > MAX_BATCH => Err(Fault::Input(format!(
            "it takes a batch of {batch}; export with a batch of one or a dynamic batch"
        ))),
        [_, 0, _, _] => Err(Fault::Input(format!(
            "it has no channels: its shape is {shape:?}"
        ))),
        [batch, channels @ 1..=MAX_CHANNELS, height, width]
            if batch > 0 && height > 0 && width > 0 =>
        {
            Ok([batch, channels, height, width])
        }
        _ => Err(Fault::Input(format!(
            "its shape is {shape:?}, but has to be {expected}, of at most {MAX_CHANNELS} channels"
        ))),
    }
}

/// An input beside the image.
#[derive(Debug, Clone, PartialEq)]
pub struct Extra {
    pub name: String,
    pub sizes: Vec<i64>,
    /// The dtype in memory.
    pub kind: Kind,
    /// How often one value is repeated along the first axis, for a batch of several images.
    pub repeats: i64,
}

/// What an input beside the image is held at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldAt {
    /// The numbers that the user has given.
    Given,
    /// The picture that the user has given.
    Picture,
    /// The one that the program was exported with.
    Sample,
    /// Zeros.
    Zeros,
}

/// An input beside the image, and what it is held at.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Its name in the file.
    pub name: String,
    /// Its sizes.
    pub shape: Vec<i64>,
    /// Where its value comes from.
    pub at: HeldAt,
}

impl Extra {
    /// An input that holds a value for each of `batch` images has one here, where all of them are the
    /// same.
    pub fn new(name: &str, mut sizes: Vec<i64>, kind: Kind, batch: i64) -> Extra {
        let mut repeats = 1;
        if batch > 1 && sizes.first() == Some(&batch) {
            repeats = batch;
            sizes[0] = 1;
        }
        Extra {
            name: name.to_owned(),
            sizes,
            kind,
            repeats,
        }
    }

    /// The tensor that this input is held at: what the user has given, else the sample, else zeros. A
    /// sample of another shape or dtype is ignored.
    ///
    /// # Errors
    /// [`Fault::Input`] where what the user has given does not fit.
    pub fn held(&self, options: &OpenOptions, sample: Option<&Tensor>) -> Result<(Tensor, Held)> {
        let Extra {
            name,
            sizes,
            kind,
            repeats,
        } = self;
        let count = shape::count(sizes).filter(|count| *count <= MAX_VALUES);
        let count = count.ok_or_else(|| {
            Fault::Input(format!(
                "its input {name} has {}",
                shape::implausible(sizes)
            ))
        })?;
        let torch = |error| Fault::Input(format!("its input {name}: {}", first_line(&error)));
        let fits =
            |sample: &Tensor| sample.size() == *sizes && floating(sample.kind()) == floating(*kind);
        // The sample may be a batch.
        let sample = sample.map(|sample| match (sample.size().first(), sizes.first()) {
            (Some(2..), Some(1)) => sample.f_narrow(0, 0, 1),
            _ => Ok(sample.shallow_clone()),
        });
        let sample = sample.transpose().map_err(torch)?;
        let (tensor, at) = if let Some(given) = options.input(name) {
            match given {
                InputValue::Numbers(numbers) => (self.numbers(numbers, count)?, HeldAt::Given),
                InputValue::Array(path) => {
                    let numbers = npy::read(path).map_err(|reason| {
                        Fault::Input(format!("its input {name}: {reason} ({})", path.display()))
                    })?;
                    (self.numbers(&numbers, count)?, HeldAt::Given)
                }
                InputValue::Picture(picture) => (self.prepared(picture, options)?, HeldAt::Picture),
            }
        } else if let Some(sample) = sample.filter(fits) {
            (sample, HeldAt::Sample)
        } else {
            let zeros = Tensor::f_zeros(sizes.as_slice(), (*kind, Device::Cpu));
            (zeros.map_err(torch)?, HeldAt::Zeros)
        };
        let held = Held {
            name: name.clone(),
            shape: sizes.clone(),
            at,
        };
        let tensor = tensor.f_to_kind(*kind).map_err(torch)?;
        if *repeats == 1 {
            return Ok((tensor, held));
        }
        let mut all = sizes.clone();
        all[0] = *repeats;
        let all = tensor
            .f_expand(all, false)
            .and_then(|all| all.f_contiguous());
        Ok((all.map_err(torch)?, held))
    }

    /// As many numbers as it takes, or one for all.
    fn numbers(&self, numbers: &[f64], count: i64) -> Result<Tensor> {
        let Extra { name, sizes, .. } = self;
        if numbers.len() != 1 && numbers.len() as i64 != count {
            return Err(Fault::Input(format!(
                "its input {name} has the shape {sizes:?}, which takes {count} numbers, and {} are given",
                numbers.len()
            )));
        }
        let row = Tensor::f_from_slice(numbers).and_then(|row| {
            if numbers.len() as i64 == count {
                row.f_reshape(sizes.as_slice())
            } else {
                row.f_reshape([0i64; 0])?
                    .f_expand(sizes.as_slice(), false)?
                    .f_contiguous()
            }
        });
        row.map_err(|error| Fault::Input(format!("its input {name}: {}", first_line(&error))))
    }

    /// A picture as this input takes it; zeros while it is not known how to prepare it.
    fn prepared(&self, picture: &SecondPicture, options: &OpenOptions) -> Result<Tensor> {
        let Extra { name, sizes, .. } = self;
        let torch = |error| Fault::Input(format!("its input {name}: {}", first_line(&error)));
        let unfit = |theirs: &[i64]| {
            Fault::Input(format!(
                "its input {name} has the shape {sizes:?}, and a picture prepared for it has {theirs:?}"
            ))
        };
        let [1, _, _, _] = sizes[..] else {
            return Err(Fault::Input(format!(
                "its input {name} has the shape {sizes:?}, and cannot be a picture"
            )));
        };
        let Some(preprocess) = &options.prepared else {
            let zeros = Tensor::f_zeros(sizes.as_slice(), (Kind::Float, Device::Cpu));
            return zeros.map_err(torch);
        };
        let (_, photo) = picture.clone().open().map_err(Fault::Picture)?;
        let input = Input::new(&photo, Fit::Crop, preprocess)?.tensor;
        if input.size() == *sizes {
            return Ok(input);
        }
        // Where the channels are the last axis.
        let turned = input.f_permute([0, 2, 3, 1]).map_err(torch)?;
        if turned.size() != *sizes {
            return Err(unfit(&input.size()));
        }
        turned.f_contiguous().map_err(torch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::opening::InputValue;

    fn candidate<'a>(name: &'a str, sizes: &[i64]) -> Candidate<'a> {
        Candidate {
            name,
            sizes: sizes
                .iter()
                .map(|size| (*size >= 0).then_some(*size))
                .collect(),
            channels_last: true,
        }
    }

    fn found(inputs: &[Candidate], options: &OpenOptions) -> std::result::Result<String, String> {
        let index = image(inputs, options).map_err(|fault| fault.to_string())?;
        Ok(inputs[index].name.to_owned())
    }

    #[test]
    fn finds_the_image_among_other_inputs() {
        let of = |inputs: &[Candidate]| found(inputs, &OpenOptions::default());
        let meta = || candidate("meta", &[1, 8]);
        assert_eq!(of(&[meta(), candidate("x", &[1, 3, 8, 8])]).unwrap(), "x");
        assert_eq!(of(&[meta(), candidate("x", &[1, 8, 8, 1])]).unwrap(), "x");
        let mask = || candidate("mask", &[1, 1, 8, 8]);
        assert_eq!(
            of(&[mask(), candidate("x", &[-1, 3, -1, -1])]).unwrap(),
            "x"
        );
        assert_eq!(
            of(&[candidate("rows", &[1, 1, 1, 8]), mask()]).unwrap(),
            "mask"
        );
        assert_eq!(of(&[candidate("odd", &[1, 2])]).unwrap(), "odd");
        assert!(of(&[]).unwrap_err().contains("no tensor"));
        let why = of(&[meta(), candidate("k", &[1, 512, 100, 100])]).unwrap_err();
        assert!(why.contains("2 tensors"), "{why}");
    }

    #[test]
    fn the_image_of_two_is_the_one_without_a_value() {
        let two = [
            candidate("left", &[1, 3, 8, 8]),
            candidate("right", &[1, 3, 8, 8]),
        ];
        let why = found(&two, &OpenOptions::default()).unwrap_err();
        assert!(why.contains("2 images (left, right)"), "{why}");
        let given = OpenOptions::default().input_at("left", InputValue::number(0.5));
        assert_eq!(found(&two, &given).unwrap(), "right");
        let first = OpenOptions {
            first_of_alike: true,
            ..OpenOptions::default()
        };
        assert_eq!(found(&two, &first).unwrap(), "left");
        let second = OpenOptions::default().picture("right");
        assert_eq!(found(&two, &second).unwrap(), "right");
        let wrong = OpenOptions::default().input_at("middle", InputValue::number(0.5));
        assert!(found(&two, &wrong).unwrap_err().contains("left, right"));
        let wrong = OpenOptions::default().picture("middle");
        assert!(found(&two, &wrong).unwrap_err().contains("left, right"));
        let why = found(&two[..1], &given).unwrap_err();
        assert!(why.contains("left is its only input"), "{why}");
    }

    #[test]
    fn holds_an_input_at_what_is_given_or_the_sample_or_zeros() {
        let extra = Extra {
            name: "meta".into(),
            sizes: vec![1, 3],
            kind: Kind::Float,
            repeats: 1,
        };
        let values = |options: &OpenOptions, sample: Option<&Tensor>| {
            let (tensor, held) = extra.held(options, sample)?;
            Ok::<_, Fault>((Vec::<f32>::try_from(tensor.reshape(-1)).unwrap(), held.at))
        };
        let none = OpenOptions::default();
        assert_eq!(values(&none, None).unwrap(), (vec![0.0; 3], HeldAt::Zeros));
        let sample = Tensor::from_slice(&[1f32, 2.0, 3.0]).reshape([1, 3]);
        let of_sample = (vec![1.0, 2.0, 3.0], HeldAt::Sample);
        assert_eq!(values(&none, Some(&sample)).unwrap(), of_sample);
        let batch = Tensor::cat(&[&sample, &(&sample * 2.0)], 0);
        assert_eq!(values(&none, Some(&batch)).unwrap(), of_sample);
        // It lies about its shape, or its dtype.
        let lies = [sample.reshape([3, 1]), sample.to_kind(Kind::Int64)];
        for lie in &lies {
            assert_eq!(values(&none, Some(lie)).unwrap().1, HeldAt::Zeros);
        }
        let given = |value| OpenOptions::default().input_at("meta", value);
        let one = given(InputValue::number(0.5));
        assert_eq!(
            values(&one, Some(&sample)).unwrap(),
            (vec![0.5; 3], HeldAt::Given)
        );
        let two = given(InputValue::Numbers(vec![1.0, 2.0]));
        assert!(
            values(&two, None)
                .unwrap_err()
                .to_string()
                .contains("takes 3 numbers")
        );
    }
}
