//! The channels of a model's input: what they are, and in which order.

use std::borrow::Cow;
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
    /// So many channels of the picture itself, neither one nor three.
    Bands(u16),
}

impl InputChannels {
    /// Those that have a name.
    pub const NAMED: [InputChannels; 3] =
        [InputChannels::Rgb, InputChannels::Bgr, InputChannels::Grey];

    /// Its name in the window.
    pub fn label(self) -> Cow<'static, str> {
        match self {
            InputChannels::Rgb => "RGB".into(),
            InputChannels::Bgr => "BGR".into(),
            InputChannels::Grey => "Grey".into(),
            InputChannels::Bands(count) => format!("{count} bands").into(),
        }
    }

    /// Its name in files and on the command line.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            InputChannels::Rgb => "rgb".into(),
            InputChannels::Bgr => "bgr".into(),
            InputChannels::Grey => "grey".into(),
            InputChannels::Bands(count) => count.to_string().into(),
        }
    }

    /// How many there are.
    pub fn count(self) -> usize {
        match self {
            InputChannels::Rgb | InputChannels::Bgr => 3,
            InputChannels::Grey => 1,
            InputChannels::Bands(count) => usize::from(count),
        }
    }

    /// The name of each, in order.
    pub fn names(self) -> Vec<String> {
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match self {
            InputChannels::Rgb => named(&["red", "green", "blue"]),
            InputChannels::Bgr => named(&["blue", "green", "red"]),
            InputChannels::Grey => named(&["grey"]),
            InputChannels::Bands(count) => (1..=count).map(|band| format!("band {band}")).collect(),
        }
    }

    /// As in a sentence: `3 channels (red, green, blue)`.
    pub fn words(self) -> String {
        match self {
            InputChannels::Grey => "1 channel (grey)".into(),
            InputChannels::Rgb | InputChannels::Bgr => {
                format!("3 channels ({})", self.names().join(", "))
            }
            InputChannels::Bands(count) => format!("{count} channels"),
        }
    }

    /// The usual channels of an input that has `count` of them; `None` if it has none, or far too many.
    pub fn of_count(count: usize) -> Option<InputChannels> {
        Some(match count {
            0 => return None,
            1 => InputChannels::Grey,
            3 => InputChannels::Rgb,
            _ => InputChannels::Bands(u16::try_from(count).ok()?),
        })
    }

    /// The orders that a person can choose among for an input of as many channels.
    pub fn orders(self) -> Vec<InputChannels> {
        match self {
            InputChannels::Rgb | InputChannels::Bgr => {
                vec![InputChannels::Rgb, InputChannels::Bgr]
            }
            InputChannels::Grey | InputChannels::Bands(_) => vec![self],
        }
    }
}

impl fmt::Display for InputChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

impl FromStr for InputChannels {
    type Err = UnknownName;

    /// A name, or the number of bands.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let named = Self::NAMED.into_iter();
        let mut named = named.filter(|channels| channels.name().eq_ignore_ascii_case(name));
        let count = || name.parse().ok().and_then(Self::of_count);
        let found = named.next().or_else(count);
        found.ok_or_else(|| {
            UnknownName::new(
                "channels",
                name,
                ["rgb", "bgr", "grey", "a number of bands"],
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_tell_the_count() {
        for channels in InputChannels::NAMED
            .into_iter()
            .chain([InputChannels::Bands(12)])
        {
            assert_eq!(channels.to_string().parse(), Ok(channels));
            assert_eq!(channels.names().len(), channels.count());
        }
        assert_eq!("BGR".parse(), Ok(InputChannels::Bgr));
        assert!("gbr".parse::<InputChannels>().is_err());
        assert_eq!(InputChannels::of_count(3), Some(InputChannels::Rgb));
        assert_eq!(InputChannels::of_count(1), Some(InputChannels::Grey));
        assert_eq!(InputChannels::of_count(2), Some(InputChannels::Bands(2)));
        assert_eq!(InputChannels::of_count(0), None);
        assert_eq!("3".parse(), Ok(InputChannels::Rgb));
    }
}
