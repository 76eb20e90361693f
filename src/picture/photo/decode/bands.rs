//! A picture's own channels, where they are others than red, green and blue: with transparency, or the
//! bands of a TIFF.

use std::path::Path;

use image::{DynamicImage, RgbImage};
use serde::{Deserialize, Serialize};

use super::window::spread::{Spread, Stated};
use super::window::{By, Levels, Window, Windowed};
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

    /// The bands as a picture. Bands of bytes are shown as they are; others through the `wanted` window. Without
    /// one that someone chose or that the file states, each of several bands is shown through its own.
    ///
    /// # Errors
    /// [`Error::NoBand`] where the picture, which is called `path`, does not have one of them.
    pub(super) fn shown(
        &self,
        ShownBands(shown): ShownBands,
        wanted: Window,
        stated: &Stated,
        path: &Path,
    ) -> Result<(RgbImage, Option<Windowed>), Error> {
        let count = self.count();
        if let Some(band) = shown
            .into_iter()
            .find(|band| !(1..=count).contains(&usize::from(*band)))
        {
            return Err(Error::NoBand {
                band,
                bands: count,
                path: path.to_owned(),
            });
        }
        let indices = shown.map(|band| usize::from(band) - 1);
        let distinct = if indices[1..] == [indices[0]; 2] {
            &indices[..1]
        } else {
            &indices[..]
        };
        let windowed = self.windowed(distinct, wanted, stated);
        let mut picture = RgbImage::new(self.width, self.height);
        for (channel, index) in indices.into_iter().enumerate() {
            let levels = match windowed {
                Some(windowed) if windowed.each => {
                    let own = self.spread(&[index]).map(|spread| spread.automatic());
                    self.levels(index, own, stated)
                }
                _ => self.levels(index, windowed.map(|windowed| windowed.levels), stated),
            };
            for (pixel, level) in picture.pixels_mut().zip(levels) {
                pixel.0[channel] = level;
            }
        }
        Ok((picture, windowed))
    }

    /// The window of these bands; `None` for bytes.
    fn windowed(&self, indices: &[usize], wanted: Window, stated: &Stated) -> Option<Windowed> {
        // Bands that are more than colours differ in what they measure.
        let wanted = match wanted {
            Window::Usual if stated.window.is_none() && self.count() > 3 => Window::Automatic,
            wanted => wanted,
        };
        let mut windowed = Windowed::new(wanted, &self.spread(indices)?, stated);
        if windowed.by == By::Automatic && indices.len() > 1 {
            windowed.levels = self.spread(&indices[..1])?.automatic();
            windowed.each = true;
        }
        Some(windowed)
    }

    /// How far the values of all these reach; `None` for bytes.
    fn spread(&self, indices: &[usize]) -> Option<Spread> {
        let indices = indices.iter();
        Some(match &self.planes {
            Planes::Bytes(_) => return None,
            Planes::Words(planes) => {
                let planes = indices.filter_map(|index| planes.get(*index));
                Spread::of_words(planes.flatten().copied())
            }
            Planes::Floats(planes) => {
                let planes = indices.filter_map(|index| planes.get(*index));
                Spread::of_floats(planes.flatten())
            }
        })
    }

    /// A band through a window; none if there is no such band.
    fn levels(&self, index: usize, window: Option<Levels>, stated: &Stated) -> Vec<u8> {
        let level = |value: f64| window.map_or(0, |window| stated.level(window, value));
        match &self.planes {
            Planes::Bytes(planes) => planes.get(index).cloned().unwrap_or_default(),
            Planes::Words(planes) => {
                let table: Vec<u8> = (0..=u16::MAX)
                    .map(|value| level(f64::from(value)))
                    .collect();
                let values = planes.get(index).map(Vec::as_slice).unwrap_or_default();
                values
                    .iter()
                    .map(|value| table[usize::from(*value)])
                    .collect()
            }
            Planes::Floats(planes) => {
                let values = planes.get(index).map(Vec::as_slice).unwrap_or_default();
                values
                    .iter()
                    .map(|value| level(f64::from(*value)))
                    .collect()
            }
        }
    }
}

/// Interleaved values as planes.
pub(super) fn apart<T: Copy>(values: &[T], count: usize) -> Vec<Vec<T>> {
    let band = |band: usize| values.iter().skip(band).step_by(count.max(1)).copied();
    (0..count).map(|index| band(index).collect()).collect()
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
        let seen = |bands: &Bands, shown| {
            let stated = Stated::default();
            let shown = bands.shown(shown, Window::Usual, &stated, Path::new("a.tif"));
            shown.map(|(picture, windowed)| (picture.into_raw(), windowed.map(|w| w.by)))
        };
        let bytes = bands(Planes::Bytes(vec![vec![1, 2], vec![3, 4], vec![5, 6]]));
        let (picture, by) = seen(&bytes, ShownBands([3, 1, 2])).unwrap();
        assert_eq!((picture, by), (vec![5, 1, 3, 6, 2, 4], None));
        let (grey, _) = seen(&bytes, ShownBands([2; 3])).unwrap();
        assert_eq!(grey, [3, 3, 3, 4, 4, 4]);
        let floats = bands(Planes::Floats(vec![vec![-7.5, f32::NAN]]));
        assert_eq!(seen(&floats, floats.shown_by_default()).unwrap().0, [0; 6]);
        let words = bands(Planes::Words(vec![vec![100, 5000]]));
        let stretched = (vec![0, 0, 0, 255, 255, 255], Some(By::Automatic));
        assert_eq!(seen(&words, words.shown_by_default()).unwrap(), stretched);
        let words = bands(Planes::Words(vec![vec![100, 9000]]));
        let whole = (vec![2, 2, 2, 140, 140, 140], Some(By::Full));
        assert_eq!(seen(&words, words.shown_by_default()).unwrap(), whole);
        let error = seen(&bytes, ShownBands([4, 1, 2])).unwrap_err();
        assert!(error.to_string().contains("no band 4"), "{error}");
    }

    #[test]
    fn several_bands_share_a_window_that_is_not_their_own() {
        let seen = |planes: Vec<Vec<u16>>, wanted: Window| {
            let bands = bands(Planes::Words(planes));
            let shown = ShownBands([1, 2, 2]);
            let done = bands.shown(shown, wanted, &Stated::default(), Path::new("a.tif"));
            let (picture, windowed) = done.unwrap();
            (picture.into_raw(), windowed.unwrap().each)
        };
        let two = vec![vec![0, 1000], vec![0, 500]];
        let together = (vec![0, 0, 0, 249, 125, 125], false);
        assert_eq!(seen(two.clone(), Window::Usual), together);
        let each = (vec![0, 0, 0, 255, 255, 255], true);
        assert_eq!(seen(two.clone(), Window::Automatic), each);
        let chosen = Window::Levels(Levels::new(500.0, 2000.0).unwrap());
        assert_eq!(
            seen(two.clone(), chosen),
            (vec![64, 64, 64, 191, 128, 128], false)
        );
        // More than three measure different things.
        let four = [two.clone(), two].concat();
        assert_eq!(seen(four, Window::Usual), each);
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
