"""The models of each library: how one is built, small, and what it takes in.

`LIBRARIES[library][name]()` gives a module and the size of its pictures (or the whole input). A
name with `.raw` at its end is the model as the library has it where it returns more than a tensor
(a ModelOutput, a dict, a tuple); without, it is wrapped so that only the logits come out.
"""

from functools import partial

import torch
from torch import nn

CLASSES = 8
# The smallest model, or one of them, of each of timm's modules, in the order of `timm.list_modules()`.
TIMM = """
beit_base_patch16_224 halonet_h1 test_byobnet cait_xxs24_224 coat_tiny convit_tiny convmixer_768_32 test_convnext
cpubone_nano crossvit_tiny_240 csatv2 cs3darknet_focus_s cspnext_tiny davit_tiny deepseek_vit_412m
deit_tiny_patch16_224 densenet121 dla46x_c dpn48b edgenext_xx_small efficientformer_l1 efficientformerv2_s0
test_efficientnet efficientvim_m1 efficientvit_b0 efficientvit_m0 eva02_tiny_patch14_224 fasternet_t0 fastvit_t8
focalnet_tiny_srf gcvit_xxtiny gemma4_vit_167m ghostnetv3_050 hardcorenas_a hgnetv2_b0 hiera_tiny_224 hieradet_small
hrnet_w18_small iformer_t inception_next_atto inception_resnet_v2 inception_v3 inception_v4 lcnetv2_small levit_128s
lowformer_b0 test_mambaout coatnet_pico_rw_224 caformer_s18 resmlp_12_224 mobilenetv4_hybrid_medium_075
mobilenetv5_300m mobilevit_xxs mvitv2_tiny naflexvit_base_patch16_gap nasnetalarge nest_tiny nextvit_small test_nfnet
pit_ti_224 pnasnet5large pvt_v2_b0 qwen3_vit_88m rdnet_tiny regnety_002 repghostnet_050 repvit_m0_9 res2net50_14w_8s
resnest14d resnet10t resnetv2_18 rexnet_100 selecsls42 legacy_seresnet18 sequencer2d_s shvit_s1 skresnet18
starnet_s050 swiftformer_xs swin_tiny_patch4_window7_224 swinv2_tiny_window8_256 swinv2_cr_tiny_224 tiny_vit_5m_224
tnt_s_patch16_224 tresnet_m twins_svt_small vgg11 visformer_tiny test_vit vit_tiny_r_s16_p8_224 test_vit_relpos
samvit_base_patch16_224 vitamin_small_224 volo_d1_224 ese_vovnet19b_slim_dw legacy_xception xception41
xcit_nano_12_p16_224
""".split()


class Pick(nn.Module):
    """Lets only one part of what a model returns out."""

    def __init__(self, model, pick):
        super().__init__()
        self.model, self.pick = model, pick

    def forward(self, x):
        return self.pick(self.model(x))


def over_map(scores):
    return scores.mean((2, 3))


# timm

# What would be hundreds of megabytes is made thinner and shallower, with all that it is built from.
THINNER = {
    "deepseek_vit_412m": dict(img_size=112, embed_dim=64, depth=2, num_heads=4),
    "gemma4_vit_167m": dict(img_size=96, embed_dim=64, depth=2, num_heads=4, head_dim=16, intermediate_size=128,
                            position_embedding_size=64),
    "naflexvit_base_patch16_gap": dict(embed_dim=64, depth=2, num_heads=4),
    "qwen3_vit_88m": dict(img_size=128, embed_dim=64, depth=2, num_heads=4, pos_embed_grid_size=12),
    "samvit_base_patch16_224": dict(embed_dim=64, depth=4, num_heads=4, global_attn_indexes=(1, 3)),
    "beit_base_patch16_224": dict(embed_dim=64, depth=2, num_heads=4),
}
SMALLER = {
    "deepseek_vit_412m": 112, "gemma4_vit_167m": 96, "qwen3_vit_88m": 128, "mobilenetv5_300m": 256, "nasnetalarge": 171,
    "pnasnet5large": 171, "convmixer_768_32": 112, "tresnet_m": 128, "nextvit_small": 128, "csatv2": 512,
}


