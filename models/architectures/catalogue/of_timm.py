"""The networks of timm that are used most."""

import timm
import torch

from .kinds import Network

TIMM = """
resnet18 resnet34 resnet26 resnet50 resnet101 resnet152 wide_resnet50_2 resnext50_32x4d resnext101_32x4d
resnext101_32x8d resnext101_64x4d resnet18d resnet34d resnet26d resnet50d resnet101d resnet152d resnet26t resnet50c
resnet50s resnext50d_32x4d resnetrs50 resnetblur50 resnetaa50 resnetaa50d seresnet50 seresnext50_32x4d
seresnext26d_32x4d legacy_seresnet50 legacy_seresnext50_32x4d ecaresnet26t ecaresnet50d ecaresnet101d ecaresnetlight
skresnet18 skresnext50_32x4d resnest14d resnest26d resnest50d res2net50_26w_4s res2next50 resnetv2_50 resnetv2_101
resnetv2_50x1_bit resnetv2_101x1_bit efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4
efficientnet_lite0 efficientnet_es efficientnet_em tf_efficientnet_b0 tf_efficientnet_b1 tf_efficientnet_b2
tf_efficientnet_b3 tf_efficientnet_b4 tf_efficientnet_lite0 tf_efficientnet_lite1 tf_efficientnet_lite3
tf_efficientnet_lite4 tf_efficientnetv2_b0 tf_efficientnetv2_b1 tf_efficientnetv2_b2 tf_efficientnetv2_s
mobilenetv1_100 mobilenetv2_050 mobilenetv2_100 mobilenetv2_120d mobilenetv2_140 mobilenetv3_small_050
mobilenetv3_small_075 mobilenetv3_small_100 mobilenetv3_large_100 tf_mobilenetv3_large_100 tf_mobilenetv3_small_100
tf_mobilenetv3_large_minimal_100 mobilenetv4_conv_small mobilenetv4_conv_medium mobilenetv4_conv_large mnasnet_100
semnasnet_100 hardcorenas_a hardcorenas_f lcnet_050 lcnet_075 lcnet_100 tinynet_a tinynet_b tinynet_d tinynet_e
mixnet_s mixnet_m mixnet_l rexnet_100 densenet121 densenet169 vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn
vgg19_bn inception_v3 legacy_xception xception41 dpn68 dpn68b dpn92 dpn98 dla34 dla60 dla102 hrnet_w18 cspresnet50
cspresnext50 darknet53 regnetx_002 regnetx_004 regnetx_008 regnetx_016 regnetx_032 regnety_002 regnety_004 regnety_008
regnety_016 regnety_032 regnety_040 regnety_080 regnety_160 regnetz_d8 convnext_atto convnext_femto convnext_pico
convnext_nano convnext_tiny convnext_small convnext_base convnext_large convnext_tiny_hnf convnextv2_atto
convnextv2_femto convnextv2_pico convnextv2_nano beit_base_patch16_224 beit_large_patch16_224 beitv2_base_patch16_224
eva02_tiny_patch14_336 eva02_small_patch14_224 eva02_small_patch14_336 swin_tiny_patch4_window7_224
swinv2_tiny_window8_256 maxvit_nano_rw_256 maxxvit_rmlp_nano_rw_256 coatnet_0_rw_224 cait_xxs24_224 levit_128s
levit_192 levit_384 mobilevit_xxs mobilevit_xs mobilevit_s mobilevitv2_050 mobilevitv2_075 mobilevitv2_100
mobilevitv2_150 mobilevitv2_200 efficientformer_l1 efficientformer_l3 efficientformerv2_s0 edgenext_xx_small
edgenext_x_small edgenext_base poolformer_s12 poolformer_s24 caformer_s18 convformer_s18 pvt_v2_b1 pvt_v2_b2 pvt_v2_b3
mixer_l16_224 resmlp_12_224 resmlp_24_224 gmlp_s16_224 dm_nfnet_f0 repvgg_a0 repvgg_a2 repvgg_b0 mobileone_s1
fastvit_t8 fastvit_sa12 fastvit_s12 tiny_vit_5m_224 tiny_vit_11m_224 hgnet_tiny hgnetv2_b0 hgnetv2_b1 hgnetv2_b2
hgnetv2_b4 volo_d1_224 xcit_small_12_p16_224 focalnet_tiny_srf focalnet_tiny_lrf davit_tiny davit_small davit_base
nest_tiny_jx nest_small_jx crossvit_9_240 crossvit_15_240 pit_ti_224 pit_xs_224 pit_s_224 pit_b_224 convmixer_768_32
convmixer_1024_20_ks9_p14 vit_relpos_base_patch16_224 convit_tiny visformer_small ese_vovnet19b_dw ese_vovnet39b
resnet32ts resnet33ts gcresnet33ts starnet_s1 hiera_tiny_224
"""


# Networks with the tensors of another one, which weights are taken for if nothing says otherwise: how they differ from it.
UNUSUAL = {
    "resnetblur50": "blurs where resnet50 halves the resolution",
    "resnetaa50": "averages where resnet50 halves the resolution",
    "resnetaa50d": "averages where resnet50d halves the resolution",
}
# Others of which both are usual: those that pad as TensorFlow does, and those that pad as PyTorch does.
TENSORFLOW = "pads as TensorFlow does"
PYTORCH = "pads as PyTorch does"
KEYS = ("input_size", "interpolation", "crop_pct", "crop_mode", "mean", "std")


def prepared_as(*names):
    """How pictures are prepared for these weights: the usual one's of each first, then what differs."""
    first, found = None, {}
    for name in names:
        usual = timm.models.get_pretrained_cfg(name)
        tags = [usual.tag, *(one.split(".", 1)[1] for one in timm.list_pretrained(name) if "." in one)] if "." not in name else [usual.tag]
        for tag in tags:
            name = name.split(".")[0]
            given = timm.models.get_pretrained_cfg(f"{name}.{tag}" if tag else name).to_dict()
            one = {key: given[key] for key in KEYS if key in given}
            first = first or one
            if one not in found.values() and one["input_size"] == first["input_size"]:
                found[f"timm {name}.{tag}" if tag else f"timm {name}"] = one
    return found


def pooling(name):
    """What `config.json` calls the pooling of a network as it is, where it says it."""
    with torch.device("meta"):
        model = timm.create_model(name, pretrained=False)
    stated = getattr(model, "global_pool", None)
    return {"global_pool": stated if isinstance(stated, str) and stated else "avg"}


def hint_of(name, names):
    if name.startswith("tf_") and name.removeprefix("tf_") in names:
        return TENSORFLOW
    return PYTORCH if f"tf_{name}" in names else UNUSUAL.get(name, "")


def timm_networks():
    found = []
    names = TIMM.split()
    for name in names:
        preprocess = prepared_as(name)
        [first, *_] = preprocess.values()
        make = lambda classes, name=name: timm.create_model(name, pretrained=False, num_classes=classes)
        found.append(Network(
            name, "timm", make, first["input_size"][-1], preprocess, hint_of(name, names), name in UNUSUAL, pooling(name),
        ))
    return found
