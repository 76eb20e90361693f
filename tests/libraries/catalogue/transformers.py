"""transformers: little configurations of each …ForImageClassification, and of what gives a map."""

import torch

from .common import CLASSES, Pick, both, over_map

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


def models():
    found = {}
    for name in TRANSFORMERS:
        found |= both(name, transformers_model)
    for name in DENSE:
        found |= both(name, transformers_dense)
    return found