# Tried in this order on all others: what takes one of them, and is smaller then, is made so shallow.
SHALLOWER = [
    dict(depths=(2, 2, 2, 2)), dict(depths=(1, 1, 1, 1)), dict(depth=2), dict(depths=(2, 2, 2)), dict(depths=(1, 1, 1)),
    dict(depth=(1, 1, 1)), dict(layers=(1, 1, 1, 1)), dict(layers=(1, 1, 1)), dict(stages=(1, 1, 1, 1)),
]


def shallow(name):
    import inspect

    import timm

    build = lambda options: timm.create_model(name, num_classes=CLASSES, **options)
    size = lambda model: sum(parameter.numel() for parameter in model.parameters())
    with torch.device("meta"):
        model = build({})
        whole, known = size(model), inspect.signature(type(model)).parameters
        for options in SHALLOWER:
            try:
                if known.keys() >= options.keys() and size(build(options)) < 0.9 * whole:
                    return options
            except Exception:
                continue
    return {}


def timm_model(name):
    import timm

    options = THINNER[name] if name in THINNER else shallow(name)
    model = timm.create_model(name, num_classes=CLASSES, **options)
    about = model.pretrained_cfg
    size = SMALLER.get(name, about["input_size"][-1])
    half = -(-size // 64) * 32
    if name not in SMALLER and not about.get("fixed_input_size") and half >= 96:
        try:
            with torch.no_grad():
                model.eval()(torch.zeros(1, 3, half, half))
            size = half
        except Exception:
            pass
    print(options, size, end=" ")
    return model, size


def timm_list():
    return {name: partial(timm_model, name) for name in TIMM}


# transformers: little configurations of each …ForImageClassification.

PLAIN = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64)
VIT = PLAIN | dict(image_size=64, patch_size=8)
TOWER = dict(vision_config=VIT)
SWIN = dict(image_size=64, patch_size=4, embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4)
PYRAMID = dict(num_encoder_blocks=2, depths=[1, 1], hidden_sizes=[16, 32], patch_sizes=[7, 3], strides=[4, 2],
               num_attention_heads=[1, 2], sr_ratios=[4, 2], mlp_ratios=[2, 2])
