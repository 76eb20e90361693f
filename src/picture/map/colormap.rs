//! Colour tables with 256 entries, built once.
//!
//! Inferno is the default because it is perceptually uniform and survives printing in grey. Jet is
//! included because the paper uses it.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::picture::UnknownName;

/// The colour map of importance, from low to high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colormap {
    /// Black through purple and orange to pale yellow.
    #[default]
    Inferno,
    /// Dark purple through teal to yellow.
    Viridis,
    /// Black through purple and pink to pale yellow.
    Magma,
    /// A rainbow with smoother changes than [`Colormap::Jet`].
    Turbo,
    /// Black to white.
    Grey,
    /// The paper's rainbow: dark blue through green to dark red.
    Jet,
}

impl Colormap {
    /// In the order in which the window offers them, which is that of the variants.
    pub const ALL: [Colormap; 6] = [
        Colormap::Inferno,
        Colormap::Viridis,
        Colormap::Magma,
        Colormap::Turbo,
        Colormap::Grey,
        Colormap::Jet,
    ];

    /// Its name on the command line, in files and in captions.
    pub fn name(self) -> &'static str {
        match self {
            Colormap::Inferno => "inferno",
            Colormap::Viridis => "viridis",
            Colormap::Magma => "magma",
            Colormap::Turbo => "turbo",
            Colormap::Grey => "grey",
            Colormap::Jet => "jet",
        }
    }

    /// Why it misleads, if it does.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Colormap::Inferno
            | Colormap::Viridis
            | Colormap::Magma
            | Colormap::Turbo
            | Colormap::Grey => None,
            Colormap::Jet => Some("Not perceptually uniform: misleads"),
        }
    }

    /// The colour of `t` in [0, 1] is entry `floor(255 t)`, in sRGB.
    pub fn table(self) -> &'static [[u8; 3]; 256] {
        static TABLES: LazyLock<[[[u8; 3]; 256]; 6]> =
            LazyLock::new(|| Colormap::ALL.map(|map| std::array::from_fn(|i| map.entry(i))));
        &TABLES[self as usize]
    }

    /// Computes entry `i` of 256.
    fn entry(self, i: usize) -> [u8; 3] {
        let ramp = |gradient: colorous::Gradient| gradient.eval_rational(i, 256).into_array();
        match self {
            Colormap::Inferno => ramp(colorous::INFERNO),
            Colormap::Viridis => ramp(colorous::VIRIDIS),
            Colormap::Magma => ramp(colorous::MAGMA),
            Colormap::Turbo => ramp(colorous::TURBO),
            Colormap::Grey => [i as u8; 3],
            Colormap::Jet => jet(i as f32 / 255.0),
        }
    }
}

/// The colour of negative values and that of positive ones: violet and orange. The colour-blind can tell them
/// apart, by their lightness too, and no control of the window has either.
pub const SIGNS: [[u8; 3]; 2] = [[120, 50, 205], [255, 145, 0]];

/// Violet through mid-grey to orange, for signed values: the colour of `t` in [-1, 1] is
/// entry `floor(127.5 t + 127.5)`, so 127 stands for zero.
pub fn diverging() -> &'static [[u8; 3]; 256] {
    static TABLE: LazyLock<[[u8; 3]; 256]> = LazyLock::new(|| {
        std::array::from_fn(|i| {
            let t = (i as f32 - 127.0) / 127.5;
            let end = SIGNS[usize::from(t > 0.0)];
            end.map(|level| (127.0 + (f32::from(level) - 127.0) * t.abs()).round() as u8)
        })
    });
    &TABLE
}

/// The paper's rainbow: one trapezoid per channel, a quarter of the range apart, red last.
fn jet(t: f32) -> [u8; 3] {
    [3.0, 2.0, 1.0].map(|centre| {
        let height = (1.5 - (4.0 * t - centre).abs()).clamp(0.0, 1.0);
        (height * 255.0) as u8
    })
}

impl fmt::Display for Colormap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Colormap {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|map| map.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("colour map", name, Self::ALL.map(Colormap::name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(actual: [u8; 3], expected: [u8; 3]) {
        for (a, e) in actual.iter().zip(expected) {
            assert!(a.abs_diff(e) <= 2, "{actual:?} is not {expected:?}");
        }
    }

    /// Matplotlib's entries 0, 64, 128, 192 and 255 of 256, in 8 bits.
    #[test]
    fn matches_matplotlib() {
        let known = [
            (
                Colormap::Inferno,
                [
                    [0, 0, 3],
                    [87, 15, 109],
                    [187, 55, 84],
                    [249, 142, 8],
                    [252, 254, 164],
                ],
            ),
            (
                Colormap::Viridis,
                [
                    [68, 1, 84],
                    [58, 82, 139],
                    [32, 144, 140],
                    [94, 201, 97],
                    [253, 231, 36],
                ],
            ),
            (
                Colormap::Magma,
                [
                    [0, 0, 3],
                    [80, 18, 123],
                    [182, 54, 121],
                    [251, 136, 97],
                    [251, 252, 191],
                ],
            ),
        ];
        for (map, expected) in known {
            for (i, colour) in [0, 64, 128, 192, 255].into_iter().zip(expected) {
                close(map.table()[i], colour);
            }
        }
    }

    #[test]
    fn runs_turbo_from_dark_over_green_to_dark_red() {
        let table = Colormap::Turbo.table();
        assert!(table[0].iter().all(|channel| *channel < 64));
        assert!(table[128][1] > 200);
        let [red, green, blue] = table[255];
        assert!(red > 100 && green < 64 && blue < 64);
    }

    #[test]
    fn computes_jet_by_its_formula() {
        let table = Colormap::Jet.table();
        assert_eq!(table[0], [0, 0, 127]);
        assert_eq!(table[255], [127, 0, 0]);
        // At t = 1/3 green has climbed to 1.5 - 2/3, blue is still full, red has not begun.
        assert_eq!(table[85], [0, 212, 255]);
        assert_eq!(table[170], [255, 212, 0]);
        assert_eq!(table[128], [129, 255, 125]);
    }

    #[test]
    fn uses_the_value_itself_for_grey() {
        for (i, colour) in Colormap::Grey.table().iter().enumerate() {
            assert_eq!(*colour, [i as u8; 3]);
        }
    }

    #[test]
    fn runs_diverging_from_violet_over_grey_to_orange() {
        let table = diverging();
        close(table[0], SIGNS[0]);
        close(table[255], SIGNS[1]);
        assert_eq!(table[127], [127; 3]);
        // Without hue, as to some of the colour-blind and on paper, it still runs from dark to light.
        let light = |i: usize| {
            let [red, green, blue] = table[i].map(f32::from);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        for step in 0..252 {
            assert!(light(step + 4) > light(step), "{step}");
        }
        assert!(light(127) - light(0) > 40.0 && light(255) - light(127) > 25.0);
    }

    #[test]
    fn finds_every_table_by_index_and_name() {
        for map in Colormap::ALL {
            assert_eq!(map.table()[77], map.entry(77));
            assert_eq!(map.to_string().parse(), Ok(map));
        }
        let error = "plasma".parse::<Colormap>().unwrap_err().to_string();
        assert!(error.contains("plasma") && error.contains("inferno, viridis"));
    }
}
