//! Formats numbers and sentences the same way throughout the window.

use crate::picture::photo::geometry::{CropMode, Fit};

/// The name of a fit for a model whose own preprocessing has this mode: not every model crops.
pub fn fit_label(fit: Fit, mode: Option<CropMode>) -> &'static str {
    match (fit, mode) {
        (Fit::Crop, Some(CropMode::Squash | CropMode::Border)) => "As the model",
        _ => fit.label(),
    }
}

/// `words` with a capital first letter.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A number in short form: `4.7 M`.
pub fn in_short(number: usize) -> String {
    match number as f64 {
        n if n >= 999_500_000.0 => format!("{:.1} G", n / 1e9),
        n if n >= 999_500.0 => format!("{:.1} M", n / 1e6),
        n if n >= 1000.0 => format!("{:.0} k", n / 1e3),
        n => format!("{n}"),
    }
}

/// A count with its noun: `1 mistake`, `5,000 mistakes`.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    let what = if count == 1 { one } else { several };
    format!("{} {what}", thousands(count))
}

/// A number with thousands separators: `5,000`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A memory limit: `64 MB`, `1 GB`.
pub fn megabytes(bytes: usize) -> String {
    match bytes >> 20 {
        1024.. => format!("{} GB", bytes >> 30),
        megabytes => format!("{megabytes} MB"),
    }
}

/// Megabytes, rounded up.
pub fn whole_megabytes(bytes: usize) -> usize {
    bytes.div_ceil(1 << 20)
}

/// A duration: `0 ms`, `4.7 ms`, `128 ms`.
pub fn milliseconds(ms: f64) -> String {
    match ms {
        ms if ms < 0.05 => "0 ms".to_owned(),
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms => format!("{ms:.0} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_large_numbers() {
        assert_eq!(in_short(1_235_496), "1.2 M");
        assert_eq!(in_short(999_999), "1.0 M");
        assert_eq!(in_short(12_345), "12 k");
        assert_eq!(in_short(7), "7");
    }

    #[test]
    fn groups_digits_by_three() {
        let numbers = [0, 999, 1000, 12_345, 1_234_567];
        let written = ["0", "999", "1,000", "12,345", "1,234,567"];
        assert_eq!(numbers.map(thousands), written);
        assert_eq!([64 << 20, 1 << 30].map(megabytes), ["64 MB", "1 GB"]);
    }

    #[test]
    fn rounds_megabytes_up() {
        assert_eq!(whole_megabytes(0), 0);
        assert_eq!(whole_megabytes((64 << 20) - 1), 64);
        assert_eq!(whole_megabytes(64 << 20), 64);
    }
}
