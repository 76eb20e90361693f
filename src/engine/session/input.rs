//! From a photo to a model's input: resampled, normalised, as a tensor.

use std::time::Instant;

use tch::{Device, Kind, Tensor};

use super::ms_since;
use crate::engine::Error;
use crate::model::Preprocess;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::{Fit, Placement};
use crate::picture::photo::resample::resample;

/// A photo as a model's input.
pub(crate) struct Input {
    /// `[1, 3, height, width]`
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

/// `[1, 3, height, width]`, the channels in the model's order: each value scaled to [0, 1], minus the
/// mean, divided by the standard deviation.
fn normalised(picture: &image::RgbImage, preprocess: &Preprocess) -> Result<Tensor, Error> {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let pixels = Tensor::f_from_data_size(picture.as_raw(), &[1, height, width, 3], Kind::Uint8)?;
    let channel = |values: &[f64; 3]| -> Result<Tensor, tch::TchError> {
        Tensor::f_from_slice(values)?
            .f_to_kind(Kind::Float)?
            .f_reshape([1, 3, 1, 1])
    };
    let planes = pixels.f_permute([0, 3, 1, 2])?;
    let planes = if preprocess.bgr {
        planes.f_flip([1])?
    } else {
        planes
    };
    let input = planes
        .f_to_kind(Kind::Float)?
        .f_div_scalar(255.0)?
        .f_sub(&channel(&preprocess.mean)?)?
        .f_div(&channel(&preprocess.std)?)?
        .f_contiguous()?;
    Ok(input.f_to_device(Device::Cpu)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_channels_in_the_models_order() {
        let picture = image::RgbImage::from_pixel(1, 1, image::Rgb([255, 51, 0]));
        let mut preprocess = Preprocess {
            mean: [0.5, 0.1, 0.0],
            std: [0.5, 1.0, 2.0],
            ..Preprocess::imagenet(1, 1)
        };
        let values = |preprocess: &Preprocess| {
            let input = normalised(&picture, preprocess).unwrap();
            assert_eq!(input.size(), [1, 3, 1, 1]);
            Vec::<f32>::try_from(input.reshape(-1)).unwrap()
        };
        assert_eq!(values(&preprocess), [1.0, 0.1, 0.0]);
        preprocess.bgr = true;
        assert_eq!(values(&preprocess), [-1.0, 0.1, 0.5]);
    }
}
