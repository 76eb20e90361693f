//! A picture's own channels, where they are others than red, green and blue: with transparency, or the
//! bands of a TIFF.

use std::path::Path;

use image::{DynamicImage, RgbImage};
use serde::{Deserialize, Serialize};

use crate::picture::Error;

/// The channels of a picture, each a plane of `height · width` values, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What the channels are.
    pub meaning: Meaning,
    /// The values.
    pub planes: Planes,
}

/// What the channels of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Grey and opacity.
    GreyAlpha,
    /// Red, green, blue and opacity.
    ColourAlpha,
    /// Whatever the file's author knows them to be.
    Bands,
}

/// The values of all channels. Levels from 0 to 1 are these, divided by [`Planes::white`].
#[derive(Debug, Clone, PartialEq)]
pub enum Planes {
    /// 8 bits.
    Bytes(Vec<Vec<u8>>),
    /// 16 bits.
    Words(Vec<Vec<u16>>),
    /// Numbers that are taken as they are.
    Floats(Vec<Vec<f32>>),
}

impl Planes {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Planes::Bytes(planes) => planes.len(),
            Planes::Words(planes) => planes.len(),
            Planes::Floats(planes) => planes.len(),
        }
    }

    /// The value that stands for a level of 1.
    pub fn white(&self) -> f32 {
        match self {
            Planes::Bytes(_) => 255.0,
            Planes::Words(_) => 65_535.0,
            Planes::Floats(_) => 1.0,
        }
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        match self {
            Planes::Bytes(planes) => planes.iter().map(Vec::len).sum(),
            Planes::Words(planes) => planes.iter().map(|plane| 2 * plane.len()).sum(),
            Planes::Floats(planes) => planes.iter().map(|plane| 4 * plane.len()).sum(),
        }
    }

    /// The values of one channel as floats; none if there is no such channel.
    pub fn floats(&self, band: usize) -> Vec<f32> {
        fn of<T: Copy + Into<f32>>(planes: &[Vec<T>], band: usize) -> Vec<f32> {
            let plane = planes.get(band).map(Vec::as_slice).unwrap_or_default();
            plane.iter().map(|value| (*value).into()).collect()
        }
        match self {
            Planes::Bytes(planes) => of(planes, band),
            Planes::Words(planes) => of(planes, band),
            Planes::Floats(planes) => of(planes, band),
        }
    }
}

/// The bands that are shown as red, green and blue, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "[u16; 3]")]
pub struct ShownBands(pub [u16; 3]);

impl TryFrom<[u16; 3]> for ShownBands {
    type Error = &'static str;

    /// Refuses a band 0.
    fn try_from(bands: [u16; 3]) -> Result<ShownBands, &'static str> {
        if bands.contains(&0) {
            return Err("bands are counted from 1");
        }
        Ok(ShownBands(bands))
    }
}

impl ShownBands {
    /// The band that is shown in grey, if it is one.
    pub fn grey(self) -> Option<u16> {
        let [red, green, blue] = self.0;
        (red == green && green == blue).then_some(red)
    }

    /// As in a caption: `bands 4, 3, 2`.
    pub fn words(self) -> String {
        match (self.grey(), self.0) {
            (Some(grey), _) => format!("band {grey}"),
            (None, [red, green, blue]) => format!("bands {red}, {green}, {blue}"),
        }
    }
}

impl std::fmt::Display for ShownBands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.grey(), self.0) {
            (Some(grey), _) => write!(f, "{grey}"),
            (None, [red, green, blue]) => write!(f, "{red},{green},{blue}"),
        }
    }
}

impl std::str::FromStr for ShownBands {
    type Err = &'static str;

    /// Three numbers with commas between them, or one band in grey.
    fn from_str(text: &str) -> Result<ShownBands, &'static str> {
        let numbers: Result<Vec<u16>, _> = text.split(',').map(|n| n.trim().parse()).collect();
        let bands = match numbers.as_deref() {
            Ok([grey]) => [*grey; 3],
            Ok([red, green, blue]) => [*red, *green, *blue],
            _ => return Err("three bands counted from 1, such as 4,3,2, or one to show in grey"),
        };
        ShownBands::try_from(bands)
    }
}

impl Bands {
    /// The channels of a picture with transparency; `None` for others.
    pub(super) fn with_alpha(picture: &DynamicImage) -> Option<Bands> {
        use DynamicImage as Image;
        let (meaning, planes) = match picture {
            Image::ImageLumaA8(image) => (Meaning::GreyAlpha, Planes::Bytes(apart(image, 2))),
            Image::ImageLumaA16(image) => (Meaning::GreyAlpha, Planes::Words(apart(image, 2))),
            Image::ImageRgba8(image) => (Meaning::ColourAlpha, Planes::Bytes(apart(image, 4))),
            Image::ImageRgba16(image) => (Meaning::ColourAlpha, Planes::Words(apart(image, 4))),
            _ => return None,
        };
        Some(Bands {
            width: picture.width(),
            height: picture.height(),
            meaning,
            planes,
        })
    }

    /// How many channels there are.
    pub fn count(&self) -> usize {
        self.planes.count()
    }

    /// Whether it is a single band of numbers, which Pillow clips to levels.
    pub(super) fn is_of_numbers(&self) -> bool {
        self.count() == 1 && matches!(self.planes, Planes::Floats(_))
    }

