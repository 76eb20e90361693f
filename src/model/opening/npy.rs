//! The numbers in a `.npy` file, as `numpy.save` writes it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::model::error::short;

/// Longest file that is read, in bytes.
const MAX_LENGTH: u64 = 256 << 20;
const MAGIC: &[u8] = b"\x93NUMPY";

/// An array, with its numbers in rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    pub sizes: Vec<i64>,
    pub numbers: Vec<f64>,
}

impl Array {
    /// Whether it is a row, whichever axis it lies along.
    pub fn is_row(&self) -> bool {
        self.sizes.iter().filter(|size| **size != 1).count() <= 1
    }

    /// Whether its sizes are these, apart from leading ones.
    pub fn has_sizes(&self, sizes: &[i64]) -> bool {
        fn core(sizes: &[i64]) -> impl Iterator<Item = &i64> {
            sizes.iter().skip_while(|size| **size == 1)
        }
        core(&self.sizes).eq(core(sizes))
    }
}

/// The array in the file at `path`.
///
/// # Errors
/// What is wrong, for the user; the path is not part of it.
pub fn read(path: &Path) -> Result<Array, String> {
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !about.is_file() || about.len() > MAX_LENGTH {
        return Err(format!(
            "it is not a file, or is larger than {} MiB",
            MAX_LENGTH >> 20
        ));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    let read = file.take(MAX_LENGTH).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    let (header, data) =
        parts(&bytes).ok_or("it is not a .npy file, as numpy.save writes it".to_owned())?;
    array(header, data)
}

/// The header and the numbers.
fn parts(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (version, rest) = rest.split_at_checked(2)?;
    let (length, rest) = match version {
        [1, _] => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        [2 | 3, _] => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
        }
        _ => return None,
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The sizes, the type and whether the first axis is the fastest.
fn described(header: &str) -> Option<(Vec<i64>, &str, bool)> {
    let after = |key: &str| {
        let (_, rest) = header.split_once(&format!("'{key}':"))?;
        Some(rest.trim_start())
    };
    let shape = after("shape")?.strip_prefix('(')?.split(')').next()?;
    let sizes = shape
        .split(',')
        .map(str::trim)
        .filter(|size| !size.is_empty());
    let sizes: Vec<i64> = sizes.map(|size| size.parse().ok()).collect::<Option<_>>()?;
    let kind = after("descr")?;
    let kind = match kind.strip_prefix('\'') {
        Some(kind) => kind.split('\'').next()?,
        // A record of several fields.
        None => "[record]",
    };
    Some((sizes, kind, after("fortran_order")?.starts_with("True")))
}

fn array(header: &str, data: &[u8]) -> Result<Array, String> {
    let unclear = || "its header is not one that numpy.save writes".to_owned();
    let (sizes, kind, by_columns) = described(header).ok_or_else(unclear)?;
    let count = sizes.iter().try_fold(1usize, |count, size| {
        count.checked_mul(usize::try_from(*size).ok()?)
    });
    let count = count.ok_or_else(unclear)?;
    let numbers: Vec<f64> = match kind {
        "<f4" => each(data, |bytes| f32::from_le_bytes(bytes).into()),
        "<f8" => each(data, f64::from_le_bytes),
        "<i4" => each(data, |bytes| i32::from_le_bytes(bytes).into()),
        "<i8" => each(data, |bytes| i64::from_le_bytes(bytes) as f64),
        "<i2" => each(data, |bytes| i16::from_le_bytes(bytes).into()),
        "|i1" => each(data, |bytes| i8::from_le_bytes(bytes).into()),
        "|u1" | "|b1" => each(data, |[byte]: [u8; 1]| byte.into()),
        other => {
            return Err(format!(
                "its numbers are of the type {}, which is not read; array.astype(\"float32\") makes one that is",
                short(other)
            ));
        }
    };
    if numbers.len() != count {
        return Err(format!(
            "its shape {sizes:?} takes {count} numbers, and it holds {}: it is damaged",
            numbers.len()
        ));
    }
    if !numbers.iter().all(|number| number.is_finite()) {
        return Err("it has NaN or infinite values".to_owned());
    }
    let numbers = if by_columns {
        in_rows(&numbers, &sizes)
    } else {
        numbers
    };
    Ok(Array { sizes, numbers })
}

/// Numbers of which the first axis was the fastest, such that the last is.
fn in_rows(numbers: &[f64], sizes: &[i64]) -> Vec<f64> {
    let sizes: Vec<usize> = sizes.iter().map(|size| *size as usize).collect();
    let mut index = vec![0; sizes.len()];
    let mut rows = Vec::with_capacity(numbers.len());
    for _ in 0..numbers.len() {
        let axes = index.iter().zip(&sizes).rev();
        let at = axes.fold(0, |at, (index, size)| at * size + index);
        rows.push(numbers[at]);
        for (index, size) in index.iter_mut().zip(&sizes).rev() {
            *index += 1;
            if *index < *size {
                break;
            }
            *index = 0;
        }
    }
    rows
}

fn each<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let (values, _) = data.as_chunks::<N>();
    values.iter().map(|bytes| number(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(sizes: &[i64], numbers: &[f64]) -> Array {
        Array {
            sizes: sizes.to_vec(),
            numbers: numbers.to_vec(),
        }
    }

    /// `numpy.save` of an array with this header.
    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{header:<117}\n");
        let length = (header.len() as u16).to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), data].concat()
    }

    fn array(bytes: &[u8]) -> Result<Array, String> {
        let (header, data) = parts(bytes).ok_or("no .npy file")?;
        super::array(header, data)
    }

    #[test]
    fn reads_plain_numbers() {
        let floats: Vec<u8> = [1f32, -2.5, 3.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
        let expected = Ok(row(&[1, 3], &[1.0, -2.5, 3.0]));
        assert_eq!(array(&file(header, &floats)), expected);
        let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }";
        assert_eq!(array(&file(header, &[1, 0])), Ok(row(&[2], &[1.0, 0.0])));
        let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (), }";
        assert_eq!(
            array(&file(header, &7i64.to_le_bytes())),
            Ok(row(&[], &[7.0]))
        );
    }

    #[test]
    fn puts_columns_into_rows() {
        // numpy.asfortranarray(numpy.arange(12).reshape(2, 3, 2)), as NumPy writes it.
        let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }";
        let data = [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11];
        let numbers: Vec<f64> = (0..12).map(f64::from).collect();
        assert_eq!(array(&file(header, &data)), Ok(row(&[2, 3, 2], &numbers)));
    }

    #[test]
    fn refuses_everything_else_and_says_why() {
        let nan = f32::NAN.to_le_bytes();
        for (header, data, why) in [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                &nan[..],
                "its shape [2] takes 2 numbers, and it holds 1",
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
                &nan[..],
                "NaN",
            ),
            (
                "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
                &[0],
                "type |O",
            ),
            (
                "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }",
                &[0],
                "type >f4",
            ),
            (
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
                &[0],
                "type [record]",
            ),
            (
                "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }",
                &[0],
                "header",
            ),
            (
                "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 99999999999), }",
                &[],
                "header",
            ),
            ("nonsense", &[], "header"),
        ] {
            let said = array(&file(header, data)).unwrap_err();
            assert!(said.contains(why), "{header}: {said}");
        }
        for bytes in [&b"PK"[..], MAGIC, &[MAGIC, &[1, 0, 255, 255]].concat()] {
            assert!(array(bytes).is_err());
        }
    }

    #[test]
    fn compares_sizes_without_leading_ones() {
        let array = |sizes: &[i64]| row(sizes, &[]);
        for sizes in [&[3, 2, 2][..], &[1, 3, 2, 2], &[1, 1, 3, 2, 2]] {
            assert!(array(sizes).has_sizes(&[1, 3, 2, 2]), "{sizes:?}");
        }
        for sizes in [&[2, 2, 3][..], &[1, 2, 2, 3], &[3, 4], &[12]] {
            assert!(!array(sizes).has_sizes(&[1, 3, 2, 2]), "{sizes:?}");
        }
        assert!(array(&[12]).is_row() && array(&[1, 12, 1]).is_row() && array(&[]).is_row());
        assert!(!array(&[3, 4]).is_row());
    }
}
