//! The numbers in a `.npy` file, as `numpy.save` writes it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

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
    array(&bytes).ok_or_else(|| "it is not a .npy file of plain numbers in rows".to_owned())
}

fn array(bytes: &[u8]) -> Option<Array> {
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
    let header = std::str::from_utf8(header).ok()?;
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
    let count = sizes.iter().try_fold(1usize, |count, size| {
        count.checked_mul(usize::try_from(*size).ok()?)
    })?;
    let kind = after("descr")?.strip_prefix('\'')?.split('\'').next()?;
    let numbers: Vec<f64> = match kind {
        "<f4" => each(data, |bytes| f32::from_le_bytes(bytes).into()),
        "<f8" => each(data, f64::from_le_bytes),
        "<i4" => each(data, |bytes| i32::from_le_bytes(bytes).into()),
        "<i8" => each(data, |bytes| i64::from_le_bytes(bytes) as f64),
        "<i2" => each(data, |bytes| i16::from_le_bytes(bytes).into()),
        "|i1" => each(data, |bytes| i8::from_le_bytes(bytes).into()),
        "|u1" | "|b1" => each(data, |[byte]: [u8; 1]| byte.into()),
        _ => return None,
    };
    let is_sound = numbers.len() == count && numbers.iter().all(|number| number.is_finite());
    let array = is_sound.then_some(Array { sizes, numbers })?;
    // A single row is the same in either order.
    (array.is_row() || after("fortran_order")?.starts_with("False")).then_some(array)
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

    #[test]
    fn reads_plain_numbers_in_rows() {
        let floats: Vec<u8> = [1f32, -2.5, 3.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
        let expected = Some(row(&[1, 3], &[1.0, -2.5, 3.0]));
        assert_eq!(array(&file(header, &floats)), expected);
        let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }";
        assert_eq!(array(&file(header, &[1, 0])), Some(row(&[2], &[1.0, 0.0])));
        let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (), }";
        assert_eq!(
            array(&file(header, &7i64.to_le_bytes())),
            Some(row(&[], &[7.0]))
        );
    }

    #[test]
    fn refuses_everything_else() {
        let nan = f32::NAN.to_le_bytes();
        for (header, data) in [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                &nan[..],
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
                &nan[..],
            ),
            (
                "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }",
                &[1, 2, 3, 4],
            ),
            (
                "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
                &[0],
            ),
            (
                "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }",
                &[0],
            ),
            (
                "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 99999999999), }",
                &[],
            ),
            ("nonsense", &[]),
        ] {
            assert_eq!(array(&file(header, data)), None, "{header}");
        }
        assert_eq!(array(b"PK"), None);
        assert_eq!(array(MAGIC), None);
        assert_eq!(array(&[MAGIC, &[1, 0, 255, 255]].concat()), None);
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
