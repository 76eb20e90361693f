//! What a file says of a tensor's bytes: their type, and which of them it takes in what order.

use tch::{Kind, Tensor};

use crate::model::error::{Fault, first_line};

type Result<T> = std::result::Result<T, Fault>;

/// How much of a storage is read at a time, in bytes: whole values of every type.
pub const PIECE: usize = 4 << 20;

/// A tensor's place in its storage, in elements. All numbers are checked not to overflow.
pub struct View {
    pub sizes: Vec<i64>,
    pub strides: Vec<i64>,
    pub offset: i64,
    /// Number of values.
    pub count: i128,
    /// One past the furthest value.
    pub reach: i128,
}

impl View {
    /// Of the weight called `name`; what a file says, so that it is checked here.
    pub fn new(name: &str, sizes: Vec<i64>, strides: Vec<i64>, offset: i64) -> Result<View> {
        let lies = || {
            wrong(
                name,
                format!("has impossible sizes {sizes:?} with strides {strides:?}"),
            )
        };
        if sizes.len() != strides.len()
            || offset < 0
            || sizes.iter().chain(&strides).any(|&number| number < 0)
        {
            return Err(lies());
        }
        let mut count = 1i128;
        let mut last = i128::from(offset);
        for (&size, &stride) in sizes.iter().zip(&strides) {
            count = count.checked_mul(size.into()).ok_or_else(lies)?;
            // Two numbers of 63 bits fit 127; their sum may not.
            let step = i128::from(size - 1).max(0) * i128::from(stride);
            last = last.checked_add(step).ok_or_else(lies)?;
        }
        let reach = if count == 0 {
            0
        } else {
            last.checked_add(1).ok_or_else(lies)?
        };
        Ok(View {
            sizes,
            strides,
            offset,
            count,
            reach,
        })
    }
}

impl View {
    /// This view of a storage that was read as one row of values.
    pub fn of_row(&self, name: &str, row: &Tensor) -> Result<Tensor> {
        let stored = row.numel() as i128;
        if self.reach > stored || self.count > stored {
            let sizes = &self.sizes;
            let claims = format!("claims shape {sizes:?}, and {stored} values are stored");
            return Err(wrong(name, claims));
        }
        row.f_as_strided(&self.sizes, &self.strides, self.offset)
            .map_err(|error| torch(name, error))
    }
}

/// What a storage is made of.
pub struct Element {
    kind: Kind,
    pub bytes: usize,
    /// Held as 32-bit floats, whatever it is stored as.
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

    pub fn held_as(&self) -> Kind {
        if self.floating {
            Kind::Float
        } else {
            self.kind
        }
    }

    /// Sets `bytes`, of this type, into a row of values held as [`Element::held_as`], from its
    /// value `from` on. Says whether they are all finite.
    pub fn put(
        &self,
        bytes: &[u8],
        row: &Tensor,
        from: i64,
    ) -> std::result::Result<bool, tch::TchError> {
        let piece = of_bytes(bytes, self.kind)?;
        let mut place = row.f_narrow(0, from, piece.numel() as i64)?;
        place.f_copy_(&piece)?;
        Ok(!self.floating || place.f_isfinite()?.f_all()?.f_int64_value(&[])? != 0)
    }
}

pub fn floating(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Half | Kind::Float | Kind::Double | Kind::BFloat16
    )
}

/// The values that lie in these bytes, one after the other.
pub fn of_bytes(bytes: &[u8], kind: Kind) -> std::result::Result<Tensor, tch::TchError> {
    let count = (bytes.len() / kind.elt_size_in_bytes()) as i64;
    match kind {
        // Any byte but 0 and 1 in a truth value would be undefined.
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

pub fn torch(name: &str, error: tch::TchError) -> Fault {
    wrong(name, format!("cannot be read ({})", first_line(&error)))
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    #[test]
    fn any_byte_but_nought_is_true() {
        let row = Tensor::zeros([4], (Kind::Bool, Device::Cpu));
        let element = Element::new(Kind::Bool);
        assert!(element.put(&[0, 1, 2, 255], &row, 0).unwrap());
        let numbers: Vec<i64> = Vec::try_from(row.to_kind(Kind::Int64)).unwrap();
        assert_eq!(numbers, [0, 1, 1, 1]);
    }
}
