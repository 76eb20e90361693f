//! Views without a model, for tests.

use std::path::PathBuf;
use std::sync::Arc;

use image::{Rgb, RgbImage};

use super::Figure;
use crate::engine::{Guided, HeatMap, ModelInfo, Prediction};
use crate::explain::Score;
use crate::model::{
    About, AnswerKind, Facts, LabelSource, LayerTree, OpenOptions, Preprocess, PreprocessSource,
    Reading, ReluRule, Sources, Usage,
};
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::{Look, Overlay, Scale};
use crate::picture::map::{Map, SignedImage};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::{Fit, Placement};

pub(crate) const LOOK: Look = Look {
    colormap: Colormap::Grey,
    opacity: 1.0,
    overlay: Overlay::Blend,
    scale: Scale::Own,
    difference_opacity: 1.0,
};

/// A photo, a model and its prediction, without explanations.
pub(crate) struct View {
    pub photo: Arc<Photo>,
    pub model: Arc<ModelInfo>,
    pub answer: Arc<Prediction>,
}

/// A photo of this size, seen whole by a model with three classes. With `long`, all names are long.
pub(crate) fn view(size: (u32, u32), long: bool) -> View {
    let words = |short: &str| {
        if long {
            format!("{short}, of which there is a good deal to say, ").repeat(4)
        } else {
            short.to_owned()
        }
    };
    let rgb = RgbImage::from_pixel(size.0, size.1, Rgb([40, 80, 120]));
    let path = PathBuf::from(format!("{}.png", words("photo")));
    let preprocess = Preprocess::imagenet(8, 8);
    let placement = Placement::new(size, &preprocess.frame(), Fit::Stretch);
    View {
        photo: Arc::new(Photo::from_rgb(path, rgb)),
        model: Arc::new(ModelInfo {
            id: 1,
            weights: 1,
            path: "model.pt2".into(),
            name: words("model"),
            parameters: 1,
            labels: ["tabby", "lynx", "tiger cat"].map(words).into(),
            typed_names: None,
            label_source: LabelSource::Archive,
            reading: Reading::Softmax,
            opened_as: Usage {
                preprocess: preprocess.clone(),
                reading: Reading::Softmax,
                names: None,
                output: None,
                reference: None,
            },
            preprocess,
            preprocess_assumed: false,
            kind: AnswerKind::Classes,
            reference: None,
            outputs: Vec::new(),
            output: 0,
            default_output: 0,
            preprocess_sources: Sources::all(PreprocessSource::InFile),
            architecture: None,
            head_activation: None,
            averaged: None,
            rectifiers: 1,
            layers: LayerTree::default(),
            about: About::default(),
            facts: Facts::default(),
            held: Vec::new(),
            options: OpenOptions::default(),
            notes: Vec::new(),
        }),
        answer: Arc::new(Prediction {
            regions: None,
            logits: vec![3.0, 2.0, 1.0],
            kind: AnswerKind::Classes,
            reading: Reading::Softmax,
            probabilities: vec![0.625, 0.25, 0.125],
            ranking: vec![0, 1, 2],
            placement,
            resample_ms: 0.0,
            forward_ms: 0.0,
        }),
    }
}

impl View {
    /// A map with this maximum on the left and 0 on the right.
    pub fn heat_map(&self, score: Score, layer: &str, max: f32) -> Arc<HeatMap> {
        let map = Map {
            width: 2,
            height: 1,
            values: vec![max, 0.0],
        };
        Arc::new(HeatMap {
            score,
            layer: layer.to_owned(),
            map,
            ms: 0.0,
        })
    }

    pub fn figure(&self, score: Score, layer: &str, max: f32) -> Figure {
        let signed = Arc::new(SignedImage {
            width: 2,
            height: 2,
            values: vec![0.0; 12],
            blue_first: false,
        });
        Figure {
            photo: Arc::clone(&self.photo),
            model: Arc::clone(&self.model),
            answer: Arc::clone(&self.answer),
            heat_map: self.heat_map(score, layer, max),
            guided: Arc::new(Guided {
                score,
                layer: layer.to_owned(),
                rule: ReluRule::Guided,
                backprop: Arc::clone(&signed),
                grad_cam: signed,
                rectifiers: (1, 1),
                ms: 0.0,
            }),
            look: LOOK,
        }
    }
}
