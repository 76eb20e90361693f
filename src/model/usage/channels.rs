//! The channels of a model's input: what they are, and in which order.

use std::fmt;
use std::str::FromStr;

use crate::picture::UnknownName;

/// The channels of a model's input, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum InputChannels {
    /// Red, green, blue: as in most models.
    #[default]
    Rgb,
    /// Blue, green, red: as in networks trained with OpenCV or Caffe.
    Bgr,
    /// A single channel: the luminance of Pillow's `L`.
    Grey,
}

impl InputChannels {
    /// All of them.
    pub const ALL: [InputChannels; 3] =
        [InputChannels::Rgb, InputChannels::Bgr, InputChannels::Grey];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            InputChannels::Rgb => "RGB",
            InputChannels::Bgr => "BGR",
            InputChannels::Grey => "Grey",
        }
    }

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            InputChannels::Rgb => "rgb",
            InputChannels::Bgr => "bgr",
            InputChannels::Grey => "grey",
        }
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.names().len()
    }

    /// The name of each, in order.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            InputChannels::Rgb => &["red", "green", "blue"],
            InputChannels::Bgr => &["blue", "green", "red"],
            InputChannels::Grey => &["grey"],
        }
    }

    /// The usual channels of an input that has `count` of them, if there are any.
    pub fn of_count(count: usize) -> Option<InputChannels> {
        Self::ALL
            .into_iter()
            .find(|channels| channels.count() == count)
    }
}

impl fmt::Display for InputChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for InputChannels {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|channels| channels.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new("channels", name, Self::ALL.map(InputChannels::name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_tell_the_count() {
        for channels in InputChannels::ALL {
            assert_eq!(channels.to_string().parse(), Ok(channels));
            assert_eq!(channels.names().len(), channels.count());
        }
        assert_eq!("BGR".parse(), Ok(InputChannels::Bgr));
        assert!("gbr".parse::<InputChannels>().is_err());
        assert_eq!(InputChannels::of_count(3), Some(InputChannels::Rgb));
        assert_eq!(InputChannels::of_count(1), Some(InputChannels::Grey));
        assert_eq!(InputChannels::of_count(2), None);
    }
}