TRANSFORMERS = {
    "beit": ("Beit", VIT | dict(use_relative_position_bias=True), 64),
    "beit_shared": ("Beit", VIT | dict(use_shared_relative_position_bias=True, use_mean_pooling=False), 64),
    "bit": ("Bit", dict(embedding_size=16, hidden_sizes=[16, 32], depths=[1, 1], num_groups=4), 64),
    "clip": ("CLIP", TOWER, 64),
    "convnext": ("ConvNext", dict(hidden_sizes=[16, 32], depths=[1, 2], num_stages=2, image_size=64), 64),
    "convnextv2": ("ConvNextV2", dict(hidden_sizes=[16, 32], depths=[1, 2], num_stages=2, image_size=64), 64),
    "cvt": ("Cvt", dict(embed_dim=[16, 32, 32], num_heads=[1, 2, 2], depth=[1, 2, 3]), 64),
    "data2vec_vision": ("Data2VecVision", VIT | dict(use_relative_position_bias=True), 64),
    "deit": ("DeiT", VIT, 64),
    "deit_distilled": ("DeiT:DeiTForImageClassificationWithTeacher", VIT, 64),
    "dinat": ("Dinat", dict(embed_dim=16, depths=[1, 1], num_heads=[2, 4], kernel_size=3, dilations=[[1], [1]]), 64),
    "dinov2": ("Dinov2", PLAIN | dict(image_size=56, patch_size=8), 56),
    "dinov2_other_size": ("Dinov2", PLAIN | dict(image_size=112, patch_size=8), 56),
    "dinov2_swiglu": ("Dinov2", PLAIN | dict(image_size=56, patch_size=8, use_swiglu_ffn=True), 56),
    "dinov2_with_registers": ("Dinov2WithRegisters", PLAIN | dict(image_size=56, patch_size=8), 56),
    "donut_swin": ("DonutSwin", SWIN, 64),
    "efficientnet": ("EfficientNet", dict(image_size=64, width_coefficient=0.25, depth_coefficient=0.3, hidden_dim=320,
                                          num_hidden_layers=16), 64),
    "focalnet": ("FocalNet", dict(image_size=64, embed_dim=16, hidden_sizes=[16, 32], depths=[1, 1], focal_levels=[2, 2],
                                  focal_windows=[3, 3]), 64),
    "hgnet_v2": ("HGNetV2", dict(embedding_size=8, depths=[1, 1], hidden_sizes=[32, 64], stem_channels=[3, 8, 16],
                                 stage_in_channels=[16, 32], stage_mid_channels=[8, 16], stage_out_channels=[32, 64],
                                 stage_num_blocks=[1, 1], stage_downsample=[False, True], stage_downsample_strides=[2, 2],
                                 stage_light_block=[False, True], stage_kernel_size=[3, 5], stage_numb_of_layers=[2, 2]), 64),
    "hiera": ("Hiera", dict(embed_dim=16, image_size=[64, 64], depths=[1, 1, 2, 1]), 64),
    "ijepa": ("IJepa", VIT, 64),
    "levit": ("Levit", dict(image_size=128, hidden_sizes=[32, 48, 64], num_attention_heads=[2, 3, 4], depths=[1, 1, 1],
                            key_dim=[8, 8, 8]), 128),
    "levit_distilled": ("Levit:LevitForImageClassificationWithTeacher",
                        dict(image_size=128, hidden_sizes=[32, 48, 64], num_attention_heads=[2, 3, 4], depths=[1, 1, 1],
                             key_dim=[8, 8, 8]), 128),
    "metaclip_2": ("MetaClip2", TOWER, 64),
    "mobilenet_v1": ("MobileNetV1", dict(image_size=64, depth_multiplier=0.25), 64),
    "mobilenet_v2": ("MobileNetV2", dict(image_size=64, depth_multiplier=0.25), 64),
    "mobilevit": ("MobileViT", dict(image_size=64, hidden_sizes=[16, 24, 32], neck_hidden_sizes=[8, 8, 16, 16, 24, 24, 64]), 64),
    "mobilevitv2": ("MobileViTV2", dict(image_size=64, width_multiplier=0.25, n_attn_blocks=[1, 1, 1],
                                        base_attn_unit_dims=[32, 32, 32]), 64),
    "perceiver_learned": ("Perceiver:PerceiverForImageClassificationLearned",
                          dict(num_latents=8, d_latents=32, num_self_attends_per_block=1, num_self_attention_heads=4,
                               num_cross_attention_heads=1, image_size=32), 32),
    "perceiver_fourier": ("Perceiver:PerceiverForImageClassificationFourier",
                          dict(num_latents=8, d_latents=32, num_self_attends_per_block=1, num_self_attention_heads=4,
                               num_cross_attention_heads=1), 224),
    "perceiver_conv": ("Perceiver:PerceiverForImageClassificationConvProcessing",
                       dict(num_latents=8, d_latents=32, num_self_attends_per_block=1, num_self_attention_heads=4,
                            num_cross_attention_heads=1), 224),
    "poolformer": ("PoolFormer", dict(depths=[1, 1], hidden_sizes=[16, 32], patch_sizes=[7, 3], strides=[4, 2], padding=[2, 1],
                                      num_encoder_blocks=2), 64),
    "pp_lcnet": ("PPLCNet", dict(scale=0.25, class_expand=64), 64),
    "pvt": ("Pvt", dict(image_size=64, num_encoder_blocks=2, depths=[1, 1], sequence_reduction_ratios=[4, 1],
                        hidden_sizes=[16, 32], patch_sizes=[4, 2], strides=[4, 2], num_attention_heads=[1, 2],
                        mlp_ratios=[2, 2]), 64),
    "pvt_v2": ("PvtV2", PYRAMID | dict(image_size=64), 64),
    "regnet": ("RegNet", dict(embedding_size=8, hidden_sizes=[16, 32], depths=[1, 1], groups_width=8), 64),
    "resnet": ("ResNet", dict(embedding_size=16, hidden_sizes=[32, 64], depths=[1, 2]), 64),
    "segformer": ("Segformer", PYRAMID, 64),
    "siglip": ("Siglip", TOWER, 64),
    "siglip2": ("Siglip2", dict(vision_config=PLAIN | dict(patch_size=8, num_patches=64)), "patches"),
    "swiftformer": ("SwiftFormer", dict(image_size=64, depths=[1, 1, 1, 1], embed_dims=[8, 16, 24, 32]), 64),
    "swin": ("Swin", SWIN, 64),
    "swinv2": ("Swinv2", SWIN, 64),
    "textnet": ("TextNet", dict(image_size=[64, 64], stem_out_channels=8, hidden_sizes=[8, 8, 16, 24, 32]), 64),
    "timm_wrapper": ("TimmWrapper", dict(architecture="resnet18"), 64),
    "vit": ("ViT", VIT, 64),
    "vit_msn": ("ViTMSN", VIT, 64),
}


