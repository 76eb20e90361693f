//! How far the values of a picture reach, and the window that follows from it.

use super::{Levels, Number, Window};

/// How far the values of a picture reach, without those that are no numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Spread {
    pub smallest: Number,
    pub largest: Number,
    /// The second percentile.
    low: Number,
    /// The 98th.
    high: Number,
    /// Whether they are whole numbers of 16 bits.
    of_words: bool,
}

/// The share below black, and above white, in an automatic window.
const CUT: f64 = 0.02;

/// The largest values of 8, 10, 12, 14 and 16 bits.
const TOPS: [f64; 5] = [255.0, 1023.0, 4095.0, 16_383.0, 65_535.0];

impl Spread {
    pub fn of_words(values: impl Iterator<Item = u16>) -> Spread {
        let mut counts = vec![0usize; 1 << 16];
        let mut all = 0;
        for value in values {
            counts[usize::from(value)] += 1;
            all += 1;
        }
        let at = |rank: usize| {
            let mut below = 0;
            let reached = counts.iter().position(|count| {
                below += count;
                below > rank
            });
            Number(reached.unwrap_or(0) as f64)
        };
        Spread::at_ranks(all, true, at)
    }

    pub fn of_floats<'a>(values: impl Iterator<Item = &'a f32>) -> Spread {
        let mut sorted: Vec<f32> = values.copied().filter(|v| v.is_finite()).collect();
        let all = sorted.len();
        Spread::at_ranks(all, false, |rank| {
            if sorted.is_empty() {
                return Number(0.0);
            }
            let (_, value, _) = sorted.select_nth_unstable_by(rank, f32::total_cmp);
            Number(f64::from(*value))
        })
    }

    fn at_ranks(all: usize, of_words: bool, mut at: impl FnMut(usize) -> Number) -> Spread {
        let last = all.saturating_sub(1);
        let share = |share: f64| (share * last as f64).round() as usize;
        Spread {
            smallest: at(0),
            largest: at(last),
            low: at(share(CUT)),
            high: at(share(1.0 - CUT)),
            of_words,
        }
    }

    /// From the second percentile to the 98th.
    pub fn automatic(&self) -> Levels {
        Levels::between(self.low.0, self.high.0)
    }
}

/// What a file says of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stated {
    /// The window in which it is to be seen.
    pub window: Option<Levels>,
    /// All values that it could have.
    pub full: Option<Levels>,
    /// How values run between black and white.
    pub curve: Curve,
    /// Whether small values are bright.
    pub inverted: bool,
}

/// How values run between black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Curve {
    /// In a straight line over the whole width.
    #[default]
    Exact,
    /// In a straight line, as DICOM's `LINEAR` has it: the middle is half a value lower, and the width less by one.
    Dicom,
    /// DICOM's `SIGMOID`.
    Sigmoid,
}

impl Stated {
    /// A value as a level from 0 to 255.
    pub fn level(self, window: Levels, value: f64) -> u8 {
        let (middle, width) = (window.level.0, window.width.0);
        let level = match self.curve {
            Curve::Exact => window.scaled(value),
            Curve::Dicom if width > 1.0 => {
                let exact = Levels {
                    level: Number(middle - 0.5),
                    width: Number(width - 1.0),
                };
                exact.scaled(value)
            }
            Curve::Dicom => {
                if value > middle - 0.5 {
                    255
                } else {
                    0
                }
            }
            Curve::Sigmoid => {
                (255.0 / (1.0 + (-4.0 * (value - middle) / width).exp())).round() as u8
            }
        };
        if self.inverted { 255 - level } else { level }
    }
}

/// Where a window comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// The file states it.
    File,
    /// It is all values that the file could have, or all that it has.
    Full,
    /// From the second to the 98th percentile of its values.
    Automatic,
    /// Someone chose it.
    Choice,
}

impl By {
    /// As in a file of facts.
    pub fn name(self) -> &'static str {
        match self {
            By::File => "file",
            By::Full => "full",
            By::Automatic => "auto",
            By::Choice => "choice",
        }
    }
}

