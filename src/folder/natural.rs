//! Natural order: `img2` before `img10`.
//!
//! This is our own because no maintained crate gives this order. `natord` and `lexical-sort` are no
//! longer maintained. `alphanumeric-sort` does not ignore case, and after a number it sorts letters
//! beyond Latin-1 before all others. `icu_collator` has locale data that outweighs the few lines here.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

/// Compares two names: runs of ASCII digits by their value, everything else by character, ignoring
/// case. Different names are never equal.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.chars().peekable(), b.chars().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                number(&mut left).cmp(&number(&mut right))
            }
            (Some(_), Some(_)) => {
                let lower = |letter: Option<char>| letter.into_iter().flat_map(char::to_lowercase);
                lower(left.next()).cmp(lower(right.next()))
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Compares two paths component by component.
pub fn compare_paths(a: &Path, b: &Path) -> Ordering {
    let (mut left, mut right) = (a.iter(), b.iter());
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) if x.is_none() || y.is_none() => x.is_some().cmp(&y.is_some()),
            (x, y) => {
                let text = |part: Option<&std::ffi::OsStr>| {
                    part.map(|part| part.to_string_lossy().into_owned())
                        .unwrap_or_default()
                };
                compare(&text(x), &text(y)).then_with(|| x.cmp(&y))
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Takes a run of digits, without leading zeros: their number, and then the digits.
fn number(letters: &mut Peekable<Chars<'_>>) -> (usize, String) {
    let mut digits = String::new();
    while let Some(digit) = letters.next_if(char::is_ascii_digit) {
        if !(digits.is_empty() && digit == '0') {
            digits.push(digit);
        }
    }
    (digits.len(), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_numbers_by_value_and_ignores_case() {
        let mut names = [
            "img10.png",
            "Img2.png",
            "img1.png",
            "b",
            "A",
            "img02.png",
            "a10b2",
            "a10b11",
            "img99999999999999999999.png",
            "img100000000000000000000.png",
        ];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(
            names,
            [
                "A",
                "a10b2",
                "a10b11",
                "b",
                "img1.png",
                "Img2.png",
                "img02.png",
                "img10.png",
                "img99999999999999999999.png",
                "img100000000000000000000.png",
            ]
        );
    }

    #[test]
    fn never_equates_different_names() {
        for (a, b) in [("a1", "a01"), ("A", "a"), ("é", "É"), ("", "a")] {
            assert_ne!(compare(a, b), Ordering::Equal, "{a} and {b}");
            assert_eq!(compare(a, b), compare(b, a).reverse());
        }
    }

    #[test]
    fn sorts_a_folder_before_its_subfolders() {
        let mut paths = ["f/c10/a.png", "f/c2/b.png", "f/a.png", "f/c2/a.png"].map(Path::new);
        paths.sort_by(|a, b| compare_paths(a, b));
        assert_eq!(
            paths,
            ["f/a.png", "f/c2/a.png", "f/c2/b.png", "f/c10/a.png"].map(Path::new)
        );
    }
}
