//! What the inputs besides the image are held at.

use tch::{Device, Kind, Tensor};

use super::storage::floating;
use crate::model::error::{Fault, Result, first_line};
use crate::model::op::shape;
use crate::model::opening::{InputValue, Opening, npy};
use crate::model::usage::SecondPicture;
use crate::model::usage::input::Input;

/// Most values that an input beside the image may have.
const MAX_VALUES: i64 = 1 << 24;

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
    /// [`Fault::Value`] where what the user has given does not fit.
    pub fn held(&self, opening: &Opening, sample: Option<&Tensor>) -> Result<(Tensor, Held)> {
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
        let (tensor, at) = if let Some(given) = opening.options().input(name) {
            match given {
                InputValue::Numbers(numbers) => (self.numbers(numbers, count)?, HeldAt::Given),
                InputValue::Array(path) => {
                    let from = path.display();
                    let array = npy::read(path)
                        .map_err(|reason| self.unfit(format!("{reason} ({from})")))?;
                    if !array.is_row() && !array.has_sizes(sizes) {
                        return Err(self.unfit(format!(
                            "the input has the shape {sizes:?}, and the array has {:?}: save it with the input's \
                             shape ({from})",
                            array.sizes,
                        )));
                    }
                    (self.numbers(&array.numbers, count)?, HeldAt::Given)
                }
                InputValue::Picture(picture) => (self.prepared(picture, opening)?, HeldAt::Picture),
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

    fn unfit(&self, reason: String) -> Fault {
        Fault::Value {
            input: self.name.clone(),
            reason,
        }
    }

    /// As many numbers as it takes, or one for all.
    fn numbers(&self, numbers: &[f64], count: i64) -> Result<Tensor> {
        let Extra { sizes, kind, .. } = self;
        if numbers.len() != 1 && numbers.len() as i64 != count {
            return Err(self.unfit(format!(
                "the input has the shape {sizes:?}, which takes {count} numbers, and {} are given",
                numbers.len()
            )));
        }
        let wrong = numbers.iter().find_map(|number| unheld(*kind, *number));
        if let Some(reason) = wrong {
            return Err(self.unfit(reason));
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
        row.map_err(|error| self.unfit(first_line(&error)))
    }

    /// A picture as this input takes it; zeros while it is not known how to prepare it.
    fn prepared(&self, picture: &SecondPicture, opening: &Opening) -> Result<Tensor> {
        let Extra { sizes, .. } = self;
        let torch = |error| self.unfit(first_line(&error));
        let unfit = |theirs: &[i64]| {
            self.unfit(format!(
                "the input has the shape {sizes:?}, and a picture prepared for it has {theirs:?}"
            ))
        };
        let [1, _, _, _] = sizes[..] else {
            return Err(self.unfit(format!(
                "the input has the shape {sizes:?}, and cannot be a picture"
            )));
        };
        let Some(prepared) = opening.prepared() else {
            let zeros = Tensor::f_zeros(sizes.as_slice(), (Kind::Float, Device::Cpu));
            return zeros.map_err(torch);
        };
        let (_, photo) = picture.clone().open().map_err(Fault::Picture)?;
        let input = Input::new(&photo, prepared.fit, &prepared.preprocess)?.tensor;
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

/// Why a tensor of this dtype cannot hold a number; `None` where it can.
fn unheld(kind: Kind, number: f64) -> Option<String> {
    let given = if number.abs() < 1e15 {
        number.to_string()
    } else {
        format!("{number:e}")
    };
    // As floats: the next number up is out of range.
    let whole: Option<(f64, f64)> = match kind {
        Kind::Bool => Some((0.0, 1.0)),
        Kind::Uint8 => Some((0.0, 255.0)),
        Kind::Int8 => Some((i8::MIN.into(), i8::MAX.into())),
        Kind::Int16 => Some((i16::MIN.into(), i16::MAX.into())),
        Kind::Int => Some((i32::MIN.into(), i32::MAX.into())),
        Kind::Int64 => Some((i64::MIN as f64, (i64::MAX as f64).next_down())),
        _ => None,
    };
    if let Some((least, most)) = whole {
        if number.fract() != 0.0 {
            return Some(format!("it takes whole numbers, and {given} is given"));
        }
        let range = match kind {
            Kind::Int64 => "whole numbers of 64 bits".to_owned(),
            Kind::Bool => "0 (no) and 1 (yes)".to_owned(),
            _ => format!("whole numbers from {least} to {most}"),
        };
        let beyond = !(least..=most).contains(&number);
        return beyond.then(|| format!("it takes {range}, and {given} is given"));
    }
    let most = match kind {
        Kind::Half => 65504.0,
        Kind::Double => f64::MAX,
        _ => f64::from(f32::MAX),
    };
    let beyond = number.abs() > most;
    beyond.then(|| format!("it takes numbers up to {most:e}, and {given} is given"))
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::model::OpenOptions;

    #[test]
    fn holds_an_input_at_what_is_given_or_the_sample_or_zeros() {
        let extra = Extra {
            name: "meta".into(),
            sizes: vec![1, 3],
            kind: Kind::Float,
            repeats: 1,
        };
        let values = |options: &OpenOptions, sample: Option<&Tensor>| {
            let mut report = |_| ControlFlow::Continue(());
            let opening = Opening::new(&mut report).with_options(options.clone());
            let (tensor, held) = extra.held(&opening, sample)?;
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

    #[test]
    fn refuses_numbers_that_the_input_cannot_hold() {
        let refused = |kind, number: f64| {
            let extra = Extra::new("site", vec![1], kind, 1);
            let options = OpenOptions::default().input_at("site", InputValue::number(number));
            let mut report = |_| ControlFlow::Continue(());
            let opening = Opening::new(&mut report).with_options(options);
            let held = extra.held(&opening, None).map(|(tensor, _)| tensor);
            held.map(|tensor| tensor.double_value(&[0]))
                .map_err(|fault| fault.to_string())
        };
        let start = "the value given for the input site cannot be used: it takes";
        for (kind, number, said) in [
            (Kind::Int64, 2.5, "whole numbers, and 2.5 is given"),
            (
                Kind::Int64,
                1e20,
                "whole numbers of 64 bits, and 1e20 is given",
            ),
            (
                Kind::Int64,
                9.223_372_036_854_776e18,
                "whole numbers of 64 bits",
            ),
            (
                Kind::Int,
                3e9,
                "whole numbers from -2147483648 to 2147483647, and 3000000000 is given",
            ),
            (
                Kind::Uint8,
                -1.0,
                "whole numbers from 0 to 255, and -1 is given",
            ),
            (Kind::Bool, 2.0, "0 (no) and 1 (yes), and 2 is given"),
            (
                Kind::Float,
                1e300,
                "numbers up to 3.4028234663852886e38, and 1e300 is given",
            ),
            (
                Kind::Half,
                1e5,
                "numbers up to 6.5504e4, and 100000 is given",
            ),
        ] {
            let why = refused(kind, number).unwrap_err();
            assert!(why.starts_with(&format!("{start} {said}")), "{why}");
        }
        for (kind, number) in [
            (Kind::Int64, -1e15),
            (Kind::Bool, 1.0),
            (Kind::Uint8, 255.0),
            (Kind::Float, 0.5),
        ] {
            assert_eq!(refused(kind, number), Ok(number), "{kind:?}");
        }
    }

    #[test]
    fn an_array_has_the_shape_of_the_input_or_is_a_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        let held = |sizes: &str| {
            let header = format!(
                "{:<117}\n",
                format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({sizes}), }}")
            );
            let start = b"\x93NUMPY\x01\x00\x76\x00";
            let values: Vec<u8> = (0..12).collect();
            std::fs::write(&path, [start, header.as_bytes(), &values].concat()).unwrap();
            let extra = Extra::new("right", vec![1, 3, 2, 2], Kind::Float, 1);
            let options = OpenOptions::default().input_at("right", InputValue::Array(path.clone()));
            let mut report = |_| ControlFlow::Continue(());
            let opening = Opening::new(&mut report).with_options(options);
            extra.held(&opening, None).map(|(tensor, _)| tensor)
        };
        for sizes in ["1, 3, 2, 2", "3, 2, 2", "12,", "1, 12"] {
            let tensor = held(sizes).unwrap();
            assert_eq!(tensor.size(), [1, 3, 2, 2], "{sizes}");
            let values: Vec<f32> = tensor.reshape(-1).try_into().unwrap();
            assert_eq!(values, (0..12).map(|n| n as f32).collect::<Vec<_>>());
        }
        for (sizes, named) in [("2, 2, 3", "[2, 2, 3]"), ("3, 4", "[3, 4]")] {
            let said = held(sizes).unwrap_err().to_string();
            assert!(
                said.contains("[1, 3, 2, 2]") && said.contains(named),
                "{said}"
            );
        }
    }
}
