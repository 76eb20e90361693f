//! What the file says of a tensor's bytes: their type, and which of them it takes in what order.

use tch::{Kind, Tensor};

use super::Result;
use super::schema::TensorMeta;
use crate::model::error::Fault;

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
    pub fn of(name: &str, meta: &TensorMeta) -> Result<View> {
        let open = || wrong(name, "has a size left open");
        let strides: Option<Vec<i64>> = meta.strides.iter().map(|stride| stride.fixed()).collect();
        let (sizes, strides) = (meta.shape().ok_or_else(open)?, strides.ok_or_else(open)?);
        let offset = match &meta.storage_offset {
            None => 0,
            Some(offset) => offset.fixed().ok_or_else(open)?,
        };
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

/// What a storage is made of.
pub struct Element {
    kind: Kind,
    pub bytes: usize,
    /// Held as 32-bit floats, whatever it is stored as.
    pub floating: bool,
}

impl Element {
    /// By the file's number for it.
    pub fn of(name: &str, dtype: i64) -> Result<Element> {
        let kind = kind(dtype)
            .ok_or_else(|| wrong(name, format!("has a type that is not read ({dtype})")))?;
        let floating = matches!(
            kind,
            Kind::Half | Kind::Float | Kind::Double | Kind::BFloat16
        );
        let bytes = kind.elt_size_in_bytes();
        Ok(Element {
            kind,
            bytes,
            floating,
        })
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
        let count = (bytes.len() / self.bytes) as i64;
        let piece = Tensor::f_from_data_size(bytes, &[count], self.kind)?;
        let mut place = row.f_narrow(0, from, count)?;
        place.f_copy_(&piece)?;
        Ok(!self.floating || place.f_isfinite()?.f_all()?.f_int64_value(&[])? != 0)
    }
}

/// A type by the numbering of `torch/_export/serde/schema.py`, which is not libtorch's.
pub fn kind(dtype: i64) -> Option<Kind> {
    Some(match dtype {
        1 => Kind::Uint8,
        2 => Kind::Int8,
        3 => Kind::Int16,
        4 => Kind::Int,
        5 => Kind::Int64,
        6 => Kind::Half,
        7 => Kind::Float,
        8 => Kind::Double,
        12 => Kind::Bool,
        13 => Kind::BFloat16,
        _ => return None,
    })
}

pub fn wrong(name: &str, reason: impl Into<String>) -> Fault {
    Fault::Weight {
        name: name.to_owned(),
        reason: reason.into(),
    }
}