    /// As in a sentence: `4 channels (red, green, blue, opacity)`.
    pub fn words(&self) -> String {
        match self.meaning {
            Meaning::GreyAlpha => "2 channels (grey, opacity)".into(),
            Meaning::ColourAlpha => "4 channels (red, green, blue, opacity)".into(),
            Meaning::Bands if self.count() == 1 => "1 band".into(),
            Meaning::Bands => format!("{} bands", self.count()),
        }
    }

    /// The bands that are shown where nobody has chosen: the first three, or the first in grey.
    pub fn shown_by_default(&self) -> ShownBands {
        ShownBands(if self.count() < 3 { [1; 3] } else { [1, 2, 3] })
    }

    /// The bands as a picture. Bands of bytes are shown as they are; others are stretched, each from its
    /// second to its 98th percentile.
    ///
    /// # Errors
    /// [`Error::NoBand`] where the picture, which is called `path`, does not have one of them.
    pub fn shown(&self, ShownBands(shown): ShownBands, path: &Path) -> Result<RgbImage, Error> {
        let count = self.count();
        let mut picture = RgbImage::new(self.width, self.height);
        for (channel, band) in shown.into_iter().enumerate() {
            let index = usize::from(band).wrapping_sub(1);
            if index >= count {
                return Err(Error::NoBand {
                    band,
                    bands: count,
                    path: path.to_owned(),
                });
            }
            let levels = match &self.planes {
                Planes::Bytes(planes) => planes[index].clone(),
                Planes::Words(_) | Planes::Floats(_) => stretched(self.planes.floats(index)),
            };
            for (pixel, level) in picture.pixels_mut().zip(levels) {
                pixel.0[channel] = level;
            }
        }
        Ok(picture)
    }
}

/// Interleaved values as planes.
pub(super) fn apart<T: Copy>(values: &[T], count: usize) -> Vec<Vec<T>> {
    let band = |band: usize| values.iter().skip(band).step_by(count.max(1)).copied();
    (0..count).map(|index| band(index).collect()).collect()
}

/// From the second to the 98th percentile as levels from 0 to 255. What is not a number is black.
fn stretched(values: Vec<f32>) -> Vec<u8> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.is_empty() {
        return vec![0; values.len()];
    }
    let last = (sorted.len() - 1) as f64;
    let mut at = |share: f64| {
        let rank = (share * last).round() as usize;
        *sorted.select_nth_unstable_by(rank, f32::total_cmp).1
    };
    let (low, high) = (at(0.02), at(0.98));
    let range = if high > low { high - low } else { 1.0 };
    // A cast from float saturates, and is 0 for NaN.
    let level = |value: f32| ((value - low) / range * 255.0).round() as u8;
    values.into_iter().map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::decode::{Decoding, Photo};

    fn bands(planes: Planes) -> Bands {
        Bands {
            width: 2,
            height: 1,
            meaning: Meaning::Bands,
            planes,
        }
    }

    #[test]
    fn shows_bytes_as_they_are_and_stretches_the_rest() {
        let path = Path::new("a.tif");
        let bytes = bands(Planes::Bytes(vec![vec![1, 2], vec![3, 4], vec![5, 6]]));
        let shown = bytes.shown(ShownBands([3, 1, 2]), path).unwrap();
        assert_eq!(shown.into_raw(), [5, 1, 3, 6, 2, 4]);
        let grey = bytes.shown(ShownBands([2; 3]), path).unwrap();
        assert_eq!(grey.into_raw(), [3, 3, 3, 4, 4, 4]);
        let floats = bands(Planes::Floats(vec![vec![-7.5, f32::NAN]]));
        let shown = floats.shown(floats.shown_by_default(), path).unwrap();
        assert_eq!(shown.into_raw(), [0; 6]);
        let words = bands(Planes::Words(vec![vec![100, 9000]]));
        let shown = words.shown(words.shown_by_default(), path).unwrap();
        assert_eq!(shown.into_raw(), [0, 0, 0, 255, 255, 255]);
        let error = bytes.shown(ShownBands([4, 1, 2]), path).unwrap_err();
        assert!(error.to_string().contains("no band 4"), "{error}");
    }

    #[test]
    fn chosen_bands_are_read_back() {
        for text in ["4,3,2", "7"] {
            assert_eq!(text.parse::<ShownBands>().unwrap().to_string(), text);
        }
        for wrong in ["", "0", "1,2", "1,2,0", "a", "1,2,3,4", "-1,2,3"] {
            assert!(wrong.parse::<ShownBands>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn stored_bands_are_counted_from_1() {
        let shown = ShownBands([4, 3, 2]);
        let text = serde_json::to_string(&shown).unwrap();
        assert_eq!(text, "[4,3,2]");
        assert_eq!(serde_json::from_str::<ShownBands>(&text).unwrap(), shown);
        for wrong in ["[0,0,0]", "[1,2,0]", "[1,2]"] {
            assert!(
                serde_json::from_str::<ShownBands>(wrong).is_err(),
                "{wrong}"
            );
        }
        let planes = Planes::Bytes(vec![vec![1, 2], vec![3, 4], vec![5, 6]]);
        let usual = Decoding::default();
        let photo = Photo::of_bands("a.tif".into(), bands(planes), usual).unwrap();
        let with = |shown| Decoding {
            shown: Some(ShownBands(shown)),
            ..usual
        };
        assert!(photo.would_differ(with([3, 2, 1])));
        // It does not have them, so the usual ones are shown again.
        for none in [[0; 3], [4; 3]] {
            assert!(!photo.would_differ(with(none)), "{none:?}");
        }
    }
}
