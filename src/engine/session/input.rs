//! From a photo to a model's input: resampled, normalised, as a tensor.

use std::time::Instant;

use tch::{Device, Kind, Tensor};

use super::ms_since;
use crate::engine::Error;
use crate::model::{InputChannels, Preprocess};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::{Fit, Placement};
use crate::picture::photo::resample::resample;

/// A photo as a model's input.
pub(crate) struct Input {
    /// `[1, channels, height, width]`
    pub tensor: Tensor,
    pub placement: Placement,
    pub resample_ms: f64,
}

impl Input {
    pub(crate) fn new(photo: &Photo, fit: Fit, preprocess: &Preprocess) -> Result<Input, Error> {
        let start = Instant::now();
        let frame = preprocess.frame();
        let placement = Placement::new(photo.rgb.dimensions(), &frame, fit);
        let tensor = normalised(&resample(&photo.rgb, &placement, &frame)?, preprocess)?;
        Ok(Input {
            tensor,
            placement,
            resample_ms: ms_since(start),
        })
    }
}

/// `[1, channels, height, width]`, the channels in the model's order: each value scaled to [0, 1], minus the
/// mean, divided by the standard deviation.
fn normalised(picture: &image::RgbImage, preprocess: &Preprocess) -> Result<Tensor, Error> {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let pixels = Tensor::f_from_data_size(picture.as_raw(), &[1, height, width, 3], Kind::Uint8)?;
    let channel = |values: &[f64]| -> Result<Tensor, tch::TchError> {
        Tensor::f_from_slice(values)?
            .f_to_kind(Kind::Float)?
            .f_reshape([1, -1, 1, 1])
    };
    let planes = pixels.f_permute([0, 3, 1, 2])?;
    let planes = match preprocess.channels {
        InputChannels::Rgb => planes,
        InputChannels::Bgr => planes.f_flip([1])?,
        InputChannels::Grey => luminance(&planes)?,
    };
    let input = planes
        .f_to_kind(Kind::Float)?
        .f_div_scalar(255.0)?
        .f_sub(&channel(&preprocess.mean)?)?
        .f_div(&channel(&preprocess.std)?)?
        .f_contiguous()?;
    Ok(input.f_to_device(Device::Cpu)?)
}

/// Pillow's `L` of 8-bit RGB planes `[1, 3, height, width]`: its weights in 16-bit fixed point.
fn luminance(planes: &Tensor) -> Result<Tensor, tch::TchError> {
    const WEIGHTS: [i32; 3] = [19_595, 38_470, 7_471];
    let weights = Tensor::f_from_slice(&WEIGHTS)?.f_reshape([1, 3, 1, 1])?;
    planes
        .f_to_kind(Kind::Int)?
        .f_mul(&weights)?
        .f_sum_dim_intlist([1].as_slice(), true, Kind::Int)?
        .f_add_scalar(1 << 15)?
        .f_bitwise_right_shift_tensor_scalar(16)?
        .f_to_kind(Kind::Uint8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_channels_in_the_models_order() {
        let picture = image::RgbImage::from_pixel(1, 1, image::Rgb([255, 51, 0]));
        let mut preprocess = Preprocess {
            mean: vec![0.5, 0.1, 0.0],
            std: vec![0.5, 1.0, 2.0],
            ..Preprocess::imagenet(1, 1)
        };
        let values = |preprocess: &Preprocess| {
            let input = normalised(&picture, preprocess).unwrap();
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
            let picture = image::RgbImage::from_pixel(1, 1, image::Rgb(colour));
            let input = normalised(&picture, &grey).unwrap();
            assert_eq!(input.size(), [1, 1, 1, 1]);
            assert_eq!(input.double_value(&[0, 0, 0, 0]), level, "{colour:?}");
        }
    }
}
