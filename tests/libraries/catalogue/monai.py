"""monai: its two-dimensional classifiers and segmentation networks, on pictures of three channels and of one."""

from functools import partial

import torch

from .common import CLASSES, Pick, over_map

SIDE = 64
# Each takes the number of channels. In monai's order of modules.
CLASSIFIERS = {
    "Classifier": lambda nets, c: nets.Classifier((c, SIDE, SIDE), CLASSES, (8, 16), (2, 2)),
    "Critic": lambda nets, c: nets.Critic((c, SIDE, SIDE), (8, 16), (2, 2)),
    "DenseNet": lambda nets, c: nets.DenseNet(2, c, CLASSES, init_features=16, growth_rate=8, block_config=(2, 2, 2)),
    "DenseNet121": lambda nets, c: nets.DenseNet121(2, c, CLASSES),
    "DenseNet169": lambda nets, c: nets.DenseNet169(2, c, CLASSES),
    "DenseNet201": lambda nets, c: nets.DenseNet201(2, c, CLASSES),
    "DenseNet264": lambda nets, c: nets.DenseNet264(2, c, CLASSES),
    "DenseNet_prelu_instance": lambda nets, c: nets.DenseNet(
        2, c, CLASSES, init_features=16, growth_rate=8, block_config=(2, 2), act="prelu", norm="instance"),
    "Discriminator": lambda nets, c: nets.Discriminator((c, SIDE, SIDE), (8, 16), (2, 2), last_act=None),
    "EfficientNetBN_b0": lambda nets, c: efficient(nets, c, "b0"),
    "EfficientNetBN_b2": lambda nets, c: efficient(nets, c, "b2"),
    "EfficientNetBN_b4": lambda nets, c: efficient(nets, c, "b4"),
    "EfficientNetBN_group_norm": lambda nets, c: nets.EfficientNetBN(
        "efficientnet-b0", pretrained=False, num_classes=CLASSES, spatial_dims=2, in_channels=c, norm=("group", {"num_groups": 4})),
    "Regressor": lambda nets, c: nets.Regressor((c, SIDE, SIDE), (CLASSES,), (8, 16), (2, 2)),
    "SENet154": lambda nets, c: nets.SENet154(spatial_dims=2, in_channels=c, num_classes=CLASSES, layers=(1, 1, 1, 1)),
    "SEResNet50": lambda nets, c: nets.SEResNet50(spatial_dims=2, in_channels=c, num_classes=CLASSES),
    "SEResNet101": lambda nets, c: nets.SEResNet101(spatial_dims=2, in_channels=c, num_classes=CLASSES, layers=(1, 1, 2, 1)),
    "SEResNet152": lambda nets, c: nets.SEResNet152(spatial_dims=2, in_channels=c, num_classes=CLASSES, layers=(1, 2, 1, 1)),
    "SEResNext50": lambda nets, c: nets.SEResNext50(spatial_dims=2, in_channels=c, num_classes=CLASSES),
    "SEResNext101": lambda nets, c: nets.SEResNext101(spatial_dims=2, in_channels=c, num_classes=CLASSES, layers=(1, 1, 2, 1)),
    "ViT": lambda nets, c: Pick(vit(nets, c, post_activation="None"), first),
    "ViT.raw": lambda nets, c: vit(nets, c),
    "ViT_perceptron": lambda nets, c: Pick(vit(nets, c, proj_type="perceptron", pos_embed_type="sincos"), first),
    "resnet10": lambda nets, c: residual(nets, "resnet10", c),
    "resnet18": lambda nets, c: residual(nets, "resnet18", c),
    "resnet18_shortcut_a": lambda nets, c: residual(nets, "resnet18", c, shortcut_type="A"),
    "resnet34": lambda nets, c: residual(nets, "resnet34", c),
    "resnet50": lambda nets, c: residual(nets, "resnet50", c),
    "resnet101": lambda nets, c: residual(nets, "resnet101", c),
    "resnet152": lambda nets, c: residual(nets, "resnet152", c),
}
# Of these the score of a class is its mean over the map.
MAPS = {
    "AHNet": lambda nets, c: nets.AHNet(spatial_dims=2, in_channels=c, out_channels=CLASSES),
    "AttentionUnet": lambda nets, c: nets.AttentionUnet(2, c, CLASSES, (8, 16, 32), (2, 2)),
    "BasicUNet": lambda nets, c: nets.BasicUNet(2, c, CLASSES, (8, 8, 16, 16, 32, 8)),
    "BasicUNetPlusPlus": lambda nets, c: Pick(nets.BasicUNetPlusPlus(2, c, CLASSES, (8, 8, 16, 16, 32, 8)), first),
    "DynUNet": lambda nets, c: nets.DynUNet(2, c, CLASSES, [3, 3, 3], [1, 2, 2], [2, 2], [8, 16, 32]),
    "FlexibleUNet": lambda nets, c: nets.FlexibleUNet(c, CLASSES, "efficientnet-b0", spatial_dims=2),
    "HighResNet": lambda nets, c: nets.HighResNet(2, c, CLASSES),
    "MedNeXt": lambda nets, c: nets.MedNeXt(spatial_dims=2, in_channels=c, out_channels=CLASSES, init_filters=8),
    "SegResNet": lambda nets, c: nets.SegResNet(2, 8, c, CLASSES),
    "SegResNetDS": lambda nets, c: nets.SegResNetDS(2, 8, c, CLASSES, blocks_down=(1, 2, 2)),
    "SwinUNETR": lambda nets, c: nets.SwinUNETR(c, CLASSES, feature_size=12, spatial_dims=2),
    "UNETR": lambda nets, c: nets.UNETR(c, CLASSES, (SIDE, SIDE), 8, 48, 96, 4, spatial_dims=2),
    "UNet": lambda nets, c: nets.UNet(spatial_dims=2, in_channels=c, out_channels=CLASSES, channels=(8, 16, 32), strides=(2, 2)),
    "UNet_residual": lambda nets, c: nets.UNet(spatial_dims=2, in_channels=c, out_channels=CLASSES, channels=(8, 16, 32),
                                               strides=(2, 2), num_res_units=2),
}


