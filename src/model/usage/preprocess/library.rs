//! Networks recognised as those of a library, and how the library prepares images for them. Nothing in the
//! file states it, so each is an assumption.

use super::{Preprocess, Stated, metadata};
use crate::model::format::About;
use crate::model::graph::Graph;
use crate::model::usage::channels::InputChannels;
use crate::model::usage::pixels::{Levels, known};
use crate::picture::photo::geometry::{CropMode, Filter};

/// A network of a library.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// As in a sentence: `transformers' ViT`.
    pub name: &'static str,
    pub stated: Stated,
}

/// The network that the names in the file are of.
pub(super) fn recognise(about: &About, graph: &Graph, assumed: &Preprocess) -> Option<Recognised> {
    let class = |prefix: &str| {
        let found = about.classes.iter().find(|class| class.starts_with(prefix));
        found.map(|class| &class[prefix.len()..])
    };
    if class("ultralytics.").is_some() {
        return Some(Recognised {
            name: "ultralytics",
            stated: metadata::ultralytics(assumed.width, assumed.height),
        });
    }
    if let Some(found) = transformers(class("transformers.models."), graph, assumed) {
        return Some(found);
    }
    if let Some(module) = class("timm.models.") {
        let module = module.split('.').next().unwrap_or_default();
        return Some(timm(module));
    }
    keras(about, graph)
}

fn squash(interpolation: Filter) -> Stated {
    Stated {
        interpolation: Some(interpolation),
        crop_pct: Some(1.0),
        mode: Some(CropMode::Squash),
        ..Stated::default()
    }
}

fn crop(interpolation: Filter, crop_pct: f64, mode: CropMode) -> Stated {
    Stated {
        interpolation: Some(interpolation),
        crop_pct: Some(crop_pct),
        mode: Some(mode),
        ..Stated::default()
    }
}

impl Stated {
    fn levels(self, levels: Levels) -> Stated {
        let (mean, std) = levels.normalisation();
        Stated {
            mean: Some(vec![mean]),
            std: Some(vec![std]),
            ..self
        }
    }

    fn normalised(self, (mean, std): ([f64; 3], [f64; 3])) -> Stated {
        Stated {
            mean: Some(mean.to_vec()),
            std: Some(std.to_vec()),
            ..self
        }
    }
}

/// By the module of its class, or by the path of a layer where an exporter has kept no classes.
fn transformers(class: Option<&str>, graph: &Graph, assumed: &Preprocess) -> Option<Recognised> {
    // What is before its embeddings or encoder; that may itself be inside a module of one's own.
    let by_path = || {
        let before = |path: &str| {
            let parts: Vec<&str> = path.split('.').collect();
            let mut pairs = parts.windows(2).filter(|pair| match pair[1] {
                "embeddings" | "embedder" => true,
                // torchvision's ViT has an encoder too, and people call it that.
                "encoder" => pair[0] != "vit",
                _ => false,
            });
            pairs.next().map(|pair| pair[0].to_owned())
        };
        graph.modules.iter().find_map(|module| before(&module.path))
    };
    let network = match class {
        Some(class) => class.split('.').next()?.to_owned(),
        None => by_path()?,
    };
    let imagenet = |stated: Stated| stated.normalised(known::IMAGENET);
    // As the processors of the checkpoints that their authors have published.
    let (name, stated) = match network.as_str() {
        "vit" | "vit_msn" | "ijepa" => (
            "transformers' ViT",
            squash(Filter::Bilinear).levels(Levels::Signed),
        ),
        "beit" | "data2vec_vision" => (
            "transformers' BEiT",
            squash(Filter::Bicubic).levels(Levels::Signed),
        ),
        "deit" => (
            "transformers' DeiT",
            imagenet(crop(Filter::Bicubic, 0.875, CropMode::CentreFloor)),
        ),
        "dinov2" | "dinov2_with_registers" => (
            "transformers' DINOv2",
            imagenet(crop(Filter::Bicubic, 0.875, CropMode::CentreFloor)),
        ),
        "swin" | "swinv2" => ("transformers' Swin", imagenet(squash(Filter::Bicubic))),
        "convnext" | "convnextv2" | "resnet" | "regnet" | "cvt" => (
            "transformers' ConvNeXT",
            imagenet(if assumed.width >= 384 {
                squash(Filter::Bicubic)
            } else {
                crop(Filter::Bicubic, 0.875, CropMode::CentreFloor)
            }),
        ),
        "levit" | "focalnet" | "bit" | "hiera" | "poolformer" | "pvt" | "pvt_v2"
        | "efficientformer" | "swiftformer" | "van" => (
            "transformers' processors",
            imagenet(crop(Filter::Bicubic, 0.875, CropMode::CentreFloor)),
        ),
        "mobilenet_v1" | "mobilenet_v2" => (
            "transformers' MobileNet",
            crop(Filter::Bilinear, 0.875, CropMode::CentreFloor).levels(Levels::Signed),
        ),
        "mobilevit" | "mobilevitv2" => (
            "transformers' MobileViT",
            Stated {
                channels: Some(InputChannels::Bgr),
                ..crop(Filter::Bilinear, 0.889, CropMode::CentreFloor).levels(Levels::Unit)
            },
        ),
        "siglip" | "siglip2" => (
            "transformers' SigLIP",
            squash(Filter::Bicubic).levels(Levels::Signed),
        ),
        "clip" | "chinese_clip" => (
            "transformers' CLIP",
            crop(Filter::Bicubic, 1.0, CropMode::CentreFloor).normalised(known::CLIP),
        ),
        _ if class.is_some() => (
            "transformers' processors",
            imagenet(squash(Filter::Bicubic)),
        ),
        _ => return None,
    };
    Some(Recognised { name, stated })
}

