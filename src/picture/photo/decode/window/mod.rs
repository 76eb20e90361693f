//! From values of more than 8 bits to levels from 0 to 255: from which value to which they are shown.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(super) mod levels;
pub(super) mod spread;

pub use spread::{By, Windowed};

/// The window that is wanted for a picture of more than 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Window {
    /// That of the file; else the full range, if the values make use of it; else the automatic one.
    #[default]
    Usual,
    /// That of the file.
    File,
    /// All values that the file could have, or those that it has where that is not known.
    Full,
    /// From the second to the 98th percentile.
    Automatic,
    /// None: a model takes the numbers as they are, where the picture is one of bands.
    Values,
    /// These values.
    Levels(Levels),
}

/// A window: black is half the width below its level, and white half above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Levels {
    /// The value in the middle.
    pub level: Number,
    /// Above 0.
    pub width: Number,
}

/// A number that is compared by its digits.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub f64);

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl Display for Number {
    /// With six digits, which is all that many files have.
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let whole = self.0.abs().max(1.0).log10().floor();
        let decimals = 10f64.powf((5.0 - whole).max(0.0));
        let rounded = (self.0 * decimals).round() / decimals;
        // Not -0.
        write!(f, "{}", if rounded == 0.0 { 0.0 } else { rounded })
    }
}

impl Levels {
    /// `None` unless both are finite and the width is above 0.
    pub fn new(level: f64, width: f64) -> Option<Levels> {
        let fits = level.is_finite() && width.is_finite() && width > 0.0;
        fits.then_some(Levels {
            level: Number(level),
            width: Number(width),
        })
    }

    /// From one value to another; at least so narrow that black and white differ.
    pub(super) fn between(low: f64, high: f64) -> Levels {
        let width = if high > low { high - low } else { 1.0 };
        Levels {
            level: Number(low + width / 2.0),
            width: Number(width),
        }
    }

    /// The value that is black.
    pub fn black(self) -> Number {
        Number(self.level.0 - self.width.0 / 2.0)
    }

    /// The value that is white.
    pub fn white(self) -> Number {
        Number(self.level.0 + self.width.0 / 2.0)
    }

    /// A value as a level from 0 to 255, rounded. What is not a number is black.
    pub(super) fn scaled(self, value: f64) -> u8 {
        // A cast from float saturates, and is 0 for NaN.
        ((value - self.black().0) * 255.0 / self.width.0).round() as u8
    }
}

impl Display for Levels {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{}", self.level.0, self.width.0)
    }
}

impl Window {
    /// The ways with a name.
    pub const NAMED: [Window; 5] = [
        Window::Usual,
        Window::File,
        Window::Full,
        Window::Automatic,
        Window::Values,
    ];
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Window::Usual => "usual",
            Window::File => "file",
            Window::Full => "full",
            Window::Automatic => "auto",
            Window::Values => "none",
            Window::Levels(levels) => return levels.fmt(f),
        })
    }
}

impl FromStr for Window {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Window, &'static str> {
        let named = Window::NAMED.into_iter();
        if let Some(window) = { named }.find(|window| window.to_string() == text) {
            return Ok(window);
        }
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|n| n.trim().parse()).collect();
        let levels = match numbers.as_deref() {
            Ok([level, width]) => Levels::new(*level, *width),
            _ => None,
        };
        levels.map(Window::Levels).ok_or(
            "a level and a width above 0, such as 40,400, or one of auto, full, file, none and usual",
        )
    }
}

impl TryFrom<String> for Window {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Window, &'static str> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> String {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_back() {
        for text in [
            "usual",
            "file",
            "full",
            "auto",
            "none",
            "40,400",
            "-0.5,0.25",
        ] {
            let window: Window = text.parse().unwrap();
            assert_eq!(window.to_string(), text);
            let stored = serde_json::to_string(&window).unwrap();
            assert_eq!(serde_json::from_str::<Window>(&stored).unwrap(), window);
        }
        for wrong in ["", "40", "40,0", "40,-1", "nan,4", "1,2,3", "inf,1", "Auto"] {
            assert!(wrong.parse::<Window>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_have_six_digits() {
        for (number, text) in [
            (0.1f32.into(), "0.1"),
            (40.0, "40"),
            (-1_024.0, "-1024"),
            (1_234_567.25, "1234567"),
            (2.345_678_9, "2.34568"),
            (-1e-9, "0"),
        ] {
            assert_eq!(Number(number).to_string(), text);
        }
    }

    #[test]
    fn levels_are_rounded_and_end_at_black_and_white() {
        let all = Levels::between(0.0, 65_535.0);
        for value in [0, 1, 128, 129, 257, 40_000, 65_535] {
            let exact = f64::from(value) / 257.0;
            let level = f64::from(all.scaled(f64::from(value)));
            assert!((level - exact).abs() <= 0.5);
        }
        let twelve = Levels::between(0.0, 4095.0);
        assert_eq!((twelve.scaled(3099.0), twelve.scaled(4095.0)), (193, 255));
        let tissue = Levels::new(40.0, 400.0).unwrap();
        assert_eq!(
            (tissue.black(), tissue.white()),
            (Number(-160.0), Number(240.0))
        );
        let levels = [-1000.0, -160.0, 40.0, 240.0, 3000.0, f64::NAN];
        assert_eq!(levels.map(|v| tissue.scaled(v)), [0, 0, 128, 255, 255, 0]);
    }
}