def transformers_model(name, raw):
    import transformers

    family, options, size = TRANSFORMERS[name]
    family, _, of = family.partition(":")
    config = getattr(transformers, f"{family}Config")(**options)
    config.num_labels = CLASSES
    model = getattr(transformers, of or f"{family}ForImageClassification")(config)
    if size == "patches":
        size = dict(pixel_values=torch.randn(1, 64, 192, generator=torch.Generator().manual_seed(1)))
    return (model if raw else Pick(model, lambda out: out.get("logits", out.get("last_hidden_state")))), size


# Dense ones: the score of a class is its mean over the map.
DENSE = {
    "segformer_seg": ("Segformer", PYRAMID | dict(decoder_hidden_size=16), 64),
    "mobilevit_seg": ("MobileViT", dict(image_size=64, hidden_sizes=[16, 24, 32], neck_hidden_sizes=[8, 8, 16, 16, 24, 24, 64],
                                        aspp_out_channels=16), 64),
    "mobilevitv2_seg": ("MobileViTV2", dict(image_size=64, width_multiplier=0.25, n_attn_blocks=[1, 1, 1],
                                            base_attn_unit_dims=[32, 32, 32], aspp_out_channels=16), 64),
    "mobilenet_v2_seg": ("MobileNetV2", dict(image_size=64, depth_multiplier=0.25), 64),
    "upernet_seg": ("UperNet", dict(hidden_size=16, auxiliary_channels=8), 64),
    "dpt_seg": ("DPT", VIT | dict(num_hidden_layers=4, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 8, 16, 16],
                                  fusion_hidden_size=16), 64),
}


def transformers_dense(name, raw):
    import transformers

    family, options, size = DENSE[name]
    options = dict(options)
    if family == "UperNet":
        options["backbone_config"] = transformers.ConvNextConfig(
            hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], out_features=["stage1", "stage2", "stage3", "stage4"])
    config = getattr(transformers, f"{family}Config")(**options)
    config.num_labels = CLASSES
    model = getattr(transformers, f"{family}ForSemanticSegmentation")(config)
    return (model if raw else Pick(model, lambda out: over_map(out.logits))), size


def both(name, make):
    return {name: partial(make, name, False), f"{name}.raw": partial(make, name, True)}


def transformers_list():
    found = {}
    for name in TRANSFORMERS:
        found |= both(name, transformers_model)
    for name in DENSE:
        found |= both(name, transformers_dense)
    return found


# torchvision

