//! Means and deviations that many networks share.

use super::Levels;
use crate::model::usage::channels::InputChannels;

/// ImageNet's, as torchvision has them.
pub const IMAGENET: ([f64; 3], [f64; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
/// CLIP's.
pub const CLIP: ([f64; 3], [f64; 3]) = (
    [0.481_454_66, 0.457_827_5, 0.408_210_73],
    [0.268_629_54, 0.261_302_58, 0.275_777_11],
);
/// Caffe's, in levels from 0 to 255, red first.
pub const CAFFE: [f64; 3] = [123.68, 116.779, 103.939];

/// What is known of some numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub levels: Levels,
    /// Only where the numbers differ from channel to channel.
    pub channels: Option<InputChannels>,
}

/// The known ones that these are, as a network subtracts and divides them.
pub fn find(mean: &[f64], std: &[f64]) -> Option<Known> {
    let [caffe_std, caffe_mean] = [[1.0; 3], CAFFE];
    let times = |numbers: [f64; 3], factor: f64| numbers.map(|number| number * factor);
    let unit = [IMAGENET, CLIP];
    let bytes = unit.map(|(mean, std)| (times(mean, 255.0), times(std, 255.0)));
    let caffe = [
        (caffe_mean, caffe_std),
        (caffe_mean, IMAGENET.1.map(|std| std * 255.0)),
        (caffe_mean, times(caffe_std, 255.0)),
        (caffe_mean, times(caffe_std, 58.82)),
        ([122.679, 116.669, 104.007], caffe_std),
        ([123.0, 117.0, 104.0], caffe_std),
    ];
    // Levels from −1 to 1 that are turned back into those from 0 to 1 first.
    let signed = unit.map(|(mean, std)| (mean.map(|mean| 2.0 * mean - 1.0), times(std, 2.0)));
    let signed = signed.into_iter().map(|pair| (pair, Levels::Signed));
    let unit = unit.into_iter().map(|pair| (pair, Levels::Unit));
    let bytes = bytes.into_iter().chain(caffe);
    let bytes = bytes.map(|pair| (pair, Levels::Bytes));
    for ((means, stds), levels) in unit.chain(bytes).chain(signed) {
        for channels in [InputChannels::Rgb, InputChannels::Bgr] {
            let ordered = |mut numbers: [f64; 3]| {
                if channels == InputChannels::Bgr {
                    numbers.reverse();
                }
                numbers
            };
            if near(mean, &ordered(means)) && near(std, &ordered(stds)) {
                return Some(Known {
                    levels,
                    channels: Some(channels),
                });
            }
        }
    }
    None
}

/// Whether they are the same but for rounding, such as that of a mean to three places.
pub fn near(numbers: &[f64], known: &[f64]) -> bool {
    let pairs = || numbers.iter().zip(known);
    numbers.len() == known.len() && pairs().all(|(a, b)| (a - b).abs() <= 4e-3 * b.abs().max(1e-3))
}