/// The window through which a picture of more than 8 bits is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Windowed {
    /// The window; of several bands with a window each, that of the first one that is shown.
    pub levels: Levels,
    /// Where it comes from.
    pub by: By,
    /// Whether each band has its own.
    pub each: bool,
    /// The smallest value.
    pub smallest: Number,
    /// The largest value.
    pub largest: Number,
    /// The window that the file states.
    pub stated: Option<Levels>,
    /// Whether a window that was wanted of the file is missing in it.
    pub missing: bool,
}

impl Windowed {
    /// The window for values that reach so far.
    pub(crate) fn new(wanted: Window, spread: &Spread, stated: &Stated) -> Windowed {
        let (levels, by) = match (wanted, stated.window) {
            (Window::Levels(levels), _) => (levels, By::Choice),
            (Window::Full, _) => (spread.full(stated), By::Full),
            (Window::Automatic | Window::Values, _) => (spread.automatic(), By::Automatic),
            (Window::Usual | Window::File, Some(window)) => (window, By::File),
            (Window::Usual | Window::File, None) => match spread.used(stated) {
                Some(range) => (range, By::Full),
                None => (spread.automatic(), By::Automatic),
            },
        };
        Windowed {
            levels,
            by,
            each: false,
            smallest: spread.smallest,
            largest: spread.largest,
            stated: stated.window,
            missing: wanted == Window::File && stated.window.is_none(),
        }
    }

    /// Whether there is something to say about it.
    pub(crate) fn is_remarkable(&self) -> bool {
        let all = [1.0, 65_535.0].map(|white| Levels::between(0.0, white));
        match self.by {
            By::Full => self.missing || !all.contains(&self.levels),
            By::File | By::Automatic => true,
            By::Choice => false,
        }
    }

    /// A full sentence.
    pub fn words(&self) -> String {
        let (black, white) = (self.levels.black(), self.levels.white());
        let (smallest, largest) = (self.smallest, self.largest);
        let found = format!("its values are from {smallest} to {largest}");
        let missing = if self.missing {
            "The file states no window. "
        } else {
            ""
        };
        let bits = TOPS
            .iter()
            .position(|top| *top == white.0 && black.0 == 0.0);
        let why = match (self.by, bits) {
            _ if self.each => {
                return format!("{missing}Each band is shown from its 2nd to its 98th percentile");
            }
            (By::File, _) => "the file says so".to_owned(),
            (By::Full, Some(bits)) => {
                let bits = 8 + 2 * bits;
                format!("its largest value is {largest}, so it is taken to have {bits} bits")
            }
            (By::Full, None) => found,
            (By::Automatic, _) => format!("the 2nd and the 98th percentile; {found}"),
            (By::Choice, _) => format!("the window that is chosen; {found}"),
        };
        format!("{missing}Black is {black} and white is {white}: {why}")
    }
}

impl Spread {
    /// All values that there could be, or those that there are.
    fn full(&self, stated: &Stated) -> Levels {
        let found = || Levels::between(self.smallest.0, self.largest.0);
        self.known(stated).unwrap_or_else(found)
    }

    /// All values that there could be, where that is known or can be told by those that there are.
    fn known(&self, stated: &Stated) -> Option<Levels> {
        let (smallest, largest) = (self.smallest.0, self.largest.0);
        let mut tops = TOPS.into_iter().filter(|top| largest <= *top);
        let top = match largest {
            _ if smallest < 0.0 => None,
            0.0 => Some(65_535.0),
            0.0..=1.0 if !self.of_words => Some(1.0),
            _ => tops.next(),
        };
        let told = top.map(|top| Levels::between(0.0, top));
        stated.full.or(told)
    }