SPECIAL = {
    "googlenet": dict(init_weights=False, transform_input=True, aux_logits=True),
    "inception_v3": dict(init_weights=False, transform_input=True, aux_logits=True),
}
FIXED_SIZE = ("vit", "swin", "maxvit")
# Of each family its smallest; every one of them is in ../torchvision/agreement.md.
CLASSIFIERS = """
alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3 maxvit_t mnasnet0_5 mobilenet_v2
mobilenet_v3_small regnet_x_400mf regnet_y_400mf resnet18 resnext50_32x4d shufflenet_v2_x0_5 squeezenet1_1 swin_t
swin_v2_t vgg11 vgg11_bn vit_b_32 wide_resnet50_2
""".split()
SEGMENTATION = """
deeplabv3_mobilenet_v3_large deeplabv3_resnet50 deeplabv3_resnet101 fcn_resnet50 fcn_resnet101 lraspp_mobilenet_v3_large
""".split()
DETECTION = """
fasterrcnn_mobilenet_v3_large_320_fpn fasterrcnn_resnet50_fpn_v2 fcos_resnet50_fpn retinanet_resnet50_fpn ssd300_vgg16
ssdlite320_mobilenet_v3_large
""".split()
VIDEO = "r3d_18 mc3_18 r2plus1d_18 s3d mvit_v2_s swin3d_t".split()


def torchvision_model(name):
    from torchvision import models

    model = models.get_model(name, weights=None, num_classes=CLASSES, **SPECIAL.get(name, {}))
    return model, 224 if name.startswith(FIXED_SIZE) else 299 if name == "inception_v3" else 128


def torchvision_segmentation(name, raw):
    from torchvision import models

    options = {} if name.startswith("lraspp") else dict(aux_loss=True)
    model = models.get_model(name, weights=None, weights_backbone=None, num_classes=CLASSES, **options)
    return (model if raw else Pick(model, lambda out: over_map(out["out"]))), 64


class Backbone(nn.Module):
    """A detector's backbone with a linear layer on the mean of its coarsest map but the last."""

    def __init__(self, backbone, channels):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(channels, CLASSES)

    def forward(self, x):
        maps = list(self.backbone(x).values())
        return self.head(sum(each.mean((2, 3))[:, : self.head.in_features] for each in maps))


def torchvision_backbone(name):
    from torchvision import models

    model = models.get_model(name, weights=None, weights_backbone=None, num_classes=CLASSES)
    with torch.no_grad():
        channels = min(m.shape[1] for m in model.backbone.eval()(torch.rand(1, 3, 320, 320)).values())
    return Backbone(model.backbone, channels), 320 if "ssd" in name else 128


def torchvision_detector(name):
    from torchvision import models

    return models.get_model(name, weights=None, weights_backbone=None, num_classes=CLASSES), 320


def torchvision_list():
    found = {}
    for name in SEGMENTATION:
        found |= both(name, torchvision_segmentation)
    found |= {f"{name}.backbone": partial(torchvision_backbone, name) for name in DETECTION}
    return found | {name: partial(torchvision_model, name) for name in CLASSIFIERS}


# ultralytics

def ultralytics_model(yaml):
    from ultralytics import YOLO

    model = YOLO(yaml).model
    if yaml.endswith("-cls.yaml") or "-cls-" in yaml:
        model.model[-1].linear = nn.Linear(model.model[-1].linear.in_features, CLASSES)
    return model.float()


def ultralytics_classifier(yaml, raw):
    model = ultralytics_model(yaml)
    # In evaluation it returns the probabilities and the logits.
    return (model if raw else Pick(model, lambda out: out[1] if isinstance(out, (tuple, list)) else out)), 64


def ultralytics_list():
    found = {}
    for yaml in ["yolov8n-cls.yaml", "yolo11n-cls.yaml", "yolo12-cls.yaml", "yolo26n-cls.yaml", "yolov8-cls-resnet50.yaml",
                 "yolov8-cls-resnet101.yaml"]:
        found |= both(yaml.removesuffix(".yaml"), lambda name, raw, yaml=yaml: ultralytics_classifier(yaml, raw))
    return found


# monai, two-dimensional

