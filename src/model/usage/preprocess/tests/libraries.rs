//! Networks recognised as those of a library.

use std::io::Read;

use super::*;

#[test]
fn recognises_libraries_by_the_names_in_the_file() {
    let (_folder, model) = beside("plain", &[]);
    let recognised = |about: &About, paths: &[&str]| {
        let mut graph = model.graph.resized(24, 24);
        graph.modules = paths
            .iter()
            .map(|path| Module {
                path: (*path).into(),
                kind: "Module".into(),
            })
            .collect();
        let assumed = Preprocess::imagenet(24, 24);
        let found = library::recognise(about, &graph, &assumed)?;
        Some((found.name, found.stated.over(&assumed).unwrap().words()))
    };
    let of_class = |class: &str| {
        let about = About {
            classes: vec![class.into()],
            ..About::default()
        };
        recognised(&about, &[]).map(|(_, words)| words)
    };
    let by = |writer: &str, paths: &[&str]| {
        let about = About {
            written_by: Some(writer.into()),
            ..About::default()
        };
        recognised(&about, paths).map(|(_, words)| words)
    };
    for (class, words) in [
        (
            "ultralytics.nn.tasks.ClassificationModel",
            "from 0 to 1, cropped, bilinear",
        ),
        (
            "transformers.models.vit.modeling_vit.ViTForImageClassification",
            "from −1 to 1, stretched, bilinear",
        ),
        (
            "transformers.models.mobilevit.modeling_mobilevit.M",
            "from 0 to 1, blue first, cropped, bilinear",
        ),
        (
            "timm.models.vision_transformer.VisionTransformer",
            "from −1 to 1, cropped, bicubic",
        ),
        (
            "timm.models.resnet.ResNet",
            "normalised as for ImageNet, cropped, bicubic",
        ),
    ] {
        assert_eq!(of_class(class).as_deref(), Some(words), "{class}");
    }
    assert_eq!(of_class("torchvision.models.resnet.ResNet"), None);
    for path in ["vit.embeddings.patch_embeddings", "backbone.vit.embeddings"] {
        let vit = by("pytorch 2.13.0", &[path]);
        assert_eq!(vit.as_deref(), Some("from −1 to 1, stretched, bilinear"));
    }
    // torchvision's, under the same name.
    assert_eq!(
        by("pytorch 2.13.0", &["vit.encoder.layers", "vit.heads"]),
        None
    );
    // As Keras 3.15 exports its networks.
    let caffe = "minus 0.408, 0.458, 0.485, divided by 0.004, 0.004, 0.004, blue first";
    for (layer, levels) in [
        (
            "mobilenetv2_0.35_32_1/block_16_project_BN_1",
            "from −1 to 1",
        ),
        ("mobilenet_0.25_32_1/conv_pw_13_bn_1", "from −1 to 1"),
        ("vgg16_1/block5_conv3_1/convolution", caffe),
        ("resnet50_1/conv5_block3_3_bn_1/batchnorm", caffe),
        ("resnet50v2_1/conv5_block3_preact_bn_1", "from −1 to 1"),
        (
            "densenet121_1/conv5_block16_concat_1",
            "normalised as for ImageNet",
        ),
        (
            "nasnet_mobile_1/separable_conv_1_normal_left2_12_1",
            "from −1 to 1",
        ),
        (
            "functional_1/separable_conv_1_normal_left2_12_1",
            "from −1 to 1",
        ),
        ("xception_1/block14_sepconv2_act_1/Relu", "from −1 to 1"),
        ("inception_v3_1/mixed10_1/concat", "from −1 to 1"),
        ("dense", "from 0 to 1"),
    ] {
        let words = format!("{levels}, stretched, nearest");
        assert_eq!(by("tf2onnx 1.17.0", &[layer]), Some(words), "{layer}");
    }
    assert_eq!(by("pytorch 2.13.0", &["block5_conv3"]), None);
}

/// Real exports; `tests/preprocessing/exports.py`.
#[test]
fn recognises_what_the_tools_themselves_export() {
    let folder = tempfile::tempdir().unwrap();
    for (name, source, words) in [
        (
            "yolo.onnx",
            PreprocessSource::Ultralytics,
            "from 0 to 1, cropped, bilinear",
        ),
        (
            "vit.pt2",
            PreprocessSource::Library("transformers' ViT"),
            "from −1 to 1, stretched, bilinear",
        ),
        (
            "vit.onnx",
            PreprocessSource::Library("transformers' ViT"),
            "from −1 to 1, stretched, bilinear",
        ),
        (
            "keras_mobilenet.onnx",
            PreprocessSource::Library("Keras' MobileNet"),
            "from −1 to 1, stretched, nearest",
        ),
    ] {
        let packed = fs::read(references().join(format!("exports/{name}.gz"))).unwrap();
        let mut bytes = Vec::new();
        let mut unpacked = flate2::read::GzDecoder::new(&packed[..]);
        unpacked.read_to_end(&mut bytes).unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let model = Model::open(&path).unwrap();
        assert_eq!(model.preprocess_sources, Sources::all(source), "{name}");
        assert_eq!(model.preprocess.words(), words, "{name}");
    }
}