/// By the file of timm that its class is in.
fn timm(module: &str) -> Recognised {
    let half = [
        "vision_transformer",
        "vision_transformer_hybrid",
        "beit",
        "mlp_mixer",
        "inception_v4",
        "inception_resnet_v2",
        "nasnet",
        "pnasnet",
        "xception",
    ];
    if half.contains(&module) {
        let stated = crop(Filter::Bicubic, 0.9, CropMode::Centre).levels(Levels::Signed);
        let name = "timm's networks of this kind";
        return Recognised { name, stated };
    }
    Recognised {
        name: "most of timm's networks",
        stated: crop(Filter::Bicubic, 0.875, CropMode::Centre).normalised(known::IMAGENET),
    }
}

/// By the program that wrote the file, and by the names of layers in `keras.applications`.
fn keras(about: &About, graph: &Graph) -> Option<Recognised> {
    let writer = about.written_by.as_deref()?.to_ascii_lowercase();
    if !["tf2onnx", "keras", "tensorflow"]
        .iter()
        .any(|name| writer.contains(name))
    {
        return None;
    }
    let names = || {
        let modules = graph.modules.iter().map(|module| module.path.as_str());
        modules.chain(graph.values.iter().map(|value| value.name.as_str()))
    };
    let has = |part: &str| names().any(|name| name.contains(part));
    // The image is loaded at the size of the input, whatever its shape.
    let loaded = squash(Filter::Nearest);
    let caffe = || {
        let mut mean = known::CAFFE.map(|mean| mean / 255.0);
        mean.reverse();
        Stated {
            channels: Some(InputChannels::Bgr),
            ..loaded.clone().normalised((mean, [1.0 / 255.0; 3]))
        }
    };
    let signed = || loaded.clone().levels(Levels::Signed);
    // A model has its name in those of its operations, wherever it is nested. Those that a person builds of
    // its layers have the names of the layers alone; a convolution is gone where it was joined with the norm
    // after it.
    let (name, stated) = if has("nasnet") || has("normal_left2_12") {
        ("Keras' NASNet", signed())
    } else if has("sepconv") {
        ("Keras' Xception", signed())
    } else if has("block5_conv3") {
        ("Keras' VGG", caffe())
    } else if has("conv5_block16_concat") || has("conv5_block16_1_conv") {
        ("Keras' DenseNet", loaded.normalised(known::IMAGENET))
    } else if has("conv5_block3_preact") || has("conv2_block1_preact") {
        ("Keras' ResNetV2", signed())
    } else if has("conv5_block3_3_conv") || has("conv5_block3_3_bn") {
        ("Keras' ResNet", caffe())
    } else if has("block_16_project") || has("conv_pw_13") {
        ("Keras' MobileNet", signed())
    } else if has("mixed10") || has("mixed_7a") {
        ("Keras' Inception", signed())
    } else {
        ("most of Keras' networks", loaded.levels(Levels::Unit))
    };
    Some(Recognised { name, stated })
}