def monai_model(name):
    from monai.networks import nets

    two = dict(spatial_dims=2, in_channels=3)
    if name == "DenseNet121":
        return nets.DenseNet121(out_channels=CLASSES, **two), 64
    if name == "SEResNet50":
        return nets.SEResNet50(num_classes=CLASSES, **two), 64
    if name == "SEResNext50":
        return nets.SEResNext50(num_classes=CLASSES, **two), 64
    if name == "SENet154":
        return nets.SENet154(num_classes=CLASSES, **two), 64
    if name == "EfficientNetBN":
        return nets.EfficientNetBN("efficientnet-b0", pretrained=False, num_classes=CLASSES, **two), 64
    if name.startswith("resnet"):
        return getattr(nets, name)(spatial_dims=2, n_input_channels=3, num_classes=CLASSES), 64
    if name == "ViT":
        model = nets.ViT(3, (64, 64), (16, 16), 48, 96, 2, 4, classification=True, num_classes=CLASSES, spatial_dims=2,
                         post_activation="None")
        return Pick(model, lambda out: out[0]), 64
    if name == "ViT.raw":
        return nets.ViT(3, (64, 64), (16, 16), 48, 96, 2, 4, classification=True, num_classes=CLASSES, spatial_dims=2), 64
    if name == "TorchVisionFCModel":
        return nets.TorchVisionFCModel("resnet18", num_classes=CLASSES, pretrained=False), 64
    if name == "Classifier":
        return nets.Classifier((3, 64, 64), CLASSES, (8, 16), (2, 2)), 64
    if name == "MILModel":
        raise NotImplementedError
    if name == "UNet":
        return Pick(nets.UNet(spatial_dims=2, in_channels=3, out_channels=CLASSES, channels=(8, 16, 32), strides=(2, 2)), over_map), 64
    if name == "BasicUNet":
        return Pick(nets.BasicUNet(2, 3, CLASSES, (8, 8, 16, 16, 32, 8)), over_map), 64
    if name == "AttentionUnet":
        return Pick(nets.AttentionUnet(2, 3, CLASSES, (8, 16, 32), (2, 2)), over_map), 64
    if name == "SegResNet":
        return Pick(nets.SegResNet(2, 8, 3, CLASSES), over_map), 64
    if name == "UNETR":
        return Pick(nets.UNETR(3, CLASSES, (64, 64), 8, 48, 96, 4, spatial_dims=2), over_map), 64
    if name == "SwinUNETR":
        return Pick(nets.SwinUNETR(3, CLASSES, feature_size=12, spatial_dims=2), over_map), 64
    if name == "DynUNet":
        return Pick(nets.DynUNet(2, 3, CLASSES, [3, 3, 3], [1, 2, 2], [2, 2], [8, 16, 32]), over_map), 64
    if name == "FlexibleUNet":
        return Pick(nets.FlexibleUNet(3, CLASSES, "efficientnet-b0", spatial_dims=2), over_map), 64
    if name == "VNet":
        return Pick(nets.VNet(2, 3, CLASSES), over_map), 64
    if name == "HighResNet":
        return Pick(nets.HighResNet(2, 3, CLASSES), over_map), 64
    if name == "AHNet":
        return Pick(nets.AHNet(spatial_dims=2, in_channels=3, out_channels=CLASSES), over_map), 64
    raise KeyError(name)


def monai_list():
    names = """
    DenseNet121 SEResNet50 SEResNext50 SENet154 EfficientNetBN resnet18 resnet50 ViT ViT.raw TorchVisionFCModel Classifier UNet
    BasicUNet AttentionUnet SegResNet UNETR SwinUNETR DynUNet FlexibleUNet VNet HighResNet AHNet
    """.split()
    return {name: partial(monai_model, name) for name in names}


# torchxrayvision: one grey channel.

