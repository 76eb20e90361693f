//! Weights and constants: a tensor of the file becomes one of libtorch's.
//!
//! Floats of any width are held as 32-bit floats, whole numbers of any width as 64-bit ones. What
//! the file says of sizes is checked against the bytes that are there before libtorch hears of it.

use tch::{Kind, Tensor};

use super::Result;
use super::external::Folder;
use super::proto;
use crate::model::error::{Fault, first_line};

pub fn wrong(name: &str, reason: impl Into<String>) -> Fault {
    Fault::Weight {
        name: name.to_owned(),
        reason: reason.into(),
    }
}

/// A type by its number in `onnx.proto`: what it is stored as.
fn stored(number: i32) -> Option<Kind> {
    Some(match number {
        1 => Kind::Float,
        2 => Kind::Uint8,
        3 => Kind::Int8,
        5 => Kind::Int16,
        6 => Kind::Int,
        7 => Kind::Int64,
        9 => Kind::Bool,
        10 => Kind::Half,
        11 => Kind::Double,
        16 => Kind::BFloat16,
        _ => return None,
    })
}

/// What a type is held as.
pub fn held(number: i32) -> Option<Kind> {
    // Unsigned ones come in casts of shapes.
    if let 4 | 12 | 13 = number {
        return Some(Kind::Int64);
    }
    stored(number).map(|kind| match kind {
        Kind::Bool => Kind::Bool,
        kind if floating(kind) => Kind::Float,
        _ => Kind::Int64,
    })
}

pub fn floating(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Half | Kind::Float | Kind::Double | Kind::BFloat16
    )
}

/// What a type is called.
fn called(number: i32) -> String {
    let name = match number {
        4 => "uint16",
        8 => "text",
        12 => "uint32",
        13 => "uint64",
        14 | 15 => "complex numbers",
        17..=20 => "8-bit floats",
        21 => "uint4",
        22 => "int4",
        23 => "4-bit floats",
        _ => return format!("type {number}"),
    };
    name.into()
}

/// Reads `written`, whose name for errors is `name`.
pub fn tensor(written: &proto::Tensor, name: &str, folder: &mut Folder) -> Result<Tensor> {
    let kind = stored(written.kind);
    let kind = kind.ok_or_else(|| {
        let what = called(written.kind);
        wrong(name, format!("is made of {what}, which are not read"))
    })?;
    let sizes = &written.sizes;
    let absurd = || wrong(name, format!("has impossible sizes {sizes:?}"));
    if sizes.iter().any(|size| *size < 0) {
        return Err(absurd());
    }
    let count = sizes.iter().try_fold(1i64, |n, size| n.checked_mul(*size));
    let bytes = count.and_then(|n| n.checked_mul(kind.elt_size_in_bytes() as i64));
    let (count, bytes) = count.zip(bytes).ok_or_else(absurd)?;

    let torch = |error| wrong(name, format!("cannot be read ({})", first_line(&error)));
    let tensor = if written.location == 1 {
        // Cannot be negative: sizes are not.
        let bytes = folder.bytes(name, &written.external, bytes.unsigned_abs())?;
        of_bytes(&bytes, sizes, kind)
    } else if !written.raw.is_empty() {
        if written.raw.len() as i64 != bytes {
            return Err(wrong(
                name,
                format!(
                    "has the wrong length: its shape {sizes:?} needs {bytes} bytes, {} are there",
                    written.raw.len()
                ),
            ));
        }
        of_bytes(&written.raw, sizes, kind)
    } else {
        let row = listed(written, kind).map_err(torch)?;
        let there = row.numel();
        if there as i64 != count {
            return Err(wrong(
                name,
                format!("claims shape {sizes:?}, and {there} values are stored"),
            ));
        }
        row.f_reshape(sizes.as_slice())
    };
    let held = held(written.kind).unwrap_or(kind);
    let tensor = tensor.and_then(|tensor| tensor.f_to_kind(held));
    let tensor = tensor.map_err(torch)?;
    let broken = floating(held)
        && tensor
            .f_isnan()
            .and_then(|nan| nan.f_any())
            .and_then(|any| any.f_int64_value(&[]))
            .map_err(torch)?
            != 0;
    if broken {
        return Err(wrong(
            name,
            "holds values that are no numbers (NaN); the model is broken",
        ));
    }
    Ok(tensor)
}

/// As many bytes as the sizes need.
fn of_bytes(bytes: &[u8], sizes: &[i64], kind: Kind) -> std::result::Result<Tensor, tch::TchError> {
    if kind == Kind::Bool {
        // Any byte but 0 and 1 in a truth value would be undefined.
        let numbers = Tensor::f_from_data_size(bytes, sizes, Kind::Uint8)?;
        return numbers.f_ne(0);
    }
    Tensor::f_from_data_size(bytes, sizes, kind)
}

/// Numbers that are written one by one, in the list that belongs to their type.
fn listed(written: &proto::Tensor, kind: Kind) -> std::result::Result<Tensor, tch::TchError> {
    match kind {
        Kind::Float => Tensor::f_from_slice(&written.floats),
        Kind::Double => Tensor::f_from_slice(&written.doubles),
        Kind::Int64 => Tensor::f_from_slice(&written.int64s),
        Kind::Half | Kind::BFloat16 => {
            // The bits of each stand in the lower half of a number.
            let halves = written.int32s.iter().map(|bits| *bits as u16);
            let bytes: Vec<u8> = halves.flat_map(u16::to_ne_bytes).collect();
            Tensor::f_from_data_size(&bytes, &[written.int32s.len() as i64], kind)
        }
        Kind::Bool => Tensor::f_from_slice(&written.int32s)?.f_ne(0),
        _ => Tensor::f_from_slice(&written.int32s),
    }
}
