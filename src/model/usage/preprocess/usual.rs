//! The preprocessings that most networks were trained with, to be tried where a file states none.

use super::{Preprocess, Stated};
use crate::model::usage::channels::InputChannels;
use crate::model::usage::pixels::{Levels, known};
use crate::picture::photo::geometry::{CropMode, Filter};

impl Preprocess {
    /// The usual preprocessings for an input of this size and number of channels, each with its name and
    /// without the one that this is already.
    pub fn usual(&self) -> Vec<(&'static str, Preprocess)> {
        let levels = |levels: Levels, mode, interpolation, crop_pct| {
            let (mean, std) = levels.normalisation();
            stated((vec![mean], vec![std]), mode, interpolation, crop_pct)
        };
        let (centre, squash) = (CropMode::Centre, CropMode::Squash);
        let (bilinear, bicubic) = (Filter::Bilinear, Filter::Bicubic);
        let mut tried = Vec::new();
        if self.channels.count() == 3 {
            let colours = |(mean, std): ([f64; 3], [f64; 3])| (mean.to_vec(), std.to_vec());
            let imagenet = colours(known::IMAGENET);
            let mut caffe = known::CAFFE.map(|mean| mean / 255.0).to_vec();
            caffe.reverse();
            let blue_first = |stated: Stated| Stated {
                channels: Some(InputChannels::Bgr),
                ..stated
            };
            tried.extend([
                (
                    "ImageNet: torchvision, most of timm",
                    stated(imagenet, centre, bilinear, 0.875),
                ),
                ("CLIP", stated(colours(known::CLIP), centre, bicubic, 1.0)),
                (
                    "Caffe: Keras' VGG and ResNet",
                    blue_first(stated(
                        (caffe, vec![1.0 / 255.0]),
                        squash,
                        Filter::Nearest,
                        1.0,
                    )),
                ),
                (
                    "0…1, blue first: OpenCV",
                    blue_first(levels(Levels::Unit, squash, Filter::Linear, 1.0)),
                ),
                (
                    "0…255, blue first: OpenCV",
                    blue_first(levels(Levels::Bytes, squash, Filter::Linear, 1.0)),
                ),
            ]);
        }
        tried.extend([
            (
                "0…1: ToTensor alone, ultralytics",
                levels(Levels::Unit, centre, bilinear, 1.0),
            ),
            (
                "0…1, stretched",
                levels(Levels::Unit, squash, bilinear, 1.0),
            ),
            (
                "−1…1: timm's ViT",
                levels(Levels::Signed, centre, bicubic, 0.9),
            ),
            (
                "−1…1, stretched: transformers' ViT, Keras",
                levels(Levels::Signed, squash, bilinear, 1.0),
            ),
            (
                "0…255, stretched",
                levels(Levels::Bytes, squash, bilinear, 1.0),
            ),
        ]);
        let here = |(name, stated): (&'static str, Stated)| {
            // The plain order, unless the candidate has its own.
            let plain = Preprocess {
                channels: match self.channels {
                    InputChannels::Bgr => InputChannels::Rgb,
                    other => other,
                },
                ..self.clone()
            };
            Some((name, stated.over(&plain).ok()?))
        };
        let tried = tried.into_iter().filter_map(here);
        tried.filter(|(_, preprocess)| preprocess != self).collect()
    }
}

fn stated(
    (mean, std): (Vec<f64>, Vec<f64>),
    mode: CropMode,
    interpolation: Filter,
    crop_pct: f64,
) -> Stated {
    Stated {
        interpolation: Some(interpolation),
        crop_pct: Some(crop_pct),
        mode: Some(mode),
        mean: Some(mean),
        std: Some(std),
        ..Stated::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_is_in_use() {
        let imagenet = Preprocess::imagenet(224, 224);
        let usual = imagenet.usual();
        assert_eq!(usual.len(), 9);
        assert!(usual.iter().all(|(_, preprocess)| *preprocess != imagenet));
        assert!(usual.iter().all(|(_, preprocess)| preprocess.width == 224));
        let (_, caffe) = usual
            .iter()
            .find(|(name, _)| name.starts_with("Caffe"))
            .unwrap();
        assert_eq!(caffe.channels, InputChannels::Bgr);
        // From there, ImageNet's is one of the others, red first again.
        let back = caffe.usual();
        assert!(back.iter().any(|(_, preprocess)| *preprocess == imagenet));
        let grey = Preprocess {
            mean: vec![0.0],
            std: vec![1.0],
            channels: InputChannels::Grey,
            ..imagenet
        };
        assert_eq!(grey.usual().len(), 5);
    }
}
