//! The inputs of a file: which one is the image.

use crate::model::error::{Fault, Result};
use crate::model::opening::OpenOptions;

/// Most channels that an image may have. Other inputs with four axes have more, as a rule.
const MAX_CHANNELS: i64 = 64;
/// Most images that a file may take at a time.
const MAX_BATCH: i64 = 256;
/// Most channels that the last axis is taken for where the first may be them too.
const MAX_LAST: i64 = 4;

/// An input that may be the image.
pub struct Candidate<'a> {
    pub name: &'a str,
    /// `None` for those that are dynamic.
    pub sizes: Vec<Option<i64>>,
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
        let last_axis = of(third, [first, second]);
        match (first_axis, last_axis) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// Whether the channels come last, from the axes of an image after the batch; `None` where the sizes do
/// not tell.
pub fn channels_last([first, second, third]: [Option<i64>; 3]) -> Option<bool> {
    match (first, third) {
        (Some(3), _) => Some(false),
        // A map of features may be as small.
        (Some(_), Some(last)) if second.is_some_and(|width| width <= last) => Some(false),
        (_, Some(3)) => Some(true),
        (None, None) => None,
        (Some(_), None) => Some(false),
        (None, Some(last)) => Some(last <= MAX_LAST && second.is_none()),
        (Some(first), Some(last)) => Some(last < first && last <= MAX_LAST),
    }
}

/// The axes of an image of colours that a file takes without a batch, with one before them. Only colours
/// tell such an image from a batch of rows.
pub fn with_batch(sizes: &[Option<i64>]) -> Option<[Option<i64>; 4]> {
    let &[first, second, third] = sizes else {
        return None;
    };
    let side = |size: Option<i64>| size.is_none_or(|size| size > MAX_LAST);
    let colours = match (first, third) {
        (Some(3), _) => side(second) && side(third),
        (_, Some(3)) => side(first) && side(second),
        (_, _) => false,
    };
    colours.then_some([Some(1), first, second, third])
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
    fn only_images_of_colours_may_have_no_batch() {
        let with = |sizes: [i64; 3]| with_batch(&candidate("x", &sizes).sizes);
        assert_eq!(with([3, 8, -1]), Some([Some(1), Some(3), Some(8), None]));
        assert_eq!(with([8, 6, 3]), Some([Some(1), Some(8), Some(6), Some(3)]));
        for other in [[1, 8, 8], [8, 8, 1], [3, 3, 8], [1, 197, 768], [-1, -1, -1]] {
            assert_eq!(with(other), None, "{other:?}");
        }
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
}
