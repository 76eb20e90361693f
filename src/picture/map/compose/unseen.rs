//! What the network did not see, in figures.

use std::fmt;
use std::str::FromStr;

use image::{Rgb, RgbImage};
use serde::{Deserialize, Serialize};

use crate::picture::UnknownName;
use crate::picture::map::look::Overlay;
use crate::picture::photo::geometry::PixelBox;

/// How a figure shows the part of the photo that the network did not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unseen {
    /// Pale, under diagonal lines.
    #[default]
    Hatched,
    /// Not at all: every panel is what the network saw.
    Cut,
    /// Under a dark shade, as in the window.
    Shaded,
}

impl Unseen {
    /// In the order in which the window offers them.
    pub const ALL: [Unseen; 3] = [Unseen::Hatched, Unseen::Cut, Unseen::Shaded];

    /// Its name in the window.
    pub fn label(self) -> &'static str {
        match self {
            Unseen::Hatched => "Hatched",
            Unseen::Cut => "Cut off",
            Unseen::Shaded => "Shaded",
        }
    }

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Unseen::Hatched => "hatched",
            Unseen::Cut => "cut",
            Unseen::Shaded => "shaded",
        }
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Unseen {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL
            .into_iter()
            .find(|unseen| unseen.name().eq_ignore_ascii_case(name));
        let names = Self::ALL.map(Unseen::name);
        found.ok_or_else(|| UnknownName::new("way to show the unseen", name, names))
    }
}

/// The share of white over the photo.
const PALE: f32 = 0.6;
/// The lines, and their share of the colour.
const LINE: (f32, f32) = (96.0, 0.4);
/// The distance of the lines as a share of the long side, and the least in pixels.
const PITCH: (u32, u32) = (40, 6);

/// What a hatch is drawn over.
#[derive(Debug, Clone, Copy)]
pub enum Under<'a> {
    /// A pale copy of a picture of the same size.
    Pale(&'a RgbImage),
    /// White.
    White,
    /// What is there: a spotlight leaves the unseen no brighter than the seen.
    Dark,
}

impl<'a> Under<'a> {
    /// What is hatched of a heat map over this photo.
    pub fn heat_map(photo: &'a RgbImage, overlay: Overlay) -> Under<'a> {
        match overlay {
            Overlay::Blend | Overlay::Contours | Overlay::Cells => Under::Pale(photo),
            Overlay::Spotlight => Under::Dark,
        }
    }
}

/// The share of white in the lines over [`Under::Dark`].
const LIGHT_LINE: f32 = 0.2;

/// Draws diagonal lines over what lies outside `seen`.
pub fn hatch(picture: &mut RgbImage, under: Under<'_>, seen: &PixelBox) {
    let long = picture.width().max(picture.height());
    let pitch = (long / PITCH.0).max(PITCH.1);
    let thickness = (pitch / 6).max(1);
    let columns = seen.x..seen.x + seen.width;
    let rows = seen.y..seen.y + seen.height;
    let mix = |from: f32, to: f32, share: f32| from + (to - from) * share;
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        if columns.contains(&x) && rows.contains(&y) {
            continue;
        }
        let is_line = (x + y) % pitch < thickness;
        let ((ink, share), below) = match under {
            Under::Pale(photo) => {
                let pale = |level: u8| mix(f32::from(level), 255.0, PALE);
                (LINE, photo.get_pixel(x, y).0.map(pale))
            }
            Under::White => (LINE, [255.0; 3]),
            Under::Dark => ((255.0, LIGHT_LINE), pixel.0.map(f32::from)),
        };
        let share = if is_line { share } else { 0.0 };
        *pixel = Rgb(below.map(|level| mix(level, ink, share).round() as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatches_the_unseen_alone_and_lighter_than_the_photo() {
        let photo = RgbImage::from_pixel(40, 20, Rgb([100, 150, 0]));
        let mut picture = RgbImage::new(40, 20);
        let seen = PixelBox {
            x: 10,
            y: 0,
            width: 20,
            height: 20,
        };
        hatch(&mut picture, Under::Pale(&photo), &seen);
        for (x, _, pixel) in picture.enumerate_pixels() {
            let expected: &[[u8; 3]] = if (10..30).contains(&x) {
                &[[0; 3]]
            } else {
                &[[193, 213, 153], [154, 166, 130]]
            };
            assert!(expected.contains(&pixel.0), "{pixel:?} at {x}");
        }
        // A line in six pixels, diagonally.
        assert_eq!(picture.get_pixel(0, 0).0, [154, 166, 130]);
        assert_eq!(picture.get_pixel(5, 1).0, [154, 166, 130]);
        assert_eq!(picture.get_pixel(1, 0).0, [193, 213, 153]);
        let mut plain = RgbImage::new(40, 20);
        hatch(&mut plain, Under::White, &seen);
        assert_eq!(plain.get_pixel(1, 0).0, [255; 3]);
        let mut dark = RgbImage::new(40, 20);
        hatch(&mut dark, Under::Dark, &seen);
        assert_eq!([0, 1].map(|x| dark.get_pixel(x, 0).0), [[51; 3], [0; 3]]);
    }
}
