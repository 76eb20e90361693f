//! Scales and zero points, and turning whole numbers back into floats.

use tch::{Kind, TchError, Tensor};

use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::build::quantised::Quantisation;
use crate::model::graph::ValueId;

/// The dtype where nothing says another: bytes without a sign.
pub const BYTES: i32 = 2;
/// That of sums, and so of a bias.
pub const INT32: i32 = 6;

/// The name of a dtype of whole numbers, and the least and the largest of them.
fn dtype(number: i32) -> Option<(&'static str, i64, i64)> {
    Some(match number {
        BYTES => ("uint8", 0, 255),
        3 => ("int8", -128, 127),
        4 => ("uint16", 0, 65535),
        5 => ("int16", -32768, 32767),
        INT32 => ("int32", i32::MIN.into(), i32::MAX.into()),
        _ => return None,
    })
}

pub fn named(number: i32) -> String {
    dtype(number).map_or_else(|| format!("number {number}"), |(name, ..)| name.to_owned())
}

impl Quantisation {
    /// The least and the largest number.
    pub fn limits(&self) -> (i64, i64) {
        dtype(self.dtype).map_or((i64::MIN, i64::MAX), |(_, least, largest)| (least, largest))
    }

    /// The largest float, where nothing below zero can be told from zero.
    pub fn cuts_off_at_zero(&self) -> Option<f64> {
        let (least, largest) = self.limits();
        let (&[zero], &[scale]) = (self.zeros.as_slice(), self.scales.as_slice()) else {
            return None;
        };
        (zero == least).then_some((largest - zero) as f64 * scale)
    }
}

/// Where a node has a scale, a zero point and an axis for a value, and what the value is.
pub struct Place<'s> {
    /// The numbers of the inputs.
    pub scale: usize,
    pub zero: usize,
    pub axis: i64,
    /// The shape of the value.
    pub shape: &'s [i64],
    /// Its dtype, where the file says it besides the zero point.
    pub dtype: Option<i32>,
}

/// Reads a scale and a zero point.
///
/// # Errors
/// Where they are no numbers, are not positive, or fit neither each other nor the value.
pub fn read(args: &Args, builder: &mut Builder, place: &Place) -> Answer<Quantisation> {
    if args.int_or("block_size", 0)? != 0 {
        return beyond("it has a scale for each block of numbers (block_size)");
    }
    let scale = args.input(place.scale)?;
    let scales = args.fixed(all(builder, scale)?, "scale")?;
    builder.is_no_parameter(scale);
    if let Some(scale) = scales
        .iter()
        .find(|scale| !(scale.is_finite() && **scale > 0.0))
    {
        return args.wrong(format!("has a scale of {scale}, which has to be above 0"));
    }
    let (zeros, stored) = match args.optional(place.zero) {
        None => (vec![0; scales.len()], None),
        Some(zero) => {
            if !matches!(builder.kind(zero), Kind::Int64 | Kind::Int8 | Kind::Uint8) {
                return args.wrong("has a zero point that is no whole number");
            }
            let zeros = args.fixed(builder.ints(zero)?, "zero point")?;
            (zeros, builder.stored_dtype(zero))
        }
    };
    if zeros.len() != scales.len() {
        return args.wrong(format!(
            "has {} and {}",
            counted(scales.len(), "scale"),
            counted(zeros.len(), "zero point")
        ));
    }
    if let (Some(stored), Some(numbers)) = (stored, place.dtype)
        && stored != numbers
    {
        return args.wrong(format!(
            "has a zero point of dtype {} for numbers of dtype {}",
            named(stored),
            named(numbers)
        ));
    }
    let number = stored.or(place.dtype).unwrap_or(BYTES);
    let Some((name, least, largest)) = dtype(number) else {
        return beyond(format!("its numbers are of dtype {}", named(number)));
    };
    if let Some(zero) = zeros.iter().find(|zero| !(least..=largest).contains(*zero)) {
        return args.wrong(format!("has a zero point of {zero}, which no {name} is"));
    }
    let axis = match scales.len() {
        1 => None,
        count => {
            let axis = args.axis(place.axis, place.shape.len())?;
            if place.shape[axis] != count as i64 || builder.shape(scale).len() != 1 {
                return args.wrong(format!(
                    "has scales of shape {:?} for axis {axis} of {:?}",
                    builder.shape(scale),
                    place.shape
                ));
            }
            Some(axis)
        }
    };
    Ok(Quantisation {
        scales,
        zeros,
        axis,
        dtype: number,
    })
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// The elements of a constant, however many.
fn all(builder: &Builder, value: ValueId) -> Answer<Option<Vec<f64>>> {
    let Some(tensor) = builder.tensor(value) else {
        return Ok(None);
    };
    let row = tensor
        .f_to_kind(Kind::Double)
        .and_then(|row| row.f_reshape([-1]));
    let row = row.map_err(|error| builder.torch(&error))?;
    Ok(Vec::try_from(row).ok())
}

/// A row of numbers along the axis of a shape.
fn along(numbers: &[f64], axis: Option<usize>, rank: usize) -> Result<Tensor, TchError> {
    let mut sizes = vec![1; rank];
    if let Some(size) = axis.and_then(|axis| sizes.get_mut(axis)) {
        *size = numbers.len() as i64;
    }
    let row = Tensor::f_from_slice(numbers)?.f_to_kind(Kind::Float)?;
    row.f_reshape(sizes)
}

/// The floats that the whole numbers of a constant stand for.
pub fn restored(builder: &mut Builder, value: ValueId, how: &Quantisation) -> Answer<ValueId> {
    computed(builder, value, how, |numbers, zeros, scales| {
        numbers.f_sub(zeros)?.f_mul(scales)
    })
}

/// A constant as it is after it has been rounded to whole numbers and turned back.
pub fn rounded(builder: &mut Builder, value: ValueId, how: &Quantisation) -> Answer<ValueId> {
    let (least, largest) = how.limits();
    computed(builder, value, how, |floats, zeros, scales| {
        let numbers = floats.f_div(scales)?.f_round()?.f_add(zeros)?;
        let numbers = numbers.f_clamp(least as f64, largest as f64)?;
        numbers.f_sub(zeros)?.f_mul(scales)
    })
}

/// What is computed from the values of a constant, its zero points and its scales.
fn computed(
    builder: &mut Builder,
    value: ValueId,
    how: &Quantisation,
    compute: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor, TchError>,
) -> Answer<ValueId> {
    let rank = builder.shape(value).len();
    let zeros: Vec<f64> = how.zeros.iter().map(|zero| *zero as f64).collect();
    let floats = builder.tensor(value).map(|numbers| {
        let zeros = along(&zeros, how.axis, rank)?;
        let scales = along(&how.scales, how.axis, rank)?;
        compute(&numbers.f_to_kind(Kind::Float)?, &zeros, &scales)
    });
    match floats.transpose().map_err(|error| builder.torch(&error))? {
        Some(floats) => {
            let name = builder.name(value).to_owned();
            builder.restored(&name, floats)
        }
        None => beyond("its numbers depend on the image"),
    }
}