def xray_model(name):
    import torchxrayvision as xrv

    grey = lambda size: torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(1))
    if name == "DenseNet":
        return xrv.models.DenseNet(num_classes=CLASSES, in_channels=1), grey(224)
    if name == "ResNet":
        model = xrv.models.ResNet.__new__(xrv.models.ResNet)
        nn.Module.__init__(model)
        import torchvision

        model.weights, model.targets, model.pathologies, model.apply_sigmoid, model.op_threshs = None, [], [], False, None
        model.model = torchvision.models.resnet50(num_classes=CLASSES)
        model.model.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        model.upsample = nn.Upsample(size=(512, 512), mode="bilinear", align_corners=False)
        return model, grey(512)
    raise KeyError(name)


def torchxrayvision_list():
    return {name: partial(xray_model, name) for name in ["DenseNet", "ResNet"]}


# segmentation_models_pytorch

def smp_model(name, raw):
    import segmentation_models_pytorch as smp

    decoder, encoder = name.split("_", 1)
    options = dict(encoder_weights=None, classes=CLASSES)
    if decoder == "classifier":
        model = smp.Unet(encoder, aux_params=dict(classes=CLASSES), **options)
        return (model if raw else Pick(model, lambda out: out[1])), 64
    model = getattr(smp, decoder)(encoder, **options)
    return (model if raw else Pick(model, over_map)), 128 if decoder in ("PAN", "DeepLabV3", "DeepLabV3Plus", "DPT") else 64


def segmentation_models_list():
    found = {}
    for decoder in "Unet UnetPlusPlus MAnet Linknet FPN PSPNet PAN DeepLabV3 DeepLabV3Plus UPerNet Segformer".split():
        found |= both(f"{decoder}_resnet18", smp_model)
    for encoder in ["mobilenet_v2", "efficientnet-b0", "mit_b0", "vgg11_bn", "densenet121", "timm-regnetx_002", "mobileone_s0",
                    "dpn68", "xception", "tu-convnext_atto"]:
        found |= both(f"Unet_{encoder}", smp_model)
    found |= both("classifier_resnet18", smp_model)
    return found


# open_clip: the visual towers, and a linear layer on what they say.

def tower(name):
    import open_clip

    small = dict(width=64, layers=2, head_width=16, mlp_ratio=2.0, image_size=64, patch_size=16)
    if name == "ViT":
        vision = small
    elif name == "ViT_patch_dropout_map":
        vision = small | dict(attentional_pool=True, attn_pooler_queries=16, attn_pooler_heads=4)
    elif name == "ViT_quickgelu_avg":
        vision = small | dict(pool_type="avg", no_ln_pre=True, pos_embed_type="sin_cos_2d")
    elif name == "ModifiedResNet":
        vision = dict(width=16, layers=[1, 1, 1, 1], image_size=64, head_width=16)
    else:
        vision = dict(timm_model_name=name.removeprefix("timm_"), timm_model_pretrained=False, timm_pool="", timm_proj="linear",
                      image_size=224)
        if "siglip" in name or "vit" in name:
            vision["timm_pool"] = "map" if "siglip" in name else "token"
        else:
            vision["timm_pool"] = "avg"
    from open_clip.model import _build_vision_tower

    visual = _build_vision_tower(32, open_clip.CLIPVisionCfg(**vision), quick_gelu="quickgelu" in name)
    return visual, vision["image_size"]


def open_clip_model(name, raw):
    visual, size = tower(name)
    if raw:
        return visual, size
    return nn.Sequential(visual, nn.Linear(32, CLASSES)), size


def open_clip_list():
    found = {}
    for name in ["ViT", "ViT_patch_dropout_map", "ViT_quickgelu_avg", "ModifiedResNet", "timm_vit_tiny_patch16_224",
                 "timm_convnext_atto", "timm_resnet18"]:
        found |= both(name, open_clip_model)
    return found


LIBRARIES = {
    "timm": timm_list,
    "transformers": transformers_list,
    "torchvision": torchvision_list,
    "ultralytics": ultralytics_list,
    "monai": monai_list,
    "torchxrayvision": torchxrayvision_list,
    "segmentation_models": segmentation_models_list,
    "open_clip": open_clip_list,
}
