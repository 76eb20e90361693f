//! Which channels of a picture a model takes.

use crate::model::InputChannels;
use crate::picture::Error;
use crate::picture::photo::decode::bands::{Bands, Meaning, Planes, ShownBands};
use crate::picture::photo::decode::notes::Note;
use crate::picture::photo::decode::{OwnChannels, Photo};

/// What of a picture goes into a model.
pub(crate) enum Taken<'a> {
    /// Its colours, in the model's order.
    Colours,
    /// Its luminance.
    Grey,
    /// Channels of its own, counted from 0, in the model's order.
    Bands(&'a Bands, Vec<usize>),
}

impl<'a> Taken<'a> {
    /// # Errors
    /// [`Error::Channels`] where the picture does not have what the model needs, and [`Error::NotFinite`].
    pub fn new(photo: &'a Photo, channels: InputChannels) -> Result<Taken<'a>, Error> {
        let refused = |way_on| Error::Channels {
            has: photo.channels.words(),
            needs: channels.words(),
            way_on,
            path: photo.path.clone(),
        };
        let bands = match &photo.channels {
            OwnChannels::Bands(bands) => Some(&**bands),
            OwnChannels::Grey | OwnChannels::Colour | OwnChannels::Inks => None,
        };
        let plain = bands.filter(|bands| bands.meaning == Meaning::Bands);
        let through_window = plain.filter(|_| photo.window.is_some());
        let taken = match (channels, plain, bands) {
            (InputChannels::Rgb | InputChannels::Bgr, Some(bands), _)
                if through_window.is_some() =>
            {
                are_finite(photo, bands, &shown(photo, bands))?;
                Taken::Colours
            }
            (InputChannels::Rgb, Some(bands), _) => Taken::Bands(bands, shown(photo, bands).into()),
            (InputChannels::Bgr, Some(bands), _) => {
                let [red, green, blue] = shown(photo, bands);
                Taken::Bands(bands, vec![blue, green, red])
            }
            (InputChannels::Rgb | InputChannels::Bgr, None, _) => Taken::Colours,
            (InputChannels::Grey, Some(bands), _) => match shown(photo, bands) {
                [grey, green, blue] if grey == green && green == blue => match through_window {
                    Some(bands) => {
                        are_finite(photo, bands, &[grey])?;
                        Taken::Grey
                    }
                    None => Taken::Bands(bands, vec![grey]),
                },
                _ => return Err(refused("show one band alone, and the model takes that one")),
            },
            (InputChannels::Grey, None, _) => Taken::Grey,
            (InputChannels::Bands(count), _, Some(bands))
                if bands.count() == usize::from(count)
                    || (plain.is_some() && bands.count() > usize::from(count)) =>
            {
                Taken::Bands(bands, (0..usize::from(count)).collect())
            }
            (InputChannels::Bands(_), ..) => {
                return Err(refused(
                    "a TIFF can have any number, and on the command line --bands a.tif,b.tif makes one image \
                     of several files",
                ));
            }
        };
        if let Taken::Bands(bands, wanted) = &taken {
            are_finite(photo, bands, wanted)?;
        }
        Ok(taken)
    }
}

/// Refuses numbers without a value in these bands.
fn are_finite(photo: &Photo, bands: &Bands, wanted: &[usize]) -> Result<(), Error> {
    let Planes::Floats(planes) = &bands.planes else {
        return Ok(());
    };
    let is_finite = |band: &&usize| {
        let plane = planes.get(**band);
        plane.is_some_and(|plane| plane.iter().all(|value| value.is_finite()))
    };
    match wanted.iter().find(|band| !is_finite(band)) {
        Some(band) => Err(Error::NotFinite {
            band: band + 1,
            path: photo.path.clone(),
        }),
        None => Ok(()),
    }
}

/// The bands that are shown, counted from 0.
fn shown(photo: &Photo, bands: &Bands) -> [usize; 3] {
    let shown = photo.shown_bands();
    let ShownBands(shown) = shown.unwrap_or_else(|| bands.shown_by_default());
    shown.map(|band| usize::from(band).saturating_sub(1))
}

/// Whether a note on a picture is of use beside a model: nothing is laid over white for one that takes the opacity
/// itself.
pub fn concerns(note: Note, channels: InputChannels) -> bool {
    let takes_opacity = matches!(channels, InputChannels::Bands(_));
    !(takes_opacity && note == Note::Transparent)
}

/// What the user should know of how a model takes this picture, in full sentences; empty where it takes the
/// colours that are shown.
pub fn taken_words(photo: &Photo, channels: InputChannels) -> Vec<String> {
    let (bands, wanted) = match (Taken::new(photo, channels), &photo.channels) {
        (Ok(Taken::Bands(bands, wanted)), _) => (bands, wanted),
        (Ok(Taken::Colours | Taken::Grey), OwnChannels::Bands(bands))
            if bands.meaning == Meaning::Bands =>
        {
            let mut wanted = shown(photo, bands).to_vec();
            match channels {
                InputChannels::Bgr => wanted.reverse(),
                InputChannels::Grey => wanted.truncate(1),
                InputChannels::Rgb | InputChannels::Bands(_) => {}
            }
            (&**bands, wanted)
        }
        _ => return Vec::new(),
    };
    let is_through_window = photo.window.is_some() && !matches!(channels, InputChannels::Bands(_));
    let values = match bands.planes {
        Planes::Words(_) | Planes::Floats(_) if is_through_window => "8 bits, through the window",
        Planes::Bytes(_) => "8-bit values, divided by 255",
        Planes::Words(_) => "16-bit values, divided by 65535",
        Planes::Floats(_) => "the numbers in the file, as they are",
    };
    let (has, all) = (bands.words(), bands.count());
    let numbers: Vec<String> = wanted.iter().map(|band| (band + 1).to_string()).collect();
    let numbers = numbers.join(", ");
    vec![match channels {
        InputChannels::Rgb => {
            format!("The model takes bands {numbers} of {all} as red, green, blue: {values}")
        }
        InputChannels::Bgr => {
            format!("The model takes bands {numbers} of {all} as blue, green, red: {values}")
        }
        InputChannels::Grey => format!("The model takes band {numbers} of {all}: {values}"),
        InputChannels::Bands(_) if wanted.len() < all => {
            format!("The model takes bands {numbers} of {all}: {values}")
        }
        InputChannels::Bands(_) => format!("The model takes all {has}: {values}"),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::decode::Decoding;
    use crate::picture::photo::decode::window::Window;

    fn photo(count: usize, meaning: Meaning, shown: Option<[u16; 3]>) -> Photo {
        let bands = Bands {
            width: 1,
            height: 1,
            meaning,
            planes: Planes::Bytes((0..count).map(|band| vec![band as u8]).collect()),
        };
        let decoding = Decoding {
            shown: shown.map(ShownBands),
            ..Decoding::default()
        };
        Photo::of_bands("a.tif".into(), bands, decoding).unwrap()
    }

    fn taken(photo: &Photo, channels: InputChannels) -> Result<Vec<usize>, String> {
        match Taken::new(photo, channels) {
            Ok(Taken::Bands(_, wanted)) => Ok(wanted),
            Ok(Taken::Colours | Taken::Grey) => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn takes_the_bands_that_a_model_needs() {
        let six = photo(6, Meaning::Bands, Some([4, 3, 2]));
        assert_eq!(taken(&six, InputChannels::Rgb).unwrap(), [3, 2, 1]);
        assert_eq!(taken(&six, InputChannels::Bgr).unwrap(), [1, 2, 3]);
        assert_eq!(
            taken(&six, InputChannels::Bands(6)).unwrap(),
            [0, 1, 2, 3, 4, 5]
        );
        assert_eq!(taken(&six, InputChannels::Bands(2)).unwrap(), [0, 1]);
        assert!(
            taken(&six, InputChannels::Grey)
                .unwrap_err()
                .contains("6 bands")
        );
        let grey = photo(6, Meaning::Bands, Some([5, 5, 5]));
        assert_eq!(taken(&grey, InputChannels::Grey).unwrap(), [4]);
        let words = taken_words(&six, InputChannels::Rgb);
        assert!(
            words[0].contains("bands 4, 3, 2 of 6 as red, green, blue"),
            "{words:?}"
        );
    }

    #[test]
    fn refuses_too_few_channels_and_says_what_there_is() {
        let alpha = photo(4, Meaning::ColourAlpha, None);
        assert_eq!(
            taken(&alpha, InputChannels::Bands(4)).unwrap(),
            [0, 1, 2, 3]
        );
        assert!(taken(&alpha, InputChannels::Rgb).unwrap().is_empty());
        assert!(concerns(Note::Transparent, InputChannels::Rgb));
        assert!(!concerns(Note::Transparent, InputChannels::Bands(4)));
        assert!(concerns(Note::Pages, InputChannels::Bands(4)));
        // Red and green of a photo are not its two bands.
        for (photo, count) in [
            (&alpha, 2),
            (&alpha, 6),
            (&photo(5, Meaning::Bands, None), 6),
        ] {
            let said = taken(photo, InputChannels::Bands(count)).unwrap_err();
            assert!(
                said.contains(&format!("the model takes {count} channels")),
                "{said}"
            );
        }
        let colours = Photo::from_rgb("p.png".into(), image::RgbImage::new(1, 1));
        let said = taken(&colours, InputChannels::Bands(4)).unwrap_err();
        assert!(said.contains("3 channels (red, green, blue)"), "{said}");
        assert!(taken_words(&colours, InputChannels::Rgb).is_empty());
    }

    #[test]
    fn takes_numbers_through_the_window_or_as_they_are() {
        let with = |window| {
            let bands = Bands {
                width: 2,
                height: 1,
                meaning: Meaning::Bands,
                planes: Planes::Words(vec![vec![0, 60_000]]),
            };
            let decoding = Decoding {
                window,
                ..Decoding::default()
            };
            Photo::of_bands("a.tif".into(), bands, decoding).unwrap()
        };
        let windowed = with(Window::Usual);
        for channels in [InputChannels::Grey, InputChannels::Rgb, InputChannels::Bgr] {
            assert!(taken(&windowed, channels).unwrap().is_empty());
            let words = taken_words(&windowed, channels);
            assert!(
                words[0].ends_with("8 bits, through the window"),
                "{words:?}"
            );
        }
        let numbers = with(Window::Values);
        assert_eq!(taken(&numbers, InputChannels::Grey).unwrap(), [0]);
        let words = taken_words(&numbers, InputChannels::Grey);
        assert!(words[0].ends_with("divided by 65535"), "{words:?}");
        // Its own channels are never changed.
        assert_eq!(taken(&windowed, InputChannels::Bands(1)).unwrap(), [0]);
    }

    #[test]
    fn refuses_pixels_without_a_value() {
        let bands = Bands {
            width: 1,
            height: 1,
            meaning: Meaning::Bands,
            planes: Planes::Floats(vec![vec![1.0], vec![f32::NAN]]),
        };
        let photo = Photo::of_bands("a.tif".into(), bands, Decoding::default()).unwrap();
        let said = taken(&photo, InputChannels::Bands(2)).unwrap_err();
        assert!(said.contains("in band 2"), "{said}");
    }
}
