//! The storage of a tensor: the dtype of its bytes, and which of them the tensor views.

use tch::{Kind, TchError, Tensor};

use crate::model::error::{Fault, Result, first_line};

/// How much of a storage is read at a time, in bytes; a multiple of the size of every dtype.
pub const PIECE: usize = 4 << 20;

/// The part of a storage that a tensor views, in elements. None of the numbers overflow.
pub struct View {
    pub sizes: Vec<i64>,
    pub strides: Vec<i64>,
    pub offset: i64,
    /// Number of elements.
    pub count: i128,
    /// One past the last element.
    pub reach: i128,
}

impl View {
    /// Checks the numbers that a file states for the weight called `name`.
    ///
    /// # Errors
    /// [`Fault::Weight`] where they are negative or overflow.
    pub fn new(name: &str, sizes: Vec<i64>, strides: Vec<i64>, offset: i64) -> Result<View> {
        let impossible = || {
            wrong(
                name,
                format!("has impossible sizes {sizes:?} with strides {strides:?}"),
            )
        };
        if sizes.len() != strides.len()
            || offset < 0
            || sizes.iter().chain(&strides).any(|&number| number < 0)
        {
            return Err(impossible());
        }
        let mut count = 1i128;
        let mut last = i128::from(offset);
        for (&size, &stride) in sizes.iter().zip(&strides) {
            count = count.checked_mul(size.into()).ok_or_else(impossible)?;
            // A product of two 63-bit numbers fits into 127 bits; a sum of such products may not.
            let step = i128::from(size - 1).max(0) * i128::from(stride);
            last = last.checked_add(step).ok_or_else(impossible)?;
        }
        let reach = if count == 0 {
            0
        } else {
            last.checked_add(1).ok_or_else(impossible)?
        };
        Ok(View {
            sizes,
            strides,
            offset,
            count,
            reach,
        })
    }

    /// The tensor that views `row`, a storage as a tensor of one axis.
    pub fn of_row(&self, name: &str, row: &Tensor) -> Result<Tensor> {
        let stored = row.numel() as i128;
        if self.reach > stored || self.count > stored {
            let sizes = &self.sizes;
            let claims = format!("has shape {sizes:?}, but {stored} values are stored");
            return Err(wrong(name, claims));
        }
        row.f_as_strided(&self.sizes, &self.strides, self.offset)
            .map_err(|error| torch(name, error))
    }
}

/// An element of a storage.
pub struct Element {
    kind: Kind,
    pub bytes: usize,
    /// Whether it is a float of any width; those are held as float32.
    pub floating: bool,
}

impl Element {
    pub fn new(kind: Kind) -> Element {
        let bytes = kind.elt_size_in_bytes();
        Element {
            kind,
            bytes,
            floating: floating(kind),
        }
    }

    /// The dtype of the tensor in memory.
    pub fn held_as(&self) -> Kind {
        if self.floating {
            Kind::Float
        } else {
            self.kind
        }
    }

    /// Copies `bytes`, elements of this dtype, into `row`, a tensor of one axis and of the dtype
    /// [`Element::held_as`], from its element `from` on. Returns the worst that they hold.
    pub fn put(
        &self,
        bytes: &[u8],
        row: &Tensor,
        from: i64,
    ) -> std::result::Result<Content, TchError> {
        let piece = of_bytes(bytes, self.kind)?;
        let mut part = row.f_narrow(0, from, piece.numel() as i64)?;
        part.f_copy_(&piece)?;
        Content::of(&part)
    }
}

/// The worst that a tensor holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    Finite,
    Infinite,
    Nan,
}

impl Content {
    pub fn of(tensor: &Tensor) -> std::result::Result<Content, TchError> {
        // A sum is finite only if every term is. It takes one pass and no memory.
        if !floating(tensor.kind()) || tensor.f_sum(None)?.f_double_value(&[])?.is_finite() {
            return Ok(Content::Finite);
        }
        let is_true = |value: Tensor| value.f_int64_value(&[]).map(|value| value != 0);
        Ok(if is_true(tensor.f_isnan()?.f_any()?)? {
            Content::Nan
        } else if is_true(tensor.f_isinf()?.f_any()?)? {
            Content::Infinite
        } else {
            Content::Finite
        })
    }
}

pub fn floating(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Half | Kind::Float | Kind::Double | Kind::BFloat16
    )
}

/// A tensor of one axis that holds these bytes.
pub fn of_bytes(bytes: &[u8], kind: Kind) -> std::result::Result<Tensor, TchError> {
    let count = (bytes.len() / kind.elt_size_in_bytes()) as i64;
    match kind {
        // A boolean of any other byte than 0 or 1 is undefined behaviour.
        Kind::Bool => Tensor::f_from_data_size(bytes, &[count], Kind::Uint8)?.f_ne(0),
        kind => Tensor::f_from_data_size(bytes, &[count], kind),
    }
}

pub fn wrong(name: &str, reason: impl Into<String>) -> Fault {
    Fault::Weight {
        name: name.to_owned(),
        reason: reason.into(),
    }
}

pub fn torch(name: &str, error: TchError) -> Fault {
    wrong(name, format!("cannot be read ({})", first_line(&error)))
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    #[test]
    fn reads_any_byte_but_zero_as_true() {
        let row = Tensor::zeros([4], (Kind::Bool, Device::Cpu));
        let element = Element::new(Kind::Bool);
        element.put(&[0, 1, 2, 255], &row, 0).unwrap();
        let numbers: Vec<i64> = Vec::try_from(row.to_kind(Kind::Int64)).unwrap();
        assert_eq!(numbers, [0, 1, 1, 1]);
    }

    #[test]
    fn finds_the_worst_value() {
        let content = |values: &[f32]| Content::of(&Tensor::from_slice(values)).unwrap();
        assert_eq!(content(&[0.0, -1.0]), Content::Finite);
        assert_eq!(content(&[]), Content::Finite);
        assert_eq!(content(&[0.0, f32::NEG_INFINITY]), Content::Infinite);
        let both = [f32::INFINITY, f32::NEG_INFINITY];
        assert_eq!(content(&both), Content::Infinite);
        assert_eq!(content(&[f32::INFINITY, f32::NAN]), Content::Nan);
        // Their sum is infinite, they are not.
        assert_eq!(content(&[f32::MAX, f32::MAX]), Content::Finite);
        let integers = Tensor::from_slice(&[i64::MAX, i64::MAX]);
        assert_eq!(Content::of(&integers).unwrap(), Content::Finite);
    }
}
