//! What a file says its samples are, which is changed where the library would otherwise alter them or leave some out.

/// Samples are grey, or whatever they are.
pub(super) const BLACK_IS_ZERO: u16 = 1;
/// Samples are red, green and blue.
pub(super) const RGB: u16 = 2;
/// Those of a camera's sensor, and of these after some work.
pub(super) const SENSOR: [u16; 2] = [32_803, 34_892];

/// Changes what the first page says its samples are.
pub(super) fn set(bytes: &mut [u8], meaning: u16) {
    let _ = place(bytes).and_then(|(at, big_endian)| {
        let value = if big_endian {
            meaning.to_be_bytes()
        } else {
            meaning.to_le_bytes()
        };
        bytes.get_mut(at..at + 2)?.copy_from_slice(&value);
        Some(())
    });
}

/// Where the first page has it, and whether the file has its large digits first.
fn place(bytes: &[u8]) -> Option<(usize, bool)> {
    const PHOTOMETRIC: u64 = 262;
    let big_endian = bytes.starts_with(b"MM");
    let number = |at: usize, length: usize| -> Option<u64> {
        let digits = bytes.get(at..at.checked_add(length)?)?;
        let add = |sum: u64, digit: &u8| sum << 8 | u64::from(*digit);
        Some(if big_endian {
            digits.iter().fold(0, add)
        } else {
            digits.iter().rev().fold(0, add)
        })
    };
    // A BigTIFF has longer numbers throughout.
    let (page, counter, entry, value) = match number(2, 2)? {
        43 => (number(8, 8)?, 8, 20, 12),
        _ => (number(4, 4)?, 2, 12, 8),
    };
    let page = usize::try_from(page).ok()?;
    let count = usize::try_from(number(page, counter)?).ok()?;
    let first = page.checked_add(counter)?;
    let entries = (0..count).map_while(|index| first.checked_add(index.checked_mul(entry)?));
    let mut entries = entries.take_while(|at| *at < bytes.len());
    let found = entries.find(|at| number(*at, 2) == Some(PHOTOMETRIC))?;
    Some((found.checked_add(value)?, big_endian))
}
