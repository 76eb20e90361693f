//! What is behind the items of a page.

use std::fmt;
use std::str::FromStr;

use crate::picture::UnknownName;

/// The background of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ground {
    /// White, as paper.
    #[default]
    White,
    /// Nothing: the page takes the colour of what it is laid on, which should be light.
    Transparent,
}

impl Ground {
    /// In the order in which the window offers them.
    pub const ALL: [Ground; 2] = [Ground::White, Ground::Transparent];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Ground::White => "White",
            Ground::Transparent => "Transparent",
        }
    }

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Ground::White => "white",
            Ground::Transparent => "transparent",
        }
    }

    /// Its colour; `None` if it has none.
    pub(crate) fn colour(self) -> Option<[u8; 3]> {
        match self {
            Ground::White => Some([255; 3]),
            Ground::Transparent => None,
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Ground {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|ground| ground.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("background", name, Self::ALL.map(Ground::name)))
    }
}
