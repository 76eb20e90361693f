//! From a photo to a model's input: resampled, normalised, as a tensor.

use std::time::Instant;

use image::RgbImage;
use tch::{Device, Kind, Tensor};

use super::taken::Taken;
use crate::model::error::{Fault, first_line};
use crate::model::{InputChannels, Preprocess};
use crate::picture;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::{Fit, Frame, Placement};
use crate::picture::photo::resample::bands::resample_bands;
use crate::picture::photo::resample::resample;

/// Why a photo could not be made into an input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unprepared {
    #[error(transparent)]
    Picture(#[from] picture::Error),
    #[error(transparent)]
    Torch(#[from] tch::TchError),
}

impl From<Unprepared> for Fault {
    fn from(error: Unprepared) -> Fault {
        match error {
            Unprepared::Picture(error) => Fault::Picture(error),
            Unprepared::Torch(error) => Fault::Graph(first_line(&error)),
        }
    }
}

/// A photo as a model's input.
pub(crate) struct Input {
    /// `[1, channels, height, width]`
    pub tensor: Tensor,
    pub placement: Placement,
    pub resample_ms: f64,
}

impl Input {
    pub(crate) fn new(
        photo: &Photo,
        fit: Fit,
        preprocess: &Preprocess,
    ) -> Result<Input, Unprepared> {
        let start = Instant::now();
        let frame = preprocess.frame();
        let placement = Placement::new(photo.rgb.dimensions(), &frame, fit);
        let planes = match Taken::new(photo, preprocess.channels)? {
            Taken::Colours => levels(&resample(&photo.rgb, &placement, &frame)?, preprocess)?,
            // Turned grey and then resampled, as torchvision's transforms do it. The other way round
            // would round twice.
            Taken::Grey => levels(
                &resample(&grey(&photo.rgb), &placement, &frame)?,
                preprocess,
            )?,
            Taken::Bands(bands, wanted) => {
                let fill = &preprocess.mean;
                let planes = resample_bands(bands, &wanted, &placement, &frame, fill)?;
                levels_of_bands(&planes, bands.planes.white(), &frame)?
            }
        };
        Ok(Input {
            tensor: normalised(&planes, preprocess)?,
            placement,
            resample_ms: start.elapsed().as_secs_f64() * 1e3,
        })
    }
}

/// `[1, channels, height, width]`, the channels in the model's order: values from 0 to 1, minus the mean,
/// divided by the standard deviation.
fn normalised(planes: &Tensor, preprocess: &Preprocess) -> Result<Tensor, tch::TchError> {
    let channel = |values: &[f64]| -> Result<Tensor, tch::TchError> {
        Tensor::f_from_slice(values)?
            .f_to_kind(Kind::Float)?
            .f_reshape([1, -1, 1, 1])
    };
    let input = planes
        .f_sub(&channel(&preprocess.mean)?)?
        .f_div(&channel(&preprocess.std)?)?
        .f_contiguous()?;
    input.f_to_device(Device::Cpu)
}

/// Colours as values from 0 to 1, `[1, channels, height, width]`.
fn levels(picture: &RgbImage, preprocess: &Preprocess) -> Result<Tensor, tch::TchError> {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let pixels = Tensor::f_from_data_size(picture.as_raw(), &[1, height, width, 3], Kind::Uint8)?;
    let planes = pixels.f_permute([0, 3, 1, 2])?;
    let planes = match preprocess.channels {
        InputChannels::Rgb | InputChannels::Bands(_) => planes,
        InputChannels::Bgr => planes.f_flip([1])?,
        // All three are the same.
        InputChannels::Grey => planes.f_narrow(1, 0, 1)?,
    };
    planes.f_to_kind(Kind::Float)?.f_div_scalar(255.0)
}

/// Bands in units of `white`, `[1, channels, height, width]`.
fn levels_of_bands(
    planes: &[Vec<f32>],
    white: f32,
    frame: &Frame,
) -> Result<Tensor, tch::TchError> {
    let size = [
        1,
        planes.len() as i64,
        i64::from(frame.height),
        i64::from(frame.width),
    ];
    Tensor::f_from_slice(&planes.concat())?
        .f_reshape(size)?
        .f_div_scalar(f64::from(white))
}

/// Pillow's `L` of every pixel, in all three channels: its weights in 16-bit fixed point.
fn grey(photo: &RgbImage) -> RgbImage {
    let mut grey = photo.clone();
    for pixel in grey.pixels_mut() {
        let [red, green, blue] = pixel.0.map(u32::from);
        // At most 255 · 2¹⁶ + 2¹⁵, so the level fits.
        let level = (red * 19_595 + green * 38_470 + blue * 7_471 + (1 << 15)) >> 16;
        pixel.0 = [level as u8; 3];
    }
    grey
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_channels_in_the_models_order() {
        let picture = RgbImage::from_pixel(1, 1, image::Rgb([255, 51, 0]));
        let mut preprocess = Preprocess {
            mean: vec![0.5, 0.1, 0.0],
            std: vec![0.5, 1.0, 2.0],
            ..Preprocess::imagenet(1, 1)
        };
        let values = |preprocess: &Preprocess| {
            let input = normalised(&levels(&picture, preprocess).unwrap(), preprocess).unwrap();
            assert_eq!(input.size(), [1, 3, 1, 1]);
            Vec::<f32>::try_from(input.reshape(-1)).unwrap()
        };
        assert_eq!(values(&preprocess), [1.0, 0.1, 0.0]);
        preprocess.channels = InputChannels::Bgr;
        assert_eq!(values(&preprocess), [-1.0, 0.1, 0.5]);
    }

    /// `Image.new("RGB", (1, 1), colour).convert("L")` in Pillow.
    #[test]
    fn turns_colours_grey_as_pillow_does() {
        let grey = Preprocess {
            mean: vec![0.0],
            std: vec![1.0 / 255.0],
            channels: InputChannels::Grey,
            ..Preprocess::imagenet(1, 1)
        };
        for (colour, level) in [
            ([255, 51, 0], 106.0),
            ([0, 0, 0], 0.0),
            ([255, 255, 255], 255.0),
            ([1, 2, 3], 2.0),
            ([200, 10, 77], 74.0),
        ] {
            let photo = RgbImage::from_pixel(1, 1, image::Rgb(colour));
            let photo = Photo::from_rgb("p.png".into(), photo);
            let input = Input::new(&photo, Fit::Stretch, &grey).unwrap().tensor;
            assert_eq!(input.size(), [1, 1, 1, 1]);
            let off = (input.double_value(&[0, 0, 0, 0]) - level).abs();
            assert!(off < 1e-4, "{colour:?}");
        }
    }
}