    /// The known range, if the values make use of it: they are within it, and reach into its upper half.
    fn used(&self, stated: &Stated) -> Option<Levels> {
        let range = self.known(stated)?;
        let (black, white) = (range.black().0, range.white().0);
        let inside = self.smallest.0 >= black && self.largest.0 <= white;
        // A picture of 8 bits is as dark as it is.
        let is_of_8_bits = self.of_words && black == 0.0 && white == TOPS[0];
        let reaches = is_of_8_bits || self.largest.0 > range.level.0 || self.largest.0 == 0.0;
        (inside && reaches).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(values: &[u16]) -> Windowed {
        let spread = Spread::of_words(values.iter().copied());
        Windowed::new(Window::Usual, &spread, &Stated::default())
    }

    #[test]
    fn takes_the_range_that_is_made_use_of() {
        for (largest, white) in [
            (65_535, 65_535.0),
            (40_000, 65_535.0),
            (16_383, 16_383.0),
            (9000, 16_383.0),
            (4095, 4095.0),
            (3000, 4095.0),
            (900, 1023.0),
            (255, 255.0),
            (3, 255.0),
            (0, 65_535.0),
        ] {
            let windowed = usual(&[0, largest]);
            assert_eq!(windowed.levels, Levels::between(0.0, white), "{largest}");
            assert_eq!(windowed.by, By::Full);
        }
        // A dark picture: whatever its bits are, most of them are not used.
        for largest in [20_000, 5000, 1500, 300] {
            let values: Vec<u16> = (0..=100)
                .map(|share| 100 + (largest - 100) / 100 * share)
                .collect();
            let windowed = usual(&values);
            assert_eq!(windowed.by, By::Automatic, "{largest}");
            let expected = [values[2], values[98]].map(f64::from);
            assert_eq!(windowed.levels, Levels::between(expected[0], expected[1]));
        }
    }

    #[test]
    fn floats_from_0_to_1_are_levels_and_others_have_their_percentiles() {
        let usual = |values: &[f32]| {
            let spread = Spread::of_floats(values.iter());
            Windowed::new(Window::Usual, &spread, &Stated::default())
        };
        let unit = usual(&[0.1, 0.9, f32::NAN]);
        assert_eq!(
            (unit.levels, unit.by),
            (Levels::between(0.0, 1.0), By::Full)
        );
        for values in [[-1.0, 3.0], [0.0, 3.5], [0.0, 1e6], [0.1, 0.2]] {
            let windowed = usual(&values);
            assert_eq!(windowed.by, By::Automatic, "{values:?}");
            let ends = values.map(f64::from);
            assert_eq!(windowed.levels, Levels::between(ends[0], ends[1]));
        }
        for nothing in [&[][..], &[f32::NAN]] {
            let windowed = usual(nothing);
            assert_eq!(windowed.levels.scaled(0.0), 0);
        }
    }

    #[test]
    fn what_is_wanted_goes_before_what_is_stated_and_that_before_what_is_usual() {
        let stated = Stated {
            window: Levels::new(40.0, 400.0),
            full: Levels::new(0.0, 8192.0),
            ..Stated::default()
        };
        let spread = Spread::of_words([0, 50, 100].into_iter());
        let by = |wanted: &str, stated: &Stated| {
            let windowed = Windowed::new(wanted.parse().unwrap(), &spread, stated);
            (windowed.levels.to_string(), windowed.by, windowed.missing)
        };
        let own = ("40,400".to_owned(), By::File, false);
        assert_eq!(by("usual", &stated), own);
        assert_eq!(by("file", &stated), own);
        assert_eq!(by("7,2", &stated), ("7,2".into(), By::Choice, false));
        assert_eq!(by("auto", &stated), ("50,100".into(), By::Automatic, false));
        assert_eq!(by("full", &stated), ("0,8192".into(), By::Full, false));
        let nothing = Stated::default();
        assert_eq!(by("file", &nothing), ("127.5,255".into(), By::Full, true));
        assert_eq!(by("full", &nothing), ("127.5,255".into(), By::Full, false));
    }

    /// DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3.
    #[test]
    fn dicom_has_curves_of_its_own() {
        let levels = |curve, inverted| {
            let stated = Stated {
                curve,
                inverted,
                ..Stated::default()
            };
            let window = Levels::new(2048.0, 4096.0).unwrap();
            [0.0, 1024.0, 2047.5, 4095.0].map(|value| stated.level(window, value))
        };
        assert_eq!(levels(Curve::Dicom, false), [0, 64, 128, 255]);
        assert_eq!(levels(Curve::Dicom, true), [255, 191, 127, 0]);
        assert_eq!(levels(Curve::Sigmoid, false), [30, 69, 127, 225]);
        let step = Stated {
            curve: Curve::Dicom,
            ..Stated::default()
        };
        let narrow = Levels::new(10.0, 1.0).unwrap();
        assert_eq!(
            [9.0, 9.5, 9.6].map(|value| step.level(narrow, value)),
            [0, 0, 255]
        );
    }
}