def first(out):
    return out[0]


def efficient(nets, channels, size):
    return nets.EfficientNetBN(f"efficientnet-{size}", pretrained=False, num_classes=CLASSES, spatial_dims=2, in_channels=channels)


def residual(nets, name, channels, **options):
    return getattr(nets, name)(spatial_dims=2, n_input_channels=channels, num_classes=CLASSES, **options)


def vit(nets, channels, **options):
    return nets.ViT(channels, (SIDE, SIDE), (16, 16), 48, 96, 2, 4, classification=True, num_classes=CLASSES, spatial_dims=2,
                    **options)


def model(make, channels, side=SIDE):
    from monai.networks import nets

    return make(nets, channels), torch.randn(1, channels, side, side, generator=torch.Generator().manual_seed(1))


def models():
    found = {}
    for name, make in CLASSIFIERS.items():
        found |= {name: partial(model, make, 3), f"{name}.grey": partial(model, make, 1)}
    for name, make in MAPS.items():
        side = 128 if name == "AHNet" else SIDE
        found[name] = partial(model, lambda nets, c, make=make: Pick(make(nets, c), over_map), 3, side)
        found[f"{name}.raw"] = partial(model, make, 3, side)
        found[f"{name}.grey"] = partial(model, make, 1, side)
    # It takes one channel or sixteen.
    found["VNet.grey"] = partial(model, lambda nets, c: nets.VNet(2, c, CLASSES), 1)
    found["TorchVisionFCModel"] = partial(
        model, lambda nets, c: nets.TorchVisionFCModel("resnet18", num_classes=CLASSES, pretrained=False), 3, 224)
    return found
